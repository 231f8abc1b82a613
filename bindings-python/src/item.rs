//! What comes out of a batch: an item for each id, and the summary.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dingtalk_extcontact::Outcome;
use dingtalk_extcontact::binding::in_utc;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyTuple};

use crate::deletion::Deletion;
use crate::{errors, record};

/// What came of one id of a batch: exactly one of deletion, error and not_attempted.
///
/// Frozen, comparable, hashable, picklable; usable in a match statement.
#[pyclass(frozen, get_all, module = "dingtalk_extcontact")]
pub struct Item {
    /// The contact, as it was given.
    user_id: String,
    /// The good end, or None.
    deletion: Option<Py<Deletion>>,
    /// The DingTalkError that it ended in, or None. It is not raised.
    error: Option<Py<PyAny>>,
    /// Whether it was not called, as the batch had stopped.
    not_attempted: bool,
    /// When it was known what came of it, in UTC.
    ///
    /// For what an earlier run settled, the time in its journal.
    time: SystemTime,
    /// Whether an earlier run with the same journal settled it: it was not called now.
    settled_before: bool,
}

const ITEM: [&str; 6] = ["user_id", "deletion", "error", "not_attempted", "time", "settled_before"];

impl Item {
    pub fn of(py: Python<'_>, item: dingtalk_extcontact::Item) -> PyResult<Item> {
        let user_id = item.user_id().to_owned();
        let (time, settled_before) = (in_microseconds(item.time), item.settled_before);
        let (deletion, error) = match item.outcome {
            Outcome::Deletion(deletion) => (Some(Py::new(py, Deletion::from(deletion))?), None),
            Outcome::Error(error) => {
                (None, Some(errors::to_python(py, &error).into_value(py).into_any()))
            }
            Outcome::NotAttempted { .. } => (None, None),
        };
        let not_attempted = deletion.is_none() && error.is_none();
        Ok(Item { user_id, deletion, error, not_attempted, time, settled_before })
    }
}

#[pymethods]
impl Item {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const MATCH_ARGS: (&'static str, &'static str, &'static str, &'static str) =
        (ITEM[0], ITEM[1], ITEM[2], ITEM[3]);

    #[new]
    fn new(
        user_id: String,
        deletion: Option<Py<Deletion>>,
        error: Option<Py<PyAny>>,
        not_attempted: bool,
        time: SystemTime,
        settled_before: bool,
    ) -> Item {
        let time = in_microseconds(time);
        Item { user_id, deletion, error, not_attempted, time, settled_before }
    }

    /// Exceptions know only identity; here those of one class and content are the same.
    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let Ok(other) = other.cast::<Item>() else { return Ok(py.NotImplemented()) };
        let other = other.get();
        let same = self.user_id == other.user_id
            && self.not_attempted == other.not_attempted
            && self.time == other.time
            && self.settled_before == other.settled_before
            && self.deletion.as_ref().map(Py::get) == other.deletion.as_ref().map(Py::get)
            && match (&self.error, &other.error) {
                (Some(one), Some(two)) => {
                    let (one, two) = (one.bind(py), two.bind(py));
                    one.get_type().is(two.get_type())
                        && one.getattr("__dict__")?.eq(two.getattr("__dict__")?)?
                }
                (one, two) => one.is_none() && two.is_none(),
            };
        Ok(same.into_pyobject(py)?.to_owned().into_any().unbind())
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.user_id, self.time, self.not_attempted, self.deletion.is_some()).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        record::repr(slf, &ITEM)
    }

    /// As a dict of plain values, ready for JSON.
    ///
    /// It is that of the deletion or error, or has the status 'not_attempted', with time (UTC,
    /// RFC 3339) and settled_before.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let to_dict = intern!(py, "to_dict");
        let dict = match (&self.deletion, &self.error) {
            (Some(deletion), _) => deletion.bind(py).call_method0(to_dict)?.cast_into()?,
            (None, Some(error)) => error.bind(py).call_method0(to_dict)?.cast_into()?,
            (None, None) => [("user_id", self.user_id.as_str()), ("status", "not_attempted")]
                .into_py_dict(py)?,
        };
        dict.set_item("time", in_utc(self.time))?;
        dict.set_item("settled_before", self.settled_before)?;
        Ok(dict)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        record::reduce(slf, &ITEM)
    }
}

