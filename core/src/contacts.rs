//! Reading contacts: to choose what to delete, and to keep a copy of it before.

use std::collections::HashSet;
use std::fmt;

use serde_json::{Map, Value};

use crate::call::api_call::ApiCall;
use crate::call::driver::Driver;
use crate::call::options::Call;
use crate::call::rate::Api;
use crate::call::steps::Throttling;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::runtime::task::{Progress, Waker, block_on};
use crate::secret::{Secret, Secrets};
use crate::wire::request::{self, Request};
use crate::wire::response::{self, Answer, Failure};

/// The largest page that the service gives
/// (<https://open.dingtalk.com/document/development/query-the-list-of-external-contacts>).
const PAGE: usize = 100;

/// An external contact, as the service lists it.
///
/// All of it is personal data: the `Debug` output shows the id alone.
#[derive(Clone, PartialEq)]
pub struct Contact {
    user_id: String,
    record: Map<String, Value>,
}

impl Contact {
    /// The id, as [`Client::delete`] takes it.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// A field of text: `name`, `mobile`, `state_code`, `company_name`, `title`, `email`,
    /// `address`, `remark`, `follower_user_id`; `None` where it is missing or empty.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.record.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A field that lists ids, as text: `label_ids`, `share_dept_ids`, `share_user_ids`.
    pub fn ids(&self, field: &str) -> Vec<String> {
        let ids = self.record.get(field).and_then(Value::as_array);
        ids.into_iter()
            .flatten()
            .map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned))
            .collect()
    }

    /// The whole record, as the service sent it.
    pub fn record(&self) -> &Map<String, Value> {
        &self.record
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

impl Client {
    /// All external contacts of the organisation.
    ///
    /// They are all read before the first is handed out: pages shift when contacts are
    /// deleted between them. The app needs the permission point `qyapi_ext_read`.
    ///
    /// # Errors
    ///
    /// As [`delete`](Client::delete); `attempts` and `maybe_deleted` are 0 and false.
    pub fn contacts(&self, call: &Call) -> Result<Vec<Contact>, Error> {
        let (mut contacts, mut seen) = (Vec::new(), HashSet::new());
        for offset in (0..).step_by(PAGE) {
            let mut driver = self.driver(List { offset }, Throttling::Wait);
            let records = block_on(|waker| self.advance(&mut driver, call, waker))?;
            let (count, known) = (records.len(), contacts.len());
            for record in records {
                let contact = contact(record)?;
                // A contact that was added meanwhile moves others to the next page.
                if seen.insert(contact.user_id.clone()) {
                    contacts.push(contact);
                }
            }
            // A page without anything new is the end, too: something does not know offsets.
            if count < PAGE || contacts.len() == known {
                break;
            }
        }
        Ok(contacts)
    }

    /// One external contact. The app needs the permission point `qyapi_ext_read`.
    ///
    /// # Errors
    ///
    /// As [`contacts`](Client::contacts); `invalid_user_id` where there is none.
    pub fn get(&self, user_id: &str, call: &Call) -> Result<Contact, Error> {
        let mut driver = self.get_driver(user_id, Throttling::Wait);
        block_on(|waker| self.advance_get(&mut driver, call, waker))
            .map_err(|error| error.about_record(user_id))
    }

    /// A call for a record that has not begun.
    pub(crate) fn get_driver(&self, user_id: &str, throttling: Throttling) -> Driver<Get> {
        self.driver(Get { user_id: user_id.to_owned() }, throttling)
    }

    /// Drives a call for a record; its errors are not about the contact yet.
    pub(crate) fn advance_get(
        &self,
        driver: &mut Driver<Get>,
        call: &Call,
        waker: &Waker,
    ) -> Progress<Result<Contact, Error>> {
        match self.advance(driver, call, waker) {
            Progress::Ready(result) => Progress::Ready(result.and_then(contact)),
            Progress::Wait(until) => Progress::Wait(until),
        }
    }
}

fn contact(record: Map<String, Value>) -> Result<Contact, Error> {
    // Requests say user_id, replies userid.
    match record.get("userid").and_then(Value::as_str) {
        Some(user_id) => Ok(Contact { user_id: user_id.to_owned(), record }),
        None => Err(Error::new(ErrorKind::Protocol, "a contact of the reply has no userid")),
    }
}

/// A page of the list.
struct List {
    offset: usize,
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contacts from {}", self.offset)
    }
}

impl ApiCall for List {
    type Answer = Vec<Map<String, Value>>;
    const API: Api = Api::List;

    fn user_id(&self) -> Option<&str> {
        None
    }

    fn request(&self, token: &Secret) -> Request {
        request::list(self.offset, PAGE, token)
    }

    fn read(&self, answer: &Answer, secrets: &Secrets) -> Result<Self::Answer, Failure> {
        response::page(answer, secrets)
    }
}

/// One contact.
pub(crate) struct Get {
    user_id: String,
}

impl fmt::Display for Get {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the record of contact {}", self.user_id)
    }
}

impl ApiCall for Get {
    type Answer = Map<String, Value>;
    const API: Api = Api::Get;

    fn user_id(&self) -> Option<&str> {
        Some(&self.user_id)
    }

    fn request(&self, token: &Secret) -> Request {
        request::get(&self.user_id, token)
    }

    fn read(&self, answer: &Answer, secrets: &Secrets) -> Result<Self::Answer, Failure> {
        response::contact(answer, secrets)
    }
}
