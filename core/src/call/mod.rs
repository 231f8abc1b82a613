//! One call: its token, its permit, its attempts, and what is tried again.

pub(crate) mod attempt;
pub(crate) mod options;
pub(crate) mod rate;
pub(crate) mod retry;
pub(crate) mod token;
