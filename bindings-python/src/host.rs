//! What the interpreter asks of a thread: when it may be entered, and what to do with an
//! exception that comes up in the middle of a call.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dingtalk_extcontact::Call;
use pyo3::exceptions::PyImportError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{IntoPyDict, PyCFunction, PyDict};

use crate::logging;

/// Set when the interpreter begins to end.
static ENDING: AtomicBool = AtomicBool::new(false);
/// Whether the main thread has found out that it is.
static MAIN_IS_KNOWN: AtomicBool = AtomicBool::new(false);
/// How many threads of the pool are in the interpreter, or on their way in or out.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
/// How long an ending interpreter waits for them at most.
const PATIENCE: Duration = Duration::from_secs(2);
static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

thread_local! {
    /// How many calls this thread is making: signal handlers may make calls inside a call.
    static CALLS: Cell<usize> = const { Cell::new(0) };
    /// Whether this is the main thread, once that was asked. Of the thread, not of a greenlet.
    static IS_MAIN: Cell<Option<bool>> = const { Cell::new(None) };
    /// What a signal handler raised during the call.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Everything is made when the module is imported, so that no thread is ever in the middle
/// of making it when the process forks.
pub fn init(py: Python<'_>) -> PyResult<()> {
    in_main_interpreter()?;
    let modules = py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?;
    let _ = MODULES.set(py, modules.unbind());
    is_main(py)?;
    let end = PyCFunction::new_closure(py, None, None, |args, _| end(args.py()))?;
    py.import("atexit")?.call_method1("register", (end,))?;
    let os = py.import("os")?;
    if os.hasattr("register_at_fork")? {
        // The parent's threads are not in the child, where this one is the main thread.
        let forked = PyCFunction::new_closure(py, None, None, |_, _| {
            INSIDE.store(0, Ordering::SeqCst);
            IS_MAIN.set(Some(true));
        })?;
        let when = [("after_in_child", forked)].into_py_dict(py)?;
        os.call_method("register_at_fork", (), Some(&when))?;
    }
    Ok(())
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
/// asks for its lock later is stopped on the spot. What they would have handed to an event
/// loop is left for it to fetch, and log lines are passed on now.
fn end(py: Python<'_>) -> PyResult<()> {
    ENDING.store(true, Ordering::SeqCst);
    py.detach(|| {
        let start = Instant::now();
        while INSIDE.load(Ordering::SeqCst) > 0 && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    if let Some(loops) = imported(py, intern!(py, "dingtalk_extcontact._async").as_any()) {
        loops.call_method0(intern!(py, "_fetch_all"))?;
    }
    logging::pass_kept(py)
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

/// Whether this thread is making a call, and so will be back in Python.
pub fn in_call() -> bool {
    CALLS.get() > 0
}

/// Makes a blocking call without the lock, and hands out what was raised meanwhile. On the
/// main thread a signal handler that raises cancels the call; `disturbed` does it on any.
pub fn calling<R: Send>(
    py: Python<'_>,
    call: Call,
    disturbed: Option<fn() -> bool>,
    make: impl FnOnce(&Call) -> R + Send,
) -> PyResult<(R, Option<PyErr>)> {
    // A signal that came before the call must not let it send anything. Asked first: Python
    // code, below, would run the handler too and take its exception elsewhere.
    let early = py.check_signals().err();
    if early.is_some() {
        call.canceller().cancel();
    }
    let call = match (is_main(py)?, disturbed) {
        (true, None) => call.probe(interrupted),
        (true, Some(disturbed)) => call.probe(move || interrupted() || disturbed()),
        (false, Some(disturbed)) => call.probe(disturbed),
        (false, None) => call,
    };
    logging::refresh(py)?;
    if early.is_some() {
        RAISED.set(early);
    }
    CALLS.set(CALLS.get() + 1);
    let result = py.detach(|| make(&call));
    CALLS.set(CALLS.get() - 1);
    let logged = logging::pass_own(py).err();
    Ok((result, RAISED.take().or(logged)))
}

/// The probe of a call on the main thread: runs the handlers of signals that have come, and
/// says whether one of them raised.
fn interrupted() -> bool {
    let raised = |py: Python<'_>| {
        if let Err(error) = py.check_signals() {
            RAISED.set(Some(error));
        }
        RAISED.with_borrow(Option::is_some)
    };
    Python::try_attach(raised).unwrap_or(false)
}

/// Whether signal handlers run on this thread. On any other one a probe would ask in vain,
/// and wait for the lock to do so.
fn is_main(py: Python<'_>) -> PyResult<bool> {
    if let Some(known) = IS_MAIN.get() {
        return Ok(known);
    }
    if MAIN_IS_KNOWN.load(Ordering::SeqCst) {
        return Ok(false);
    }
    let is_main = match imported(py, intern!(py, "threading").as_any()) {
        // Nobody has started another one.
        None => true,
        Some(threading) => {
            let main = threading.call_method0(intern!(py, "main_thread"))?;
            let same = |this, main_one| main.getattr(main_one)?.eq(threading.call_method0(this)?);
            // The first is a greenlet's with eventlet, the second the parent's after a fork.
            same(intern!(py, "get_ident"), intern!(py, "ident"))?
                || same(intern!(py, "get_native_id"), intern!(py, "native_id"))?
        }
    };
    IS_MAIN.set(Some(is_main));
    MAIN_IS_KNOWN.fetch_or(is_main, Ordering::SeqCst);
    Ok(is_main)
}
