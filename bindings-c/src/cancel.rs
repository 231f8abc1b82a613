//! `pthread_cancel`, held off inside of the library.
//!
//! It unwinds the thread that it ends, and frames of Rust are not made for that: the process
//! would be aborted.

/// While it lives, this thread is not cancelled.
pub struct HeldOff(#[cfg(target_os = "linux")] std::ffi::c_int);

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::c_int;

    use super::HeldOff;

    /// As glibc and musl have it.
    const PTHREAD_CANCEL_DISABLE: c_int = 1;

    unsafe extern "C" {
        fn pthread_setcancelstate(state: c_int, old: *mut c_int) -> c_int;
    }

    fn set(state: c_int) -> c_int {
        let mut old = 0;
        // SAFETY: writes to a local; it fails by a wrong state alone, and changes nothing then.
        unsafe { pthread_setcancelstate(state, &raw mut old) };
        old
    }

    impl HeldOff {
        pub fn new() -> HeldOff {
            HeldOff(set(PTHREAD_CANCEL_DISABLE))
        }
    }

    impl Drop for HeldOff {
        fn drop(&mut self) {
            set(self.0);
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl HeldOff {
    pub fn new() -> HeldOff {
        HeldOff()
    }
}
