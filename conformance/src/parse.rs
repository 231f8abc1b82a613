//! The format of the cases: JSON files to checked values, or a sentence that says what is wrong.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dingtalk_extcontact_sandbox::http::Reply;
use serde_json::{Map, Value};

use crate::case::{Call, Case, Exchange, ExpectedRequest, Step, Trigger};
use crate::fields::{Fields, numbered};
use crate::matcher::check_matcher;
use crate::secrets::secrets_of;

/// Enough for every case about sizes; a typing error in a case must not fill the memory.
const MAX_REPEATED: u64 = 64 * 1024 * 1024;

const TEXT_OPTIONS: [&str; 8] =
    ["access_token", "app_key", "app_secret", "region", "endpoint", "proxy", "ca_file", "language"];
const NUMBER_OPTIONS: [&str; 5] =
    ["timeout", "attempt_timeout", "connect_timeout", "max_attempts", "rate"];

/// Reads every `*.json` of a folder, in the order of their names.
pub(crate) fn load(folder: &Path) -> Result<Vec<Case>, String> {
    let shown = folder.display();
    let entries = fs::read_dir(folder).map_err(|error| format!("{shown}: {error}"))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| format!("{shown}: {error}"))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    let mut cases = Vec::new();
    let mut names = BTreeSet::new();
    for path in files {
        let file =
            path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let text = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
        for case in read_file(&text, &file)? {
            if !names.insert(case.name.clone()) {
                return Err(format!("{file}: case {}: the name is taken", case.name));
            }
            cases.push(case);
        }
    }
    if cases.is_empty() {
        return Err(format!("{shown}: there is no case in this folder"));
    }
    Ok(cases)
}

fn read_file(text: &str, file: &str) -> Result<Vec<Case>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("{file}: {error}"))?;
    let mut fields = Fields::of(&value, file)?;
    fields.text("about")?;
    let cases = fields.list("cases")?;
    fields.end()?;
    if cases.is_empty() {
        return Err(format!("{file}: `cases` is empty"));
    }
    cases
        .iter()
        .enumerate()
        .map(|(index, case)| {
            let place = match case.get("name").and_then(Value::as_str) {
                Some(name) => format!("{file}: case {name}"),
                None => format!("{file}: case number {}", index + 1),
            };
            read_case(case, &place)
        })
        .collect()
}

fn read_case(value: &Value, place: &str) -> Result<Case, String> {
    let mut fields = Fields::of(value, place)?;
    let name = fields.text("name")?.to_owned();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(format!(
            "{place}: `name` may have letters, digits and hyphens, and must have one"
        ));
    }
    fields.text("about")?;
    let options = read_options(fields.required("options")?, &format!("{place}: options"))?;
    let expect_build = fields
        .optional("expect_build")
        .map(|value| read_expect(value, &format!("{place}: expect_build")))
        .transpose()?;
    let calls = match (fields.optional_list("calls")?, &expect_build) {
        (Some(_), Some(_)) => {
            return Err(format!("{place}: `calls` and `expect_build` exclude each other"));
        }
        (None, Some(_)) => Vec::new(),
        (None, None) => return Err(format!("{place}: `calls` is missing")),
        (Some([]), None) => {
            return Err(format!("{place}: `calls` is empty"));
        }
        (Some(calls), None) => numbered(calls, place, "call", read_call)?,
    };
    let refused = fields.optional_bool("refused")?.unwrap_or(false);
    let proxied = fields.optional_bool("proxied")?.unwrap_or(false);
    let https = match fields.optional_text("scheme")? {
        None | Some("http") => false,
        Some("https") => true,
        Some(other) => {
            return Err(format!("{place}: `scheme` is \"http\" or \"https\", not {other:?}"));
        }
    };
    let exchanges = fields.optional_list("server")?;
    let server = match exchanges {
        Some(_) if refused => {
            return Err(format!("{place}: `server` and `refused` exclude each other"));
        }
        None if !refused && expect_build.is_none() => {
            return Err(format!(
                "{place}: `server` is missing (an empty list, if nothing is to be sent)"
            ));
        }
        None => Vec::new(),
        Some(exchanges) => numbered(exchanges, place, "exchange", read_exchange)?,
    };
    let seen = match fields.optional_list("seen")? {
        None => None,
        Some(seen) => Some(numbered(seen, place, "seen request", read_seen)?),
    };
    fields.end()?;
    if proxied && !options.contains_key("endpoint") && !options.contains_key("region") {
        return Err(format!("{place}: a proxied case states an `endpoint` or a `region`"));
    }
    let secrets = secrets_of(&options, &calls, exchanges.unwrap_or_default(), place)?;
    Ok(Case { name, options, expect_build, calls, server, https, refused, proxied, seen, secrets })
}

