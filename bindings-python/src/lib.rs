//! The native half of the Python package `dingtalk_extcontact`: it converts arguments, lets
//! go of the interpreter's lock, calls the core and converts what comes back. The rules are
//! the core's; names that only Python has stand in `errors.py` and in the stubs.

mod batch;
mod client;
mod convert;
mod deletion;
mod errors;
mod host;
mod item;
mod logging;
mod record;
mod sandbox;
mod waiter;

use pyo3::prelude::*;

/// The native half of dingtalk_extcontact; not to be imported by itself.
#[pymodule]
mod _native {
    use std::ffi::OsString;

    use dingtalk_extcontact::ErrorKind;
    use pyo3::prelude::*;
    use pyo3::types::PyDict;

    #[pymodule_export]
    use super::batch::DeleteMany;
    #[pymodule_export]
    use super::client::{Client, PendingCall};
    #[pymodule_export]
    use super::deletion::Deletion;
    #[pymodule_export]
    use super::item::{Item, Summary};
    #[pymodule_export]
    use super::sandbox::{Request, Sandbox};

    #[pymodule_export]
    use super::host::is_ending;
    #[pymodule_export]
    use super::logging::pass_kept;
    #[pymodule_export]
    use super::waiter::fetch;

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
        crate::convert::defaults(py)
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        super::host::init(py)?;
        super::errors::init(py)?;
        super::logging::init();
        Ok(())
    }
}
