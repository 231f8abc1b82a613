//! The judge of the conformance cases: it plays the server of a case, and compares what came
//! of the case with what the case expects. The format of the cases and the protocol for other
//! languages are described in `conformance/README.md`.
//!
//! A runner in Rust uses [`Judge`] and [`Run`] directly; the program
//! `dingtalk-extcontact-judge` serves them to the others through [`Control`].
//!
//! Where things are: `parse` reads the files of cases, `case` is what they become, `play` is the
//! server of one case, `compare` holds what came against what was expected, `secrets` searches
//! it for what must not be there, `judge` ties them together, and `control` serves the judge.

#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod case;
mod compare;
mod control;
mod fields;
mod judge;
mod matcher;
mod parse;
mod play;
mod secrets;

pub use control::Control;
pub use judge::{Judge, Run};
