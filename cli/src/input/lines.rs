//! The lines of a list, counted as an editor counts them.

use std::io::{self, BufRead, Read};

use crate::input::text;

/// Longer lines are cut, in bytes.
pub(crate) const LONGEST_LINE: u64 = 64 * 1024;

/// The first line that is not blank: with its line break, without a byte order mark.
pub(crate) struct FirstLine {
    pub(crate) number: u64,
    pub(crate) bytes: Vec<u8>,
}

/// Reads up to the first line that is not blank; the next line is line `number`.
pub(crate) fn first_line(from: &mut impl BufRead, mut number: u64) -> io::Result<FirstLine> {
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

/// Reads a line without its line break, cut if it is too long. Returns false at the end.
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

/// Turns each line break (CR LF, LF, or CR) into one LF while reading. No crate does that for a
/// stream of bytes in unknown encoding.
pub(crate) struct LineBreaks<R> {
    from: R,
    after_return: bool,
}

impl<R> LineBreaks<R> {
    pub(crate) fn new(from: R) -> LineBreaks<R> {
        LineBreaks { from, after_return: false }
    }
}

impl<R: Read> Read for LineBreaks<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.from.read(bytes)?;
            let mut kept = 0;
            for at in 0..count {
                let Some(&byte) = bytes.get(at) else { break };
                let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
                if let Some(place) =
                    bytes.get_mut(kept).filter(|_| !(after_return && byte == b'\n'))
                {
                    *place = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
            }
            // Zero bytes would mean the end, so read on behind the LF of a CR LF.
            if kept > 0 || count == 0 {
                return Ok(kept);
            }
        }
    }
}
