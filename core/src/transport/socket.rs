//! A TCP connection under ureq, with as few system calls as it takes.
//!
//! ureq's own transport sets a time limit before each read and write, and probes a kept
//! connection with three calls when it is put away and three when it is taken. Here a read or
//! write waits for one slice at most, the call's deadline is looked at between slices, and a
//! probe is one call, when the connection is taken.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, Transport};

use super::context::CallContext;
use super::slices::{Readiness, Slices};
use crate::runtime::descriptor::Descriptor;

/// Sizes of the buffers of a connection; ureq's own are 128 KiB each. The input buffer
/// bounds the head of a reply.
pub(super) const INPUT_BUFFER: usize = 32 * 1024;
pub(super) const OUTPUT_BUFFER: usize = 4 * 1024;

pub(super) struct Socket {
    stream: Descriptor<TcpStream>,
    context: Arc<CallContext>,
    buffers: LazyBuffers,
    slices: Slices,
    /// Bytes went through since the connection was last put away.
    in_use: bool,
}

impl Socket {
    pub fn new(stream: Descriptor<TcpStream>, context: Arc<CallContext>) -> io::Result<Socket> {
        stream.set_nodelay(true)?;
        let slices = Slices::new(&stream)?;
        let buffers = LazyBuffers::new(INPUT_BUFFER, OUTPUT_BUFFER);
        Ok(Socket { stream, context, buffers, slices, in_use: true })
    }

    /// Does one piece of input or output as often as it takes, slice by slice.
    fn io(
        &mut self,
        wanted: Readiness,
        work: impl Fn(&mut Socket) -> io::Result<usize>,
    ) -> io::Result<usize> {
        self.in_use = true;
        let mut interrupted = false;
        loop {
            let slice = self.context.slice(interrupted)?;
            self.slices.allow(&self.stream, slice)?;
            match work(self) {
                Err(error) if is_pause(&error) => {
                    interrupted = !self.slices.wait(&self.stream, wanted, slice)?;
                }
                result => return result,
            }
        }
    }
}

/// A slice that is over, or a signal: time to ask whether to go on.
fn is_pause(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let mut done = 0;
        while done < amount {
            let sent = self.io(Readiness::Write, |socket| {
                let output = socket.buffers.output().get(done..amount).unwrap_or_default();
                (&*socket.stream).write(output)
            })?;
            if sent == 0 {
                return Err(io::Error::from(io::ErrorKind::WriteZero).into());
            }
            self.context.note_sent();
            done += sent;
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let read = self.io(Readiness::Read, |socket| {
            let Socket { buffers, stream, .. } = socket;
            (&**stream).read(buffers.input_append_buf())
        })?;
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    /// Asked when the connection is put away, right after its last byte, and again when it
    /// is taken: only then can it have died meanwhile.
    fn is_open(&mut self) -> bool {
        std::mem::take(&mut self.in_use) || is_quiet(&self.stream)
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Socket").field(&self.stream).finish()
    }
}

/// Neither closed by the peer nor with bytes that nobody asked for.
#[cfg(unix)]
fn is_quiet(stream: &TcpStream) -> bool {
    let mut byte = [std::mem::MaybeUninit::uninit()];
    let peek = socket2::SockRef::from(stream)
        .recv_with_flags(&mut byte, libc::MSG_PEEK | libc::MSG_DONTWAIT);
    matches!(peek, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

/// The socket does not block.
#[cfg(windows)]
fn is_quiet(stream: &TcpStream) -> bool {
    matches!(stream.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}
