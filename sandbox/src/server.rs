//! A loopback listener with a thread for each connection, and an end that waits for all of them.
//!
//! It knows nothing of HTTP. The sandbox, the judge of the conformance cases and the test
//! servers all stand on it.
//!
//! It is written by hand because it has to do what an HTTP server library keeps from its users:
//! reset a connection, send half a reply or what is no HTTP at all, tell one connection from
//! another, know when bytes arrived at the machine, and end at once whatever its clients do. It
//! also ships inside every package, where an asynchronous runtime would be the largest part.

use std::io::{self, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};

/// The pause before the next accept, when the system has no descriptor left for a connection.
const REST_AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(20);

/// Tells every thread of a server to end, and wakes those that pause.
#[derive(Default)]
struct Stop {
    stopping: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    fn raise(&self) {
        *self.stopping.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    fn is_raised(&self) -> bool {
        *self.stopping.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pause(&self, time: Duration) {
        let stopping = self.stopping.lock().unwrap_or_else(PoisonError::into_inner);
        let _unused = self.changed.wait_timeout_while(stopping, time, |stopping| !*stopping);
    }
}

/// A running listener on 127.0.0.1. Dropping it stops it.
pub struct Server {
    address: SocketAddr,
    stop: Arc<Stop>,
    /// Connects to the listener at the end, to wake it out of `accept`. It is bound at the start:
    /// the listener knows it by its address, and stopping needs no new descriptor.
    wake: Socket,
    listening: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on `port` (0: any free one) and runs `serve` in a thread of its own for every
    /// connection. The connection is closed when `serve` returns.
    pub fn start<F>(port: u16, serve: F) -> io::Result<Server>
    where
        F: Fn(&mut Connection) + Send + Sync + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        arrival::note(&listener)?;
        let wake = bound_socket()?;
        let wake_address = wake.local_addr()?.as_socket();
        let stop = Arc::new(Stop::default());
        let listening = {
            let stop = Arc::clone(&stop);
            thread::Builder::new()
                .name("loopback listener".into())
                .spawn(move || listen(&listener, wake_address, &stop, &Arc::new(serve)))
                .map_err(no_thread)?
        };
        Ok(Server { address, stop, wake, listening: Some(listening) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends every pause, takes in what clients have sent until now, closes all connections
    /// and waits for their threads.
    pub fn stop(&mut self) {
        let Some(listening) = self.listening.take() else {
            return;
        };
        self.stop.raise();
        let _ = self.wake.connect(&self.address.into());
        let _ = listening.join();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Names the limit that costs a thread: it is not the port's doing.
fn no_thread(error: io::Error) -> io::Error {
    let why = format!("no thread could be started (limit of processes or threads): {error}");
    io::Error::new(error.kind(), why)
}

/// A TCP socket that is bound to a free port of loopback and does not listen: a connection to the
/// port is refused, and nobody else can get it.
pub fn bound_socket() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    Ok(socket)
}

fn listen<F>(
    listener: &TcpListener,
    wake_address: Option<SocketAddr>,
    stop: &Arc<Stop>,
    serve: &Arc<F>,
) where
    F: Fn(&mut Connection) + Send + Sync + 'static,
{
    let mut open: Vec<(Weak<TcpStream>, JoinHandle<()>)> = Vec::new();
    let mut number = 0;
    loop {
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            // The wake-up cannot be accepted without a descriptor either.
            Err(_) if stop.is_raised() => break,
            Err(_) => {
                stop.pause(REST_AFTER_FAILED_ACCEPT);
                continue;
            }
        };
        if wake_address == Some(peer) {
            // Connections are accepted in their order: all earlier clients have been by now.
            break;
        }
        open.retain(|(_, thread)| !thread.is_finished());
        number += 1;
        let _ = stream.set_nodelay(true);
        let stream = Arc::new(stream);
        let weak = Arc::downgrade(&stream);
        let mut connection = Connection {
            number,
            stream,
            buffer: Vec::new(),
            arrived: Instant::now(),
            stop: Arc::clone(stop),
        };
        let serve = Arc::clone(serve);
        let spawned = thread::Builder::new()
            .name(format!("loopback connection {number}"))
            .spawn(move || serve(&mut connection));
        if let Ok(thread) = spawned {
            open.push((weak, thread));
        }
    }
    for (stream, _) in &open {
        // What has arrived can still be read after this, and then the end of the stream.
        if let Some(stream) = stream.upgrade() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
    for (_, thread) in open {
        let _ = thread.join();
    }
}

/// One accepted connection; its thread alone uses it.
pub struct Connection {
    number: u64,
    /// The listener has a weak reference, to shut it down at the end. A duplicate of the
    /// descriptor would keep the connection open after this one is closed.
    stream: Arc<TcpStream>,
    buffer: Vec<u8>,
    arrived: Instant,
    stop: Arc<Stop>,
}

impl Connection {
    /// From 1, in the order of accepting.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The socket, for what this type has no method for. What is in the buffer has left it.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// What was read and not yet taken.
    pub fn buffer(&self) -> &[u8] {
        &self.buffer
    }

    /// When the bytes that were read last arrived at this machine, however late they were read.
    pub fn arrived(&self) -> Instant {
        self.arrived
    }

    /// Takes the first `length` bytes off the buffer.
    pub fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.buffer.split_off(length.min(self.buffer.len()));
        std::mem::replace(&mut self.buffer, rest)
    }

    /// Waits for more bytes; false when none will come.
    pub fn fill(&mut self) -> bool {
        let mut bytes = [0; 16 * 1024];
        loop {
            #[cfg(windows)]
            if !self.await_bytes() {
                return false;
            }
            match arrival::read(&self.stream, &mut bytes) {
                Ok((0, _)) => return false,
                Ok((count, arrived)) => {
                    self.arrived = arrived;
                    self.buffer.extend_from_slice(bytes.get(..count).unwrap_or_default());
                    return true;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }

    /// Waits until something can be read, an end or an error too; false when the server stops
    /// before. On Windows a shutdown does not end a read that another thread waits in.
    #[cfg(windows)]
    fn await_bytes(&self) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        const SLICE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        loop {
            let stops = self.stop.is_raised();
            let mut wanted = [PollFd::new(&self.stream, PollFlags::IN)];
            match poll(&mut wanted, Some(&SLICE)) {
                Ok(0) if stops => return false,
                Ok(0) => {}
                _ => return true,
            }
        }
    }

    /// Waits until there is a byte to read; false when none will come.
    pub fn wait_for_byte(&mut self) -> bool {
        !self.buffer.is_empty() || self.fill()
    }

    /// Waits for so many bytes and takes them; None when fewer will come.
    pub fn read_exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.buffer.len() < length {
            if !self.fill() {
                return None;
            }
        }
        Some(self.take(length))
    }

    /// Sends all of it; an error means that the client has gone.
    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        (&*self.stream).write_all(bytes)
    }

    /// Waits for `time`, or until the server stops.
    pub fn pause(&self, time: Duration) {
        self.stop.pause(time);
    }

    /// Whether the server is about to end.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_raised()
    }

    /// Throws away what comes until the client goes away or the server stops.
    pub fn hold(&mut self) {
        self.buffer.clear();
        while self.fill() {
            self.buffer.clear();
        }
    }

    /// Ends the connection with FIN. What the client still sends is read and thrown away: to
    /// close a socket with unread bytes would reset it.
    pub fn close_in_order(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        self.hold();
    }

    /// Turns the close that follows into a reset (RST).
    pub fn reset_on_close(&self) {
        let _ = SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO));
    }
}

/// When bytes arrive. On a busy machine the thread that reads them may be late, and a rate limit
/// would count a call in the wrong second: Linux notes the time of arrival itself.
#[cfg(target_os = "linux")]
mod arrival {
    use std::io::{self, IoSliceMut};
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsRawFd;
    use std::time::{Duration, Instant, SystemTime};

