//! What stands before anything is deleted.

use std::ffi::{CString, c_char, c_int};

use dingtalk_extcontact::binding::Binding;
use dingtalk_extcontact::{Call, Check};
use once_cell::race::OnceBox;

use crate::call::dtx_call;
use crate::client::dtx_client;
use crate::error::dtx_error;
use crate::ffi;

/// What stands and what is missing before contacts can be deleted. It never changes.
/// Owner: you, from dtx_client_check up to dtx_check_free. Threads: any number at once.
pub struct dtx_check {
    check: Check,
    /// Made when asked for, without a lock that a forked child could find held.
    json: OnceBox<CString>,
}

/// Says what stands and what is missing before contacts can be deleted, step by step: credentials,
/// name lookup, proxy, connection, TLS, clock, token, the permission to read (by a page of one
/// contact), white list, limits. Nothing is deleted. Where write is not 0, the permission to delete is
/// tried, too, by a deletion of an id that cannot exist, and only after the service has said that
/// there is no such contact. A step that fails is no error: it stands in the result. Waits on the
/// calling thread.
/// call: options of these calls and the means to cancel them, or NULL.
/// Owner: *check is yours up to dtx_check_free, or NULL on failure; *error as everywhere. Threads:
/// any number at once with one client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_check(
    client: *const dtx_client,
    write: c_int,
    call: *const dtx_call,
    check: *mut *mut dtx_check,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let client = unsafe { ffi::needed("client", client) }?;
        // SAFETY: NULL, or just set to NULL by `run`, so there is a pointer to refer to.
        unsafe { ffi::needed("check", check) }?;
        // SAFETY: valid or NULL, as the header asks.
        let call = unsafe { ffi::share(call) };
        let call = call.map_or_else(|| Call::for_binding(Binding::C), |call| call.0);
        let check = client.0.check(write != 0, &call)?;
        Ok(Some(dtx_check { check, json: OnceBox::new() }))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(check, error, body) }
}

/// Frees a check with its text; NULL is fine.
/// Owner: ends your ownership. Threads: one, when no other uses the check.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_free(check: *mut dtx_check) {
    // SAFETY: NULL or from dtx_client_check, and freed once.
    unsafe { ffi::free(check) }
}

/// 1 where no step failed and none is left unknown, else 0.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_ok(check: *const dtx_check) -> c_int {
    // SAFETY: valid or NULL, as the header asks.
    unsafe { ffi::field(check, 0, |it| it.check.ok.into()) }
}

/// All of it as one JSON object, the same in every language: ok; steps, each with step, status (ok,
/// warning, failed, unknown or skipped), text and, where there are, advice and error; report, which
/// is fit to be shown to others.
/// Owner: the check; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_json(check: *const dtx_check) -> *const c_char {
    // SAFETY: valid or NULL, as the header asks.
    unsafe { ffi::field(check, std::ptr::null(), |it| ffi::json(&it.json, &it.check)) }
}
