//! Standard error: notes, questions and errors. Where it cannot be written, that is ignored: there
//! is no place left to tell it.

use std::io::{self, Write};

use dingtalk_extcontact::Error;
use textwrap::core::display_width;

use crate::language::{self, said};
use crate::output::exit::Exit;
use crate::output::layout::{hanging, reflowed, wrapped};

/// Prints text for people, wrapped.
pub(crate) fn note(text: &str) {
    let _ = io::stderr().write_all(format!("{}\n", reflowed(text)).as_bytes());
}

/// Prints a line that programs may search: it is not wrapped.
pub(crate) fn note_unwrapped(line: &str) {
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Prints a question; the answer is typed on the same line.
pub(crate) fn prompt(question: &str) {
    let _ = io::stderr().write_all(format!("{} ", reflowed(question)).as_bytes());
}

/// Prints an error and what to do about it.
pub(crate) fn print_error(message: &str, advice: &str) {
    let (first, more) = message.split_once('\n').unwrap_or((message, ""));
    let begin = said!("error: ");
    note(&hanging(&begin, first));
    for text in [more, &wrapped(advice, display_width(&begin))] {
        if !text.is_empty() {
            note(text);
        }
    }
}

/// Prints an error of the library. Its message is the same in every language; in another than that
/// its meaning stands beside it.
pub(crate) fn print_library_error(error: &Error) {
    let message = match language::meaning(error) {
        Some(meaning) => format!("{} [{meaning}]", error.message()),
        None => error.message().to_owned(),
    };
    print_error(&message, &language::advice(error));
}

/// Prints an error of the library that ends the command before anything is sent.
pub(crate) fn usage_error(error: &Error) -> Exit {
    print_library_error(error);
    Exit::Usage
}

/// Tells that a signal came before the first deletion.
pub(crate) fn interrupted() -> Exit {
    note(&said!("interrupted; nothing was deleted"));
    Exit::Interrupted
}
