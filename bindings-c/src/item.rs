//! What came of one id of a batch.

use std::ffi::{CString, c_char, c_int};

use dingtalk_extcontact::{Item, Outcome};
use once_cell::race::OnceBox;

use crate::deletion::dtx_deletion;
use crate::error::dtx_error;
use crate::ffi;

/// What came of one id of a batch: it has a deletion, or an error, or it was not attempted. It
/// never changes.
/// Owner: you, from dtx_batch_next up to dtx_item_free. Threads: any number at once.
pub struct dtx_item {
    item: Item,
    user_id: CString,
    time: CString,
    deletion: Option<dtx_deletion>,
    error: Option<dtx_error>,
    /// Made when asked for, without a lock that a forked child could find held.
    json: OnceBox<CString>,
}

impl From<Item> for dtx_item {
    fn from(item: Item) -> dtx_item {
        let (deletion, error) = match item.outcome.clone() {
            Outcome::Deletion(deletion) => (Some(deletion.into()), None),
            Outcome::Error(error) => (None, Some(error.into())),
            Outcome::NotAttempted { .. } => (None, None),
        };
        let (user_id, json) = (ffi::c_text(item.user_id()), OnceBox::new());
        let time = ffi::c_text(&item.time_in_utc());
        dtx_item { item, user_id, time, deletion, error, json }
    }
}

fn part<H>(part: &Option<H>) -> *const H {
    part.as_ref().map_or(std::ptr::null(), std::ptr::from_ref)
}

/// Frees an item with its deletion or error and all texts; NULL is fine.
/// Owner: ends your ownership. Threads: one, when no other uses the item or a part of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_item_free(item: *mut dtx_item) {
    // SAFETY: NULL or from dtx_batch_next, and freed once.
    unsafe { ffi::free(item) }
}

/// The contact, as it was pushed.
/// Owner: the item; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_item_user_id(item: *const dtx_item) -> *const c_char {
    // SAFETY: valid or NULL, as the header asks; so at each getter below.
    unsafe { ffi::field(item, std::ptr::null(), |it| it.user_id.as_ptr()) }
}

/// The deletion where the contact is gone, or NULL.
/// Owner: the item; do not free it, it is valid until the item is freed. Threads: any number at
/// once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_item_deletion(item: *const dtx_item) -> *const dtx_deletion {
    // SAFETY: as above.
    unsafe { ffi::field(item, std::ptr::null(), |it| part(&it.deletion)) }
}

/// The error where the contact was not deleted, or nobody knows; or NULL.
/// Owner: the item; do not free it, it is valid until the item is freed. Threads: any number at
/// once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_item_error(item: *const dtx_item) -> *const dtx_error {
    // SAFETY: as above.
    unsafe { ffi::field(item, std::ptr::null(), |it| part(&it.error)) }
}

/// 1 if the contact was not called as the batch had stopped or was finished; otherwise 0.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_item_not_attempted(item: *const dtx_item) -> c_int {
    // SAFETY: as above.
    unsafe {
        ffi::field(item, 0, |it| matches!(it.item.outcome, Outcome::NotAttempted { .. }).into())
    }
}

/// When it was known what came of the contact, in UTC as RFC 3339: "2026-11-23T03:31:38.274Z". For
/// what an earlier batch settled it is the time in its journal.
/// Owner: the item; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_item_time(item: *const dtx_item) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(item, std::ptr::null(), |it| it.time.as_ptr()) }
}

/// 1 if an earlier batch with the same journal settled it, so that it was not called now; otherwise
/// 0.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_item_settled_before(item: *const dtx_item) -> c_int {
    // SAFETY: as above.
    unsafe { ffi::field(item, 0, |it| it.item.settled_before.into()) }
}

/// All of it as one JSON object, the same in every language: the outcome, time and settled_before.
/// Its status is "deleted", "absent", "failed" or "not_attempted".
/// Owner: the item; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_item_json(item: *const dtx_item) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(item, std::ptr::null(), |it| ffi::json(&it.json, &it.item)) }
}
