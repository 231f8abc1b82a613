//! Deletions that a program awaits, on any runtime: the work is done by the library's threads.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::call::options::Call;
use crate::client::Client;
use crate::error::Error;
use crate::outcome::Deletion;

impl Client {
    /// Deletes a contact without blocking: the future of what
    /// [`delete_with`](Client::delete_with) returns. It needs no runtime of its own; threads of
    /// the library send its requests, at most 64 at a time, and none is held while it waits.
    ///
    /// Nothing happens until it is polled. Dropping it cancels the call; so does the
    /// [`Canceller`](crate::Canceller) of `call`. A request that was written already may have
    /// deleted the contact.
    ///
    /// ```
    /// # async fn example(client: dingtalk_extcontact::Client) -> Result<(), dingtalk_extcontact::Error> {
    /// use dingtalk_extcontact::Call;
    ///
    /// let deletion = client.delete_async("0125400001", Call::new()).await?;
    /// println!("{}", deletion.status);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`delete_with`](Client::delete_with).
    pub fn delete_async(&self, user_id: impl Into<String>, call: Call) -> DeleteFuture {
        let task = Some((self.clone(), user_id.into()));
        DeleteFuture { task, call: call.child(), slot: Arc::default() }
    }
}

/// A deletion under way: the future of [`Client::delete_async`].
#[must_use = "nothing is deleted until it is polled"]
pub struct DeleteFuture {
    /// What is to be done, before the first poll.
    task: Option<(Client, String)>,
    call: Call,
    slot: Arc<Slot<Result<Deletion, Error>>>,
}

impl Future for DeleteFuture {
    type Output = Result<Deletion, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.slot.wake(context.waker());
        if let Some((client, user_id)) = self.task.take() {
            let slot = self.slot.clone();
            client.submit(user_id, self.call.clone(), move |outcome| slot.fill(outcome));
        }
        self.slot.take().map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for DeleteFuture {
    fn drop(&mut self) {
        self.call.canceller().cancel();
    }
}

impl fmt::Debug for DeleteFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteFuture").field("call", &self.call).finish_non_exhaustive()
    }
}

/// Where a thread of the library leaves a value, and who is woken then.
pub(crate) struct Slot<T>(Mutex<(Option<T>, Option<Waker>)>);

impl<T> Default for Slot<T> {
    fn default() -> Slot<T> {
        Slot(Mutex::new((None, None)))
    }
}

impl<T> Slot<T> {
    /// Whom to wake from now on.
    pub fn wake(&self, waker: &Waker) {
        match &mut self.lock().1 {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
    }

    pub fn fill(&self, value: T) {
        let mut slot = self.lock();
        slot.0 = Some(value);
        let waker = slot.1.take();
        // Waking runs code of the program's runtime, which may poll at once.
        drop(slot);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub fn take(&self) -> Option<T> {
        self.lock().0.take()
    }

    fn lock(&self) -> MutexGuard<'_, (Option<T>, Option<Waker>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
