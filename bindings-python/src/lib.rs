//! The native half of the Python package `dingtalk_extcontact`: it converts arguments, lets
//! go of the interpreter's lock and calls the core. What comes back crosses in the core's one
//! JSON form, of which Python makes its own objects; a deletion alone is made here. The rules
//! are the core's.

mod batch;
mod call;
mod check;
mod client;
mod contact;
mod convert;
mod deletion;
mod errors;
mod host;
mod inbox;
mod journal;
mod json;
mod logging;
mod restore;
mod sandbox;
mod waker;

use pyo3::prelude::*;

/// The native half of dingtalk_extcontact; not to be imported by itself.
#[pymodule]
mod _native {
    use std::ffi::OsString;

    use dingtalk_extcontact::ErrorKind;
    use pyo3::prelude::*;
    use pyo3::types::PyDict;

    use crate::{call, convert, errors, host, logging};

    #[pymodule_export]
    use super::batch::Batch;
    #[pymodule_export]
    use super::check::PendingCheck;
    #[pymodule_export]
    use super::client::{Client, PendingCall};
    #[pymodule_export]
    use super::contact::ContactPages;
    #[pymodule_export]
    use super::deletion::Deletion;
    #[pymodule_export]
    use super::journal::JournalReader;
    #[pymodule_export]
    use super::restore::PendingRestore;
    #[pymodule_export]
    use super::sandbox::Sandbox;

    #[pymodule_export]
    use super::inbox::Inbox;
    #[pymodule_export]
    use super::logging::pass_kept;

    #[pymodule_export]
    const VERSION: &str = dingtalk_extcontact::VERSION;

    /// Runs the command; args begin with the program's name.
    #[pyfunction]
    fn command(py: Python<'_>, args: Vec<OsString>) -> i32 {
        py.detach(|| dingtalk_extcontact_cli::run(args))
    }

    /// The names of all kinds of errors.
    #[pyfunction]
    fn kinds() -> Vec<&'static str> {
        ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()
    }

    /// The defaults of options, by name; None where it is nothing.
    #[pyfunction]
    fn defaults(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
        convert::defaults(py)
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        host::init(py)?;
        call::init(py)?;
        errors::init(py)?;
        logging::init();
        // Lines of the pool that nobody took come before the end.
        let pass = module.getattr("pass_kept")?;
        py.import("atexit")?.call_method1("register", (pass,)).map(drop)
    }
}
