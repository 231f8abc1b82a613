//! The sandbox for people's own tests. `testing.py` has its methods; what they ask and what
//! they are told crosses as JSON.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::json;

/// A running sandbox, until it is closed.
#[pyclass(frozen, module = "dingtalk_extcontact._native")]
pub struct Sandbox {
    held: Mutex<Option<Arc<dingtalk_extcontact_sandbox::Sandbox>>>,
    /// A forked child has the object but none of its threads, and perhaps a lock of theirs.
    process: u32,
}

impl Sandbox {
    fn running(&self) -> PyResult<Arc<dingtalk_extcontact_sandbox::Sandbox>> {
        if std::process::id() != self.process {
            return Err(PyRuntimeError::new_err("the sandbox runs in the process that forked"));
        }
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone().ok_or_else(|| PyRuntimeError::new_err("the sandbox is closed"))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let held = self.held.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if std::process::id() != self.process {
            std::mem::forget(held);
        }
    }
}

#[pymethods]
impl Sandbox {
    /// Starts one with these options, an object of JSON.
    #[new]
    fn new(py: Python<'_>, options: &str) -> PyResult<Sandbox> {
        let builder = serde_json::from_str(options)
            .map_err(|error| error.to_string())
            .and_then(|options| dingtalk_extcontact_sandbox::Sandbox::builder().options(&options));
        let builder = builder.map_err(PyValueError::new_err)?;
        let started = py.detach(|| builder.start()).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => PyValueError::new_err(error.to_string()),
            _ => error.into(),
        })?;
        Ok(Sandbox { held: Mutex::new(Some(Arc::new(started))), process: std::process::id() })
    }

    /// Asks it something or changes it; the argument is JSON.
    fn ask<'py>(&self, py: Python<'py>, name: &str, argument: &str) -> PyResult<Bound<'py, PyAny>> {
        let sandbox = self.running()?;
        let answer = py.detach(|| {
            let argument = serde_json::from_str(argument).map_err(|error| error.to_string())?;
            sandbox.ask(name, argument)
        });
        json::plain(py, &answer.map_err(PyValueError::new_err)?)
    }

    /// Ends it, and closes all connections. Doing it again does nothing.
    fn close(&self, py: Python<'_>) {
        if self.running().is_ok() {
            let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
            py.detach(|| drop(held));
        }
    }
}
