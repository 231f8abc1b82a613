//! What all exported functions do alike: catch panics, check pointers, convert text.

use std::ffi::{CStr, CString, c_char, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};

use dingtalk_extcontact::binding::GivenText;
use dingtalk_extcontact::{Error, ErrorKind};
use once_cell::race::OnceBox;
use serde::Serialize;

use crate::cancel::HeldOff;

/// The result of a function that worked.
pub const OK: c_int = 0;

/// Runs a body whose panic must not pass into C; `on_panic` takes its place. What the program
/// does to the thread meanwhile must not pass through it either.
pub fn guard<T>(on_panic: T, body: impl FnOnce() -> T) -> T {
    let _held_off = HeldOff::new();
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        // Dropping what was thrown runs code that may panic again.
        std::mem::forget(panic);
        on_panic
    })
}

/// Runs a body and hands its value to `out` or its error to `error`, where the caller wants
/// them; the other one is NULL, and so is `out` where there is no value. Returns the result's
/// number.
///
/// # Safety
///
/// `out` and `error` are NULL or may be written.
pub unsafe fn run<H, E: From<Error>>(
    out: *mut *mut H,
    error: *mut *mut E,
    body: impl FnOnce() -> Result<Option<H>, Error>,
) -> c_int {
    guard(ErrorKind::Internal.number(), || {
        // SAFETY: NULL or writable, as the caller of this function promises.
        unsafe { put(out, None) };
        // SAFETY: as above.
        unsafe { put(error, None) };
        let panicked = || Err(Error::new(ErrorKind::Internal, "the library panicked"));
        match guard(None, || Some(body())).unwrap_or_else(panicked) {
            Ok(value) => {
                // SAFETY: as above.
                unsafe { put(out, value) };
                OK
            }
            Err(failed) => {
                let number = failed.kind().number();
                // SAFETY: as above.
                unsafe { put(error, Some(failed.into())) };
                number
            }
        }
    })
}

/// Makes a handle of a value and hands it to the caller, who owns it from then on; without a
/// value, NULL.
///
/// # Safety
///
/// `out` is NULL or may be written.
unsafe fn put<H>(out: *mut *mut H, value: Option<H>) {
    if !out.is_null() {
        let handle = value.map_or(std::ptr::null_mut(), handle);
        // SAFETY: not NULL, so writable, as the caller promises. What it held is not read:
        // it may never have been set.
        unsafe { out.write(handle) };
    }
}

/// A handle that the caller owns.
pub fn handle<H>(value: H) -> *mut H {
    Box::into_raw(Box::new(value))
}

/// Frees a handle; NULL is fine.
///
/// # Safety
///
/// NULL, or from [`handle`] and not freed before.
pub unsafe fn free<H>(handle: *mut H) {
    guard((), || {
        if !handle.is_null() {
            // SAFETY: made by `Box::into_raw` in `handle`, and given back once.
            drop(unsafe { Box::from_raw(handle) });
        }
    });
}

/// A handle that a call cannot do without.
///
/// # Safety
///
/// As [`share`].
pub unsafe fn needed<H: Clone>(name: &str, handle: *const H) -> Result<H, Error> {
    // SAFETY: as the caller promises.
    unsafe { share(handle) }.ok_or_else(|| invalid(name, "is NULL"))
}

/// A share of what a handle stands for, `None` for NULL. A call keeps it to its end, so that
/// another thread may free the handle meanwhile.
///
/// # Safety
///
/// NULL, or a handle that is valid now.
pub unsafe fn share<H: Clone>(handle: *const H) -> Option<H> {
    // SAFETY: NULL or valid, as the caller promises.
    unsafe { handle.as_ref() }.cloned()
}

/// Does something with a share; nothing for NULL.
///
/// # Safety
///
/// As [`share`].
pub unsafe fn with<H: Clone>(handle: *const H, work: impl FnOnce(H)) {
    guard((), || {
        // SAFETY: as the caller promises.
        unsafe { share(handle) }.map_or((), work)
    });
}

/// Changes an object; the result's number is what `change` returns.
///
/// # Safety
///
/// `object` is NULL, or valid and used by nobody else.
pub unsafe fn change<O>(object: *mut O, change: impl FnOnce(&mut O) -> c_int) -> c_int {
    guard(ErrorKind::Internal.number(), || {
        // SAFETY: NULL or valid, as the caller promises.
        unsafe { object.as_mut() }.map_or(ErrorKind::InvalidArgument.number(), change)
    })
}

