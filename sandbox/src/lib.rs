//! A DingTalk to try against: a server on loopback that speaks the wire of the external
//! contact calls, with contacts, tokens, limits, and faults on demand.
//!
//! ```
//! use dingtalk_extcontact_sandbox::{Faults, Sandbox};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::builder()
//!     .made_up(100)
//!     .faults(Faults::parse("lost-reply=0.2,delay=5ms..20ms;seed=7")?)
//!     .start()?;
//! println!("{}", sandbox.describe());
//! # Ok(())
//! # }
//! ```
//!
//! It answers `POST /topapi/extcontact/delete`, `/list`, `/get` and `/create`, `POST
//! /v1.0/oauth2/accessToken` and `GET /gettoken`. It listens on 127.0.0.1 only, speaks plain
//! HTTP, and knows one organisation with one app. What it does not know about the real service
//! is marked as inferred at the code in question.
//!
//! Where things are: `server` has the sockets and threads, `http` the requests and replies,
//! `service` what DingTalk would answer, `create` the checks of a new contact, `faults` what goes wrong, `people` the made-up
//! contacts, `sandbox` what ties them together. `server` and `http` are public for the test
//! servers of this project alone: they are no part of what this crate promises.

#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod ask;
mod create;
mod faults;
#[doc(hidden)]
pub mod http;
mod people;
mod rng;
mod sandbox;
#[doc(hidden)]
pub mod server;
mod service;

pub use faults::{Faults, Happens, KnownFault};
pub use http::Request;
pub use sandbox::{Builder, Sandbox};
pub use service::{BlockShape, Permission};
