//! The threads for asynchronous callers and batches: one pool for the process, which grows on
//! demand and whose idle threads end. A blocking call never comes here.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{Thread, ThreadId};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::runtime::fork::PerProcess;
use crate::runtime::thread::spawn;

/// The most threads that the pool grows to, and so the most calls at once that are not on a thread
/// of the program.
pub(crate) const MOST_THREADS: usize = 64;
/// A thread without work ends after this long. Not sooner, as calls at a usual rate are to find one;
/// not later, as some virtual machines (mono) do not end before threads that called them back.
const LONGEST_IDLE: Duration = Duration::from_secs(1);

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

struct Pool {
    state: Mutex<State>,
    /// A thread without work ends after this long.
    longest_idle: Duration,
}

impl Default for Pool {
    fn default() -> Pool {
        Pool { state: Mutex::default(), longest_idle: LONGEST_IDLE }
    }
}

#[derive(Default)]
struct State {
    queue: VecDeque<Arc<dyn Job>>,
    threads: usize,
    /// Those that sleep, or are about to. The last one is woken first: the caches still have what it
    /// needs, and those that are never needed end.
    idle: Vec<Thread>,
}

/// Hands a job to the pool.
pub(crate) fn submit(job: Arc<dyn Job>) {
    POOL.get(Arc::default).submit(job);
}

/// Whether jobs wait for a thread.
pub(crate) fn is_crowded() -> bool {
    !POOL.get(Arc::default).lock().queue.is_empty()
}

/// Runs the last part of a job, which must end at once. Its thread counts as idle already: a job that
/// comes of it is for this thread, and no other one is woken for that.
pub(crate) fn finish(work: impl FnOnce()) {
    POOL.get(Arc::default).finish(work);
}

impl Pool {
    fn submit(self: &Arc<Self>, job: Arc<dyn Job>) {
        let mut state = self.lock();
        state.queue.push_back(job);
        if let Some(thread) = state.idle.pop() {
            drop(state);
            return thread.unpark();
        }
        if state.threads >= MOST_THREADS {
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
        while let Some(job) = self.next_job() {
            job.run(Start::Run);
        }
    }

    /// The next job, which may be long in coming. `None` where it is too long: the thread ends.
    fn next_job(&self) -> Option<Arc<dyn Job>> {
        let (current, until) = (std::thread::current(), Instant::now() + self.longest_idle);
        let mut state = self.lock();
        loop {
            if let Some(job) = state.queue.pop_front() {
                state.take_idle(current.id());
                return Some(job);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.take_idle(current.id());
                state.threads -= 1;
                return None;
            }
            state.add_idle(&current);
            drop(state);
            std::thread::park_timeout(left);
            state = self.lock();
        }
    }

    fn finish(&self, work: impl FnOnce()) {
        self.lock().add_idle(&std::thread::current());
        work();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add_idle(&mut self, thread: &Thread) {
        if !self.idle.iter().any(|idle| idle.id() == thread.id()) {
            self.idle.push(thread.clone());
        }
    }

    fn take_idle(&mut self, thread: ThreadId) {
        self.idle.retain(|idle| idle.id() != thread);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel, sync_channel};

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

    /// Two threads that sleep, and the one that worked last.
    fn two_threads() -> (Arc<Pool>, ThreadId) {
        let longest_idle = Duration::from_secs(3600);
        let pool = Arc::new(Pool { longest_idle, ..Pool::default() });
        let (began, begun) = channel();
        let releases = [(); 2].map(|()| {
            let (release, released) = sync_channel::<()>(0);
            let began = began.clone();
            pool.submit(once(move || {
                began.send(std::thread::current().id()).unwrap();
                released.recv().unwrap();
            }));
            release
        });
        let ids = [(); 2].map(|()| begun.recv().unwrap());
        for (release, idle) in releases.into_iter().zip(1..) {
            release.send(()).unwrap();
            while pool.lock().idle.len() < idle {
                std::thread::yield_now();
            }
        }
        let last = pool.lock().idle[1].id();
        assert!(ids.contains(&last));
        (pool, last)
    }

    /// Begins the last part of a job, which ends with what is returned.
    fn begin_to_finish(pool: &Arc<Pool>) -> impl FnOnce() {
        let (came, comes) = channel();
        let (end, ended) = sync_channel::<()>(0);
        let same = pool.clone();
        pool.submit(once(move || {
            same.finish(|| {
                came.send(()).unwrap();
                ended.recv().unwrap();
            });
        }));
        comes.recv().unwrap();
        move || end.send(()).unwrap()
    }

    /// Submits a job, and returns on which thread it runs.
    fn submit_to(pool: &Arc<Pool>) -> Receiver<ThreadId> {
        let (runs, on) = channel();
        pool.submit(once(move || runs.send(std::thread::current().id()).unwrap()));
        on
    }

    #[test]
    fn the_thread_that_worked_last_works_next() {
        let (pool, last) = two_threads();
        assert_eq!(submit_to(&pool).recv().unwrap(), last);
    }

    #[test]
    fn a_job_that_comes_of_the_last_part_of_another_is_for_the_same_thread() {
        let (pool, last) = two_threads();
        let end = begin_to_finish(&pool);
        let on = submit_to(&pool);
        end();
        assert_eq!(on.recv().unwrap(), last);
    }

    #[test]
    fn a_second_job_does_not_wait_for_a_last_part() {
        let (pool, last) = two_threads();
        let end = begin_to_finish(&pool);
        let [first, second] = [submit_to(&pool), submit_to(&pool)];
        assert_ne!(first.recv().unwrap(), last);
        assert_ne!(second.recv().unwrap(), last);
        end();
    }

    #[test]
    fn a_panic_of_a_callback_costs_no_thread() {
        let (sender, receiver) = channel();
        submit(once(|| guarded(|| panic!("on purpose"))));
        submit(once(move || sender.send(()).unwrap()));
        receiver.recv().unwrap();
    }
}
