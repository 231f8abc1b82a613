//! The core's errors as exceptions, which `errors.py` makes of the JSON form.

use dingtalk_extcontact::{Deletion, Error, Restoration};
use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;
use serde_json::to_value;

use crate::{deletion, host, json};

static MODULE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

pub fn init(py: Python<'_>) -> PyResult<()> {
    let _ = MODULE.set(py, py.import("dingtalk_extcontact.errors")?.unbind());
    Ok(())
}

/// The exception for an error of the core.
pub fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    json::object(py, to_value(error))
        .map_or_else(|problem| problem, |fields| made(py, "_of", (fields,)))
}

/// A text that is not Unicode and so cannot reach the core.
pub fn lone_surrogate(name: &str, text: &Bound<'_, PyAny>) -> PyErr {
    made(text.py(), "_lone_surrogate", (name, text))
}

/// What stands behind an interrupt: our error, or word that the call had ended well before.
pub fn cause(py: Python<'_>, outcome: Result<Deletion, Error>) -> PyErr {
    match outcome {
        Err(error) => to_python(py, &error),
        Ok(deletion) => made(py, "_cancelled_after", (deletion::Deletion::from(deletion),)),
    }
}

/// The same for the restoring of a record.
pub fn restore_cause(py: Python<'_>, outcome: Result<Restoration, Error>) -> PyErr {
    match outcome {
        Err(error) => to_python(py, &error),
        Ok(it) => match json::object(py, serde_json::to_value(&it)) {
            Ok(told) => made(py, "_cancelled_after_restore", (told,)),
            Err(error) => error,
        },
    }
}

/// An exception that a function of `errors.py` makes.
fn made<'py>(
    py: Python<'py>,
    function: &str,
    arguments: impl IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
) -> PyErr {
    let make = || {
        let gone = || PySystemError::new_err("the module was not initialised");
        let function = MODULE.get(py).ok_or_else(gone)?.bind(py).getattr(function)?;
        let arguments = arguments.into_pyobject(py)?;
        host::guarded(|| function.call1(&arguments))
    };
    make().map_or_else(|problem| problem, PyErr::from_value)
}
