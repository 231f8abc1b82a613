//! Arguments of `journal`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use dingtalk_extcontact::JournalState;

use crate::language::said;
use crate::output;

#[derive(Args, Debug)]
#[command(after_help = journal_help())]
pub(crate) struct Journal {
    /// Files that runs left behind, then the ids to look up; without ids, all are told
    #[arg(value_name = "FILE|ID", required = true)]
    pub(crate) files_and_ids: Vec<OsString>,
    /// Ids, whatever files there are
    #[arg(value_name = "ID", last = true)]
    pub(crate) ids: Vec<String>,
    /// Only ids that are: gone, was-not-there, not-deleted or may-be-gone; several by commas
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = state)]
    pub(crate) only: Vec<JournalState>,
    /// Print each id as a line of JSON
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print CSV with a heading; a spreadsheet must import user_id as text
    #[arg(long)]
    pub(crate) csv: bool,
    /// Write a report for people to this file: one page, which needs nothing from elsewhere
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "csv", "only", "ids"])]
    pub(crate) html: Option<PathBuf>,
    /// Add names and numbers from this backup to the report
    #[arg(long, value_name = "FILE", requires = "html")]
    pub(crate) with_backup: Option<PathBuf>,
}

fn state(name: &str) -> Result<JournalState, String> {
    name.replace('-', "_")
        .parse()
        .map_err(|_| said!("give gone, was-not-there, not-deleted or may-be-gone"))
}

fn journal_help() -> String {
    output::reflowed(
        "\
States:
  gone           deleted, or known no more after a request of ours that had no answer
  was-not-there  no such contact: gone before, never there, or a damaged id
  not-deleted    refused by the service, or not called
  may-be-gone    a request had no certain answer, or the run died during it; the same delete \
command with the same journal looks into it
  Where several files have an id of the same app, gone counts before all else, and of other \
lines the latest; docs/journal.md has the rule.

Files and ids:
  The first argument is a file. Another one is a file where there is such a file, and \
otherwise an id; what follows -- is an id. A file may be one that a run is writing.

JSON and CSV:
  Fields: user_id, state, time (UTC), run (of those that wrote the file, from 1), attempts, \
request_id, kind, code, meaning, journal, endpoint, app_key; what is not known is left out. An \
id that stands in no journal has the state no_record.

Report:
  --html FILE writes a page that opens offline and prints on A4: what was asked for, totals, \
the runs over time with pauses and early ends, and a table to search and sort: first what is not \
gone, and 100,000 ids at most. It has no name, number, filter value or words of the service; \
--with-backup FILE adds names, numbers and companies. Its owner alone can read the \
file. An earlier report is replaced, any other file is refused. It is in the language of --lang.

Exit status:
  0  told; of ids that were asked for: each is on record, and none may be gone
  1  an id that was asked for stands in no journal or may be gone; or standard output failed
  2  usage, or a file that cannot be read or is no journal

Examples:
  dingtalk-extcontact journal leavers.txt.journal.jsonl
  dingtalk-extcontact journal *.journal.jsonl 0125400001
  dingtalk-extcontact journal leavers.txt.journal.jsonl --only may-be-gone
  dingtalk-extcontact journal *.journal.jsonl --csv > record.csv
  dingtalk-extcontact journal leavers.txt.journal.jsonl --html report.html",
    )
}
