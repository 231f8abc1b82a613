//! Arguments of `delete`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use dingtalk_extcontact::binding::{MISSING_LIMIT, MISSING_WINDOW};
use encoding_rs::Encoding;

use crate::args::connection::{CREDENTIALS, Connection};
use crate::args::list::FILTERS;
use crate::args::number::number;
use crate::input::filter::Filter;
use crate::language::said;
use crate::output;

#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("which").args(["ids", "file", "filters"]).required(true),
    after_help = delete_help()
)]
pub(crate) struct Delete {
    /// Userids, exactly as DingTalk has them, with their leading zeros; - is standard input
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// File with one id a line, JSON lines, CSV or a workbook (.xlsx) with --column; - is
    /// standard input
    #[arg(long, short, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The column that has the ids, by its heading; of JSON lines, the field
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,
    /// The sheet of a workbook that has the ids, by the name on its tab
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// The encoding of a text, such as gbk or utf-16le [default: by its mark, else utf-8]
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    pub(crate) encoding: Option<&'static Encoding>,
    /// All contacts that match, and what --journal leaves open; several must all match
    #[arg(long = "where", value_name = "FILTER", value_parser = Filter::parse)]
    pub(crate) filters: Vec<Filter>,
    /// Show who would go, and delete nobody
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// With --dry-run: write the list with ids that have lost zeros repaired, to be checked
    #[arg(long, value_name = "OUT", requires = "dry_run", conflicts_with = "filters")]
    pub(crate) write_repaired: Option<PathBuf>,
    /// The list is not damaged, even if it looks like it; see below
    #[arg(long)]
    pub(crate) ids_are_right: bool,
    /// Do not ask before deleting more than one
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// A contact already gone is fine; this hides damaged ids too
    #[arg(long)]
    pub(crate) missing_ok: bool,
    /// Record of the run, and where the next run takes it up; see below [default: for more
    /// than one id, by the name of the list or the time]
    #[arg(long, value_name = "FILE", conflicts_with = "no_journal")]
    pub(crate) journal: Option<PathBuf>,
    /// Keep no record
    #[arg(long)]
    pub(crate) no_journal: bool,
    /// Write each contact's record to this file before it is deleted
    #[arg(long, value_name = "FILE")]
    pub(crate) backup: Option<PathBuf>,
    /// How many calls run side by side [default: 8]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number)]
    pub(crate) concurrency: Option<f64>,
    /// Print lines of JSON, see below
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// The encoding with a name that web pages use for it.
fn encoding(name: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label_no_replacement(name.as_bytes())
        .ok_or_else(|| said!("give utf-8, utf-16le, utf-16be, gbk, gb18030 or big5"))
}

fn delete_help() -> String {
    output::reflowed(&format!(
        "\
{CREDENTIALS}

Lists of ids:
  One id a line; blank lines and lines that begin with # do not count. Or a CSV file \
  (comma, semicolon, tab, or what a first line such as sep=; names) and --column. Or JSON \
  lines, as list --json prints them: of each the field userid, or the one of --column. Text \
  is UTF-8, or has a byte order mark of UTF-16, or --encoding says what it is.
  Or a workbook (.xlsx) and --column, with --sheet where several have cells; titles may \
  stand above the headings. Only text is an id there: a cell that holds a number, a date or \
  a formula is refused, and so are merged cells and hidden rows, as a filter may have taken \
  those out. Other workbooks (.xls, .ods) have to be saved as .xlsx or \"CSV UTF-8\".
  The whole list is checked before anything is sent: ids that a spreadsheet has damaged (1.25E+14, \
  125400001.0, 125,400,001, zeros lost at the beginning of one of two ids) are refused with \
  their line numbers. So is a list in which some ids seem to have lost zeros that others \
  have, unless --ids-are-right says otherwise; --dry-run warns of it. A list in which every \
  id lost its zeros shows no trace of that: the service answers \"no such contact\" then, or \
  it is somebody else's id. --dry-run says of each id without a contact which contacts have \
  the same digits behind other zeros, and whether it is of another kind: an employee's userid, \
  or one with letters, as a unionid has. --write-repaired OUT writes the list with ids that are \
  like one contact's replaced by that, the old one and the name beside it, and without those that are like \
  several or none. Check it before you delete by it; this run deletes nobody. Where {MISSING_LIMIT} of the last {MISSING_WINDOW} ids are no contact the run stops, unless \
  --missing-ok or --ids-are-right is given. An empty list is refused, too.

{FILTERS}
  All pages are read before the first contact is deleted. With --journal, contacts of which \
  it leaves open whether they are gone, and that are listed no more, are called again, too.

Journal:
  More than one id is recorded: for --file FILE in FILE.journal.jsonl, otherwise in the file \
  that the variable DINGTALK_JOURNAL names, or in one in the current directory whose name has \
  the time and is printed. A single id is recorded where --journal or DINGTALK_JOURNAL names a \
  file: an erasure that somebody has asked for should be. A run that stopped is \
  taken up by the same command with the same journal: what is settled is not called again.
  Ctrl-C lets the calls under way finish and says how to go on; a second one cancels them. \
  SIGTERM does the same, and so does a terminal that closes.

May be gone:
  A request went out and no certain answer came back, so the contact may be gone or not. It \
  is counted apart from what failed, and the same command looks into it.

JSON:
  A line for each contact, as it is done, with user_id and status: deleted, absent, failed \
  or not_attempted; time (UTC), and settled_before: an earlier run did it, and then. One \
  that failed and has maybe_deleted may be gone.
  After more than one, or a list, a last line {{\"summary\": {{...}}}}: deleted, absent, \
  absent_maybe_deleted, maybe_deleted (not among the failed), failed, not_attempted, \
  settled_before, repeated, calls, unrecorded, start, end, endpoint, app_key, stopped, \
  ids_from, journal, backup; what is not known is left out. Of the absent, \
  absent_maybe_deleted are gone, probably by an earlier request of ours; of the others there \
  was no contact before, which proves nothing.
  With --dry-run the lines have user_id, exists, name, company_name, maybe_deleted, \
  on_record (gone or refused by an earlier run), same_digits (the contacts like an id that does \
  not exist) and near_miss (employee or not_digits), and the summary has contacts, left, \
  maybe_deleted, settled_before, no_contact, zeros_lost (of those), endpoint, app_key and \
  doubt (of lost zeros, by the list alone).

Exit status:
  0    every contact is gone
  1    some failed, may be gone, or were not attempted
  2    usage or a bad argument; nothing was sent
  3    no contact matches the filters of --where; nobody was deleted
  130  interrupted

Examples:
  dingtalk-extcontact delete 0125400001
  dingtalk-extcontact delete --file leavers.txt --dry-run
  dingtalk-extcontact delete --file leavers.csv --column userid --backup b.jsonl
  dingtalk-extcontact delete --where 'company~acme' --where no-follower
  dingtalk-extcontact delete --yes --json - < leavers.txt > outcomes.jsonl
  dingtalk-extcontact delete --token-file token.txt 0125400001"
    ))
}
