//! Many deletions: a short loop over the core's batch, which pulls Python's iterator on the
//! thread that asks for an item.
//!
//! The batch is never touched with the interpreter's lock held: a thread of the pool may want
//! that lock, to log, while it has one of the batch's.

use std::collections::VecDeque;
use std::mem::ManuallyDrop;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use dingtalk_extcontact::binding::Binding;
use dingtalk_extcontact::{Batch, BatchOptions, Call, Item as Core};
use pyo3::exceptions::{PyBaseException, PyException, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyString};

use crate::item::{Item, Summary};
use crate::waiter::Waiter;
use crate::{convert, errors, host, logging};

/// The items of Client.delete_many, in the order of completion.
///
/// Leave it early, by break or otherwise, and the batch stops: calls under way finish on
/// threads of their own and are recorded. In a with statement the end of the block waits
/// for them, so that the journal is free for the next run.
///
/// Ctrl-C, while an item is waited for, cancels the batch: within 100 ms the calls under way
/// have ended and are recorded, and the KeyboardInterrupt comes out. Their items can still be
/// taken from this iterator; they say which contacts may be gone.
///
/// An exception of ids comes out after the last item of what was under way.
#[pyclass(frozen, module = "dingtalk_extcontact")]
pub struct DeleteMany {
    batch: ManuallyDrop<Batch>,
    /// None while a thread iterates.
    hands: Mutex<Option<Hands>>,
    /// A forked child has the object but none of its threads, and perhaps a lock of theirs.
    process: u32,
}

/// What the one who iterates has in hand.
#[derive(Default)]
struct Hands {
    ids: Option<Py<PyIterator>>,
    /// Items that were there when an exception came between.
    held: VecDeque<Core>,
    /// What ids raised.
    failed: Option<Py<PyBaseException>>,
}

impl Drop for DeleteMany {
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

impl DeleteMany {
    pub fn begin(
        py: Python<'_>,
        client: &dingtalk_extcontact::Client,
        ids: &Bound<'_, PyAny>,
        options: BatchOptions,
    ) -> PyResult<DeleteMany> {
        if ids.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err(
                "ids must be an iterable of str, not one str: each of its characters would be an id",
            ));
        }
        let ids = ids.try_iter()?.unbind();
        let call = Call::for_binding(Binding::Python);
        let (batch, raised) = host::calling(py, call, None, |_| client.batch(options))?;
        let batch = ManuallyDrop::new(batch.map_err(|error| errors::to_python(py, &error))?);
        let hands = Mutex::new(Some(Hands { ids: Some(ids), ..Hands::default() }));
        let items = DeleteMany { batch, hands, process: std::process::id() };
        raised.map_or(Ok(items), Err)
    }

    /// Touches the batch without the interpreter's lock.
    fn detached<R: Send>(
        &self,
        py: Python<'_>,
        touch: impl FnOnce(&Batch) -> R + Send,
    ) -> PyResult<R> {
        self.at_home()?;
        Ok(py.detach(|| touch(&self.batch)))
    }

    fn at_home(&self) -> PyResult<()> {
        let away = || PyRuntimeError::new_err("the batch runs in the process that forked");
        (std::process::id() == self.process).then_some(()).ok_or_else(away)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Hands>> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One thread iterates at a time, as with a generator.
    fn with_hands<R>(&self, work: impl FnOnce(&mut Hands) -> PyResult<R>) -> PyResult<R> {
        self.at_home()?;
        let taken = self.lock().take();
        let busy = || PyValueError::new_err("DeleteMany is already being iterated");
        let mut hands = taken.ok_or_else(busy)?;
        let result = work(&mut hands);
        *self.lock() = Some(hands);
        result
    }

    /// Pulls ids while the batch wants some. What they raise is kept; only an interrupt, or
    /// what is like one, comes out.
    fn feed(&self, py: Python<'_>, hands: &mut Hands) -> PyResult<()> {
        while let Some(ids) = &hands.ids
            && self.detached(py, Batch::wants)?
        {
            // An iterator in C asks for signals as little as we do.
            py.check_signals()?;
            let mut ids = ids.bind(py).clone();
            let id = host::guarded(|| ids.next());
            let id = id.map(|id| id.and_then(|id| convert::user_id(&id)));
            match id {
                Some(Ok(id)) => self.detached(py, |batch| batch.push(&id))?,
                Some(Err(error)) if !error.is_instance_of::<PyException>(py) => return Err(error),
                Some(Err(error)) => self.fail(py, hands, error)?,
                None => {
                    self.detached(py, Batch::finish)?;
                    hands.ids = None;
                }
            }
        }
        Ok(())
    }

    fn fail(&self, py: Python<'_>, hands: &mut Hands, error: PyErr) -> PyResult<()> {
        hands.failed = Some(error.into_value(py));
        self.end(py, hands)
    }

    /// Stops, and takes no more ids.
    fn end(&self, py: Python<'_>, hands: &mut Hands) -> PyResult<()> {
        hands.ids = None;
        self.detached(py, |batch| {
            batch.stop();
            batch.finish();
        })
    }

    /// Waits for the next item, and passes on what threads of the pool log meanwhile.
    fn wait(&self, py: Python<'_>, hands: &mut Hands) -> PyResult<Option<Core>> {
        loop {
            let call = Call::for_binding(Binding::Python);
            let next = |call: &Call| self.batch.next(call);
            let (next, raised) = host::calling(py, call, Some(logging::is_waiting), next)?;
            let raised = raised.or_else(|| logging::pass_kept(py).err());
            match (next, raised) {
                (Ok(next), None) => return Ok(next),
                (Err(_disturbed), None) => {}
                (next, Some(raised)) => {
                    hands.held.extend(next.ok().flatten());
                    return self.interrupt(py, hands, raised);
                }
            }
        }
    }

    /// Cancels, and lets the exception out when everything under way has ended.
    fn interrupt<R>(&self, py: Python<'_>, hands: &mut Hands, raised: PyErr) -> PyResult<R> {
        hands.ids = None;
        let held = &mut hands.held;
        self.detached(py, |batch| {
            batch.cancel();
            batch.finish();
            while let Ok(Some(item)) = batch.next(&Call::new()) {
                held.push_back(item);
            }
        })?;
        Err(raised)
    }
}

