//! Calls per second: never more than the limit in any one second, first come, first served.
//!
//! A turn counts from the moment in which its request is written: one that was given while
//! its connection was made would leave together with those of the next second.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
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

/// When a request was written, once it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written(Arc<OnceLock<Instant>>);

impl Written {
    /// It is being written now.
    pub fn now(&self) {
        let _ = self.0.set(Instant::now());
    }

    fn is(&self, other: &Written) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The right to write one request. Dropped without that it is another's.
pub(crate) struct Turn<'a>(Option<(&'a Rate, Written)>);

impl Turn<'_> {
    /// To be told when the request is written, where there is a limit.
    pub fn written(&self) -> Option<Written> {
        self.0.as_ref().map(|(_, written)| written.clone())
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some((rate, written)) = &self.0
            && written.0.get().is_none()
        {
            rate.lock().pending.retain(|other| !other.is(written));
            rate.moved.notify_all();
        }
    }
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

/// Who waits, and what became of the last turns.
#[derive(Default)]
struct Line {
    waiting: VecDeque<u64>,
    next_ticket: u64,
    /// Turns whose request is not written yet: they count, for whenever that may be.
    pending: Vec<Written>,
    /// When the others were used, the oldest first.
    used: VecDeque<Instant>,
}

impl Rate {
    /// At most `limit` turns in any one second; `None`: no limit.
    pub fn new(limit: Option<u32>) -> Rate {
        Rate { limit, line: Mutex::default(), moved: Condvar::new() }
    }

    /// Waits for a turn. Whoever gives up while waiting leaves no gap.
    pub fn turn(&self, wait: &Wait) -> Result<Turn<'_>, Stop> {
        wait.check()?;
        let Some(limit) = self.limit else {
            return Ok(Turn(None));
        };
        let place = Place { rate: self, ticket: self.lock().join() };
        loop {
            let mut line = self.lock();
            let until_free = line.until_free(place.ticket, limit, Instant::now());
            if until_free.is_zero() {
                let written = Written::default();
                line.pending.push(written.clone());
                return Ok(Turn(Some((self, written))));
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
        let used = &mut self.used;
        self.pending.retain(|written| match written.0.get() {
            None => true,
            Some(at) => {
                used.insert(used.partition_point(|other| other <= at), *at);
                false
            }
        });
        while used.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            used.pop_front();
        }
        if self.pending.len() + used.len() < limit as usize {
            return Duration::ZERO;
        }
        used.front().map_or(Duration::MAX, |at| WINDOW.saturating_sub(now.duration_since(*at)))
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
                    rate.turn(&Wait::for_turn(&Call::new())).unwrap().written().unwrap().now();
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
        rate.turn(&Wait::for_turn(&Call::new())).unwrap().written().unwrap().now();
        let call = Call::new();
        call.canceller().cancel();
        for _ in 0..100 {
            assert_eq!(rate.turn(&Wait::for_turn(&call)).err(), Some(Stop::Cancelled));
        }
        let start = Instant::now();
        rate.turn(&Wait::for_turn(&Call::new())).unwrap();
        assert!(start.elapsed() < Duration::from_secs(10));
        assert!(rate.line.lock().unwrap().waiting.is_empty());
    }

    #[test]
    fn a_panic_while_waiting_leaves_no_gap() {
        let rate = Rate::new(Some(1));
        rate.turn(&Wait::for_turn(&Call::new())).unwrap().written().unwrap().now();
        let call = Call::new().probe(|| panic!("on purpose"));
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            rate.turn(&Wait::for_turn(&call)).is_ok()
        }));
        assert!(caught.is_err());
        rate.turn(&Wait::for_turn(&Call::new()).within(Duration::from_secs(20))).unwrap();
    }

    #[test]
    fn a_turn_counts_until_its_request_was_written_a_window_ago_and_not_at_all_without() {
        let rate = Rate::new(Some(1));
        let free = || {
            let mut line = rate.lock();
            let ticket = line.join();
            let free = line.until_free(ticket, 1, Instant::now());
            line.waiting.clear();
            free
        };
        let turn = rate.turn(&Wait::for_turn(&Call::new())).unwrap();
        assert_eq!(free(), Duration::MAX, "nobody knows when it will be written");
        drop(turn);
        assert_eq!(free(), Duration::ZERO);
        let turn = rate.turn(&Wait::for_turn(&Call::new())).unwrap();
        turn.written().unwrap().now();
        drop(turn);
        assert!(free() > WINDOW / 2 && free() <= WINDOW);
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
                line.used.push_back(now);
                given.push(now);
            }
            for window in given.windows(limit as usize + 1) {
                prop_assert!(window[limit as usize] - window[0] >= WINDOW);
            }
        }
    }
}
