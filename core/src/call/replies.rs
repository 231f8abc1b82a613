//! What the service answered, kept for a check.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::wire::response::Answer;

/// The replies to the calls of a check.
#[derive(Default)]
pub(crate) struct Replies(Mutex<Vec<Reply>>);

/// A reply, and when it came by this machine's clock.
pub(crate) struct Reply {
    pub path: &'static str,
    pub answer: Answer,
    pub came: SystemTime,
}

impl Replies {
    pub fn add(&self, path: &'static str, answer: &Answer) {
        let reply = Reply { path, answer: answer.clone(), came: SystemTime::now() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(reply);
    }

    /// All that have come, in their order.
    pub fn take(&self) -> Vec<Reply> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
