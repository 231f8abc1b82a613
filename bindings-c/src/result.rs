//! The results by name, for the header. A test compares them with the core's kinds.

use std::ffi::{c_char, c_int};

use dingtalk_extcontact::{ErrorKind, VERSION};

use crate::ffi;

/// What a function returns: DTX_OK, or the kind of the error. Functions return an int, not this
/// type, as later versions may add kinds: treat a number that you do not know like DTX_API.
/// A number is never used again for something else.
#[repr(C)]
#[expect(dead_code, reason = "the numbers come from the core; the names are for the header")]
pub enum dtx_result {
    /// It worked.
    DTX_OK = 0,
    /// Refused before anything was sent: an option, an argument, a closed client.
    DTX_INVALID_ARGUMENT = 1,
    /// The service knows no such contact: already gone, never there, or a damaged id.
    DTX_INVALID_USER_ID = 10,
    /// The access token or the app's credentials are not accepted.
    DTX_AUTHENTICATION = 11,
    /// The app may not delete external contacts, or not this one.
    DTX_PERMISSION_DENIED = 12,
    /// Over a rate; it may pass later.
    DTX_THROTTLED = 13,
    /// A quota of the organisation is used up.
    DTX_QUOTA_EXCEEDED = 14,
    /// Something around the call is set up wrongly: IP not white-listed, app disabled, wrong
    /// endpoint, proxy login or rules, no thread.
    DTX_CONFIGURATION = 15,
    /// DingTalk's own trouble; it may pass later.
    DTX_SERVICE = 16,
    /// Any other code of the service.
    DTX_API = 19,
    /// Lookup, connection or proxy failed, or the connection was lost.
    DTX_CONNECTION = 30,
    /// A certificate is not trusted, or the TLS handshake was refused.
    DTX_TLS = 31,
    /// No whole reply in time.
    DTX_TIMEOUT = 32,
    /// What came back is not DingTalk's: a login page, a redirect, half a reply.
    DTX_PROTOCOL = 33,
    /// The caller cancelled the call.
    DTX_CANCELLED = 34,
    /// The record of a batch cannot be read, written or locked.
    DTX_JOURNAL = 40,
    /// A bug of this library, a caught panic included.
    DTX_INTERNAL = 50,
}

const _: () = assert!(dtx_result::DTX_OK as c_int == ffi::OK);

/// What came of a record that was to be restored, as dtx_restoration_status returns it.
#[repr(C)]
pub enum dtx_restore_status {
    /// The contact was created again, under a new id.
    DTX_RESTORE_CREATED = 1,
    /// The contact of the record exists, so nothing was created.
    DTX_RESTORE_STILL_THERE = 2,
    /// The one request to create it went out, and no certain answer came.
    DTX_RESTORE_MAY_BE_CREATED = 3,
}

/// How a contact came to be gone, as dtx_deletion_status returns it.
#[repr(C)]
pub enum dtx_status {
    /// The service deleted it now.
    DTX_STATUS_DELETED = 1,
    /// The service knows no such contact, and that is fine: missing_ok is set, or an earlier
    /// request of the same call may have deleted it.
    DTX_STATUS_ABSENT = 2,
}

/// How much is logged; each level includes those above it. See dtx_set_log.
#[repr(C)]
#[derive(Clone, Copy)]
pub enum dtx_log_level {
    /// Nothing.
    DTX_LOG_OFF = 0,
    /// What should not happen.
    DTX_LOG_ERROR = 1,
    /// What should be looked at.
    DTX_LOG_WARN = 2,
    /// The outcome of every call.
    DTX_LOG_INFO = 3,
    /// Every attempt that failed.
    DTX_LOG_DEBUG = 4,
}

/// The version of the library that runs, such as "0.1.0"; DTX_VERSION is the one that a program
/// was compiled against.
/// Owner: the library, for as long as the process lives. Threads: any, at any time.
#[unsafe(no_mangle)]
pub extern "C" fn dtx_version() -> *const c_char {
    const TEXT: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    // One version everywhere: the core's is the library's.
    const _: () = assert!(TEXT.len() == VERSION.len() + 1);
    TEXT.as_ptr().cast()
}

/// The same as a number that can be compared: 1000000 times the major version, 1000 times the minor
/// one, and the patch. DTX_VERSION_NUMBER is that of the header.
/// Owner: nothing changes hands. Threads: any, at any time.
#[unsafe(no_mangle)]
pub extern "C" fn dtx_version_number() -> u32 {
    const NUMBER: u32 = {
        let (mut number, mut part, mut at) = (0, 0, 0);
        let text = VERSION.as_bytes();
        while at < text.len() {
            match text[at] {
                b'.' => {
                    number = (number + part) * 1000;
                    part = 0;
                }
                digit => part = part * 10 + (digit - b'0') as u32,
            }
            at += 1;
        }
        number + part
    };
    NUMBER
}

/// The name of a result, "ok" or the kind as it stands in JSON, such as "permission_denied";
/// NULL for a number that is no result.
/// Owner: the library, for as long as the process lives. Threads: any, at any time.
#[unsafe(no_mangle)]
pub extern "C" fn dtx_result_name(result: c_int) -> *const c_char {
    ffi::guard(std::ptr::null(), || {
        if result == ffi::OK {
            return c"ok".as_ptr();
        }
        let found = ErrorKind::ALL.iter().zip(&NAMES).find(|(kind, _)| kind.number() == result);
        found.map_or(std::ptr::null(), |(_, name)| name.as_ptr().cast())
    })
}

/// The names of the kinds with a NUL at their end. Made at compile time: a lock taken at the
/// first use could be held by another thread when the process forks.
static NAMES: [[u8; 24]; ErrorKind::ALL.len()] = {
    let mut names = [[0; 24]; ErrorKind::ALL.len()];
    let mut kind = 0;
    while kind < names.len() {
        let name = ErrorKind::ALL[kind].as_str().as_bytes();
        assert!(name.len() < names[kind].len());
        let (start, _) = names[kind].split_at_mut(name.len());
        start.copy_from_slice(name);
        kind += 1;
    }
    names
};
