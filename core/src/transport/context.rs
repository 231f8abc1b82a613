//! Deadline and cancel of a call, shared with its connection.
//!
//! A socket lies below TLS, and ureq's trait between them carries no word about the call. The
//! context is how the socket knows how long it may wait, and how the call learns what the
//! socket saw.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::TransportError;
use crate::runtime::wait::{SLICE, Stop, Wait};

/// Shared by one connection and the call that uses it now.
#[derive(Default)]
pub(super) struct CallContext(Mutex<State>);

#[derive(Default)]
struct State {
    wait: Wait,
    /// The wait for a connection, while it is on its way.
    connecting: Option<Wait>,
    /// When the call's probe was asked last.
    asked: Option<Instant>,
    /// The request is being written: what leaves the socket is a part of it.
    writing: bool,
    observed: Observed,
}

/// What was seen of one attempt.
#[derive(Default)]
pub(super) struct Observed {
    /// Why a wait was ended.
    pub stopped: Option<Stop>,
    /// A byte of the request left the socket.
    pub written: bool,
    /// A byte of the reply came.
    pub replied: bool,
}

impl CallContext {
    /// An attempt begins, and may wait this long.
    pub fn begin(&self, wait: Wait, now: Instant) {
        *self.state() = State { wait, asked: Some(now), ..State::default() };
    }

    /// The attempt is over; the connection may be kept.
    pub fn end(&self) -> Observed {
        std::mem::take(&mut *self.state()).observed
    }

    /// A connection is on its way, with a time limit of its own: the wait for it.
    pub fn begin_connecting(&self, until: Instant) -> Wait {
        let mut state = self.state();
        let wait = state.wait.until(until);
        state.connecting = Some(wait.clone());
        wait
    }

    /// It stands: TCP, tunnel and TLS.
    pub fn note_connected(&self) {
        self.state().connecting = None;
    }

    pub fn note_writing(&self) {
        self.state().writing = true;
    }

    pub fn note_sent(&self) {
        let state = &mut self.state();
        state.observed.written |= state.writing;
    }

    /// Whether a byte of the request left the socket.
    pub fn has_written(&self) -> bool {
        self.state().observed.written
    }

    pub fn note_replied(&self) {
        self.state().observed.replied = true;
    }

    /// How long the next read or write may block. The probe is asked after an interruption,
    /// and once a slice however many bytes come meanwhile; else a look at flag and clock
    /// will do, which costs next to nothing.
    pub fn slice(&self, interrupted: bool) -> io::Result<Duration> {
        let now = Instant::now();
        let (wait, due) = self.state().wait_at(now, interrupted);
        // Not under the lock: the probe is the caller's.
        let verdict = if due { wait.ask() } else { Ok(()) };
        verdict.and_then(|()| wait.slice_at(now)).map_err(|stop| self.stop(stop))
    }

    /// An error of ureq in our terms; why the wait ended comes first.
    pub fn error(&self, error: ureq::Error) -> TransportError {
        let state = self.state();
        let connecting = state.connecting.is_some();
        match state.observed.stopped {
            Some(stop) => TransportError::Stopped { stop, connecting },
            None => TransportError::from_ureq(error, connecting),
        }
    }

    /// A wait that ended outside of ureq.
    pub fn stopped(&self, stop: Stop) -> TransportError {
        let error = self.stop(stop);
        self.error(error.into())
    }

    /// Notes why a wait ended; the error that TLS and ureq hand up.
    fn stop(&self, stop: Stop) -> io::Error {
        self.state().observed.stopped = Some(stop);
        io::Error::new(io::ErrorKind::TimedOut, "the call's wait has ended")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The wait that holds now, as a connection on its way has its own time limit; and whether
    /// its probe is to be asked.
    fn wait_at(&mut self, now: Instant, interrupted: bool) -> (Wait, bool) {
        let due = interrupted || self.asked.is_none_or(|at| now - at >= SLICE);
        if due {
            self.asked = Some(now);
        }
        (self.connecting.as_ref().unwrap_or(&self.wait).clone(), due)
    }
}