fn read_options(value: &Value, place: &str) -> Result<Map<String, Value>, String> {
    let Value::Object(options) = value else {
        return Err(format!("{place}: expected an object, not {value}"));
    };
    for (name, value) in options {
        let (known, right) = if TEXT_OPTIONS.contains(&name.as_str()) {
            (true, value.is_string())
        } else if NUMBER_OPTIONS.contains(&name.as_str()) {
            (true, value.is_number() || (name == "rate" && value.is_null()))
        } else {
            (name == "missing_ok", value.is_boolean())
        };
        if !known {
            return Err(format!("{place}: there is no option `{name}`"));
        }
        if !right {
            return Err(format!("{place}: `{name}` cannot be {value}"));
        }
    }
    Ok(options.clone())
}

fn read_call(value: &Value, place: &str) -> Result<Call, String> {
    let mut fields = Fields::of(value, place)?;
    fields.text("user_id")?;
    fields.optional_number("timeout")?;
    fields.optional_bool("missing_ok")?;
    fields.optional_text("set_access_token")?;
    fields.optional_bool("close")?;
    match fields.optional("cancel") {
        None | Some(Value::Number(_)) => {}
        Some(Value::String(when)) if when == "before" => {}
        Some(other) => {
            return Err(format!(
                "{place}: `cancel` is \"before\" or a number of seconds, not {other}"
            ));
        }
    }
    let expect = read_expect(fields.required("expect")?, &format!("{place}: expect"))?;
    fields.end()?;
    let mut asked = value.clone();
    if let Value::Object(asked) = &mut asked {
        asked.remove("expect");
    }
    Ok(Call { asked, expect })
}

fn read_expect(value: &Value, place: &str) -> Result<Map<String, Value>, String> {
    let Value::Object(expect) = value else {
        return Err(format!("{place}: expected an object, not {value}"));
    };
    let status = expect.get("status").and_then(Value::as_str);
    let right = match status {
        Some("failed") => expect.contains_key("kind"),
        Some("deleted" | "absent") => !expect.contains_key("kind"),
        _ => false,
    };
    if !right {
        return Err(format!(
            "{place}: `status` is \"deleted\", \"absent\" or \"failed\", the last one with a `kind`"
        ));
    }
    for (name, value) in expect {
        check_matcher(value, &format!("{place}: {name}"))?;
    }
    Ok(expect.clone())
}

fn read_exchange(value: &Value, place: &str) -> Result<Exchange, String> {
    let mut fields = Fields::of(value, place)?;
    let on = match fields.optional_text("on")? {
        None | Some("request") => Trigger::Request,
        Some("connection") => Trigger::Connection,
        Some("accept") => Trigger::Accept,
        Some(other) => {
            return Err(format!(
                "{place}: `on` is \"request\", \"connection\" or \"accept\", not {other:?}"
            ));
        }
    };
    let reply = fields.optional("reply");
    let steps = match (reply, fields.optional_list("do")?) {
        (Some(reply), None) => vec![Step::Reply(read_reply(reply, &format!("{place}: reply"))?)],
        (None, Some(steps)) => numbered(steps, place, "step", read_step)?,
        _ => return Err(format!("{place}: needs `reply` or `do`, and not both")),
    };
    fields.end()?;
    let ends = |step: &Step| matches!(step, Step::Close | Step::Reset);
    if let Some(position) = steps.iter().position(ends)
        && position + 1 < steps.len()
    {
        return Err(format!("{place}: step {} follows the end of the connection", position + 2));
    }
    Ok(Exchange { on, steps })
}

fn read_reply(value: &Value, place: &str) -> Result<Reply, String> {
    let mut fields = Fields::of(value, place)?;
    let status = match fields.optional_count("status")? {
        None => 200,
        Some(status) => match u16::try_from(status) {
            Ok(status @ 100..=999) => status,
            _ => return Err(format!("{place}: `status` has three digits, not {status}")),
        },
    };
    let reason = fields.optional_text("reason")?.map(str::to_owned);
    let mut headers = Vec::new();
    if let Some(value) = fields.optional("headers") {
        let Value::Object(map) = value else {
            return Err(format!("{place}: `headers` is an object, not {value}"));
        };
        for (name, value) in map {
            let values = match value {
                Value::Array(values) => values.as_slice(),
                one => std::slice::from_ref(one),
            };
            for value in values {
                let Some(text) = value.as_str() else {
                    return Err(format!(
                        "{place}: header {name} is text or a list of texts, not {value}"
                    ));
                };
                headers.push((name.clone(), text.to_owned()));
            }
        }
    }
    let broken = |text: &str| text.contains(['\r', '\n']);
    if reason.as_deref().is_some_and(broken)
        || headers.iter().any(|(name, value)| name.is_empty() || broken(name) || broken(value))
    {
        return Err(format!("{place}: line ends in a head are for `send`, not for `reply`"));
    }
    let body = match fields.optional("body") {
        None => Vec::new(),
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(json) => json.to_string().into_bytes(),
    };
    fields.end()?;
    Ok(Reply { status, reason, headers, body })
}

