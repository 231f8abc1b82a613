//! How many calls of a batch may run now, and from when on.

use std::time::{Duration, Instant};

/// After throttling without a known wait.
pub(super) const THROTTLED_PAUSE: Duration = Duration::from_secs(1);
/// A pause that a log speaks of.
const LONG_PAUSE: Duration = Duration::from_secs(10);
/// However long the service wants the batch to wait, it is asked again after this.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// How many calls may run now: all after success, half after each throttling.
pub(super) struct Pace {
    most: f64,
    allowed: f64,
    not_before: Instant,
}

impl Pace {
    /// All of so many may run.
    pub fn new(most: u32) -> Pace {
        let most = f64::from(most);
        Pace { most, allowed: most, not_before: Instant::now() }
    }

    /// How long no call may begin.
    pub fn left(&self) -> Duration {
        self.not_before.saturating_duration_since(Instant::now())
    }

    /// A call was throttled: half as many from now on, after this wait. Whether a long pause
    /// begins.
    pub fn slow_down(&mut self, wait: Duration) -> bool {
        let (now, wait) = (Instant::now(), wait.min(LONGEST_PAUSE));
        let begins = self.not_before <= now && wait >= LONG_PAUSE;
        self.allowed = (self.allowed / 2.0).max(1.0);
        self.not_before = self.not_before.max(now + wait);
        begins
    }

    /// How many calls may run now.
    pub fn at_once(&self) -> usize {
        self.allowed.floor().max(1.0) as usize
    }

    /// A call went well: so many of them as run now allow one more.
    pub fn speed_up(&mut self) {
        self.allowed = (self.allowed + 1.0 / self.allowed).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_stays_between_one_and_the_most(most in 1u32..=64, throttled in prop::collection::vec(any::<bool>(), 0..300)) {
            let mut pace = Pace::new(most);
            for throttled in throttled {
                let before = pace.at_once();
                if throttled {
                    pace.slow_down(Duration::ZERO);
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
        let mut pace = Pace::new(8);
        assert!(!pace.slow_down(THROTTLED_PAUSE), "that is a short one");
        let mut pace = Pace::new(8);
        assert!(pace.slow_down(Duration::from_secs(300)));
        assert!(!pace.slow_down(Duration::from_secs(300)), "it has begun");
        assert!(!pace.slow_down(THROTTLED_PAUSE));
        assert!(pace.left() > Duration::from_secs(290), "a shorter one does not end it");
        pace.slow_down(Duration::MAX);
        assert!(pace.left() <= LONGEST_PAUSE);
    }
}
