//! The SHA-256 of what is read.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// Reads on, and takes the hash of all that came by.
pub(crate) struct Hashing<R> {
    from: R,
    hash: Sha256,
}

impl<R: Read> Hashing<R> {
    pub(crate) fn new(from: R) -> Hashing<R> {
        Hashing { from, hash: Sha256::new() }
    }

    /// Reads what is left, and returns the hash of all in hexadecimal digits.
    pub(crate) fn finish(mut self) -> io::Result<String> {
        io::copy(&mut self, &mut io::sink())?;
        Ok(self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.hash.update(into.get(..count).unwrap_or_default());
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_and_what_is_left_is_in_the_hash() {
        let mut hashing = Hashing::new("abc".as_bytes());
        hashing.read_exact(&mut [0; 2]).unwrap();
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hashing.finish().unwrap(), known);
    }
}
