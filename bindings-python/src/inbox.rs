//! What comes of work on the pool, for the event loop that waits for it. Threads of the pool
//! leave it here and never enter the interpreter: they would wait for its lock, and be stopped
//! on the spot where it is ending.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::waker::Waker;
use crate::{host, logging};

/// Makes the arguments of a settling function.
type Outcome = Box<dyn FnOnce(Python<'_>) -> PyResult<Bound<'_, PyTuple>> + Send>;

/// What an event loop has to settle. It drains it when its socket can be read; the socket is
/// closed when the loop lets go of it.
#[pyclass(frozen, weakref, module = "dingtalk_extcontact._native")]
pub struct Inbox(Arc<Shared>);

struct Shared {
    outcomes: Mutex<Vec<(Py<PyAny>, Outcome)>>,
    waker: Arc<Waker>,
}

impl Shared {
    fn outcomes(&self) -> MutexGuard<'_, Vec<(Py<PyAny>, Outcome)>> {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inbox {
    /// Who hands in the outcome that the loop will settle by calling this with it.
    pub fn expect(&self, settle: Py<PyAny>) -> Sender {
        Sender { inbox: self.0.clone(), settle }
    }

    pub fn waker(&self) -> &Arc<Waker> {
        &self.0.waker
    }
}

/// Hands in one outcome, from any thread.
pub struct Sender {
    inbox: Arc<Shared>,
    settle: Py<PyAny>,
}

impl Sender {
    pub fn send(
        self,
        outcome: impl FnOnce(Python<'_>) -> PyResult<Bound<'_, PyTuple>> + Send + 'static,
    ) {
        let Sender { inbox, settle } = self;
        let mut outcomes = inbox.outcomes();
        outcomes.push((settle, Box::new(outcome)));
        let is_first = outcomes.len() == 1;
        drop(outcomes);
        // Of many that come at once, one wakes the loop.
        if is_first {
            inbox.waker.wake();
        }
    }
}

#[pymethods]
impl Inbox {
    #[new]
    fn new() -> PyResult<Inbox> {
        let (outcomes, waker) = (Mutex::default(), Arc::new(Waker::new()?));
        Ok(Inbox(Arc::new(Shared { outcomes, waker })))
    }

    /// The socket that can be read when there is something to drain.
    fn fileno(&self) -> i64 {
        self.0.waker.fileno()
    }

    /// Empties the socket, for a thread that watches it in the loop's place.
    fn hear(&self) {
        self.0.waker.hear();
    }

    /// Settles what has come, and passes on what threads of the pool logged.
    fn drain(&self, py: Python<'_>) -> PyResult<()> {
        self.0.waker.hear();
        let outcomes = std::mem::take(&mut *self.0.outcomes());
        let mut result = Ok(());
        for (settle, outcome) in outcomes {
            let settle = settle.into_bound(py);
            let settled = outcome(py)
                .and_then(|arguments| host::guarded(|| settle.call1(&arguments)).map(drop));
            // One that fails takes no other along.
            result = result.and(settled);
        }
        result.and_then(|()| logging::pass_kept(py))
    }
}
