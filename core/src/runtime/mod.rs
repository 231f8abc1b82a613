//! Waiting, cancelling, threads, processes. Knows nothing of DingTalk.

pub(crate) mod cancel;
pub(crate) mod descriptor;
pub(crate) mod fork;
pub(crate) mod pool;
pub(crate) mod task;
pub(crate) mod thread;
pub(crate) mod timer;
pub(crate) mod wait;
