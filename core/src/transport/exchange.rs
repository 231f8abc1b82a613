//! What a request needs on its way, and what becomes of it.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::error::TransportError;
use crate::runtime::wait::Wait;
use crate::secret::Secrets;
use crate::wire::response::Answer;

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
