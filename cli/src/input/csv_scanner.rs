//! Finds where the cells and rows of CSV text begin.

use crate::language::{said, sentence};
use std::collections::VecDeque;
use std::io::{self, Read};

use crate::input::error::ListError;

/// A reader that scans what it passes on.
pub(crate) struct ScannedReader<R> {
    pub(crate) from: R,
    pub(crate) scanner: Scanner,
}

impl<R: Read> Read for ScannedReader<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(bytes)?;
        bytes.iter().take(count).for_each(|&byte| self.scanner.note(byte));
        Ok(count)
    }
}

/// Finds cells and rows by the rules of the crate csv: a quote opens a cell only at its beginning,
/// two quotes inside stand for one, and blank lines are no rows.
///
/// That crate accepts a quote that is never closed, and takes all rows behind it for one cell; and
/// the line that it reports of a row is where the previous row ended. Both would mislead people.
pub(crate) struct Scanner {
    delimiters: Vec<u8>,
    pub(crate) state: State,
    line: u64,
    /// The first lines of rows that were not read yet.
    pub(crate) rows: VecDeque<u64>,
    /// The line of the last opening quote.
    opened: u64,
    /// The line of the first quoted cell that has text behind its closing quote.
    broken: Option<u64>,
}

/// What the next byte follows.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum State {
    /// The end of a row, or a blank line.
    Row,
    /// The end of a cell.
    Cell,
    Bare,
    Quoted,
    /// A quote in a quoted cell: it closes the cell, or is the first of two.
    Closed,
}

impl Scanner {
    pub(crate) fn new(delimiters: &[u8], line: u64) -> Scanner {
        let delimiters = delimiters.to_vec();
        Scanner {
            delimiters,
            state: State::Row,
            line,
            rows: VecDeque::new(),
            opened: 0,
            broken: None,
        }
    }

    pub(crate) fn note(&mut self, byte: u8) {
        if self.state == State::Row && byte != b'\n' {
            self.rows.push_back(self.line);
        }
        self.state = match (self.state, byte) {
            (State::Row | State::Cell, b'"') => {
                self.opened = self.line;
                State::Quoted
            }
            (State::Quoted, b'"') => State::Closed,
            (State::Closed, b'"') | (State::Quoted, _) => State::Quoted,
            (_, b'\n') => State::Row,
            _ if self.delimiters.contains(&byte) => State::Cell,
            (State::Closed, _) => {
                self.broken.get_or_insert(self.opened);
                State::Bare
            }
            _ => State::Bare,
        };
        self.line += u64::from(byte == b'\n');
    }

    /// Checks the quotes, at the end of the text.
    pub(crate) fn check(&self) -> Result<(), ListError> {
        let problem = match (self.broken, self.state) {
            (Some(line), _) => {
                said!("line {line}: a cell in quotes goes on behind the quote that closes it", line)
            }
            (None, State::Quoted) => said!(
                "line {line}: the quote that opens a cell here is never closed, and all rows \
                 behind it would be its text",
                line = self.opened
            ),
            _ => return Ok(()),
        };
        Err(ListError::new(problem, sentence!("Close that quote, or remove it.")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::lines::LineBreaks;
    use csv::ByteRecord;

    #[test]
    fn the_scanner_and_the_csv_reader_find_the_same_rows() {
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
            let watched = ScannedReader { scanner: Scanner::new(b",", 1), from: plain.as_bytes() };
            let mut rows = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .buffer_capacity(1 + random.usize(..8))
                .from_reader(watched);
            let (mut row, mut last) = (ByteRecord::new(), 0);
            while rows.read_byte_record(&mut row).unwrap() {
                let line = rows.get_mut().scanner.rows.pop_front();
                let line = line.unwrap_or_else(|| panic!("a row too many: {plain:?}"));
                let first = plain.lines().nth(line as usize - 1).unwrap();
                let cell = String::from_utf8_lossy(&row[0]).into_owned();
                let begins = cell.lines().next().unwrap_or_default();
                assert!(line > last, "{plain:?}");
                assert!(first.replace('"', "").starts_with(&begins.replace('"', "")), "{plain:?}");
                last = line;
            }
            assert!(rows.get_ref().scanner.rows.is_empty(), "a row too few: {plain:?}");
        }
    }
}
