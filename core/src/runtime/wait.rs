//! Waiting. Every wait of a call (permit, back-off, token, lookup, connect, read) goes through
//! here, in slices short enough that a cancel ends it within 100 ms.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Condvar, MutexGuard};
use std::time::{Duration, Instant};

use crate::runtime::cancel::CancelFlag;

/// The longest time that a wait goes without asking whether it should end. Half of the
/// promised 100 ms: the rest is for the machine.
pub(crate) const SLICE: Duration = Duration::from_millis(50);
const _: () = assert!(SLICE.as_millis() <= 50, "a cancel is seen within 100 ms");

/// Asked now and then while something waits; `true` ends the wait as cancelled.
pub(crate) type Probe = Arc<dyn Fn() -> bool + Send + Sync>;

/// Why a wait ended before what it waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Cancelled,
    TimedOut,
}

/// The right to wait: until a cancel, and up to a deadline where there is one.
#[derive(Clone, Default)]
pub(crate) struct Wait {
    flag: CancelFlag,
    probe: Option<Probe>,
    deadline: Option<Instant>,
}

impl Wait {
    /// Without a deadline: such a wait ends by cancel alone.
    pub fn new(flag: CancelFlag, probe: Option<Probe>) -> Wait {
        Wait { flag, probe, deadline: None }
    }

    /// The same wait with a deadline: `limit` from now or its own, whichever is earlier.
    pub fn within(&self, limit: Duration) -> Wait {
        self.until(Instant::now() + limit)
    }

    /// The same wait with a deadline: this one or its own, whichever is earlier.
    pub fn until(&self, at: Instant) -> Wait {
        let deadline = self.deadline.map_or(at, |own| own.min(at));
        Wait { deadline: Some(deadline), ..self.clone() }
    }

    /// The time left; `Duration::MAX` without a deadline.
    pub fn left(&self) -> Duration {
        self.deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether to go on, without asking the probe: for the quick path of a warm call.
    pub fn check(&self) -> Result<(), Stop> {
        if self.flag.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        if self.deadline.is_some_and(|at| Instant::now() >= at) {
            return Err(Stop::TimedOut);
        }
        Ok(())
    }

    /// Whether to go on at this moment, without asking the probe, and the next piece of waiting.
    pub fn slice_at(&self, now: Instant) -> Result<Duration, Stop> {
        if self.flag.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        match self.deadline.map(|at| at.saturating_duration_since(now)) {
            Some(Duration::ZERO) => Err(Stop::TimedOut),
            Some(left) => Ok(left.clamp(Duration::from_millis(1), SLICE)),
            None => Ok(SLICE),
        }
    }

    /// Whether to go on, the probe included.
    pub fn ask(&self) -> Result<(), Stop> {
        if self.probe.as_ref().is_some_and(|stop| stop()) {
            return Err(Stop::Cancelled);
        }
        self.check()
    }

    /// The next piece of waiting: never longer than [`SLICE`], never zero.
    pub fn slice(&self) -> Duration {
        self.left().clamp(Duration::from_millis(1), SLICE)
    }

    /// Waits for a message, `until` at the latest; `None` when that moment came first or
    /// when nobody is left to send one.
    pub fn receive<T>(
        &self,
        from: &Receiver<T>,
        until: Option<Instant>,
    ) -> Result<Option<T>, Stop> {
        loop {
            let left = until.map_or(SLICE, |at| at.saturating_duration_since(Instant::now()));
            match from.recv_timeout(left.min(self.slice())) {
                Ok(message) => return Ok(Some(message)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Ok(None),
                Err(RecvTimeoutError::Timeout) => self.ask()?,
            }
        }
    }

    /// Waits on a condition variable for one slice, or `at_most`, and lets go of the lock.
    /// The caller asks whether to go on and looks at its condition again.
    pub fn on<T>(&self, condvar: &Condvar, guard: MutexGuard<'_, T>, at_most: Duration) {
        let time = self.slice().min(at_most.max(Duration::from_micros(100)));
        drop(condvar.wait_timeout(guard, time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    /// Well over the promised 100 ms, as machines are slow; well under a wait that is not
    /// ended.
    const SOON: Duration = Duration::from_secs(1);

    #[test]
    fn a_cancel_ends_a_wait_for_a_message() {
        let (_sender, receiver) = mpsc::channel::<()>();
        let flag = CancelFlag::default();
        let wait = Wait::new(flag.clone(), None);
        let start = Instant::now();
        let waiter = std::thread::spawn(move || wait.receive(&receiver, None));
        flag.cancel();
        assert_eq!(waiter.join().unwrap(), Err(Stop::Cancelled));
        assert!(start.elapsed() < SOON);
    }

    #[test]
    fn a_probe_ends_a_wait_for_a_message() {
        let (_sender, receiver) = mpsc::channel::<()>();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let probe: Probe = Arc::new(move || count.fetch_add(1, Ordering::SeqCst) == 2);
        let (start, wait) = (Instant::now(), Wait::new(CancelFlag::default(), Some(probe)));
        assert_eq!(wait.slice(), SLICE);
        assert_eq!(wait.receive(&receiver, None), Err(Stop::Cancelled));
        assert_eq!(asked.load(Ordering::SeqCst), 3, "asked once a slice, and not after");
        assert!(start.elapsed() >= 2 * SLICE && start.elapsed() < SOON);
    }

    #[test]
    fn a_deadline_only_ever_gets_nearer() {
        let wait = Wait::default().within(Duration::from_millis(5));
        assert!(wait.within(Duration::from_secs(60)).left() <= Duration::from_millis(5));
        let (_sender, receiver) = mpsc::channel::<()>();
        assert_eq!(wait.receive(&receiver, None), Err(Stop::TimedOut));
        assert_eq!(wait.left(), Duration::ZERO);
        assert!(wait.slice() > Duration::ZERO);
    }
}
