//! Compares what came with what a case expects. Every difference is a sentence that says where
//! it is, what was expected and what came.

use serde_json::{Map, Value};

use crate::case::{Case, ExpectedRequest};
use crate::matcher::{described, matches};
use crate::play::Record;
use dingtalk_extcontact_sandbox::http::Request;

/// Words for people: they may change, and are compared only where a case names them.
const FREE_FIELDS: [&str; 2] = ["message", "advice"];

pub(crate) fn outcomes(case: &Case, outcomes: &[Value], differences: &mut Vec<String>) {
    if let Some(expect) = &case.expect_build {
        match outcomes {
            [one] => outcome(expect, one, "making the client", differences),
            [] => differences
                .push("making the client should have failed, and no outcome was handed in".into()),
            more => differences.push(format!(
                "making the client should have failed with one outcome, and {} were handed in",
                more.len()
            )),
        }
        return;
    }
    if outcomes.len() != case.calls.len() {
        let mut text = format!(
            "the case makes {} calls, and {} outcomes were handed in",
            case.calls.len(),
            outcomes.len()
        );
        if let [one] = outcomes {
            text.push_str(&format!(" (did making the client fail?): {one}"));
        }
        differences.push(text);
        return;
    }
    for (index, (call, came)) in case.calls.iter().zip(outcomes).enumerate() {
        outcome(&call.expect, came, &format!("call {}", index + 1), differences);
    }
}

fn outcome(expect: &Map<String, Value>, came: &Value, place: &str, differences: &mut Vec<String>) {
    let Value::Object(came) = came else {
        differences.push(format!("{place}: the outcome is {came}, not an object"));
        return;
    };
    let before = differences.len();
    for (name, expected) in expect {
        match came.get(name) {
            None => differences.push(format!(
                "{place}: field `{name}` is missing, expected {}",
                described(expected)
            )),
            Some(value) if matches(expected, value) => {}
            Some(value) => differences.push(format!(
                "{place}: field `{name}`: expected {}, came {value}",
                described(expected)
            )),
        }
    }
    for (name, value) in came {
        if !expect.contains_key(name) && !FREE_FIELDS.contains(&name.as_str()) {
            differences.push(format!("{place}: field `{name}` should not be there, came {value}"));
        }
    }
    // The message explains most differences.
    if differences.len() > before
        && let Some(message) = came.get("message")
    {
        differences.push(format!("{place}: its message was {message}"));
    }
}

/// The requests, and what broke the rules of the case. `address` is where it listened.
pub(crate) fn requests(case: &Case, record: &Record, address: &str, differences: &mut Vec<String>) {
    differences.extend(record.violations.iter().cloned());
    let Some(seen) = &case.seen else {
        return;
    };
    for (index, expected) in seen.iter().enumerate() {
        let place = format!("request {}", index + 1);
        match record.requests.get(index) {
            Some(came) => request(expected, came, address, &place, differences),
            None => differences.push(format!(
                "{place} did not come, expected {} {}",
                expected.method,
                expected.path.as_deref().unwrap_or("(any path)")
            )),
        }
    }
    for (index, came) in record.requests.iter().enumerate().skip(seen.len()) {
        differences.push(format!(
            "request {} should not have come: {} {} on connection {}",
            index + 1,
            came.method,
            came.path,
            came.connection
        ));
    }
    if record.unused > 0 {
        differences.push(format!(
            "{} of {} exchanges were not used",
            record.unused,
            case.server.len()
        ));
    }
}

