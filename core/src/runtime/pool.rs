//! The threads for asynchronous callers and batches: one pool for the process, which grows on
//! demand and whose idle threads end. A blocking call never comes here.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::Error;
use crate::runtime::fork::PerProcess;
use crate::runtime::thread::spawn;

/// The most threads that the pool grows to, and so the most calls at once that are not on a thread
/// of the program.
pub(crate) const MOST_THREADS: usize = 64;
/// A thread without work ends after this long. Not sooner, as calls at a usual rate are to find one;
/// not later, as some virtual machines (mono) do not end before threads that called them back.
const IDLE: Duration = Duration::from_secs(1);

/// A child after `fork` has none of its parent's threads; it grows its own.
static POOL: LazyLock<PerProcess<Arc<Pool>>> = LazyLock::new(|| PerProcess::new(Arc::default()));

/// What is done on a thread of the pool.
pub(crate) trait Job: Send + Sync {
    fn run(self: Arc<Self>, start: Start);
}

/// What a job is told when it gets to run.
pub(crate) enum Start {
    /// It has a thread.
    Run,
    /// It was cancelled while it had none: it is to end now, on the thread that cancels it.
    Cancelled,
    /// There is no thread for it, and none can be started: it is to end now.
    NoThread(Error),
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
    queue: VecDeque<Arc<dyn Job>>,
    threads: usize,
    idle: usize,
}

/// Hands a job to the pool.
pub(crate) fn submit(job: Arc<dyn Job>) {
    POOL.get(Arc::default).submit(job);
}

/// Whether jobs wait for a thread.
pub(crate) fn is_crowded() -> bool {
    !POOL.get(Arc::default).lock().queue.is_empty()
}

impl Pool {
    fn submit(self: &Arc<Self>, job: Arc<dyn Job>) {
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
            left.into_iter().for_each(|job| job.run(Start::NoThread(why.clone())));
        }
    }

    /// The life of a thread.
    fn serve(&self) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.queue.pop_front() {
                drop(state);
                job.run(Start::Run);
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

    struct Once<F>(Mutex<Option<F>>);

    impl<F: FnOnce() + Send> Job for Once<F> {
        fn run(self: Arc<Self>, _: Start) {
            let work = self.0.lock().unwrap().take();
            work.into_iter().for_each(|work| work());
        }
    }

    fn once(work: impl FnOnce() + Send + 'static) -> Arc<dyn Job> {
        Arc::new(Once(Mutex::new(Some(work))))
    }

    #[test]
    fn work_runs_side_by_side_up_to_the_limit() {
        let pool = Arc::new(Pool::default());
        let (started, starts) = channel();
        let (release, released) = sync_channel::<()>(0);
        let released = Arc::new(Mutex::new(released));
        for _ in 0..MOST_THREADS + 5 {
            let (started, released) = (started.clone(), released.clone());
            pool.submit(once(move || {
                started.send(()).unwrap();
                released.lock().unwrap().recv().unwrap();
            }));
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
    fn a_panic_of_a_callback_costs_no_thread() {
        let (sender, receiver) = channel();
        submit(once(|| guarded(|| panic!("on purpose"))));
        submit(once(move || sender.send(()).unwrap()));
        receiver.recv().unwrap();
    }
}
