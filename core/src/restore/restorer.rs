//! Many records, one after another.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value};

use crate::batch::backup::Owner;
use crate::batch::key_set::{KeySet, Keys};
use crate::call::options::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::restore::create::{found_as, is_there_already};
use crate::restore::journal::Journal;
use crate::restore::outcome::{Restoration, RestoreStatus};
use crate::restore::record::{NewContact, Number};
use crate::wire::errcode;

/// After so many records in a row that the service did not answer for, the rest has to wait.
const FAILURES_IN_A_ROW: u32 = 20;

/// Restores records one after another, with a journal that later runs go on from: no record is
/// created that a run has created, and one that a run [may have
/// created](RestoreStatus::MayBeCreated) is looked for first.
///
/// ```no_run
/// use dingtalk_extcontact::{Call, Client, read_backup};
///
/// let client = Client::from_env()?;
/// let backup = read_backup("leavers.backup.jsonl", &[])?;
/// backup.check_owner(&client, false)?;
/// let mut restorer = client.restorer(Some("leavers.restore.jsonl".as_ref()), Call::new())?;
/// for record in backup.records() {
///     match restorer.restore(&record?.record) {
///         Ok(it) => println!("{} {} {:?}", it.old_user_id, it.status, it.user_id),
///         Err(error) => eprintln!("{error}"),
///     }
///     if let Some(why) = restorer.stopped() {
///         eprintln!("stopped: {why}");
///         break;
///     }
/// }
/// # Ok::<(), dingtalk_extcontact::Error>(())
/// ```
pub struct Restorer {
    client: Client,
    call: Call,
    journal: Option<Journal>,
    /// Who has which number, once it was looked up.
    listed: Option<HashMap<Number, Vec<String>>>,
    /// The old ids and the numbers that this run has sent.
    keys: Keys,
    sent: KeySet,
    failures: u32,
    stopped: Option<String>,
}

impl Client {
    /// Begins to restore many records. `call` has the options of each call, and cancels them.
    ///
    /// # Errors
    ///
    /// `journal`: it cannot be read, written or locked, is another kind of file, or another client's.
    pub fn restorer(&self, journal: Option<&Path>, call: Call) -> Result<Restorer, Error> {
        let endpoint = self.endpoint();
        let owner = Owner { endpoint: &endpoint, app_key: self.app_key() };
        let journal = journal.map(|path| Journal::open(path, owner)).transpose();
        let journal = journal.map_err(|error| self.settings().advise(error))?;
        let client = self.clone();
        Ok(Restorer {
            client,
            call,
            journal,
            listed: None,
            keys: Keys::default(),
            sent: KeySet::default(),
            failures: 0,
            stopped: None,
        })
    }
}

impl Restorer {
    /// What an earlier run did of it, where it created it: [`restore`](Self::restore) answers the
    /// same.
    ///
    /// # Errors
    ///
    /// `journal`, where it cannot be read any more.
    pub fn created_before(&self, old_user_id: &str) -> Result<Option<Restoration>, Error> {
        let created = self.journal.as_ref().map_or(Ok(None), |it| it.created(old_user_id));
        created.map_err(|error| self.client.settings().advise(error))
    }

    /// Whether an earlier run may have created it.
    pub fn may_be_created(&self, old_user_id: &str) -> bool {
        self.journal.as_ref().is_some_and(|journal| journal.is_uncertain(old_user_id))
    }

    /// Why nothing more is to be restored now: every further record would end alike, or the last ones
    /// were all not answered for.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Restores a record, as [`Client::restore`] does, and records what came of it.
    ///
    /// # Errors
    ///
    /// As [`Client::restore`]. `journal`: what came of it is not on record; the message tells it.
    /// After [`stopped`](Self::stopped) nothing is sent.
    pub fn restore(&mut self, record: &Map<String, Value>) -> Result<Restoration, Error> {
        let restored = self.restore_once(record);
        restored.map_err(|error| self.client.settings().advise(error))
    }

