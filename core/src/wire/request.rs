//! Checks arguments and makes requests of them. No clock and no socket.

use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::secret::Secret;
use crate::text::FORM_VALUE;
use crate::text::is_invisible;

/// The longest user id that is sent, in bytes. Ids of the service have up to 20 digits; the
/// bound keeps a pasted document from being taken for an id.
pub const LONGEST_USER_ID: usize = 128;

/// The path of the token call.
pub(crate) const ACCESS_TOKEN: &str = "/v1.0/oauth2/accessToken";

/// A POST request.
pub(crate) struct Request {
    pub path: &'static str,
    /// The token for the query.
    pub token: Option<Secret>,
    pub content_type: &'static str,
    pub body: String,
}

/// `POST /topapi/extcontact/delete`: the token in the query, the id in a form body, the one
/// documented encoding.
pub(crate) fn delete(user_id: &str, token: &Secret) -> Request {
    topapi("/topapi/extcontact/delete", &[("user_id", user_id)], token)
}

/// `POST /topapi/extcontact/get`: one contact.
pub(crate) fn get(user_id: &str, token: &Secret) -> Request {
    topapi("/topapi/extcontact/get", &[("user_id", user_id)], token)
}

/// `POST /topapi/extcontact/list`: the contacts from `offset` on.
pub(crate) fn list(offset: usize, size: usize, token: &Secret) -> Request {
    let (offset, size) = (offset.to_string(), size.to_string());
    topapi("/topapi/extcontact/list", &[("offset", &offset), ("size", &size)], token)
}

/// `POST /topapi/extcontact/listlabelgroups`: the groups of labels from `offset` on.
pub(crate) fn label_groups(offset: usize, size: usize, token: &Secret) -> Request {
    let (offset, size) = (offset.to_string(), size.to_string());
    topapi("/topapi/extcontact/listlabelgroups", &[("offset", &offset), ("size", &size)], token)
}

/// `POST /topapi/extcontact/create`: the contact as JSON text in a form.
pub(crate) fn create(contact: &Map<String, Value>, token: &Secret) -> Request {
    // Maps with text keys and plain values cannot fail to serialise.
    let contact = serde_json::to_string(contact).unwrap_or_default();
    topapi("/topapi/extcontact/create", &[("contact", &contact)], token)
}

fn topapi(path: &'static str, form: &[(&str, &str)], token: &Secret) -> Request {
    let mut body = String::with_capacity(64);
    for (name, value) in form {
        if !body.is_empty() {
            body.push('&');
        }
        body.push_str(name);
        body.push('=');
        body.extend(utf8_percent_encode(value, FORM_VALUE));
    }
    Request {
        path,
        token: Some(token.clone()),
        content_type: "application/x-www-form-urlencoded;charset=utf-8",
        body,
    }
}

/// `POST /v1.0/oauth2/accessToken`: JSON, so that the secret stands in no address.
pub(crate) fn access_token(app_key: &str, app_secret: &Secret) -> Request {
    Request {
        path: ACCESS_TOKEN,
        token: None,
        content_type: "application/json",
        body: json!({"appKey": app_key, "appSecret": app_secret.expose()}).to_string(),
    }
}

/// Checks a user id, as every deletion does before it sends anything. An id is sent byte for
/// byte, so one that can only be damaged is refused rather than answered with "no such
/// contact".
///
/// # Errors
///
/// `invalid_argument`: blank, white space around it, control or invisible characters, or
/// over 128 bytes.
///
/// ```
/// assert!(dingtalk_extcontact::check_user_id("0125400001").is_ok());
/// assert!(dingtalk_extcontact::check_user_id("0125400001 ").is_err());
/// ```
pub fn check_user_id(user_id: &str) -> Result<(), Error> {
    // As nearly every id is: nothing below can be wrong with it.
    let plain = |byte: &u8| byte.is_ascii_graphic();
    if (1..=LONGEST_USER_ID).contains(&user_id.len()) && user_id.as_bytes().iter().all(plain) {
        return Ok(());
    }
    let problem = if user_id.trim().is_empty() {
        "the user_id is blank".to_owned()
    } else if user_id.len() > LONGEST_USER_ID {
        format!("the user_id has {} bytes, over {LONGEST_USER_ID}", user_id.len())
    } else if user_id.trim() != user_id {
        "the user_id has white space around it".to_owned()
    } else if let Some(c) = user_id.chars().find(|&c| c.is_control() || is_invisible(c)) {
        format!("the user_id holds the invisible character U+{:04X}", c as u32)
    } else {
        return Ok(());
    };
    let advice = phrase!(
        "Give the contact's userid as DingTalk lists it, text with its leading zeros; nothing was sent."
    );
    Err(Error::invalid(problem, advice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    #[test]
    fn the_documented_form() {
        let request = delete("0125+ &中", &Secret::new("a/b="));
        assert_eq!(request.path, "/topapi/extcontact/delete");
        assert_eq!(request.token.unwrap().expose_encoded(), "a%2Fb%3D");
        assert_eq!(request.body, "user_id=0125%2B%20%26%E4%B8%AD");
    }

    #[test]
    fn the_secret_is_json_and_nowhere_else() {
        let request = access_token("key", &Secret::new("se\"cret"));
        assert_eq!(request.body, r#"{"appKey":"key","appSecret":"se\"cret"}"#);
        assert!(request.token.is_none() && !request.path.contains("secret"));
    }

    #[test]
    fn ids_that_can_only_be_damaged() {
        let long = "1".repeat(129);
        for id in [
            "",
            " ",
            "\u{3000}",
            " 1",
            "1 ",
            "1\n",
            "\u{feff}1",
            "1\u{200b}2",
            "1\u{7}2",
            "1\u{202e}",
            &long,
        ] {
            let error = check_user_id(id).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument, "{id:?}");
        }
        for id in ["0125", "manager 7", "中文", "a+b&c=d%", "../x", &"1".repeat(128)] {
            assert!(check_user_id(id).is_ok(), "{id:?}");
        }
    }

    proptest! {
        #[test]
        fn an_id_comes_back_byte_for_byte(id in "\\PC{1,60}", token in "[!-~]{1,60}") {
            let request = delete(&id, &Secret::new(&token));
            let value = request.body.strip_prefix("user_id=").unwrap();
            prop_assert!(value.is_ascii() && !value.contains(['&', '=', '+', ' ']));
            prop_assert_eq!(percent_decode_str(value).decode_utf8().unwrap(), id.as_str());
            let sent = request.token.unwrap();
            prop_assert_eq!(percent_decode_str(sent.expose_encoded()).decode_utf8().unwrap(), token.as_str());
        }

        #[test]
        fn checking_never_panics(id in any::<String>()) {
            let _ = check_user_id(&id);
        }
    }
}
