//! The core's batch, for the loop in `_batch.py`.
//!
//! The batch is never touched with the interpreter's lock held: a thread of the pool may want
//! that lock, to log, while it has one of the batch's.

use std::mem::ManuallyDrop;
use std::task::Poll;

use dingtalk_extcontact::binding::{BATCH_OPTIONS, Binding};
use dingtalk_extcontact::{BatchOptions, Call, Client, Item};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde_json::to_value;

use crate::inbox::Inbox;
use crate::{call, convert, errors, json, logging};

/// A batch of the core. Forgotten by Python it is stopped, and calls under way finish.
#[pyclass(frozen, module = "dingtalk_extcontact._native")]
pub struct Batch {
    batch: ManuallyDrop<dingtalk_extcontact::Batch>,
    /// A forked child has the object but none of its threads, and perhaps a lock of theirs.
    process: u32,
}

impl Drop for Batch {
    fn drop(&mut self) {
        if std::process::id() != self.process {
            return;
        }
        // SAFETY: it is taken once, here, and nobody can touch it after.
        let batch = unsafe { ManuallyDrop::take(&mut self.batch) };
        let mut batch = Some(batch);
        Python::try_attach(|py| py.detach(|| drop(batch.take())));
        // The interpreter is gone and with it the process, in a moment.
        std::mem::forget(batch);
    }
}

impl Batch {
    pub fn begin(
        py: Python<'_>,
        client: &Client,
        given: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Batch> {
        let mut options = BatchOptions::for_binding(Binding::Python);
        convert::options(given, "delete_many", BATCH_OPTIONS, |name, value| {
            options.set(name, value)
        })?;
        let wait = Call::for_binding(Binding::Python);
        let (batch, raised) = call::calling(py, wait, None, |_| client.batch(options))?;
        let batch = ManuallyDrop::new(batch.map_err(|error| errors::to_python(py, &error))?);
        let batch = Batch { batch, process: std::process::id() };
        raised.map_or(Ok(batch), Err)
    }

    /// Touches the batch without the interpreter's lock.
    fn detached<R: Send>(
        &self,
        py: Python<'_>,
        touch: impl FnOnce(&dingtalk_extcontact::Batch) -> R + Send,
    ) -> PyResult<R> {
        self.at_home()?;
        Ok(py.detach(|| touch(&self.batch)))
    }

    fn at_home(&self) -> PyResult<()> {
        let away = || PyRuntimeError::new_err("the batch runs in the process that forked");
        (std::process::id() == self.process).then_some(()).ok_or_else(away)
    }
}

#[pymethods]
impl Batch {
    /// Whether the batch wants an id.
    fn wants(&self, py: Python<'_>) -> PyResult<bool> {
        self.detached(py, dingtalk_extcontact::Batch::wants)
    }

    /// Hands over an id.
    fn push(&self, py: Python<'_>, user_id: &Bound<'_, PyAny>) -> PyResult<()> {
        let user_id = convert::user_id(user_id)?;
        self.detached(py, |batch| batch.push(&user_id))
    }

    /// Says that no more ids come.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        self.detached(py, dingtalk_extcontact::Batch::finish)
    }

    /// Starts no more calls.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        self.detached(py, dingtalk_extcontact::Batch::stop)
    }

    /// Ends the calls under way, too.
    fn cancel(&self, py: Python<'_>) -> PyResult<()> {
        self.detached(py, dingtalk_extcontact::Batch::cancel)
    }

    /// The batch in numbers, in its JSON form.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let summary = self.detached(py, dingtalk_extcontact::Batch::summary)?;
        json::object(py, to_value(summary))
    }

    /// Waits for the next item, and passes on what threads of the pool log meanwhile. Whether
    /// there was one: False at the end.
    ///
    /// It is added to held in its JSON form: were it returned, a signal could lose it.
    fn next(&self, py: Python<'_>, held: &Bound<'_, PyList>) -> PyResult<bool> {
        self.at_home()?;
        loop {
            let wait = Call::for_binding(Binding::Python);
            let next = |call: &Call| self.batch.next(call);
            let (next, raised) = call::calling(py, wait, Some(logging::is_waiting), next)?;
            if let Ok(Some(item)) = &next {
                held.append(json::object(py, to_value(item))?)?;
            }
            raised.or_else(|| logging::pass_kept(py).err()).map_or(Ok(()), Err)?;
            // Else lines of the log disturbed it.
            if let Ok(next) = next {
                return Ok(next.is_some());
            }
        }
    }

    /// The same where there is an item already; False if not.
    fn try_next(&self, py: Python<'_>, held: &Bound<'_, PyList>) -> PyResult<bool> {
        let next = self.detached(py, dingtalk_extcontact::Batch::try_next)?;
        let there_is_one = matches!(next, Poll::Ready(Some(_)));
        if let Poll::Ready(Some(item)) = next {
            held.append(json::object(py, to_value(item))?)?;
        }
        logging::pass_kept(py)?;
        Ok(there_is_one)
    }

    /// The inbox's event loop settles the next item in its JSON form, or None at the end.
    fn next_with(
        &self,
        py: Python<'_>,
        inbox: &Bound<'_, Inbox>,
        settle: Py<PyAny>,
    ) -> PyResult<()> {
        let inbox = inbox.get();
        logging::refresh_for(py, inbox.waker())?;
        let sender = inbox.expect(settle);
        let done = move |item: Option<Item>| {
            sender.send(move |py| (json::object(py, to_value(&item))?,).into_pyobject(py));
        };
        self.detached(py, |batch| batch.next_with(done))
    }
}
