//! The options of a batch.

use std::path::PathBuf;

use crate::call::options::Call;
use crate::error::Error;
use crate::options::{self, Binding, Value};

pub(crate) const MOST_CONCURRENT: u32 = 64;

/// The options of a batch.
#[derive(Clone, Debug)]
pub struct BatchOptions {
    pub(super) binding: Binding,
    pub(super) concurrency: u32,
    pub(super) journal: Option<PathBuf>,
    pub(super) backup: Option<PathBuf>,
    pub(super) stop_on_missing: bool,
    pub(super) call: Call,
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
        }
    }
}

impl BatchOptions {
    /// The defaults: 8 calls side by side, no journal, the client's `missing_ok`.
    pub fn new() -> BatchOptions {
        BatchOptions::default()
    }

    /// The same for a binding: names and spellings of its language in [`set`](Self::set).
    pub fn for_binding(binding: Binding) -> BatchOptions {
        BatchOptions { binding, call: Call::for_binding(binding), ..BatchOptions::default() }
    }

    /// How many calls run side by side where nobody says, for the signatures of bindings.
    pub fn default_concurrency() -> u32 {
        BatchOptions::default().concurrency
    }

    /// How many calls run side by side, at most; 1 to 64. 8.
    pub fn concurrency(mut self, concurrency: u32) -> BatchOptions {
        self.concurrency = concurrency;
        self
    }

    /// A file that records the batch, and from which a later run takes it up.
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
    /// contact": a damaged list looks so. So does one of people who are long gone; with
    /// `missing_ok` such ids are no errors and do not count. What a journal had settled does
    /// not count either. True.
    pub fn stop_on_missing(mut self, stop_on_missing: bool) -> BatchOptions {
        self.stop_on_missing = stop_on_missing;
        self
    }

    /// Sets `concurrency`, `journal`, `missing_ok` or `stop_on_missing` by name, for bindings. `Value::None`
    /// leaves the default.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the option.
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), Error> {
        let binding = self.binding;
        const NAMES: [&str; 4] = ["concurrency", "journal", "missing_ok", "stop_on_missing"];
        match (options::known(binding, name, &NAMES)?, value) {
            (_, Value::None) => {}
            ("concurrency", value) => {
                self.concurrency = options::integer(binding, name, value, MOST_CONCURRENT)?;
            }
            ("journal", value) => {
                self.journal = options::path(binding, name, value)?;
            }
            ("missing_ok", value) => {
                let missing_ok = options::flag(binding, name, value)?;
                self.call = self.call.clone().missing_ok(missing_ok);
            }
            (_, value) => self.stop_on_missing = options::flag(binding, name, value)?,
        }
        Ok(())
    }
}