fn read_step(value: &Value, place: &str) -> Result<Step, String> {
    const KINDS: [&str; 10] = [
        "send",
        "send_hex",
        "gzip_body",
        "repeat",
        "nested",
        "delay",
        "drip",
        "hold",
        "close",
        "reset",
    ];
    let mut fields = Fields::of(value, place)?;
    if let Some(reply) = fields.optional("reply") {
        fields.end()?;
        return Ok(Step::Reply(read_reply(reply, &format!("{place}: reply"))?));
    }
    let kind = KINDS
        .into_iter()
        .find(|kind| value.get(kind).is_some())
        .ok_or_else(|| format!("{place}: there is no such step as {value}"))?;
    let step = match kind {
        "send" => Step::Send(fields.text("send")?.as_bytes().to_vec()),
        "send_hex" => {
            let text = fields.text("send_hex")?;
            let bytes = from_hex(text)
                .ok_or_else(|| format!("{place}: {text:?} is not pairs of hexadecimal digits"))?;
            Step::Send(bytes)
        }
        "gzip_body" => Step::Gzip(fields.text("gzip_body")?.as_bytes().to_vec()),
        "repeat" => {
            let bytes = fields.text("repeat")?.as_bytes().to_vec();
            let times = fields.count("times")?;
            check_size(bytes.len(), times, place)?;
            Step::Repeat { bytes, times }
        }
        "nested" => {
            let times = fields.count("nested")?;
            let open = fields.text("open")?.to_owned();
            let inside = fields.text("inside")?.to_owned();
            let close = fields.text("close")?.to_owned();
            check_size(open.len() + close.len(), times, place)?;
            Step::Nested { times, open, inside, close }
        }
        "delay" => Step::Delay(fields.seconds("delay")?),
        "drip" => Step::Drip {
            bytes: fields.text("drip")?.as_bytes().to_vec(),
            every: fields.seconds("every")?,
        },
        flag => {
            if fields.optional_bool(flag)? != Some(true) {
                return Err(format!("{place}: `{flag}` can only be true"));
            }
            match flag {
                "hold" => Step::Hold,
                "close" => Step::Close,
                _ => Step::Reset,
            }
        }
    };
    fields.end()?;
    Ok(step)
}

