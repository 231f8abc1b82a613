//! When the time of a call is over.

use std::time::{Duration, Instant};

/// The end of a call's time. The time stands still while the call waits for its first permit:
/// the rate is no fault of the call. What was spent on a token before counts.
pub(crate) struct CallDeadline {
    at: Instant,
    first_permit: FirstPermit,
}

enum FirstPermit {
    NotAsked,
    AskedAt(Instant),
    Had,
}

impl CallDeadline {
    /// Of a call that may take this long from now.
    pub fn new(now: Instant, timeout: Duration) -> CallDeadline {
        CallDeadline { at: now + timeout, first_permit: FirstPermit::NotAsked }
    }

    pub fn at(&self) -> Instant {
        self.at
    }

    pub fn left(&self, now: Instant) -> Duration {
        self.at.saturating_duration_since(now)
    }

    pub fn is_over(&self, now: Instant) -> bool {
        self.at <= now
    }

    /// The call waits for a permit from now on: until when, where that has an end.
    pub fn ask_for_permit(&mut self, now: Instant) -> Option<Instant> {
        match self.first_permit {
            FirstPermit::Had => return Some(self.at),
            FirstPermit::AskedAt(_) => {}
            FirstPermit::NotAsked => self.first_permit = FirstPermit::AskedAt(now),
        }
        None
    }

    /// The call has a permit.
    pub fn had_permit(&mut self, now: Instant) {
        if let FirstPermit::AskedAt(asked) = self.first_permit {
            self.at += now.saturating_duration_since(asked);
        }
        self.first_permit = FirstPermit::Had;
    }
}
