//! What of a record can be created again. Pure: no clock and no socket.

use serde_json::{Map, Value};

use crate::error::Error;
use crate::text::excerpt;
use crate::wire::request::check_user_id;

/// The fields that the create call demands as text, and those that it takes besides
/// (the page "Add enterprise external contacts" of DingTalk's documentation).
const REQUIRED: [&str; 4] = ["name", "mobile", "state_code", "follower_user_id"];
const OPTIONAL: [&str; 4] = ["title", "address", "remark", "company_name"];
/// The most ids that it takes in a list.
const MOST_IDS: usize = 20;

/// The contact of a record, as the create call takes it.
#[derive(Debug)]
pub(super) struct NewContact {
    /// The id that it had.
    pub old_user_id: String,
    pub fields: Map<String, Value>,
    pub number: Number,
    /// The fields of the record that are lost, as the create call does not take them.
    pub lost: Vec<String>,
}

/// The telephone number of a contact, which tells the service whether it has the contact already
/// (inferred).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Number {
    pub state_code: String,
    pub mobile: String,
}

/// Checks a record as [`Client::restore`](crate::Client::restore) does before it sends anything.
/// Returns the fields that restoring it loses, such as `email`: the service does not take them.
///
/// # Errors
///
/// `invalid_argument`: the record lacks what creating a contact needs, or has what it cannot have.
///
/// ```
/// let record = serde_json::json!({
///     "userid": "0125400001", "name": "Erika Mustermann", "mobile": "17139200001",
///     "state_code": "49", "follower_user_id": "manager1", "label_ids": [1000001],
///     "email": "erika@example.org",
/// });
/// let lost = dingtalk_extcontact::check_record(record.as_object().unwrap())?;
/// assert_eq!(lost, ["email"]);
/// # Ok::<(), dingtalk_extcontact::Error>(())
/// ```
pub fn check_record(record: &Map<String, Value>) -> Result<Vec<String>, Error> {
    NewContact::of(record).map(|contact| contact.lost)
}

impl NewContact {
    /// Takes what can be created from a record, as the service sends them.
    pub fn of(record: &Map<String, Value>) -> Result<NewContact, Error> {
        let Some(old_user_id) = record.get("userid").and_then(Value::as_str) else {
            let advice = phrase!("Give the record as the service sent it; nothing was sent.");
            return Err(Error::invalid("the record has no userid", advice));
        };
        check_user_id(old_user_id)?;
        NewContact::with_id(old_user_id, record).map_err(|problem| {
            let advice =
                phrase!("Complete the record, or create the contact by hand; nothing was sent.");
            let message = format!("the record of contact {} {problem}", excerpt(old_user_id));
            Error::invalid(message, advice)
                .with(|fields| fields.user_id = Some(old_user_id.to_owned()))
        })
    }

    fn with_id(old_user_id: &str, record: &Map<String, Value>) -> Result<NewContact, String> {
        let mut fields = Map::new();
        for name in REQUIRED {
            match text(record, name)? {
                Some(text) => fields.insert(name.to_owned(), text.into()),
                None => return Err(format!("has no {name}, and no contact is created without")),
            };
        }
        match ids(record, "label_ids", label)? {
            labels if labels.is_empty() => {
                return Err("has no labels, and no contact is created without".to_owned());
            }
            labels => fields.insert("label_ids".to_owned(), labels.into()),
        };
        for name in OPTIONAL {
            if let Some(text) = text(record, name)? {
                fields.insert(name.to_owned(), text.into());
            }
        }
        for (name, id) in
            [("share_dept_ids", label as fn(&Value) -> Option<Value>), ("share_user_ids", user)]
        {
            let ids = ids(record, name, id)?;
            if !ids.is_empty() {
                fields.insert(name.to_owned(), ids.into());
            }
        }
        let is_lost = |(name, value): &(&String, &Value)| {
            let is_empty = match value {
                Value::Null => true,
                Value::String(text) => text.is_empty(),
                Value::Array(values) => values.is_empty(),
                _ => false,
            };
            name.as_str() != "userid" && !is_empty && !fields.contains_key(name.as_str())
        };
        let lost = record.iter().filter(is_lost).map(|(name, _)| name.clone()).collect();
        let number = Number::of(record).ok_or("has no telephone number")?;
        Ok(NewContact { old_user_id: old_user_id.to_owned(), fields, number, lost })
    }
}

