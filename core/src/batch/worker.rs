//! What a batch's consumer and its threads share, and the threads' work: one id after the other.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;

use super::item::{self, Item};
use crate::batch::append_log::AppendLog;
use crate::batch::journal::Journal;
use crate::batch::key_set::Keys;
use crate::batch::state::{Queued, State};
use crate::call::attempt;
use crate::call::options::Call;
use crate::client::{Client, Task, Throttling};
use crate::error::{Error, ErrorKind};
use crate::outcome::Status;
use crate::runtime::fork::Process;
use crate::runtime::pool::{self, JobStart};
use crate::text::panic_text;
use crate::wire::request::check_user_id;

pub(super) struct Shared {
    pub client: Client,
    /// The options of every call, and their cancel.
    pub call: Call,
    pub concurrency: usize,
    pub journal: Option<Journal>,
    pub backup: Option<AppendLog>,
    pub keys: Keys,
    /// Where its threads are.
    pub process: Process,
    pub state: Mutex<State>,
    pub changed: Condvar,
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes another thread of the pool, if there is work for it.
    pub fn hire(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let work = state.running + state.queue.len();
        if state.workers >= state.pace.at_once().min(work) {
            drop(state);
            self.changed.notify_all();
            return;
        }
        state.workers += 1;
        drop(state);
        self.take_turn();
    }

    /// Has a worker run as soon as the pool has a thread for it.
    fn take_turn(self: &Arc<Self>) {
        let shared = self.clone();
        pool::run(move |turn| match turn {
            JobStart::Run | JobStart::Cancelled => shared.serve(),
            JobStart::NoThread(why) => {
                let mut state = shared.lock();
                state.workers -= 1;
                shared.halt(state, why.message());
            }
        });
    }

    /// A thread's work for this batch: one id after the other, while there are any.
    fn serve(self: &Arc<Self>) {
        let mut state = self.lock();
        state.serving += 1;
        loop {
            let wait = state.pace.left(Instant::now());
            let may_run = wait.is_zero() && state.running < state.pace.at_once();
            if state.stopped.is_some() {
                state = self.strand(state);
            }
            // One that waits is enough: others may have use for the thread.
            if state.queue.is_empty() || (!may_run && state.workers > state.pace.at_once()) {
                state.workers -= 1;
                state.serving -= 1;
                return;
            }
            if !may_run {
                let time = if wait.is_zero() { Duration::from_millis(50) } else { wait };
                state = self
                    .changed
                    .wait_timeout(state, time)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
                continue;
            }
            let Some(mut queued) = state.queue.pop_front() else { continue };
            state.running += 1;
            drop(state);
            let began = Instant::now();
            let called = catch_unwind(AssertUnwindSafe(|| self.call(&mut queued)));
            let outcome = called.unwrap_or_else(|panic| Outcome::panicked(&queued.task, &*panic));
            state = self.lock();
            state = match outcome {
                Outcome::Item { item, recorded, file_failed } => {
                    let journal = self.journal.is_some();
                    state.summary.unrecorded += u64::from(journal && !recorded);
                    let why = state.account(&item);
                    let why = file_failed.map(|error| error.message().to_owned()).or(why);
                    if let Some(why) = why {
                        state.stop(&why);
                        // Not under the lock: a log handler may ask for the summary. Before the
                        // item: with the last one a consumer has all lines.
                        drop(state);
                        crate::logged(|| log::warn!(target: crate::LOG, "the batch stops: {why}"));
                        state = self.lock();
                    }
                    self.deliver(state, item, 1);
                    self.hire(self.lock());
                    let crowded = pool::is_crowded();
                    state = self.lock();
                    if crowded && state.stopped.is_none() {
                        // To the end of the line: no batch has the threads for itself.
                        state.serving -= 1;
                        drop(state);
                        return self.take_turn();
                    }
                    state
                }
                Outcome::NotBegun => {
                    state.queue.push_front(queued);
                    state.running -= 1;
                    state
                }
                Outcome::Throttled(error) => {
                    let told = state.slow_down(&error, began, Instant::now());
                    queued.throttled = Some(error);
                    state.queue.push_front(queued);
                    state.running -= 1;
                    drop(state);
                    if let Some(told) = told {
                        crate::logged(|| log::warn!(target: crate::LOG, "{told}"));
                    }
                    self.lock()
                }
            };
        }
    }

    /// One id: backed up, announced, called, recorded.
    fn call(&self, queued: &mut Queued) -> Outcome {
        let user_id = queued.task.user_id.clone();
        let uncertain = queued.task.story.uncertain;
        // Without a record there is no call, and so nothing to announce.
        let not_called = |error: Error| Outcome::Item {
            item: Item::new(Err(error.clone().about_contact(&user_id, 0, uncertain))),
            recorded: true,
            file_failed: Some(error).filter(|error| error.kind() == ErrorKind::Journal),
        };
        if let Err(error) = check_user_id(&user_id) {
            return not_called(error);
        }
        if let Some(backup) = &self.backup
            && !queued.backed_up
        {
            match self.back_up(backup, &user_id) {
                Ok(()) => queued.backed_up = true,
                Err(error) if error.kind() == ErrorKind::Throttled => {
                    return Outcome::Throttled(error.about_contact(&user_id, 0, uncertain));
                }
                // By the gate, or by a cancel of the batch.
                Err(error) if error.kind() == ErrorKind::Cancelled => return Outcome::NotBegun,
                Err(error) => return not_called(error),
            }
        }
        if let Some(journal) = &self.journal
            && !queued.announced
        {
            if let Err(error) = journal.announce(&user_id) {
                return not_called(error);
            }
            queued.announced = true;
        }
        let before = queued.task.story.attempts;
        let outcome = self.client.work(&mut queued.task, &self.call, Throttling::GiveBack);
        if let Err(error) = &outcome {
            match error.kind() {
                ErrorKind::Throttled => return Outcome::Throttled(error.clone()),
                // By the gate, or by a cancel of the batch: either way it was not called.
                ErrorKind::Cancelled if error.attempts() == before => return Outcome::NotBegun,
                _ => {}
            }
        }
        let item = Item::new(outcome);
        let file_failed = self.journal.as_ref().and_then(|journal| journal.record(&item).err());
        Outcome::Item { item, recorded: file_failed.is_none(), file_failed }
    }

