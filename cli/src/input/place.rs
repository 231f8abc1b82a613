//! Where something stands in a list.

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
        match self {
            Place::Line => format!("line {number}"),
            Place::Argument => format!("argument {number}"),
            Place::Contact => format!("contact {number}"),
            Place::Cell(column) => format!("cell {column}{number}"),
        }
    }
}
