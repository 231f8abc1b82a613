//! The ids that are to be deleted: read from wherever they are, checked all of them before the
//! first is called, and set aside.
//!
//! They are set aside so that a million of them need no memory, and so that what is deleted
//! is what was checked and asked about, even if the file changes meanwhile: in memory up to
//! a size, then in a temporary file without a name.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use dingtalk_extcontact::check_user_id;
use tempfile::SpooledTempFile;

use crate::args::Delete;
use crate::output;

/// So many bytes of ids stay in memory.
const IN_MEMORY: usize = 4 * 1024 * 1024;
/// The longest line that is read as one.
const LONGEST_LINE: u64 = 64 * 1024;
/// So many lines are named that are wrong; the rest is counted.
const NAMED: usize = 10;
/// A spreadsheet keeps so many digits of a number.
const SPREADSHEET_DIGITS: usize = 15;
/// What a spreadsheet writes where it has no value.
const SPREADSHEET_ERRORS: [&str; 7] =
    ["#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!"];

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
    /// It cannot be read.
    Unreadable(String),
    /// So many ids are wrong; the first of them, with what is wrong.
    Wrong { count: u64, first: Vec<String> },
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
        let unreadable = |what: String| Unusable::Unreadable(format!("{}: {what}", self.name()));
        let mut list = List::new(true);
        match self {
            Source::Arguments(ids) => {
                list.unit = "argument";
                for (number, id) in (1..).zip(ids) {
                    list.add(number, id).map_err(|error| unreadable(error.to_string()))?;
                }
            }
            Source::File { path, column } => {
                let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
                list.read(BufReader::new(file), column.as_deref()).map_err(unreadable)?;
            }
            Source::Stdin { column } => {
                list.read(io::stdin().lock(), column.as_deref()).map_err(unreadable)?;
            }
        }
        list.finish()
    }
}

