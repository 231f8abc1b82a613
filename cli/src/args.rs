//! What can be said on the command line.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Parser, Subcommand};
use dingtalk_extcontact_sandbox::Faults;

use crate::input::filter::Filter;
use crate::output::{self, Exit, Output};

/// Deletes external contacts of a DingTalk organisation, and says exactly what happened.
#[derive(Debug, Parser)]
#[command(
    bin_name = "dingtalk-extcontact",
    name = "dingtalk-extcontact",
    version,
    term_width = output::width(),
    after_help = output::laid_out("\
The environment variable DINGTALK_LOG (error, warn, info or debug) shows what it does, too: \
-v is info, -vv is debug. No line holds a token or a secret.

Try it without any account: dingtalk-extcontact demo")
)]
pub(crate) struct Cli {
    /// Show what it does on standard error; -vv shows more
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Delete external contacts; there is no undo
    Delete(Delete),
    /// List external contacts
    List(List),
    /// Say what a return code or a kind of error means, and what to do
    Explain(Explain),
    /// Serve a DingTalk to try against, on this machine
    Sandbox(Sandbox),
    /// Show what deleting contacts is like, against a sandbox of its own
    Demo(Demo),
}

#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("which").args(["ids", "file", "filters"]).required(true),
    after_help = delete_help()
)]
pub(crate) struct Delete {
    /// Userids, exactly as DingTalk has them, with their leading zeros; - is standard input
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// File with one id a line, CSV with --column, or JSON lines; - is standard input
    #[arg(long, short, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The column of a CSV file that has the ids, by its heading; of JSON lines, the field
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,
    /// All contacts that match, and what --journal leaves open; several must all match
    #[arg(long = "where", value_name = "FILTER", value_parser = Filter::parse)]
    pub(crate) filters: Vec<Filter>,
    /// Show who would go, and delete nobody
    #[arg(long)]
    pub(crate) dry_run: bool,
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
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) concurrency: Option<f64>,
    /// Print lines of JSON, see below
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

