//! What a batch knows at any moment, under one lock.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::batch::deleter::Queued;
use crate::batch::item::{Item, Outcome};
use crate::batch::key_set::KeySet;
use crate::batch::missing::Missing;
use crate::batch::pace::{Pace, Slowed};
use crate::batch::run_record::{SlowDown, StopReason, Stopped};
use crate::batch::summary::Summary;
use crate::error::{Error, ErrorKind};
use crate::runtime::task::{Registered, Task};
use crate::wire::errcode;

/// So many ids in a row that failed by the network or the service stop the batch.
const FAILURES_IN_A_ROW: u32 = 20;

pub(super) struct State {
    pub queue: VecDeque<Queued>,
    pub done: VecDeque<Item>,
    /// Ids that have left the queue and are not done.
    pub running: usize,
    /// Workers that have begun, or are about to.
    pub workers: usize,
    /// Of these, those that have begun: one that waits is woken, and gets a thread.
    pub serving: usize,
    /// Whom the end of another id wakes: workers that may not call the next one yet.
    pub idle: Vec<Registered>,
    tasks: Vec<Weak<Task>>,
    /// No more ids come.
    pub finished: bool,
    pub pace: Pace,
    failures: u32,
    /// `None` where missing contacts do not stop the batch.
    missing: Option<Missing>,
    pub seen: KeySet,
    /// Why it stopped, as `summary` says in words.
    stopped: Option<Stopped>,
    /// It has stopped, and the item that says why comes next: what is not attempted waits for it.
    pub owes_reason: bool,
    pub summary: Summary,
    pub waker: Option<Waker>,
    /// A thread waits for an item, and nobody has woken it yet.
    pub awaited: bool,
}

/// A reason to stop: for the journal, and in words.
pub(super) struct EarlyStop {
    pub stopped: Stopped,
    pub why: String,
}

impl EarlyStop {
    pub fn new(reason: StopReason, why: impl Into<String>) -> EarlyStop {
        EarlyStop { stopped: Stopped::because(reason), why: why.into() }
    }

    /// By an answer of the service.
    fn by(error: &Error, reason: StopReason, why: impl Into<String>) -> EarlyStop {
        let stopped = Stopped { reason, code: error.code().map(str::to_owned) };
        EarlyStop { stopped, why: why.into() }
    }
}

/// What a throttled call means for the batch.
#[derive(Default)]
pub(super) struct SlowedDown {
    /// What to log.
    pub log: Option<String>,
    /// What to record.
    pub record: Option<SlowDown>,
    /// It stops the batch, and its id is the reason.
    pub stops: bool,
}

pub(super) type Waker = Box<dyn FnOnce(Option<Item>) + Send>;

impl State {
    pub fn new(concurrency: u32, missing: Option<Missing>, summary: Summary) -> State {
        State {
            queue: VecDeque::new(),
            done: VecDeque::new(),
            running: 0,
            workers: 0,
            serving: 0,
            idle: Vec::new(),
            tasks: Vec::new(),
            finished: false,
            pace: Pace::new(concurrency, Instant::now()),
            failures: 0,
            missing,
            seen: KeySet::default(),
            stopped: None,
            owes_reason: false,
            summary,
            waker: None,
            awaited: false,
        }
    }

    /// Notes a worker, so that it can be woken wherever it waits.
    pub fn note_task(&mut self, task: &Arc<Task>) {
        if self.tasks.len() == self.tasks.capacity() {
            self.tasks.retain(|task| task.strong_count() > 0);
        }
        self.tasks.push(Arc::downgrade(task));
    }

    /// The workers that there are.
    pub fn tasks(&self) -> Vec<Arc<Task>> {
        self.tasks.iter().filter_map(Weak::upgrade).collect()
    }

    /// Learns from an id that ended. Returns why the batch stops, if it does.
    pub fn learn(&mut self, item: &Item) -> Option<EarlyStop> {
        // It says nothing about the service now.
        if item.settled_before {
            return None;
        }
        match &item.outcome {
            Outcome::Deletion(_) => {
                self.failures = 0;
                self.answered(false)
            }
            Outcome::Error(error) => self.learn_from_error(error),
            Outcome::NotAttempted { .. } => None,
        }
    }

    fn learn_from_error(&mut self, error: &Error) -> Option<EarlyStop> {
        use ErrorKind::{Connection, Protocol, Service, Timeout, Tls};
        let failed = matches!(error.kind(), Connection | Tls | Timeout | Protocol | Service);
        self.failures = if failed { self.failures + 1 } else { 0 };
        let too_many_missing = match error.code() {
            Some(_) if !failed => self.answered(error.is_missing()),
            _ => None,
        };
        if error.stops_batch() {
            let reason = match error.kind() {
                ErrorKind::Journal => StopReason::File,
                _ => StopReason::Refused,
            };
            return Some(EarlyStop::by(error, reason, meaning(error)));
        }
        too_many_missing.or_else(|| {
            (self.failures >= FAILURES_IN_A_ROW).then(|| {
                let last = error.message();
                let why =
                    format!("{FAILURES_IN_A_ROW} contacts in a row failed, the last one: {last}");
                EarlyStop::by(error, StopReason::Failures, why)
            })
        })
    }

    /// The service answered and did not throttle. Returns why the batch stops all the same, if it
    /// does.
    fn answered(&mut self, missing: bool) -> Option<EarlyStop> {
        self.pace.speed_up();
        let why = self.missing.as_mut()?.note(missing)?;
        Some(EarlyStop::new(StopReason::Missing, why))
    }