/// The ids of contacts that the service has listed: they may be odd, but not damaged.
pub(crate) fn listed<'a>(ids: impl Iterator<Item = &'a str>) -> Result<Ids, Unusable> {
    let mut list = List::new(false);
    list.unit = "contact";
    for (number, id) in (1..).zip(ids) {
        list.add(number, id).map_err(|error| Unusable::Unreadable(error.to_string()))?;
    }
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
struct List {
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
        }
    }

    /// Reads lines, or the column of a CSV file.
    fn read(&mut self, mut from: impl BufRead, column: Option<&str>) -> Result<(), String> {
        let result = match column {
            None => self.read_lines(&mut from),
            Some(column) => return self.read_column(&mut from, column),
        };
        result.map_err(|error| error.to_string())
    }

    fn read_lines(&mut self, from: &mut impl BufRead) -> io::Result<()> {
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            if from.take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            let text = match number {
                1 => without_mark(&line),
                _ => line.as_slice(),
            };
            let text = text.strip_suffix(b"\n").unwrap_or(text);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            match str::from_utf8(text) {
                Err(_) => self.refuse(number, NOT_TEXT),
                Ok(text) if SPREADSHEET_ERRORS.contains(&text) => self.add(number, text)?,
                Ok(text) if text.starts_with('#') || text.trim().is_empty() => {}
                Ok(text) if is_heading(text) => self.refuse(
                    number,
                    &format!("{text} is the heading of a column; give --column {text}"),
                ),
                Ok(text) => self.add(number, text)?,
            }
        }
        Ok(())
    }

    fn read_column(&mut self, from: &mut impl BufRead, column: &str) -> Result<(), String> {
        let text = |error: io::Error| error.to_string();
        let mut heading = Vec::new();
        from.take(LONGEST_LINE).read_until(b'\n', &mut heading).map_err(text)?;
        let heading = without_mark(&heading);
        let often = |mark: &&u8| heading.iter().filter(|byte| byte == mark).count();
        // The last of those that come most often, so a comma where there is none at all.
        let delimiter = b"\t;,".iter().max_by_key(often).copied().unwrap_or(b',');
        let mut rows =
            csv::ReaderBuilder::new().delimiter(delimiter).from_reader(heading.chain(from));
        let names = rows.byte_headers().map_err(|error| error.to_string())?.clone();
        let named: Vec<usize> = (0..names.len())
            .filter(|&n| names.get(n).is_some_and(|name| name.trim_ascii() == column.as_bytes()))
            .collect();
        let &[wanted] = named.as_slice() else {
            let names: Vec<_> =
                names.iter().map(|name| output::shown(&String::from_utf8_lossy(name))).collect();
            let how_many = if named.is_empty() { "no column" } else { "more than one column" };
            return Err(format!("{how_many} {column}; the columns are {}", names.join(", ")));
        };
        let mut row = csv::ByteRecord::new();
        while rows.read_byte_record(&mut row).map_err(|error| error.to_string())? {
            let number = row.position().map_or(0, csv::Position::line);
            let cell = row.get(wanted).unwrap_or_default();
            match str::from_utf8(cell) {
                Err(_) => self.refuse(number, NOT_TEXT),
                Ok(id) if !id.trim().is_empty() => self.add(number, id).map_err(text)?,
                // A spreadsheet may write rows of nothing at its end.
                Ok(_) if row.iter().all(|cell| cell.trim_ascii().is_empty()) => {}
                Ok(_) => self.refuse(number, "the row has no id"),
            }
        }
        Ok(())
    }

    /// Checks an id and sets it aside.
    fn add(&mut self, number: u64, id: &str) -> io::Result<()> {
        let wrong = match self.doubted {
            true => damage(id),
            false => None,
        };
        if let Some(wrong) = wrong {
            self.refuse(number, &format!("{}: {wrong}", short(id)));
            return Ok(());
        }
        if let Err(error) = check_user_id(id) {
            self.refuse(number, &format!("{}: {}", short(id), error.message()));
            return Ok(());
        }
        let digits = id.bytes().all(|byte| byte.is_ascii_digit());
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
                        short(id),
                        self.unit
                    );
                    self.refuse(number, &wrong);
                }
            }
        }
        writeln!(self.set_aside, "{id}").map_err(not_set_aside)
    }

    fn refuse(&mut self, number: u64, wrong: &str) {
        self.wrong += 1;
        if self.first_wrong.len() < NAMED {
            self.first_wrong.push(format!("{} {number}: {wrong}", self.unit));
        }
    }

    fn finish(mut self) -> Result<Ids, Unusable> {
        if self.doubted
            && self.wrong == 0
            && let Some((line, count)) = self.shapes.rounded()
        {
            self.refuse(
                line,
                &format!(
                    "from here on, all {count} ids of more than {SPREADSHEET_DIGITS} digits end in \
                 zeros after those: a spreadsheet or a program has rounded them"
                ),
            );
            self.wrong = count;
        }
        if self.wrong > 0 {
            return Err(Unusable::Wrong { count: self.wrong, first: self.first_wrong });
        }
        let set_aside = self
            .set_aside
            .into_inner()
            .map_err(|error| not_set_aside(error.into_error()))
            .map_err(|error| Unusable::Unreadable(error.to_string()))?;
        let doubt = match self.doubted {
            true => self.shapes.shortened(self.unit),
            false => None,
        };
        Ok(Ids { set_aside, count: self.seen.len() as u64, doubt })
    }
}

/// How the ids of a list look that are digits and nothing else: what a single id cannot
/// tell, the list can.
#[derive(Default)]
struct Shapes {
    /// By zeros at the beginning and digits in all: how many, and the first line.
    known: BTreeMap<(u8, usize), (u64, u64)>,
    /// Ids of more digits than a spreadsheet keeps.
    long: u64,
    first_long: u64,
    /// Whether all of these are zeros after what it keeps, and how many zeros in all.
    all_rounded: bool,
    zeros: usize,
}

impl Shapes {
    fn note(&mut self, bare: &str, zeros: u8, line: u64) {
        let length = bare.len() + usize::from(zeros);
        self.known.entry((zeros, length)).or_insert((0, line)).0 += 1;
        if zeros == 0
            && let Some(rest) = bare.get(SPREADSHEET_DIGITS..).filter(|r| !r.is_empty())
        {
            if self.long == 0 {
                (self.first_long, self.all_rounded) = (line, true);
            }
            self.long += 1;
            self.all_rounded &= rest.bytes().all(|byte| byte == b'0');
            self.zeros += rest.len();
        }
    }

