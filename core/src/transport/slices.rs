//! How a socket waits for a slice of time at most.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

/// What a socket waits for.
#[derive(Clone, Copy)]
pub(super) enum Readiness {
    Read,
    Write,
}

/// By the socket's own time limits, as that takes no system call but the read or write itself.
#[cfg(not(windows))]
pub(super) struct Slices {
    /// The limit that the socket has now.
    limit: Duration,
}

#[cfg(not(windows))]
impl Slices {
    pub fn new(stream: &TcpStream) -> io::Result<Slices> {
        let mut slices = Slices { limit: Duration::ZERO };
        slices.allow(stream, crate::runtime::wait::SLICE)?;
        Ok(slices)
    }

    /// Lets the next read or write wait so long. That is one slice, but for the last piece before a
    /// deadline.
    pub fn allow(&mut self, stream: &TcpStream, slice: Duration) -> io::Result<()> {
        if slice != self.limit {
            stream.set_read_timeout(Some(slice))?;
            stream.set_write_timeout(Some(slice))?;
            self.limit = slice;
        }
        Ok(())
    }

    /// Whether the socket has become ready after a read or write that could do nothing: that has
    /// waited already.
    pub fn wait(&self, _: &TcpStream, _: Readiness, _: Duration) -> io::Result<bool> {
        Ok(false)
    }
}

/// By WSAPoll. Winsock leaves a socket in a state that it does not define after a read that ended by
/// the socket's time limit
/// (<https://learn.microsoft.com/windows/win32/winsock/sol-socket-socket-options>, SO_RCVTIMEO).
#[cfg(windows)]
pub(super) struct Slices;

#[cfg(windows)]
impl Slices {
    pub fn new(stream: &TcpStream) -> io::Result<Slices> {
        stream.set_nonblocking(true).map(|()| Slices)
    }

    /// Reads and writes do not wait.
    pub fn allow(&mut self, _: &TcpStream, _: Duration) -> io::Result<()> {
        Ok(())
    }

    /// Waits so long at most after a read or write that could do nothing. Whether the socket has
    /// become ready.
    pub fn wait(&self, stream: &TcpStream, wanted: Readiness, slice: Duration) -> io::Result<bool> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        let flags = match wanted {
            Readiness::Read => PollFlags::IN,
            Readiness::Write => PollFlags::OUT,
        };
        let slice = Timespec { tv_sec: 0, tv_nsec: i64::from(slice.subsec_nanos()) as _ };
        Ok(poll(&mut [PollFd::new(stream, flags)], Some(&slice))? > 0)
    }
}
