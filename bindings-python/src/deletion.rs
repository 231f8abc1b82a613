//! The good end of a call: what every call returns is made here, as that costs the least.

use dingtalk_extcontact::Status;
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

/// The good end of a call: the contact is gone.
///
/// Frozen, comparable, hashable, picklable; usable in a match statement.
#[pyclass(frozen, eq, hash, module = "dingtalk_extcontact")]
#[derive(PartialEq, Eq, Hash)]
pub struct Deletion {
    /// The contact, as it was given.
    #[pyo3(get)]
    user_id: String,
    status: Status,
    /// The id under which DingTalk's support finds the call, or None.
    #[pyo3(get)]
    request_id: Option<String>,
    /// How many delete requests were written to a connection.
    #[pyo3(get)]
    attempts: u32,
    /// Absent, and an earlier request of this call, whose reply was lost, may have done it.
    #[pyo3(get)]
    maybe_deleted: bool,
}

const FIELDS: [&str; 5] = ["user_id", "status", "request_id", "attempts", "maybe_deleted"];

impl From<dingtalk_extcontact::Deletion> for Deletion {
    fn from(deletion: dingtalk_extcontact::Deletion) -> Deletion {
        Deletion {
            user_id: deletion.user_id,
            status: deletion.status,
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
        let all = [Status::Deleted, Status::Absent];
        let status = all.into_iter().find(|known| known.as_str() == status).ok_or_else(|| {
            let names = all.map(Status::as_str);
            PyValueError::new_err(format!("status must be one of {names:?}, not {status:?}"))
        })?;
        Ok(Deletion { user_id, status, request_id, attempts, maybe_deleted })
    }

    /// 'deleted' by the service now, or 'absent'.
    ///
    /// Absent: the service knows no such contact, and missing_ok is set or an earlier
    /// request of this call may have deleted it.
    #[getter]
    fn status<'py>(&self, py: Python<'py>) -> &'py Bound<'py, PyString> {
        match self.status {
            Status::Deleted => intern!(py, "deleted"),
            Status::Absent => intern!(py, "absent"),
        }
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let shown = |name| Ok(format!("{name}={}", slf.getattr(name)?.repr()?));
        Ok(format!(
            "Deletion({})",
            FIELDS.map(shown).into_iter().collect::<PyResult<Vec<_>>>()?.join(", ")
        ))
    }

    /// As a dict of plain values, ready for JSON.
    ///
    /// The names are those of the command's --json; what is not known is left out.
    fn to_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(slf.py());
        for name in FIELDS {
            let field = slf.getattr(name)?;
            if !field.is_none() {
                dict.set_item(name, field)?;
            }
        }
        Ok(dict)
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let fields =
            FIELDS.map(|name| slf.getattr(name)).into_iter().collect::<PyResult<Vec<_>>>()?;
        Ok((slf.get_type().into_any(), PyTuple::new(slf.py(), fields)?))
    }
}