impl Number {
    /// The number in a record; `None` where it has none.
    pub fn of(record: &Map<String, Value>) -> Option<Number> {
        let text = |name| text(record, name).ok().flatten();
        Some(Number { state_code: text("state_code")?, mobile: text("mobile")? })
    }
}

/// A text that is not blank; `None` where there is none.
fn text(record: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match record.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("has a {name} that is not text")),
    }
}

fn ids(
    record: &Map<String, Value>,
    name: &str,
    id: fn(&Value) -> Option<Value>,
) -> Result<Vec<Value>, String> {
    let ids = match record.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(ids)) => ids,
        Some(_) => return Err(format!("has {name} that are no list")),
    };
    if ids.len() > MOST_IDS {
        return Err(format!("has {} {name}, and at most {MOST_IDS} are taken", ids.len()));
    }
    let ids: Option<Vec<Value>> = ids.iter().map(id).collect();
    ids.ok_or_else(|| format!("has {name} that are no ids"))
}

/// A number, which some replies have as digits.
fn label(id: &Value) -> Option<Value> {
    match id {
        Value::String(digits) => digits.parse::<u64>().ok().map(Value::from),
        id => id.as_i64().map(Value::from),
    }
}

fn user(id: &Value) -> Option<Value> {
    id.as_str().filter(|id| !id.is_empty()).map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn record() -> Value {
        json!({"userid": "0125", "name": "n", "mobile": "1", "state_code": "86",
               "follower_user_id": "m", "label_ids": [1, "2"], "email": "e@e.example",
               "title": "", "share_user_ids": ["u"], "share_dept_ids": [], "extra": 1})
    }

    fn refused(change: impl FnOnce(&mut Value)) -> String {
        let mut record = record();
        change(&mut record);
        let error = NewContact::of(record.as_object().unwrap()).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument);
        error.message().to_owned()
    }

    #[test]
    fn what_is_sent_and_what_is_lost() {
        let contact = NewContact::of(record().as_object().unwrap()).unwrap();
        let sent = json!({"name": "n", "mobile": "1", "state_code": "86", "follower_user_id": "m",
                          "label_ids": [1, 2], "share_user_ids": ["u"]});
        assert_eq!(Value::Object(contact.fields), sent);
        assert_eq!(contact.old_user_id, "0125");
        let mut lost = contact.lost;
        lost.sort();
        assert_eq!(lost, ["email", "extra"]);
    }

    #[test]
    fn a_record_that_lacks_what_a_contact_needs_is_refused_by_name() {
        for name in REQUIRED {
            for nothing in [json!(null), json!(""), json!(" ")] {
                let said = refused(|record| record[name] = nothing);
                assert!(said.contains(&format!("contact 0125 has no {name}")), "{said}");
            }
            assert!(refused(|it| it[name] = json!(7)).contains("is not text"), "{name}");
        }
        for nothing in [json!(null), json!([])] {
            assert!(refused(|it| it["label_ids"] = nothing).contains("no labels"));
        }
        for name in ["label_ids", "share_dept_ids", "share_user_ids"] {
            for (wrong, said) in [
                (json!("1"), "no list"),
                (json!([{}]), "no ids"),
                (json!([1.5]), "no ids"),
                (json!(vec![1; 21]), "has 21"),
            ] {
                assert!(refused(|it| it[name] = wrong).contains(said), "{name}: {said}");
            }
        }
        assert!(refused(|it| it["userid"] = json!(125)).contains("no userid"));
        assert!(refused(|it| it["userid"] = json!("0125 ")).contains("white space"));
    }

    proptest! {
        #[test]
        fn no_text_of_a_record_is_changed(name in "\\PC{1,40}", mobile in "\\PC{1,20}") {
            let mut record = record();
            record["name"] = json!(name);
            record["mobile"] = json!(mobile);
            match NewContact::of(record.as_object().unwrap()) {
                Ok(contact) => {
                    prop_assert_eq!(&contact.fields["name"], &json!(name));
                    prop_assert_eq!(&contact.fields["mobile"], &json!(mobile));
                }
                Err(_) => prop_assert!(name.trim().is_empty() || mobile.trim().is_empty()),
            }
        }
    }
}
