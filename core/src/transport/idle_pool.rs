//! Connections that wait for the next call.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::connection::Connection;
use crate::runtime::pool::MOST_THREADS;

/// A connection that was idle for longer is not used again: servers and firewalls between
/// drop idle ones, the latter without a word.
const LONGEST_IDLE: Duration = Duration::from_secs(15);
/// At most as many idle connections are kept as a batch can have calls at once.
const MOST_IDLE: usize = MOST_THREADS;

#[derive(Default)]
pub(super) struct IdlePool(Mutex<State>);

#[derive(Default)]
struct State {
    /// The one used last at the end.
    idle: VecDeque<Idle>,
    /// Nothing is kept any more.
    closed: bool,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Idle {
    fn is_too_old(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) >= LONGEST_IDLE
    }
}

impl IdlePool {
    /// A connection that is alive as far as the socket can tell. The one used last is the
    /// likeliest to be.
    pub fn take(&self, now: Instant) -> Option<Connection> {
        loop {
            let mut connection = self.pop(now)?;
            if connection.is_open() {
                return Some(connection);
            }
        }
    }

    fn pop(&self, now: Instant) -> Option<Connection> {
        let mut state = self.lock();
        match state.idle.pop_back() {
            Some(last) if !last.is_too_old(now) => Some(last.connection),
            _ => {
                state.idle.clear();
                None
            }
        }
    }

    pub fn keep(&self, connection: Connection) {
        let now = Instant::now();
        let mut state = self.lock();
        if state.closed {
            return;
        }
        let idle = &mut state.idle;
        while idle.len() >= MOST_IDLE || idle.front().is_some_and(|old| old.is_too_old(now)) {
            idle.pop_front();
        }
        idle.push_back(Idle { connection, since: now });
    }

    /// Closes what is idle, and later what is under way now.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.idle.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
