//! What the command is given: ids from lists of several forms, and filters.

mod column;
mod csv_scanner;
pub(crate) mod damage;
pub(crate) mod digits;
mod error;
pub(crate) mod filter;
mod json_lines;
mod lines;
mod list;
mod place;
mod plain;
pub(crate) mod sha256;
mod source;
pub(crate) mod text;
mod workbook;

pub(crate) use list::Ids;
pub(crate) use source::{Source, listed};
