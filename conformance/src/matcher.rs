//! Expected values: a value stands for itself, and an object asks for a part or for a least
//! number.

use serde_json::Value;

pub(crate) fn check_matcher(value: &Value, place: &str) -> Result<(), String> {
    let Value::Object(matcher) = value else {
        return Ok(());
    };
    let known = match (matcher.len(), matcher.iter().next()) {
        (1, Some((name, value))) => match name.as_str() {
            "contains" => value.is_string(),
            "at_least" => value.is_number(),
            _ => false,
        },
        _ => false,
    };
    if known {
        Ok(())
    } else {
        Err(format!(
            "{place}: an object here is {{\"contains\": text}} or {{\"at_least\": number}}, not {value}"
        ))
    }
}

/// Whether `value` is what `expected` asks for.
pub(crate) fn matches(expected: &Value, value: &Value) -> bool {
    match expected {
        Value::Object(matcher) => {
            if let Some(part) = matcher.get("contains").and_then(Value::as_str) {
                return value.as_str().is_some_and(|text| text.contains(part));
            }
            if let Some(least) = matcher.get("at_least").and_then(Value::as_f64) {
                return value.as_f64().is_some_and(|number| number >= least);
            }
            false
        }
        // A language with one kind of number writes 1 for 1.0.
        Value::Number(number) if value.is_number() => {
            Value::Number(number.clone()) == *value || number.as_f64() == value.as_f64()
        }
        other => other == value,
    }
}

pub(crate) fn described(expected: &Value) -> String {
    if let Value::Object(matcher) = expected {
        if let Some(part) = matcher.get("contains") {
            return format!("a text with {part} in it");
        }
        if let Some(least) = matcher.get("at_least") {
            return format!("a number of at least {least}");
        }
    }
    expected.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn matchers_ask_for_parts_and_least_numbers_and_numbers_have_no_type() {
        let ok = |expect: Value, came: Value| matches(&expect, &came);
        assert!(ok(json!({"contains": "bc"}), json!("abcd")));
        assert!(!ok(json!({"contains": "x"}), json!("abcd")));
        assert!(ok(json!({"at_least": 2}), json!(2)));
        assert!(!ok(json!({"at_least": 2}), json!(1.5)));
        assert!(!ok(json!({"at_least": 2}), json!("3")));
        assert!(ok(json!(1), json!(1.0)));
        assert!(!ok(json!(1), json!("1")));
        assert!(!ok(json!(0), json!(false)));
        assert!(ok(json!("a"), json!("a")));
    }
}
