//! The way back into JavaScript, one for each module instance: a queue of outcomes and log lines,
//! and a threadsafe function that has JavaScript take all of it. It is called where the queue was
//! empty, so that what comes at about the same time costs one turn of the loop.
//!
//! A thread of the core's pool may finish a call while its JavaScript is being torn down (a
//! worker is terminated, the process ends), and must not touch the threadsafe function then.
//! So the function stands behind a lock, and a hook that runs before the teardown takes it
//! away. It never keeps the process alive: that is for JavaScript to do, as a lock that the
//! two threads of a call share would cost each call a switch between them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dingtalk_extcontact::Canceller;
use napi::bindgen_prelude::Either3;
use napi::threadsafe_function::{
    ThreadsafeFunction, ThreadsafeFunctionCallMode, UnknownReturnValue,
};
use napi::{Env, Status};
use napi_derive::napi;

use crate::batch::NativeBatch;
use crate::convert::item;

/// JavaScript's function: takes no error, and is weak, which is to say it holds nothing open.
type Wake = ThreadsafeFunction<(), UnknownReturnValue, (), Status, false, true>;

/// A part of a message: the number of a call, and its outcome in JSON or a batch that has begun; or
/// the level of a log line, and the line.
type Part = Either3<u32, String, NativeBatch>;

/// See the module.
#[napi]
#[derive(Clone)]
pub struct Bridge(Arc<Inner>);

struct Inner {
    wake: Mutex<Option<Wake>>,
    queue: Mutex<Vec<Part>>,
    /// What cancels the calls that are under way, by their numbers.
    calls: Mutex<BTreeMap<u32, Canceller>>,
}

#[napi]
impl Bridge {
    /// A bridge that calls this function where there is something to take.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, wake: Wake) -> napi::Result<Bridge> {
        let (queue, calls) = (Mutex::default(), Mutex::default());
        let bridge = Bridge(Arc::new(Inner { wake: Mutex::new(Some(wake)), queue, calls }));
        env.add_env_cleanup_hook(bridge.clone(), |bridge| bridge.shut())?;
        Ok(bridge)
    }

    /// Takes all that has come: pairs of a number and an outcome, or of a level and a log line.
    #[napi(catch_unwind)]
    pub fn take(&self) -> Vec<Part> {
        std::mem::take(&mut *lock(&self.0.queue))
    }

    /// Cancels a call, if it is still under way.
    #[napi(catch_unwind)]
    pub fn cancel(&self, id: u32) {
        // The lock is let go first: a call that has no thread yet ends within `cancel`.
        let canceller = lock(&self.0.calls).get(&id).cloned();
        if let Some(canceller) = canceller {
            canceller.cancel();
        }
    }

    /// Has the next item of a batch come over, in JSON.
    #[napi(catch_unwind)]
    pub fn next_item(&self, id: u32, batch: &NativeBatch) {
        let bridge = self.clone();
        batch.0.next_with(move |next| bridge.send(id, Either3::B(item(next))));
    }
}

impl Bridge {
    /// Notes a call; returns what hands its outcome over.
    pub fn begin(&self, id: u32, canceller: Canceller) -> impl FnOnce(String) + Send + 'static {
        lock(&self.0.calls).insert(id, canceller);
        let bridge = self.clone();
        move |outcome| {
            lock(&bridge.0.calls).remove(&id);
            bridge.send(id, Either3::B(outcome));
        }
    }

    /// Hands a log line over; false once the JavaScript is gone.
    pub fn log(&self, line: String, level: &'static str) -> bool {
        self.push([Either3::B(level.to_owned()), Either3::B(line)])
    }

    /// Hands over what a number stands for.
    pub fn send(&self, id: u32, what: Part) {
        self.push([Either3::A(id), what]);
    }

    /// Whether two are the same.
    pub fn is(&self, other: &Bridge) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn push(&self, message: [Part; 2]) -> bool {
        let wake = lock(&self.0.wake);
        let Some(wake) = &*wake else { return false };
        let was_empty = {
            let mut queue = lock(&self.0.queue);
            let was_empty = queue.is_empty();
            queue.extend(message);
            was_empty
        };
        if was_empty {
            // The one way to fail is that JavaScript is ending: nobody is left to be told.
            wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
        true
    }

    /// Before the JavaScript goes: nothing is delivered any more, and calls for which nobody
    /// waits now are ended, the last first: one that is queued must not get the thread of one
    /// that has ended.
    fn shut(&self) {
        drop(lock(&self.0.wake).take());
        drop(self.take());
        let calls = std::mem::take(&mut *lock(&self.0.calls));
        calls.values().rev().for_each(Canceller::cancel);
    }
}

/// A lock whose content a panic cannot have left half changed.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
