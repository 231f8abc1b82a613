//! The core's errors as instances of the classes in `errors.py`, which finds the class of a
//! kind by its name. No other file of this crate makes one.

use dingtalk_extcontact::{Deletion, Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::{deletion, host};

static MODULE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

pub fn init(py: Python<'_>) -> PyResult<()> {
    let _ = MODULE.set(py, py.import("dingtalk_extcontact.errors")?.unbind());
    Ok(())
}

/// An outcome as Python sees it: a value, or an exception to raise.
pub fn outcome(py: Python<'_>, outcome: Result<Deletion, Error>) -> PyResult<deletion::Deletion> {
    outcome.map(Into::into).map_err(|error| to_python(py, &error))
}

/// The exception for an error of the core.
pub fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    let fill = |fields: &Bound<'_, PyDict>| {
        fields.set_item("code", error.code())?;
        fields.set_item("errcode", error.errcode())?;
        fields.set_item("errmsg", error.errmsg())?;
        fields.set_item("sub_code", error.sub_code())?;
        fields.set_item("sub_msg", error.sub_msg())?;
        fields.set_item("request_id", error.request_id())?;
        fields.set_item("http_status", error.http_status())?;
        fields.set_item("retry_after", error.retry_after().map(|wait| wait.as_secs_f64()))?;
        fields.set_item("attempts", error.attempts())?;
        fields.set_item("retryable", error.is_retryable())?;
        fields.set_item("maybe_deleted", error.maybe_deleted())?;
        fields.set_item("user_id", error.user_id())
    };
    make(py, error.kind(), error.message(), error.advice(), fill)
}

/// A text that is not Unicode and so cannot reach the core.
pub fn lone_surrogate(name: &str, text: &Bound<'_, PyAny>) -> PyErr {
    let message = format!("{name} holds a lone surrogate, which no encoding can send");
    let advice = "Decode the text that it comes from with its right encoding; nothing was sent.";
    make(text.py(), ErrorKind::InvalidArgument, &message, advice, |fields| {
        if name == "user_id" { fields.set_item(name, text) } else { Ok(()) }
    })
}

/// What stands behind an interrupt: our error, or word that the call had ended well before.
pub fn cause(py: Python<'_>, outcome: Result<Deletion, Error>) -> PyErr {
    let made = || match outcome {
        Err(error) => Ok(to_python(py, &error)),
        Ok(deletion) => {
            let deletion = deletion::Deletion::from(deletion);
            let error = module(py)?.call_method1("_cancelled_after", (deletion,))?;
            Ok(PyErr::from_value(error))
        }
    };
    made().unwrap_or_else(|problem| problem)
}

fn make<'py>(
    py: Python<'py>,
    kind: ErrorKind,
    message: &str,
    advice: &str,
    fill: impl FnOnce(&Bound<'py, PyDict>) -> PyResult<()>,
) -> PyErr {
    let made = || {
        let fields = PyDict::new(py);
        fields.set_item("advice", advice)?;
        fill(&fields)?;
        let (class_of, kind) =
            (module(py)?.getattr("_class_of")?, (kind.as_str(),).into_pyobject(py)?);
        let class = host::guarded(|| class_of.call1(&kind))?;
        let message = (message,).into_pyobject(py)?;
        host::guarded(|| class.call(&message, Some(&fields)))
    };
    made().map_or_else(|problem| problem, PyErr::from_value)
}

fn module(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    let gone = || pyo3::exceptions::PySystemError::new_err("the module was not initialised");
    MODULE.get(py).map(|module| module.bind(py)).ok_or_else(gone)
}