fn delete_help() -> String {
    output::laid_out(&format!(
        "\
{CREDENTIALS}

Lists of ids:
  One id a line; blank lines and lines that begin with # do not count. Or a CSV file \
  (comma, semicolon, tab, or what a first line such as sep=; names) and --column. Or JSON \
  lines, as list --json prints them: of each the field userid, or the one of --column. Text \
  is UTF-8; a workbook (.xlsx, .xls) has to be saved as \"CSV UTF-8\". The whole list is \
  checked before anything is sent: ids that a spreadsheet has damaged (1.25E+14, \
  125400001.0, 125,400,001, zeros lost at the beginning of one of two ids) are refused with \
  their line numbers. So is a list in which some ids seem to have lost zeros that others \
  have, unless --ids-are-right says otherwise; --dry-run warns of it. A list in which every \
  id lost its zeros shows no trace of that: the service answers \"no such contact\" then, or \
  it is somebody else's id. --dry-run looks for contacts that have such ids with zeros \
  before them, and warns. Where 20 of the last 40 ids are no contact the run stops, unless \
  --missing-ok or --ids-are-right is given. An empty list is refused, too.

{FILTERS}
  All pages are read before the first contact is deleted. With --journal, contacts of which \
  it leaves open whether they are gone, and that are listed no more, are called again, too.

Journal:
  More than one id is recorded: for --file FILE in FILE.journal.jsonl, otherwise in a file \
  in the current directory whose name has the time and is printed. A run that stopped is \
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
  With --dry-run the lines have user_id, exists, name, company_name, maybe_deleted and \
  on_record (gone or refused by an earlier run), and the summary has contacts, left, \
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

const CREDENTIALS: &str = "\
Credentials:
  An access token: --token-file, or the environment variable DINGTALK_ACCESS_TOKEN. Or an \
  app, whose token is then fetched and renewed for you: --app-key and --app-secret-file, or \
  DINGTALK_APP_KEY and DINGTALK_APP_SECRET. What is given here wins over the environment. No \
  option takes a token or a secret itself: other users of the machine can read the arguments \
  of a program.";

const FILTERS: &str = "\
Filters:
  FIELD=TEXT   the field is exactly TEXT
  FIELD~TEXT   the field contains TEXT, in capitals or not
  no-FIELD     the field is empty
  The fields: name, company, label, follower, mobile. A contact has several labels: one that \
  matches is enough. Labels and followers are ids.";

#[derive(Args, Debug)]
#[command(after_help = list_help())]
pub(crate) struct List {
    /// Only contacts that match, see below; several must all match
    #[arg(long = "where", value_name = "FILTER", value_parser = Filter::parse)]
    pub(crate) filters: Vec<Filter>,
    /// Print each record as a line of JSON, whole and as DingTalk sends it
    #[arg(long, conflicts_with_all = ["csv", "excel"])]
    pub(crate) json: bool,
    /// Print CSV with a heading; a spreadsheet must import userid as text, see below
    #[arg(long, conflicts_with = "excel")]
    pub(crate) csv: bool,
    /// Print CSV that Excel may open by a double click: numbers stay text
    #[arg(long)]
    pub(crate) excel: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

fn list_help() -> String {
    output::laid_out(&format!(
        "\
{CREDENTIALS}
  The app needs the permission point qyapi_ext_read.

{FILTERS}

CSV:
  UTF-8 with a byte order mark, without which Excel takes it for another encoding. An \
  apostrophe stands before a cell that a spreadsheet would take for a formula, which begins \
  with = + - or @; line breaks and tabs are spaces, other control characters are replaced. \
  delete --file FILE --column userid takes such a file.
  A spreadsheet that opens it by a double click makes numbers of the ids, which lose zeros \
  and digits: import it, with text as the type of the columns. Or give --excel, by which \
  numbers are formulas such as =\"0125\"; Excel shows and saves them as 0125. For other \
  programs there is --json, without any of this.

Exit status:
  0    the contacts were listed; without --where there may be none
  1    they could not be read, or not be written
  2    usage or a bad argument; nothing was sent
  3    no contact matches the filters of --where
  130  interrupted

Examples:
  dingtalk-extcontact list
  dingtalk-extcontact list --where 'company~acme' --where no-follower
  dingtalk-extcontact list --csv > contacts.csv
  dingtalk-extcontact list --excel > contacts.csv
  dingtalk-extcontact list --json --where label=1000007 > label.jsonl"
    ))
}

/// How to reach DingTalk, and as whom; for every subcommand that calls it.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// File with the access token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Key of the app [env: DINGTALK_APP_KEY]
    #[arg(long, value_name = "KEY")]
    pub(crate) app_key: Option<String>,
    /// File with the secret of the app
    #[arg(long, value_name = "FILE")]
    pub(crate) app_secret_file: Option<PathBuf>,
    /// Of the organisation: international or china [env: DINGTALK_REGION] [default:
    /// international]
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// Base URL of a sandbox or gateway [env: DINGTALK_ENDPOINT] [default: of the region]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// environment, none, or a URL: http, https or socks5 [default: environment]
    #[arg(long, value_name = "PROXY")]
    pub(crate) proxy: Option<String>,
    /// PEM bundle to trust instead [default: the system's roots]
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<String>,
    /// For one contact, or one page of a list, with all attempts and pauses [default: 30]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) timeout: Option<f64>,
    /// How often a request is tried at most; 1 turns retries off, but for a
    /// kept connection that died and for a new token [default: 3]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) max_attempts: Option<f64>,
    /// Requests a second to each API, at most; none: no limit [default: 20]
    #[arg(long, value_name = "N|none", allow_negative_numbers = true, value_parser = rate)]
    pub(crate) rate: Option<Rate>,
}

/// A number of calls a second, or no limit. Its bounds are the library's business.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rate {
    /// No limit.
    None,
    /// So many.
    Calls(f64),
}

fn rate(text: &str) -> Result<Rate, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Rate::None);
    }
    text.parse().map(Rate::Calls).map_err(|_| "give a number, or none".to_owned())
}

#[derive(Args, Debug)]
#[command(after_help = output::laid_out("\
Examples:
  dingtalk-extcontact explain 60011
  dingtalk-extcontact explain 88/60011            errcode and sub_code
  dingtalk-extcontact explain isp.-1
  dingtalk-extcontact explain --json -1
  dingtalk-extcontact explain permission_denied   a kind of error"))]
pub(crate) struct Explain {
    /// A code (60011, 88/60011, isp.-1, -1) or a kind of error (permission_denied)
    #[arg(value_name = "CODE", allow_hyphen_values = true)]
    pub(crate) code: String,
    /// Print one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = sandbox_help())]
pub(crate) struct Sandbox {
    /// Port on 127.0.0.1 [default: any free one]
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// How many made-up contacts there are [default: 20]
    #[arg(long, value_name = "N")]
    pub(crate) contacts: Option<usize>,
    /// Another number makes other contacts and credentials [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How long an access token lives [default: 7200]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) token_life: Option<Duration>,
    /// Calls a second at most, else it throttles; none: any number [default: 20]
    #[arg(long, value_name = "N|none", value_parser = limit)]
    pub(crate) rate: Option<Limit>,
    /// The app lacks the permission point for deleting
    #[arg(long)]
    pub(crate) no_write_permission: bool,
    /// What goes wrong, and how often; see below
    #[arg(long, value_name = "SPEC", value_parser = Faults::parse)]
    pub(crate) faults: Option<Faults>,
    /// Stop when standard input is closed, as well
    #[arg(long)]
    pub(crate) until_stdin_closes: bool,
}

/// Calls a second that a sandbox allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(pub(crate) Option<u32>);

fn limit(text: &str) -> Result<Limit, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Limit(None));
    }
    text.parse()
        .map(|limit| Limit(Some(limit)))
        .map_err(|_| "give a whole number, or none".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "give a number of seconds")?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn sandbox_help() -> String {
    let mut help = "\
It prints one line of JSON on standard output (url, access_token, app_key, app_secret, the \
number of contacts and the first user_ids), and on standard error how to use it. It serves \
this machine alone, until Ctrl-C or SIGTERM.

Faults are NAME=CHANCE, separated by commas; CHANCE is a probability or first=N, and may be \
followed by @TIME. Settings come after a semicolon: seed=N, on=delete|list|get|token|all.
"
    .to_owned();
    for fault in Faults::known() {
        let deletes = format!("{}; deletes: {}", fault.about, fault.deletes.name());
        help.push_str(&output::entry(fault.name, &deletes));
    }
    help.push_str(
        "

Examples:
  dingtalk-extcontact sandbox --port 8080 --contacts 1000
  dingtalk-extcontact sandbox --faults 'lost-reply=0.1,delay=50ms..200ms;seed=7'
  dingtalk-extcontact sandbox --faults throttle=first=3 --token-life 10",
    );
    output::laid_out(&help)
}

