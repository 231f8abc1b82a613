//! What the service answered, by a list of the fields whose values may be shown to others. Pure.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use crate::call::replies::Reply;
use crate::check::step::CheckStep;
use crate::options::{Credentials, Settings};
use crate::secret::Secrets;
use crate::text::excerpt;

/// Fields that hold a code or a request id. Their values are shown where they look like one.
const CODES: [&str; 6] = ["errcode", "sub_code", "code", "status", "request_id", "requestid"];
/// The longest code or request id, in bytes.
const LONGEST_CODE: usize = 64;
/// The longest name of a field that is shown, in bytes, and the deepest level that is told.
const LONGEST_NAME: usize = 40;
const DEEPEST: usize = 5;

/// The report of a check.
pub(super) fn of(
    settings: &Settings,
    steps: &[CheckStep],
    seen: &[Reply],
    secrets: &Secrets,
) -> Map<String, Value> {
    let credentials = match settings.credentials {
        Credentials::App { .. } => "app",
        Credentials::Fixed(_) => "access_token",
    };
    // The host of a gateway is its company's.
    let host = Some(&settings.topapi.host).filter(|host| host.contains(".dingtalk."));
    let steps: Vec<Value> = steps.iter().map(step).collect();
    let replies: Vec<Value> = seen.iter().map(|seen| reply(seen, secrets)).collect();
    let mut report = Map::new();
    report.insert("version".to_owned(), crate::VERSION.into());
    report.insert("host".to_owned(), host.map_or("another", String::as_str).into());
    report.insert("credentials".to_owned(), credentials.into());
    report.insert("proxy".to_owned(), settings.topapi_proxy.is_some().into());
    report.insert("steps".to_owned(), steps.into());
    report.insert("replies".to_owned(), replies.into());
    report
}

fn step(step: &CheckStep) -> Value {
    let mut told = Map::new();
    told.insert("step".to_owned(), step.name.as_str().into());
    told.insert("status".to_owned(), step.status.as_str().into());
    if let Some(error) = &step.error {
        told.insert("kind".to_owned(), error.kind().as_str().into());
        let code = error.code().filter(|code| is_code(code));
        told.extend(code.map(|code| ("code".to_owned(), code.into())));
    }
    Value::Object(told)
}

fn reply(reply: &Reply, secrets: &Secrets) -> Value {
    let answer = &reply.answer;
    let body = match serde_json::from_slice(&answer.body) {
        Ok(body) => shape(&body, "", secrets, 0),
        Err(_) => json!({"type": "not JSON"}),
    };
    json!({
        "path": reply.path,
        "http_status": answer.status,
        "size": answer.body.len(),
        "has_date": answer.date.is_some(),
        "has_retry_after": answer.retry_after.is_some(),
        "body": body,
    })
}

/// A value as others may see it.
fn shape(value: &Value, name: &str, secrets: &Secrets, depth: usize) -> Value {
    // The service's own fields are the outermost: a record may call its fields as it likes.
    let is_own = depth == 1;
    match value {
        Value::String(text) if is_own && CODES.contains(&name) && is_code(text) => {
            without_secrets(text, secrets).into()
        }
        Value::String(text) if is_own && name == "errmsg" => without_secrets(text, secrets).into(),
        Value::String(text) => json!({"type": "string", "length": text.chars().count()}),
        Value::Number(number) if is_own && CODES.contains(&name) => number.clone().into(),
        Value::Number(number) => json!({"type": "number", "length": number.to_string().len()}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Null => Value::Null,
        Value::Array(values) => {
            let mut told = json!({"type": "array", "length": values.len()});
            if let (Some(first), Some(told)) = (values.first(), told.as_object_mut()) {
                told.insert("first".to_owned(), deeper(first, "", secrets, depth));
            }
            told
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| {
                let shown = match is_name(name) {
                    true => without_secrets(name, secrets),
                    false => format!("({} bytes)", name.len()),
                };
                (shown, deeper(value, name, secrets, depth))
            });
            Value::Object(fields.collect())
        }
    }
}

