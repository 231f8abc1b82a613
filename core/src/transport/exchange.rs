//! What a request needs on its way, and what becomes of it.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::error::{Cause, Error};
use crate::runtime::wait::{Stop, Wait};
use crate::secret::Secrets;
use crate::wire::response::Answer;

pub(super) const USER_AGENT: &str = concat!("dingtalk-extcontact/", env!("CARGO_PKG_VERSION"));

/// What an exchange needs besides its request.
pub(crate) struct ExchangeOptions<'a> {
    /// How long all of it may take.
    pub wait: Wait,
    /// How long a new connection may take: lookup, proxy and TLS included.
    pub connect_timeout: Duration,
    /// Use no kept connection.
    pub fresh: bool,
    /// What must not be seen in the reply.
    pub secrets: &'a Secrets,
    /// To be told when the request is written, for who wants to know.
    pub times: Option<ExchangeTimes>,
}

/// When a request was written, and when its answer was there. Its clones share that.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExchangeTimes(Arc<Times>);

#[derive(Debug, Default)]
struct Times {
    written: OnceLock<Instant>,
    answered: OnceLock<Instant>,
}

impl ExchangeTimes {
    /// The first time that is told counts.
    pub fn note_written(&self, at: Instant) {
        let _ = self.0.written.set(at);
    }

    pub fn note_answered(&self, at: Instant) {
        let _ = self.0.answered.set(at);
    }

    pub fn written(&self) -> Option<Instant> {
        self.0.written.get().copied()
    }

    pub fn answered(&self) -> Option<Instant> {
        self.0.answered.get().copied()
    }

    pub fn is(&self, other: &ExchangeTimes) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What became of a request.
pub(crate) struct Exchange {
    pub result: Result<Answer, TransportError>,
    /// A byte of the request was written to a connection.
    pub written: bool,
    /// A kept connection died before a byte of the reply.
    pub kept_died: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum TransportError {
    /// Code below panicked.
    Panic(String),
    /// The program's logger would print the bytes of the reply.
    WireLogged,
    /// There was no thread for a lookup or a connection.
    NoThread(Error),
    /// The wait ended: in the attempt, or while it connected.
    Stopped { stop: Stop, connecting: bool },
    /// No connection: lookup, refused, unreachable, proxy, reset in the handshake.
    Connect(String, Option<Cause>),
    /// The proxy, named by this `source`, wants a login, or another than it was `given`; the
    /// schemes that it offers.
    ProxyLogin { source: String, schemes: Vec<String>, given: bool },
    /// The proxy, named by this `source`, does not lead to this host.
    ProxyRefused { source: String, text: String },
    /// A certificate verdict or an alert.
    Tls(String, Option<Cause>),
    /// The connection broke.
    Lost(String, Option<Cause>),
    /// What came is not HTTP, or out of bounds; with the status where it had one.
    NotHttp(String, Option<u16>),
}

/// An error of a connection, in words of ours where the system's say little.
pub(super) fn text_of(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "the connection was closed before the whole reply".to_owned()
        }
        io::ErrorKind::ConnectionReset => "the connection was reset".to_owned(),
        _ => error.to_string(),
    }
}