#[derive(Args, Debug)]
#[command(after_help = output::laid_out("\
It needs no account and reaches nothing but this machine. Exit status 0 if every step ended \
as it should.

Examples:
  dingtalk-extcontact demo
  dingtalk-extcontact demo --json    the outcomes alone, as programs see them"))]
pub(crate) struct Demo {
    /// Print the outcomes as lines of JSON, and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

/// Reads the arguments. Help, version or a mistake is an end at once: all is said then.
pub(crate) fn parse(
    args: impl IntoIterator<Item = OsString>,
    output: &mut Output,
) -> Result<Cli, Exit> {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(name) = secret_option(&args) {
        output::complain(
            &format!("{name} is no option: other users can read the arguments of a program"),
            "Put the token into a file and give --token-file FILE, or set \
             DINGTALK_ACCESS_TOKEN; for an app, --app-key KEY and --app-secret-file FILE, or \
             DINGTALK_APP_KEY and DINGTALK_APP_SECRET. What was just given has been seen: \
             replace it if others use this machine.",
        );
        return Err(Exit::Usage);
    }
    match Cli::try_parse_from(args) {
        Ok(cli) => Ok(cli),
        Err(error) => {
            let text = error.render().to_string();
            if error.exit_code() != 0 {
                output::note(text.trim_end());
                return Err(Exit::Usage);
            }
            match output.line(text.trim_end()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(output::unwritten(&error))
                }
                _ => Err(Exit::Done),
            }
        }
    }
}

/// The name of an option that people try for giving a secret, if one is among the arguments.
/// Found before anything else reads them, so that its value is echoed nowhere.
fn secret_option(args: &[OsString]) -> Option<&'static str> {
    const TRIED: [&str; 6] =
        ["--token", "--access-token", "--access_token", "--app-secret", "--app_secret", "--secret"];
    args.iter()
        .skip(1)
        .map_while(|arg| match arg.to_str() {
            Some("--") => None,
            text => Some(text.unwrap_or_default()),
        })
        .find_map(|arg| {
            let name = arg.split_once('=').map_or(arg, |(name, _)| name);
            TRIED.into_iter().find(|tried| *tried == name)
        })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use dingtalk_extcontact::BatchOptions;
    use dingtalk_extcontact::binding::Options;

    use super::*;

    /// The libraries have the defaults; the help repeats them for people.
    #[test]
    fn the_help_has_the_defaults_of_the_libraries() {
        let client = format!("{:?} {:?}", Options::new(), BatchOptions::new());
        let sandbox = format!("{:?}", dingtalk_extcontact_sandbox::Sandbox::builder());
        for (subcommand, library, option, told, default) in [
            ("delete", &client, "--timeout", "30", "timeout: 30s"),
            ("delete", &client, "--max-attempts", "3", "max_attempts: 3"),
            ("delete", &client, "--rate", "20", "rate: Some(20)"),
            ("delete", &client, "--concurrency", "8", "concurrency: 8"),
            ("sandbox", &sandbox, "--contacts", "20", "made_up: 20"),
            ("sandbox", &sandbox, "--seed", "1", "seed: 1,"),
            ("sandbox", &sandbox, "--token-life", "7200", "token_life: 7200s"),
            ("sandbox", &sandbox, "--rate", "20", "calls_per_second: Some(20)"),
        ] {
            let mut command = Cli::command();
            let help = command.find_subcommand_mut(subcommand).unwrap().render_help().to_string();
            let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
            let (_, about) = help.split_once(&format!("{option} <")).unwrap();
            let (about, _) = about.split_once(" --").unwrap_or((about, ""));
            assert!(about.contains(&format!("[default: {told}]")), "{option}: {about}");
            assert!(library.contains(default), "{default}: {library}");
        }
    }
}
