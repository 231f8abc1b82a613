//! The item that a batch hands out for each id.

use std::time::SystemTime;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::error::Error;
use crate::outcome::{Deletion, in_utc, serialize_time};

/// What came of an id, and when.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// When that was known: for what an earlier run settled, the time in its journal.
    #[serde(serialize_with = "serialize_time")]
    pub time: SystemTime,
    /// Whether an earlier run on the same journal settled it, so that it was not called now.
    pub settled_before: bool,
}

/// What came of an id: exactly one of three.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// The contact is gone.
    Deletion(Deletion),
    /// The call failed, or could not be made. The contact may be gone all the same where
    /// [`maybe_deleted`](Error::maybe_deleted) says so.
    Error(Error),
    /// It was not called: the batch had stopped, or was finished.
    #[serde(serialize_with = "not_attempted")]
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

/// Writes an id that was not called.
fn not_attempted<S: Serializer>(user_id: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("user_id", user_id)?;
    map.serialize_entry("status", "not_attempted")?;
    map.end()
}
