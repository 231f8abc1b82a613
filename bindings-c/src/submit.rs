//! A deletion that no thread of the program waits for.

use std::ffi::{c_char, c_int, c_void};
use std::mem::ManuallyDrop;

use dingtalk_extcontact::binding::Binding;
use dingtalk_extcontact::{Call, Deletion, Error, ErrorKind};

use crate::call::dtx_call;
use crate::client::dtx_client;
use crate::deletion::dtx_deletion;
use crate::error::dtx_error;
use crate::ffi;

/// A function that is told how a submitted deletion ended, with the context that was given along
/// with it. One of deletion and error is NULL: it has a deletion where dtx_client_delete would
/// return DTX_OK, and an error otherwise.
/// Owner: deletion and error are yours, up to dtx_deletion_free and dtx_error_free. Threads: mostly
/// it is called on a thread of the library; on the one that calls dtx_client_submit where that is
/// refused or no thread can be started, so perhaps before that returns; and on the one that calls
/// dtx_call_cancel where the deletion waits. Hold no lock there that it takes. It may be called on
/// several threads at once, for different deletions. It may call every function of the library but
/// those that wait for an outcome (dtx_client_delete and its like, dtx_batch_next), and must not
/// wait for other submitted deletions: the thread that it has may be the one that they need. It must
/// return soon and in the ordinary way: no C++ exception and no longjmp may leave it.
pub type dtx_done_fn = Option<
    unsafe extern "C" fn(deletion: *mut dtx_deletion, error: *mut dtx_error, context: *mut c_void),
>;

/// Begins to delete the contact user_id as dtx_client_delete does, and does not wait: done is told
/// its end, exactly once. That holds for a refusal, too, such as of a NULL client or of text that is
/// not UTF-8. The result is DTX_OK, or DTX_INVALID_ARGUMENT where done is NULL and nothing is done.
/// Nobody is told where the process ends first; after a fork only the parent is.
/// Any number may be submitted: those that wait for their turn have no thread, and at most 64
/// requests of such calls and of batches run at a time in a process. A probe of the call is asked
/// on threads of the library, on several at once where several calls have it.
/// call: options of this call and the means to cancel it, or NULL; it can be freed at once, the
/// client too.
/// Owner: the text is copied; context stays yours, keep it until done was called. Threads: any
/// number at once with one client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_submit(
    client: *const dtx_client,
    user_id: *const c_char,
    call: *const dtx_call,
    done: dtx_done_fn,
    context: *mut c_void,
) -> c_int {
    let Some(told) = done.map(|done| Told { done, context }) else {
        return ErrorKind::InvalidArgument.number();
    };
    let submit = || {
        let arguments = || {
            // SAFETY: valid or NULL, as the header asks.
            let client = unsafe { ffi::needed("client", client) }?;
            // SAFETY: NUL-terminated or NULL, as the header asks.
            let user_id = unsafe { ffi::text("user_id", user_id) }?.to_owned();
            // SAFETY: valid or NULL, as the header asks.
            let call = unsafe { ffi::share(call) };
            Ok((client, user_id, call.map_or_else(|| Call::for_binding(Binding::C), |it| it.0)))
        };
        match arguments() {
            Ok((client, user_id, call)) => {
                client.0.submit(user_id, call, move |outcome| told.tell(outcome));
            }
            Err(refused) => told.tell(Err(refused)),
        }
    };
    // What panics drops `told`, which tells it.
    ffi::guard((), submit);
    ffi::OK
}

/// Whom the end of a deletion is told.
struct Told {
    done: unsafe extern "C" fn(*mut dtx_deletion, *mut dtx_error, *mut c_void),
    context: *mut c_void,
}

// SAFETY: the header says that the function is called on any thread, with this context.
unsafe impl Send for Told {}

impl Told {
    fn tell(self, outcome: Result<Deletion, Error>) {
        let told = ManuallyDrop::new(self);
        told.call(outcome);
    }

    fn call(&self, outcome: Result<Deletion, Error>) {
        let null = (std::ptr::null_mut(), std::ptr::null_mut());
        let (deletion, error) = match outcome {
            Ok(deletion) => (ffi::handle(deletion.into()), null.1),
            Err(error) => (null.0, ffi::handle(error.into())),
        };
        // SAFETY: a function of this type and its context, as dtx_client_submit was given them.
        unsafe { (self.done)(deletion, error, self.context) }
    }
}

/// Never told yet: something panicked on the way.
impl Drop for Told {
    fn drop(&mut self) {
        self.call(Err(Error::new(ErrorKind::Internal, "the library panicked")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" fn note(
        deletion: *mut dtx_deletion,
        error: *mut dtx_error,
        context: *mut c_void,
    ) {
        assert!(deletion.is_null());
        // SAFETY: made for this call.
        let kind = unsafe { crate::error::dtx_error_kind(error) };
        // SAFETY: as above, and freed once.
        unsafe { ffi::free(error) };
        // SAFETY: the context of the test.
        unsafe { &mut *context.cast::<Vec<c_int>>() }.push(kind);
    }

    #[test]
    fn a_panic_on_the_way_is_told_as_well_and_once() {
        let mut kinds: Vec<c_int> = Vec::new();
        let context = (&raw mut kinds).cast();
        let told = Told { done: note, context };
        ffi::guard((), || {
            let _told = told;
            panic!("on purpose");
        });
        Told { done: note, context }.tell(Err(Error::new(ErrorKind::Timeout, "too late")));
        let expected = [ErrorKind::Internal.number(), ErrorKind::Timeout.number()];
        assert_eq!(kinds, expected);
    }
}
