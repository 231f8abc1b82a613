//! Why a call failed, field by field.

use std::ffi::{CString, c_char, c_int};

use dingtalk_extcontact::Error;
use once_cell::race::OnceBox;

use crate::ffi;

/// Why a contact was not deleted, or a client not made. Branch on the kind, record the rest; a
/// field that is not known is NULL, or 0 with nothing written. No text holds a token, an app
/// secret or a proxy's password. It never changes.
/// Owner: you, from the call that failed up to dtx_error_free; or the item that has it. Threads:
/// any number at once.
pub struct dtx_error {
    error: Error,
    message: CString,
    advice: CString,
    code: Option<CString>,
    errmsg: Option<CString>,
    sub_code: Option<CString>,
    sub_msg: Option<CString>,
    request_id: Option<CString>,
    user_id: Option<CString>,
    /// Made when asked for, without a lock that a forked child could find held.
    json: OnceBox<CString>,
}

impl From<Error> for dtx_error {
    fn from(error: Error) -> dtx_error {
        dtx_error {
            message: ffi::c_text(error.message()),
            advice: ffi::c_text(error.advice()),
            code: error.code().map(ffi::c_text),
            errmsg: error.errmsg().map(ffi::c_text),
            sub_code: error.sub_code().map(ffi::c_text),
            sub_msg: error.sub_msg().map(ffi::c_text),
            request_id: error.request_id().map(ffi::c_text),
            user_id: error.user_id().map(ffi::c_text),
            error,
            json: OnceBox::new(),
        }
    }
}

/// Frees an error and its texts; NULL is fine.
/// Owner: ends your ownership. Threads: one, when no other uses the error or its texts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_free(error: *mut dtx_error) {
    // SAFETY: NULL or from a call that failed, and freed once.
    unsafe { ffi::free(error) }
}

/// The kind, as a dtx_result: what the failed function returned; DTX_OK for NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_kind(error: *const dtx_error) -> c_int {
    // SAFETY: valid or NULL, as the header asks; so at each getter below.
    unsafe { ffi::field(error, ffi::OK, |it| it.error.kind().number()) }
}

/// One line for people: to which contact, what, and whether it may be gone.
/// Owner: the error; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_message(error: *const dtx_error) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(error, std::ptr::null(), |it| it.message.as_ptr()) }
}

/// What to do now, for people.
/// Owner: the error; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_advice(error: *const dtx_error) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(error, std::ptr::null(), |it| it.advice.as_ptr()) }
}

/// The code that decides, such as "33012" or "isp.-1", or NULL.
/// Owner: the error; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_code(error: *const dtx_error) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(error, std::ptr::null(), |it| ffi::borrowed(&it.code)) }
}

/// The errcode as the service sent it: returns 1 and writes *errcode, or returns 0 where it is
/// not known. errcode may be NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_errcode(error: *const dtx_error, errcode: *mut i64) -> c_int {
    // SAFETY: as above; writable or NULL.
    unsafe { ffi::known(error, errcode, |it| it.error.errcode()) }
}

/// The service's own words, or NULL.
/// Owner: the error; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_errmsg(error: *const dtx_error) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(error, std::ptr::null(), |it| ffi::borrowed(&it.errmsg)) }
}

/// The sub_code as the service sent it, or NULL.
/// Owner: the error; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_sub_code(error: *const dtx_error) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(error, std::ptr::null(), |it| ffi::borrowed(&it.sub_code)) }
}

/// The service's words on the sub_code, or NULL.
/// Owner: the error; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_sub_msg(error: *const dtx_error) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(error, std::ptr::null(), |it| ffi::borrowed(&it.sub_msg)) }
}

/// The id under which DingTalk's support finds the call, or NULL.
/// Owner: the error; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_request_id(error: *const dtx_error) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(error, std::ptr::null(), |it| ffi::borrowed(&it.request_id)) }
}

/// The HTTP status of the last reply: returns 1 and writes *http_status, or returns 0 where
/// there was none. http_status may be NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_http_status(
    error: *const dtx_error,
    http_status: *mut c_int,
) -> c_int {
    // SAFETY: as above; writable or NULL.
    unsafe { ffi::known(error, http_status, |it| it.error.http_status().map(c_int::from)) }
}

/// How long to wait before the next call: returns 1 and writes *retry_after_ms, or returns 0
/// where that is not known. retry_after_ms may be NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_retry_after_ms(
    error: *const dtx_error,
    retry_after_ms: *mut u64,
) -> c_int {
    // Rounded up, so that nobody calls too early.
    let read = |it: &dtx_error| {
        let wait = it.error.retry_after()?;
        Some(u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX))
    };
    // SAFETY: as above; writable or NULL.
    unsafe { ffi::known(error, retry_after_ms, read) }
}

/// How many delete requests were written to a connection.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_attempts(error: *const dtx_error) -> u32 {
    // SAFETY: as above.
    unsafe { ffi::field(error, 0, |it| it.error.attempts()) }
}

/// 1 if the same call may pass later, unchanged; otherwise 0.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_retryable(error: *const dtx_error) -> c_int {
    // SAFETY: as above.
    unsafe { ffi::field(error, 0, |it| it.error.is_retryable().into()) }
}

/// 1 if the contact may be gone all the same: a request went out and no certain answer came
/// back; otherwise 0.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_maybe_deleted(error: *const dtx_error) -> c_int {
    // SAFETY: as above.
    unsafe { ffi::field(error, 0, |it| it.error.maybe_deleted().into()) }
}

/// The contact that the call was about, or NULL.
/// Owner: the error; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_user_id(error: *const dtx_error) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(error, std::ptr::null(), |it| ffi::borrowed(&it.user_id)) }
}

/// All of it as one JSON object, the same in every language; times in seconds.
/// Owner: the error; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_error_json(error: *const dtx_error) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(error, std::ptr::null(), |it| ffi::json(&it.json, &it.error)) }
}
