//! Why a list of ids cannot be used.

use std::io;

use crate::input::text::NotText;
use crate::language::{self, said};
use crate::output;

/// How many wrong ids are printed; the rest is counted.
pub(crate) const PRINTED: usize = 10;

/// Why ids are not used. Nothing was sent.
#[derive(Debug)]
pub(crate) enum InputError {
    /// The list cannot be read.
    List(ListError),
    /// How many ids are wrong, what is wrong with the first of them, and what to do.
    Ids { count: u64, first: Vec<String>, advice: Vec<&'static str> },
}

/// Why a list cannot be read, and what to do.
#[derive(Debug)]
pub(crate) struct ListError {
    pub(crate) problem: String,
    pub(crate) advice: &'static str,
}

impl ListError {
    pub(crate) fn new(problem: String, advice: &'static str) -> ListError {
        ListError { problem, advice }
    }

    pub(crate) fn text(line: u64, what: NotText) -> ListError {
        let problem = language::told(what.problem());
        ListError::new(said!("line {line}: {problem}", line, problem), what.advice())
    }
}

impl From<io::Error> for ListError {
    fn from(error: io::Error) -> ListError {
        ListError::new(error.to_string(), "")
    }
}

impl From<ListError> for InputError {
    fn from(error: ListError) -> InputError {
        InputError::List(error)
    }
}

impl InputError {
    /// Prints the error.
    pub(crate) fn print(&self, source: &str) {
        match self {
            InputError::List(ListError { problem, advice }) => {
                let problem = language::told(problem);
                output::print_error(
                    &said!("{source}: {problem}", source, problem),
                    &nothing_sent(&language::told(advice)),
                );
            }
            InputError::Ids { count, first, advice } => {
                let ids = output::counted(*count, "id");
                let rest = count.saturating_sub(first.len() as u64);
                let mut message = said!("{ids} of {source} cannot be right", ids, source);
                for wrong in first {
                    message.push_str(&format!("\n  {wrong}"));
                }
                if rest > 0 && first.len() == PRINTED {
                    message.push_str("\n  ");
                    message.push_str(&said!("and {more} more", more = rest));
                }
                let advice: Vec<_> = advice.iter().map(|advice| language::told(advice)).collect();
                output::print_error(&message, &nothing_sent(&advice.join(" ")));
            }
        }
    }
}

fn nothing_sent(advice: &str) -> String {
    said!("Nothing was sent. {advice}", advice)
}
