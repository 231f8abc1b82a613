//! The items of many deletions as a stream, on any runtime.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};

use crate::batch::{Batch, DeleteMany, Item, Summary};
use crate::future::Slot;

impl<I> DeleteMany<I> {
    /// The same items as a stream, which blocks nobody while it waits for one. Ids are taken
    /// when it is polled, by the thread that does. It needs no runtime of its own. With the
    /// feature `stream`.
    ///
    /// Dropping it stops the batch; calls under way finish on the library's threads.
    ///
    /// ```
    /// use std::pin::pin;
    ///
    /// use dingtalk_extcontact::{BatchOptions, Client, Item};
    /// use futures_core::Stream;
    ///
    /// # async fn example(client: Client) -> Result<(), dingtalk_extcontact::Error> {
    /// let items = client.delete_many(["0125400001", "0125400002"], BatchOptions::new())?;
    /// let mut items = pin!(items.into_stream());
    /// // As the `next` of every crate of stream adaptors.
    /// while let Some(item) = std::future::poll_fn(|context| items.as_mut().poll_next(context)).await {
    ///     println!("{}", item.to_json());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_stream(self) -> DeleteStream<I> {
        DeleteStream { items: self, waits: false, over: false, slot: Arc::default() }
    }
}

/// The stream of [`DeleteMany::into_stream`].
#[must_use = "ids are called as items are taken"]
pub struct DeleteStream<I> {
    items: DeleteMany<I>,
    /// The batch was asked to fill the slot, and the slot was not emptied since.
    waits: bool,
    over: bool,
    /// The next item; `None` at the end.
    slot: Arc<Slot<Option<Item>>>,
}

impl<I> DeleteStream<I> {
    /// The batch in numbers, up to now.
    pub fn summary(&self) -> Summary {
        self.items.summary()
    }

    /// The batch, to stop or cancel it.
    pub fn batch(&self) -> &Batch {
        self.items.batch()
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Item>> {
        self.slot.wake(context.waker());
        if !self.waits {
            self.waits = true;
            let slot = self.slot.clone();
            self.batch().next_with(move |next| slot.fill(next));
        }
        let next = self.slot.take();
        self.waits = next.is_none();
        next.map_or(Poll::Pending, Poll::Ready)
    }
}

/// Its ids are never pinned.
impl<I> Unpin for DeleteStream<I> {}

impl<I: Iterator> Stream for DeleteStream<I>
where
    I::Item: AsRef<str>,
{
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        self.items.push_wanted();
        let next = ready!(self.poll_item(context));
        self.over = next.is_none();
        Poll::Ready(next)
    }
}

impl<I: Iterator> FusedStream for DeleteStream<I>
where
    I::Item: AsRef<str>,
{
    fn is_terminated(&self) -> bool {
        self.over
    }
}

impl<I> fmt::Debug for DeleteStream<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteStream").field("batch", self.batch()).finish_non_exhaustive()
    }
}
