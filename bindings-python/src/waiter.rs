//! Hands what comes of work on the pool to the event loop that waits for it.

use std::sync::{Mutex, PoisonError};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::host;

/// Makes the arguments of a settling function.
type Outcome = Box<dyn FnOnce(Python<'_>) -> PyResult<Bound<'_, PyTuple>> + Send>;

/// What came when no thread of the pool might enter the interpreter any more.
static LEFT: Mutex<Vec<(Waiter, Outcome)>> = Mutex::new(Vec::new());

/// An event loop, and the function that it is to call with the outcome.
pub struct Waiter {
    pub event_loop: Py<PyAny>,
    pub settle: Py<PyAny>,
}

impl Waiter {
    /// Has the loop settle soon. From a thread of the pool.
    pub fn tell(
        self,
        outcome: impl FnOnce(Python<'_>) -> PyResult<Bound<'_, PyTuple>> + Send + 'static,
    ) {
        let mut told: Option<(Waiter, Outcome)> = Some((self, Box::new(outcome)));
        host::attach(|py| {
            if let Some((waiter, outcome)) = told.take() {
                waiter.settle_soon(py, outcome);
            }
        });
        if let Some(left) = told {
            LEFT.lock().unwrap_or_else(PoisonError::into_inner).push(left);
        }
    }

    fn settle_soon(self, py: Python<'_>, outcome: Outcome) {
        let mut arguments = vec![self.settle.into_bound(py)];
        let call = outcome(py).and_then(|outcome| {
            arguments.extend(outcome.iter());
            let soon = self.event_loop.bind(py).getattr(intern!(py, "call_soon_threadsafe"))?;
            Ok((soon, PyTuple::new(py, arguments)?))
        });
        match call {
            Ok((soon, arguments)) => {
                // The one way to fail is a loop that was closed meanwhile: nobody waits.
                drop(host::guarded(|| soon.call1(&arguments)));
            }
            Err(error) => error.write_unraisable(py, None),
        }
    }
}

/// Hands on what threads of the pool left, as the interpreter is ending.
#[pyfunction]
pub fn fetch(py: Python<'_>) {
    let left = std::mem::take(&mut *LEFT.lock().unwrap_or_else(PoisonError::into_inner));
    for (waiter, outcome) in left {
        waiter.settle_soon(py, outcome);
    }
}
