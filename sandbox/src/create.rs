//! The checks of the create call, on a contact that is to be made.
//!
//! The codes and the fields are those of its page. That a list may be too long for 40035, that
//! a mobile number is digits alone, and the order of the checks are inferred.

use serde_json::{Map, Value};

/// The most ids in a list (the page).
const MOST_IDS: usize = 20;

/// Why a contact is not made: the errcode and the errmsg.
pub(crate) type Refusal = (i64, String);

/// Checks the fields and takes what the call knows: the record of the new contact, without its
/// userid.
pub(crate) fn checked(contact: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let mut record = Map::new();
    for name in ["name", "mobile", "state_code", "follower_user_id"] {
        match contact.get(name).and_then(Value::as_str).map(str::trim) {
            Some(text) if !text.is_empty() => record.insert(name.to_owned(), text.into()),
            _ => return Err((40036, format!("必填参数为空 {name}"))),
        };
    }
    let digits = |name: &str| {
        let text = record.get(name).and_then(Value::as_str).unwrap_or_default();
        text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits("mobile") || !digits("state_code") {
        return Err((60103, "手机号码不合法".to_owned()));
    }
    if record.get("name").and_then(Value::as_str).is_some_and(|name| name.contains(['\n', '\t'])) {
        return Err((60112, "姓名不合法".to_owned()));
    }
    if numbers(contact, "label_ids")?.is_none_or(|labels| labels.is_empty()) {
        return Err((60204, "缺少label_ids".to_owned()));
    }
    for name in ["label_ids", "share_dept_ids"] {
        record.insert(name.to_owned(), numbers(contact, name)?.unwrap_or_default().into());
    }
    record.insert("share_user_ids".to_owned(), texts(contact, "share_user_ids")?.into());
    for name in ["title", "address", "remark", "company_name"] {
        let text = contact.get(name).and_then(Value::as_str).unwrap_or_default();
        record.insert(name.to_owned(), text.into());
    }
    // Records have one, and the call takes none.
    record.insert("email".to_owned(), "".into());
    Ok(record)
}

fn numbers(contact: &Map<String, Value>, name: &str) -> Result<Option<Vec<Value>>, Refusal> {
    let list = list(contact, name)?;
    match list {
        Some(ids) if !ids.iter().all(Value::is_u64) => Err(bad(name)),
        list => Ok(list),
    }
}

fn texts(contact: &Map<String, Value>, name: &str) -> Result<Vec<Value>, Refusal> {
    let ids = list(contact, name)?.unwrap_or_default();
    if ids.iter().all(Value::is_string) { Ok(ids) } else { Err(bad(name)) }
}

fn list(contact: &Map<String, Value>, name: &str) -> Result<Option<Vec<Value>>, Refusal> {
    match contact.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(ids)) if ids.len() <= MOST_IDS => Ok(Some(ids.clone())),
        Some(_) => Err(bad(name)),
    }
}

fn bad(name: &str) -> Refusal {
    (40035, format!("不合法的参数 {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn contact() -> Value {
        json!({"name": "n", "mobile": "10000000001", "state_code": "86",
               "follower_user_id": "manager1", "label_ids": [1], "title": "t"})
    }

    fn code(change: impl FnOnce(&mut Value)) -> Option<i64> {
        let mut contact = contact();
        change(&mut contact);
        checked(contact.as_object().unwrap()).err().map(|(code, _)| code)
    }

    #[test]
    fn each_check_has_its_code() {
        assert_eq!(code(|_| ()), None);
        for name in ["name", "mobile", "state_code", "follower_user_id"] {
            assert_eq!(code(|it| it[name] = json!(" ")), Some(40036), "{name}");
            assert_eq!(code(|it| it[name] = json!(1)), Some(40036), "{name}");
        }
        assert_eq!(code(|it| it["mobile"] = json!("+1 2")), Some(60103));
        assert_eq!(code(|it| it["name"] = json!("a\nb")), Some(60112));
        for labels in [json!(null), json!([])] {
            assert_eq!(code(|it| it["label_ids"] = labels), Some(60204));
        }
        assert_eq!(code(|it| it["label_ids"] = json!(["1"])), Some(40035));
        assert_eq!(code(|it| it["label_ids"] = json!((0..20).collect::<Vec<_>>())), None);
        for name in ["label_ids", "share_dept_ids"] {
            let many = json!((0..21).collect::<Vec<_>>());
            assert_eq!(code(|it| it[name] = many), Some(40035), "{name}");
        }
        assert_eq!(code(|it| it["share_user_ids"] = json!([1])), Some(40035));
    }

    #[test]
    fn the_record_has_all_fields_that_records_have_but_its_userid() {
        let record = checked(contact().as_object().unwrap()).unwrap();
        assert_eq!(record.len(), 12);
        assert_eq!((&record["title"], &record["email"]), (&json!("t"), &json!("")));
    }
}
