//! Labels: a contact has their ids, people know their names.

use std::collections::HashSet;
use std::fmt;

use serde_json::{Map, Value};

use crate::call::api_call::ApiCall;
use crate::call::options::Call;
use crate::call::rate::Api;
use crate::call::steps::Throttling;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::runtime::task::block_on;
use crate::secret::{Secret, Secrets};
use crate::wire::request::{self, Request};
use crate::wire::response::{self, Answer, Failure};

/// The largest page that the service gives.
const PAGE: usize = 100;

/// A label for external contacts.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The id, as text, as it stands among a contact's `label_ids`.
    pub id: String,
    /// The name. Labels of two groups may have the same.
    pub name: String,
    /// The name of the group that it is in.
    pub group: String,
}

impl Client {
    /// All labels that the organisation has for external contacts, in the order of the service:
    /// `POST /topapi/extcontact/listlabelgroups`, the page "Obtain a list of external contact
    /// tags". The app needs the permission point `qyapi_ext_read`.
    ///
    /// # Errors
    ///
    /// As [`contacts`](Client::contacts).
    pub fn labels(&self, call: &Call) -> Result<Vec<Label>, Error> {
        self.all_labels(call).map_err(|error| self.settings().advise(error))
    }

    fn all_labels(&self, call: &Call) -> Result<Vec<Label>, Error> {
        let (mut labels, mut seen) = (Vec::new(), HashSet::new());
        for offset in (0..).step_by(PAGE) {
            let mut driver = self.driver(LabelGroups { offset }, Throttling::Wait);
            let groups = block_on(|waker| self.advance(&mut driver, call, waker))?;
            let known = labels.len();
            for group in &groups {
                labels
                    .extend(labels_of(group)?.into_iter().filter(|it| seen.insert(it.id.clone())));
            }
            // A page without anything new is the end, too: something does not know offsets.
            if groups.len() < PAGE || labels.len() == known {
                break;
            }
        }
        Ok(labels)
    }
}

/// The labels of a group.
fn labels_of(group: &Map<String, Value>) -> Result<Vec<Label>, Error> {
    let group_name = group.get("name").and_then(Value::as_str).unwrap_or_default();
    let labels = match group.get("labels") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(labels) => labels.as_array().ok_or_else(|| not_labels("has no list of labels"))?,
    };
    let label = |label: &Value| {
        let id = match label.get("id") {
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::String(text)) => text.clone(),
            _ => return Err(not_labels("has a label without an id")),
        };
        let name = label.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| not_labels("has a label without a name"))?;
        Ok(Label { id, name: name.to_owned(), group: group_name.to_owned() })
    };
    labels.iter().map(label).collect()
}

fn not_labels(problem: &str) -> Error {
    Error::new(ErrorKind::Protocol, format!("a group of the reply {problem}"))
}

/// A page of the groups.
struct LabelGroups {
    offset: usize,
}

impl fmt::Display for LabelGroups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "groups of labels from {}", self.offset)
    }
}

impl ApiCall for LabelGroups {
    type Answer = Vec<Map<String, Value>>;
    const API: Api = Api::Labels;

    fn user_id(&self) -> Option<&str> {
        None
    }

    fn request(&self, token: &Secret) -> Request {
        request::label_groups(self.offset, PAGE, token)
    }

    fn read(&self, answer: &Answer, secrets: &Secrets) -> Result<Self::Answer, Failure> {
        response::page(answer, secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(group: Value) -> Result<Vec<Label>, Error> {
        labels_of(group.as_object().unwrap())
    }

    #[test]
    fn a_group_and_its_labels() {
        let labels = read(json!({"name": "Level", "color": -1, "labels": [
            {"name": "VIP", "id": 1299999999}, {"name": "", "id": "8"}]}));
        let label = |id: &str, name: &str| Label {
            id: id.into(),
            name: name.into(),
            group: "Level".into(),
        };
        assert_eq!(labels, Ok(vec![label("1299999999", "VIP"), label("8", "")]));
        for none in [json!({"name": "Level"}), json!({"labels": null}), json!({"labels": []})] {
            assert_eq!(read(none), Ok(Vec::new()));
        }
    }

    #[test]
    fn what_has_no_labels_is_not_of_the_service() {
        for group in [
            json!({"labels": "VIP"}),
            json!({"labels": ["VIP"]}),
            json!({"labels": [{"name": "VIP"}]}),
            json!({"labels": [{"id": 1}]}),
            json!({"labels": [{"id": null, "name": "VIP"}]}),
        ] {
            assert_eq!(read(group.clone()).unwrap_err().kind(), ErrorKind::Protocol, "{group}");
        }
    }
}
