//! What the interpreter asks of Rust: which one it is, and what happens to threads at its end.

use std::cell::Cell;

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

/// What calls keep of the thread that they are made on; a thread, not a greenlet.
pub struct Thread {
    /// Whether this is the main thread, once that was asked.
    pub is_main: Cell<Option<bool>>,
    /// How many calls it is making, after which it will be back in Python: signal handlers may make
    /// calls inside a call.
    pub calls: Cell<usize>,
    /// Whether its call has yet to begin.
    pub begins: Cell<bool>,
    /// Whether a signal handler raised something during its call.
    pub raised: Cell<bool>,
    /// Whether its calls wrote lines to the log that Python has not got yet.
    pub wrote: Cell<bool>,
}

thread_local! {
    /// Together, as each look at a variable of the thread costs more than what is done with it.
    pub static THREAD: Thread = const {
        Thread {
            is_main: Cell::new(None),
            calls: Cell::new(0),
            begins: Cell::new(false),
            raised: Cell::new(false),
            wrote: Cell::new(false),
        }
    };
}

pub fn init(py: Python<'_>) -> PyResult<()> {
    in_main_interpreter()?;
    let modules = py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?;
    let _ = MODULES.set(py, modules.unbind());
    Ok(())
}

/// What the module keeps is the main interpreter's. Later versions of Python refuse the import
/// elsewhere by themselves, but not in every kind of interpreter.
#[cfg(not(windows))]
fn in_main_interpreter() -> PyResult<()> {
    // SAFETY: this thread is attached to an interpreter, so there is one to be had.
    let this = unsafe { pyo3::ffi::PyInterpreterState_Get() };
    // SAFETY: it is alive, as this thread runs in it.
    let number = unsafe { pyo3::ffi::PyInterpreterState_GetID(this) };
    if number == 0 {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "dingtalk_extcontact works in the main interpreter only, and this is a subinterpreter (for mod_wsgi: WSGIApplicationGroup %{GLOBAL})",
    ))
}

/// The stable ABI of Python 3.9 has no such question on Windows.
#[cfg(windows)]
fn in_main_interpreter() -> PyResult<()> {
    Ok(())
}

/// A module if the program has imported it; nobody needs it where it is not.
pub fn imported<'py>(py: Python<'py>, name: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    MODULES.get(py)?.bind(py).get_item(name).ok().flatten()
}

/// Runs Python code, in one step that holds nothing which is to be dropped.
///
/// Before 3.14 an ending interpreter unwinds a daemon thread at its next step in Python: Rust's
/// frames must neither drop objects then nor stop it, or the process dies. The thread is parked
/// instead, as later versions do; `PyEval_RestoreThread` has the same guard in pyo3.
pub fn guarded<R>(run: impl FnOnce() -> R) -> R {
    struct Unwound;
    impl Drop for Unwound {
        fn drop(&mut self) {
            // A panic is unwound to be caught.
            while !std::thread::panicking() {
                std::thread::park();
            }
        }
    }
    let unwound = Unwound;
    let result = run();
    std::mem::forget(unwound);
    result
}
