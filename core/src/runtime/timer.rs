//! Wakes at a time what waits without a thread: one thread for all of it, while there is any.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::runtime::fork::PerProcess;
use crate::runtime::thread::spawn;

/// What the timer wakes.
pub(crate) trait Sleeper: Send + Sync {
    /// Its time has come. It runs on the timer's thread, so it must not block.
    fn wake(self: Arc<Self>);

    /// There is no thread for the timer, and none can be started.
    fn no_timer(self: Arc<Self>, why: &Error);
}

/// The thread ends when nothing was to be woken for this long.
const IDLE: Duration = Duration::from_secs(10);

/// A child after `fork` has not its parent's thread.
static TIMER: LazyLock<PerProcess<Arc<Timer>>> = LazyLock::new(|| PerProcess::new(Arc::default()));

#[derive(Default)]
struct Timer {
    state: Mutex<State>,
    earlier: Condvar,
}

#[derive(Default)]
struct State {
    /// By time, and by a number, as several may have one time.
    sleepers: BTreeMap<(Instant, u64), Arc<dyn Sleeper>>,
    next_number: u64,
    has_thread: bool,
}

/// Wakes it at this moment.
pub(crate) fn wake_at(at: Instant, sleeper: Arc<dyn Sleeper>) {
    TIMER.get(Arc::default).add(at, sleeper);
}

impl Timer {
    fn add(self: &Arc<Self>, at: Instant, sleeper: Arc<dyn Sleeper>) {
        let mut state = self.lock();
        let is_first = state.sleepers.first_key_value().is_none_or(|((first, _), _)| at < *first);
        let key = (at, state.next_number);
        state.next_number += 1;
        state.sleepers.insert(key, sleeper);
        if state.has_thread {
            drop(state);
            if is_first {
                self.earlier.notify_one();
            }
            return;
        }
        state.has_thread = true;
        drop(state);
        let timer = self.clone();
        if let Err(why) = spawn("dingtalk-timer", move || timer.serve()) {
            let mut state = self.lock();
            state.has_thread = false;
            let sleepers = std::mem::take(&mut state.sleepers);
            drop(state);
            sleepers.into_values().for_each(|sleeper| sleeper.no_timer(&why));
        }
    }

    /// The life of the thread.
    fn serve(&self) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let next = state.sleepers.first_entry();
            let wait = match &next {
                Some(entry) => entry.key().0.saturating_duration_since(now),
                None => IDLE,
            };
            if let Some(due) = next.filter(|_| wait.is_zero()) {
                let sleeper = due.remove();
                drop(state);
                sleeper.wake();
                state = self.lock();
                continue;
            }
            let waited = self.earlier.wait_timeout(state, wait);
            let (guard, time) = waited.unwrap_or_else(PoisonError::into_inner);
            state = guard;
            if time.timed_out() && state.sleepers.is_empty() {
                state.has_thread = false;
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
