//! The files that a run writes.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use dingtalk_extcontact::binding::ListRecord;

use crate::args::Delete;
use crate::commands::delete::selection::Selection;
use crate::input::{Ids, Source, filter};
use crate::language::{Phrase, phrase, said};
use crate::output::report::RunInfo;
use crate::output::{self, Exit};

/// Refuses files to write to that are standard output, or the list itself.
pub(crate) fn check_files(args: &Delete, source: Option<&Source>) -> Result<(), Exit> {
    let from_variable = journal_by_variable(args);
    for (name, file) in [
        ("--journal", &args.journal),
        ("--backup", &args.backup),
        (VARIABLE, &from_variable),
        ("--write-repaired", &args.write_repaired),
    ] {
        let Some(file) = file else { continue };
        let problem = match source {
            _ if file == Path::new("-") => {
                said!("{name} takes the name of a file, not -", name)
            }
            Some(Source::File { path, .. }) if output::file::is_same(path, file) => {
                said!("the file of {name} is the list of ids itself", name)
            }
            _ if name == "--write-repaired" && file.exists() => {
                said!("the file of {name} is there already", name)
            }
            _ => continue,
        };
        output::print_error(&problem, &said!("Name another file. Nothing was sent."));
        return Err(Exit::Usage);
    }
    Ok(())
}

/// Where the ids came from and what the run writes. A run of several contacts has a journal
/// unless that was declined.
pub(crate) fn run_info(
    args: &Delete,
    source: Option<&Source>,
    count: u64,
    selection: Option<&Selection>,
) -> RunInfo {
    let list = match source {
        // Not a pipe: no journal can stand beside that.
        Some(Source::File { path, .. }) if path.is_file() => Some(path),
        _ => None,
    };
    let from_variable = journal_by_variable(args);
    let found_again = args.journal.is_some() || list.is_some() || from_variable.is_some();
    let journal = match (&args.journal, list) {
        (Some(path), _) => Some(path.clone()),
        _ if args.no_journal => None,
        (None, Some(list)) if count > 1 => Some(journal_beside(list)),
        _ if from_variable.is_some() => from_variable,
        _ => (count > 1).then(journal_by_time),
    };
    let resume = match (&journal, source) {
        (Some(path), _) => {
            let again = match found_again {
                true => said!("run the same command again"),
                false => {
                    let path = output::escaped(&path.to_string_lossy());
                    said!("run the same command again with --journal {path}", path)
                }
            };
            said!("{again}; what is settled in the journal is not called again", again)
        }
        (None, Some(_)) => said!("run the same command again; all ids are called again"),
        // Contacts that are gone are not listed, and so not called.
        (None, None) => said!("run the same command again"),
    };
    RunInfo {
        ids_from: source.map_or_else(|| ids_from_filters(args, selection), Source::name),
        journal,
        backup: args.backup.clone(),
        resume,
    }
}

/// The list as the journal has it. The name of a folder may say more than is needed.
pub(crate) fn list_record(source: Option<&Source>, ids: &Ids) -> ListRecord {
    let name = match source {
        Some(Source::File { path, .. }) => path.file_name(),
        _ => None,
    };
    ListRecord {
        name: name.map(|name| name.to_string_lossy().into_owned()),
        sha256: ids.sha256.clone(),
        count: Some(ids.count),
    }
}

fn ids_from_filters(args: &Delete, selection: Option<&Selection>) -> Phrase {
    let filters = filter::describe(&args.filters);
    match selection.and_then(Selection::describe) {
        Some(parts) => phrase!("contacts where {filters}: {parts}", filters, parts),
        None => phrase!("contacts where {filters}", filters),
    }
}

/// The variable that names the journal of all runs that have none of their own.
const VARIABLE: &str = "DINGTALK_JOURNAL";

fn journal_by_variable(args: &Delete) -> Option<PathBuf> {
    let path = std::env::var_os(VARIABLE).filter(|path| !path.is_empty());
    path.filter(|_| args.journal.is_none() && !args.no_journal).map(PathBuf::from)
}

/// A journal beside the list.
fn journal_beside(list: &Path) -> PathBuf {
    let mut name = list.as_os_str().to_owned();
    name.push(".journal.jsonl");
    name.into()
}

/// A journal in the current directory, named by the time, and by the process in case two begin in
/// the same second.
fn journal_by_time() -> PathBuf {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let now: String = now.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("dingtalk-extcontact-{now}-{}.journal.jsonl", std::process::id()).into()
}
