//! Calls per second: never more than the limit in any one second, first come, first served.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::cancel::{Stop, Wait};

/// The window of the limit (standard edition: 20 calls of an app to one API).
const WINDOW: Duration = Duration::from_secs(1);

/// Gives out turns.
pub(crate) struct Rate {
    limit: Option<u32>,
    line: Mutex<Line>,
    moved: Condvar,
}

/// A place in the line, given up however the wait ends: by a turn, a cancel, or a panic in
/// the probe.
struct Place<'a> {
    rate: &'a Rate,
    ticket: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.rate.lock().waiting.retain(|other| *other != self.ticket);
        self.rate.moved.notify_all();
    }
}

/// Who waits, and when the last turns were given.
#[derive(Default)]
struct Line {
    waiting: VecDeque<u64>,
    next_ticket: u64,
    given: VecDeque<Instant>,
}

impl Rate {
    /// At most `limit` turns in any one second; `None`: no limit.
    pub fn new(limit: Option<u32>) -> Rate {
        Rate { limit, line: Mutex::default(), moved: Condvar::new() }
    }

    /// Waits for a turn. Whoever gives up while waiting leaves no gap.
    pub fn turn(&self, wait: &Wait) -> Result<(), Stop> {
        wait.check()?;
        let Some(limit) = self.limit else {
            return Ok(());
        };
        let place = Place { rate: self, ticket: self.lock().join() };
        loop {
            let mut line = self.lock();
            let until_free = line.until_free(place.ticket, limit, Instant::now());
            if until_free.is_zero() {
                line.given.push_back(Instant::now());
                return Ok(());
            }
            wait.on(&self.moved, line, until_free);
            // Not under the lock: the probe may take the host's own (Python's).
            wait.ask()?;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn join(&mut self) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting.push_back(ticket);
        ticket
    }

    /// The time until this ticket may have its turn within the limit, as far as is known;
    /// forgets turns that have left the window.
    fn until_free(&mut self, ticket: u64, limit: u32, now: Instant) -> Duration {
        if self.waiting.front() != Some(&ticket) {
            return Duration::MAX;
        }
        while self.given.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            self.given.pop_front();
        }
        match self.given.front() {
            Some(at) if self.given.len() >= limit as usize => {
                WINDOW.saturating_sub(now.duration_since(*at))
            }
            _ => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::Call;
    use proptest::prelude::*;
    use std::sync::Arc;

    #[test]
    fn never_more_than_the_limit_in_any_second() {
        let rate = Arc::new(Rate::new(Some(5)));
        let threads: Vec<_> = (0..12)
            .map(|_| {
                let rate = rate.clone();
                std::thread::spawn(move || {
                    rate.turn(&Wait::for_turn(&Call::new())).unwrap();
                    Instant::now()
                })
            })
            .collect();
        let mut times: Vec<_> = threads.into_iter().map(|t| t.join().unwrap()).collect();
        times.sort();
        // A thread may be late to look at its clock, so the sixth after the first is at
        // least nearly a window later.
        for pair in times.windows(6) {
            assert!(pair[5] - pair[0] > Duration::from_millis(900), "{times:?}");
        }
    }

    #[test]
    fn who_gives_up_leaves_no_gap() {
        let rate = Rate::new(Some(1));
        rate.turn(&Wait::for_turn(&Call::new())).unwrap();
        let call = Call::new();
        call.canceller().cancel();
        for _ in 0..100 {
            assert_eq!(rate.turn(&Wait::for_turn(&call)), Err(Stop::Cancelled));
        }
        let start = Instant::now();
        rate.turn(&Wait::for_turn(&Call::new())).unwrap();
        assert!(start.elapsed() < Duration::from_secs(10));
        assert!(rate.line.lock().unwrap().waiting.is_empty());
    }

    #[test]
    fn a_panic_while_waiting_leaves_no_gap() {
        let rate = Rate::new(Some(1));
        rate.turn(&Wait::for_turn(&Call::new())).unwrap();
        let call = Call::new().probe(|| panic!("on purpose"));
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            rate.turn(&Wait::for_turn(&call))
        }));
        assert!(caught.is_err());
        rate.turn(&Wait::for_turn(&Call::new()).within(Duration::from_secs(20))).unwrap();
    }

    proptest! {
        #[test]
        fn the_window_holds_for_any_arrivals(gaps in prop::collection::vec(0u64..400, 1..60), limit in 1u32..8) {
            let mut line = Line::default();
            let ticket = line.join();
            let mut now = Instant::now();
            let mut given = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                now += line.until_free(ticket, limit, now);
                prop_assert_eq!(line.until_free(ticket, limit, now), Duration::ZERO);
                line.given.push_back(now);
                given.push(now);
            }
            for window in given.windows(limit as usize + 1) {
                prop_assert!(window[limit as usize] - window[0] >= WINDOW);
            }
        }
    }
}
