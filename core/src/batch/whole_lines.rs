//! Reading a file of JSON Lines that a crash may have cut off: the whole lines, in order.

use std::io::{self, BufRead, Read};
use std::path::Path;

use crate::batch::append_log::{Kind, LONGEST_LINE};
use crate::error::Error;

/// The whole lines of a file, up to what a crash left of those that were not synced. The file may
/// grow meanwhile.
pub(crate) struct WholeLines<'a, R> {
    kind: &'static Kind,
    path: &'a Path,
    reader: R,
    /// Where the last whole line ends.
    pub end: u64,
    /// The number of the line that was read last, whole or torn.
    pub number: u64,
    bytes: Vec<u8>,
    /// Whether something followed the last whole line.
    pub is_torn: bool,
}

/// A whole line.
pub(crate) struct WholeLine<'a> {
    /// From 1.
    pub number: u64,
    /// Where it begins in the file.
    pub offset: u64,
    /// With its end.
    pub bytes: &'a [u8],
}

impl<'a, R: BufRead> WholeLines<'a, R> {
    pub fn new(kind: &'static Kind, path: &'a Path, reader: R) -> WholeLines<'a, R> {
        WholeLines { kind, path, reader, end: 0, number: 0, bytes: Vec::new(), is_torn: false }
    }

    /// The next line; `None` at the end of the last whole one.
    ///
    /// # Errors
    ///
    /// `journal`: not to be read, damaged before its end, or of another kind by its first line.
    pub fn next(&mut self) -> Result<Option<WholeLine<'_>>, Error> {
        let (kind, path, offset) = (self.kind, self.path, self.end);
        let is_whole = self.fill().map_err(|error| {
            kind.broken(path, &format!("cannot be read: {error}")).caused_by(error)
        })?;
        let line = &self.bytes;
        if line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let number = self.number;
        if number == 1 && !kind.begins_with(line) {
            return Err(kind.foreign(path, line));
        }
        // A last line without its end was being written when the run died.
        if !is_whole && (line.len() as u64) < LONGEST_LINE {
            self.is_torn = true;
            return Ok(None);
        }
        // JSON has no byte of zero, not even in a text.
        let has_hole = line.contains(&0);
        if !is_whole || has_hole {
            // Nothing is done before the header is synced.
            let most = if number == 1 { 0 } else { kind.most_behind_hole };
            self.is_torn = has_hole && no_more_follow(&mut self.reader, most);
            return if self.is_torn { Ok(None) } else { Err(kind.damaged(path, number)) };
        }
        self.end += line.len() as u64;
        Ok(Some(WholeLine { number, offset, bytes: line }))
    }

    /// Reads up to the end of a line, of the file, or of what is taken for a line. Whether it is
    /// the end of a line.
    fn fill(&mut self) -> io::Result<bool> {
        self.bytes.clear();
        loop {
            let room = LONGEST_LINE - self.bytes.len() as u64;
            let count = (&mut self.reader).take(room).read_until(b'\n', &mut self.bytes)?;
            // A run that writes it right now may have written on: read on until there is nothing.
            if self.bytes.ends_with(b"\n") || count == 0 {
                return Ok(self.bytes.ends_with(b"\n"));
            }
        }
    }
}

/// Whether a line with a hole is one of those that were written together since the last sync: a
/// crash may leave any parts of them, and zeros in place of others. They can be cut off, because
/// nobody went on before the sync: what a journal announces there was not called, and what it ends
/// counts as uncertain; whose record a backup has there was not deleted.
fn no_more_follow(rest: &mut impl BufRead, most: usize) -> bool {
    rest.split(b'\n').take(most + 1).filter(Result::is_ok).count() <= most
}