/// What a setter returns. The first value that was refused is kept for the function that will
/// use the options.
pub fn kept(wrong: &mut Option<Error>, set: Result<(), Error>) -> c_int {
    let number = set.as_ref().map_or_else(|error| error.kind().number(), |()| OK);
    *wrong = wrong.take().or(set.err());
    number
}

/// Text that a caller passes as an argument of this name.
///
/// # Safety
///
/// As [`given`].
pub unsafe fn text<'a>(name: &str, text: *const c_char) -> Result<&'a str, Error> {
    // SAFETY: as the caller promises.
    unsafe { given(text) }.map_err(|problem| invalid(name, problem))
}

/// Text that a caller passes; the core says what it is where it cannot be read.
///
/// # Safety
///
/// NULL, or NUL-terminated and unchanged for `'a`.
pub unsafe fn given<'a>(text: *const c_char) -> GivenText<'a> {
    if text.is_null() {
        return Err("is NULL");
    }
    // SAFETY: not NULL, so NUL-terminated, as the caller promises.
    unsafe { CStr::from_ptr(text) }.to_str().map_err(|_| "is not UTF-8")
}

fn invalid(name: &str, problem: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("{name} {problem}"))
}

/// Reads a field of an object; `unknown` where the object is NULL.
///
/// # Safety
///
/// `object` is NULL or valid.
pub unsafe fn field<O, T: Copy>(object: *const O, unknown: T, read: impl FnOnce(&O) -> T) -> T {
    guard(unknown, || {
        // SAFETY: NULL or valid, as the caller promises.
        unsafe { object.as_ref() }.map_or(unknown, read)
    })
}

/// Reads a number that may be unknown: 1 and the number, or 0 and nothing written.
///
/// # Safety
///
/// `object` is NULL or valid; `value` is NULL or may be written.
pub unsafe fn known<O, N: Copy>(
    object: *const O,
    value: *mut N,
    read: impl FnOnce(&O) -> Option<N>,
) -> c_int {
    // SAFETY: as the caller promises.
    let number = unsafe { field(object, None, read) };
    if let Some(number) = number.filter(|_| !value.is_null()) {
        // SAFETY: not NULL, so writable, as the caller promises.
        unsafe { value.write(number) };
    }
    number.is_some().into()
}

/// Text as C takes it. A NUL inside, which only the service can send, becomes U+FFFD.
pub fn c_text(text: &str) -> CString {
    CString::new(text).or_else(|_| CString::new(text.replace('\0', "\u{fffd}"))).unwrap_or_default()
}

/// A text that is not known is NULL.
pub fn borrowed(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr())
}

/// The JSON form of an outcome, made the first time that it is asked for.
pub fn json(made: &OnceBox<CString>, outcome: &impl Serialize) -> *const c_char {
    // Maps with text keys and plain values cannot fail to serialise.
    let make = || Box::new(c_text(&serde_json::to_string(outcome).unwrap_or_default()));
    made.get_or_init(make).as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deletion::dtx_deletion;
    use crate::error::dtx_error;

    #[test]
    fn a_panic_becomes_a_result_and_an_error() {
        let mut deletion: *mut dtx_deletion = std::ptr::null_mut();
        let mut error: *mut dtx_error = std::ptr::null_mut();
        let body = || -> Result<Option<dtx_deletion>, Error> { panic!("on purpose") };
        // SAFETY: both may be written.
        let result = unsafe { run(&raw mut deletion, &raw mut error, body) };
        assert_eq!(result, ErrorKind::Internal.number());
        assert!(deletion.is_null());
        // SAFETY: NULL, or just made.
        let kind = unsafe { crate::error::dtx_error_kind(error) };
        assert_eq!(kind, result);
        // SAFETY: made by `run`, and freed once.
        unsafe { free(error) };
        // SAFETY: NULL may be read from.
        let read = unsafe { field(&raw const deletion, 7, |_| panic!("on purpose")) };
        assert_eq!(read, 7);
    }

    #[test]
    fn a_nul_inside_a_text_is_not_its_end() {
        assert_eq!(c_text("a\0b").to_str(), Ok("a\u{fffd}b"));
    }
}
