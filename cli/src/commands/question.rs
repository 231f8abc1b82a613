//! A question on the terminal.

use std::io::{self, IsTerminal};

use dingtalk_extcontact::Client;

use crate::language::said;
use crate::output::{self, Exit};
use crate::signals::{Signals, Wait};

/// Whether somebody can be asked.
pub(crate) fn can_be_asked() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whose contacts a client calls.
pub(crate) fn whose(client: &Client) -> String {
    match client.app_key() {
        None => said!("your organisation"),
        Some(key) => said!("the organisation of app {key}", key = output::escaped(key)),
    }
}

/// Asks; anything but a yes ends the command, which says that `nothing` happened.
pub(crate) fn ask(question: &str, nothing: &str, signals: &Signals) -> Result<(), Exit> {
    output::prompt(question);
    match signals.wait_for(read_line)? {
        Wait::Ready(line) if is_yes(&line) => Ok(()),
        Wait::Ready(line) => {
            if !line.ends_with('\n') {
                // The end of the input leaves the cursor behind the question.
                output::note("");
            }
            output::note(nothing);
            Err(Exit::Failed)
        }
        Wait::Interrupted => {
            output::note("");
            output::note(&said!("interrupted; {nothing}", nothing));
            Err(Exit::Interrupted)
        }
        Wait::Disconnected => Err(Exit::Failed),
    }
}

fn read_line() -> String {
    let mut line = String::new();
    io::stdin().read_line(&mut line).map(|_| line).unwrap_or_default()
}

/// The same answers in every language: what is typed out of habit must not delete anybody.
fn is_yes(line: &str) -> bool {
    line.ends_with('\n') && matches!(line.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_line_with_yes_is_a_yes() {
        for line in ["y\n", "Y\n", "yes\r\n", " YES "] {
            assert_eq!(is_yes(line), line.ends_with('\n'), "{line:?}");
        }
        for line in ["", "\n", "n\n", "yep\n", "yy\n", "y", "是\n"] {
            assert!(!is_yes(line), "{line:?}");
        }
    }
}
