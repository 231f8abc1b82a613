//! The column of a CSV file that has the ids.

use std::io::{self, BufRead, Read};

use csv::ByteRecord;
use dingtalk_extcontact::binding::is_invisible;
use unicode_normalization::UnicodeNormalization;

use crate::input::damage::is_data;
use crate::input::error::Useless;
use crate::input::lines::{FirstLine, LONGEST_LINE};
use crate::input::list::List;
use crate::input::quotes::{At, Cells, Watched};
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
