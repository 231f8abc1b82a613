//! Restoring: the contacts of a backup are created again, each once at most.
//!
//! `record` says what can be created from a record, `create` is the call, `restorer` the way of many
//! records with a `journal` of what came of each, and `backup` reads what deletions left behind.

mod backup;
mod create;
mod journal;
mod last_lines;
mod outcome;
mod record;
mod restorer;

pub use self::backup::{Backup, BackupRecord, BackupRecords, read_backup};
pub use self::outcome::{Restoration, RestoreStatus};
pub use self::record::check_record;
pub use self::restorer::Restorer;