/// A batch in numbers.
///
/// Each id is in one of five groups: deleted, absent, maybe_deleted, failed and not_attempted
/// add up.
///
/// Frozen, comparable, hashable, picklable.
#[pyclass(frozen, eq, hash, get_all, module = "dingtalk_extcontact")]
#[derive(PartialEq, Eq, Hash)]
pub struct Summary {
    /// Ids deleted, by this run or, where the journal says so, by an earlier one.
    deleted: u64,
    /// Ids that were no contact, where that is fine.
    absent: u64,
    /// Ids that ended in an error and may be gone all the same: no certain answer came.
    maybe_deleted: u64,
    /// Ids that ended in an error and are not gone by a call of this batch.
    failed: u64,
    /// Ids that were not called, as the batch had stopped.
    not_attempted: u64,
    /// Of all these, those that were settled by an earlier run and not called again.
    settled_before: u64,
    /// Ids that came again and were dropped.
    repeated: u64,
    /// Delete requests written by this run.
    calls: u64,
    /// Ids of which the journal does not say what came of them, as it could not be written.
    unrecorded: u64,
    /// When the batch began, in UTC.
    start: SystemTime,
    /// When its last item was done, in UTC; None while it runs.
    end: Option<SystemTime>,
    /// Where the requests went.
    endpoint: String,
    /// The app, where the client has app credentials, or None.
    app_key: Option<String>,
    /// Why the batch stopped early, or None.
    stopped: Option<String>,
}

const SUMMARY: [&str; 14] = [
    "deleted",
    "absent",
    "maybe_deleted",
    "failed",
    "not_attempted",
    "settled_before",
    "repeated",
    "calls",
    "unrecorded",
    "start",
    "end",
    "endpoint",
    "app_key",
    "stopped",
];

impl From<dingtalk_extcontact::Summary> for Summary {
    fn from(summary: dingtalk_extcontact::Summary) -> Summary {
        Summary {
            deleted: summary.deleted,
            absent: summary.absent,
            maybe_deleted: summary.maybe_deleted,
            failed: summary.failed,
            not_attempted: summary.not_attempted,
            settled_before: summary.settled_before,
            repeated: summary.repeated,
            calls: summary.calls,
            unrecorded: summary.unrecorded,
            start: in_microseconds(summary.start),
            end: summary.end.map(in_microseconds),
            endpoint: summary.endpoint,
            app_key: summary.app_key,
            stopped: summary.stopped,
        }
    }
}

/// As exact as a datetime is, so that a pickled summary is equal to its origin.
fn in_microseconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::new(since.as_secs(), since.subsec_micros() * 1000)
}

#[pymethods]
impl Summary {
    #[new]
    #[allow(clippy::too_many_arguments)]
    fn new(
        deleted: u64,
        absent: u64,
        maybe_deleted: u64,
        failed: u64,
        not_attempted: u64,
        settled_before: u64,
        repeated: u64,
        calls: u64,
        unrecorded: u64,
        start: SystemTime,
        end: Option<SystemTime>,
        endpoint: String,
        app_key: Option<String>,
        stopped: Option<String>,
    ) -> Summary {
        Summary {
            deleted,
            absent,
            maybe_deleted,
            failed,
            not_attempted,
            settled_before,
            repeated,
            calls,
            unrecorded,
            start,
            end,
            endpoint,
            app_key,
            stopped,
        }
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        record::repr(slf, &SUMMARY)
    }

    /// As a dict of plain values, ready for JSON: times in UTC as RFC 3339.
    fn to_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let dict = record::to_dict(slf, &SUMMARY)?;
        dict.set_item("start", in_utc(slf.get().start))?;
        if let Some(end) = slf.get().end {
            dict.set_item("end", in_utc(end))?;
        }
        Ok(dict)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        record::reduce(slf, &SUMMARY)
    }
}
