//! The ids that are to be deleted: read from wherever they are, checked all of them before the
//! first is called, and set aside.
//!
//! They are set aside so that a million of them need no memory, and so that what is deleted
//! is what was checked and asked about, even if the file changes meanwhile: in memory up to
//! a size, then in a temporary file without a name.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use dingtalk_extcontact::check_user_id;
use tempfile::SpooledTempFile;

use crate::args::Delete;
use crate::input::column;
use crate::input::damage::{
    self, AS_TEXT, NAME_THE_COLUMN, SPREADSHEET_ERRORS, Shapes, are_digits, damage, is_data,
};
use crate::input::json_lines;
use crate::input::text::{self, LineBreaks, NoText, visible};
use crate::output;

/// So many bytes of ids stay in memory.
const IN_MEMORY: usize = 4 * 1024 * 1024;
/// The longest line that is read as one.
pub(crate) const LONGEST_LINE: u64 = 64 * 1024;
/// So many lines are named that are wrong; the rest is counted.
const NAMED: usize = 10;

/// Where a list of ids comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Arguments(Vec<String>),
    File { path: PathBuf, column: Option<String> },
    Stdin { column: Option<String> },
}

/// Ids that were checked.
pub(crate) struct Ids {
    set_aside: SpooledTempFile,
    /// How many there are, a repeated one counted once.
    pub(crate) count: u64,
    /// What looks damaged but may be right.
    pub(crate) doubt: Option<String>,
}

/// Why a list is not used. Nothing was sent.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// None of it.
    Whole(Useless),
    /// So many ids are wrong; the first of them, with what is wrong, and what helps.
    Wrong { count: u64, first: Vec<String>, advice: Vec<&'static str> },
}

/// A list that is no use as a whole, and what helps.
#[derive(Debug)]
pub(crate) struct Useless {
    problem: String,
    advice: &'static str,
}

impl Useless {
    pub(crate) fn new(problem: String, advice: &'static str) -> Useless {
        Useless { problem, advice }
    }

    pub(crate) fn text(line: u64, what: NoText) -> Useless {
        Useless::new(format!("line {line}: {}", what.problem()), what.advice())
    }
}

impl From<io::Error> for Useless {
    fn from(error: io::Error) -> Useless {
        Useless::new(error.to_string(), "")
    }
}

impl From<Useless> for Unusable {
    fn from(useless: Useless) -> Unusable {
        Unusable::Whole(useless)
    }
}

impl Source {
    /// What the arguments name; `None` where they name a filter instead.
    pub(crate) fn of(args: &Delete) -> Result<Option<Source>, String> {
        let column = args.column.clone();
        let dash = |path: &Path| path == Path::new("-");
        let source = match (&args.file, args.ids.as_slice()) {
            (Some(path), _) if !dash(path) => Source::File { path: path.clone(), column },
            (Some(_), _) => Source::Stdin { column },
            (None, [id]) if id == "-" => Source::Stdin { column },
            (None, ids) if ids.iter().any(|id| id == "-") => {
                return Err("- stands for all ids and cannot be one among several".to_owned());
            }
            _ if column.is_some() => {
                return Err("--column is for --file FILE or -".to_owned());
            }
            (None, []) => return Ok(None),
            (None, ids) => Source::Arguments(ids.to_vec()),
        };
        Ok(Some(source))
    }

    /// In words, for the record.
    pub(crate) fn name(&self) -> String {
        let of = |column: &Option<String>| {
            column.as_ref().map_or(String::new(), |name| format!(", column {name}"))
        };
        match self {
            Source::Arguments(_) => "the command line".to_owned(),
            Source::File { path, column } => format!("{}{}", path.display(), of(column)),
            Source::Stdin { column } => format!("standard input{}", of(column)),
        }
    }

    /// Reads and checks all ids.
    pub(crate) fn read(&self) -> Result<Ids, Unusable> {
        let mut list = List::new(true);
        match self {
            Source::Arguments(ids) => {
                list.unit = "argument";
                list.add_all(ids.iter().map(String::as_str))?;
            }
            Source::File { path, column } => {
                let file = File::open(path).map_err(Useless::from)?;
                list.read(file, column.as_deref())?;
            }
            Source::Stdin { column } => {
                list.read(io::stdin().lock(), column.as_deref())?;
            }
        }
        list.finish()
    }
}

/// The ids of contacts that the service has listed: they may be odd, but not damaged.
pub(crate) fn listed<'a>(ids: impl Iterator<Item = &'a str>) -> Result<Ids, Unusable> {
    let mut list = List::new(false);
    list.unit = "contact";
    list.add_all(ids)?;
    list.finish()
}

impl Ids {
    /// All ids in their order, repeated ones included: the library knows them.
    pub(crate) fn iter(&mut self) -> io::Result<impl Iterator<Item = io::Result<String>>> {
        self.set_aside.rewind()?;
        Ok(BufReader::new(&mut self.set_aside).lines())
    }
}

