//! The secrets of a case, and the search for them in all that came of it.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::case::{Call, Case};

/// A shorter secret would be found by chance in harmless texts.
const MIN_SECRET: usize = 4;

/// Every secret that a case has: what the client is given and what the server hands out.
pub(crate) fn secrets_of(
    options: &Map<String, Value>,
    calls: &[Call],
    exchanges: &[Value],
    place: &str,
) -> Result<Vec<(String, String)>, String> {
    let mut secrets: Vec<(String, String)> = Vec::new();
    for name in ["access_token", "app_secret"] {
        if let Some(text) = options.get(name).and_then(Value::as_str) {
            secrets.push((format!("the {name} of the client"), text.to_owned()));
        }
    }
    for name in ["proxy", "endpoint"] {
        let url = options.get(name).and_then(Value::as_str);
        if let Some(password) = url.and_then(password_in) {
            let decoded = percent_decode_str(password).decode_utf8_lossy();
            let label = format!("the password in the option {name}");
            secrets.push((label.clone(), decoded.into_owned()));
            secrets.push((label, password.to_owned()));
        }
    }
    for call in calls {
        if let Some(text) = call.asked.get("set_access_token").and_then(Value::as_str) {
            secrets.push(("a token set on the client".into(), text.to_owned()));
        }
    }
    for exchange in exchanges {
        collect_tokens(exchange, &mut secrets);
    }
    // A blank one is a case about blank options, and nothing to hide.
    secrets.retain(|(_, text)| !text.trim().is_empty());
    if let Some((what, _)) =
        secrets.iter().find(|(_, text)| text.trim().chars().count() < MIN_SECRET)
    {
        return Err(format!(
            "{place}: {what} has fewer than {MIN_SECRET} characters, too few to be searched for"
        ));
    }
    secrets.sort();
    secrets.dedup_by(|one, other| one.1 == other.1);
    Ok(secrets)
}

fn password_in(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

/// Looks for `accessToken` and `access_token` in JSON, and in texts that hold JSON, also
/// behind the head of a reply that is written out.
fn collect_tokens(value: &Value, secrets: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match value {
                    Value::String(token) if name == "accessToken" || name == "access_token" => {
                        secrets.push(("a token that the server hands out".into(), token.clone()));
                    }
                    _ => collect_tokens(value, secrets),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_tokens(value, secrets)),
        Value::String(text) => {
            let body = text.rsplit_once("\r\n\r\n").map_or(text.as_str(), |(_, body)| body);
            if body.trim_start().starts_with('{')
                && let Ok(json @ Value::Object(_)) = serde_json::from_str(body)
            {
                collect_tokens(&json, secrets);
            }
        }
        _ => {}
    }
}

/// Searches outcomes and texts for the case's secrets: as they are, percent-encoded in whatever
/// style, and as JSON and debug output write them.
pub(crate) fn search(
    case: &Case,
    outcomes: &[Value],
    texts: &[String],
    differences: &mut Vec<String>,
) {
    let look = |place: String, text: &str, differences: &mut Vec<String>| {
        for (what, secret) in &case.secrets {
            if let Some(way) = find(secret, text) {
                differences.push(format!("{place}: {what} stands in it, {way}"));
            }
        }
    };
    for (index, outcome) in outcomes.iter().enumerate() {
        walk(outcome, &mut |text| {
            look(format!("outcome {}", index + 1), text, differences);
        });
    }
    for (index, text) in texts.iter().enumerate() {
        look(format!("text {}", index + 1), text, differences);
    }
}

fn walk(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(values) => values.iter().for_each(|value| walk(value, visit)),
        Value::Object(map) => {
            for (name, value) in map {
                visit(name);
                walk(value, visit);
            }
        }
        Value::Number(number) => visit(&number.to_string()),
        Value::Null | Value::Bool(_) => {}
    }
}

/// How the secret stands in the text, if it does.
fn find(secret: &str, text: &str) -> Option<&'static str> {
    if text.contains(secret) {
        return Some("as it is");
    }
    let quoted = Value::from(secret).to_string();
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let debug = secret.escape_debug().to_string();
    if inner.is_some_and(|inner| text.contains(inner)) || text.contains(&debug) {
        return Some("escaped");
    }
    // Decoding the text finds every style of encoding. Twice, because a URL in a query is
    // encoded twice.
    let mut decoded = text.to_owned();
    for _ in 0..2 {
        decoded = percent_decode_str(&decoded).decode_utf8_lossy().into_owned();
        if decoded.contains(secret) || decoded.replace('+', " ").contains(secret) {
            return Some("percent-encoded");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_encoding() {
        let secret = "p$s/w\"d\u{e9} 1";
        for text in [
            "before p$s/w\"d\u{e9} 1 after",
            "p%24s%2Fw%22d%C3%A9%201",
            "p%24s%2fw%22d%c3%a9+1",
            "p%2524s%252Fw%2522d%25C3%25A9%25201",
            "{\"a\":\"p$s/w\\\"d\u{e9} 1\"}",
        ] {
            assert!(find(secret, text).is_some(), "not found in {text}");
        }
        assert!(find(secret, "p$s/w\"d").is_none());
    }
}