    use nix::sys::socket::{
        ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt::ReceiveTimestampns,
    };
    use nix::sys::time::TimeSpec;

    /// Has arrivals noted on the connections of this listener.
    pub(super) fn note(listener: &TcpListener) -> io::Result<()> {
        Ok(setsockopt(listener, ReceiveTimestampns, &true)?)
    }

    /// Reads bytes; how many, and when they arrived.
    pub(super) fn read(stream: &TcpStream, bytes: &mut [u8]) -> io::Result<(usize, Instant)> {
        let mut space = nix::cmsg_space!(TimeSpec);
        let mut pieces = [IoSliceMut::new(bytes)];
        let message =
            recvmsg::<()>(stream.as_raw_fd(), &mut pieces, Some(&mut space), MsgFlags::empty())?;
        let noted = message.cmsgs()?.find_map(|part| match part {
            ControlMessageOwned::ScmTimestampns(time) => {
                SystemTime::UNIX_EPOCH.checked_add(Duration::from(time))
            }
            _ => None,
        });
        let ago = noted.and_then(|noted| SystemTime::now().duration_since(noted).ok());
        let now = Instant::now();
        Ok((message.bytes, now.checked_sub(ago.unwrap_or_default()).unwrap_or(now)))
    }
}

#[cfg(not(target_os = "linux"))]
mod arrival {
    use std::io::{self, Read};
    use std::net::{TcpListener, TcpStream};
    use std::time::Instant;

    pub(super) fn note(_: &TcpListener) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn read(mut stream: &TcpStream, bytes: &mut [u8]) -> io::Result<(usize, Instant)> {
        let count = stream.read(bytes)?;
        Ok((count, Instant::now()))
    }
}
