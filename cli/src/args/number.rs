//! Numbers among the arguments, refused in the command's own words: those of Rust's parsers are no
//! help, and are English alone.

use std::str::FromStr;

use crate::language::said;

/// Reads a number; what it may be, the library says.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| said!("give a number"))
}

pub(crate) fn whole_number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| said!("give a whole number"))
}
