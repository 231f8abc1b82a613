//! What comes out of a batch: an item for each id, and the sum.

use std::time::SystemTime;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value as Json, json};

use crate::error::Error;
use crate::journal::is_settled;
use crate::outcome::{Deletion, to_json};

/// What came of an id: exactly one of three.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// The contact is gone.
    Deletion(Deletion),
    /// It was called, or would have been; see the error.
    Error(Error),
    /// It was not called: the batch had stopped, or was finished.
    NotAttempted {
        /// The contact.
        user_id: String,
    },
}

impl Item {
    /// The contact, as it was given.
    pub fn user_id(&self) -> &str {
        match self {
            Item::Deletion(deletion) => &deletion.user_id,
            Item::Error(error) => error.user_id().unwrap_or_default(),
            Item::NotAttempted { user_id } => user_id,
        }
    }

    /// Whether a journal settles it, so that the next run with the same one does not call the
    /// contact again: it is gone, or was refused for a reason of its own.
    pub fn is_settled(&self) -> bool {
        match self {
            Item::Deletion(_) => true,
            Item::Error(error) => is_settled(error),
            Item::NotAttempted { .. } => false,
        }
    }

    /// The JSON form of the outcome; for an id that was not called, `status` is
    /// `not_attempted`.
    pub fn to_json(&self) -> Json {
        match self {
            Item::Deletion(deletion) => to_json(&Ok(deletion.clone())),
            Item::Error(error) => to_json(&Err(error.clone())),
            Item::NotAttempted { user_id } => {
                json!({"user_id": user_id, "status": "not_attempted"})
            }
        }
    }
}

/// A batch in numbers.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Ids deleted, by this run or, where the journal says so, by an earlier one.
    pub deleted: u64,
    /// Ids that were no contact, where that is fine.
    pub absent: u64,
    /// Ids that ended in an error.
    pub failed: u64,
    /// Ids that were not called, as the batch had stopped.
    pub not_attempted: u64,
    /// Of all these, those that were settled by an earlier run and not called again.
    pub settled_before: u64,
    /// Ids that were pushed again and dropped.
    pub repeated: u64,
    /// Delete requests written by this run.
    pub calls: u64,
    /// Ids of which the journal does not say what came of them, as it could not be written;
    /// the next run takes them for uncertain.
    pub unrecorded: u64,
    /// When the batch began.
    pub start: SystemTime,
    /// When its last item was done; `None` while it runs.
    pub end: Option<SystemTime>,
    /// Where the requests went.
    pub endpoint: String,
    /// The app, where the client has app credentials.
    pub app_key: Option<String>,
    /// Why the batch stopped early.
    pub stopped: Option<String>,
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = |at: SystemTime| humantime::format_rfc3339_millis(at).to_string();
        let mut map = serializer.serialize_map(None)?;
        for (name, number) in [
            ("deleted", self.deleted),
            ("absent", self.absent),
            ("failed", self.failed),
            ("not_attempted", self.not_attempted),
            ("settled_before", self.settled_before),
            ("repeated", self.repeated),
            ("calls", self.calls),
            ("unrecorded", self.unrecorded),
        ] {
            map.serialize_entry(name, &number)?;
        }
        map.serialize_entry("start", &time(self.start))?;
        if let Some(end) = self.end {
            map.serialize_entry("end", &time(end))?;
        }
        map.serialize_entry("endpoint", &self.endpoint)?;
        if let Some(app_key) = &self.app_key {
            map.serialize_entry("app_key", app_key)?;
        }
        if let Some(stopped) = &self.stopped {
            map.serialize_entry("stopped", stopped)?;
        }
        map.end()
    }
}
