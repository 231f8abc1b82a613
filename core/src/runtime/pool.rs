//! The threads for asynchronous callers and batches: one pool for the process, which grows on
//! demand and whose idle threads end. A blocking call never comes here.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::error::Error;
use crate::runtime::cancel::{CancelFlag, OnCancel};
use crate::runtime::fork::PerProcess;
use crate::runtime::thread::spawn;

/// The most threads that the pool grows to, and so the most calls at once that are not on a thread
/// of the program.
pub(crate) const MOST_THREADS: usize = 64;
/// A thread without work ends after this long.
const IDLE: Duration = Duration::from_secs(10);

/// A child after `fork` has none of its parent's threads; it grows its own.
static POOL: LazyLock<PerProcess<Arc<Pool>>> = LazyLock::new(|| PerProcess::new(Arc::default()));

/// What a job is told when it starts.
pub(crate) enum JobStart {
    /// It has a thread.
    Run,
    /// It was cancelled before it had one.
    Cancelled,
    /// There is no thread for it, and none can be started.
    NoThread(Error),
}

type Work = Box<dyn FnOnce(JobStart) + Send>;

/// Work that is done once: by a thread of the pool, or by the thread that cancels it.
struct Job(Mutex<Option<Work>>);

impl Job {
    fn take(&self) -> Option<Work> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl OnCancel for Job {
    fn cancelled(&self) {
        if let Some(work) = self.take() {
            guarded(|| work(JobStart::Cancelled));
        }
    }
}

/// Runs a caller's callback. Its panic must cost neither the pool a thread nor others their
/// callbacks.
pub(crate) fn guarded(work: impl FnOnce()) {
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err() {
        crate::logged(|| log::error!(target: crate::LOG, "the callback of a call panicked"));
    }
}

#[derive(Default)]
struct Pool {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Arc<Job>>,
    threads: usize,
    idle: usize,
}

/// Hands work to the pool. It runs exactly once.
pub(crate) fn run(work: impl FnOnce(JobStart) + Send + 'static) {
    let job = Arc::new(Job(Mutex::new(Some(Box::new(work)))));
    POOL.get(Arc::default).submit(job);
}

/// Whether work waits for a thread.
pub(crate) fn is_crowded() -> bool {
    !POOL.get(Arc::default).lock().queue.is_empty()
}

/// Hands work to the pool that a cancel takes out again. It runs exactly once.
pub(crate) fn submit(flag: &CancelFlag, work: impl FnOnce(JobStart) + Send + 'static) {
    POOL.get(Arc::default).submit_for(flag, Box::new(work));
}

impl Pool {
    fn submit_for(self: &Arc<Self>, flag: &CancelFlag, work: Work) {
        let job = Arc::new(Job(Mutex::new(Some(work))));
        let cancelled: Weak<dyn OnCancel> = Arc::downgrade(&job) as Weak<dyn OnCancel>;
        self.submit(job);
        flag.on_cancel(cancelled);
    }

    fn submit(self: &Arc<Self>, job: Arc<Job>) {
        let mut state = self.lock();
        state.queue.push_back(job);
        if state.idle >= state.queue.len() || state.threads >= MOST_THREADS {
            drop(state);
            self.wake.notify_one();
            return;
        }
        state.threads += 1;
        drop(state);
        let pool = self.clone();
        if let Err(why) = spawn("dingtalk-call", move || pool.serve()) {
            let mut state = self.lock();
            state.threads -= 1;
            // With other threads at work the jobs are only late.
            let left = match state.threads {
                0 => std::mem::take(&mut state.queue),
                _ => VecDeque::new(),
            };
            drop(state);
            for work in left.iter().filter_map(|job| job.take()) {
                guarded(|| work(JobStart::NoThread(why.clone())));
            }
        }
    }

    /// The life of a thread.
    fn serve(&self) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.queue.pop_front() {
                drop(state);
                if let Some(work) = job.take() {
                    guarded(|| work(JobStart::Run));
                }
                state = self.lock();
                continue;
            }
            state.idle += 1;
            let (guard, time) =
                self.wake.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = guard;
            state.idle -= 1;
            if time.timed_out() && state.queue.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{channel, sync_channel};

    #[test]
    fn work_runs_side_by_side_up_to_the_limit() {
        let pool = Arc::new(Pool::default());
        let (started, starts) = channel();
        let (release, released) = sync_channel::<()>(0);
        let released = Arc::new(Mutex::new(released));
        for _ in 0..MOST_THREADS + 5 {
            let (started, released) = (started.clone(), released.clone());
            let work: Work = Box::new(move |_| {
                started.send(()).unwrap();
                released.lock().unwrap().recv().unwrap();
            });
            pool.submit(Arc::new(Job(Mutex::new(Some(work)))));
        }
        for _ in 0..MOST_THREADS {
            starts.recv().unwrap();
        }
        assert_eq!(pool.lock().threads, MOST_THREADS);
        assert_eq!(pool.lock().queue.len(), 5);
        for _ in 0..MOST_THREADS + 5 {
            release.send(()).unwrap();
        }
        for _ in 0..5 {
            starts.recv().unwrap();
        }
    }

    #[test]
    fn cancelled_work_is_done_by_who_cancels() {
        let pool = Arc::new(Pool::default());
        let (started, starts) = channel();
        let lock = Arc::new(Mutex::new(()));
        let held = lock.lock().unwrap();
        for _ in 0..MOST_THREADS {
            let (started, lock) = (started.clone(), lock.clone());
            let work: Work = Box::new(move |_| {
                started.send(()).unwrap();
                drop(lock.lock());
            });
            pool.submit_for(&CancelFlag::default(), work);
        }
        // Every thread is taken, so nobody else can do it.
        (0..MOST_THREADS).for_each(|_| starts.recv().unwrap());
        for (early, late) in [(true, false), (false, true)] {
            let (flag, (sender, receiver)) = (CancelFlag::default(), channel());
            let work: Work = Box::new(move |start| {
                let cancelled = matches!(start, JobStart::Cancelled);
                sender.send((cancelled, std::thread::current().id())).unwrap();
            });
            early.then(|| flag.cancel());
            pool.submit_for(&flag, work);
            late.then(|| flag.cancel());
            assert_eq!(receiver.try_recv(), Ok((true, std::thread::current().id())));
            assert!(receiver.try_recv().is_err(), "it is done once");
        }
        drop(held);
    }

    #[test]
    fn a_panic_costs_no_thread() {
        let (sender, receiver) = channel();
        submit(&CancelFlag::default(), |_| panic!("on purpose"));
        submit(&CancelFlag::default(), move |_| sender.send(()).unwrap());
        receiver.recv().unwrap();
    }
}
