//! What the command says: lines for people and for programs, and how it ends.

pub(crate) mod cell;
mod exit;
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
pub(crate) use layout::{entry, hung, laid_out, wrapped};
pub(crate) use stderr::{ask, complain, complain_of, interrupted, note, note_whole};
pub(crate) use stdout::{Output, Style, unwritten, why_closed};
pub(crate) use terminal::{takes_escapes, width};
pub(crate) use text::{counted, number, shown};
