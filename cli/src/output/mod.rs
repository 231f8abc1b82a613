//! What the command says: lines for people and for programs, and how it ends.

pub(crate) mod csv_cell;
mod exit;
pub(crate) mod file;
mod layout;
pub(crate) mod log_lines;
pub(crate) mod progress;
pub(crate) mod report;
mod stderr;
mod stdout;
pub(crate) mod table;
mod terminal;
mod text;

pub(crate) use exit::Exit;
pub(crate) use layout::{hanging, labelled, reflowed, wrapped};
pub(crate) use stderr::{
    interrupted, note, note_unwrapped, print_error, print_library_error, prompt, usage_error,
};
pub(crate) use stdout::{Output, Style, stdout_failed, stdout_problem};
pub(crate) use terminal::{supports_escapes, width};
#[cfg(test)]
pub(crate) use text::NOUNS;
pub(crate) use text::{counted, escaped, in_english, number, padded};
