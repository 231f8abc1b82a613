//! What a batch's consumer and its workers share, and what each worker does: one id after the
//! other. A worker has a thread only while it has something to do.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use crate::batch::deleter::{Deleter, Ended, Processed, Queued};
use crate::batch::item::Item;
use crate::batch::key_set::Keys;
use crate::batch::run_record::StopReason;
use crate::batch::state::{EarlyStop, State};
use crate::error::Error;
use crate::runtime::fork::Process;
use crate::runtime::pool::{self, Start};
use crate::runtime::task::{Progress, Ran, Registered, Task, Waker, Work};

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

    /// Begins another worker, if there is work for it.
    pub fn spawn_worker(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let work = state.running + state.queue.len();
        if state.workers >= state.pace.at_once().min(work) {
            return;
        }
        state.workers += 1;
        let worker = Worker { shared: self.clone(), current: None, serves: false };
        let task = Task::new(worker);
        state.note_task(&task);
        drop(state);
        task.wake();
    }

    /// The next id that may be called, from the queue; else what its worker does.
    fn next_queued(&self, waker: &Waker) -> Result<Queued, Ran> {
        let mut state = self.lock();
        if state.is_stopped() {
            self.drain(state);
            state = self.lock();
        }
        let pause = state.pause();
        let may_run = !state.is_held() && state.running < state.pace.at_once();
        // One waiting worker is enough.
        if state.queue.is_empty() || (!may_run && state.workers > state.pace.at_once()) {
            state.workers -= 1;
            state.serving -= 1;
            return Err(Ran::Done);
        }
        if may_run {
            state.running += 1;
            return state.queue.pop_front().ok_or(Ran::Done);
        }
        state.idle.push(waker.register());
        Err(Ran::Wait((!pause.is_zero()).then(|| Instant::now() + pause)))
    }

    /// Lets all workers look again whether to go on.
    pub fn wake_workers(&self) {
        let tasks = self.lock().tasks();
        tasks.iter().for_each(Task::wake);
    }

    /// Slows the batch down for an id whose call began then and was throttled.
    fn throttle(&self, queued: Queued, error: Error, began: Instant) {
        let slowed = self.lock().slow_down(&error, began, Instant::now());
        // Those that wait for their turn have sent nothing, and begin after the pause.
        self.wake_workers();
        if let Some(text) = slowed.log {
            crate::logged(|| log::warn!(target: crate::LOG, "{text}"));
        }
        // As long as the id counts as running the batch has not ended, and the journal is its own.
        let recorded = slowed.record.map_or(Ok(()), |slowed| self.deleter.slow_down(&slowed));
        let mut state = self.lock();
        if let Err(error) = recorded {
            state.stop(&EarlyStop::new(StopReason::File, error.message()));
        }
        // It goes to the head of the queue, so that it is drained first.
        state.put_back(queued.throttled(error));
        state.owes_reason &= !slowed.stops;
    }

    /// Records the end of an id and delivers its item. Returns the next one, with which the worker
    /// goes on, where there is one: it is announced by the same sync.
    fn record(&self, item: Item) -> Option<Queued> {
        let mut state = self.lock();
        let learnt = state.learn(&item);
        let mut next = match learnt {
            None => state.take_next(|queued| self.deleter.can_announce(queued)),
            Some(_) => None,
        };
        drop(state);
        let ended = self.deleter.record(item, next.as_mut());
        let mut state = self.lock();
        if ended.file_error.is_some()
            && let Some(next) = next.take()
        {
            state.queue.push_front(next);
        }
        // The next one runs in its place.
        let ran = usize::from(next.is_none());
        self.end(state, ended, learnt, ran);
        next
    }

    /// Learns from the end of an id that has no record, or has one already, and delivers its item.
    /// `ran` as for [`deliver`](Shared::deliver).
    pub fn complete(&self, ended: Ended, ran: usize) {
        let mut state = self.lock();
        let learnt = state.learn(&ended.item);
        self.end(state, ended, learnt, ran);
    }

    /// Stops the batch if there is a reason to, and delivers an item; after it, what that keeps from
    /// being called.
    fn end<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        ended: Ended,
        learnt: Option<EarlyStop>,
        ran: usize,
    ) {
        let file_error = ended.file_error.as_ref();
        let file_error = file_error.map(|error| EarlyStop::new(StopReason::File, error.message()));
        // Calls side by side end for one reason, which is told once.
        let stop = file_error.or(learnt).filter(|stop| state.stop(stop));
        if let Some(stop) = &stop {
            state.owes_reason = true;
            // Not under the lock: a log handler may ask for the summary. Before the item: with
            // the last one a consumer has all lines.
            drop(state);
            self.wake_workers();
            crate::logged(|| log::warn!(target: crate::LOG, "the batch stops: {}", stop.why));
            state = self.lock();
            state.owes_reason = false;
        }
        self.deliver(state, ended, ran);
        if stop.is_some() {
            self.drain(self.lock());
        }
    }

    /// Stops the batch from outside of a call.
    pub fn stop_now(&self, mut state: MutexGuard<'_, State>, stop: &EarlyStop) {
        state.stop(stop);
        self.drain(state);
        self.wake_workers();
        self.notice_end(self.lock());
    }

    /// Stops the batch, and leaves it to the workers to end what is queued.
    pub fn stop_soon(&self, mut state: MutexGuard<'_, State>, stop: &EarlyStop) {
        state.stop(stop);
        drop(state);
        self.wake_workers();
        self.changed.notify_all();
    }

    /// Ends what is queued.
    fn drain(&self, mut state: MutexGuard<'_, State>) {
        // Whoever delivers the reason drains after it.
        if state.owes_reason {
            return;
        }
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
        let idle = std::mem::take(&mut state.idle);
        let awaited = std::mem::take(&mut state.awaited);
        let waker = state.waker.take();
        let item = match waker {
            Some(_) => Some(item),
            None => {
                state.done.push_back(item);
                None
            }
        };
        drop(state);
        idle.iter().for_each(Registered::wake);
        // It costs a system call even where nobody waits.
        if awaited {
            self.changed.notify_all();
        }
        if let (Some(waker), Some(item)) = (waker, item) {
            pool::guarded(|| waker(Some(item)));
        }
    }

    /// Notes the end before the last item can be taken: whoever has it can begin the next run with
    /// the same journal.
    fn note_end(&self, state: &mut State) {
        if state.is_done() && state.summary.end.is_none() {
            state.summary.end = Some(SystemTime::now());
            self.deleter.close(state.stopped());
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

/// One id after the other, while there are any.
struct Worker {
    shared: Arc<Shared>,
    current: Option<Current>,
    /// It counts among those that serve.
    serves: bool,
}

/// An id that a worker has taken from the queue, and when.
struct Current {
    queued: Queued,
    began: Instant,
}

impl Work for Worker {
    fn look(&mut self, waker: &Waker) -> Progress<()> {
        match &mut self.current {
            Some(current) => self.shared.deleter.look(&mut current.queued, waker),
            None => Progress::Ready(()),
        }
    }

    fn run(&mut self, start: Start, waker: &Waker) -> Ran {
        if let Start::NoThread(why) = start {
            return self.give_up(&why);
        }
        if !std::mem::replace(&mut self.serves, true) {
            self.shared.lock().serving += 1;
        }
        loop {
            let mut current = match self.current.take() {
                Some(current) => current,
                None => match self.shared.next_queued(waker) {
                    Ok(queued) => Current::new(queued),
                    Err(ran) => return ran,
                },
            };
            match self.shared.deleter.process(&mut current.queued, waker) {
                Progress::Wait(until) => {
                    self.current = Some(current);
                    return Ran::Wait(until);
                }
                Progress::Ready(Processed::Ended(ended)) => self.shared.complete(ended, 1),
                Progress::Ready(Processed::ToRecord(item)) => {
                    self.current = self.shared.record(item).map(Current::new);
                }
                Progress::Ready(Processed::Throttled(error)) => {
                    self.shared.throttle(current.queued, error, current.began);
                    continue;
                }
                Progress::Ready(Processed::NotBegun) => {
                    self.shared.lock().put_back(current.queued);
                    continue;
                }
            }
            self.shared.spawn_worker(self.shared.lock());
            if self.yields_thread() {
                return Ran::Yield;
            }
        }
    }
}

impl Current {
    fn new(queued: Queued) -> Current {
        Current { queued, began: Instant::now() }
    }
}

impl Worker {
    /// Whether to leave the thread to others that wait for one, and to wait behind them: no batch
    /// keeps the pool for itself.
    fn yields_thread(&mut self) -> bool {
        if !pool::is_crowded() {
            return false;
        }
        let mut state = self.shared.lock();
        let yields = !state.is_stopped();
        state.serving -= usize::from(yields);
        self.serves = !yields;
        yields
    }

    /// Ends, and the batch with it, as there is no thread.
    fn give_up(&mut self, why: &Error) -> Ran {
        let mut state = self.shared.lock();
        if let Some(current) = self.current.take() {
            state.put_back(current.queued);
        }
        state.workers -= 1;
        state.serving -= usize::from(self.serves);
        self.shared.stop_now(state, &EarlyStop::new(StopReason::Thread, why.message()));
        Ran::Done
    }
}
