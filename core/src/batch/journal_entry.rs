//! What a journal says of an id.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Serialize, Serializer};

use crate::batch::item::{Item, Outcome};
use crate::error::{Error, ErrorKind, parse_name};
use crate::language::Language;
use crate::outcome::{Status, in_utc, serialize_time};
use crate::wire::errcode;

/// What became of a contact, as journals tell it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalState {
    /// A run deleted it, or the service knows it no more after a request of ours whose reply was
    /// lost.
    Gone,
    /// The service knew no such contact, and no request of ours had been without an answer: it was
    /// gone before, never there, or the id is damaged.
    WasNotThere,
    /// It was certainly not deleted: the service refused it, or the call was not made.
    NotDeleted,
    /// A request went out, or may have, and no certain answer came. The next run with the journal
    /// looks into it.
    MayBeGone,
}

impl JournalState {
    /// Every state.
    pub const ALL: &'static [JournalState] = &[
        JournalState::Gone,
        JournalState::WasNotThere,
        JournalState::NotDeleted,
        JournalState::MayBeGone,
    ];

    /// The name as it stands in JSON: `gone`, `was_not_there`, `not_deleted` or `may_be_gone`.
    pub const fn as_str(self) -> &'static str {
        match self {
            JournalState::Gone => "gone",
            JournalState::WasNotThere => "was_not_there",
            JournalState::NotDeleted => "not_deleted",
            JournalState::MayBeGone => "may_be_gone",
        }
    }

    /// What a line about an id says; one without an outcome announces its call.
    pub(super) fn of(ended: Option<&Item>) -> JournalState {
        match ended.map(|item| &item.outcome) {
            Some(Outcome::Deletion(it)) if it.status == Status::Deleted || it.maybe_deleted => {
                JournalState::Gone
            }
            Some(Outcome::Deletion(_)) => JournalState::WasNotThere,
            Some(Outcome::Error(error)) if error.maybe_deleted() => JournalState::MayBeGone,
            Some(Outcome::Error(error)) if error.is_missing() => JournalState::WasNotThere,
            Some(Outcome::Error(_) | Outcome::NotAttempted { .. }) => JournalState::NotDeleted,
            None => JournalState::MayBeGone,
        }
    }
}

impl fmt::Display for JournalState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for JournalState {
    type Err = Error;

    /// # Errors
    ///
    /// `invalid_argument`: no state has this name.
    fn from_str(name: &str) -> Result<JournalState, Error> {
        parse_name("state", JournalState::ALL, JournalState::as_str, name)
    }
}

/// What journals say of one id. It holds no words of the service, which may name people.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JournalEntry {
    /// The contact, as it was given.
    pub user_id: String,
    /// What became of it.
    pub state: JournalState,
    /// When that was known; of a call that was cut off, when it was announced.
    #[serde(serialize_with = "serialize_time")]
    pub time: SystemTime,
    /// Which of the runs that wrote the journal says so, from 1.
    pub run: u64,
    /// How many delete requests were written to a connection; not known of a call that was cut
    /// off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// The id under which DingTalk's support finds the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Of a failure, its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ErrorKind>,
    /// Of a failure, the service's code that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What happened, as a phrase of one line; of a code, what it means.
    pub meaning: &'static str,
    /// The file that says so.
    #[serde(serialize_with = "lossy")]
    pub journal: PathBuf,
    /// Where the requests went.
    pub endpoint: String,
    /// The app, where the client had an app's credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_key: Option<String>,
}

impl JournalEntry {
    /// [`time`](JournalEntry::time) as text: UTC, RFC 3339, to the millisecond.
    pub fn time_in_utc(&self) -> String {
        in_utc(self.time)
    }

    /// [`meaning`](JournalEntry::meaning) in a language.
    pub fn meaning_in(&self, language: Language) -> &'static str {
        errcode::meaning_in(self.meaning, language).unwrap_or(self.meaning)
    }

    /// Takes over what came of the call.
    pub(super) fn set_ended(&mut self, item: &Item) {
        match &item.outcome {
            Outcome::Deletion(deletion) => {
                self.attempts = Some(deletion.attempts);
                self.request_id.clone_from(&deletion.request_id);
                self.meaning = match (deletion.status, deletion.maybe_deleted) {
                    (Status::Deleted, _) => sentence!("the service deleted it by this call"),
                    (Status::Absent, true) => sentence!(
                        "no such contact: probably deleted by an earlier request of ours, whose reply was lost"
                    ),
                    (Status::Absent, false) => {
                        sentence!("no such contact: gone before, or never there")
                    }
                };
            }
            Outcome::Error(error) => {
                let known = error.code().and_then(errcode::explain);
                self.attempts = Some(error.attempts());
                self.request_id = error.request_id().map(str::to_owned);
                self.kind = Some(error.kind());
                self.code = error.code().map(str::to_owned);
                self.meaning = known.map_or(error.kind().meaning(), |known| known.meaning);
            }
            Outcome::NotAttempted { .. } => {}
        }
    }
}

/// A path as text; what is not Unicode in it becomes U+FFFD.
fn lossy<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}
