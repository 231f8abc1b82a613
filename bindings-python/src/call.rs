//! A blocking call of the core on a thread of Python: without the interpreter's lock, and with
//! an ear for signals.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use dingtalk_extcontact::Call;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyCFunction};

use crate::host::{self, THREAD, Thread};
use crate::logging;

/// Whether the main thread has found out that it is.
static MAIN_IS_KNOWN: AtomicBool = AtomicBool::new(false);
/// That of every call on the main thread. A call asks as it begins: it would cost the lock once more,
/// and was done right before.
static PROBE: LazyLock<Arc<dyn Fn() -> bool + Send + Sync>> = LazyLock::new(|| {
    Arc::new(|| !THREAD.with(|thread| thread.begins.replace(false)) && interrupted())
});

thread_local! {
    /// What a signal handler raised during the call.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Everything is made when the module is imported, so that no thread is ever in the middle
/// of making it when the process forks.
pub fn init(py: Python<'_>) -> PyResult<()> {
    THREAD.with(|thread| is_main(py, thread))?;
    LazyLock::force(&PROBE);
    let os = py.import("os")?;
    if os.hasattr("register_at_fork")? {
        // The parent's threads are not in the child, where this one is the main thread.
        let forked = PyCFunction::new_closure(py, None, None, |_, _| {
            THREAD.with(|thread| thread.is_main.set(Some(true)));
        })?;
        let when = [("after_in_child", forked)].into_py_dict(py)?;
        os.call_method("register_at_fork", (), Some(&when))?;
    }
    Ok(())
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
    logging::refresh(py)?;
    let is_main = THREAD.with(|thread| {
        let is_main = is_main(py, thread)?;
        thread.begins.set(is_main && disturbed.is_none());
        thread.calls.set(thread.calls.get() + 1);
        Ok::<_, PyErr>(is_main)
    })?;
    let call = match (is_main, disturbed) {
        (true, None) => call.shared_probe(PROBE.clone()),
        (true, Some(disturbed)) => call.probe(move || interrupted() || disturbed()),
        (false, Some(disturbed)) => call.probe(disturbed),
        (false, None) => call,
    };
    if let Some(error) = early {
        raise(error);
    }
    let result = py.detach(|| make(&call));
    let (raised, wrote) = THREAD.with(|thread| {
        thread.begins.set(false);
        thread.calls.set(thread.calls.get() - 1);
        (thread.raised.take(), thread.wrote.get())
    });
    let logged = if wrote { logging::pass_own(py).err() } else { None };
    let raised = if raised { RAISED.take() } else { None };
    Ok((result, raised.or(logged)))
}

/// Keeps what a signal handler raised until the call is over.
fn raise(error: PyErr) {
    RAISED.set(Some(error));
    THREAD.with(|thread| thread.raised.set(true));
}

/// The probe of a call on the main thread: runs the handlers of signals that have come, and
/// says whether one of them raised.
fn interrupted() -> bool {
    let raised = |py: Python<'_>| {
        if let Err(error) = py.check_signals() {
            raise(error);
        }
        THREAD.with(|thread| thread.raised.get())
    };
    Python::try_attach(raised).unwrap_or(false)
}

/// Whether signal handlers run on this thread. On any other one a probe would ask in vain,
/// and wait for the lock to do so.
fn is_main(py: Python<'_>, thread: &Thread) -> PyResult<bool> {
    if let Some(known) = thread.is_main.get() {
        return Ok(known);
    }
    if MAIN_IS_KNOWN.load(Ordering::SeqCst) {
        return Ok(false);
    }
    let is_main = match host::imported(py, intern!(py, "threading").as_any()) {
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
    thread.is_main.set(Some(is_main));
    MAIN_IS_KNOWN.fetch_or(is_main, Ordering::SeqCst);
    Ok(is_main)
}
