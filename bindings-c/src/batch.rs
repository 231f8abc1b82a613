//! Many deletions, driven by the program: it pushes ids and takes items.

use std::ffi::{CString, c_char, c_int};
use std::sync::Arc;
use std::time::Duration;

use dingtalk_extcontact::binding::{Binding, Value};
use dingtalk_extcontact::{Batch, BatchOptions, Call, Error};
use once_cell::race::OnceBox;

use crate::asked::Asked;
use crate::client::dtx_client;
use crate::error::dtx_error;
use crate::ffi;
use crate::item::dtx_item;

/// The options of a batch, from dtx_batch_options_new to dtx_batch_options_free. A setter that
/// refuses a value says so by its result, and dtx_batch_new reports the first refused value with a
/// full error: a program may ignore what the setters return.
/// Owner: whoever made it. Threads: one at a time.
#[derive(Clone)]
pub struct dtx_batch_options {
    options: BatchOptions,
    /// What was set wrongly, first.
    wrong: Option<Error>,
}

/// New options of a batch, all at their defaults. Never NULL.
/// Owner: you; dtx_batch_options_free frees them. Threads: any, at any time.
#[unsafe(no_mangle)]
pub extern "C" fn dtx_batch_options_new() -> *mut dtx_batch_options {
    ffi::guard(std::ptr::null_mut(), || {
        let options = BatchOptions::for_binding(Binding::C);
        ffi::handle(dtx_batch_options { options, wrong: None })
    })
}

/// Frees options of a batch; NULL is fine. Batches made with them live on.
/// Owner: ends your ownership. Threads: one, when no other uses the options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_options_free(options: *mut dtx_batch_options) {
    // SAFETY: NULL or from dtx_batch_options_new, and freed once.
    unsafe { ffi::free(options) }
}

/// Sets the option of this name from text, as dtx_options_set does, binding included: concurrency,
/// journal, backup, missing_ok, stop_on_missing.
/// Owner: the texts are copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_options_set(
    options: *mut dtx_batch_options,
    name: *const c_char,
    text: *const c_char,
) -> c_int {
    // SAFETY: NULL or NUL-terminated, as the header asks.
    let name = unsafe { ffi::text("name", name) };
    // SAFETY: as above.
    let text = unsafe { ffi::given(text) };
    // SAFETY: valid or NULL, as the header asks; so at each setter below.
    unsafe { set(options, |own| own.set_text(name?, text)) }
}

/// Sets how many calls run side by side, at most; 1 to 64. 8 unless set.
/// Owner: nothing changes hands. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_options_set_concurrency(
    options: *mut dtx_batch_options,
    concurrency: u32,
) -> c_int {
    let value = Value::Number(concurrency.into());
    // SAFETY: as above.
    unsafe { set(options, |own| own.set("concurrency", value)) }
}

/// Sets a file that records the batch: what is about to be deleted before each call, and what came
/// of it. A batch with the same file takes up what an earlier one left undone, and calls nothing
/// again that it settled. No file unless set.
/// Owner: the text is copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_options_set_journal(
    options: *mut dtx_batch_options,
    journal: *const c_char,
) -> c_int {
    // SAFETY: NULL or NUL-terminated, as the header asks.
    let path = unsafe { ffi::given(journal) };
    // SAFETY: as above.
    unsafe { set(options, |own| own.set_text("journal", path)) }
}

/// Sets a file that keeps the full record of each contact, on disk before its deletion: the only
/// way back there is. A contact whose record cannot be had is not deleted. All of it is personal
/// data; the app needs the permission point qyapi_ext_read. No file unless set.
/// Owner: the text is copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_options_set_backup(
    options: *mut dtx_batch_options,
    backup: *const c_char,
) -> c_int {
    // SAFETY: NULL or NUL-terminated, as the header asks.
    let path = unsafe { ffi::given(backup) };
    // SAFETY: as above.
    unsafe { set(options, |own| own.set_text("backup", path)) }
}