fn request(
    expected: &ExpectedRequest,
    came: &Request,
    address: &str,
    place: &str,
    differences: &mut Vec<String>,
) {
    let mut compare = |what: &str, expected: String, came: String| {
        if expected != came {
            differences.push(format!("{place}: {what}: expected {expected}, came {came}"));
        }
    };
    compare("method", expected.method.clone(), came.method.clone());
    if let Some(path) = &expected.path {
        compare("path", path.clone(), came.path.clone());
    }
    if let Some(query) = &expected.query {
        compare("query", query.to_string(), as_object(came.query()));
    }
    if let Some(form) = &expected.form {
        compare("form", form.to_string(), as_object(came.form()));
    }
    if let Some(raw_query) = &expected.raw_query {
        compare("raw query", format!("{raw_query:?}"), format!("{:?}", came.raw_query));
    }
    let body = String::from_utf8_lossy(&came.body);
    if let Some(raw_body) = &expected.raw_body {
        compare("raw body", format!("{raw_body:?}"), format!("{body:?}"));
    }
    if let Some(connection) = expected.connection {
        compare("connection", connection.to_string(), came.connection.to_string());
    }
    if let Some(json) = &expected.json
        && came.json().as_ref() != Some(json)
    {
        differences.push(format!("{place}: JSON: expected {json}, came {body:?}"));
    }
    for (name, value) in &expected.headers {
        header(name, value, came, address, place, differences);
    }
}

fn header(
    name: &str,
    expected: &Value,
    came: &Request,
    address: &str,
    place: &str,
    differences: &mut Vec<String>,
) {
    let values: Vec<&str> = came.header_values(name).collect();
    let right = match expected {
        Value::Null => values.is_empty(),
        Value::Array(list) => {
            list.len() == values.len()
                && list
                    .iter()
                    .zip(&values)
                    .all(|(expected, value)| expected.as_str() == Some(value))
        }
        Value::String(text) => values == [text.replace("{address}", address)],
        matcher => match values.as_slice() {
            [value] => matches(matcher, &Value::from(*value)),
            _ => false,
        },
    };
    if right {
        return;
    }
    let came = match values.as_slice() {
        [] => "no such header".to_owned(),
        values => format!("{values:?}"),
    };
    let expected = match expected {
        Value::Null => "no such header".to_owned(),
        other => described(other),
    };
    differences.push(format!("{place}: header {name}: expected {expected}, came {came}"));
}

/// Pairs as the text of a JSON object; a name that came several times has a list.
fn as_object(pairs: Vec<(String, String)>) -> String {
    let mut map = Map::new();
    for (name, value) in pairs {
        let value = Value::from(value);
        match map.get_mut(&name) {
            None => {
                map.insert(name, value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
    }
    Value::Object(map).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn compared(expect: Value, came: Value) -> Vec<String> {
        let mut differences = Vec::new();
        let expect = expect.as_object().unwrap().clone();
        outcome(&expect, &came, "call 1", &mut differences);
        differences
    }

    #[test]
    fn an_outcome_is_compared_field_by_field_and_whole() {
        let expect = json!({"kind": "api", "attempts": 1, "errcode": 33012});
        let good =
            json!({"kind": "api", "attempts": 1, "errcode": 33012, "message": "m", "advice": "a"});
        assert!(compared(expect.clone(), good).is_empty());
        let wrong = compared(expect, json!({"kind": "api", "attempts": 2, "sub_code": "1"}));
        assert_eq!(
            wrong,
            [
                "call 1: field `attempts`: expected 1, came 2",
                "call 1: field `errcode` is missing, expected 33012",
                "call 1: field `sub_code` should not be there, came \"1\"",
            ]
        );
    }

    #[test]
    fn words_are_compared_only_where_they_are_named() {
        let came = json!({"kind": "api", "message": "all is lost"});
        assert!(compared(json!({"kind": "api"}), came.clone()).is_empty());
        let wrong = compared(json!({"kind": "api", "message": {"contains": "won"}}), came);
        assert!(wrong[0].contains("expected a text with \"won\" in it, came \"all is lost\""));
    }

    #[test]
    fn a_name_that_came_twice_is_a_list() {
        let pairs = vec![("a".into(), "1".into()), ("a".into(), "2".into())];
        assert_eq!(as_object(pairs), r#"{"a":["1","2"]}"#);
    }
}
