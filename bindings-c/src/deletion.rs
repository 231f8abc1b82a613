//! The good end of a call.

use std::ffi::{CString, c_char, c_int};

use dingtalk_extcontact::{Deletion, Status};
use once_cell::race::OnceBox;

use crate::ffi;
use crate::result::dtx_status;

/// The good end of a call: the contact is gone. It never changes.
/// Owner: you, from dtx_client_delete up to dtx_deletion_free; or the item that has it. Threads:
/// any number at once.
pub struct dtx_deletion {
    deletion: Deletion,
    user_id: CString,
    request_id: Option<CString>,
    /// Made when asked for, without a lock that a forked child could find held.
    json: OnceBox<CString>,
}

impl From<Deletion> for dtx_deletion {
    fn from(deletion: Deletion) -> dtx_deletion {
        dtx_deletion {
            user_id: ffi::c_text(&deletion.user_id),
            request_id: deletion.request_id.as_deref().map(ffi::c_text),
            deletion,
            json: OnceBox::new(),
        }
    }
}

/// Frees a deletion and its texts; NULL is fine.
/// Owner: ends your ownership. Threads: one, when no other uses the deletion or its texts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_deletion_free(deletion: *mut dtx_deletion) {
    // SAFETY: NULL or from dtx_client_delete, and freed once.
    unsafe { ffi::free(deletion) }
}

/// How it came to be gone, as a dtx_status; 0 for NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_deletion_status(deletion: *const dtx_deletion) -> c_int {
    // SAFETY: valid or NULL, as the header asks; so at each getter below.
    unsafe {
        ffi::field(deletion, 0, |it| match it.deletion.status {
            Status::Deleted => dtx_status::DTX_STATUS_DELETED as c_int,
            Status::Absent => dtx_status::DTX_STATUS_ABSENT as c_int,
        })
    }
}

/// The contact, as it was given.
/// Owner: the deletion; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_deletion_user_id(deletion: *const dtx_deletion) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(deletion, std::ptr::null(), |it| it.user_id.as_ptr()) }
}

/// The id under which DingTalk's support finds the call, or NULL.
/// Owner: the deletion; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_deletion_request_id(deletion: *const dtx_deletion) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(deletion, std::ptr::null(), |it| ffi::borrowed(&it.request_id)) }
}

/// How many delete requests were written to a connection.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_deletion_attempts(deletion: *const dtx_deletion) -> u32 {
    // SAFETY: as above.
    unsafe { ffi::field(deletion, 0, |it| it.deletion.attempts) }
}

/// 1 if the contact is absent and this call may have deleted it, in an earlier request whose
/// reply was lost; otherwise 0.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_deletion_maybe_deleted(deletion: *const dtx_deletion) -> c_int {
    // SAFETY: as above.
    unsafe { ffi::field(deletion, 0, |it| it.deletion.maybe_deleted.into()) }
}

/// All of it as one JSON object, the same in every language.
/// Owner: the deletion; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_deletion_json(deletion: *const dtx_deletion) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(deletion, std::ptr::null(), |it| ffi::json(&it.json, &it.deletion)) }
}
