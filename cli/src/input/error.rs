//! Why a list of ids cannot be used.

use std::io;

use crate::input::text::NoText;
use crate::output;

/// So many lines are named that are wrong; the rest is counted.
pub(crate) const NAMED: usize = 10;

/// Why a list is not used. Nothing was sent.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// None of it.
    Whole(Useless),
    /// So many ids are wrong; the first of them, with what is wrong, and what helps.
    Wrong { count: u64, first: Vec<String>, advice: Vec<&'static str> },
}

/// A list that is no use as a whole, and what helps.
#[derive(Debug)]
pub(crate) struct Useless {
    pub(crate) problem: String,
    pub(crate) advice: &'static str,
}

impl Useless {
    pub(crate) fn new(problem: String, advice: &'static str) -> Useless {
        Useless { problem, advice }
    }

    pub(crate) fn text(line: u64, what: NoText) -> Useless {
        Useless::new(format!("line {line}: {}", what.problem()), what.advice())
    }
}

impl From<io::Error> for Useless {
    fn from(error: io::Error) -> Useless {
        Useless::new(error.to_string(), "")
    }
}

impl From<Useless> for Unusable {
    fn from(useless: Useless) -> Unusable {
        Unusable::Whole(useless)
    }
}

impl Unusable {
    /// Says it on standard error.
    pub(crate) fn complain(&self, source: &str) {
        match self {
            Unusable::Whole(Useless { problem, advice }) => {
                output::complain(&format!("{source}: {problem}"), &nothing_sent(advice));
            }
            Unusable::Wrong { count, first, advice } => {
                let ids = output::counted(*count, "id");
                let rest = count.saturating_sub(first.len() as u64);
                let mut message = format!("{ids} of {source} cannot be right");
                for wrong in first {
                    message.push_str(&format!("\n  {wrong}"));
                }
                if rest > 0 && first.len() == NAMED {
                    message.push_str(&format!("\n  and {rest} more"));
                }
                output::complain(&message, &nothing_sent(&advice.join(" ")));
            }
        }
    }
}

fn nothing_sent(advice: &str) -> String {
    format!("Nothing was sent. {advice}")
}
