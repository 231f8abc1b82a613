//! One call: its steps and who takes them, its token, its permit, and what is tried again.

pub(crate) mod api_call;
pub(crate) mod context;
mod deadline;
pub(crate) mod driver;
pub(crate) mod failure;
pub(crate) mod options;
pub(crate) mod rate;
pub(crate) mod replies;
mod retry;
pub(crate) mod steps;
mod token;
