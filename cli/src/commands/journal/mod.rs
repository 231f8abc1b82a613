//! `journal`: tells what became of each id, by what runs left behind.

mod page;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use dingtalk_extcontact::{JournalEntry, JournalReader, JournalState, read_journal};
use serde_json::json;

use crate::args::Journal;
use crate::commands::journal::page::Page;
use crate::language::{self, said};
use crate::output::csv_cell;
use crate::output::{self, Exit, Output, Style};

/// The columns of CSV; the fields of JSON are the same.
const FIELDS: [&str; 12] = [
    "user_id",
    "state",
    "time",
    "run",
    "attempts",
    "request_id",
    "kind",
    "code",
    "meaning",
    "journal",
    "endpoint",
    "app_key",
];

/// The state of an id that stands in no journal.
const NO_RECORD: &str = "no_record";

/// How many bytes are gathered before they are written.
const CHUNK: usize = 64 * 1024;

/// Runs the subcommand.
pub(crate) fn run(args: &Journal, output: &mut Output) -> Exit {
    try_run(args, output).unwrap_or_else(|exit| exit)
}

fn try_run(args: &Journal, output: &mut Output) -> Result<Exit, Exit> {
    let (files, asked) = sorted(args)?;
    let page = args.html.as_deref().map(|path| Page {
        path,
        lang: language::current(),
        backup: args.with_backup.as_deref(),
    });
    if let Some(page) = &page {
        page.check(&files)?;
        refuse_ids(&asked)?;
    }
    let mut reader = read_journal(files).map_err(|error| output::usage_error(&error))?;
    tell_torn_ends(&reader);
    let told = match &page {
        Some(page) => write_page(page, &mut reader)?,
        None => {
            let mut lines = Lines::new(args, output);
            let told = tell(args, &mut reader, &asked, &mut lines)?;
            lines.flush().map_err(|error| output::stdout_failed(&error))?;
            told
        }
    };
    output::note(&told.totals());
    let uncertain = told.of(JournalState::MayBeGone);
    if uncertain > 0 {
        output::note(&match uncertain {
            1 => said!(
                "One may be gone: the same delete command with the same journal looks into it."
            ),
            _ => said!(
                "Some may be gone: the same delete command with the same journal looks into them."
            ),
        });
    }
    let certain = told.no_record == 0 && (asked.is_empty() || told.asked_and_uncertain == 0);
    Ok(if certain { Exit::Success } else { Exit::Failed })
}

/// What was given as files, and what as ids.
fn sorted(args: &Journal) -> Result<(Vec<PathBuf>, BTreeSet<String>), Exit> {
    let (mut files, mut ids) = (Vec::new(), args.ids.iter().cloned().collect::<BTreeSet<_>>());
    for (number, given) in args.files_and_ids.iter().enumerate() {
        if number == 0 || Path::new(given).exists() {
            files.push(PathBuf::from(given));
        } else {
            ids.insert(as_id(given)?);
        }
    }
    Ok((files, ids))
}

fn as_id(given: &OsString) -> Result<String, Exit> {
    given.to_str().map(str::to_owned).ok_or_else(|| {
        let given = output::escaped(&given.to_string_lossy());
        output::print_error(&said!("there is no file {given}, and no id has it", given), "");
        Exit::Usage
    })
}

/// A report is about all ids: totals of a few would say too little of a run.
fn refuse_ids(asked: &BTreeSet<String>) -> Result<(), Exit> {
    let Some(id) = asked.first() else { return Ok(()) };
    let id = output::escaped(id);
    output::print_error(
        &said!("there is no file {id}, and --html tells all ids of a journal", id),
        &said!("Leave out the ids: the report can be searched."),
    );
    Err(Exit::Usage)
}

fn write_page(page: &Page<'_>, reader: &mut JournalReader) -> Result<Told, Exit> {
    let mut told = Told::default();
    page.write(reader, |entry| told.count(entry.state))?;
    let path = output::escaped(&page.path.to_string_lossy());
    output::note_unwrapped(&said!("report: {path}", path));
    Ok(told)
}

fn tell_torn_ends(reader: &JournalReader) {
    for file in reader.files() {
        if let Some(line) = file.torn_line {
            let path = output::escaped(&file.path.to_string_lossy());
            output::note(&said!(
                "note: line {line} of {path} is not whole and is passed over: a run is writing \
                 it, or died while it did",
                line,
                path
            ));
        }
    }
}

/// How many ids were told.
#[derive(Default)]
struct Told {
    states: [u64; JournalState::ALL.len()],
    asked_and_uncertain: u64,
    no_record: u64,
}

impl Told {
    fn of(&self, state: JournalState) -> u64 {
        let counts = JournalState::ALL.iter().zip(self.states);
        counts.filter(|(it, _)| **it == state).map(|(_, count)| count).sum()
    }

    fn count(&mut self, state: JournalState) {
        let counts = JournalState::ALL.iter().zip(&mut self.states);
        counts.filter(|(it, _)| **it == state).for_each(|(_, count)| *count += 1);
    }

    fn totals(&self) -> String {
        let all = self.states.iter().sum::<u64>() + self.no_record;
        let mut parts: Vec<_> = JournalState::ALL
            .iter()
            .zip(self.states)
            .filter(|(_, count)| *count > 0)
            .map(|(state, count)| format!("{} {}", output::number(count), words(*state)))
            .collect();
        if self.no_record > 0 {
            parts.push(said!("{count} in no journal", count = output::number(self.no_record)));
        }
        match parts.is_empty() {
            true => said!("no ids"),
            false => {
                let (ids, parts) = (output::counted(all, "id"), parts.join(&said!(", ")));
                said!("{ids}: {parts}", ids, parts)
            }
        }
    }
}

