//! From a host and a port to a connected socket: lookup, every address, a helper thread for
//! what the system cannot interrupt.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::error::Error;
use crate::runtime::descriptor::{Descriptor, none_left};
use crate::runtime::thread::spawn;
use crate::runtime::wait::{Stop, Wait};

/// Addresses are looked up again after this long: long enough for a burst of connections,
/// short enough for a service that moves.
const ADDRESSES_LIVE: Duration = Duration::from_secs(60);
/// The next address is tried beside a slow one after this long (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);
/// The name of a thread that looks up or connects.
const HELPER: &str = "dingtalk-dial";

/// Connects, and remembers addresses for a short time.
pub(crate) struct Dialer(Arc<Names>);

/// What is known of names.
struct Names {
    names: Mutex<HashMap<String, Name>>,
    look_up: fn(&str) -> io::Result<Vec<IpAndScope>>,
}

/// An address with port 0. Its port is that of the connection; an address of version 6 may
/// have a scope beside, which `IpAddr` has no room for.
type IpAndScope = SocketAddr;

enum Name {
    /// A lookup is in flight; who waits for it.
    Asked(Vec<Sender<News>>),
    Known {
        addresses: Vec<IpAndScope>,
        since: Instant,
    },
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum DialError {
    Stopped(Stop),
    Lookup(Arc<io::Error>),
    Connect(SocketAddr, io::Error),
    /// The process has no thread or no descriptor left.
    Exhausted(Error),
}

enum News {
    Addresses(Result<Vec<IpAndScope>, Arc<io::Error>>),
    Connected(SocketAddr, io::Result<Descriptor<TcpStream>>),
}

impl Default for Dialer {
    fn default() -> Dialer {
        Dialer::new(|host| Ok((host, 0).to_socket_addrs()?.collect()))
    }
}

impl Dialer {
    fn new(look_up: fn(&str) -> io::Result<Vec<IpAndScope>>) -> Dialer {
        Dialer(Arc::new(Names { names: Mutex::default(), look_up }))
    }

    /// The addresses of a host.
    pub(super) fn look_up(&self, host: &str, wait: &Wait) -> Result<Vec<IpAddr>, DialError> {
        let (sender, news) = channel();
        let mut known = self.0.addresses(host, &sender).map_err(DialError::Exhausted)?;
        while known.is_none() {
            match wait.receive(&news, None).map_err(DialError::Stopped)? {
                Some(News::Addresses(Ok(addresses))) => known = Some(addresses),
                Some(News::Addresses(Err(error))) => {
                    return Err(match none_left(&error) {
                        Some(why) => DialError::Exhausted(why),
                        None => DialError::Lookup(error),
                    });
                }
                Some(News::Connected(..)) | None => {}
            }
        }
        Ok(known.unwrap_or_default().iter().map(SocketAddr::ip).collect())
    }

