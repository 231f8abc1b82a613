//! What a call and its connection tell each other.
//!
//! ureq carries a request through its layers but no word about the call that it belongs to.
//! The desk is that word: how long the layers may wait, and what they saw.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::exchange::{ExchangeOptions, ExchangeTimes, TransportError};
use crate::runtime::wait::{SLICE, Stop, Wait};
use crate::secret::{Secret, Secrets};

/// Shared by one connection and the call that uses it now.
#[derive(Default)]
pub(super) struct Desk(Mutex<Entry>);

#[derive(Default)]
struct Entry {
    wait: Option<Wait>,
    connect_wait: Option<Wait>,
    secret_query: Option<Secret>,
    secrets: Secrets,
    /// To be told when the request is written.
    times: Option<ExchangeTimes>,
    /// When the call's probe was asked last.
    asked: Option<Instant>,
    seen: Seen,
}

/// What the layers saw of one attempt.
#[derive(Default)]
pub(super) struct Seen {
    /// A new connection was made.
    pub opened: bool,
    /// The new connection stands: TCP, tunnel and TLS.
    pub connected: bool,
    /// Why a wait was ended.
    pub stopped: Option<Stop>,
    /// Bytes that left the socket, and how many had when the request began.
    sent: u64,
    began: Option<u64>,
    /// A byte of the reply came.
    pub replied: bool,
    /// What a layer found that ureq's errors have no word for.
    pub trouble: Option<TransportError>,
    /// The peer closed the connection, or it broke, while more was wanted.
    pub ended: bool,
    pub broken: bool,
}

impl Seen {
    /// A byte of the request left the socket.
    pub fn written(&self) -> bool {
        self.began.is_some_and(|began| self.sent > began)
    }
}

impl Desk {
    /// A call sits down, with the query that holds its token.
    pub fn open(&self, query: Option<Secret>, options: ExchangeOptions) {
        let ExchangeOptions { wait, connect_timeout, secrets, times, .. } = options;
        *self.entry() = Entry {
            connect_wait: Some(wait.within(connect_timeout)),
            wait: Some(wait),
            secret_query: query,
            secrets: secrets.clone(),
            times,
            asked: Some(Instant::now()),
            seen: Seen::default(),
        };
    }

    /// The call is over; the connection may be kept, its secrets not.
    pub fn close(&self) -> Seen {
        std::mem::take(&mut *self.entry()).seen
    }

    /// How long the next read or write may block. The probe is asked after an interruption,
    /// and once a slice however many bytes come meanwhile; else a look at flag and clock
    /// will do, which costs next to nothing.
    pub fn slice(&self, interrupted: bool) -> io::Result<Duration> {
        let wait = self.wait();
        let now = Instant::now();
        let due = {
            let mut entry = self.entry();
            let due = interrupted || entry.asked.is_none_or(|at| now - at >= SLICE);
            if due {
                entry.asked = Some(now);
            }
            due
        };
        let verdict = if due { wait.ask() } else { wait.check() };
        verdict.map_err(|stop| self.stop(stop))?;
        Ok(wait.slice())
    }

    /// The right to wait that holds now: a connection on its way has its own time limit.
    pub fn wait(&self) -> Wait {
        let entry = self.entry();
        let connecting = entry.seen.opened && !entry.seen.connected;
        let wait = if connecting { &entry.connect_wait } else { &entry.wait };
        // Without a call nobody reads or writes; an over deadline would be the safe answer.
        wait.clone().unwrap_or_else(|| Wait::default().within(Duration::ZERO))
    }

    /// Notes why a wait ended; the error that ureq's layers hand up.
    pub fn stop(&self, stop: Stop) -> io::Error {
        self.entry().seen.stopped = Some(stop);
        io::Error::new(io::ErrorKind::TimedOut, "the call's wait has ended")
    }

    pub fn note_opening(&self) {
        let seen = &mut self.entry().seen;
        seen.opened = true;
        seen.connected = false;
    }

    /// Notes what ended the attempt; the error that ureq's layers hand up.
    pub fn fail(&self, trouble: TransportError) -> io::Error {
        self.entry().seen.trouble = Some(trouble);
        io::Error::other("noted at the desk")
    }

    pub fn note_connected(&self) {
        self.entry().seen.connected = true;
    }

    pub fn note_sent(&self, bytes: usize) {
        self.entry().seen.sent += bytes as u64;
    }

    pub fn note_request_begins(&self) {
        let seen = &mut self.entry().seen;
        seen.began.get_or_insert(seen.sent);
    }

    /// All of it has left, or as much as could.
    pub fn note_request_ends(&self) {
        let entry = self.entry();
        if let Some(times) = &entry.times
            && entry.seen.written()
        {
            times.note_written(Instant::now());
        }
    }

    /// A read that brought nothing: the end, or an error.
    pub fn note_no_more(&self, broken: bool) {
        let seen = &mut self.entry().seen;
        seen.ended |= !broken;
        seen.broken |= broken;
    }

    pub fn note_replied(&self) {
        self.entry().seen.replied = true;
    }

    /// What must not be seen in a reply.
    pub fn secrets(&self) -> Secrets {
        self.entry().secrets.clone()
    }

    /// The query to add to the request; once.
    pub fn take_secret_query(&self) -> Option<Secret> {
        self.entry().secret_query.take()
    }

    fn entry(&self) -> MutexGuard<'_, Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
