//! Deletes external contacts of a DingTalk organisation, and says exactly what happened.
//!
//! One call, [`Client::delete`], ends in one of three ways: the contact is *deleted*, it is
//! *absent* (there is no such contact, and that is fine), or there is one [`Error`] with a
//! kind, the service's own codes and request id, and a word on whether the contact may be
//! gone all the same.
//!
//! ```no_run
//! use dingtalk_extcontact::{Client, ErrorKind};
//!
//! let client = Client::from_env()?;
//! match client.delete("0125400001") {
//!     Ok(deletion) => println!("{}: {}", deletion.user_id, deletion.status),
//!     Err(error) if error.kind() == ErrorKind::PermissionDenied => eprintln!("{}", error.advice()),
//!     Err(error) => eprintln!("{error}"),
//! }
//! # Ok::<(), dingtalk_extcontact::Error>(())
//! ```
//!
//! The call is `POST /topapi/extcontact/delete` of DingTalk's server API
//! (<https://open.dingtalk.com/document/development/delete-external-contacts>); the app needs
//! the permission point `qyapi_ext_write`. Deletion has no undo.
//!
//! Trouble that may pass is tried again within the call's time limit. A token is fetched
//! with the app's credentials and refreshed once for all threads. The service counts no
//! more than 20 requests to one API in any one second, unless told otherwise. Secrets stand
//! in no error, log line or `Debug` output. Log lines go to the `log` facade under the target
//! `dingtalk_extcontact`: an outcome at `info`, an attempt that failed at `debug`. The HTTP
//! library below has lines of its own; its target `ureq_proto` prints whole replies at
//! `trace`, so a call is refused while that is on.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable,
        clippy::string_slice
    )
)]

#[macro_use]
#[doc(hidden)]
pub mod language;

mod batch;
#[doc(hidden)]
pub mod binding;
mod call;
mod check;
mod client;
mod contacts;
mod error;
mod future;
mod labels;
mod options;
mod outcome;
mod restore;
mod runtime;
mod secret;
mod shared;
#[cfg(feature = "stream")]
mod stream;
mod submitted;
mod text;
mod transport;
mod wire;

pub use batch::{Batch, BatchOptions, DeleteMany, Item, Outcome, Summary};
pub use batch::{JournalEntry, JournalFile, JournalReader, JournalState, read_journal};
pub use call::options::{Call, Canceller};
pub use check::Check;
pub use check::step::{CheckName, CheckStatus, CheckStep};
pub use client::{Client, ClientBuilder};
pub use contacts::Contact;
pub use error::{Error, ErrorKind};
pub use future::DeleteFuture;
pub use labels::Label;
pub use language::Language;
pub use options::endpoint::Region;
pub use options::proxy::ProxySetting;
pub use outcome::{Deletion, Status};
pub use restore::{
    Backup, BackupRecord, BackupRecords, Restoration, RestoreStatus, Restorer, check_record,
    read_backup,
};
#[cfg(feature = "stream")]
pub use stream::DeleteStream;
pub use wire::errcode::{CodeInfo, codes, explain};
pub use wire::request::check_user_id;

/// The examples of the README, as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The version of this library.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The target of all log lines.
const LOG: &str = "dingtalk_extcontact";

/// Writes to the log. The program's logger may panic: that must cost no call its outcome, and
/// the library no thread.
fn logged(write: impl FnOnce()) {
    // The panic hook has told it already.
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(write));
}
