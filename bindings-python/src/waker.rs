//! Wakes an event loop from any thread: a byte through a pair of sockets, one end of which the
//! loop watches. The thread needs neither the interpreter nor its lock for that.

use std::io::{self, Read, Write};

#[cfg(windows)]
use std::net::TcpStream as Stream;
#[cfg(unix)]
use std::os::unix::net::UnixStream as Stream;

/// Both ends live as long as each other, so that no byte is written to nobody.
pub struct Waker {
    sender: Stream,
    receiver: Stream,
}

impl Waker {
    pub fn new() -> io::Result<Waker> {
        let (sender, receiver) = pair()?;
        sender.set_nonblocking(true)?;
        receiver.set_nonblocking(true)?;
        Ok(Waker { sender, receiver })
    }

    /// A byte that does not fit is one of many that are there to be read.
    pub fn wake(&self) {
        let _ = (&self.sender).write(&[0]);
    }

    /// Takes out what woke the loop: what is sent later wakes it again.
    pub fn hear(&self) {
        let _ = (&self.receiver).read(&mut [0; 64]);
    }

    /// What the loop is to watch.
    pub fn fileno(&self) -> i64 {
        #[cfg(unix)]
        let number = std::os::fd::AsRawFd::as_raw_fd(&self.receiver);
        #[cfg(windows)]
        let number = std::os::windows::io::AsRawSocket::as_raw_socket(&self.receiver);
        number as i64
    }
}

#[cfg(unix)]
fn pair() -> io::Result<(Stream, Stream)> {
    Stream::pair()
}

#[cfg(windows)]
fn pair() -> io::Result<(Stream, Stream)> {
    let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    let sender = Stream::connect(listener.local_addr()?)?;
    sender.set_nodelay(true)?;
    // Any program of this machine may connect, too.
    loop {
        let (receiver, from) = listener.accept()?;
        if from == sender.local_addr()? {
            return Ok((sender, receiver));
        }
    }
}
