//! The numbers of a batch, and where they are counted.

use std::time::SystemTime;

use serde::{Serialize, Serializer};

use crate::batch::item::{Item, Outcome};
use crate::outcome::{Status, serialize_time};

/// A batch in numbers. Each id is in one of five groups: `deleted`, `absent`, `maybe_deleted`,
/// `failed` and `not_attempted` add up to the items handed out or waiting to be.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Ids deleted, by this run or, where the journal says so, by an earlier one.
    pub deleted: u64,
    /// Ids that were no contact, where that is no error.
    pub absent: u64,
    /// Ids that ended in an error and may be gone all the same: a request went out, and no
    /// certain answer came.
    pub maybe_deleted: u64,
    /// Ids that ended in an error and that no call of this batch deleted.
    pub failed: u64,
    /// Ids that were not called, as the batch had stopped.
    pub not_attempted: u64,
    /// Of all these, those that were settled by an earlier run and not called again.
    pub settled_before: u64,
    /// Ids that were pushed again and dropped.
    pub repeated: u64,
    /// Delete requests written by this run.
    pub calls: u64,
    /// Ids whose end is not in the journal, because it could not be written; the next run takes
    /// them for uncertain.
    pub unrecorded: u64,
    /// When the batch began.
    #[serde(serialize_with = "serialize_time")]
    pub start: SystemTime,
    /// When its last item was done; `None` while it runs.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "end_time")]
    pub end: Option<SystemTime>,
    /// Where the requests went.
    pub endpoint: String,
    /// The app, where the client has app credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_key: Option<String>,
    /// Why the batch stopped early.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

impl Summary {
    /// The numbers of a batch that begins now.
    pub(super) fn new(endpoint: String, app_key: Option<&str>) -> Summary {
        Summary {
            deleted: 0,
            absent: 0,
            maybe_deleted: 0,
            failed: 0,
            not_attempted: 0,
            settled_before: 0,
            repeated: 0,
            calls: 0,
            unrecorded: 0,
            start: SystemTime::now(),
            end: None,
            endpoint,
            app_key: app_key.map(str::to_owned),
            stopped: None,
        }
    }

    /// Counts an id that ended.
    pub(super) fn count(&mut self, item: &Item, unrecorded: bool) {
        let (group, calls) = match &item.outcome {
            Outcome::Deletion(deletion) => {
                let group = match deletion.status {
                    Status::Deleted => &mut self.deleted,
                    Status::Absent => &mut self.absent,
                };
                (group, deletion.attempts)
            }
            Outcome::Error(error) => {
                let maybe_deleted = error.maybe_deleted();
                let group = if maybe_deleted { &mut self.maybe_deleted } else { &mut self.failed };
                (group, error.attempts())
            }
            Outcome::NotAttempted { .. } => (&mut self.not_attempted, 0),
        };
        *group += 1;
        if item.settled_before {
            self.settled_before += 1;
        } else {
            self.calls += u64::from(calls);
        }
        self.unrecorded += u64::from(unrecorded);
    }
}

/// Writes the end, where there is one.
fn end_time<S: Serializer>(end: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    match end {
        Some(end) => serialize_time(end, serializer),
        None => serializer.serialize_none(),
    }
}
