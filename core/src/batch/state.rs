//! What a batch knows at any moment, under one lock.

use std::collections::VecDeque;
use std::time::Instant;

use crate::batch::item::{self, Item};
use crate::batch::key_set::KeySet;
use crate::batch::missing::Missing;
use crate::batch::pace::{Pace, Slowed};
use crate::batch::summary::Summary;
use crate::client::Task;
use crate::error::{Error, ErrorKind};
use crate::wire::errcode;

/// So many ids in a row that ended in trouble of the network or the service stop the batch.
const TROUBLE_IN_A_ROW: u32 = 20;

pub(super) struct State {
    pub queue: VecDeque<Queued>,
    pub done: VecDeque<Item>,
    /// Calls under way.
    pub running: usize,
    /// Those that serve this batch or wait for a thread of the pool, and those that have one.
    pub workers: usize,
    pub serving: usize,
    pub finished: bool,
    pub stopped: Option<String>,
    pub pace: Pace,
    pub trouble: u32,
    /// Where too many of these stop the batch.
    pub missing: Option<Missing>,
    pub seen: KeySet,
    pub summary: Summary,
    pub waker: Option<Waker>,
}

pub(super) type Waker = Box<dyn FnOnce(Option<Item>) + Send>;

pub(super) struct Queued {
    pub task: Task,
    pub announced: bool,
    pub backed_up: bool,
    /// Why it is back in the queue.
    pub throttled: Option<Error>,
}

impl State {
    /// What an ended id means for the batch: why to stop it.
    pub fn account(&mut self, item: &Item) -> Option<String> {
        use ErrorKind::{Connection, Protocol, Service, Timeout, Tls};
        match &item.outcome {
            item::Outcome::Deletion(deletion) => {
                self.summary.calls += u64::from(deletion.attempts);
                self.trouble = 0;
                self.answered(false)
            }
            item::Outcome::Error(error) => {
                self.summary.calls += u64::from(error.attempts());
                let kind = error.kind();
                let trouble = matches!(kind, Connection | Tls | Timeout | Protocol | Service);
                self.trouble = if trouble { self.trouble + 1 } else { 0 };
                let doubt = match error.code() {
                    Some(_) if !trouble => self.answered(error.is_missing()),
                    _ => None,
                };
                if error.stops_batch() {
                    return Some(meaning(error).to_owned());
                }
                doubt.or_else(|| {
                    (self.trouble >= TROUBLE_IN_A_ROW).then(|| {
                        let last = error.message();
                        format!("{TROUBLE_IN_A_ROW} contacts in a row failed, the last one: {last}")
                    })
                })
            }
            item::Outcome::NotAttempted { .. } => None,
        }
    }

    /// The service has answered, and did not ask for fewer calls: why to stop all the same.
    fn answered(&mut self, missing: bool) -> Option<String> {
        self.pace.speed_up();
        self.missing.as_mut()?.note(missing)
    }

    /// Notes why the batch stops; the first reason stays.
    pub fn stop(&mut self, why: &str) {
        self.stopped.get_or_insert_with(|| why.to_owned());
    }

    /// Whether no call may begin now, though it has a thread.
    pub fn is_held(&self) -> bool {
        self.stopped.is_some() || !self.pace.left(Instant::now()).is_zero()
    }

    /// What it means for the batch that a call that began then was throttled: what to log.
    pub fn slow_down(&mut self, error: &Error, began: Instant, now: Instant) -> Option<String> {
        match self.pace.slow_down(error, began, now) {
            Slowed::Briefly => None,
            Slowed::Pauses(wait) => Some(format!("the batch pauses for {wait:?}: throttled")),
            Slowed::GiveUp => {
                let why = format!("blocked for an hour: {}; run it again later", meaning(error));
                self.stop(&why);
                Some(format!("the batch stops: {why}"))
            }
        }
    }

    pub fn is_over(&self) -> bool {
        self.finished && self.running == 0 && self.queue.is_empty() && self.done.is_empty()
    }
}

/// What an error means, whichever contact it was about.
fn meaning(error: &Error) -> &str {
    error.code().and_then(errcode::explain).map_or(error.message(), |row| row.meaning)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::BatchOptions;
    use crate::Client;

    #[test]
    fn every_answer_brings_the_pace_back_up_and_trouble_does_not() {
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
            (0..10).for_each(|_| drop(state.account(&Item::new(Err(error.clone())))));
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
            let told = state.slow_down(&blocked, now, now).unwrap();
            assert!(told.starts_with(if stops { "the batch stops" } else { "the batch pauses" }));
            assert_eq!(state.stopped.is_some(), stops, "after {minutes} minutes");
        }
        let why = state.stopped.as_deref().unwrap();
        assert!(why.contains("this app may not call any API for a while"), "{why}");
    }
}
