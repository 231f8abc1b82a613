//! Expected values: a value stands for itself, and an object asks for a part or for a least
//! number.

use serde_json::Value;

enum Matcher<'a> {
    Contains(&'a str),
    AtLeast(f64),
    Equals(&'a Value),
}

impl<'a> Matcher<'a> {
    /// None for an object that is no matcher.
    fn of(expected: &'a Value) -> Option<Matcher<'a>> {
        let Value::Object(object) = expected else {
            return Some(Matcher::Equals(expected));
        };
        let mut fields = object.iter();
        match (fields.next(), fields.next()) {
            (Some((name, Value::String(part))), None) if name == "contains" => {
                Some(Matcher::Contains(part))
            }
            (Some((name, least)), None) if name == "at_least" => {
                least.as_f64().map(Matcher::AtLeast)
            }
            _ => None,
        }
    }
}

/// Whether `expected` says what it asks for; the text says what is wrong with it.
pub(crate) fn check_matcher(expected: &Value, place: &str) -> Result<(), String> {
    match Matcher::of(expected) {
        Some(_) => Ok(()),
        None => Err(format!(
            "{place}: an object here is {{\"contains\": text}} or {{\"at_least\": number}}, not {expected}"
        )),
    }
}

/// Whether `value` is what `expected` asks for.
pub(crate) fn matches(expected: &Value, value: &Value) -> bool {
    match Matcher::of(expected) {
        Some(Matcher::Contains(part)) => value.as_str().is_some_and(|text| text.contains(part)),
        Some(Matcher::AtLeast(least)) => value.as_f64().is_some_and(|number| number >= least),
        // A language with one kind of number writes 1 for 1.0.
        Some(Matcher::Equals(Value::Number(number))) if value.is_number() => {
            Value::Number(number.clone()) == *value || number.as_f64() == value.as_f64()
        }
        Some(Matcher::Equals(other)) => other == value,
        None => false,
    }
}

/// What `expected` asks for, in words.
pub(crate) fn described(expected: &Value) -> String {
    match Matcher::of(expected) {
        Some(Matcher::Contains(part)) => format!("a text with {part:?} in it"),
        Some(Matcher::AtLeast(least)) => format!("a number of at least {least}"),
        Some(Matcher::Equals(_)) | None => expected.to_string(),
    }
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
