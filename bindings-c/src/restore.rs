//! Contacts that are created again.

use std::ffi::{CString, c_char, c_int};

use dingtalk_extcontact::binding::Binding;
use dingtalk_extcontact::{Call, Restoration, RestoreStatus};
use once_cell::race::OnceBox;

use crate::call::dtx_call;
use crate::client::dtx_client;
use crate::error::dtx_error;
use crate::ffi;
use crate::result::dtx_restore_status;

/// What came of a record that was to be restored. It never changes.
/// Owner: you, from dtx_client_restore up to dtx_restoration_free. Threads: any number at once.
pub struct dtx_restoration {
    restoration: Restoration,
    old_user_id: CString,
    user_id: Option<CString>,
    request_id: Option<CString>,
    problem: Option<CString>,
    /// Made when asked for, without a lock that a forked child could find held.
    json: OnceBox<CString>,
}

impl From<Restoration> for dtx_restoration {
    fn from(restoration: Restoration) -> dtx_restoration {
        dtx_restoration {
            old_user_id: ffi::c_text(&restoration.old_user_id),
            user_id: restoration.user_id.as_deref().map(ffi::c_text),
            request_id: restoration.request_id.as_deref().map(ffi::c_text),
            problem: restoration.problem.as_deref().map(ffi::c_text),
            json: OnceBox::new(),
            restoration,
        }
    }
}

/// Creates the contact of a record again, under a new id: of dtx_contact_record, or of a line of a
/// backup. What the service does not take is lost: the id, the e-mail address, the history. Nobody is
/// created twice: the old id is asked for first, and who is still there stays. Then one request is
/// sent, and sent again only where it was certainly refused. Without a certain answer the result is
/// DTX_OK and the status DTX_RESTORE_MAY_BE_CREATED, also after a cancel; call again with look_first
/// then. A failure means that it was not created. Waits on the calling thread. The app needs the
/// permission points qyapi_ext_read and qyapi_ext_write.
/// record: a JSON object. look_first: not 0 where an earlier call may have created it: all contacts
/// are looked through for one with its number first. call: the timeout of each request's call and the
/// means to cancel them, or NULL.
/// Owner: *restoration is yours up to dtx_restoration_free, or NULL on failure; *error as everywhere.
/// Threads: any number at once with one client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_restore(
    client: *const dtx_client,
    record: *const c_char,
    look_first: c_int,
    call: *const dtx_call,
    restoration: *mut *mut dtx_restoration,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let client = unsafe { ffi::needed("client", client) }?;
        // SAFETY: NULL, or just set to NULL by `run`. Without it nobody would learn the status.
        unsafe { ffi::needed("restoration", restoration) }?;
        // SAFETY: NUL-terminated or NULL, as the header asks.
        let record = unsafe { ffi::text("record", record) }?;
        // SAFETY: valid or NULL, as the header asks.
        let call = unsafe { ffi::share(call) };
        let call = call.map_or_else(|| Call::for_binding(Binding::C), |call| call.0);
        client.0.restore_json(record, look_first != 0, &call).map(|it| Some(it.into()))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(restoration, error, body) }
}

/// Frees what came of a restoring with its texts; NULL is fine.
/// Owner: ends your ownership. Threads: one, when no other uses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_restoration_free(restoration: *mut dtx_restoration) {
    // SAFETY: NULL or from dtx_client_restore, and freed once.
    unsafe { ffi::free(restoration) }
}

/// The id that the record has.
/// Owner: the restoration; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_restoration_old_user_id(
    restoration: *const dtx_restoration,
) -> *const c_char {
    // SAFETY: valid or NULL, as the header asks; so at each getter below.
    unsafe { ffi::field(restoration, std::ptr::null(), |it| it.old_user_id.as_ptr()) }
}

/// What came of it, as a dtx_restore_status; 0 for NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_restoration_status(restoration: *const dtx_restoration) -> c_int {
    // SAFETY: as above.
    unsafe {
        ffi::field(restoration, 0, |it| match it.restoration.status {
            RestoreStatus::Created => dtx_restore_status::DTX_RESTORE_CREATED as c_int,
            RestoreStatus::StillThere => dtx_restore_status::DTX_RESTORE_STILL_THERE as c_int,
            _ => dtx_restore_status::DTX_RESTORE_MAY_BE_CREATED as c_int,
        })
    }
}

/// The id of the contact now: a new one where it was created, the old one where it is still there;
/// NULL where it is not known.
/// Owner: the restoration; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_restoration_user_id(
    restoration: *const dtx_restoration,
) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(restoration, std::ptr::null(), |it| ffi::borrowed(&it.user_id)) }
}

/// The id under which DingTalk's support finds the call, or NULL.
/// Owner: the restoration; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_restoration_request_id(
    restoration: *const dtx_restoration,
) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(restoration, std::ptr::null(), |it| ffi::borrowed(&it.request_id)) }
}

/// How many requests to create it were written to a connection.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_restoration_attempts(restoration: *const dtx_restoration) -> u32 {
    // SAFETY: as above.
    unsafe { ffi::field(restoration, 0, |it| it.restoration.attempts) }
}

/// Why something is not known, in one line for people, or NULL.
/// Owner: the restoration; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_restoration_problem(
    restoration: *const dtx_restoration,
) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(restoration, std::ptr::null(), |it| ffi::borrowed(&it.problem)) }
}

/// All of it as one JSON object, the same in every language: old_user_id, status, attempts and, where
/// known, user_id, request_id and problem.
/// Owner: the restoration; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_restoration_json(
    restoration: *const dtx_restoration,
) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(restoration, std::ptr::null(), |it| ffi::json(&it.json, &it.restoration)) }
}