    /// Keeps a contact's record. Where there is no such contact, there is none to keep.
    fn back_up(&self, backup: &AppendLog, user_id: &str) -> Result<(), Error> {
        match self.client.record_of(user_id, &self.call, Throttling::GiveBack) {
            Ok(contact) => backup.write(json!({"user_id": user_id, "record": contact.record()})),
            Err(error) if error.is_missing() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Stops the batch from outside of a call.
    pub fn halt(&self, mut state: MutexGuard<'_, State>, why: &str) {
        state.stop(why);
        let state = self.strand(state);
        self.notice_end(state);
    }

    /// Ends what is queued: not attempted, or throttled where a request was made.
    fn strand<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let stranded = std::mem::take(&mut state.queue);
        // They count as running until they are delivered, so that nobody sees an early end.
        state.running += stranded.len();
        for Queued { task, throttled, announced, .. } in stranded {
            let Task { user_id, story, .. } = task;
            state.summary.calls +=
                throttled.as_ref().map_or(0, |error| u64::from(error.attempts()));
            if let Some(journal) = self.journal.as_ref().filter(|_| announced) {
                drop(state);
                let not_begun = || attempt::cancelled("waiting for its turn");
                let end = throttled.clone().unwrap_or_else(|| {
                    not_begun().about_contact(&user_id, story.attempts, story.uncertain)
                });
                let recorded = journal.record(&Item::new(Err(end)));
                state = self.lock();
                // The batch has stopped already; a record that fails cannot stop it more.
                state.summary.unrecorded += u64::from(recorded.is_err());
            }
            let left = item::Outcome::NotAttempted { user_id };
            self.deliver(state, Item::new(throttled.map_or(left, item::Outcome::Error)), 1);
            state = self.lock();
        }
        state
    }

    /// Counts an item and hands it to who waits, or keeps it for who comes. `ran` calls
    /// under way end with it.
    pub fn deliver(&self, mut state: MutexGuard<'_, State>, item: Item, ran: usize) {
        state.running -= ran;
        let summary = &mut state.summary;
        let group = match &item.outcome {
            item::Outcome::Deletion(it) if it.status == Status::Deleted => &mut summary.deleted,
            item::Outcome::Deletion(_) => &mut summary.absent,
            item::Outcome::Error(error) if error.maybe_deleted() => &mut summary.maybe_deleted,
            item::Outcome::Error(_) => &mut summary.failed,
            item::Outcome::NotAttempted { .. } => &mut summary.not_attempted,
        };
        *group += 1;
        self.note_end(&mut state);
        let waker = state.waker.take();
        let item = match waker {
            Some(_) => Some(item),
            None => {
                state.done.push_back(item);
                None
            }
        };
        drop(state);
        self.changed.notify_all();
        if let Some(waker) = waker {
            pool::guarded(|| waker(item));
        }
    }

    /// Notes the end with the last item, before anybody can see it: the journal is free for
    /// the next run then.
    fn note_end(&self, state: &mut State) {
        let over = state.finished && state.running == 0 && state.queue.is_empty();
        if over && state.summary.end.is_none() {
            state.summary.end = Some(SystemTime::now());
            if let Some(journal) = &self.journal {
                journal.release();
            }
            if let Some(backup) = &self.backup {
                backup.release();
            }
        }
    }

    /// Tells who waits that there will be no more.
    pub fn notice_end(&self, mut state: MutexGuard<'_, State>) {
        self.note_end(&mut state);
        let waker = if state.is_over() { state.waker.take() } else { None };
        drop(state);
        self.changed.notify_all();
        if let Some(waker) = waker {
            pool::guarded(|| waker(None));
        }
    }
}

enum Outcome {
    Item {
        item: Item,
        /// Whether the journal, where there is one, says so.
        recorded: bool,
        /// Why journal or backup could not be written.
        file_failed: Option<Error>,
    },
    Throttled(Error),
    /// The batch has stopped or pauses, and nothing was sent.
    NotBegun,
}

impl Outcome {
    /// A log handler's panic, say. What was sent must be told all the same.
    fn panicked(Task { user_id, story, .. }: &Task, panic: &(dyn Any + Send)) -> Outcome {
        let error = Error::new(ErrorKind::Internal, format!("a panic: {}", panic_text(panic)));
        let uncertain = story.uncertain || story.attempts > 0;
        let error = error.about_contact(user_id, story.attempts, uncertain);
        Outcome::Item { item: Item::new(Err(error)), recorded: false, file_failed: None }
    }
}
