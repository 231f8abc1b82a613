//! The client and its one call.

use std::ffi::{c_char, c_int};

use dingtalk_extcontact::binding::Binding;
use dingtalk_extcontact::{Call, Client};

use crate::call::dtx_call;
use crate::deletion::dtx_deletion;
use crate::error::dtx_error;
use crate::ffi;
use crate::options::dtx_options;

/// Deletes external contacts. It keeps its connections and its token, so make one and share
/// it. After fork the child may go on using it: it opens its own connections.
/// Owner: whoever made it, up to dtx_client_free. Threads: any number at once.
#[derive(Clone)]
pub struct dtx_client(pub Client);

/// Makes a client. Options, proxy variables and certificates are read here, once; nothing is
/// sent. The options can be used again or freed.
/// Owner: *client is yours up to dtx_client_free, or NULL on failure; *error as everywhere.
/// Threads: any that may use the options, while none changes the environment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_new(
    options: *const dtx_options,
    client: *mut *mut dtx_client,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let options = unsafe { ffi::needed("options", options) }?;
        // SAFETY: NULL, or just set to NULL by `run`, so there is a pointer to refer to.
        unsafe { ffi::needed("client", client) }?;
        options.wrong.map_or(Ok(()), Err)?;
        Client::with_options(options.options).map(dtx_client).map(Some)
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(client, error, body) }
}

/// Frees a client; NULL is fine. Calls under way finish and batches made with it go on; with the
/// last of them its connections are closed.
/// Owner: ends your ownership. Threads: one, and no call may begin with the client from then on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_free(client: *mut dtx_client) {
    // SAFETY: NULL or from dtx_client_new, and freed once.
    unsafe { ffi::free(client) }
}

/// Deletes the contact user_id, sent byte for byte. Waits on the calling thread until the call
/// has ended. DTX_OK: it is gone, and dtx_deletion_status says whether it was there. Anything
/// else: it was not deleted, or nobody knows; dtx_error_maybe_deleted says which.
/// call: options of this call and the means to cancel it, or NULL.
/// Owner: *deletion is yours up to dtx_deletion_free, or NULL on failure; pass NULL if you do
/// not want it; *error as everywhere. Threads: any number at once with one client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_delete(
    client: *const dtx_client,
    user_id: *const c_char,
    call: *const dtx_call,
    deletion: *mut *mut dtx_deletion,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let client = unsafe { ffi::needed("client", client) }?;
        // SAFETY: NUL-terminated or NULL, as the header asks.
        let user_id = unsafe { ffi::text("user_id", user_id) }?;
        // SAFETY: valid or NULL, as the header asks.
        let call = unsafe { ffi::share(call) };
        let call = call.map_or_else(|| Call::for_binding(Binding::C), |call| call.0);
        client.0.delete_with(user_id, &call).map(|deletion| Some(deletion.into()))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(deletion, error, body) }
}

/// Replaces the access token that the client was made with. Calls under way go on with the old
/// one, and take the new one up if the old one is refused.
/// Owner: the text is copied; *error as everywhere. Threads: any, at any time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_set_access_token(
    client: *const dtx_client,
    access_token: *const c_char,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let client = unsafe { ffi::needed("client", client) }?;
        // SAFETY: NUL-terminated or NULL, as the header asks.
        let access_token = unsafe { ffi::text("access_token", access_token) }?;
        client.0.set_access_token(access_token).map(|()| None)
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(std::ptr::null_mut::<*mut ()>(), error, body) }
}

/// Closes a client; NULL is fine. Later calls are refused as DTX_INVALID_ARGUMENT, calls under
/// way finish, idle connections are closed. Doing it again does nothing.
/// Owner: the client is still yours, and still to be freed. Threads: any, at any time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_close(client: *const dtx_client) {
    // SAFETY: valid or NULL, as the header asks.
    unsafe { ffi::with(client, |client| client.0.close()) }
}
