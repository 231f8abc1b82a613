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
use crate::column;
use crate::damage::{
    self, AS_TEXT, NAME_THE_COLUMN, SPREADSHEET_ERRORS, Shapes, are_digits, damage,
};
use crate::output;
use crate::text::{self, NoText};

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
                list.read(BufReader::new(file), column.as_deref())?;
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

    /// Reads lines, or the column of a CSV file.
    fn read(&mut self, from: impl BufRead, column: Option<&str>) -> Result<(), Useless> {
        match column {
            None => self.read_lines(from),
            Some(column) => column::read(self, from, column),
        }
    }

    fn read_lines(&mut self, mut from: impl BufRead) -> Result<(), Useless> {
        let (mut line, mut heading) = (Vec::new(), None);
        let (mut lines, mut all_digits) = (0, true);
        for number in 1.. {
            line.clear();
            if (&mut from).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            let text = match number {
                1 => text::without_mark(&line),
                _ => line.as_slice(),
            };
            let text = match text::check(text) {
                Ok(text) => text,
                Err(NoText::Utf16) => return Err(Useless::text(number, NoText::Utf16)),
                Err(what) => {
                    self.refuse(number, what.problem(), what.advice());
                    continue;
                }
            };
            let text = text.strip_suffix('\n').unwrap_or(text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            let comment = text.starts_with('#') && !SPREADSHEET_ERRORS.contains(&text);
            if comment || text.trim().is_empty() {
                continue;
            }
            lines += 1;
            if lines == 1 && is_headings(text) {
                let problem = format!(
                    "line {number}: these are the headings of a table: {}",
                    output::shown(text)
                );
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
                let text = short(text.trim());
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
            self.refuse(number, &format!("{}: {wrong}", short(id)), advice);
            return Ok(());
        }
        if let Err(error) = check_user_id(id) {
            let advice = if self.doubted { damage::help(id) } else { "" };
            self.refuse(number, &format!("{}: {}", short(id), error.message()), advice);
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
                        short(id),
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

/// The cells of a table's first line: several, and none of them an id of digits.
fn is_headings(text: &str) -> bool {
    let marks = [',', ';', '\t'];
    text.contains(marks)
        && !text.split(marks).any(|cell| are_digits(cell.trim_matches(['"', ' '])))
        && damage(text).is_some_and(|(_, advice)| advice == NAME_THE_COLUMN)
}

fn is_userid(text: &str) -> bool {
    ["userid", "user_id"].iter().any(|name| text.trim().eq_ignore_ascii_case(name))
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
mod tests {
    use super::*;

    fn read(text: &str, column: Option<&str>) -> Result<Ids, Unusable> {
        let mut list = List::new(true);
        list.read(text.as_bytes(), column)?;
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
            Err(Unusable::Whole(useless)) => useless.problem,
            Ok(ids) => panic!("{} ids are fine: {text:?}", ids.count),
        }
    }

    #[test]
    fn a_list_has_one_id_a_line() {
        let list = "\u{feff}0125400001\r\n# a comment\n\n  \t\n0125400002\n0125400001";
        assert_eq!(ids(list, None), ["0125400001", "0125400002", "0125400001"]);
        assert_eq!(read(list, None).unwrap().count, 2, "a repeated one counts once");
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
            ("0125400001,Jane", "row of a table"),
            ("\"0125400001\"", "row of a table"),
            ("0125400001 0125400002", "white space stands inside"),
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
        assert!(wrong("a,userid\nx,0125\ny,\n", Some("userid")).contains("line 3: the row has no"));
        assert!(wrong("a,userid\nx,0125\ny\n", Some("userid")).contains("line: 3"), "ragged");
    }

    #[test]
    fn what_is_no_utf8_text_is_refused_with_its_line() {
        for bytes in
            [b"\xff\xfe0\x001\0\n\0".as_slice(), b"\xfe\xff\x000\x001\0\n", b"0\x001\0\n\0"]
        {
            for column in [None, Some("userid")] {
                let useless = List::new(true).read(bytes, column).unwrap_err();
                assert!(useless.problem.starts_with("line 1: the text is UTF-16"), "{useless:?}");
                assert!(useless.advice.contains("CSV UTF-8"));
            }
        }
        let gbk = b"userid,name\n0125,\xd5\xc5\n\xd5\xc5,x\n";
        for (bytes, column) in [(gbk.as_slice(), Some("userid")), (b"0125\n#\n\xd5\xc5", None)] {
            let mut list = List::new(true);
            list.read(bytes, column).unwrap();
            assert_eq!(list.first_wrong, ["line 3: the text is not UTF-8"]);
        }
        let useless = List::new(true).read(b"\xd5\xc5\n0125\n".as_slice(), Some("x")).unwrap_err();
        assert_eq!(useless.problem, "line 1: the text is not UTF-8");
    }

    #[test]
    fn a_list_without_an_id_is_refused() {
        for (list, column) in [("", None), ("# x\n\n", None), ("userid\n", Some("userid"))] {
            assert_eq!(wrong(list, column), "the list is empty", "{list:?}");
        }
    }

    #[test]
    fn headings_are_no_ids() {
        for heading in ["用户ID", "Contact", "User ID", "userid", " UserID"] {
            let found = wrong(&format!("# x\n{heading}\n0125400001\n0125400002\n"), None);
            let name = heading.trim();
            assert!(found.starts_with(&format!("line 2: {name} is the heading")), "{found}");
            assert!(found.ends_with(&format!("give --column '{name}'")), "{found}");
        }
        assert!(wrong("userid\nzhangsan\n", None).contains("heading"));
        assert_eq!(ids("zhangsan\n0125400001\nlisi\n", None).len(), 3);
        assert_eq!(ids("manager7\n0125400001\n", None).len(), 2);
        assert_eq!(ids("zhangsan\n", None), ["zhangsan"]);
        for headings in ["name,userid", "name;userid", "name\tUser ID", "\"name\",\"userid\""] {
            let found = wrong(&format!("{headings}\nJane,0125400001\n"), None);
            assert!(found.starts_with("line 1: these are the headings of a table: "), "{found}");
        }
    }

    #[test]
    fn the_advice_fits_what_is_wrong() {
        for (list, advised) in [
            ("0125400001\n \u{a0}x\n", "Remove the white space around it."),
            ("1.25E+14\n125400001.0\n", AS_TEXT),
            ("0125400001,Jane\n", NAME_THE_COLUMN),
            ("0125400001 0125400002\n", "Give each id by itself: one a line, or one an argument."),
            ("0125\u{200b}\n", "Type it anew: it has a character that cannot be seen."),
            ("0125\n１\n", "Type its digits as 0 to 9."),
        ] {
            let Err(Unusable::Wrong { advice, .. }) = read(list, None) else { panic!("{list:?}") };
            assert_eq!(advice, [advised], "{list:?}");
        }
        let Err(Unusable::Wrong { advice, .. }) = read("1E+5\n'1\n", None) else { panic!() };
        assert_eq!(advice, [AS_TEXT, "Give the bare id."]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_found_where_it_opens() {
        for (list, line) in [
            ("n,userid\nx,1\n\"y,2\nz,3\n", 3),
            ("n,userid\n\"x\ny\",1\nz,\"3\n4\n", 4),
            ("\"n,userid\nx,1\n", 1),
            ("n,userid\nx,\"1\"\"\n", 2),
        ] {
            let found = wrong(list, Some("userid"));
            assert!(found.starts_with(&format!("line {line}: the quote that opens")), "{found}");
        }
        // The next quote closes it, and the rows between are one cell.
        let found = wrong("userid,n\n1,\"x\n2,\"y\"\n3,z\n", Some("userid"));
        assert!(found.starts_with("line 2: a cell in quotes goes on"), "{found}");
        for list in [
            "n,userid\n\"x \"\"y\"\"\",1\n6\" pipe,2\n\"\",\"3\"",
            "n;userid\r\n\"a,b\r\n\";1\r\n;2\r\n\"x\";3",
        ] {
            assert_eq!(ids(list, Some("userid")), ["1", "2", "3"], "{list:?}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_counted_and_the_first_are_named() {
        let list = "1.25E+14\n".repeat(25);
        let Err(Unusable::Wrong { count, first, .. }) = read(&list, None) else { panic!() };
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
