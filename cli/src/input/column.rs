//! The column of a CSV file that has the ids.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use csv::ByteRecord;
use dingtalk_extcontact::is_invisible;
use unicode_normalization::UnicodeNormalization;

use crate::input::damage::is_data;
use crate::input::ids::{FirstLine, LONGEST_LINE, List, Useless};
use crate::input::text::{self, NoText, visible};
use crate::output::cell;

/// In a tie the last one counts.
const DELIMITERS: [u8; 3] = *b"\t;,";
/// So many headings are named; the rest is counted.
const NAMED: usize = 20;

/// The delimiter that Excel's own line `sep=;` names.
pub(crate) fn named_delimiter(line: &[u8]) -> Option<u8> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let bare = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\""));
    match bare.unwrap_or(line) {
        [name @ .., b'=', delimiter] if name.eq_ignore_ascii_case(b"sep") => Some(*delimiter),
        _ => None,
    }
}

/// Adds the cells of a column to a list.
pub(crate) fn read(
    list: &mut List,
    first: FirstLine,
    mut from: impl BufRead,
    column: &str,
    delimiter: Option<u8>,
) -> Result<(), Useless> {
    let FirstLine { number, bytes: mut heading } = first;
    read_heading(&mut heading, &mut from)?;
    let delimiter = delimiter.unwrap_or_else(|| likely_delimiter(&heading, column));
    let watched = Watched { cells: Cells::new(&[delimiter], number), from: heading.chain(from) };
    // Rows that are too short or too long are looked at one by one.
    let mut rows =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(watched);
    let result = add_rows(list, &mut rows, column);
    // Quotes that are wrong explain whatever else is: rows were taken for one cell.
    let mut watched = rows.into_inner();
    io::copy(&mut watched, &mut io::sink())?;
    watched.cells.check()?;
    result
}

/// Reads the rest of a heading that has line breaks in quotes.
fn read_heading(heading: &mut Vec<u8>, from: &mut impl BufRead) -> io::Result<()> {
    let mut cells = Cells::new(&DELIMITERS, 0);
    heading.iter().for_each(|&byte| cells.note(byte));
    while cells.at == At::Quoted && (heading.len() as u64) < LONGEST_LINE {
        let begun = heading.len();
        if from.take(LONGEST_LINE).read_until(b'\n', heading)? == 0 {
            break;
        }
        heading.iter().skip(begun).for_each(|&byte| cells.note(byte));
    }
    Ok(())
}

/// The delimiter by which the heading has the column, and which comes most often outside of
/// quotes.
fn likely_delimiter(heading: &[u8], column: &str) -> u8 {
    let mut cells = Cells::new(&DELIMITERS, 0);
    let mut seen = Vec::new();
    for &byte in heading {
        cells.note(byte);
        seen.extend((cells.at == At::Cell).then_some(byte));
    }
    let likely = |delimiter: &u8| {
        let mut row = csv::ReaderBuilder::new().delimiter(*delimiter).from_reader(heading);
        let found = row.byte_headers().is_ok_and(|names| !named(names, column).is_empty());
        (found, seen.iter().filter(|byte| *byte == delimiter).count())
    };
    DELIMITERS.into_iter().max_by_key(likely).unwrap_or(b',')
}

/// The places of the columns that have a name.
fn named(names: &ByteRecord, column: &str) -> Vec<usize> {
    let column = plain(column);
    let is_meant = |name: &[u8]| plain(&String::from_utf8_lossy(name)) == column;
    (0..names.len()).filter(|&n| names.get(n).is_some_and(is_meant)).collect()
}

/// A name without what cannot be seen: joiners, spaces around it whatever their kind, and the
/// width of letters.
fn plain(name: &str) -> String {
    let seen: String = name.nfkc().filter(|&c| !is_invisible(c)).collect();
    seen.trim().to_owned()
}

fn add_rows<R: Read>(
    list: &mut List,
    rows: &mut csv::Reader<Watched<R>>,
    column: &str,
) -> Result<(), Useless> {
    let names = rows.byte_headers().map_err(io::Error::from)?.clone();
    let line = rows.get_mut().cells.rows.pop_front().unwrap_or(1);
    let &[wanted] = named(&names, column).as_slice() else {
        return Err(not_one_column(&names, column, line));
    };
    let mut row = ByteRecord::new();
    while rows.read_byte_record(&mut row).map_err(io::Error::from)? {
        let line = rows.get_mut().cells.rows.pop_front().unwrap_or_default();
        if row.len() > names.len() {
            let wrong = format!("the row has {} cells, the heading {}", row.len(), names.len());
            list.refuse(line, &wrong, TOO_LONG);
            continue;
        }
        // A spreadsheet leaves empty cells out at the end of a row.
        match text::check(row.get(wanted).unwrap_or_default()) {
            Err(what) => list.refuse(line, what.problem(), what.advice()),
            Ok(id) if !id.trim().is_empty() => list.add(line, cell::bare(id))?,
            // A spreadsheet may write rows of nothing at its end.
            Ok(_) if row.iter().all(|cell| cell.trim_ascii().is_empty()) => {}
            Ok(_) => list.refuse(line, "the row has no id", "Add it, or remove the row."),
        }
    }
    Ok(())
}

const TOO_LONG: &str = "Put a cell that has the delimiter in it into quotes, as a spreadsheet \
                        does that saves \"CSV UTF-8\"; or give each column a heading.";

