//! The item that a batch hands out for each id.

use std::time::SystemTime;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value as Json;

use crate::error::Error;
use crate::outcome::{Deletion, in_utc};

/// What came of an id, and when.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What came of it.
    pub outcome: Outcome,
    /// When that was known: for what an earlier run settled, the time in its journal.
    pub time: SystemTime,
    /// Whether an earlier run on the same journal settled it, so that it was not called now.
    pub settled_before: bool,
}

/// What came of an id: exactly one of three.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The contact is gone.
    Deletion(Deletion),
    /// The call failed, or could not be made. The contact may be gone all the same where
    /// [`maybe_deleted`](Error::maybe_deleted) says so.
    Error(Error),
    /// It was not called: the batch had stopped, or was finished.
    NotAttempted {
        /// The contact.
        user_id: String,
    },
}

impl From<Result<Deletion, Error>> for Outcome {
    fn from(outcome: Result<Deletion, Error>) -> Outcome {
        outcome.map_or_else(Outcome::Error, Outcome::Deletion)
    }
}

impl Item {
    /// The item of an id that ended now, in this run.
    #[doc(hidden)]
    pub fn new(outcome: impl Into<Outcome>) -> Item {
        Item { outcome: outcome.into(), time: SystemTime::now(), settled_before: false }
    }

    /// The contact, as it was given.
    pub fn user_id(&self) -> &str {
        match &self.outcome {
            Outcome::Deletion(deletion) => &deletion.user_id,
            Outcome::Error(error) => error.user_id().unwrap_or_default(),
            Outcome::NotAttempted { user_id } => user_id,
        }
    }

    /// [`time`](Item::time) as text: UTC, RFC 3339, to the millisecond.
    pub fn time_in_utc(&self) -> String {
        in_utc(self.time)
    }

    /// The JSON form of the outcome with `time` (UTC, RFC 3339) and `settled_before`; for an id
    /// that was not called, `status` is `not_attempted`. `Item` also implements serde's
    /// `Serialize` with the same fields.
    pub fn to_json(&self) -> Json {
        // Maps with text keys and plain values cannot fail to serialise.
        serde_json::to_value(self).unwrap_or(Json::Null)
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.outcome {
            Outcome::Deletion(deletion) => deletion.write_to(&mut map)?,
            Outcome::Error(error) => error.write_to(&mut map)?,
            Outcome::NotAttempted { user_id } => {
                map.serialize_entry("user_id", user_id)?;
                map.serialize_entry("status", "not_attempted")?;
            }
        }
        map.serialize_entry("time", &self.time_in_utc())?;
        map.serialize_entry("settled_before", &self.settled_before)?;
        map.end()
    }
}
