//! The files that a run writes: which they are, and that they are none of its input.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::args::Delete;
use crate::input::{Source, filter};
use crate::output::report::Record;
use crate::output::{self, Exit};

/// The files to write to must be files, and others than the list.
pub(crate) fn check_files(args: &Delete, source: Option<&Source>) -> Result<(), Exit> {
    for (name, file) in [("--journal", &args.journal), ("--backup", &args.backup)] {
        let Some(file) = file else { continue };
        let problem = match source {
            _ if file == Path::new("-") => {
                format!("{name} takes the name of a file, and - is none")
            }
            Some(Source::File { path, .. }) if is_same_file(path, file) => {
                format!("the file of {name} is the list of ids itself")
            }
            _ => continue,
        };
        output::complain(&problem, "Name another file. Nothing was sent.");
        return Err(Exit::Usage);
    }
    Ok(())
}

/// What the summary says beside the library's own, the journal's path above all.
pub(crate) fn record(
    args: &Delete,
    source: Option<&Source>,
    count: u64,
    parts: Option<&str>,
) -> Record {
    let beside = match source {
        // Not a pipe, whose name stands in no real folder.
        Some(Source::File { path, .. }) if path.is_file() => Some(path),
        _ => None,
    };
    let journal = match &args.journal {
        Some(path) => Some(path.clone()),
        None if args.no_journal || count < 2 => None,
        None => Some(beside.map_or_else(journal_of_now, |list| journal_of(list))),
    };
    let mut again = "run the same command again".to_owned();
    match (&journal, source) {
        (Some(path), _) => {
            if args.journal.is_none() && beside.is_none() {
                again.push_str(&format!(
                    " with --journal {}",
                    output::shown(&path.to_string_lossy())
                ));
            }
            again.push_str("; what is settled in the journal is not called again");
        }
        (None, Some(_)) => again.push_str("; all ids are called again"),
        // Who is gone is listed no more.
        (None, None) => {}
    }
    let by_filters = || {
        let mut chosen = format!("contacts where {}", filter::in_words(&args.filters));
        if let Some(parts) = parts {
            chosen.push_str(&format!(": {parts}"));
        }
        chosen
    };
    Record {
        ids_from: source.map_or_else(by_filters, Source::name),
        journal,
        backup: args.backup.clone(),
        again,
    }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}

/// Beside the list.
fn journal_of(list: &Path) -> PathBuf {
    let mut name = list.as_os_str().to_owned();
    name.push(".journal.jsonl");
    name.into()
}

/// In the current directory, named with date and time, and the process for those that
/// begin in one second.
fn journal_of_now() -> PathBuf {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let now: String = now.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("dingtalk-extcontact-{now}-{}.journal.jsonl", std::process::id()).into()
}
