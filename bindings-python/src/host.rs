//! What the interpreter asks of a thread: when it may be entered, and what to do with an
//! exception that comes up in the middle of a call.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dingtalk_extcontact::Call;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{IntoPyDict, PyCFunction, PyDict};

use crate::logging;

/// Set when the interpreter begins to end.
static ENDING: AtomicBool = AtomicBool::new(false);
/// How many threads are in the interpreter by `attach`, or on their way in or out.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
/// How long an ending interpreter waits for them at most: a log handler may hang.
const PATIENCE: Duration = Duration::from_secs(2);
static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

thread_local! {
    /// How many calls this thread is making: signal handlers may make calls inside a call.
    static CALLS: Cell<usize> = const { Cell::new(0) };
    /// Whether the call is on the main thread, the one that ends the interpreter.
    static MAIN: Cell<bool> = const { Cell::new(false) };
    /// What a signal handler or a log handler raised during the call.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Everything is made when the module is imported, so that no thread is ever in the middle
/// of making it when the process forks.
pub fn init(py: Python<'_>) -> PyResult<()> {
    let modules = py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?;
    let _ = MODULES.set(py, modules.unbind());
    let end = PyCFunction::new_closure(py, None, None, |args, _| end(args.py()))?;
    py.import("atexit")?.call_method1("register", (end,))?;
    let os = py.import("os")?;
    if os.hasattr("register_at_fork")? {
        // The parent's threads are not in the child.
        let forked =
            PyCFunction::new_closure(py, None, None, |_, _| INSIDE.store(0, Ordering::SeqCst))?;
        let when = [("after_in_child", forked)].into_py_dict(py)?;
        os.call_method("register_at_fork", (), Some(&when))?;
    }
    Ok(())
}

/// Lets threads of the pool leave before the interpreter ends. One that asks for its lock
/// later is ended by some versions of Python on the spot, without regard to Rust's frames.
fn end(py: Python<'_>) {
    ENDING.store(true, Ordering::SeqCst);
    py.detach(|| {
        let start = Instant::now();
        while INSIDE.load(Ordering::SeqCst) > 0 && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
}

/// A thread in the interpreter.
struct Inside;

impl Inside {
    /// Counted first and then asked, so that `end` overlooks nobody.
    fn enter() -> Option<Inside> {
        INSIDE.fetch_add(1, Ordering::SeqCst);
        let inside = Inside;
        (MAIN.get() || !ENDING.load(Ordering::SeqCst)).then_some(inside)
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

/// Enters the interpreter. Once it is ending, all threads but the main one stay out: they
/// would hang, or find half of the modules gone.
pub fn attach<R>(enter: impl FnOnce(Python<'_>) -> R) -> Option<R> {
    let _inside = Inside::enter()?;
    Python::try_attach(enter)
}

/// Makes a blocking call without the lock, and hands out what was raised meanwhile. On the
/// main thread a signal handler that raises cancels the call.
pub fn calling<R: Send>(
    py: Python<'_>,
    mut call: Call,
    make: impl FnOnce(&Call) -> R + Send,
) -> PyResult<(R, Option<PyErr>)> {
    // A signal that came before the call must not let it send anything. Asked first: Python
    // code, below, would run the handler too and take its exception elsewhere.
    let early = py.check_signals().err();
    if early.is_some() {
        call.canceller().cancel();
    }
    MAIN.set(on_main_thread(py)?);
    if MAIN.get() {
        call = call.probe(interrupted);
    }
    logging::refresh(py)?;
    if early.is_some() {
        RAISED.set(early);
    }
    CALLS.set(CALLS.get() + 1);
    let result = py.detach(|| make(&call));
    CALLS.set(CALLS.get() - 1);
    Ok((result, RAISED.take()))
}

/// Keeps an exception for the end of the call on this thread. On a thread of the pool there
/// is nobody to raise it to.
pub fn keep(py: Python<'_>, error: PyErr) {
    if CALLS.get() > 0 {
        RAISED.set(Some(error));
    } else {
        error.write_unraisable(py, None);
    }
}

/// The probe of a call on the main thread: runs the handlers of signals that have come, and
/// says whether one of them raised.
fn interrupted() -> bool {
    attach(|py| {
        if let Err(error) = py.check_signals() {
            keep(py, error);
        }
        RAISED.with_borrow(Option::is_some)
    })
    .unwrap_or(false)
}

/// Whether signal handlers run on this thread. On any other one a probe would ask in vain,
/// and wait for the lock to do so.
fn on_main_thread(py: Python<'_>) -> PyResult<bool> {
    let Some(threading) = imported(py, intern!(py, "threading").as_any()) else {
        return Ok(true);
    };
    let main = threading.call_method0(intern!(py, "main_thread"))?;
    let this = threading.call_method0(intern!(py, "get_ident"))?;
    main.getattr(intern!(py, "ident"))?.eq(this)
}
