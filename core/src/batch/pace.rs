//! How many calls of a batch may run at once, and when the next may begin. It reads no clock: its
//! caller says what time it is.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::wire::errcode::{self, Retry};

/// The first and the longest pause after throttling. Pauses double while nothing else is answered.
const THROTTLED: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(60)];
/// The same where the service has blocked its caller for a while.
const BLOCKED: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(15 * 60)];
/// A batch that is blocked for so long stops.
const LONGEST_BLOCK: Duration = Duration::from_secs(3600);
/// A pause is logged if it is at least so long.
const LONG_PAUSE: Duration = Duration::from_secs(10);
/// The longest wait that the service can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Halves the number of calls at once when the service throttles, and lets it grow again with each
/// other answer.
pub(super) struct Pace {
    most: f64,
    allowed: f64,
    not_before: Instant,
    slowed: Option<Instant>,
    refusals: Option<Refusals>,
}

/// Throttled answers in a row.
struct Refusals {
    blocked: bool,
    since: Instant,
    /// How often the batch has slowed down for them.
    times: u32,
}

/// What a refusal means for the batch.
#[derive(Debug, PartialEq)]
pub(super) enum Slowed {
    /// A long pause begins, of this length.
    Pauses(Duration),
    /// A short pause, or one that has begun already.
    Briefly,
    /// Nothing else was answered for too long: the batch stops.
    GiveUp,
}

impl Pace {
    /// At first, as many calls as allowed at most.
    pub fn new(most: u32, now: Instant) -> Pace {
        let most = f64::from(most);
        Pace { most, allowed: most, not_before: now, slowed: None, refusals: None }
    }

    /// How long no call may begin from now on.
    pub fn left(&self, now: Instant) -> Duration {
        self.not_before.saturating_duration_since(now)
    }

    /// When it slowed down last.
    pub fn slowed(&self) -> Option<Instant> {
        self.slowed
    }

    /// A call that began at `began` was throttled. Calls that began before the batch slowed down
    /// last were refused for the same reason, and slow it down no further.
    pub fn slow_down(&mut self, error: &Error, began: Instant, now: Instant) -> Slowed {
        let blocked = is_block(error);
        let counts = self.slowed.is_none_or(|at| began >= at);
        if counts {
            self.slowed = Some(now);
            // One call is enough to find out whether a block is over.
            self.allowed = if blocked { 1.0 } else { (self.allowed / 2.0).max(1.0) };
        }
        let fresh = Refusals { blocked, since: now, times: 0 };
        let refusals = match self.refusals.take() {
            Some(same) if same.blocked == blocked => self.refusals.insert(same),
            _ => self.refusals.insert(fresh),
        };
        refusals.times += u32::from(counts || refusals.times == 0);
        if blocked && now.saturating_duration_since(refusals.since) >= LONGEST_BLOCK {
            return Slowed::GiveUp;
        }
        let [first, longest] = if blocked { BLOCKED } else { THROTTLED };
        let doubled = first.saturating_mul(2u32.saturating_pow(refusals.times - 1));
        let wanted = error.retry_after().unwrap_or_default().min(LONGEST_PAUSE);
        let wait = doubled.min(longest).max(wanted);
        let begins = self.not_before <= now && wait >= LONG_PAUSE;
        self.not_before = self.not_before.max(now + wait);
        if begins { Slowed::Pauses(wait) } else { Slowed::Briefly }
    }

    /// How many calls may run now.
    pub fn at_once(&self) -> usize {
        self.allowed.floor().max(1.0) as usize
    }

    /// The service answered and did not throttle: a round of calls allows one more.
    pub fn speed_up(&mut self) {
        self.refusals = None;
        self.allowed = (self.allowed + 1.0 / self.allowed).min(self.most);
    }
}

