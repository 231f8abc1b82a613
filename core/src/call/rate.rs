//! Calls per second: never more than the limit in any one second at the service's own clock,
//! first come, first served.
//!
//! The service counts a request somewhere between its writing and its reply. Nothing tells
//! when, so a request counts here until a second after the latest moment that is possible.
//!
//! Written by hand: crates for rate limits count when a permit is given, by the client's clock
//! alone, and their waits can be neither cancelled nor left to whoever is next.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::runtime::wait::{Stop, Wait};
use crate::transport::ExchangeTimes;

/// The window of the limit (standard edition: 20 calls of an app to one API).
const WINDOW: Duration = Duration::from_secs(1);
/// The longest way from the client to where the service counts, new connections and some
/// jitter included; what was written and not answered has been counted after this.
const LONGEST_WAY: Duration = Duration::from_millis(50);

/// What the service limits, each by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    Delete,
    List,
    Get,
}

/// The limit of each API.
pub(crate) struct Rates {
    delete: Rate,
    list: Rate,
    get: Rate,
}

impl Rates {
    /// At most `limit` requests in any one second for each API; `None`: no limit.
    pub fn new(limit: Option<u32>) -> Rates {
        Rates { delete: Rate::new(limit), list: Rate::new(limit), get: Rate::new(limit) }
    }

    pub fn of(&self, api: Api) -> &Rate {
        match api {
            Api::Delete => &self.delete,
            Api::List => &self.list,
            Api::Get => &self.get,
        }
    }
}

/// The limit of one API: gives out permits.
pub(crate) struct Rate {
    limit: Option<u32>,
    line: Mutex<Line>,
    moved: Condvar,
}

/// The right to write one request. Dropped without that it is another's.
pub(crate) struct Permit<'a>(Option<(&'a Rate, ExchangeTimes)>);

impl Permit<'_> {
    /// To be told when the request is written, where there is a limit.
    pub fn times(&self) -> Option<ExchangeTimes> {
        self.0.as_ref().map(|(_, times)| times.clone())
    }

    /// Ends it: whether the request was written, and answered just now.
    pub fn end(self, written: bool, answered: bool) {
        let Some((_, times)) = &self.0 else { return };
        let now = Instant::now();
        if written {
            times.note_written(now);
        }
        if answered {
            times.note_answered(now);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some((rate, times)) = &self.0
            && times.written().is_none()
        {
            rate.lock().open.retain(|other| !other.is(times));
            rate.moved.notify_all();
        }
    }
}

/// When a request leaves the window, at the latest moment that is possible; `None` while that is
/// not known.
fn leaves_at(times: &ExchangeTimes, now: Instant) -> Option<Instant> {
    let at_last = times.written()? + LONGEST_WAY;
    let counted = match times.answered() {
        Some(answered) => at_last.min(answered),
        None => Some(at_last).filter(|at| *at <= now)?,
    };
    Some(counted + WINDOW)
}

/// A place in the line, given up however the wait ends: by a permit, a cancel, or a panic in
/// the probe.
struct Ticket<'a> {
    rate: &'a Rate,
    number: u64,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.rate.lock().waiting.retain(|other| *other != self.number);
        self.rate.moved.notify_all();
    }
}

/// Who waits, and what became of the last permits.
#[derive(Default)]
struct Line {
    waiting: VecDeque<u64>,
    next_ticket: u64,
    /// Requests that count for as long as nobody knows: not written yet, or on their way.
    open: Vec<ExchangeTimes>,
    /// When the others leave the window, the next one first.
    leaving: VecDeque<Instant>,
}

impl Rate {
    fn new(limit: Option<u32>) -> Rate {
        Rate { limit, line: Mutex::default(), moved: Condvar::new() }
    }

    /// Waits for a permit. Whoever gives up while waiting leaves no gap.
    pub fn permit(&self, wait: &Wait) -> Result<Permit<'_>, Stop> {
        wait.check()?;
        let Some(limit) = self.limit else {
            return Ok(Permit(None));
        };
        let ticket = Ticket { rate: self, number: self.lock().join() };
        loop {
            let mut line = self.lock();
            let until_free = line.until_free(ticket.number, limit, Instant::now());
            if until_free.is_zero() {
                return Ok(Permit(Some((self, line.open()))));
            }
            wait.on(&self.moved, line, until_free);
            // Not under the lock: the probe may take one of its language's (Python's).
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

    /// Begins a permit.
    fn open(&mut self) -> ExchangeTimes {
        let times = ExchangeTimes::default();
        self.open.push(times.clone());
        times
    }

    /// The time until this ticket may have its permit within the limit, as far as is known;
    /// forgets requests that have left the window.
    fn until_free(&mut self, ticket: u64, limit: u32, now: Instant) -> Duration {
        if self.waiting.front() != Some(&ticket) {
            return Duration::MAX;
        }
        let leaving = &mut self.leaving;
        self.open.retain(|times| match leaves_at(times, now) {
            None => true,
            Some(at) => {
                leaving.insert(leaving.partition_point(|other| *other <= at), at);
                false
            }
        });
        while leaving.front().is_some_and(|at| *at <= now) {
            leaving.pop_front();
        }
        if self.open.len() + leaving.len() < limit as usize {
            return Duration::ZERO;
        }
        leaving.front().map_or(Duration::MAX, |at| at.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::options::Call;
    use crate::runtime::wait::SLICE;
    use proptest::prelude::*;

    fn use_up(rate: &Rate) {
        rate.permit(&Wait::default()).unwrap().end(true, true);
    }

    #[test]
    fn who_gives_up_leaves_no_gap() {
        let rate = Rate::new(Some(1));
        use_up(&rate);
        let call = Call::new();
        call.canceller().cancel();
        for _ in 0..100 {
            assert_eq!(rate.permit(&call.wait()).err(), Some(Stop::Cancelled));
        }
        rate.permit(&Wait::default().within(Duration::from_secs(20))).unwrap();
        assert!(rate.lock().waiting.is_empty());
    }

    #[test]
    fn a_panic_while_waiting_leaves_no_gap() {
        let rate = Rate::new(Some(1));
        use_up(&rate);
        let call = Call::new().probe(|| panic!("on purpose"));
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            rate.permit(&call.wait()).is_ok()
        }));
        assert!(caught.is_err());
        rate.permit(&Wait::default().within(Duration::from_secs(20))).unwrap();
    }

