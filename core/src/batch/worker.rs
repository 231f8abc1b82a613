//! What a batch's consumer and its threads share, and what each thread does: one id after the
//! other.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::batch::deleter::{Deleter, Ended, Processed, Queued};
use crate::batch::key_set::Keys;
use crate::batch::state::State;
use crate::error::Error;
use crate::runtime::fork::Process;
use crate::runtime::pool::{self, JobStart};

pub(super) struct Shared {
    pub deleter: Deleter,
    pub concurrency: usize,
    pub keys: Keys,
    /// The process that has the threads: a forked child has none of them.
    pub process: Process,
    pub state: Mutex<State>,
    pub changed: Condvar,
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the pool for another thread, if there is work for it.
    pub fn spawn_worker(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let work = state.running + state.queue.len();
        if state.workers >= state.pace.at_once().min(work) {
            drop(state);
            self.changed.notify_all();
            return;
        }
        state.workers += 1;
        drop(state);
        self.wait_for_thread();
    }

    /// Serves as soon as the pool has a thread.
    fn wait_for_thread(self: &Arc<Self>) {
        let shared = self.clone();
        pool::run(move |start| match start {
            JobStart::Run | JobStart::Cancelled => shared.serve(),
            JobStart::NoThread(why) => {
                let mut state = shared.lock();
                state.workers -= 1;
                shared.stop_now(state, why.message());
            }
        });
    }

    /// A thread's work for this batch: one id after the other, while there are any.
    fn serve(self: &Arc<Self>) {
        self.lock().serving += 1;
        while let Some(mut queued) = self.next_queued() {
            let began = Instant::now();
            match self.deleter.process(&mut queued) {
                Processed::Ended(ended) => {
                    self.complete(ended, 1);
                    self.spawn_worker(self.lock());
                    if self.yields_thread() {
                        return self.wait_for_thread();
                    }
                }
                Processed::Throttled(error) => self.throttle(queued, error, began),
                Processed::NotBegun => self.lock().put_back(queued),
            }
        }
    }

    /// Waits until an id may be called, and takes it from the queue. `None` where the batch does
    /// not need the thread any more.
    fn next_queued(&self) -> Option<Queued> {
        let mut state = self.lock();
        loop {
            if state.is_stopped() {
                self.drain(state);
                state = self.lock();
            }
            let pause = state.pause();
            let may_run = pause.is_zero() && state.running < state.pace.at_once();
            // One waiting thread is enough: other batches may need this one.
            if state.queue.is_empty() || (!may_run && state.workers > state.pace.at_once()) {
                state.workers -= 1;
                state.serving -= 1;
                return None;
            }
            if may_run {
                state.running += 1;
                return state.queue.pop_front();
            }
            let time = if pause.is_zero() { Duration::from_millis(50) } else { pause };
            let waited = self.changed.wait_timeout(state, time);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether to leave the thread to others that wait for one, and to wait behind them: no batch
    /// keeps the pool for itself.
    fn yields_thread(&self) -> bool {
        if !pool::is_crowded() {
            return false;
        }
        let mut state = self.lock();
        let yields = !state.is_stopped();
        state.serving -= usize::from(yields);
        yields
    }

    /// Slows the batch down for an id whose call began then and was throttled.
    fn throttle(&self, queued: Queued, error: Error, began: Instant) {
        let mut state = self.lock();
        let log = state.slow_down(&error, began, Instant::now());
        state.put_back(queued.throttled(error));
        drop(state);
        if let Some(text) = log {
            crate::logged(|| log::warn!(target: crate::LOG, "{text}"));
        }
    }

    /// Stops the batch if this end of an id is a reason to, and delivers its item. `ran` as for
    /// [`deliver`](Shared::deliver).
    pub fn complete(&self, ended: Ended, ran: usize) {
        let mut state = self.lock();
        let learnt = state.learn(&ended.item);
        let file_error = ended.file_error.as_ref().map(|error| error.message().to_owned());
        // Calls side by side end for one reason, which is told once.
        if let Some(why) = file_error.or(learnt)
            && state.stop(&why)
        {
            // Not under the lock: a log handler may ask for the summary. Before the item: with
            // the last one a consumer has all lines.
            drop(state);
            crate::logged(|| log::warn!(target: crate::LOG, "the batch stops: {why}"));
            state = self.lock();
        }
        self.deliver(state, ended, ran);
    }

    /// Stops the batch from outside of a call.
    pub fn stop_now(&self, mut state: MutexGuard<'_, State>, why: &str) {
        state.stop(why);
        self.drain(state);
        self.notice_end(self.lock());
    }

    /// Ends what is queued.
    fn drain(&self, mut state: MutexGuard<'_, State>) {
        let abandoned = std::mem::take(&mut state.queue);
        // They count as running until they are delivered: the batch has not ended before.
        state.running += abandoned.len();
        // Not under the lock: the journal may take long.
        drop(state);
        for queued in abandoned {
            let ended = self.deleter.abandon(queued);
            self.deliver(self.lock(), ended, 1);
        }
    }

    /// Counts an item, and hands it to the waker or keeps it. `ran` is 1 for an id that counts as
    /// running, and 0 for one that never was in the queue.
    pub fn deliver(&self, mut state: MutexGuard<'_, State>, ended: Ended, ran: usize) {
        let Ended { item, unrecorded, .. } = ended;
        state.running -= ran;
        state.summary.count(&item, unrecorded);
        self.note_end(&mut state);
        let Some(waker) = state.waker.take() else {
            state.done.push_back(item);
            drop(state);
            return self.changed.notify_all();
        };
        drop(state);
        self.changed.notify_all();
        pool::guarded(|| waker(Some(item)));
    }

    /// Notes the end before the last item can be taken: whoever has it can begin the next run with
    /// the same journal.
    fn note_end(&self, state: &mut State) {
        if state.is_done() && state.summary.end.is_none() {
            state.summary.end = Some(SystemTime::now());
            self.deleter.release();
        }
    }

    /// Tells everybody who waits, if there will be no more items.
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