/// Sets whether "no such contact" ends an id as absent, instead of the client's missing_ok: 0 is
/// no, any other number is yes.
/// Owner: nothing changes hands. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_options_set_missing_ok(
    options: *mut dtx_batch_options,
    missing_ok: c_int,
) -> c_int {
    // SAFETY: as above.
    unsafe { set(options, |own| own.set("missing_ok", Value::Flag(missing_ok != 0))) }
}

/// Sets whether the batch stops when 20 of the last 40 ids that were answered were "no such
/// contact", as in a damaged list, or one of people who are long gone: 0 is no, any other number is
/// yes. Yes unless set. With missing_ok such ids are no errors and do not count.
/// Owner: nothing changes hands. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_options_set_stop_on_missing(
    options: *mut dtx_batch_options,
    stop_on_missing: c_int,
) -> c_int {
    // SAFETY: as above.
    unsafe { set(options, |own| own.set("stop_on_missing", Value::Flag(stop_on_missing != 0))) }
}

unsafe fn set(
    options: *mut dtx_batch_options,
    set: impl FnOnce(&mut BatchOptions) -> Result<(), Error>,
) -> c_int {
    // SAFETY: valid or NULL and used by one thread, as the header asks.
    unsafe { ffi::change(options, |it| ffi::kept(&mut it.wrong, set(&mut it.options))) }
}

/// Many deletions under way. Push ids while dtx_batch_wants, finish after the last, and take items
/// until there are none: one for each id, in the order in which they end. The calls run on threads
/// of the library, within the client's rate and limits; a throttled id is tried again, and trouble
/// that every id would meet stops the batch. After fork a child leaves the parent's batches alone
/// and does not free them; it may make its own.
/// Owner: whoever made it, up to dtx_batch_free. Threads: any number at once.
#[derive(Clone)]
pub struct dtx_batch(pub Arc<Open>);

pub struct Open {
    pub batch: Batch,
    pub asked: Asked,
    /// The summary, made when asked for, without a lock that a forked child could find held.
    json: OnceBox<CString>,
}

/// Begins a batch. Nothing is called yet. DTX_JOURNAL: the journal or the backup cannot be read,
/// written or locked, or the journal is of another endpoint or app.
/// options: those of this batch, or NULL for the defaults; they can be used again or freed.
/// Owner: *batch is yours up to dtx_batch_free, or NULL on failure; *error as everywhere. The
/// client can be freed before the batch. Threads: any that may use the options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_new(
    client: *const dtx_client,
    options: *const dtx_batch_options,
    batch: *mut *mut dtx_batch,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let client = unsafe { ffi::needed("client", client) }?;
        // SAFETY: NULL, or just set to NULL by `run`, so there is a pointer to refer to.
        unsafe { ffi::needed("batch", batch) }?;
        // SAFETY: valid or NULL, as the header asks.
        let options = match unsafe { ffi::share(options) } {
            Some(own) => own.wrong.map_or(Ok(own.options), Err)?,
            None => BatchOptions::for_binding(Binding::C),
        };
        let open =
            Open { batch: client.0.batch(options)?, asked: Asked::default(), json: OnceBox::new() };
        Ok(Some(dtx_batch(Arc::new(open))))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(batch, error, body) }
}

/// Finishes, stops and frees a batch; NULL is fine. Calls under way finish on the library's threads,
/// if the process lives on: to know their outcomes, take items to the end first. A dtx_batch_next
/// that waits returns the next item or the end.
/// Owner: ends your ownership; items live on, the summary's text does not. Threads: one, and no other
/// function may begin with the batch from then on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_free(batch: *mut dtx_batch) {
    // One that waits for an item has a share of the batch, so that it would wait for ever.
    let end = |it: dtx_batch| {
        it.0.batch.finish();
        it.0.batch.stop();
    };
    // SAFETY: NULL or from dtx_batch_new, and not freed yet.
    unsafe { ffi::with(batch, end) };
    // SAFETY: NULL or from dtx_batch_new, and freed once.
    unsafe { ffi::free(batch) }
}

/// 1 if the batch takes another id now, 0 while it has enough and after dtx_batch_finish. It holds
/// about twice as many ids as it calls side by side, so that memory is bounded whatever their
/// number; 0 for NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_wants(batch: *const dtx_batch) -> c_int {
    // SAFETY: valid or NULL, as the header asks; so at each function below.
    unsafe { ffi::field(batch, 0, |it| it.0.batch.wants().into()) }
}