    fn restore_once(&mut self, record: &Map<String, Value>) -> Result<Restoration, Error> {
        if let Some(why) = &self.stopped {
            return Err(Error::invalid(
                format!("nothing more is restored: {why}"),
                phrase!("Begin again with the same journal."),
            ));
        }
        let contact = NewContact::of(record)?;
        if let Some(before) = self.created_before(&contact.old_user_id)? {
            return Ok(before);
        }
        let keys = [self.keys.of(&contact.old_user_id), self.keys.of(&contact.number)];
        if keys.iter().any(|key| self.sent.get(*key).is_some()) {
            return Err(Error::invalid(
                format!(
                    "contact {}, or another one with its number, was restored by this run already",
                    contact.old_user_id
                ),
                phrase!("Look at the journal; nothing was sent."),
            ));
        }
        let result = self.restored(&contact);
        self.learn(&result);
        result
    }

    fn restored(&mut self, contact: &NewContact) -> Result<Restoration, Error> {
        let old_user_id = &contact.old_user_id;
        if let Some(there) = self.client.still_there(contact, &self.call)? {
            return self.recorded(old_user_id, Ok(there));
        }
        let is_uncertain = self.may_be_created(old_user_id);
        if is_uncertain && let Some(found) = self.found(contact)? {
            return self.recorded(old_user_id, Ok(found));
        }
        if let Some(journal) = &self.journal {
            journal.announce(old_user_id)?;
        }
        self.sent.insert(self.keys.of(old_user_id), ());
        self.sent.insert(self.keys.of(&contact.number), ());
        let result = match self.client.create(contact, &self.call) {
            Err(error) if is_uncertain && is_there_already(&error) => {
                self.client.created_before(contact, &self.call)
            }
            result => result,
        };
        self.recorded(old_user_id, result)
    }

    /// The contact of a record that may have been created, by one pass over the list for all of them.
    fn found(&mut self, contact: &NewContact) -> Result<Option<Restoration>, Error> {
        let listed = match &mut self.listed {
            Some(listed) => listed,
            None => {
                let contacts = self
                    .client
                    .contacts(&self.call)
                    .map_err(|error| error.about_creation(&contact.old_user_id, 0))?;
                let mut listed: HashMap<Number, Vec<String>> = HashMap::new();
                for contact in contacts {
                    if let Some(number) = Number::of(contact.record()) {
                        listed.entry(number).or_default().push(contact.user_id().to_owned());
                    }
                }
                self.listed.insert(listed)
            }
        };
        let found = listed.get(&contact.number).cloned().unwrap_or_default();
        Ok(found_as(&contact.old_user_id, found))
    }

    /// Writes an end to the journal, where there is one.
    fn recorded(
        &self,
        old_user_id: &str,
        result: Result<Restoration, Error>,
    ) -> Result<Restoration, Error> {
        let Some(journal) = &self.journal else { return result };
        let Err(error) = journal.end(old_user_id, &result) else { return result };
        let came = match &result {
            Ok(it) => match &it.user_id {
                Some(user_id) => format!("{} as {user_id}", it.status),
                None => it.status.to_string(),
            },
            Err(error) => error.message().to_owned(),
        };
        Err(error.with(|fields| {
            fields.user_id = Some(old_user_id.to_owned());
            let message = &fields.message;
            fields.message = format!("{message}; not on record is: contact {old_user_id}: {came}");
        }))
    }

    /// Decides whether to go on.
    fn learn(&mut self, result: &Result<Restoration, Error>) {
        use ErrorKind::*;
        let unanswered = match result {
            Ok(it) => it.status == RestoreStatus::MayBeCreated,
            Err(error) => {
                matches!(error.kind(), Connection | Tls | Timeout | Protocol | Service | Throttled)
            }
        };
        self.failures = if unanswered { self.failures + 1 } else { 0 };
        let last = match result {
            Ok(it) => it.problem.as_deref().unwrap_or("not known"),
            Err(error) => {
                let row = error.code().and_then(errcode::explain);
                if row.is_some_and(|row| row.stops_batch)
                    || matches!(error.kind(), Journal | Cancelled)
                {
                    self.stopped = Some(error.message().to_owned());
                }
                error.message()
            }
        };
        if self.failures >= FAILURES_IN_A_ROW {
            self.stopped = Some(format!(
                "{FAILURES_IN_A_ROW} contacts in a row were not answered for, the last one: {last}"
            ));
        }
    }
}