    #[test]
    fn a_permit_that_is_not_used_is_anothers() {
        let rate = Rate::new(Some(1));
        for _ in 0..100 {
            rate.permit(&Wait::default()).unwrap().end(false, false);
        }
        assert!(rate.lock().open.is_empty());
    }

    #[test]
    fn each_api_has_a_limit_of_its_own() {
        let rates = Rates::new(Some(1));
        let wait = Wait::default().within(Duration::ZERO);
        for api in [Api::Delete, Api::List, Api::Get] {
            use_up(rates.of(api));
            assert!(rates.of(api).permit(&wait).is_err());
        }
    }

    #[test]
    fn a_request_leaves_the_window_a_second_after_the_latest_time_of_its_counting() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        for (answered, leaves) in
            [(Some(10), 1010), (Some(40), 1040), (Some(300), 1050), (None, 1050)]
        {
            let times = ExchangeTimes::default();
            assert_eq!(leaves_at(&times, at(9_999)), None, "nobody knows when it will be written");
            times.note_written(start);
            assert_eq!(leaves_at(&times, at(49)), None, "it is on its way");
            if let Some(answered) = answered {
                times.note_answered(at(answered));
            }
            assert_eq!(leaves_at(&times, at(400)), Some(at(leaves)), "{answered:?}");
        }
    }

    /// A request and its fate, in milliseconds.
    #[derive(Clone, Debug)]
    struct Sent {
        /// After the one before asked for its permit.
        gap: u64,
        connects: u64,
        /// From its writing to where the service counts, and from there to the reply.
        way: u64,
        back: Option<u64>,
    }

    fn sent() -> impl Strategy<Value = Sent> {
        let gap = prop_oneof![3 => Just(0), 1 => 0..1500u64];
        let connects = prop_oneof![3 => Just(0), 1 => 0..400u64];
        let back = prop::option::weighted(0.9, prop_oneof![Just(0), 0..300u64]);
        (gap, connects, 0..=50u64, back).prop_map(|(gap, connects, way, back)| Sent {
            gap,
            connects,
            way,
            back,
        })
    }

    /// A simulated clock: the permits of these requests, one after the other, and what becomes
    /// of each. When the service counts them.
    fn simulate(requests: &[Sent], limit: u32) -> Vec<Instant> {
        let ms = Duration::from_millis;
        let start = Instant::now();
        let (mut line, mut now, mut asked) = (Line::default(), start, start);
        let ticket = line.join();
        // Of each request: its times as they are told, when it is written, and when answered.
        let mut requested: Vec<(ExchangeTimes, Instant, Option<Instant>)> = Vec::new();
        let mut counted = Vec::new();
        for Sent { gap, connects, way, back } in requests {
            asked += ms(*gap);
            now = now.max(asked);
            loop {
                for (times, written, answered) in &requested {
                    if *written <= now {
                        times.note_written(*written);
                    }
                    if let Some(answered) = answered.filter(|at| *at <= now) {
                        times.note_answered(answered);
                    }
                }
                let until_free = line.until_free(ticket, limit, now);
                if until_free.is_zero() {
                    break;
                }
                // Nobody waits that does not have to.
                let counts =
                    |(_, written, answered): &&(ExchangeTimes, Instant, Option<Instant>)| {
                        let after = answered.unwrap_or(*written + LONGEST_WAY);
                        now < *written + LONGEST_WAY + WINDOW && now < after + WINDOW
                    };
                assert!(requested.iter().filter(counts).count() >= limit as usize);
                let events = requested.iter().flat_map(|(_, written, answered)| {
                    [Some(*written), *answered].into_iter().flatten()
                });
                let next = events.filter(|at| *at > now).min();
                now = next.into_iter().fold(now + until_free.min(SLICE), Instant::min);
            }
            let written = now + ms(*connects);
            let at_service = written + ms(*way);
            requested.push((line.open(), written, back.map(|back| at_service + ms(back))));
            counted.push(at_service);
        }
        counted.sort();
        counted
    }

    proptest! {
        #[test]
        fn the_service_never_counts_more_than_the_limit_in_a_second(
            requests in prop::collection::vec(sent(), 1..80),
            limit in 1u32..8,
        ) {
            for window in simulate(&requests, limit).windows(limit as usize + 1) {
                prop_assert!(window[limit as usize] - window[0] >= WINDOW);
            }
        }
    }

    #[test]
    fn a_hundred_calls_take_little_over_four_seconds() {
        let requests = vec![Sent { gap: 0, connects: 0, way: 2, back: Some(2) }; 100];
        let counted = simulate(&requests, 20);
        let took = counted[99] - counted[0];
        assert!((4000..=4050).contains(&took.as_millis()), "{took:?}");
    }
}
