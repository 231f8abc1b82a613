//! The options of a batch.

use std::path::PathBuf;

use crate::batch::run_record::{ListRecord, RunRequest};
use crate::call::options::Call;
use crate::options::names::Binding;
use crate::runtime::pool::MOST_THREADS;

/// The highest `concurrency`: each call has a thread of the pool.
pub(crate) const MOST_CONCURRENT: u32 = MOST_THREADS as u32;

/// The options of a batch.
#[must_use]
#[derive(Clone, Debug)]
pub struct BatchOptions {
    pub(crate) binding: Binding,
    pub(crate) concurrency: u32,
    pub(crate) journal: Option<PathBuf>,
    pub(crate) backup: Option<PathBuf>,
    pub(crate) stop_on_missing: bool,
    pub(crate) call: Call,
    pub(crate) request: RunRequest,
}

impl Default for BatchOptions {
    fn default() -> BatchOptions {
        BatchOptions {
            binding: Binding::Rust,
            concurrency: 8,
            journal: None,
            backup: None,
            stop_on_missing: true,
            call: Call::new(),
            request: RunRequest::default(),
        }
    }
}

impl BatchOptions {
    /// The defaults: 8 calls side by side, no journal, the client's `missing_ok`.
    pub fn new() -> BatchOptions {
        BatchOptions::default()
    }

    /// The same for a binding, with the names of its language.
    #[doc(hidden)]
    pub fn for_binding(binding: Binding) -> BatchOptions {
        BatchOptions { binding, call: Call::for_binding(binding), ..BatchOptions::default() }
    }

    /// Where the ids come from, for the journal: the list, and the filters without their values.
    #[doc(hidden)]
    pub fn recorded_list(mut self, list: ListRecord, filters: Vec<String>) -> BatchOptions {
        self.request = RunRequest { list: Some(list), filters, ..self.request };
        self
    }

    /// How many calls run side by side, at most; 1 to 64. 8.
    pub fn concurrency(mut self, concurrency: u32) -> BatchOptions {
        self.concurrency = concurrency;
        self
    }

    /// A file that records the batch. A later run with the same file calls only what is not settled.
    pub fn journal(mut self, path: impl Into<PathBuf>) -> BatchOptions {
        self.journal = Some(path.into());
        self
    }

    /// A file that keeps the full record of each contact, JSON Lines: the only way back there
    /// is. A record is on disk before its contact is deleted; a contact whose record cannot be
    /// had is not deleted, unless there is no such contact. All of it is personal data, and
    /// its owner alone can read the file. The app needs the permission point
    /// `qyapi_ext_read`.
    pub fn backup(mut self, path: impl Into<PathBuf>) -> BatchOptions {
        self.backup = Some(path.into());
        self
    }

    /// Whether "no such contact" ends an id as absent, instead of the client's `missing_ok`.
    pub fn missing_ok(mut self, missing_ok: bool) -> BatchOptions {
        self.call = self.call.missing_ok(missing_ok);
        self
    }

    /// Whether the batch stops when 20 of the last 40 ids that were answered were "no such
    /// contact", because the list is probably damaged then. With `missing_ok` such ids are no
    /// errors and do not count; nor does what a journal had settled. True.
    pub fn stop_on_missing(mut self, stop_on_missing: bool) -> BatchOptions {
        self.stop_on_missing = stop_on_missing;
        self
    }
}