    /// The first line and the number of ids that lost their last digits: if all long ones
    /// end in zeros, that is no chance. Six zeros are one in a million.
    fn rounded(&self) -> Option<(u64, u64)> {
        (self.all_rounded && self.zeros >= 6).then_some((self.first_long, self.long))
    }

    /// A warning about ids that may have lost zeros at their beginning: all ids that begin
    /// with zeros have one length, and all others are shorter by as many zeros as some begin
    /// with. No more than a doubt: the service says nowhere that ids have one length.
    fn shortened(&self, unit: &str) -> Option<String> {
        let with_zeros = || self.known.keys().filter(|(zeros, _)| *zeros > 0);
        let &(_, length) = with_zeros().next()?;
        let without: Vec<_> = self.known.iter().filter(|((zeros, _), _)| *zeros == 0).collect();
        let lost =
            |other: usize| with_zeros().any(|&(zeros, _)| other + usize::from(zeros) == length);
        let suspicious = !without.is_empty()
            && with_zeros().all(|&(_, other)| other == length)
            && without.iter().all(|((_, other), _)| lost(*other));
        let count: u64 = without.iter().map(|(_, (count, _))| count).sum();
        let line = without.iter().map(|(_, (_, line))| *line).min()?;
        suspicious.then(|| {
            format!(
                "zeros may be lost at the beginning of {} (the first: {unit} {line}): all others \
                 begin with zeros, and are longer by as many",
                output::counted(count, "id")
            )
        })
    }
}

fn not_set_aside(error: io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    io::Error::other(format!("cannot be set aside in {}: {error}", folder.display()))
}

const NOT_TEXT: &str = "not UTF-8 text; a spreadsheet saves it as \"CSV UTF-8\"";

/// What a hand or a spreadsheet has done to an id, if anything that can be seen.
fn damage(id: &str) -> Option<&'static str> {
    if is_scientific(id) {
        return Some("a spreadsheet made a rounded number of it, its digits are lost");
    }
    if is_grouped(id) {
        return Some("it has thousands separators");
    }
    if has_decimals(id) {
        return Some("it was made a number with decimals; leading zeros may be lost, too");
    }
    if SPREADSHEET_ERRORS.contains(&id) {
        return Some("a spreadsheet's error stands where an id should");
    }
    if id.starts_with(['=', '\'']) {
        return Some("it has a spreadsheet's mark for text or a formula; give the bare id");
    }
    if id.contains([',', ';', '\t', '"']) {
        return Some("it looks like the row of a table; name its column with --column");
    }
    if id.trim().contains(char::is_whitespace) {
        return Some("white space stands inside it; give one id a line");
    }
    if id.chars().any(|c| c.is_numeric() && !c.is_ascii()) {
        return Some("it has digits that are not 0 to 9, such as full-width ones");
    }
    None
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// 1.25E+14, 1,25E+14, 1E+15, 1.25e14; not 12e5, which may be an id.
fn is_scientific(id: &str) -> bool {
    let Some((mantissa, exponent)) = id.split_once(['e', 'E']) else { return false };
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    match mantissa.split_once(['.', ',']) {
        Some((whole, part)) => are_digits(whole) && are_digits(part) && are_digits(power),
        None => are_digits(mantissa) && are_digits(power) && power.len() < exponent.len(),
    }
}

/// 125,400,001 and what other countries put for the comma; two digits a group in India.
fn is_grouped(id: &str) -> bool {
    let mut groups = id.split([',', '.', ' ', '\'', '’', '\u{a0}', '\u{202f}', '\u{2009}', '，']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<_> = groups.collect();
    are_digits(first)
        && first.len() <= 3
        && !rest.is_empty()
        && rest.iter().all(|group| are_digits(group) && (2..=3).contains(&group.len()))
        && rest.last().is_some_and(|group| group.len() == 3)
}

/// 125400001.0, 125400001,00, 125,400,001.0.
fn has_decimals(id: &str) -> bool {
    id.rsplit_once(['.', ',']).is_some_and(|(whole, part)| {
        let zeros = part.bytes().all(|byte| byte == b'0');
        let whole = are_digits(whole) || is_grouped(whole);
        whole && are_digits(part) && (zeros || id.contains('.'))
    })
}

fn is_heading(text: &str) -> bool {
    ["userid", "user_id"].iter().any(|name| text.trim().eq_ignore_ascii_case(name))
}

/// A byte order mark is not part of the text.
fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line)
}

