//! What the interpreter asks of a thread of Rust: when it may be entered, and when no more.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

/// Set when the interpreter begins to end.
static ENDING: AtomicBool = AtomicBool::new(false);
/// How many threads of the pool are in the interpreter, or on their way in or out.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
/// How long an ending interpreter waits for them at most.
const PATIENCE: Duration = Duration::from_secs(2);
static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

thread_local! {
    /// How many calls this thread is making: signal handlers may make calls inside a call.
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

pub fn init(py: Python<'_>) -> PyResult<()> {
    in_main_interpreter()?;
    let modules = py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?;
    let _ = MODULES.set(py, modules.unbind());
    Ok(())
}

/// In a forked child no thread of the pool is left.
pub fn forked() {
    INSIDE.store(0, Ordering::SeqCst);
}

/// A thread of the pool can enter the main interpreter alone. Later versions of Python refuse
/// the import elsewhere by themselves, but not in every kind of interpreter.
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

/// Lets threads of the pool leave before the interpreter ends, and keeps them out: one that
/// asks for its lock later is stopped on the spot.
pub fn end(py: Python<'_>) {
    ENDING.store(true, Ordering::SeqCst);
    py.detach(|| {
        let start = Instant::now();
        while INSIDE.load(Ordering::SeqCst) > 0 && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
}

/// Whether the interpreter has begun to end, so that threads of the pool stay out.
#[pyfunction]
pub fn is_ending() -> bool {
    ENDING.load(Ordering::SeqCst)
}

/// A thread of the pool in the interpreter.
struct Inside;

impl Inside {
    /// Counted first and then asked, so that `end` overlooks nobody.
    fn enter() -> Option<Inside> {
        INSIDE.fetch_add(1, Ordering::SeqCst);
        let inside = Inside;
        (!is_ending()).then_some(inside)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        // In a forked child the count begins anew, perhaps under this thread's feet.
        let less = |count: usize| count.checked_sub(1);
        let _ = INSIDE.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
    }
}

/// A module if the program has imported it; nobody needs it where it is not.
pub fn imported<'py>(py: Python<'py>, name: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    MODULES.get(py)?.bind(py).get_item(name).ok().flatten()
}

/// Enters the interpreter with a thread of the pool, unless it is ending.
pub fn attach<R>(enter: impl FnOnce(Python<'_>) -> R) -> Option<R> {
    let _inside = Inside::enter()?;
    Python::try_attach(enter)
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

/// Makes a call on this thread, which will be back in Python.
pub fn in_a_call<R>(make: impl FnOnce() -> R) -> R {
    CALLS.set(CALLS.get() + 1);
    let result = make();
    CALLS.set(CALLS.get() - 1);
    result
}

/// Whether this thread makes a call.
pub fn in_call() -> bool {
    CALLS.get() > 0
}