fn check_size(length: usize, times: u64, place: &str) -> Result<(), String> {
    let total = u64::try_from(length).unwrap_or(u64::MAX).saturating_mul(times);
    if total > MAX_REPEATED {
        return Err(format!("{place}: {total} bytes are more than 64 MiB"));
    }
    Ok(())
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

fn read_seen(value: &Value, place: &str) -> Result<ExpectedRequest, String> {
    let mut fields = Fields::of(value, place)?;
    let mut headers = Vec::new();
    if let Some(value) = fields.optional("headers") {
        let Value::Object(map) = value else {
            return Err(format!("{place}: `headers` is an object, not {value}"));
        };
        for (name, value) in map {
            let texts = |values: &Vec<Value>| values.iter().all(Value::is_string);
            match value {
                Value::Null | Value::String(_) => {}
                Value::Array(values) if texts(values) => {}
                Value::Object(_) => check_matcher(value, &format!("{place}: header {name}"))?,
                _ => {
                    return Err(format!(
                        "{place}: header {name} is text, a list of texts, null or a \
                         {{\"contains\": text}}, not {value}"
                    ));
                }
            }
            headers.push((name.clone(), value.clone()));
        }
    }
    let seen = ExpectedRequest {
        method: fields.optional_text("method")?.unwrap_or("POST").to_owned(),
        path: fields.optional_text("path")?.map(str::to_owned),
        query: fields.optional_pairs("query")?,
        form: fields.optional_pairs("form")?,
        json: fields.optional("json").cloned(),
        headers,
        raw_query: fields.optional_text("raw_query")?.map(str::to_owned),
        raw_body: fields.optional_text("raw_body")?.map(str::to_owned),
        connection: fields.optional_count("connection")?,
    };
    fields.end()?;
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r#"{"about": "a", "cases": [{"name": "one", "about": "b",
        "options": {"access_token": "tok-1"},
        "calls": [{"user_id": "01", "expect": {"status": "deleted"}}],
        "server": [{"reply": {"body": {"errcode": 0}}}]}]}"#;

    fn read(text: &str) -> Result<Vec<Case>, String> {
        read_file(text, "f.json")
    }

    fn refusal(from: &str, to: &str) -> String {
        let text = PLAIN.replace(from, to);
        assert_ne!(text, PLAIN, "nothing was replaced");
        match read(&text) {
            Ok(_) => panic!("this was accepted: {text}"),
            Err(message) => message,
        }
    }

    #[test]
    fn a_plain_case_is_accepted() {
        let cases = read(PLAIN).unwrap();
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0].name, "one");
        assert_eq!(cases[0].calls[0].asked, serde_json::json!({"user_id": "01"}));
        assert_eq!(cases[0].secrets.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (from, to, said) in [
            (r#""server""#, r#""sever""#, "f.json: case one: `server` is missing"),
            (r#""reply""#, r#""repply""#, "case one: exchange 1: needs `reply` or `do`"),
            (r#""user_id""#, r#""userid""#, "case one: call 1: `user_id` is missing"),
            (r#""user_id": "01","#, r#""user_id": "01", "x": 1,"#, "call 1: there is no field `x`"),
            (r#""user_id": "01""#, r#""user_id": 1"#, "`user_id` is text, not 1"),
            (r#""name": "one""#, r#""name": "o ne""#, "letters, digits and hyphens"),
            (r#""tok-1""#, r#""tok""#, "too few to be searched for"),
            (r#""access_token""#, r#""token""#, "there is no option `token`"),
            (r#"{"status": "deleted"}"#, r#"{"attempts": 1}"#, "the last one with a `kind`"),
            (
                r#"{"status": "deleted"}"#,
                r#"{"status": "deleted", "code": {"like": "x"}}"#,
                "an object here is",
            ),
            (
                r#"{"reply": {"body": {"errcode": 0}}}"#,
                r#"{"do": [{"send_hex": "0g"}]}"#,
                "exchange 1: step 1: \"0g\" is not",
            ),
            (
                r#"{"reply": {"body": {"errcode": 0}}}"#,
                r#"{"do": [{"send_hex": "012"}]}"#,
                "is not pairs",
            ),
            (
                r#"{"reply": {"body": {"errcode": 0}}}"#,
                r#"{"do": [{"sing": "la"}]}"#,
                "there is no such step",
            ),
            (
                r#"{"reply": {"body": {"errcode": 0}}}"#,
                r#"{"do": [{"delay": 1, "hold": true}]}"#,
                "there is no field `hold`",
            ),
            (
                r#"{"reply": {"body": {"errcode": 0}}}"#,
                r#"{"do": [{"reset": true}, {"send": "x"}]}"#,
                "step 2 follows the end",
            ),
            (r#"{"reply": {"body": {"errcode": 0}}}"#, r#"{"on": "fire", "do": []}"#, "`on` is"),
            (r#"{"body": {"errcode": 0}}"#, r#"{"status": 99}"#, "three digits"),
            (
                r#"{"errcode": 0}"#,
                r#"{"accessToken": "x"}"#,
                "a token that the server hands out has fewer",
            ),
            (r#""about": "b","#, "", "`about` is missing"),
            (r#""about": "b","#, r#""about": "b", "refused": true,"#, "exclude each other"),
            (r#""about": "b","#, r#""about": "b", "proxied": true,"#, "states an `endpoint`"),
            (r#""about": "b","#, r#""about": "b", "scheme": "ftp","#, "`scheme` is"),
            (
                r#""about": "b","#,
                r#""about": "b", "seen": [{"pth": "/"}],"#,
                "seen request 1: there is no field `pth`",
            ),
        ] {
            let message = refusal(from, to);
            assert!(message.contains(said), "{message:?} does not say {said:?}");
        }
    }

    #[test]
    fn secrets_are_found_wherever_a_case_has_them() {
        let text = PLAIN
            .replace(
                r#""access_token": "tok-1""#,
                r#""app_key": "k", "app_secret": "secret-1", "proxy": "http://u:pa%24s@127.0.0.1:1""#,
            )
            .replace(
                r#"{"reply": {"body": {"errcode": 0}}}"#,
                r#"{"reply": {"body": {"accessToken": "given-1"}}},
                   {"reply": {"body": "{\"access_token\": \"given-2\"}"}},
                   {"do": [{"send": "HTTP/1.1 200 OK\r\n\r\n{\"accessToken\":\"given-3\"}"}]}"#,
            )
            .replace(r#""user_id": "01""#, r#""user_id": "01", "set_access_token": "later-1""#);
        let cases = read(&text).unwrap();
        let mut found: Vec<&str> = cases[0].secrets.iter().map(|(_, text)| &**text).collect();
        found.sort_unstable();
        assert_eq!(
            found,
            ["given-1", "given-2", "given-3", "later-1", "pa$s", "pa%24s", "secret-1"]
        );
    }
}