    /// Notes why the batch stops; the first reason stays. Whether this is the first.
    pub fn stop(&mut self, stop: &EarlyStop) -> bool {
        let first = !self.is_stopped();
        if first {
            self.summary.stopped = Some(stop.why.clone());
            self.stopped = Some(stop.stopped.clone());
        }
        first
    }

    /// Why it has stopped, for the journal.
    pub fn stopped(&self) -> Option<&Stopped> {
        self.stopped.as_ref()
    }

    pub fn is_stopped(&self) -> bool {
        self.summary.stopped.is_some()
    }

    /// How long no call may begin from now on.
    pub fn pause(&self) -> Duration {
        self.pace.left(Instant::now())
    }

    /// Whether no call may begin now, even if it has a thread.
    pub fn is_held(&self) -> bool {
        self.is_stopped() || !self.pause().is_zero()
    }

    /// Learns from a call that began at `began` and was throttled.
    pub fn slow_down(&mut self, error: &Error, began: Instant, now: Instant) -> SlowedDown {
        let before = self.pace.slowed();
        let mut stops = false;
        let log = match self.pace.slow_down(error, began, now) {
            Slowed::Briefly => None,
            Slowed::Pauses(wait) => Some(format!("the batch pauses for {wait:?}: throttled")),
            Slowed::GiveUp => {
                let why = format!("blocked for an hour: {}; run it again later", meaning(error));
                let stop = EarlyStop::by(error, StopReason::Blocked, why);
                stops = self.stop(&stop);
                self.owes_reason |= stops;
                stops.then(|| format!("the batch stops: {}", stop.why))
            }
        };
        // Calls side by side are refused for one reason: that is recorded once.
        let record = (self.pace.slowed() != before).then(|| SlowDown {
            pause: self.pace.left(now),
            concurrency: self.pace.at_once(),
            code: error.code().map(str::to_owned),
        });
        SlowedDown { log, record, stops }
    }

    /// Takes the next id, to run in the place of one that has ended, if it may be called now and
    /// `is_ready`.
    pub fn take_next(&mut self, is_ready: impl FnOnce(&Queued) -> bool) -> Option<Queued> {
        let may_run = !self.is_held() && self.running <= self.pace.at_once();
        match may_run && self.queue.front().is_some_and(is_ready) {
            true => self.queue.pop_front(),
            false => None,
        }
    }

    /// Puts an id back at the head of the queue.
    pub fn put_back(&mut self, queued: Queued) {
        self.queue.push_front(queued);
        self.running -= 1;
    }

    /// Whether nothing more will be done.
    pub fn is_done(&self) -> bool {
        self.finished && self.running == 0 && self.queue.is_empty() && !self.owes_reason
    }

    /// Takes the next item. `Ready(None)` where everything is done and taken.
    pub fn try_next(&mut self) -> Poll<Option<Item>> {
        match self.done.pop_front() {
            Some(item) => Poll::Ready(Some(item)),
            None if self.is_over() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    /// Whether everything is done and taken.
    pub fn is_over(&self) -> bool {
        self.is_done() && self.done.is_empty()
    }
}

/// What an error means, whichever contact it was about.
fn meaning(error: &Error) -> &str {
    error.code().and_then(errcode::explain).map_or(error.message(), |row| row.meaning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BatchOptions;
    use crate::Client;

    #[test]
    fn every_answer_brings_the_pace_back_up_and_a_failure_does_not() {
        let client = Client::builder().access_token("t").endpoint("http://127.0.0.1:1");
        let batch = client.build().unwrap().batch(BatchOptions::new()).unwrap();
        let mut state = batch.0.lock();
        let refused = Error::new(ErrorKind::InvalidUserId, "no such contact")
            .with(|fields| fields.code = Some("33012".into()));
        let lost = Error::new(ErrorKind::Connection, "the connection was reset");
        for (error, rises) in [(refused, true), (lost, false)] {
            for _ in 0..8 {
                state.pace.slow_down(&error, Instant::now(), Instant::now());
            }
            assert_eq!(state.pace.at_once(), 1);
            (0..10).for_each(|_| drop(state.learn(&Item::new(Err(error.clone())))));
            assert_eq!(state.pace.at_once() > 1, rises);
        }
    }

    #[test]
    fn an_hour_of_nothing_but_a_block_stops_the_batch() {
        let client = Client::builder().access_token("t").endpoint("http://127.0.0.1:1");
        let batch = client.build().unwrap().batch(BatchOptions::new()).unwrap();
        let mut state = batch.0.lock();
        let blocked = Error::new(ErrorKind::Throttled, "refused")
            .with(|fields| fields.code = Some("90004".into()));
        let start = Instant::now();
        for (minutes, stops) in [(0, false), (59, false), (60, true)] {
            let now = start + Duration::from_secs(minutes * 60);
            let told = state.slow_down(&blocked, now, now).log.unwrap();
            assert!(told.starts_with(if stops { "the batch stops" } else { "the batch pauses" }));
            assert_eq!(state.is_stopped(), stops, "after {minutes} minutes");
            assert_eq!(state.owes_reason, stops);
        }
        let why = state.summary.stopped.as_deref().unwrap();
        assert!(why.contains("this app may not call any API for a while"), "{why}");
    }
}