#[pymethods]
impl DeleteMany {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Item>> {
        self.with_hands(|hands| {
            let mut next = hands.held.pop_front();
            if next.is_none() {
                if let Err(raised) = self.feed(py, hands) {
                    return self.interrupt(py, hands, raised);
                }
                next = self.wait(py, hands)?;
            }
            match (next, hands.failed.take()) {
                (Some(item), failed) => {
                    hands.failed = failed;
                    Item::of(py, item).map(Some)
                }
                (None, Some(failed)) => Err(PyErr::from_value(failed.into_bound(py).into_any())),
                (None, None) => Ok(None),
            }
        })
    }

    /// The batch in numbers, up to now.
    #[getter]
    fn summary(&self, py: Python<'_>) -> PyResult<Summary> {
        self.detached(py, |batch| batch.summary().into())
    }

    /// Starts no more calls; those under way finish.
    ///
    /// What was not called, and what is left in ids, comes out as not attempted.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        self.detached(py, Batch::stop)
    }

    /// Stops, and cancels the calls under way: they end within 100 ms.
    fn cancel(&self, py: Python<'_>) -> PyResult<()> {
        self.detached(py, Batch::cancel)
    }

    /// Stops, takes no more ids and waits for the calls under way.
    ///
    /// Their items can still be taken. The end of a with statement does the same; where it
    /// is left by Ctrl-C or the like it cancels them.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.with_hands(|hands| {
            self.end(py, hands)?;
            while let Some(item) = self.wait(py, hands)? {
                hands.held.push_back(item);
            }
            Ok(())
        })
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (exc_type=None, exc=None, traceback=None))]
    fn __exit__(
        &self,
        py: Python<'_>,
        exc_type: Option<&Bound<'_, PyAny>>,
        exc: Option<&Bound<'_, PyAny>>,
        traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let _ = (exc_type, traceback);
        if exc.is_some_and(|exc| !exc.is_instance_of::<PyException>()) {
            self.cancel(py)?;
        }
        self.close(py)
    }

    /// Takes ids while the batch wants some.
    fn _feed(&self, py: Python<'_>) -> PyResult<()> {
        self.with_hands(|hands| self.feed(py, hands))
    }

    /// Whether the batch wants an id.
    fn _wants(&self, py: Python<'_>) -> PyResult<bool> {
        self.detached(py, Batch::wants)
    }

    /// Hands over an id.
    fn _push(&self, py: Python<'_>, user_id: &Bound<'_, PyAny>) -> PyResult<()> {
        let user_id = convert::user_id(user_id)?;
        self.detached(py, |batch| batch.push(&user_id))
    }

    /// Says that no more ids come.
    fn _finish(&self, py: Python<'_>) -> PyResult<()> {
        self.detached(py, Batch::finish)
    }

    /// Stops, takes no more ids and raises the error, if any, after the last item.
    fn _fail(&self, py: Python<'_>, error: Option<Bound<'_, PyAny>>) -> PyResult<()> {
        self.with_hands(|hands| match error {
            Some(error) => self.fail(py, hands, PyErr::from_value(error)),
            None => self.end(py, hands),
        })
    }

    /// The next item, if there is one already.
    fn _ready(&self, py: Python<'_>) -> PyResult<Option<Item>> {
        let ready = self.detached(py, |batch| match batch.try_next() {
            Poll::Ready(item) => item,
            Poll::Pending => None,
        })?;
        logging::pass_kept(py)?;
        ready.map(|item| Item::of(py, item)).transpose()
    }

    /// The event loop settles the next item, or None at the end.
    fn _next_with(
        &self,
        py: Python<'_>,
        event_loop: &Bound<'_, PyAny>,
        settle: Py<PyAny>,
    ) -> PyResult<()> {
        logging::refresh_for(event_loop)?;
        let waiter = Waiter { event_loop: event_loop.clone().unbind(), settle };
        let done = move |item: Option<Core>| {
            waiter.tell(|py| {
                let item = item.map(|item| Item::of(py, item)).transpose()?;
                (item,).into_pyobject(py)
            });
        };
        self.detached(py, |batch| batch.next_with(done))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let summary = Bound::new(py, self.summary(py)?)?;
        Ok(format!("<dingtalk_extcontact.DeleteMany {}>", summary.repr()?))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Ok(hands) = self.hands.try_lock()
            && let Some(hands) = &*hands
        {
            visit.call(&hands.ids)?;
            visit.call(&hands.failed)?;
        }
        Ok(())
    }

    fn __clear__(&self) {
        let mut hands = self.lock();
        let cleared = hands.as_mut().map(|hands| (hands.ids.take(), hands.failed.take()));
        drop(hands);
        drop(cleared);
    }
}
