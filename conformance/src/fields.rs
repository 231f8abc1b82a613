//! Reads the fields of a JSON object one by one. What is missing, of another type or left over
//! is told with its place.

use std::time::Duration;

use serde_json::{Map, Value};

pub(crate) fn numbered<T>(
    values: &[Value],
    place: &str,
    what: &str,
    read: impl Fn(&Value, &str) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    values
        .iter()
        .enumerate()
        .map(|(index, value)| read(value, &format!("{place}: {what} {}", index + 1)))
        .collect()
}

/// An object whose fields are asked for one by one; at the end none may be left over.
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    place: &'a str,
    asked: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(value: &'a Value, place: &'a str) -> Result<Fields<'a>, String> {
        match value {
            Value::Object(map) => Ok(Fields { map, place, asked: Vec::new() }),
            _ => Err(format!("{place}: expected an object, not {value}")),
        }
    }

    pub(crate) fn optional(&mut self, name: &'a str) -> Option<&'a Value> {
        self.asked.push(name);
        self.map.get(name)
    }

    pub(crate) fn required(&mut self, name: &'a str) -> Result<&'a Value, String> {
        let place = self.place;
        self.optional(name).ok_or_else(|| format!("{place}: `{name}` is missing"))
    }

    fn as_kind<T>(
        &mut self,
        name: &'a str,
        kind: &str,
        convert: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, String> {
        match self.optional(name) {
            None => Ok(None),
            Some(value) => match convert(value) {
                Some(converted) => Ok(Some(converted)),
                None => Err(format!("{}: `{name}` is {kind}, not {value}", self.place)),
            },
        }
    }

    fn there<T>(&self, name: &str, value: Option<T>) -> Result<T, String> {
        value.ok_or_else(|| format!("{}: `{name}` is missing", self.place))
    }

    pub(crate) fn optional_text(&mut self, name: &'a str) -> Result<Option<&'a str>, String> {
        self.as_kind(name, "text", Value::as_str)
    }

    pub(crate) fn text(&mut self, name: &'a str) -> Result<&'a str, String> {
        let text = self.optional_text(name)?;
        self.there(name, text)
    }

    pub(crate) fn optional_bool(&mut self, name: &'a str) -> Result<Option<bool>, String> {
        self.as_kind(name, "true or false", Value::as_bool)
    }

    pub(crate) fn optional_number(&mut self, name: &'a str) -> Result<Option<f64>, String> {
        self.as_kind(name, "a number", Value::as_f64)
    }

    pub(crate) fn optional_count(&mut self, name: &'a str) -> Result<Option<u64>, String> {
        self.as_kind(name, "a whole number", Value::as_u64)
    }

    pub(crate) fn count(&mut self, name: &'a str) -> Result<u64, String> {
        let count = self.optional_count(name)?;
        self.there(name, count)
    }

    pub(crate) fn seconds(&mut self, name: &'a str) -> Result<Duration, String> {
        let duration = self.as_kind(name, "a number of seconds", |value| {
            Duration::try_from_secs_f64(value.as_f64()?).ok()
        })?;
        self.there(name, duration)
    }

    pub(crate) fn optional_list(&mut self, name: &'a str) -> Result<Option<&'a [Value]>, String> {
        self.as_kind(name, "a list", |value| value.as_array().map(Vec::as_slice))
    }

    pub(crate) fn list(&mut self, name: &'a str) -> Result<&'a [Value], String> {
        let list = self.optional_list(name)?;
        self.there(name, list)
    }

    /// Names and texts; a name that is sent several times has a list.
    pub(crate) fn optional_pairs(&mut self, name: &'a str) -> Result<Option<Value>, String> {
        let text_or_texts = |value: &Value| match value {
            Value::Array(values) => values.iter().all(Value::is_string),
            other => other.is_string(),
        };
        self.as_kind(name, "an object of texts", |value| {
            let map = value.as_object()?;
            map.values().all(text_or_texts).then(|| value.clone())
        })
    }

    pub(crate) fn end(self) -> Result<(), String> {
        match self.map.keys().find(|name| !self.asked.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(format!("{}: there is no field `{name}`", self.place)),
        }
    }
}
