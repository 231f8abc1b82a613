//! What is tried again, and when.

use std::fmt;
use std::time::Duration;

use crate::error::ErrorKind;
use crate::text::seconds;
use crate::wire::errcode::Retry;
use crate::wire::response::Failure;

/// The longest pause that is not asked for by the service.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// The first pause is at most this long, the next twice that, and so on.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// After throttling: the window of the service's limits is one second.
const THROTTLED_PAUSE: Duration = Duration::from_secs(1);

/// What a call may still try.
pub(crate) struct RetryPlan {
    tries_left: u32,
    pauses: u32,
    may_renew_token: bool,
    may_reconnect: bool,
}

/// What to do after an attempt that failed.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    GiveUp,
    /// After this pause.
    Again(Duration),
    /// At once, with a new token; once a call, outside `max_attempts`.
    WithNewToken,
    /// At once, on a fresh connection; once a call, outside `max_attempts`.
    Reconnected,
}

/// For the log.
impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Next::GiveUp => f.write_str("giving up"),
            Next::Again(pause) => write!(f, "trying again in {}", seconds(*pause)),
            Next::WithNewToken => f.write_str("trying again with a new token"),
            Next::Reconnected => f.write_str("trying again on a new connection"),
        }
    }
}

impl RetryPlan {
    pub fn new(max_attempts: u32) -> RetryPlan {
        RetryPlan {
            tries_left: max_attempts.saturating_sub(1),
            pauses: 0,
            may_renew_token: true,
            may_reconnect: true,
        }
    }

    /// The two extra attempts are there again: for a call that begins another time.
    pub fn renew(&mut self) {
        self.may_renew_token = true;
        self.may_reconnect = true;
    }

    /// What to do at once where a kept connection broke before a byte of the reply, if that has
    /// not been done yet.
    pub fn next_on_new_connection(&mut self) -> Option<Next> {
        std::mem::take(&mut self.may_reconnect).then_some(Next::Reconnected)
    }

    /// What to do after a failure. `left`: of the call's time. `chance`: a random number from 0
    /// to 1.
    pub fn next(&mut self, failure: &Failure, left: Duration, chance: f64) -> Next {
        let pause = match failure.retry {
            Retry::No => return Next::GiveUp,
            Retry::NewToken if std::mem::take(&mut self.may_renew_token) => {
                return Next::WithNewToken;
            }
            Retry::NewToken => return Next::GiveUp,
            // Never at once, whatever the service says.
            Retry::After(wait) => wait.max(self.pause(failure.error.kind(), chance)),
            Retry::Pause | Retry::Blocked => self.pause(failure.error.kind(), chance),
        };
        if self.tries_left == 0 || pause >= left {
            return Next::GiveUp;
        }
        self.tries_left -= 1;
        self.pauses += 1;
        Next::Again(pause)
    }

    /// random(0, min(5 s, 100 ms x 2^n)), at least 1 s after throttling.
    fn pause(&self, kind: ErrorKind, chance: f64) -> Duration {
        let most = FIRST_PAUSE.saturating_mul(2u32.saturating_pow(self.pauses)).min(LONGEST_PAUSE);
        let pause = most.mul_f64(chance.clamp(0.0, 1.0));
        if kind == ErrorKind::Throttled { pause.max(THROTTLED_PAUSE) } else { pause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use proptest::prelude::*;

    const LONG: Duration = Duration::from_secs(60);

    fn failed(kind: ErrorKind, retry: Retry) -> Failure {
        Failure::new(Error::new(kind, "no"), false, retry)
    }

    #[test]
    fn max_attempts_counts_the_first() {
        let mut plan = RetryPlan::new(3);
        let failure = failed(ErrorKind::Service, Retry::Pause);
        for _ in 0..2 {
            assert!(matches!(plan.next(&failure, LONG, 0.5), Next::Again(_)));
        }
        assert_eq!(plan.next(&failure, LONG, 0.5), Next::GiveUp);
    }

    #[test]
    fn the_two_extra_attempts_come_once_each() {
        let mut plan = RetryPlan::new(1);
        assert_eq!(plan.next_on_new_connection(), Some(Next::Reconnected));
        assert_eq!(plan.next_on_new_connection(), None);
        let failure = failed(ErrorKind::Authentication, Retry::NewToken);
        assert_eq!(plan.next(&failure, LONG, 0.5), Next::WithNewToken);
        assert_eq!(plan.next(&failure, LONG, 0.5), Next::GiveUp);
        plan.renew();
        assert_eq!(plan.next_on_new_connection(), Some(Next::Reconnected));
        assert_eq!(plan.next(&failure, LONG, 0.5), Next::WithNewToken);
    }

    #[test]
    fn a_wait_that_does_not_fit_ends_the_call() {
        let mut plan = RetryPlan::new(9);
        let throttled = failed(ErrorKind::Throttled, Retry::After(Duration::from_secs(300)));
        assert_eq!(plan.next(&throttled, LONG, 0.5), Next::GiveUp);
        let failure = failed(ErrorKind::Service, Retry::Pause);
        assert_eq!(plan.next(&failure, Duration::ZERO, 0.0), Next::GiveUp);
    }

    #[test]
    fn a_service_that_says_at_once_is_given_a_pause() {
        let mut plan = RetryPlan::new(2);
        let throttled = failed(ErrorKind::Throttled, Retry::After(Duration::ZERO));
        assert_eq!(plan.next(&throttled, LONG, 0.0), Next::Again(THROTTLED_PAUSE));
    }

    #[test]
    fn the_log_is_for_people() {
        let again = Next::Again(Duration::from_nanos(66_773_458));
        assert_eq!(again.to_string(), "trying again in 0.067 s");
        assert_eq!(Next::Again(Duration::from_secs(300)).to_string(), "trying again in 300 s");
    }

    proptest! {
        #[test]
        fn pauses_stay_in_their_bounds(n in 0u32..200, chance in 0.0f64..=1.0) {
            let plan = RetryPlan { tries_left: 1, pauses: n, may_renew_token: true, may_reconnect: true };
            let pause = plan.pause(ErrorKind::Service, chance);
            prop_assert!(pause <= LONGEST_PAUSE);
            prop_assert!(n >= 6 || pause <= FIRST_PAUSE * 2u32.pow(n));
            prop_assert!(plan.pause(ErrorKind::Throttled, chance) >= THROTTLED_PAUSE);
        }
    }
}
