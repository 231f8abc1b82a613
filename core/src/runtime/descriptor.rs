//! Files and sockets that are the library's own, in a program that may close any descriptor.
//!
//! A descriptor is only a number. Where standard input, output or error is closed, the next file
//! gets its number, and what the program prints goes there. And where a program closes all
//! there are, as a daemon does, the numbers are taken by files that are not ours.
//!
//! What is only read and closed at once (a bundle of certificates, a folder to be synced) needs
//! none of this: what is printed to it goes nowhere.

use std::io;
use std::ops::Deref;
use std::sync::Arc;

#[cfg(unix)]
pub(crate) use self::unix::Handle;
#[cfg(unix)]
use self::unix::{Identity, above_standard};
use crate::error::{Error, ErrorKind};

/// `EMFILE` and `ENFILE`: the process, or the whole system, has as many as it may.
#[cfg(unix)]
const NONE_LEFT: [i32; 2] = [nix::errno::Errno::EMFILE as i32, nix::errno::Errno::ENFILE as i32];
/// `WSAEMFILE`.
#[cfg(not(unix))]
const NONE_LEFT: [i32; 1] = [10024];

/// Why a socket could not be opened, where no descriptor was left for it. It is not retryable, as
/// where there is no thread: a limit does not rise by itself.
pub(crate) fn none_left(why: &io::Error) -> Option<Error> {
    let number = why.raw_os_error().filter(|number| NONE_LEFT.contains(number))?;
    let text = format!("no connection could be opened (limit of open files): {why}");
    let error = Error::new(ErrorKind::Configuration, text).advise(phrase!(
        "Raise the limit (ulimit -n) or run fewer deletions side by side, then call again."
    ));
    Some(error.caused_by(io::Error::from_raw_os_error(number)))
}

/// A file or socket of ours. Its number is never that of standard input, output or error, and
/// is closed only while it is ours: it is the same file or socket still, by device and inode.
/// (A program that closes it and opens the same file again is not found out.)
#[derive(Debug)]
pub(crate) struct Descriptor<T: Handle> {
    handle: Arc<T>,
    /// Not known on file systems whose numbers are too large for the system's call.
    #[cfg(unix)]
    identity: Option<Identity>,
}

impl<T: Handle> Descriptor<T> {
    /// Takes over what was just opened.
    ///
    /// # Errors
    ///
    /// There is no other number for it.
    pub fn new(handle: T) -> io::Result<Descriptor<T>> {
        #[cfg(unix)]
        let handle = above_standard(handle)?;
        Ok(Descriptor {
            #[cfg(unix)]
            identity: Identity::of(&handle),
            handle: Arc::new(handle),
        })
    }

    /// Whether the number still stands for what was opened.
    pub fn is_ours(&self) -> bool {
        #[cfg(unix)]
        return Identity::of(&*self.handle) == self.identity;
        #[cfg(not(unix))]
        return true;
    }
}

impl<T: Handle> Deref for Descriptor<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.handle
    }
}

impl<T: Handle> Drop for Descriptor<T> {
    fn drop(&mut self) {
        if !self.is_ours() {
            // One owner too many, so that nobody closes what is another's by now.
            std::mem::forget(self.handle.clone());
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::{AsFd, AsRawFd, OwnedFd};

    /// What a descriptor can stand for.
    pub(crate) trait Handle: AsFd + From<OwnedFd> {}

    impl<T: AsFd + From<OwnedFd>> Handle for T {}

    /// The standard library duplicates from 3 on.
    pub(super) fn above_standard<T: Handle>(handle: T) -> io::Result<T> {
        match handle.as_fd().as_raw_fd() {
            0..=2 => handle.as_fd().try_clone_to_owned().map(T::from),
            _ => Ok(handle),
        }
    }

    /// Device and inode.
    #[derive(Debug, PartialEq)]
    pub(super) struct Identity(libc::dev_t, libc::ino_t);

    impl Identity {
        pub fn of(handle: &impl AsFd) -> Option<Identity> {
            let found = nix::sys::stat::fstat(handle).ok()?;
            Some(Identity(found.st_dev, found.st_ino))
        }
    }
}

/// There is neither a number that others print to nor a way to close what is another's.
#[cfg(not(unix))]
pub(crate) trait Handle {}

#[cfg(not(unix))]
impl<T> Handle for T {}
