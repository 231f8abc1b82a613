//! Where the cells and rows of CSV text begin.

use std::collections::VecDeque;
use std::io::{self, Read};

use crate::input::error::Useless;

/// What passes through it, with an eye on where cells and rows begin.
pub(crate) struct Watched<R> {
    pub(crate) from: R,
    pub(crate) cells: Cells,
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
pub(crate) struct Cells {
    delimiters: Vec<u8>,
    pub(crate) at: At,
    line: u64,
    /// The lines of the rows that have begun.
    pub(crate) rows: VecDeque<u64>,
    /// The line of the last quote that opened.
    opened: u64,
    /// The first line with text between a closing quote and the end of its cell.
    broken: Option<u64>,
}

/// Behind what the next byte stands.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum At {
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
    pub(crate) fn new(delimiters: &[u8], line: u64) -> Cells {
        let delimiters = delimiters.to_vec();
        Cells { delimiters, at: At::Row, line, rows: VecDeque::new(), opened: 0, broken: None }
    }

    pub(crate) fn note(&mut self, byte: u8) {
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
    pub(crate) fn check(&self) -> Result<(), Useless> {
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
    use crate::input::lines::LineBreaks;
    use csv::ByteRecord;

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
