//! What stands before anything is deleted.

use std::ffi::{CString, c_char, c_int};

use dingtalk_extcontact::binding::Binding;
use dingtalk_extcontact::{Call, Check, CheckStatus, CheckStep};
use once_cell::race::OnceBox;

use crate::call::dtx_call;
use crate::client::dtx_client;
use crate::error::dtx_error;
use crate::ffi;

/// What came of a step of a check, as dtx_check_step_status returns it.
#[repr(C)]
pub enum dtx_check_status {
    /// As it should be.
    DTX_CHECK_OK = 1,
    /// It keeps no call from passing, but should be seen to.
    DTX_CHECK_WARNING = 2,
    /// It keeps calls from passing.
    DTX_CHECK_FAILED = 3,
    /// What the service answered does not tell.
    DTX_CHECK_UNKNOWN = 4,
    /// Not looked at, as it does not apply, was not asked for, or a step before it failed.
    DTX_CHECK_SKIPPED = 5,
}

/// What stands and what is missing before contacts can be deleted. It never changes.
/// Owner: you, from dtx_client_check up to dtx_check_free. Threads: any number at once.
pub struct dtx_check {
    check: Check,
    steps: Vec<dtx_check_step>,
    /// Both made when asked for, without a lock that a forked child could find held.
    report: OnceBox<CString>,
    json: OnceBox<CString>,
}

/// A step of a check. It never changes.
/// Owner: the check that has it. Threads: any number at once.
pub struct dtx_check_step {
    name: CString,
    status: CheckStatus,
    text: CString,
    advice: Option<CString>,
    error: Option<dtx_error>,
}

impl From<&CheckStep> for dtx_check_step {
    fn from(step: &CheckStep) -> dtx_check_step {
        dtx_check_step {
            name: ffi::c_text(step.name.as_str()),
            status: step.status,
            text: ffi::c_text(&step.text),
            advice: step.advice.as_deref().map(ffi::c_text),
            error: step.error.clone().map(Into::into),
        }
    }
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
        let steps = check.steps.iter().map(Into::into).collect();
        Ok(Some(dtx_check { check, steps, report: OnceBox::new(), json: OnceBox::new() }))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(check, error, body) }
}

/// Frees a check with its steps and all texts; NULL is fine.
/// Owner: ends your ownership. Threads: one, when no other uses the check or a part of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_free(check: *mut dtx_check) {
    // SAFETY: NULL or from dtx_client_check, and freed once.
    unsafe { ffi::free(check) }
}

/// 1 where no step failed and none is left unknown, else 0.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_ok(check: *const dtx_check) -> c_int {
    // SAFETY: valid or NULL, as the header asks; so at each getter below.
    unsafe { ffi::field(check, 0, |it| it.check.ok.into()) }
}

/// How many steps there are; 0 for NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_step_count(check: *const dtx_check) -> u64 {
    // SAFETY: as above.
    unsafe { ffi::field(check, 0, |it| it.steps.len() as u64) }
}

/// A step by its place from 0, in the order in which a call needs them; NULL from
/// dtx_check_step_count on.
/// Owner: the check; do not free it, it is valid until the check is freed. Threads: any number at
/// once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_step_at(
    check: *const dtx_check,
    place: u64,
) -> *const dtx_check_step {
    let step = |it: &dtx_check| {
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        it.steps.get(place).map_or(std::ptr::null(), std::ptr::from_ref)
    };
    // SAFETY: as above.
    unsafe { ffi::field(check, std::ptr::null(), step) }
}

/// What it looks at: "credentials", "lookup", "proxy", "connection", "tls", "clock", "token",
/// "read_permission", "white_list", "limits" or "write_permission"; a later version may look at more.
/// Owner: the check; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_step_name(step: *const dtx_check_step) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(step, std::ptr::null(), |it| it.name.as_ptr()) }
}

/// What came of it, as a dtx_check_status; 0 for NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_step_status(step: *const dtx_check_step) -> c_int {
    let number = |it: &dtx_check_step| match it.status {
        CheckStatus::Ok => dtx_check_status::DTX_CHECK_OK as c_int,
        CheckStatus::Warning => dtx_check_status::DTX_CHECK_WARNING as c_int,
        CheckStatus::Failed => dtx_check_status::DTX_CHECK_FAILED as c_int,
        CheckStatus::Skipped => dtx_check_status::DTX_CHECK_SKIPPED as c_int,
        _ => dtx_check_status::DTX_CHECK_UNKNOWN as c_int,
    };
    // SAFETY: as above.
    unsafe { ffi::field(step, 0, number) }
}

/// What was found, in one line for people.
/// Owner: the check; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_step_text(step: *const dtx_check_step) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(step, std::ptr::null(), |it| it.text.as_ptr()) }
}

/// What to do, or NULL where nothing is to be done.
/// Owner: the check; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_step_advice(step: *const dtx_check_step) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(step, std::ptr::null(), |it| ffi::borrowed(&it.advice)) }
}

/// The error that it ended with, or NULL.
/// Owner: the check; do not free it, it is valid until the check is freed. Threads: any number at
/// once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_step_error(step: *const dtx_check_step) -> *const dtx_error {
    let error =
        |it: &dtx_check_step| it.error.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: as above.
    unsafe { ffi::field(step, std::ptr::null(), error) }
}

/// What the service really answered, as a JSON object that is fit to be shown to others: codes,
/// request ids, sizes and types, without names, credentials and addresses.
/// Owner: the check; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_report(check: *const dtx_check) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(check, std::ptr::null(), |it| ffi::json(&it.report, &it.check.report)) }
}

/// All of it as one JSON object, the same in every language: ok; steps, each with step, status (ok,
/// warning, failed, unknown or skipped), text and, where there are, advice and error; and the report.
/// Owner: the check; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_check_json(check: *const dtx_check) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(check, std::ptr::null(), |it| ffi::json(&it.json, &it.check)) }
}