    /// Connects to the first address that answers.
    pub(super) fn dial(
        &self,
        host: &str,
        port: u16,
        wait: &Wait,
    ) -> Result<Descriptor<TcpStream>, DialError> {
        let (sender, news) = channel();
        let known = self.0.addresses(host, &sender).map_err(DialError::Exhausted)?;
        let mut looking_up = known.is_none();
        let mut untried = VecDeque::from(known.unwrap_or_default());
        let mut under_way = 0;
        let mut next_start = Instant::now();
        let mut failed = None;
        loop {
            if under_way == 0 || Instant::now() >= next_start {
                if let Some(mut address) = untried.pop_front() {
                    address.set_port(port);
                    match connect(address, wait.left(), sender.clone()) {
                        Ok(()) => under_way += 1,
                        Err(why) => failed = Some(DialError::Exhausted(why)),
                    }
                    next_start = Instant::now() + HEAD_START;
                    continue;
                }
                if under_way == 0 && !looking_up {
                    self.0.forget(host);
                    return Err(failed.unwrap_or_else(|| {
                        let none = "the name has no address";
                        DialError::Lookup(Arc::new(io::Error::new(io::ErrorKind::NotFound, none)))
                    }));
                }
            }
            let until = (!untried.is_empty()).then_some(next_start);
            let message = wait.receive(&news, until).map_err(|stop| {
                if stop == Stop::TimedOut {
                    // A host that does not answer may have moved.
                    self.0.forget(host);
                }
                DialError::Stopped(stop)
            })?;
            match message {
                None => {}
                Some(News::Addresses(Err(error))) => {
                    return Err(match none_left(&error) {
                        Some(why) => DialError::Exhausted(why),
                        None => DialError::Lookup(error),
                    });
                }
                Some(News::Addresses(Ok(addresses))) => {
                    looking_up = false;
                    untried.extend(addresses);
                }
                Some(News::Connected(_, Ok(stream))) => return Ok(stream),
                Some(News::Connected(address, Err(error))) => {
                    under_way -= 1;
                    next_start = Instant::now();
                    failed = Some(match none_left(&error) {
                        Some(why) => DialError::Exhausted(why),
                        None => DialError::Connect(address, error),
                    });
                }
            }
        }
    }
}

impl Names {
    /// The addresses of a host: an address needs no lookup, and a name none for a while. Where
    /// they are not known they will be `news`, of one lookup for all who ask meanwhile.
    fn addresses(
        self: &Arc<Self>,
        host: &str,
        news: &Sender<News>,
    ) -> Result<Option<Vec<IpAndScope>>, Error> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(Some(vec![SocketAddr::new(address, 0)]));
        }
        let mut names = self.lock();
        match names.get_mut(host) {
            Some(Name::Known { addresses, since }) if since.elapsed() < ADDRESSES_LIVE => {
                return Ok(Some(addresses.clone()));
            }
            Some(Name::Asked(waiting)) => waiting.push(news.clone()),
            _ => {
                // `getaddrinfo` cannot be interrupted, so it runs on a thread of its own; one
                // that nobody waits for any more ends by the resolver's own time limit.
                let (own, name) = (self.clone(), host.to_owned());
                spawn(HELPER, move || {
                    let result = (own.look_up)(&name).map_err(Arc::new);
                    own.answer(&name, &result);
                })?;
                names.insert(host.to_owned(), Name::Asked(vec![news.clone()]));
            }
        }
        Ok(None)
    }

    /// Tells everybody who waits. A failure is not remembered: it may have passed.
    fn answer(&self, host: &str, result: &Result<Vec<IpAndScope>, Arc<io::Error>>) {
        let mut names = self.lock();
        let asked = names.remove(host);
        if let Ok(addresses) = result {
            let addresses = addresses.clone();
            names.insert(host.to_owned(), Name::Known { addresses, since: Instant::now() });
        }
        drop(names);
        if let Some(Name::Asked(waiting)) = asked {
            for news in waiting {
                // The call may have ended meanwhile.
                let _ = news.send(News::Addresses(result.clone()));
            }
        }
    }

    /// Addresses that do not answer are looked up again; a lookup in flight goes on.
    fn forget(&self, host: &str) {
        let mut names = self.lock();
        if let Some(Name::Known { .. }) = names.get(host) {
            names.remove(host);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Name>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects on a thread of its own, for the same reason. The caller's wait is over at its
/// `limit`; the thread's own comes later, so that it never tells of a failure at that moment.
fn connect(address: SocketAddr, limit: Duration, news: Sender<News>) -> Result<(), Error> {
    let limit = limit.saturating_add(Duration::from_secs(1));
    spawn(HELPER, move || {
        let _ = news.send(News::Connected(address, open(address, limit)));
    })
}

/// A connected socket. Its number is settled before it is connected: what is printed meanwhile
/// cannot become its first bytes.
fn open(address: SocketAddr, limit: Duration) -> io::Result<Descriptor<TcpStream>> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    let stream = Descriptor::new(TcpStream::from(socket))?;
    SockRef::from(&*stream).connect_timeout(&address.into(), limit)?;
    Ok(stream)
}

#[cfg(test)]
impl Dialer {
    /// As if it had been looked up.
    pub(super) fn remember(&self, host: &str, addresses: &[IpAddr]) {
        let addresses = addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect();
        self.0.answer(host, &Ok(addresses));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::cancel::CancelFlag;
    use std::net::TcpListener;
    use std::sync::Condvar;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn wait() -> Wait {
        Wait::default().within(Duration::from_secs(30))
    }

    /// A listener on 127.0.0.1, whose port nobody listens to on 127.0.0.2.
    fn listener() -> (TcpListener, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    const GOOD: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 1));
    const BAD: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));

    impl Dialer {
        fn knows(&self, host: &str) -> bool {
            matches!(self.0.lock().get(host), Some(Name::Known { .. }))
        }

        /// How many wait for a lookup of this host.
        fn waiting(&self, host: &str) -> usize {
            match self.0.lock().get(host) {
                Some(Name::Asked(waiting)) => waiting.len(),
                _ => 0,
            }
        }
    }

    /// Holds lookups back until the test lets them go, and counts them.
    struct Gate {
        lookups: AtomicUsize,
        open: Mutex<bool>,
        opened: Condvar,
    }

    impl Gate {
        const fn new() -> Gate {
            let (lookups, open) = (AtomicUsize::new(0), Mutex::new(false));
            Gate { lookups, open, opened: Condvar::new() }
        }

        fn pass(&self) {
            self.lookups.fetch_add(1, Ordering::SeqCst);
            drop(self.opened.wait_while(self.open.lock().unwrap(), |open| !*open).unwrap());
        }

        fn open(&self) {
            *self.open.lock().unwrap() = true;
            self.opened.notify_all();
        }

        fn lookups(&self) -> usize {
            self.lookups.load(Ordering::SeqCst)
        }
    }

    #[test]
    fn every_address_is_tried() {
        let (_listener, port) = listener();
        let dialer = Dialer::default();
        dialer.remember("name.example", &[BAD, BAD, GOOD]);
        let stream = dialer.dial("name.example", port, &wait()).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), SocketAddr::new(GOOD, port));
    }

    #[test]
    fn addresses_that_all_fail_are_forgotten() {
        let (_listener, port) = listener();
        let dialer = Dialer::default();
        dialer.remember("name.example", &[BAD]);
        let error = dialer.dial("name.example", port, &wait()).unwrap_err();
        let bad = SocketAddr::new(BAD, port);
        assert!(matches!(error, DialError::Connect(at, _) if at == bad), "{error:?}");
        assert!(!dialer.knows("name.example"));
    }

    #[test]
    fn one_lookup_serves_all_who_ask_meanwhile_and_those_who_come_later() {
        static GATE: Gate = Gate::new();
        const CALLS: usize = 64;
        let (listener, port) = listener();
        let (_other, other_port) = self::listener();
        let dialer = Dialer::new(|_| {
            GATE.pass();
            Ok(vec![SocketAddr::new(GOOD, 0)])
        });
        std::thread::scope(|scope| {
            for _ in 0..CALLS {
                scope.spawn(|| dialer.dial("name.example", port, &wait()).unwrap());
            }
            while dialer.waiting("name.example") < CALLS {
                std::thread::yield_now();
            }
            GATE.open();
            for _ in 0..CALLS {
                listener.accept().unwrap();
            }
        });
        // Of another port, too.
        dialer.dial("name.example", other_port, &wait()).unwrap();
        assert_eq!(GATE.lookups(), 1);
    }

    #[test]
    fn a_lookup_that_fails_is_told_to_who_waits_and_then_made_again() {
        static GATE: Gate = Gate::new();
        let dialer = Dialer::new(|_| {
            GATE.pass();
            Err(io::Error::other("no such name"))
        });
        let dial = || dialer.dial("name.example", 443, &wait());
        std::thread::scope(|scope| {
            let calls = [scope.spawn(dial), scope.spawn(dial)];
            while dialer.waiting("name.example") < calls.len() {
                std::thread::yield_now();
            }
            GATE.open();
            for call in calls {
                let error = call.join().unwrap().unwrap_err();
                assert!(
                    matches!(&error, DialError::Lookup(e) if e.to_string() == "no such name"),
                    "{error:?}"
                );
            }
        });
        assert_eq!(GATE.lookups(), 1);
        dial().unwrap_err();
        assert_eq!(GATE.lookups(), 2);
    }

    #[test]
    fn who_waits_for_the_lookup_of_another_has_a_cancel_and_a_deadline_of_its_own() {
        static GATE: Gate = Gate::new();
        let (_listener, port) = listener();
        let dialer = Dialer::new(|_| {
            GATE.pass();
            Ok(vec![SocketAddr::new(GOOD, 0)])
        });
        std::thread::scope(|scope| {
            let patient = scope.spawn(|| dialer.dial("name.example", port, &wait()));
            let flag = CancelFlag::default();
            let cancelled = Wait::new(flag.clone(), None);
            let cancelled = scope.spawn({
                let dialer = &dialer;
                move || dialer.dial("name.example", port, &cancelled)
            });
            while dialer.waiting("name.example") < 2 {
                std::thread::yield_now();
            }
            flag.cancel();
            let error = cancelled.join().unwrap().unwrap_err();
            assert!(matches!(error, DialError::Stopped(Stop::Cancelled)), "{error:?}");
            let brief = wait().within(Duration::from_millis(1));
            let error = dialer.dial("name.example", port, &brief).unwrap_err();
            assert!(matches!(error, DialError::Stopped(Stop::TimedOut)), "{error:?}");
            GATE.open();
            patient.join().unwrap().unwrap();
        });
        assert_eq!(GATE.lookups(), 1);
    }

    #[test]
    fn the_system_looks_names_up() {
        let (_listener, port) = listener();
        let dialer = Dialer::default();
        dialer.dial("localhost", port, &wait()).unwrap();
        assert!(dialer.knows("localhost"));
        let error = dialer.dial("no such name", port, &wait()).unwrap_err();
        assert!(matches!(error, DialError::Lookup(_)), "{error:?}");
    }
}