/// An id as it may stand in a message.
fn short(id: &str) -> String {
    const LONGEST: usize = 40;
    match id.char_indices().nth(LONGEST) {
        Some((at, _)) => output::shown(id.get(..at).unwrap_or_default()) + "...",
        None => output::shown(id),
    }
}

impl Unusable {
    /// Says it on standard error.
    pub(crate) fn complain(&self, source: &str) {
        match self {
            Unusable::Unreadable(problem) => {
                output::complain(problem, "Nothing was sent.");
            }
            Unusable::Wrong { count, first } => {
                let ids = output::counted(*count, "id");
                let rest = count.saturating_sub(first.len() as u64);
                let mut message = format!("{ids} of {source} cannot be right");
                for wrong in first {
                    message.push_str(&format!("\n  {wrong}"));
                }
                if rest > 0 && first.len() == NAMED {
                    message.push_str(&format!("\n  and {rest} more"));
                }
                output::complain(
                    &message,
                    "Nothing was sent. Take the ids from where they came from once more, as \
                     text: what a number has lost cannot be put back.",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, column: Option<&str>) -> Result<Ids, Unusable> {
        let mut list = List::new(true);
        list.read(text.as_bytes(), column).map_err(Unusable::Unreadable)?;
        list.finish()
    }

    fn ids(text: &str, column: Option<&str>) -> Vec<String> {
        let mut ids = read(text, column).unwrap();
        ids.iter().unwrap().map(Result::unwrap).collect()
    }

    /// What is said of the first id that is wrong.
    fn wrong(text: &str, column: Option<&str>) -> String {
        match read(text, column) {
            Err(Unusable::Wrong { first, .. }) => first[0].clone(),
            Err(Unusable::Unreadable(problem)) => problem,
            Ok(ids) => panic!("{} ids are fine: {text:?}", ids.count),
        }
    }

    #[test]
    fn a_list_has_one_id_a_line() {
        let list = "\u{feff}0125400001\r\n# a comment\n\n  \t\n0125400002\n0125400001";
        assert_eq!(ids(list, None), ["0125400001", "0125400002", "0125400001"]);
        assert_eq!(read(list, None).unwrap().count, 2, "a repeated one counts once");
        assert_eq!(ids("", None).len(), 0);
        assert_eq!(ids("manager-1@corp\nabc12e5\n12e5", None).len(), 3, "not only digits");
    }

    #[test]
    fn a_column_is_found_by_its_name() {
        for list in [
            "\u{feff}name,userid\r\nJane,0125\r\n\"Doe, John\",0126\r\n,\r\n",
            "name;userid\nJane;0125\n\"Doe; John\";0126\n;\n",
            "name\tuserid\nJane\t0125\n\"Doe\nJohn\"\t0126\n\n",
            " name , userid \nJane,0125\nJohn,0126\n",
        ] {
            assert_eq!(ids(list, Some("userid")), ["0125", "0126"], "{list:?}");
        }
        assert_eq!(ids("userid\n0125\n", Some("userid")), ["0125"]);
        assert_eq!(ids("userid\n", Some("userid")).len(), 0);
        let problem = wrong("name,user_id\nJane,0125\n", Some("userid"));
        assert_eq!(problem, "no column userid; the columns are name, user_id");
        assert!(wrong("id,id\n1,2\n", Some("id")).starts_with("more than one column id"));
        assert!(wrong("", Some("id")).starts_with("no column id"));
    }

    #[test]
    fn what_a_spreadsheet_does_is_found_with_its_line() {
        for (damaged, word) in [
            ("1.25E+14", "rounded"),
            ("1,25E+14", "rounded"),
            ("1E+15", "rounded"),
            ("1.25e14", "rounded"),
            ("125400001.0", "decimals"),
            ("125400001,00", "decimals"),
            ("125,400,001.0", "decimals"),
            ("125,400,001", "thousands"),
            ("125.400.001", "thousands"),
            ("125 400 001", "thousands"),
            ("125’400’001", "thousands"),
            ("12,54,00,001", "thousands"),
            ("#REF!", "error"),
            ("'0125400001", "mark for text"),
            ("=\"0125400001\"", "mark for text"),
            ("0125400001,Jane", "--column"),
            ("\"0125400001\"", "--column"),
            ("0125400001 0125400002", "one id a line"),
            ("０１２５４００００１", "full-width"),
            (" 0125400001", "white space"),
            ("0125400001\u{200b}", "U+200B"),
        ] {
            let found = wrong(&format!("# ids\n0125400009\n{damaged}\n"), None);
            assert!(found.starts_with("line 3: ") && found.contains(word), "{damaged}: {found}");
            let cell = damaged.replace('"', "\"\"");
            let csv = format!("userid,name\n0125400009,x\n\"{cell}\",\"y\"\n");
            let found = wrong(&csv, Some("userid"));
            assert!(found.starts_with("line 3: ") && found.contains(word), "{damaged}: {found}");
        }
        assert!(wrong("userid\n0125\n", None).contains("--column userid"));
        assert!(wrong("a,userid\nx,0125\ny,\n", Some("userid")).contains("line 3: the row has no"));
        assert!(wrong("a,userid\nx,0125\ny\n", Some("userid")).contains("line: 3"), "ragged");
        let utf16 = [0xff, 0xfe, b'0', 0, b'1', 0, b'\n', 0];
        let mut list = List::new(true);
        list.read(utf16.as_slice(), None).unwrap();
        assert!(list.first_wrong[0].contains("UTF-8"), "{:?}", list.first_wrong);
    }

    #[test]
    fn all_that_is_wrong_is_counted_and_the_first_are_named() {
        let list = "1.25E+14\n".repeat(25);
        let Err(Unusable::Wrong { count, first }) = read(&list, None) else { panic!() };
        assert_eq!((count, first.len()), (25, NAMED));
    }

    #[test]
    fn zeros_lost_at_the_beginning_are_found_where_two_ids_tell() {
        let found = wrong("0125400001\n0125400002\n125400001\n", None);
        assert!(found.starts_with("line 3: 125400001: it differs from line 1 "), "{found}");
        let doubt = |text: &str| read(text, None).unwrap().doubt;
        let warning = doubt("0125400001\n0125400002\n125400003\n125400004\n").unwrap();
        assert!(
            warning.starts_with("zeros may be lost at the beginning of 2 ids (the first: line 3)"),
            "{warning}"
        );
        // As many as whole ids of that length, and lengths that differ anyway, are no reason.
        assert_eq!(doubt("0125400001\n0125400002\n1254000034\n"), None);
        assert_eq!(doubt("0125400001\n012540002\n125400003\n"), None);
        assert_eq!(doubt("0125400001\n12540003\n"), None);
        assert_eq!(doubt("125400003\n12540003\n"), None);
        assert_eq!(doubt(""), None);
    }

    #[test]
    fn digits_lost_at_the_end_are_found_where_the_list_tells() {
        let found = wrong("0125400001\n123456789012345000\n223456789012345000\n", None);
        assert!(found.starts_with("line 2: from here on, all 2 ids"), "{found}");
        assert!(read("123456789012345000\n", None).is_ok(), "one such id may be right");
        assert!(read("123456789012345000\n223456789012345000\n223456789012345001", None).is_ok());
        assert!(read("000123456789012345000\n000223456789012345000\n", None).is_ok());
    }

    #[test]
    fn what_the_service_listed_is_not_doubted() {
        let known = ["0125", "125", "1.0", "a b"];
        assert_eq!(listed(known.into_iter()).unwrap().count, 4);
        assert!(listed(["a\nb"].into_iter()).is_err());
    }

    #[test]
    fn more_than_memory_takes_is_set_aside_in_a_file() {
        let count = 400_000;
        let list: String = (0..count).map(|n| format!("0125{n:010}\n")).collect();
        let mut ids = read(&list, None).unwrap();
        assert!(ids.set_aside.is_rolled());
        assert_eq!(ids.count, count);
        let mut read = ids.iter().unwrap().map(Result::unwrap);
        assert_eq!(read.next().unwrap(), "01250000000000");
        assert_eq!(read.count() as u64, count - 1);
    }
}
