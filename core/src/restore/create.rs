//! The call that creates a contact, and the restoring of one record with it.

use std::fmt;

use serde_json::{Map, Value};

use crate::call::api_call::ApiCall;
use crate::call::options::Call;
use crate::call::rate::Api;
use crate::call::steps::Throttling;
use crate::client::Client;
use crate::contacts::Contact;
use crate::error::{Error, ErrorKind};
use crate::restore::outcome::{Restoration, RestoreStatus};
use crate::restore::record::{NewContact, Number};
use crate::runtime::task::block_on;
use crate::secret::{Secret, Secrets};
use crate::wire::request::{self, Request};
use crate::wire::response::{self, Answer, Failure};

impl Client {
    /// Creates the contact of a record again, as a backup or [`Client::get`] has it. The new contact
    /// has a new id; what the create call does not take is lost, such as `email`, and so is the
    /// history (see [`check_record`](crate::check_record)).
    ///
    /// Nobody is created twice: the old id is asked for first, and where it is still there nothing is
    /// created. Then one request is sent. It is sent again only after a refusal that is certain
    /// (throttling, a token that is not accepted), never after a lost reply: that ends as
    /// [`MayBeCreated`](RestoreStatus::MayBeCreated), and [`restore_again`](Client::restore_again)
    /// looks first.
    ///
    /// The app needs the permission points `qyapi_ext_read` and `qyapi_ext_write`. The call makes
    /// requests to two APIs, and each has the time limit of `call`.
    ///
    /// ```no_run
    /// use dingtalk_extcontact::{Call, Client, RestoreStatus};
    ///
    /// let client = Client::from_env()?;
    /// let contact = client.get("0125400001", &Call::new())?;
    /// client.delete("0125400001")?;
    /// let restored = client.restore(contact.record(), &Call::new())?;
    /// if restored.status == RestoreStatus::Created {
    ///     println!("{} is {:?} now", restored.old_user_id, restored.user_id);
    /// }
    /// # Ok::<(), dingtalk_extcontact::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever kept it from being created: it certainly was not. `invalid_argument` for a record
    /// that lacks what a contact needs; nothing was sent then.
    pub fn restore(&self, record: &Map<String, Value>, call: &Call) -> Result<Restoration, Error> {
        let restored =
            NewContact::of(record).and_then(|contact| match self.still_there(&contact, call)? {
                Some(there) => Ok(there),
                None => self.create(&contact, call),
            });
        restored.map_err(|error| self.settings().advise(error))
    }

    /// The same for a record whose contact an earlier call [may have
    /// created](RestoreStatus::MayBeCreated): first all contacts are looked through for one with the
    /// same state code and mobile number, and that counts as created. So does a refusal because the
    /// contact exists (22005).
    ///
    /// # Errors
    ///
    /// As [`restore`](Client::restore), and those of [`contacts`](Client::contacts).
    pub fn restore_again(
        &self,
        record: &Map<String, Value>,
        call: &Call,
    ) -> Result<Restoration, Error> {
        let restored = NewContact::of(record).and_then(|contact| {
            if let Some(there) = self.still_there(&contact, call)? {
                return Ok(there);
            }
            if let Some(found) = found_in(&self.contacts(call)?, &contact) {
                return Ok(found);
            }
            match self.create(&contact, call) {
                Err(error) if is_there_already(&error) => self.created_before(&contact, call),
                result => result,
            }
        });
        restored.map_err(|error| self.settings().advise(error))
    }

