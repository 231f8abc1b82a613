//! The column of a CSV file that has the ids.

use std::io::{self, BufRead, Read};

use crate::ids::{LONGEST_LINE, List, Useless};
use crate::output;
use crate::text::{self, NoText};

/// Adds the cells of a column to a list.
pub(crate) fn read(list: &mut List, mut from: impl BufRead, column: &str) -> Result<(), Useless> {
    let mut heading = Vec::new();
    (&mut from).take(LONGEST_LINE).read_until(b'\n', &mut heading)?;
    if let Err(NoText::Utf16) = text::check(&heading) {
        return Err(Useless::text(1, NoText::Utf16));
    }
    let heading = text::without_mark(&heading);
    let often = |mark: &&u8| heading.iter().filter(|byte| byte == mark).count();
    // The last of those that come most often, so a comma where there is none at all.
    let delimiter = b"\t;,".iter().max_by_key(often).copied().unwrap_or(b',');
    let quotes = Quotes::new(heading.chain(from), delimiter);
    let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(quotes);
    let result = add_rows(list, &mut rows, column);
    // Quotes that are wrong explain whatever else is: rows were taken for one cell.
    let mut quotes = rows.into_inner();
    io::copy(&mut quotes, &mut io::sink())?;
    quotes.check()?;
    result
}

fn add_rows(
    list: &mut List,
    rows: &mut csv::Reader<impl Read>,
    column: &str,
) -> Result<(), Useless> {
    let bad = |error: csv::Error| Useless::new(error.to_string(), MEND);
    let names = rows.byte_headers().map_err(bad)?.clone();
    let named: Vec<usize> = (0..names.len())
        .filter(|&n| names.get(n).is_some_and(|name| name.trim_ascii() == column.as_bytes()))
        .collect();
    let &[wanted] = named.as_slice() else {
        if names.iter().any(|name| text::check(name).is_err()) {
            return Err(Useless::text(1, NoText::NotUtf8));
        }
        let names: Vec<_> =
            names.iter().map(|name| output::shown(&String::from_utf8_lossy(name))).collect();
        let how_many = if named.is_empty() { "no column" } else { "more than one column" };
        return Err(Useless::new(
            format!("{how_many} {column}; the columns are {}", names.join(", ")),
            "Give --column as the heading has it.",
        ));
    };
    let mut row = csv::ByteRecord::new();
    while rows.read_byte_record(&mut row).map_err(bad)? {
        let number = row.position().map_or(0, csv::Position::line);
        match text::check(row.get(wanted).unwrap_or_default()) {
            Err(what) => list.refuse(number, what.problem(), what.advice()),
            Ok(id) if !id.trim().is_empty() => list.add(number, id)?,
            // A spreadsheet may write rows of nothing at its end.
            Ok(_) if row.iter().all(|cell| cell.trim_ascii().is_empty()) => {}
            Ok(_) => list.refuse(number, "the row has no id", "Add it, or remove the row."),
        }
    }
    Ok(())
}

const MEND: &str = "Mend the file, or save it as CSV once more.";

/// What passes through it, with an eye on the quotes: the CSV reader forgives one that is
/// never closed, and takes all rows behind it for its cell. By that reader's rules a quote
/// opens a cell at its beginning alone, and two of them inside are one that is meant.
struct Quotes<R> {
    from: R,
    delimiter: u8,
    at: At,
    line: u64,
    /// The line of the last quote that opened.
    opened: u64,
    /// The first line with text between a closing quote and the end of its cell.
    broken: Option<u64>,
}

/// Where in a cell a byte stands.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Beginning,
    Bare,
    Quoted,
    /// Behind a quote inside of a quoted cell, which closes it or is the first of two.
    Closed,
}

impl<R> Quotes<R> {
    fn new(from: R, delimiter: u8) -> Quotes<R> {
        Quotes { from, delimiter, at: At::Beginning, line: 1, opened: 0, broken: None }
    }

    fn note(&mut self, byte: u8) {
        let ends = byte == self.delimiter || byte == b'\n' || byte == b'\r';
        self.at = match (self.at, byte) {
            (At::Beginning, b'"') => {
                self.opened = self.line;
                At::Quoted
            }
            (At::Quoted, b'"') => At::Closed,
            (At::Closed, b'"') | (At::Quoted, _) => At::Quoted,
            (_, _) if ends => At::Beginning,
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

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(bytes)?;
        for &byte in bytes.get(..count).unwrap_or_default() {
            self.note(byte);
        }
        Ok(count)
    }
}
