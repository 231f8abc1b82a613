//! Calls per second: never more than the limit in any one second at the service's own clock,
//! first come, first served.
//!
//! The service counts a request somewhere between its writing and its reply. Nothing tells
//! when, so a request counts here until a second after the latest moment that is possible.
//!
//! Written by hand: crates for rate limits count when a permit is given, by the client's clock
//! alone, and their waits can be neither cancelled nor left to whoever is next.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::runtime::task::{Progress, Registered, Waker};
use crate::runtime::wait::SLICE;
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
    Create,
    Labels,
}

/// The limit of each API.
pub(crate) struct Rates {
    delete: Arc<Rate>,
    list: Arc<Rate>,
    get: Arc<Rate>,
    create: Arc<Rate>,
    labels: Arc<Rate>,
}

impl Rates {
    /// At most `limit` requests in any one second for each API; `None`: no limit.
    pub fn new(limit: Option<u32>) -> Rates {
        let rate = || Arc::new(Rate { limit, line: Mutex::default() });
        Rates { delete: rate(), list: rate(), get: rate(), create: rate(), labels: rate() }
    }

    pub fn of(&self, api: Api) -> &Arc<Rate> {
        match api {
            Api::Delete => &self.delete,
            Api::List => &self.list,
            Api::Get => &self.get,
            Api::Create => &self.create,
            Api::Labels => &self.labels,
        }
    }
}

/// The limit of one API: gives out permits.
pub(crate) struct Rate {
    limit: Option<u32>,
    line: Mutex<Line>,
}

/// The right to write one request. Dropped without that it is another's.
pub(crate) struct Permit(Option<(Arc<Rate>, ExchangeTimes)>);

impl Permit {
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

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some((rate, times)) = &self.0
            && times.written().is_none()
        {
            rate.lock().open.retain(|other| !other.is(times));
            rate.wake_first();
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
pub(crate) struct Ticket {
    rate: Arc<Rate>,
    number: u64,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let was_first = self.rate.lock().leave(self.number);
        if was_first {
            self.rate.wake_first();
        }
    }
}

/// Who waits, and what became of the last permits.
#[derive(Default)]
struct Line {
    /// By the number of the ticket, first come first.
    waiting: VecDeque<(u64, Option<Registered>)>,
    next_ticket: u64,
    /// Requests that count for as long as nobody knows: not written yet, or on their way.
    open: Vec<ExchangeTimes>,
    /// When the others leave the window, the next one first.
    leaving: VecDeque<Instant>,
}

impl Rate {
    /// A permit, if it may be had now; `ticket` keeps the place of who waits for it. Whoever gives
    /// up leaves no gap. While others are first it waits without an end: the last of them wakes it.
    pub fn poll(self: &Arc<Self>, ticket: &mut Option<Ticket>, waker: &Waker) -> Progress<Permit> {
        let Some(limit) = self.limit else {
            return Progress::Ready(Permit(None));
        };
        let mut line = self.lock();
        let number = match ticket {
            Some(ticket) => ticket.number,
            None => {
                let number = line.join();
                *ticket = Some(Ticket { rate: self.clone(), number });
                number
            }
        };
        let now = Instant::now();
        let until_free = line.until_free(number, limit, now);
        if until_free.is_zero() {
            let times = line.open();
            drop(line);
            *ticket = None;
            return Progress::Ready(Permit(Some((self.clone(), times))));
        }
        let is_first = line.register(number, waker);
        // Nothing tells when a request on its way is counted, so the first looks again and again.
        Progress::Wait(is_first.then(|| now + until_free.min(SLICE)))
    }

    fn wake_first(&self) {
        let first = self.lock().waiting.front_mut().and_then(|(_, waker)| waker.take());
        if let Some(waker) = first {
            waker.wake();
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
        self.waiting.push_back((ticket, None));
        ticket
    }

    fn place(&self, ticket: u64) -> Option<usize> {
        self.waiting.binary_search_by_key(&ticket, |(number, _)| *number).ok()
    }

    /// Whether this ticket was the first.
    fn leave(&mut self, ticket: u64) -> bool {
        let place = self.place(ticket);
        place.map(|place| self.waiting.remove(place));
        place == Some(0)
    }

    /// Keeps whom to wake for this ticket. Whether it is the first.
    fn register(&mut self, ticket: u64, waker: &Waker) -> bool {
        let place = self.place(ticket);
        if let Some((_, kept)) = place.and_then(|place| self.waiting.get_mut(place)) {
            *kept = Some(waker.register());
        }
        place == Some(0)
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
        if self.waiting.front().is_none_or(|(first, _)| *first != ticket) {
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
    use crate::runtime::task::block_on;
    use proptest::prelude::*;

    fn rate_of_one() -> Arc<Rate> {
        Rates::new(Some(1)).delete
    }

    fn permit(rate: &Arc<Rate>) -> Permit {
        let mut ticket = None;
        block_on(|waker| rate.poll(&mut ticket, waker))
    }

    fn is_free(rate: &Arc<Rate>) -> bool {
        matches!(rate.poll(&mut None, &Waker::Thread), Progress::Ready(_))
    }

    #[test]
    fn who_gives_up_leaves_no_gap() {
        let rate = rate_of_one();
        permit(&rate).end(true, true);
        for _ in 0..100 {
            assert!(!is_free(&rate));
        }
        permit(&rate);
        assert!(rate.lock().waiting.is_empty());
    }

    #[test]
    fn the_next_is_woken_by_whoever_was_first() {
        let rate = rate_of_one();
        permit(&rate).end(true, true);
        let mut first = None;
        assert!(matches!(rate.poll(&mut first, &Waker::Thread), Progress::Wait(Some(_))));
        std::thread::scope(|scope| {
            let (waits, waiting) = std::sync::mpsc::channel();
            let next = scope.spawn({
                let rate = &rate;
                move || {
                    let mut ticket = None;
                    // Nobody else wakes it, and there is no time at which it looks again.
                    assert!(matches!(rate.poll(&mut ticket, &Waker::Thread), Progress::Wait(None)));
                    waits.send(()).unwrap();
                    std::thread::park();
                    assert!(matches!(
                        rate.poll(&mut ticket, &Waker::Thread),
                        Progress::Wait(Some(_))
                    ));
                }
            });
            waiting.recv().unwrap();
            drop(first);
            next.join().unwrap();
        });
    }

    #[test]
    fn a_permit_that_is_not_used_is_anothers() {
        let rate = rate_of_one();
        for _ in 0..100 {
            permit(&rate).end(false, false);
        }
        assert!(rate.lock().open.is_empty());
    }

    #[test]
    fn each_api_has_a_limit_of_its_own() {
        let rates = Rates::new(Some(1));
        for api in [Api::Delete, Api::List, Api::Get, Api::Create, Api::Labels] {
            permit(rates.of(api)).end(true, true);
            assert!(!is_free(rates.of(api)));
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