    /// What came of a record whose contact is still there.
    pub(super) fn still_there(
        &self,
        contact: &NewContact,
        call: &Call,
    ) -> Result<Option<Restoration>, Error> {
        let old_user_id = &contact.old_user_id;
        match self.get(old_user_id, call) {
            Ok(_) => Ok(Some(Restoration::still_there(old_user_id))),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Err(error.about_creation(old_user_id, 0).advise(phrase!(
                    "Grant the app the permission point qyapi_ext_read, too: nothing is created \
                     before it is known that the contact is gone."
                )))
            }
            Err(error) => Err(error.about_creation(old_user_id, 0)),
        }
    }

    /// Sends the one request that creates it.
    pub(super) fn create(&self, contact: &NewContact, call: &Call) -> Result<Restoration, Error> {
        let old_user_id = contact.old_user_id.clone();
        let create = Create { old_user_id: old_user_id.clone(), fields: contact.fields.clone() };
        let mut driver = self.driver(create, Throttling::Wait);
        let result = block_on(|waker| self.advance(&mut driver, call, waker));
        let (attempts, uncertain) = (driver.state.attempts, driver.state.uncertain);
        let ended = |status, user_id, request_id, problem| {
            Ok(Restoration { old_user_id, status, user_id, request_id, attempts, problem })
        };
        let restored = match result {
            Ok((user_id, request_id)) => {
                let problem =
                    user_id.is_none().then(|| "the reply did not hold the new id".to_owned());
                ended(RestoreStatus::Created, user_id, request_id, problem)
            }
            // After a panic it is not known how far the request came.
            Err(error) if uncertain || (attempts > 0 && error.kind() == ErrorKind::Internal) => {
                let request_id = error.request_id().map(str::to_owned);
                let problem = Some(error.message().to_owned());
                ended(RestoreStatus::MayBeCreated, None, request_id, problem)
            }
            Err(error) => Err(error.about_creation(&contact.old_user_id, attempts)),
        };
        log_outcome(&contact.old_user_id, &restored);
        restored
    }

    /// The contact exists, and only our own earlier request can have made it.
    pub(super) fn created_before(
        &self,
        contact: &NewContact,
        call: &Call,
    ) -> Result<Restoration, Error> {
        let found = self.contacts(call).map(|contacts| found_in(&contacts, contact));
        let problem = match found {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => "the service has it, but does not list it".to_owned(),
            Err(error) => {
                // A field, which is the same in every language.
                let english = error.advice_phrase().to_string();
                let advice = self.settings().binding.speak(&english);
                let message = error.message();
                format!("the service has it, but its id was not found: {message}. {advice}")
            }
        };
        Ok(created_as(&contact.old_user_id, None, Some(problem)))
    }
}

/// Whether the service refused to create a contact because it exists.
pub(super) fn is_there_already(error: &Error) -> bool {
    error.code() == Some("22005")
}

/// What came of a record whose contact, by its number, is among these.
pub(super) fn found_in(contacts: &[Contact], contact: &NewContact) -> Option<Restoration> {
    let found = contacts
        .iter()
        .filter(|it| Number::of(it.record()).as_ref() == Some(&contact.number))
        .map(|it| it.user_id().to_owned())
        .collect();
    found_as(&contact.old_user_id, found)
}

/// The same, from the ids of those that have its number.
pub(super) fn found_as(old_user_id: &str, mut user_ids: Vec<String>) -> Option<Restoration> {
    match (user_ids.pop()?, user_ids.len()) {
        (user_id, 0) => Some(created_as(old_user_id, Some(user_id), None)),
        (_, others) => {
            let problem = format!("{} contacts have its number", others + 1);
            Some(created_as(old_user_id, None, Some(problem)))
        }
    }
}

fn created_as(old_user_id: &str, user_id: Option<String>, problem: Option<String>) -> Restoration {
    Restoration {
        old_user_id: old_user_id.to_owned(),
        status: RestoreStatus::Created,
        user_id,
        request_id: None,
        attempts: 0,
        problem,
    }
}

fn log_outcome(old_user_id: &str, result: &Result<Restoration, Error>) {
    crate::logged(|| match result {
        Ok(it) => {
            let now = it.user_id.as_deref().map_or(String::new(), |id| format!(" as {id}"));
            let request_id = it.request_id.as_deref();
            log::info!(target: crate::LOG, user_id = old_user_id, request_id; "contact {old_user_id}: {}{now}", it.status);
        }
        Err(error) => {
            let (kind, request_id) = (error.kind().as_str(), error.request_id());
            log::info!(target: crate::LOG, user_id = old_user_id, kind, request_id; "{}", error.message());
        }
    });
}

/// The creation of a contact. It answers the new id and the request id.
struct Create {
    old_user_id: String,
    fields: Map<String, Value>,
}

impl fmt::Display for Create {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "creating contact {} again", self.old_user_id)
    }
}

impl ApiCall for Create {
    type Answer = (Option<String>, Option<String>);
    const API: Api = Api::Create;

    fn user_id(&self) -> Option<&str> {
        Some(&self.old_user_id)
    }

    fn request(&self, token: &Secret) -> Request {
        request::create(&self.fields, token)
    }

    fn read(&self, answer: &Answer, secrets: &Secrets) -> Result<Self::Answer, Failure> {
        response::creation(answer, secrets)
    }
}