/// A list that is being read.
pub(crate) struct List {
    /// Whether it passed through people's hands.
    doubted: bool,
    /// What its numbers count.
    unit: &'static str,
    set_aside: BufWriter<SpooledTempFile>,
    hasher: RandomState,
    /// By the hash of an id without the zeros at its beginning: their number, and the line.
    /// A counting aid alone: which ids are the same is for the library to say.
    seen: HashMap<u64, (u8, u32)>,
    shapes: Shapes,
    wrong: u64,
    first_wrong: Vec<String>,
    /// What helps with all that is wrong, each thing once.
    advice: Vec<&'static str>,
}

impl List {
    fn new(doubted: bool) -> List {
        List {
            doubted,
            unit: "line",
            set_aside: BufWriter::new(SpooledTempFile::new(IN_MEMORY)),
            hasher: RandomState::new(),
            seen: HashMap::new(),
            shapes: Shapes::default(),
            wrong: 0,
            first_wrong: Vec::new(),
            advice: Vec::new(),
        }
    }

    /// Reads a list of any form: one id a line, the column of a CSV file, JSON lines.
    fn read(&mut self, from: impl Read, column: Option<&str>) -> Result<(), Useless> {
        let mut from = BufReader::new(LineBreaks::new(from));
        let mut first = first_line(&mut from, 1)?;
        text::check_beginning(&first.bytes).map_err(|what| match what {
            NoText::Utf16 => Useless::text(first.number, what),
            // It is no text with lines.
            _ => Useless::new(what.problem().to_owned(), what.advice()),
        })?;
        let delimiter = column::named_delimiter(&first.bytes);
        if delimiter.is_some() {
            first = first_line(&mut from, first.number + 1)?;
        }
        match column {
            _ if json_lines::is_json(&first.bytes) => json_lines::read(self, first, from, column),
            Some(column) => column::read(self, first, from, column, delimiter),
            None => self.read_lines(first, from),
        }
    }

    fn read_lines(&mut self, first: FirstLine, from: impl BufRead) -> Result<(), Useless> {
        let mut from = first.bytes.chain(from);
        let (mut line, mut heading) = (Vec::new(), None);
        let (mut lines, mut all_digits) = (0, true);
        for number in first.number.. {
            if !next_line(&mut from, &mut line)? {
                break;
            }
            let text = match text::check(&line) {
                Ok(text) => text,
                Err(what) => {
                    self.refuse(number, what.problem(), what.advice());
                    continue;
                }
            };
            let comment = text.starts_with('#') && !SPREADSHEET_ERRORS.contains(&text);
            if comment || text.trim().is_empty() {
                continue;
            }
            lines += 1;
            if lines == 1 && is_headings(text) {
                let problem =
                    format!("line {number}: these are the headings of a table: {}", visible(text));
                return Err(Useless::new(problem, NAME_THE_COLUMN));
            }
            let digitless = !text.contains(|c: char| c.is_ascii_digit());
            if lines == 1 && digitless && !SPREADSHEET_ERRORS.contains(&text) {
                heading = Some((number, text.to_owned()));
                continue;
            }
            all_digits &= are_digits(text);
            self.add(number, text)?;
        }
        // Only the other lines tell whether the first is an id without a digit.
        match heading {
            Some((number, text)) if is_userid(&text) || (lines > 1 && all_digits) => {
                let text = visible(text.trim());
                let wrong = format!("{text} is the heading of a column; give --column '{text}'");
                self.refuse(number, &wrong, "");
                Ok(())
            }
            Some((number, text)) => Ok(self.add(number, &text)?),
            None => Ok(()),
        }
    }