/// Whether the service has shut its caller out for a while, without a word on how long.
fn is_block(error: &Error) -> bool {
    let known = error.code().and_then(errcode::explain);
    known.is_some_and(|row| row.retry == Retry::Blocked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn refused(code: &str, retry_after: Option<u64>) -> Error {
        Error::new(ErrorKind::Throttled, "slow down").with(|fields| {
            fields.code = Some(code.into());
            fields.retry_after = retry_after.map(Duration::from_secs);
        })
    }

    /// The seconds that a batch pauses, time after time, while every call is refused with this error.
    fn pauses(error: &Error) -> Vec<u64> {
        let (mut now, mut pauses) = (Instant::now(), Vec::new());
        let mut pace = Pace::new(8, now);
        while pauses.len() < 10 && pace.slow_down(error, now, now) != Slowed::GiveUp {
            pauses.push(pace.left(now).as_secs());
            now += pace.left(now);
        }
        pauses
    }

    #[test]
    fn pauses_grow_while_nothing_else_is_answered() {
        let growing = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60];
        assert_eq!(pauses(&refused("90018", Some(1))), growing);
        assert_eq!(pauses(&refused("429", Some(0))), growing, "a wait of nothing");
        assert_eq!(pauses(&refused("1111", Some(300))), [300; 10]);
    }

    #[test]
    fn a_block_is_asked_about_ever_less_and_given_up_after_an_hour() {
        for code in ["90001", "90003", "90004", "90007", "90014", "90017"] {
            let until_an_hour = [60, 120, 240, 480, 900, 900, 900];
            assert_eq!(pauses(&refused(code, None)), until_an_hour, "{code}");
            assert_eq!(pauses(&refused(code, Some(0))), until_an_hour, "{code}");
        }
    }

    #[test]
    fn another_answer_ends_a_block() {
        let start = Instant::now();
        let at = |minutes: u64| start + Duration::from_secs(minutes * 60);
        let mut pace = Pace::new(8, start);
        let block = refused("90004", None);
        for minutes in [0, 40, 59] {
            assert!(matches!(pace.slow_down(&block, at(minutes), at(minutes)), Slowed::Pauses(_)));
        }
        assert_eq!(pace.at_once(), 1, "one call can tell whether it is over");
        pace.speed_up();
        assert_eq!(pace.slow_down(&block, at(100), at(100)), Slowed::Pauses(SECOND * 60));
    }

    #[test]
    fn a_burst_of_refusals_counts_once() {
        let (start, refusal) = (Instant::now(), refused("90018", Some(1)));
        let mut pace = Pace::new(8, start);
        for ms in 1..=8 {
            pace.slow_down(&refusal, start, start + Duration::from_millis(ms));
        }
        assert_eq!(pace.at_once(), 4);
        assert_eq!(pace.left(start), Duration::from_millis(1008), "a second after the last");
        let next = start + SECOND * 2;
        pace.slow_down(&refusal, next, next);
        assert_eq!((pace.at_once(), pace.left(next)), (2, SECOND * 2));
    }

    proptest! {
        #[test]
        fn it_stays_between_one_and_the_most(most in 1u32..=64, throttled in prop::collection::vec(any::<bool>(), 0..300)) {
            let (now, refusal) = (Instant::now(), refused("90018", None));
            let mut pace = Pace::new(most, now);
            for throttled in throttled {
                let before = pace.at_once();
                if throttled {
                    pace.slow_down(&refusal, now, now);
                    prop_assert!(pace.at_once() <= before);
                } else {
                    pace.speed_up();
                    prop_assert!((before..=before + 1).contains(&pace.at_once()));
                }
                prop_assert!((1..=most as usize).contains(&pace.at_once()));
            }
        }
    }

    #[test]
    fn a_long_pause_is_told_once_and_bounded() {
        let now = Instant::now();
        let mut pace = Pace::new(8, now);
        assert_eq!(pace.slow_down(&refused("90018", None), now, now), Slowed::Briefly);
        let mut pace = Pace::new(8, now);
        let long = refused("1111", Some(300));
        assert_eq!(pace.slow_down(&long, now, now), Slowed::Pauses(SECOND * 300));
        assert_eq!(pace.slow_down(&long, now, now), Slowed::Briefly, "it has begun");
        pace.slow_down(&refused("90018", None), now, now);
        assert_eq!(pace.left(now), SECOND * 300, "a shorter one does not end it");
        pace.slow_down(&refused("429", Some(u64::MAX)), now, now);
        assert_eq!(pace.left(now), LONGEST_PAUSE);
    }
}
