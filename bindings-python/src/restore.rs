//! The restoring of a record, for `_restore.py`: it crosses as JSON text, and comes back in the
//! core's JSON form.

use dingtalk_extcontact::{Call, Client};
use pyo3::prelude::*;
use serde_json::to_value;

use crate::inbox::Inbox;
use crate::{call, errors, json, logging};

/// A restoring that has not begun, and the way to cancel it.
#[pyclass(frozen, module = "dingtalk_extcontact._native")]
pub struct PendingRestore {
    client: Client,
    record: String,
    look_first: bool,
    call: Call,
}

impl PendingRestore {
    pub fn new(client: &Client, record: String, look_first: bool, call: Call) -> PendingRestore {
        PendingRestore { client: client.clone(), record, look_first, call }
    }
}

#[pymethods]
impl PendingRestore {
    /// Restores, and waits for the end.
    pub fn run<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let restore = |call: &Call| self.client.restore_json(&self.record, self.look_first, call);
        let (outcome, raised) = call::calling(py, self.call.clone(), None, restore)?;
        match (outcome, raised) {
            (Ok(restoration), None) => json::object(py, to_value(&restoration)),
            (Err(error), None) => Err(errors::to_python(py, &error)),
            (outcome, Some(interrupt)) => {
                interrupt.set_cause(py, Some(errors::restore_cause(py, outcome)));
                Err(interrupt)
            }
        }
    }

    /// Starts it on the pool. The event loop of the inbox settles what came of it, or an error,
    /// each in its JSON form.
    fn _submit(&self, py: Python<'_>, inbox: &Bound<'_, Inbox>, settle: Py<PyAny>) -> PyResult<()> {
        let inbox = inbox.get();
        logging::refresh_for(py, inbox.waker())?;
        let sender = inbox.expect(settle);
        let (record, call) = (self.record.clone(), self.call.clone());
        self.client.submit_restore(record, self.look_first, call, move |outcome| {
            sender.send(move |py| match outcome {
                Ok(it) => (json::object(py, to_value(&it))?, py.None()).into_pyobject(py),
                Err(error) => (py.None(), json::object(py, to_value(&error))?).into_pyobject(py),
            });
        });
        Ok(())
    }

    /// Ends it soon; its outcome still comes.
    fn cancel(&self) {
        self.call.canceller().cancel();
    }
}