/// Why there is not one column of a name. Headings are quoted, and nothing that may be data.
fn not_one_column(names: &ByteRecord, column: &str, line: u64) -> Useless {
    let Ok(texts) = names.iter().map(text::check).collect::<Result<Vec<_>, _>>() else {
        return Useless::text(line, NoText::NotUtf8);
    };
    let how_many = match named(names, column).is_empty() {
        true => "no column",
        false => "more than one column",
    };
    if texts.iter().any(|name| is_data(name)) {
        return Useless::new(
            format!("{how_many} {column}; line {line} looks like data, not like headings"),
            "Give the columns headings; a list of nothing but ids needs no --column.",
        );
    }
    let mut shown: Vec<_> = texts.iter().take(NAMED).map(|name| visible(name)).collect();
    if texts.len() > NAMED {
        shown.push(format!("and {} more", texts.len() - NAMED));
    }
    Useless::new(
        format!("{how_many} {column}; the columns are {}", shown.join(", ")),
        "Give --column as the heading has it.",
    )
}

/// What passes through it, with an eye on where cells and rows begin.
struct Watched<R> {
    from: R,
    cells: Cells,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(bytes)?;
        bytes.iter().take(count).for_each(|&byte| self.cells.note(byte));
        Ok(count)
    }
}

/// Where the cells and rows of CSV text begin, by the rules of the CSV reader: a quote opens a
/// cell at its beginning alone, two of them inside are one that is meant, and blank lines are
/// no rows.
///
/// That reader forgives a quote that is never closed, and takes all rows behind it for its
/// cell; and the line that it tells of a row is the one where the row before it ended.
struct Cells {
    delimiters: Vec<u8>,
    at: At,
    line: u64,
    /// The lines of the rows that have begun.
    rows: VecDeque<u64>,
    /// The line of the last quote that opened.
    opened: u64,
    /// The first line with text between a closing quote and the end of its cell.
    broken: Option<u64>,
}

/// Behind what the next byte stands.
#[derive(Clone, Copy, PartialEq)]
enum At {
    /// The end of a row, or blank lines.
    Row,
    /// The end of a cell.
    Cell,
    Bare,
    Quoted,
    /// A quote inside of a quoted cell, which closes it or is the first of two.
    Closed,
}

impl Cells {
    fn new(delimiters: &[u8], line: u64) -> Cells {
        let delimiters = delimiters.to_vec();
        Cells { delimiters, at: At::Row, line, rows: VecDeque::new(), opened: 0, broken: None }
    }

    fn note(&mut self, byte: u8) {
        if self.at == At::Row && byte != b'\n' {
            self.rows.push_back(self.line);
        }
        self.at = match (self.at, byte) {
            (At::Row | At::Cell, b'"') => {
                self.opened = self.line;
                At::Quoted
            }
            (At::Quoted, b'"') => At::Closed,
            (At::Closed, b'"') | (At::Quoted, _) => At::Quoted,
            (_, b'\n') => At::Row,
            _ if self.delimiters.contains(&byte) => At::Cell,
            (At::Closed, _) => {
                self.broken.get_or_insert(self.opened);
                At::Bare
            }
            _ => At::Bare,
        };
        self.line += u64::from(byte == b'\n');
    }

    /// Whether all is well with the quotes of what has passed.
    fn check(&self) -> Result<(), Useless> {
        let problem = match (self.broken, self.at) {
            (Some(line), _) => {
                format!("line {line}: a cell in quotes goes on behind the quote that closes it")
            }
            (None, At::Quoted) => format!(
                "line {}: the quote that opens a cell here is never closed, and all rows behind \
                 it would be its text",
                self.opened
            ),
            _ => return Ok(()),
        };
        Err(Useless::new(problem, "Close that quote, or remove it."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::text::LineBreaks;

    #[test]
    fn the_csv_reader_finds_rows_where_this_does() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..2_000 {
            let length = random.usize(..24);
            let text: Vec<u8> = (0..length)
                .map(|_| *random.choice(b"ab,;\"\"\n\n\r".as_slice()).unwrap())
                .collect();
            let mut plain = String::new();
            LineBreaks::new(text.as_slice()).read_to_string(&mut plain).unwrap();
            assert_eq!(
                plain,
                String::from_utf8(text).unwrap().replace("\r\n", "\n").replace('\r', "\n")
            );
            let watched = Watched { cells: Cells::new(b",", 1), from: plain.as_bytes() };
            let mut rows = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .buffer_capacity(1 + random.usize(..8))
                .from_reader(watched);
            let (mut row, mut last) = (ByteRecord::new(), 0);
            while rows.read_byte_record(&mut row).unwrap() {
                let line = rows.get_mut().cells.rows.pop_front();
                let line = line.unwrap_or_else(|| panic!("a row too many: {plain:?}"));
                let first = plain.lines().nth(line as usize - 1).unwrap();
                let cell = String::from_utf8_lossy(&row[0]).into_owned();
                let begins = cell.lines().next().unwrap_or_default();
                assert!(line > last, "{plain:?}");
                assert!(first.replace('"', "").starts_with(&begins.replace('"', "")), "{plain:?}");
                last = line;
            }
            assert!(rows.get_ref().cells.rows.is_empty(), "a row too few: {plain:?}");
        }
    }
}