fn tell(
    args: &Journal,
    reader: &mut JournalReader,
    asked: &BTreeSet<String>,
    lines: &mut Lines<'_>,
) -> Result<Told, Exit> {
    let (mut told, mut missing) = (Told::default(), asked.clone());
    for entry in reader {
        let entry = entry.map_err(|error| output::usage_error(&error))?;
        if !asked.is_empty() && !asked.contains(&entry.user_id) {
            continue;
        }
        missing.remove(&entry.user_id);
        if entry.state == JournalState::MayBeGone {
            told.asked_and_uncertain += 1;
        }
        if args.only.is_empty() || args.only.contains(&entry.state) {
            told.count(entry.state);
            lines.entry(&entry).map_err(|error| output::stdout_failed(&error))?;
        }
    }
    for user_id in missing {
        told.no_record += 1;
        lines.no_record(&user_id).map_err(|error| output::stdout_failed(&error))?;
    }
    Ok(told)
}

fn words(state: JournalState) -> String {
    match state {
        JournalState::Gone => said!("gone"),
        JournalState::WasNotThere => said!("not there before"),
        JournalState::NotDeleted => said!("not deleted"),
        _ => said!("may be gone"),
    }
}

enum Form {
    Words,
    Json,
    Csv,
}

/// Standard output in one of the forms, in large pieces: there may be a million lines.
struct Lines<'a> {
    form: Form,
    output: &'a mut Output,
    gathered: Vec<u8>,
}

impl Lines<'_> {
    fn new<'a>(args: &Journal, output: &'a mut Output) -> Lines<'a> {
        let form = match (args.json, args.csv) {
            (true, _) => Form::Json,
            (_, true) => Form::Csv,
            _ => Form::Words,
        };
        // Without a byte order mark Excel assumes an older encoding.
        let gathered = match form {
            Form::Csv => format!("\u{feff}{}\n", FIELDS.join(",")).into_bytes(),
            _ => Vec::new(),
        };
        Lines { form, output, gathered }
    }

    fn entry(&mut self, entry: &JournalEntry) -> io::Result<()> {
        match self.form {
            Form::Json => self.line(&serde_json::to_string(entry)?),
            Form::Csv => {
                let of = |text: &Option<String>| text.clone().unwrap_or_default();
                self.row([
                    entry.user_id.clone(),
                    entry.state.as_str().to_owned(),
                    entry.time_in_utc(),
                    entry.run.to_string(),
                    entry.attempts.map(|it| it.to_string()).unwrap_or_default(),
                    of(&entry.request_id),
                    entry.kind.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
                    of(&entry.code),
                    entry.meaning.to_owned(),
                    entry.journal.to_string_lossy().into_owned(),
                    entry.endpoint.clone(),
                    of(&entry.app_key),
                ])
            }
            Form::Words => {
                let style = match entry.state {
                    JournalState::Gone => Style::Good,
                    JournalState::NotDeleted => Style::Bad,
                    JournalState::MayBeGone => Style::Warning,
                    _ => Style::Quiet,
                };
                self.words(&words(entry.state), style, &entry.user_id, &details(entry))
            }
        }
    }

    fn no_record(&mut self, user_id: &str) -> io::Result<()> {
        match self.form {
            Form::Json => self.line(&json!({"state": NO_RECORD, "user_id": user_id}).to_string()),
            Form::Csv => {
                let mut row = [const { String::new() }; FIELDS.len()];
                let [id, state, ..] = &mut row;
                (*id, *state) = (user_id.to_owned(), NO_RECORD.to_owned());
                self.row(row)
            }
            Form::Words => {
                let (state, details) = (said!("no record"), said!("it stands in no journal"));
                self.words(&state, Style::Bad, user_id, &details)
            }
        }
    }

    fn words(&mut self, state: &str, style: Style, id: &str, details: &str) -> io::Result<()> {
        let line = format!("{}  {}  {details}", output::padded(state, 16), output::escaped(id));
        let line = self.output.fit_to_terminal(&line);
        let rest = line.strip_prefix(state).unwrap_or_default();
        let line = format!("{}{rest}", self.output.style(style, state));
        self.line(&line)
    }

    fn row(&mut self, cells: [String; FIELDS.len()]) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(&mut self.gathered);
        writer.write_record(cells.iter().map(|cell| csv_cell::escape(cell)))?;
        writer.flush()?;
        drop(writer);
        self.write_if_much()
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        self.gathered.extend_from_slice(line.as_bytes());
        self.gathered.push(b'\n');
        self.write_if_much()
    }

    fn write_if_much(&mut self) -> io::Result<()> {
        if self.gathered.len() < CHUNK { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        let gathered = std::mem::take(&mut self.gathered);
        let text = String::from_utf8_lossy(&gathered);
        if text.is_empty() { Ok(()) } else { self.output.line(text.trim_end_matches('\n')) }
    }
}

/// What is known of an entry beside its state.
fn details(entry: &JournalEntry) -> String {
    let mut details = said!("{time}, run {run}", time = entry.time_in_utc(), run = entry.run);
    if let Some(attempts) = entry.attempts {
        details.push_str(&said!(", "));
        details.push_str(&output::counted(attempts.into(), "request"));
    }
    if let Some(id) = &entry.request_id {
        details.push_str(&said!(", request id {id}", id = output::escaped(id)));
    }
    if let Some(code) = &entry.code {
        details.push_str(&said!("; code {code}", code = output::escaped(code)));
    }
    if entry.state != JournalState::Gone || entry.meaning.starts_with("no such") {
        let meaning = entry.meaning_in(language::current());
        details.push_str(&said!("; {meaning}", meaning));
    }
    details
}
