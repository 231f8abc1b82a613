//! The items of a batch for programs that cannot just wait: with a limit, by poll, by callback.

use std::ffi::{c_int, c_void};
use std::sync::Arc;
use std::task::Poll;

use dingtalk_extcontact::binding::Binding;
use dingtalk_extcontact::{Call, Error, ErrorKind, Item};

use crate::asked::{Asker, Asking};
use crate::batch::{Open, dtx_batch};
use crate::call::dtx_call;
use crate::error::dtx_error;
use crate::ffi;
use crate::item::dtx_item;

/// Takes the next item as dtx_batch_next does, and waits for it no longer than the call says: its
/// time limit is one of this wait, and without it there is none. DTX_TIMEOUT and DTX_CANCELLED leave
/// the batch as it is and lose no item, so that it can be waited for again.
/// The call's probe is asked at once, even where an item is ready, and every 50 ms. So Ctrl-C ends
/// the batch of a program with one thread: its handler sets a flag, which the probe reads; after
/// DTX_CANCELLED the program calls dtx_batch_cancel and dtx_batch_finish, and takes the items that
/// are left with dtx_batch_next.
/// call: the options of this wait and the means to cancel it, or NULL for dtx_batch_next.
/// Owner: *item is yours up to dtx_item_free; *error as everywhere. Threads: any number at once;
/// each item goes to one of them, the end to all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_next_within(
    batch: *mut dtx_batch,
    call: *const dtx_call,
    item: *mut *mut dtx_item,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let batch = unsafe { ffi::needed("batch", batch) }?;
        // SAFETY: NULL, or just set to NULL by `run`. Without it an item would be lost.
        unsafe { ffi::needed("item", item) }?;
        // SAFETY: valid or NULL, as the header asks.
        let call = unsafe { ffi::share(call) };
        let call = call.map_or_else(|| Call::for_binding(Binding::C), |call| call.0);
        Ok(batch.0.batch.next_within(&call)?.map(Into::into))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(item, error, body) }
}

/// Takes the next item where there is one, and does not wait. DTX_OK with *item NULL is none yet
/// where *ended is 0, and the end where it is 1: the batch is finished, and all of its items are
/// taken.
/// Owner: *item is yours up to dtx_item_free; *error as everywhere. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_try_next(
    batch: *mut dtx_batch,
    item: *mut *mut dtx_item,
    ended: *mut c_int,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let batch = unsafe { ffi::needed("batch", batch) }?;
        // SAFETY: NULL, or just set to NULL by `run`. Without it an item would be lost.
        unsafe { ffi::needed("item", item) }?;
        // Its value is not read: it may never have been set.
        if ended.is_null() {
            return Err(invalid("ended is NULL"));
        }
        let next = batch.0.batch.try_next();
        // SAFETY: not NULL, so writable, as the header asks.
        unsafe { ended.write((next == Poll::Ready(None)).into()) };
        Ok(match next {
            Poll::Ready(next) => next.map(Into::into),
            Poll::Pending => None,
        })
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(item, error, body) }
}

/// A function that is handed the next item of a batch, or NULL at its end, with the context that was
/// given along with it.
/// Owner: the item is yours up to dtx_item_free. Threads: it is called on a thread of the library,
/// or on one that is in a function of this batch, dtx_batch_submit_next itself and dtx_batch_free
/// included; for one batch on one at a time. Hold no lock there that it takes. It may call every
/// function of the library but those that wait for an outcome or an item, and dtx_batch_free of its
/// own batch. It must return soon and in the ordinary way: no C++ exception and no longjmp may
/// leave it.
pub type dtx_item_fn = Option<unsafe extern "C" fn(item: *mut dtx_item, context: *mut c_void)>;

/// Has done told the next item, or the end, as soon as there is one: exactly once, at once or later.
/// It can be asked again from within done, for item after item. DTX_INVALID_ARGUMENT: batch or
/// done is NULL, or the batch was asked before and has not told yet; then done is not called.
/// A batch that is freed tells, too: an item or the end. Where done asks again, free the batch only
/// after the end was told.
/// Owner: context stays yours, keep it until done was called; *error as everywhere. Threads: any
/// number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_submit_next(
    batch: *mut dtx_batch,
    done: dtx_item_fn,
    context: *mut c_void,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let batch = unsafe { ffi::needed("batch", batch) }?;
        let done = done.ok_or_else(|| invalid("done is NULL"))?;
        ask(&batch.0, Asker { done, context })?;
        Ok(None)
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(std::ptr::null_mut::<*mut ()>(), error, body) }
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

fn ask(open: &Arc<Open>, asker: Asker) -> Result<(), Error> {
    let mut asking = open.asked.lock();
    match &mut *asking {
        Asking::Nobody => *asking = Asking::Waits,
        Asking::IsTold(again @ None) => {
            *again = Some(asker);
            return Ok(());
        }
        Asking::Waits | Asking::IsTold(Some(_)) => {
            return Err(invalid("the batch has not told yet who asked for its next item before"));
        }
    }
    drop(asking);
    wait(open, asker);
    Ok(())
}

fn wait(open: &Arc<Open>, asker: Asker) {
    let own = open.clone();
    open.batch.next_with(move |next| tell(&own, asker, next));
}

/// Tells, and goes on with who asks again, as long as there are items.
fn tell(open: &Arc<Open>, mut asker: Asker, mut next: Option<Item>) {
    loop {
        *open.asked.lock() = Asking::IsTold(None);
        asker.tell(next);
        let mut asking = open.asked.lock();
        let Asking::IsTold(Some(again)) = std::mem::take(&mut *asking) else {
            return;
        };
        *asking = Asking::Waits;
        drop(asking);
        asker = again;
        next = match open.batch.try_next() {
            Poll::Ready(next) => next,
            Poll::Pending => return wait(open, asker),
        };
    }
}