    /// Checks ids and sets them aside.
    fn add_all<'a>(&mut self, ids: impl Iterator<Item = &'a str>) -> Result<(), Useless> {
        for (number, id) in (1..).zip(ids) {
            self.add(number, id)?;
        }
        Ok(())
    }

    /// Checks an id and sets it aside.
    pub(crate) fn add(&mut self, number: u64, id: &str) -> io::Result<()> {
        if self.doubted
            && let Some((wrong, advice)) = damage(id)
        {
            // Of the row of a table most is no id, but somebody's name and number.
            let quoted = match advice {
                NAME_THE_COLUMN => wrong.to_owned(),
                _ => format!("{}: {wrong}", visible(id)),
            };
            self.refuse(number, &quoted, advice);
            return Ok(());
        }
        if let Err(error) = check_user_id(id) {
            let advice = if self.doubted { damage::help(id) } else { "" };
            self.refuse(number, &format!("{}: {}", visible(id), error.message()), advice);
            return Ok(());
        }
        let digits = are_digits(id);
        // Two that differ by their zeros are a doubt about a list, not about the service.
        let bare = if digits && self.doubted { id.trim_start_matches('0') } else { id };
        // An id that passed has 128 bytes at most.
        let zeros = u8::try_from(id.len() - bare.len()).unwrap_or(u8::MAX);
        let line = u32::try_from(number).unwrap_or(u32::MAX);
        match self.seen.entry(self.hasher.hash_one(bare)) {
            Entry::Vacant(entry) => {
                entry.insert((zeros, line));
                if digits {
                    self.shapes.note(bare, zeros, number);
                }
            }
            Entry::Occupied(entry) => {
                let &(others, other) = entry.get();
                if others != zeros && self.doubted {
                    let wrong = format!(
                        "{}: it differs from {} {other} by zeros at the beginning alone; one of \
                         the two is damaged",
                        visible(id),
                        self.unit
                    );
                    self.refuse(number, &wrong, AS_TEXT);
                }
            }
        }
        writeln!(self.set_aside, "{id}").map_err(not_set_aside)
    }

    pub(crate) fn refuse(&mut self, number: u64, wrong: &str, advice: &'static str) {
        self.wrong += 1;
        if self.first_wrong.len() < NAMED {
            self.first_wrong.push(format!("{} {number}: {wrong}", self.unit));
        }
        if !advice.is_empty() && !self.advice.contains(&advice) {
            self.advice.push(advice);
        }
    }

    fn finish(mut self) -> Result<Ids, Unusable> {
        if self.doubted
            && self.wrong == 0
            && let Some((line, count, wrong)) = self.shapes.rounded()
        {
            self.refuse(line, &wrong, AS_TEXT);
            self.wrong = count;
        }
        if self.wrong > 0 {
            let List { wrong: count, first_wrong: first, advice, .. } = self;
            return Err(Unusable::Wrong { count, first, advice });
        }
        if self.doubted && self.seen.is_empty() {
            let advice = "If another program makes it, look whether that one failed.";
            return Err(Useless::new("the list is empty".to_owned(), advice).into());
        }
        let set_aside = self
            .set_aside
            .into_inner()
            .map_err(|error| Useless::from(not_set_aside(error.into_error())))?;
        let doubt = match self.doubted {
            true => self.shapes.shortened(self.unit),
            false => None,
        };
        Ok(Ids { set_aside, count: self.seen.len() as u64, doubt })
    }
}

fn not_set_aside(error: io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    io::Error::other(format!("cannot be set aside in {}: {error}", folder.display()))
}

/// The first line of a list that is not blank, with its line break and without a byte order
/// mark.
pub(crate) struct FirstLine {
    pub(crate) number: u64,
    pub(crate) bytes: Vec<u8>,
}

/// Reads up to the first line that is not blank, the next one being line `number`.
fn first_line(from: &mut impl BufRead, mut number: u64) -> io::Result<FirstLine> {
    let mut bytes = Vec::new();
    while from.take(LONGEST_LINE).read_until(b'\n', &mut bytes)? > 0 {
        if number == 1 {
            bytes = text::without_mark(&bytes).to_vec();
        }
        if !bytes.trim_ascii().is_empty() {
            break;
        }
        number += 1;
        bytes.clear();
    }
    Ok(FirstLine { number, bytes })
}

/// Reads a line, without its line break and cut where it is too long; false at the end.
pub(crate) fn next_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    if from.take(LONGEST_LINE).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    match line.pop_if(|last| *last == b'\n') {
        None if line.len() as u64 == LONGEST_LINE => from.skip_until(b'\n').map(|_| true),
        _ => Ok(true),
    }
}

/// The cells of a table's first line: several, and none of them an id or another's data.
fn is_headings(text: &str) -> bool {
    let marks = [',', ';', '\t'];
    text.contains(marks)
        && !text.split(marks).any(|cell| are_digits(cell.trim_matches(['"', ' '])))
        && !is_data(text)
        && damage(text).is_some_and(|(_, advice)| advice == NAME_THE_COLUMN)
}

fn is_userid(text: &str) -> bool {
    ["userid", "user_id"].iter().any(|name| text.trim().eq_ignore_ascii_case(name))
}

impl Unusable {
    /// Says it on standard error.
    pub(crate) fn complain(&self, source: &str) {
        match self {
            Unusable::Whole(Useless { problem, advice }) => {
                output::complain(&format!("{source}: {problem}"), &nothing_sent(advice));
            }
            Unusable::Wrong { count, first, advice } => {
                let ids = output::counted(*count, "id");
                let rest = count.saturating_sub(first.len() as u64);
                let mut message = format!("{ids} of {source} cannot be right");
                for wrong in first {
                    message.push_str(&format!("\n  {wrong}"));
                }
                if rest > 0 && first.len() == NAMED {
                    message.push_str(&format!("\n  and {rest} more"));
                }
                output::complain(&message, &nothing_sent(&advice.join(" ")));
            }
        }
    }
}

fn nothing_sent(advice: &str) -> String {
    format!("Nothing was sent. {advice}")
}

#[cfg(test)]
mod tests;