/// Hands over the id of a contact to delete, and does not wait. It is taken even if the batch does
/// not want one. An id that was pushed before is counted and dropped; one that cannot be an id comes
/// out as an item with an error. After dtx_batch_finish or a stop it comes out as not attempted.
/// DTX_INVALID_ARGUMENT: NULL, or text that is not UTF-8, and nothing was pushed.
/// Owner: the text is copied; *error as everywhere. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_push(
    batch: *mut dtx_batch,
    user_id: *const c_char,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: as above.
        let batch = unsafe { ffi::needed("batch", batch) }?;
        // SAFETY: NUL-terminated or NULL, as the header asks.
        batch.0.batch.push(unsafe { ffi::text("user_id", user_id) }?);
        Ok(None)
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(std::ptr::null_mut::<*mut ()>(), error, body) }
}

/// Says that no more ids come; NULL is fine. Without it the items have no end.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_finish(batch: *mut dtx_batch) {
    // SAFETY: as above.
    unsafe { ffi::with(batch, |it| it.0.batch.finish()) }
}

/// Takes the next item, and waits for it. DTX_OK with *item NULL is the end: the batch is finished,
/// and all of its items are taken. An end does not come before dtx_batch_finish, so either one
/// thread pushes while dtx_batch_wants and takes an item in turn, or some threads push and others
/// take.
/// Owner: *item is yours up to dtx_item_free; *error as everywhere. Threads: any number at once;
/// each item goes to one of them, the end to all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_next(
    batch: *mut dtx_batch,
    item: *mut *mut dtx_item,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: as above.
        let batch = unsafe { ffi::needed("batch", batch) }?;
        // SAFETY: NULL, or just set to NULL by `run`. Without it an item would be lost.
        unsafe { ffi::needed("item", item) }?;
        Ok(batch.0.batch.next(&Call::for_binding(Binding::C))?.map(Into::into))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(item, error, body) }
}

/// Starts no more calls; those under way finish. NULL is fine. What was pushed and not called comes
/// out as not attempted. The end still needs dtx_batch_finish.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_stop(batch: *mut dtx_batch) {
    // SAFETY: as above.
    unsafe { ffi::with(batch, |it| it.0.batch.stop()) }
}

/// Stops, and cancels the calls under way: within 100 ms they come out as DTX_CANCELLED, with an
/// error that says whether the contact may be gone. NULL is fine. The end still needs
/// dtx_batch_finish. Not for signal handlers, as it takes a lock.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_cancel(batch: *mut dtx_batch) {
    // SAFETY: as above.
    unsafe { ffi::with(batch, |it| it.0.batch.cancel()) }
}

/// Whether the batch pauses, as the service throttled it; it goes on by itself. 1, and *left_ms is
/// how long it begins no call from now on; or 0, and nothing is written.
/// Owner: nothing changes hands; left_ms may be NULL. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_paused(batch: *const dtx_batch, left_ms: *mut u64) -> c_int {
    let in_ms = |left: Duration| u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
    // SAFETY: as above, and left_ms writable or NULL.
    unsafe { ffi::known(batch, left_ms, |it| it.0.batch.paused().map(in_ms)) }
}

/// How many ids were deleted up to now, by this batch or, where the journal says so, by an earlier
/// one.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_deleted(batch: *const dtx_batch) -> u64 {
    // SAFETY: as above.
    unsafe { ffi::field(batch, 0, |it| it.0.batch.summary().deleted) }
}

/// How many ids were no contact up to now, where that is fine.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_absent(batch: *const dtx_batch) -> u64 {
    // SAFETY: as above.
    unsafe { ffi::field(batch, 0, |it| it.0.batch.summary().absent) }
}

/// How many ids ended in an error up to now and may be gone all the same: a request went out, and no
/// certain answer came. They are not among the failed.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_maybe_deleted(batch: *const dtx_batch) -> u64 {
    // SAFETY: as above.
    unsafe { ffi::field(batch, 0, |it| it.0.batch.summary().maybe_deleted) }
}

