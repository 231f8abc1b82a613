//! Reads the ids in a column of a CSV file.

use std::io::{self, BufRead, Read};

use csv::ByteRecord;
use dingtalk_extcontact::binding::is_invisible;
use unicode_normalization::UnicodeNormalization;

use crate::input::csv_scanner::{ScannedReader, Scanner, State};
use crate::input::damage::looks_like_data;
use crate::input::error::ListError;
use crate::input::lines::{FirstLine, LONGEST_LINE};
use crate::input::list::List;
use crate::input::place::Place;
use crate::input::text::{self, NotText, excerpt};
use crate::language::{said, sentence};
use crate::output::csv_cell;

/// If several are equally likely, the last one wins.
const DELIMITERS: [u8; 3] = *b"\t;,";

/// How many headings are printed; the rest is counted.
const PRINTED: usize = 20;

/// The delimiter that a first line such as `sep=;` names for Excel.
pub(crate) fn named_delimiter(line: &[u8]) -> Option<u8> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let bare = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\""));
    match bare.unwrap_or(line) {
        [name @ .., b'=', delimiter] if name.eq_ignore_ascii_case(b"sep") => Some(*delimiter),
        _ => None,
    }
}

/// Adds the ids in a column to a list.
pub(crate) fn read(
    list: &mut List,
    first: FirstLine,
    mut from: impl BufRead,
    column: &str,
    delimiter: Option<u8>,
) -> Result<(), ListError> {
    let FirstLine { number, bytes: mut heading } = first;
    read_heading(&mut heading, &mut from)?;
    let delimiter = delimiter.unwrap_or_else(|| likely_delimiter(&heading, column));
    let watched =
        ScannedReader { scanner: Scanner::new(&[delimiter], number), from: heading.chain(from) };
    // Flexible: rows of the wrong length are refused one by one.
    let mut rows =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(watched);
    let result = add_rows(list, &mut rows, column);
    // Wrong quotes come first: they explain all other errors, as rows were taken for one cell.
    let mut watched = rows.into_inner();
    io::copy(&mut watched, &mut io::sink())?;
    watched.scanner.check()?;
    result
}

/// Reads the rest of a heading with line breaks in quotes.
fn read_heading(heading: &mut Vec<u8>, from: &mut impl BufRead) -> io::Result<()> {
    let mut scanner = Scanner::new(&DELIMITERS, 0);
    heading.iter().for_each(|&byte| scanner.note(byte));
    while scanner.state == State::Quoted && (heading.len() as u64) < LONGEST_LINE {
        let begun = heading.len();
        if from.take(LONGEST_LINE).read_until(b'\n', heading)? == 0 {
            break;
        }
        heading.iter().skip(begun).for_each(|&byte| scanner.note(byte));
    }
    Ok(())
}

/// The delimiter by which the heading has the column; among several, the one that occurs most often
/// outside of quotes.
fn likely_delimiter(heading: &[u8], column: &str) -> u8 {
    let mut scanner = Scanner::new(&DELIMITERS, 0);
    let mut seen = Vec::new();
    for &byte in heading {
        scanner.note(byte);
        seen.extend((scanner.state == State::Cell).then_some(byte));
    }
    let likely = |delimiter: &u8| {
        let mut row = csv::ReaderBuilder::new().delimiter(*delimiter).from_reader(heading);
        let found = row.byte_headers().is_ok_and(|names| !named(names, column).is_empty());
        (found, seen.iter().filter(|byte| *byte == delimiter).count())
    };
    DELIMITERS.into_iter().max_by_key(likely).unwrap_or(b',')
}

/// The indexes of the columns with a name.
fn named(names: &ByteRecord, column: &str) -> Vec<usize> {
    let is_meant = |name: &[u8]| is_named(&String::from_utf8_lossy(name), column);
    (0..names.len()).filter(|&n| names.get(n).is_some_and(is_meant)).collect()
}

/// Whether a heading is this name, to the eye of a person.
pub(crate) fn is_named(heading: &str, name: &str) -> bool {
    normalized(heading) == normalized(name)
}

/// A name as people see it: without invisible characters, spaces around it, and the difference
/// between full-width and other letters.
fn normalized(name: &str) -> String {
    let seen: String = name.nfkc().filter(|&c| !is_invisible(c)).collect();
    seen.trim().to_owned()
}

fn add_rows<R: Read>(
    list: &mut List,
    rows: &mut csv::Reader<ScannedReader<R>>,
    column: &str,
) -> Result<(), ListError> {
    let names = rows.byte_headers().map_err(io::Error::from)?.clone();
    let line = rows.get_mut().scanner.rows.pop_front().unwrap_or(1);
    let &[wanted] = named(&names, column).as_slice() else {
        let Ok(texts) = names.iter().map(text::check).collect::<Result<Vec<_>, _>>() else {
            return Err(ListError::text(line, NotText::NotUtf8));
        };
        return Err(not_one_column(&texts, column, &Place::Line.at(line)));
    };
    let heading = names.get(wanted).unwrap_or_default();
    let mut row = ByteRecord::new();
    while rows.read_byte_record(&mut row).map_err(io::Error::from)? {
        let line = rows.get_mut().scanner.rows.pop_front().unwrap_or_default();
        // The columns of another list may be in another order.
        if row.iter().any(|cell| cell == heading) {
            list.refuse_heading(line);
            continue;
        }
        if row.len() > names.len() {
            let wrong = said!(
                "the row has {cells} cells, the heading {headings}",
                cells = row.len(),
                headings = names.len()
            );
            list.refuse(line, &wrong, TOO_LONG);
            continue;
        }
        // Spreadsheets omit empty cells at the end of a row.
        match text::check(row.get(wanted).unwrap_or_default()) {
            Err(what) => list.refuse(line, what.problem(), what.advice()),
            Ok(id) if !id.trim().is_empty() => list.add(line, csv_cell::unescape(id))?,
            // Spreadsheets write empty rows at the end.
            Ok(_) if row.iter().all(|cell| cell.trim_ascii().is_empty()) => {}
            Ok(_) => list.refuse(
                line,
                sentence!("the row has no id"),
                sentence!("Add it, or remove the row."),
            ),
        }
    }
    Ok(())
}

const TOO_LONG: &str = sentence!(
    "Put a cell that has the delimiter in it into quotes, as a spreadsheet \
                        does that saves \"CSV UTF-8\"; or give each column a heading."
);

/// Why not exactly one column has the name. Headings are printed, but nothing that may be data.
pub(crate) fn not_one_column(names: &[&str], column: &str, place: &str) -> ListError {
    let how_many = match names.iter().any(|name| is_named(name, column)) {
        true => said!("more than one column {column}", column),
        false => said!("no column {column}", column),
    };
    if names.iter().any(|name| looks_like_data(name)) {
        return ListError::new(
            said!("{how_many}; {place} looks like data, not like headings", how_many, place),
            sentence!("Give the columns headings; a list of nothing but ids needs no --column."),
        );
    }
    let mut shown: Vec<_> = names.iter().take(PRINTED).map(|name| excerpt(name)).collect();
    if names.len() > PRINTED {
        shown.push(said!("and {more} more", more = names.len() - PRINTED));
    }
    ListError::new(
        said!("{how_many}; the columns are {columns}", how_many, columns = shown.join(", ")),
        sentence!("Give --column as the heading has it."),
    )
}
