//! The client and its one call.

use std::ffi::{c_char, c_int};

use dingtalk_extcontact::binding::{Binding, Options, SharedClient};
use dingtalk_extcontact::{Call, Client, Error};

use crate::call::dtx_call;
use crate::deletion::dtx_deletion;
use crate::error::dtx_error;
use crate::ffi;
use crate::options::dtx_options;

/// Deletes external contacts. It keeps its connections and its token, so make one and share
/// it. After fork the child may go on using it: it opens its own connections.
/// Owner: whoever made it, up to dtx_client_free. Threads: any number at once.
#[derive(Clone)]
pub struct dtx_client(pub Client, Option<SharedClient>);

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
        // SAFETY: as the header asks, and *client was just set to NULL by `run`.
        let options = unsafe { given(options, client) }?;
        Ok(Some(dtx_client(Client::with_options(options)?, None)))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(client, error, body) }
}

/// The client of this process with these options: the same for all who ask with the same, made where
/// there is none yet. For programs that cannot keep one, such as the workers of php-fpm, which would
/// fetch a token for each request. The connections, the token and the rate are those of all; so is a
/// token that dtx_client_set_access_token sets.
/// dtx_client_free gives up what you got, and leaves the client to who asks later.
/// dtx_client_close closes it once all who have it now have freed it, and who asks from then on gets
/// another one. With access_token at most 16 clients are kept so; the one that was asked for least
/// recently is dropped, and lives on for those who have it. Options are compared by a keyed hash, and
/// no secret is kept twice. After fork the child makes its own.
/// Owner: *client is yours up to dtx_client_free, or NULL on failure; *error as everywhere.
/// Threads: any that may use the options, while none changes the environment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_shared(
    options: *const dtx_options,
    client: *mut *mut dtx_client,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: as the header asks, and *client was just set to NULL by `run`.
        let options = unsafe { given(options, client) }?;
        let shared = SharedClient::of(options)?;
        Ok(Some(dtx_client(shared.client().clone(), Some(shared))))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(client, error, body) }
}

/// The options that a client is to be made with, where it can be handed over.
///
/// # Safety
///
/// `options` is NULL, or valid now; `client` is NULL, or points to NULL.
unsafe fn given(
    options: *const dtx_options,
    client: *mut *mut dtx_client,
) -> Result<Options, Error> {
    // SAFETY: valid or NULL, as the caller promises.
    let options = unsafe { ffi::needed("options", options) }?;
    // SAFETY: NULL, or there is a pointer to refer to, as the caller promises.
    unsafe { ffi::needed("client", client) }?;
    options.wrong.map_or(Ok(options.options), Err)
}

/// Frees a client; NULL is fine. Calls under way finish and batches made with it go on; with the
/// last of them its connections are closed.
/// Owner: ends your ownership. Threads: one, and no call may begin with the client from then on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_free(client: *mut dtx_client) {
    // SAFETY: NULL or from dtx_client_new or dtx_client_shared, and freed once.
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
/// one, and take the new one up if the old one is refused. DTX_INVALID_ARGUMENT: it cannot be a
/// token, the client has app credentials, or it is closed.
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
        let access_token = unsafe { ffi::given(access_token) };
        client.0.set_access_token_text(access_token).map(|()| None)
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(std::ptr::null_mut::<*mut ()>(), error, body) }
}

/// Closes a client; NULL is fine. Later calls are refused as DTX_INVALID_ARGUMENT, calls under
/// way finish, idle connections are closed. Doing it again does nothing. One of dtx_client_shared
/// closes when the last who has it frees it.
/// Owner: the client is still yours, and still to be freed. Threads: any, at any time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_close(client: *const dtx_client) {
    // SAFETY: valid or NULL, as the header asks.
    unsafe {
        ffi::with(client, |client| match client.1 {
            Some(shared) => shared.close(),
            None => client.0.close(),
        });
    }
}