/// How many ids ended in an error up to now and are not gone by a call of this batch.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_failed(batch: *const dtx_batch) -> u64 {
    // SAFETY: as above.
    unsafe { ffi::field(batch, 0, |it| it.0.batch.summary().failed) }
}

/// How many ids came out uncalled up to now, as the batch had stopped.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_not_attempted(batch: *const dtx_batch) -> u64 {
    // SAFETY: as above.
    unsafe { ffi::field(batch, 0, |it| it.0.batch.summary().not_attempted) }
}

/// How many of all these an earlier batch had settled, so that they were not called again.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_settled_before(batch: *const dtx_batch) -> u64 {
    // SAFETY: as above.
    unsafe { ffi::field(batch, 0, |it| it.0.batch.summary().settled_before) }
}

/// How many ids were pushed again and dropped up to now.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_repeated(batch: *const dtx_batch) -> u64 {
    // SAFETY: as above.
    unsafe { ffi::field(batch, 0, |it| it.0.batch.summary().repeated) }
}

/// How many delete requests this batch wrote up to now.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_calls(batch: *const dtx_batch) -> u64 {
    // SAFETY: as above.
    unsafe { ffi::field(batch, 0, |it| it.0.batch.summary().calls) }
}

/// Of how many ids the journal does not say what came of them, as it could not be written; the
/// next batch on it takes them for uncertain.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_unrecorded(batch: *const dtx_batch) -> u64 {
    // SAFETY: as above.
    unsafe { ffi::field(batch, 0, |it| it.0.batch.summary().unrecorded) }
}

/// The summary of the whole batch as one JSON object, the same in every language: the numbers,
/// start and end (RFC 3339), endpoint, app_key and why it stopped. NULL until its last item is done.
/// Owner: the batch; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_batch_summary_json(batch: *const dtx_batch) -> *const c_char {
    let ended = |it: &dtx_batch| Some(it.0.batch.summary()).filter(|it| it.end.is_some());
    let read =
        |it: &dtx_batch| ended(it).map_or(std::ptr::null(), |end| ffi::json(&it.0.json, &end));
    // SAFETY: as above.
    unsafe { ffi::field(batch, std::ptr::null(), read) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{dtx_client_free, dtx_client_new};
    use crate::options::{
        dtx_options_free, dtx_options_new, dtx_options_set_access_token, dtx_options_set_endpoint,
    };

    #[test]
    fn a_batch_that_is_freed_ends_the_wait_for_an_item() {
        let (mut client, mut batch) = (std::ptr::null_mut(), std::ptr::null_mut());
        let none = std::ptr::null_mut();
        let options = dtx_options_new();
        // SAFETY: the texts have a NUL at their ends; so at each call below, which has handles
        // that were just made and frees them once.
        unsafe { dtx_options_set_access_token(options, c"token".as_ptr()) };
        // SAFETY: as above.
        unsafe { dtx_options_set_endpoint(options, c"http://127.0.0.1:1".as_ptr()) };
        // SAFETY: as above.
        assert_eq!(unsafe { dtx_client_new(options, &raw mut client, none) }, ffi::OK);
        // SAFETY: as above.
        let made = unsafe { dtx_batch_new(client, std::ptr::null(), &raw mut batch, none) };
        assert_eq!(made, ffi::OK);

        let at = batch.expose_provenance();
        let waits = std::thread::spawn(move || {
            let mut item = std::ptr::dangling_mut();
            let batch = std::ptr::with_exposed_provenance_mut(at);
            // SAFETY: freed once this has a share of the batch.
            let result = unsafe { dtx_batch_next(batch, &raw mut item, std::ptr::null_mut()) };
            (result, item.is_null())
        });
        // SAFETY: as above.
        while unsafe { ffi::field(batch, 0, |it| Arc::strong_count(&it.0)) } < 2 {
            std::thread::yield_now();
        }
        // SAFETY: as above.
        unsafe { dtx_batch_free(batch) };
        assert_eq!(waits.join().unwrap(), (ffi::OK, true));
        // SAFETY: as above.
        unsafe { dtx_client_free(client) };
        // SAFETY: as above.
        unsafe { dtx_options_free(options) };
    }
}
