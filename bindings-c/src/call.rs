//! Options of one call, and the means to cancel it.

use std::ffi::c_int;

use dingtalk_extcontact::{Call, Canceller, ErrorKind, Host, Value};

use crate::border;

/// The options of a call, and the means to cancel it. One may serve several calls, one after
/// the other or at the same time; a cancel ends them all, and every later one.
/// Owner: whoever made it, up to dtx_call_free. Threads: one while options are set; then any
/// number at once.
pub struct dtx_call {
    pub call: Call,
    canceller: Canceller,
}

/// A new call with the client's own options. Never NULL.
/// Owner: you; dtx_call_free frees it. Threads: any, at any time.
#[unsafe(no_mangle)]
pub extern "C" fn dtx_call_new() -> *mut dtx_call {
    border::guard(std::ptr::null_mut(), || {
        let call = Call::for_host(Host::C);
        let canceller = call.canceller();
        border::handle(dtx_call { call, canceller })
    })
}

/// Frees a call; NULL is fine.
/// Owner: ends your ownership. Threads: one, when no other uses the call: neither a deletion
/// nor a cancel is under way with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_call_free(call: *mut dtx_call) {
    // SAFETY: NULL or from dtx_call_new, and freed once.
    unsafe { border::free(call) }
}

/// Sets how long this call may take, instead of the client's timeout. A wrong value is reported
/// by dtx_client_delete; here the result is DTX_INVALID_ARGUMENT for NULL alone.
/// Owner: nothing changes hands. Threads: one, while no deletion uses the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_call_set_timeout_ms(call: *mut dtx_call, timeout_ms: u64) -> c_int {
    // What a double cannot hold exactly is far out of bounds.
    let value = Value::Number(timeout_ms as f64);
    // SAFETY: valid or NULL, as the header asks.
    unsafe { set(call, "timeout", value) }
}

/// Sets whether "no such contact" ends this call as absent, instead of the client's missing_ok:
/// 0 is no, any other number is yes. DTX_INVALID_ARGUMENT for NULL.
/// Owner: nothing changes hands. Threads: one, while no deletion uses the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_call_set_missing_ok(call: *mut dtx_call, missing_ok: c_int) -> c_int {
    // SAFETY: valid or NULL, as the header asks.
    unsafe { set(call, "missing_ok", Value::Flag(missing_ok != 0)) }
}

unsafe fn set(call: *mut dtx_call, name: &str, value: Value) -> c_int {
    border::guard(ErrorKind::Internal.number(), || {
        // SAFETY: valid or NULL and used by one thread, as the header asks.
        match unsafe { call.as_mut() } {
            Some(call) => {
                call.call.set(name, value);
                border::OK
            }
            None => ErrorKind::InvalidArgument.number(),
        }
    })
}

/// Cancels a call: whatever it waits for ends within 100 ms, and dtx_client_delete returns
/// DTX_CANCELLED with an error that says whether the contact may be gone. Harmless before, after
/// and twice; NULL is fine. Not for signal handlers, as it takes a lock.
/// Owner: nothing changes hands. Threads: any, at any time before dtx_call_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_call_cancel(call: *const dtx_call) {
    // SAFETY: valid or NULL, as the header asks.
    unsafe { border::field(call, (), |call| call.canceller.cancel()) }
}