fn deeper(value: &Value, name: &str, secrets: &Secrets, depth: usize) -> Value {
    match depth < DEEPEST {
        true => shape(value, name, secrets, depth + 1),
        false => json!({"type": "deeper"}),
    }
}

/// Digits, letters, and what codes and request ids have between them.
fn is_code(text: &str) -> bool {
    (1..=LONGEST_CODE).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

/// A name that a field of the service may have.
fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

/// A text without the credentials, and without the address that it may quote.
fn without_secrets(text: &str, secrets: &Secrets) -> String {
    let masked = secrets.mask(text);
    let in_address = |c: char| c.is_ascii_hexdigit() || c == '.' || c == ':';
    let mut shown = String::new();
    let mut rest = masked.as_str();
    while !rest.is_empty() {
        let (before, from) = rest.split_at(rest.find(in_address).unwrap_or(rest.len()));
        let (word, after) = from.split_at(from.find(|c| !in_address(c)).unwrap_or(from.len()));
        shown.push_str(before);
        let bare = word.trim_matches(|c| c == '.' || c == ':');
        match bare.parse::<IpAddr>() {
            Ok(_) => shown.push_str(&word.replace(bare, "***")),
            Err(_) => shown.push_str(word),
        }
        rest = after;
    }
    excerpt(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::wire::response::Answer;
    use proptest::prelude::*;
    use std::time::SystemTime;

    fn told(body: &str, secret: &str) -> Value {
        let mut secrets = Secrets::default();
        secrets.add(&Secret::new(secret));
        let answer = Answer { status: 200, retry_after: None, date: None, body: body.into() };
        let came = SystemTime::UNIX_EPOCH;
        reply(&Reply { path: "/topapi/x", answer, came }, &secrets)["body"].clone()
    }

    #[test]
    fn codes_and_request_ids_are_shown_and_all_else_by_type_and_length() {
        let body = r#"{"errcode":0,"errmsg":"ok","request_id":"439eqp31da45","success":true,"results":[
            {"userid":"0125","name":"张三","code":"7","label_ids":[12]},{"userid":"2"}]}"#;
        let expected = json!({
            "errcode": 0, "errmsg": "ok", "request_id": "439eqp31da45", "success": {"type": "boolean"},
            "results": {"type": "array", "length": 2, "first": {
                "userid": {"type": "string", "length": 4},
                "name": {"type": "string", "length": 2},
                "code": {"type": "string", "length": 1},
                "label_ids": {"type": "array", "length": 1, "first": {"type": "number", "length": 2}},
            }},
        });
        assert_eq!(told(body, "hush-hush"), expected);
    }

    #[test]
    fn errmsg_loses_secrets_and_addresses() {
        let body = r#"{"errcode":88,"sub_code":"60020","sub_msg":"x","errmsg":"ip 203.0.113.7, or 2001:db8::1. token hush%2Fhush at 12:30"}"#;
        let expected = json!({
            "errcode": 88, "sub_code": "60020", "sub_msg": {"type": "string", "length": 1},
            "errmsg": "ip ***, or ***. token *** at 12:30",
        });
        assert_eq!(told(body, "hush/hush"), expected);
    }

    #[test]
    fn what_is_no_code_and_no_name_is_not_shown() {
        let body = r#"{"code":"Zhang San","request_id":"a@b","13912345678":1,"hush_hush":null}"#;
        let expected = json!({
            "code": {"type": "string", "length": 9}, "request_id": {"type": "string", "length": 3},
            "(11 bytes)": {"type": "number", "length": 1}, "***": null,
        });
        assert_eq!(told(body, "hush_hush"), expected);
        assert_eq!(told("<html>", "hush"), json!({"type": "not JSON"}));
    }

    proptest! {
        #[test]
        fn no_secret_comes_through(before in "\\PC{0,20}", after in "\\PC{0,20}", name in "errmsg|request_id|code|other") {
            let secret = "8f14e45fceea167a";
            let body = json!({ name: format!("{before}{secret}{after}") });
            prop_assert!(!told(&body.to_string(), secret).to_string().contains(secret));
        }
    }
}
