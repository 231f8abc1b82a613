//! Standard error: notes, questions and mistakes.

use std::io::{self, Write};

use dingtalk_extcontact::Error;

use crate::output::exit::Exit;
use crate::output::layout::{hung, laid_out, wrapped};

/// Lines on standard error. That they cannot be written is nowhere to be said.
pub(crate) fn note(text: &str) {
    let _ = io::stderr().write_all(format!("{}\n", laid_out(text)).as_bytes());
}

/// A line on standard error, for programs that search it: not wrapped.
pub(crate) fn note_whole(line: &str) {
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// A question on standard error; the answer goes into the same line.
pub(crate) fn ask(question: &str) {
    let _ = io::stderr().write_all(format!("{} ", laid_out(question)).as_bytes());
}

/// A mistake and what to do about it, on standard error.
pub(crate) fn complain(message: &str, advice: &str) {
    let (first, more) = message.split_once('\n').unwrap_or((message, ""));
    note(&hung("error: ", first));
    for text in [more, &wrapped(advice, 7)] {
        if !text.is_empty() {
            note(text);
        }
    }
}

/// An error of the library, on standard error.
pub(crate) fn complain_of(error: &Error) {
    complain(error.message(), error.advice());
}

/// Says that Ctrl-C came before the first deletion.
pub(crate) fn interrupted() -> Exit {
    note("interrupted; nothing was deleted");
    Exit::Interrupted
}
