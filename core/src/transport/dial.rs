//! From a host and a port to a connected socket: lookup, every address, a helper thread for
//! what the system cannot interrupt.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::cancel::{Stop, Wait};
use crate::error::Error;
use crate::thread::spawn;

/// Addresses are looked up again after this long: long enough for a burst of connections,
/// short enough for a service that moves.
const ADDRESSES_LIVE: Duration = Duration::from_secs(60);
/// The next address is tried beside a slow one after this long (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);
/// The name of a thread that looks up or connects.
const HELPER: &str = "dingtalk-dial";

/// Connects, and remembers addresses for a short time.
#[derive(Default)]
pub(super) struct Dialer {
    known: Mutex<HashMap<(String, u16), Known>>,
}

struct Known {
    addresses: Vec<SocketAddr>,
    since: Instant,
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum DialError {
    Stopped(Stop),
    Lookup(io::Error),
    Connect(SocketAddr, io::Error),
    NoThread(Error),
}

enum News {
    Addresses(io::Result<Vec<SocketAddr>>),
    Connected(SocketAddr, io::Result<TcpStream>),
}

impl Dialer {
    /// Connects to the first address that answers.
    pub fn dial(&self, host: &str, port: u16, wait: &Wait) -> Result<TcpStream, DialError> {
        let (sender, news) = channel();
        let mut untried = VecDeque::new();
        let mut looking_up = false;
        match self.known(host, port) {
            Some(addresses) => untried.extend(addresses),
            None => {
                look_up(host.to_owned(), port, sender.clone()).map_err(DialError::NoThread)?;
                looking_up = true;
            }
        }
        let mut under_way = 0;
        let mut next_start = Instant::now();
        let mut failed = None;
        loop {
            if under_way == 0 || Instant::now() >= next_start {
                if let Some(address) = untried.pop_front() {
                    match connect(address, wait.left(), sender.clone()) {
                        Ok(()) => under_way += 1,
                        Err(why) => failed = Some(DialError::NoThread(why)),
                    }
                    next_start = Instant::now() + HEAD_START;
                    continue;
                }
                if under_way == 0 && !looking_up {
                    self.forget(host, port);
                    return Err(failed.unwrap_or_else(|| {
                        let text = "the name has no address";
                        DialError::Lookup(io::Error::new(io::ErrorKind::NotFound, text))
                    }));
                }
            }
            let until = (!untried.is_empty()).then_some(next_start);
            let message = wait.receive(&news, until).map_err(|stop| {
                if stop == Stop::TimedOut {
                    // A host that does not answer may have moved.
                    self.forget(host, port);
                }
                DialError::Stopped(stop)
            })?;
            match message {
                None => {}
                Some(News::Addresses(Err(error))) => return Err(DialError::Lookup(error)),
                Some(News::Addresses(Ok(addresses))) => {
                    looking_up = false;
                    self.remember(host, port, &addresses);
                    untried.extend(addresses);
                }
                Some(News::Connected(_, Ok(stream))) => return Ok(stream),
                Some(News::Connected(address, Err(error))) => {
                    under_way -= 1;
                    next_start = Instant::now();
                    failed = Some(DialError::Connect(address, error));
                }
            }
        }
    }

    /// An address needs no lookup, and a name none for a while.
    fn known(&self, host: &str, port: u16) -> Option<Vec<SocketAddr>> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Some(vec![SocketAddr::new(address, port)]);
        }
        let known = self.lock();
        let entry = known.get(&(host.to_owned(), port))?;
        (entry.since.elapsed() < ADDRESSES_LIVE).then(|| entry.addresses.clone())
    }

    pub fn remember(&self, host: &str, port: u16, addresses: &[SocketAddr]) {
        let known = Known { addresses: addresses.to_vec(), since: Instant::now() };
        self.lock().insert((host.to_owned(), port), known);
    }

    fn forget(&self, host: &str, port: u16) {
        self.lock().remove(&(host.to_owned(), port));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, u16), Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `getaddrinfo` cannot be interrupted, so it runs on a thread of its own; one that nobody
/// waits for any more ends by the resolver's own time limit.
fn look_up(host: String, port: u16, news: Sender<News>) -> Result<(), Error> {
    spawn(HELPER, move || {
        let addresses = (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
        // The call may have ended meanwhile.
        let _ = news.send(News::Addresses(addresses));
    })
}

/// Neither can `connect`.
fn connect(address: SocketAddr, limit: Duration, news: Sender<News>) -> Result<(), Error> {
    let limit = limit.max(Duration::from_millis(1));
    spawn(HELPER, move || {
        let stream = TcpStream::connect_timeout(&address, limit);
        let _ = news.send(News::Connected(address, stream));
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::Call;
    use std::net::TcpListener;

    fn wait() -> Wait {
        Wait::for_turn(&Call::new()).within(Duration::from_secs(30))
    }

    /// A port that nobody listens on.
    fn closed_port() -> u16 {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    }

    #[test]
    fn every_address_is_tried() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let good = listener.local_addr().unwrap();
        let dialer = Dialer::default();
        let bad = SocketAddr::new(good.ip(), closed_port());
        dialer.remember("name.example", 443, &[bad, bad, good]);
        let stream = dialer.dial("name.example", 443, &wait()).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
    }

    #[test]
    fn addresses_that_all_fail_are_forgotten() {
        let dialer = Dialer::default();
        let bad = SocketAddr::new([127, 0, 0, 1].into(), closed_port());
        dialer.remember("name.example", 443, &[bad]);
        assert!(
            matches!(dialer.dial("name.example", 443, &wait()), Err(DialError::Connect(at, _)) if at == bad)
        );
        assert_eq!(dialer.known("name.example", 443), None);
    }

    #[test]
    fn names_are_looked_up_once() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let dialer = Dialer::default();
        dialer.dial("localhost", port, &wait()).unwrap();
        assert!(dialer.known("localhost", port).is_some());
        assert!(matches!(dialer.dial("no such name", port, &wait()), Err(DialError::Lookup(_))));
    }

    #[test]
    fn a_cancel_ends_it() {
        let call = Call::new();
        call.canceller().cancel();
        let dialer = Dialer::default();
        let result = dialer.dial("no-such-name.invalid", 443, &Wait::for_turn(&call));
        // The lookup may fail before the cancel is seen.
        assert!(matches!(result, Err(DialError::Stopped(Stop::Cancelled) | DialError::Lookup(_))));
    }
}
