//! A check, for `_check.py`: it crosses in the core's JSON form.

use dingtalk_extcontact::{Call, Client};
use pyo3::prelude::*;
use serde_json::to_value;

use crate::inbox::Inbox;
use crate::{call, contact, json, logging};

/// A check that has not begun, and the way to cancel it.
#[pyclass(frozen, module = "dingtalk_extcontact._native")]
pub struct PendingCheck {
    client: Client,
    write: bool,
    call: Call,
}

impl PendingCheck {
    pub fn new(client: &Client, write: bool, call: Call) -> PendingCheck {
        PendingCheck { client: client.clone(), write, call }
    }
}

#[pymethods]
impl PendingCheck {
    /// Checks, and waits for the end.
    pub fn run<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let check = |call: &Call| self.client.check(self.write, call);
        let check = contact::ended(py, call::calling(py, self.call.clone(), None, check)?)?;
        json::object(py, to_value(check))
    }

    /// Starts it on the pool. The event loop of the inbox settles the check, or an error, each
    /// in its JSON form.
    fn _submit(&self, py: Python<'_>, inbox: &Bound<'_, Inbox>, settle: Py<PyAny>) -> PyResult<()> {
        let inbox = inbox.get();
        logging::refresh_for(py, inbox.waker())?;
        let sender = inbox.expect(settle);
        self.client.submit_check(self.write, self.call.clone(), move |outcome| {
            sender.send(move |py| match outcome {
                Ok(check) => (json::object(py, to_value(check))?, py.None()).into_pyobject(py),
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
