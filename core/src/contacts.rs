//! Reading contacts: to choose what to delete, and to keep a copy of it before.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
use crate::submitted::{self, Callback};
use crate::wire::request::{self, Request};
use crate::wire::response::{self, Answer, Failure};

/// The largest page that the service gives
/// (<https://open.dingtalk.com/document/development/query-the-list-of-external-contacts>).
const PAGE: usize = 100;
/// From one page to the next, which begins with the last contact of the one before.
const STEP: usize = PAGE - 1;

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
    /// They are all read before the first is handed out. The app needs the permission point
    /// `qyapi_ext_read`.
    ///
    /// # Errors
    ///
    /// As [`delete`](Client::delete); `attempts` and `maybe_deleted` are 0 and false.
    pub fn contacts(&self, call: &Call) -> Result<Vec<Contact>, Error> {
        let pages = ContactPages::new(self);
        let mut contacts = Vec::new();
        while let Some(page) = pages.next(call)? {
            contacts.extend(page);
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
            .map_err(|error| self.settings().advise(error).about_record(user_id))
    }

    /// The same on the library's threads, as
    /// [`submit_to_loop`](Client::submit_to_loop) does it.
    #[doc(hidden)]
    pub fn submit_get(
        &self,
        user_id: String,
        call: Call,
        done: impl FnOnce(Result<Contact, Error>) + Send + 'static,
    ) {
        submitted::start(self, Get { user_id }, call, Callback::Brief, |state, result| {
            let about = |error| state.settings.advise(error).about_record(&state.api_call.user_id);
            done(result.and_then(contact).map_err(about));
        });
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

/// All external contacts, page by page; each page is read when it is asked for, so contacts may be
/// deleted meanwhile.
#[derive(Clone)]
pub struct ContactPages {
    client: Client,
    position: Arc<Mutex<Position>>,
}

impl ContactPages {
    /// From the first page on; nothing is sent yet.
    pub fn new(client: &Client) -> ContactPages {
        ContactPages { client: client.clone(), position: Arc::default() }
    }

    /// The next page, never an empty one; `None` at the end. After an error it can be asked for
    /// again.
    pub fn next(&self, call: &Call) -> Result<Option<Vec<Contact>>, Error> {
        while let Some(list) = self.list() {
            let mut driver = self.client.driver(list, Throttling::Wait);
            let records = block_on(|waker| self.client.advance(&mut driver, call, waker))?;
            if let Some(page) = self.taken(records)? {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// The same on the library's threads, as [`Client::submit_to_loop`] does it.
    pub fn submit_next(
        &self,
        call: Call,
        done: impl FnOnce(Result<Option<Vec<Contact>>, Error>) + Send + 'static,
    ) {
        let Some(list) = self.list() else { return done(Ok(None)) };
        let (pages, same_call) = (self.clone(), call.clone());
        submitted::start(&self.client, list, call, Callback::Brief, move |_, result| {
            let taken = result.and_then(|records| pages.taken(records));
            match taken {
                Ok(None) => pages.submit_next(same_call, done),
                page => done(page),
            }
        });
    }

    /// The call for what comes next; `None` at the end.
    fn list(&self) -> Option<List> {
        let position = self.position();
        (!position.ended).then_some(List { offset: position.offset, size: PAGE })
    }

    /// What is new in a page.
    fn taken(&self, records: Vec<Map<String, Value>>) -> Result<Option<Vec<Contact>>, Error> {
        let taken = self.position().take(records);
        taken.map_err(|error| self.client.settings().advise(error))
    }

    fn position(&self) -> MutexGuard<'_, Position> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far the list was read.
///
/// The service counts positions anew for each page: where contacts were deleted meanwhile, those
/// behind them have moved up. So each page begins with the last contact of the page before, and
/// where it does not begin with a known one, reading goes back.
#[derive(Default)]
struct Position {
    offset: usize,
    seen: HashSet<String>,
    /// The first contact of the page before.
    first: Option<String>,
    /// Steps back since the last new contact.
    back: usize,
    ended: bool,
}

impl Position {
    /// What is new in the page at this position; `None` where nothing is.
    fn take(&mut self, records: Vec<Map<String, Value>>) -> Result<Option<Vec<Contact>>, Error> {
        let page = records.into_iter().map(contact).collect::<Result<Vec<_>, Error>>()?;
        let is_full = page.len() >= PAGE;
        let first = page.first().map(|contact| contact.user_id.clone());
        if self.offset > 0 && !first.as_ref().is_some_and(|first| self.seen.contains(first)) {
            if self.back > self.seen.len() / STEP + 1 {
                return Err(never_still());
            }
            self.back += 1;
            self.offset = self.offset.saturating_sub(STEP);
            return Ok(None);
        }
        // A contact that was added meanwhile moves others to the next page.
        let new: Vec<_> =
            page.into_iter().filter(|c| self.seen.insert(c.user_id.clone())).collect();
        // The same page again is the end, too: something does not know offsets.
        let is_same = new.is_empty() && self.back == 0 && self.first == first;
        self.ended = !is_full || is_same;
        self.first = first;
        self.offset += STEP;
        if new.is_empty() {
            return Ok(None);
        }
        self.back = 0;
        Ok(Some(new))
    }
}

fn never_still() -> Error {
    let problem = "the list of contacts changes too much while it is read";
    Error::new(ErrorKind::Protocol, problem)
        .advise(phrase!("Read it when nobody else adds or deletes contacts."))
}

fn contact(record: Map<String, Value>) -> Result<Contact, Error> {
    // Requests say user_id, replies userid.
    match record.get("userid").and_then(Value::as_str) {
        Some(user_id) => Ok(Contact { user_id: user_id.to_owned(), record }),
        None => Err(Error::new(ErrorKind::Protocol, "a contact of the reply has no userid")),
    }
}

/// A page of the list.
pub(crate) struct List {
    pub offset: usize,
    pub size: usize,
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
        request::list(self.offset, self.size, token)
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
        response::contact(&self.user_id, answer, secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// A page of the list, as the service gives it.
    fn page(list: &[u32], offset: usize) -> Vec<Map<String, Value>> {
        let record = |id: &u32| Map::from_iter([("userid".to_owned(), json!(id.to_string()))]);
        list.iter().skip(offset).take(PAGE).map(record).collect()
    }

    proptest! {
        /// However the list changes between pages, what is in it throughout comes out, and once.
        #[test]
        fn nobody_is_left_out(
            count in 0_u32..600,
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..250, 0_usize..30), 0..30),
        ) {
            let mut list: Vec<u32> = (0..count).collect();
            let mut stayed = list.clone();
            let (mut position, mut told, mut added) = (Position::default(), Vec::new(), count);
            let mut changes = changes.into_iter();
            while !position.ended {
                let records = page(&list, position.offset);
                for contact in position.take(records).unwrap().unwrap_or_default() {
                    told.push(contact.user_id.parse::<u32>().unwrap());
                }
                if let Some((at, deleted, new)) = changes.next() && !list.is_empty() {
                    let at = at.index(list.len());
                    let end = list.len().min(at + deleted);
                    list.splice(at..end, (0..new).map(|new| added + new as u32));
                    added += new as u32;
                    stayed.retain(|id| list.contains(id));
                }
            }
            let distinct: HashSet<_> = told.iter().collect();
            prop_assert_eq!(distinct.len(), told.len());
            prop_assert!(stayed.iter().all(|id| distinct.contains(id)));
        }
    }

    #[test]
    fn what_does_not_know_offsets_is_read_once() {
        let list: Vec<u32> = (0..100).collect();
        let mut position = Position::default();
        assert_eq!(position.take(page(&list, 0)).unwrap().unwrap().len(), 100);
        assert!(position.take(page(&list, 0)).unwrap().is_none() && position.ended);
    }

    #[test]
    fn a_list_that_never_stands_still_is_an_error() {
        let (first, other): (Vec<u32>, Vec<u32>) = ((0..100).collect(), (100..200).collect());
        let mut position = Position::default();
        let error = (0..1000).find_map(|_| {
            let list = if position.offset == 0 { &first } else { &other };
            position.take(page(list, 0)).err()
        });
        assert_eq!(error.unwrap().kind(), ErrorKind::Protocol);
        assert!(!position.ended);
    }
}
