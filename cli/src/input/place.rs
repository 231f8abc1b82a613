//! Where something stands in a list.

use crate::language::{self, Phrase, phrase};

/// What the numbers of a list count, for messages.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Line,
    Argument,
    Contact,
    /// The rows of this column, by its letters.
    Cell(String),
}

impl Place {
    /// The place with this number: `line 3`, `cell B3`.
    pub(crate) fn at(&self, number: u64) -> String {
        language::say(&self.phrase(number))
    }

    /// The same, to be said later.
    pub(crate) fn phrase(&self, number: u64) -> Phrase {
        match self {
            Place::Line => phrase!("line {number}", number),
            Place::Argument => phrase!("argument {number}", number),
            Place::Contact => phrase!("contact {number}", number),
            Place::Cell(column) => phrase!("cell {column}{number}", column, number),
        }
    }
}
