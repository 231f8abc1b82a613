//! Names and numbers for the page, from a backup.

use std::collections::HashSet;
use std::path::Path;

use dingtalk_extcontact::{Backup, JournalFile, read_backup};
use serde_json::{Map, Value, json};

use super::rows::Rows;
use crate::language::said;
use crate::output::{self, Exit};

/// Adds to each row what the backup says of its contact.
pub(super) fn add_names(path: &Path, files: &[JournalFile], rows: &mut Rows) -> Result<(), Exit> {
    let refused = |error| output::usage_error(&error);
    // The same id may be somebody else elsewhere.
    let apps: HashSet<_> = files.iter().map(|file| (&file.endpoint, &file.app_key)).collect();
    if apps.len() > 1 {
        output::print_error(
            &said!("the journals are of more than one app or endpoint, and a backup is of one"),
            &said!("Write a report of each."),
        );
        return Err(Exit::Usage);
    }
    let mut by_id = rows.by_id();
    // Of other contacts nothing is kept.
    let ids: Vec<_> = by_id.keys().map(|id| (*id).to_owned()).collect();
    let backup = read_backup(path, &ids).map_err(refused)?;
    if !files.iter().all(|file| may_be_of(&backup, file)) {
        let path = output::escaped(&path.to_string_lossy());
        output::print_error(
            &said!("the backup {path} is of another endpoint or app than the journal", path),
            &said!("Name the backup of the runs of this journal."),
        );
        return Err(Exit::Usage);
    }
    for record in backup.records() {
        let record = record.map_err(refused)?;
        if let Some(names) = by_id.get_mut(record.user_id.as_str()) {
            **names = Some(names_of(&record.record));
        }
    }
    Ok(())
}

/// Whether the backup may have the contacts of a journal, as far as both say whose these are.
fn may_be_of(backup: &Backup, file: &JournalFile) -> bool {
    let of_endpoint = backup.endpoint().is_none_or(|endpoint| endpoint == file.endpoint);
    let apps = backup.app_key().zip(file.app_key.as_deref());
    of_endpoint && apps.is_none_or(|(ours, theirs)| ours == theirs)
}

/// The last cells of a row.
fn names_of(record: &Map<String, Value>) -> Box<str> {
    let text = |name| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let mobile = match (text("state_code"), text("mobile")) {
        ("", mobile) => mobile.to_owned(),
        (code, mobile) => format!("+{} {mobile}", code.trim_start_matches('+')),
    };
    let cells = [text("name"), &mobile, text("company_name")];
    cells.map(|cell| format!(",{}", json!(output::escaped(cell)))).concat().into()
}
