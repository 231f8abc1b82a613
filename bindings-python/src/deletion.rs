//! The good end of a call.

use dingtalk_extcontact::Status;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::record;

/// The good end of a call: the contact is gone.
///
/// Frozen, comparable, hashable, picklable; usable in a match statement.
#[pyclass(frozen, eq, hash, get_all, module = "dingtalk_extcontact")]
#[derive(PartialEq, Eq, Hash)]
pub struct Deletion {
    /// The contact, as it was given.
    user_id: String,
    /// 'deleted' by the service now, or 'absent'.
    ///
    /// Absent: the service knows no such contact, and missing_ok is set or an earlier
    /// request of this call may have deleted it.
    status: &'static str,
    /// The id under which DingTalk's support finds the call, or None.
    request_id: Option<String>,
    /// How many delete requests were written to a connection.
    attempts: u32,
    /// Absent, and an earlier request of this call, whose reply was lost, may have done it.
    maybe_deleted: bool,
}

const FIELDS: [&str; 5] = ["user_id", "status", "request_id", "attempts", "maybe_deleted"];

impl From<dingtalk_extcontact::Deletion> for Deletion {
    fn from(deletion: dingtalk_extcontact::Deletion) -> Deletion {
        Deletion {
            user_id: deletion.user_id,
            status: deletion.status.as_str(),
            request_id: deletion.request_id,
            attempts: deletion.attempts,
            maybe_deleted: deletion.maybe_deleted,
        }
    }
}

#[pymethods]
impl Deletion {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const MATCH_ARGS: (&'static str, &'static str) = ("user_id", "status");

    #[new]
    fn new(
        user_id: String,
        status: &str,
        request_id: Option<String>,
        attempts: u32,
        maybe_deleted: bool,
    ) -> PyResult<Deletion> {
        let names = [Status::Deleted, Status::Absent].map(Status::as_str);
        let known = names.into_iter().find(|name| *name == status);
        let status = known.ok_or_else(|| {
            PyValueError::new_err(format!("status must be one of {names:?}, not {status:?}"))
        })?;
        Ok(Deletion { user_id, status, request_id, attempts, maybe_deleted })
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        record::repr(slf, &FIELDS)
    }

    /// As a dict of plain values, ready for JSON.
    ///
    /// The names are those of the command's --json; what is not known is left out.
    fn to_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        record::to_dict(slf, &FIELDS)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        record::reduce(slf, &FIELDS)
    }
}
