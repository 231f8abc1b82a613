//! Options of one call, and the means to cancel it.

use std::ffi::{c_char, c_int, c_void};

use dingtalk_extcontact::binding::{Binding, Value};
use dingtalk_extcontact::{Call, ErrorKind};

use crate::ffi;

/// The options of a call, and the means to cancel it. One may serve several calls, one after
/// the other or at the same time; a cancel ends them all, and every later one.
/// Owner: whoever made it, up to dtx_call_free. Threads: one while options are set; then any
/// number at once.
#[derive(Clone)]
pub struct dtx_call(pub Call);

/// A function that a call asks whether to end: it gets the context that was set along with it, and
/// returns 0 to go on, any other number to cancel. A call asks when it begins, every 50 ms while it
/// waits, and after a signal; a program notes a signal in its handler and reads the note here.
/// Owner: nothing changes hands. Threads: it is called on the thread that makes the call, so on
/// several at once where several make calls with one dtx_call. It must return soon and in the
/// ordinary way: no C++ exception and no longjmp may leave it. It must not change or free the call.
pub type dtx_probe_fn = Option<unsafe extern "C" fn(context: *mut c_void) -> c_int>;

/// A new call with the client's own options. Never NULL.
/// Owner: you; dtx_call_free frees it. Threads: any, at any time.
#[unsafe(no_mangle)]
pub extern "C" fn dtx_call_new() -> *mut dtx_call {
    ffi::guard(std::ptr::null_mut(), || ffi::handle(dtx_call(Call::for_binding(Binding::C))))
}

/// A new call with the options that another one has now, and with a cancel of its own. A cancel of
/// the other one ends all its children at once, and none of them sends anything from then on; that
/// of a child ends its own deletions alone. Which of them is freed first does not matter. NULL for
/// NULL.
/// Owner: you; dtx_call_free frees it. Threads: any, while no options of the other one are set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_call_child(call: *const dtx_call) -> *mut dtx_call {
    let none = std::ptr::null_mut();
    let child = |call: dtx_call| ffi::handle(dtx_call(call.0.child()));
    // SAFETY: valid or NULL, as the header asks.
    ffi::guard(none, || unsafe { ffi::share(call) }.map_or(none, child))
}

/// Frees a call; NULL is fine. Deletions under way with it go on, and can no longer be cancelled;
/// they go on to ask its probe.
/// Owner: ends your ownership. Threads: one, and no deletion or cancel may begin with the call from
/// then on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_call_free(call: *mut dtx_call) {
    // SAFETY: NULL or from dtx_call_new, and freed once.
    unsafe { ffi::free(call) }
}

/// Sets the option of this name from text, as dtx_options_set does, binding included: timeout,
/// missing_ok. What is wrong is reported by the call that it is used for; here the result is
/// DTX_INVALID_ARGUMENT for NULL and for text that is not UTF-8 alone.
/// Owner: the texts are copied. Threads: one, while no deletion uses the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_call_set(
    call: *mut dtx_call,
    name: *const c_char,
    text: *const c_char,
) -> c_int {
    // SAFETY: NULL or NUL-terminated, as the header asks.
    let name = unsafe { ffi::text("name", name) };
    // SAFETY: as above.
    let text = unsafe { ffi::given(text) };
    let is_text = name.is_ok() && text.is_ok();
    let set = |it: &mut dtx_call| {
        match name {
            Ok(name) => it.0.set_text(name, text),
            Err(wrong) => it.0.note(Err(wrong)),
        }
        if is_text { ffi::OK } else { ErrorKind::InvalidArgument.number() }
    };
    // SAFETY: valid or NULL and used by one thread, as the header asks.
    unsafe { ffi::change(call, set) }
}

/// Sets how long this call may take, from 1 to 86400000, instead of the client's timeout. A wrong
/// value is reported by dtx_client_delete; here the result is DTX_INVALID_ARGUMENT for NULL alone.
/// Owner: nothing changes hands. Threads: one, while no deletion uses the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_call_set_timeout_ms(call: *mut dtx_call, timeout_ms: u64) -> c_int {
    // What a double cannot hold exactly is far out of bounds.
    let value = Value::Number(timeout_ms as f64);
    // SAFETY: valid or NULL, as the header asks.
    unsafe { change(call, |call| call.set("timeout", value)) }
}

/// Sets whether "no such contact" ends this call as absent, instead of the client's missing_ok:
/// 0 is no, any other number is yes. DTX_INVALID_ARGUMENT for NULL.
/// Owner: nothing changes hands. Threads: one, while no deletion uses the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_call_set_missing_ok(call: *mut dtx_call, missing_ok: c_int) -> c_int {
    // SAFETY: valid or NULL, as the header asks.
    unsafe { change(call, |call| call.set("missing_ok", Value::Flag(missing_ok != 0))) }
}

/// Sets a function that may end this call while it waits, instead of one set before; NULL sets
/// none. DTX_INVALID_ARGUMENT where call is NULL.
/// Owner: context stays yours; keep it until the call is freed or has another probe, and all
/// deletions with it have returned. Threads: one, while no deletion uses the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_call_set_probe(
    call: *mut dtx_call,
    probe: dtx_probe_fn,
    context: *mut c_void,
) -> c_int {
    // A number, as a pointer is not one to be sent to another thread.
    let context = context.expose_provenance();
    let ask = move || {
        let context = std::ptr::with_exposed_provenance_mut(context);
        // SAFETY: a function of this type and its context, for any thread that makes a call.
        probe.is_some_and(|probe| unsafe { probe(context) } != 0)
    };
    // SAFETY: valid or NULL, as the header asks.
    unsafe { change(call, |call| *call = call.clone().probe(ask)) }
}

unsafe fn change(call: *mut dtx_call, change: impl FnOnce(&mut Call)) -> c_int {
    let change = |it: &mut dtx_call| {
        change(&mut it.0);
        ffi::OK
    };
    // SAFETY: valid or NULL and used by one thread, as the header asks.
    unsafe { ffi::change(call, change) }
}

/// Cancels a call: whatever it waits for ends within 100 ms, and dtx_client_delete returns
/// DTX_CANCELLED with an error that says whether the contact may be gone. Harmless before, after
/// and twice; NULL is fine. Not for signal handlers, as it takes a lock.
/// It ends all deletions that were given this call, and none of them sends anything from then on:
/// one dtx_call for a group of dtx_client_submit ends the group. Calls that are cancelled one by one
/// leave their places to those that wait behind them and are not cancelled yet; cancel the newest
/// first then.
/// Owner: nothing changes hands. Threads: any, at any time before dtx_call_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_call_cancel(call: *const dtx_call) {
    // SAFETY: valid or NULL, as the header asks.
    unsafe { ffi::with(call, |call| call.0.canceller().cancel()) }
}
