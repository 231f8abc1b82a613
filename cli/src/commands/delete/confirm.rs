//! The question before contacts are deleted.

use std::io::{self, IsTerminal};

use dingtalk_extcontact::Client;

use crate::output::{self, Exit};
use crate::signals::{Signals, Wait};

/// A question whether to delete contacts.
pub(crate) struct Question<'a> {
    pub(crate) client: &'a Client,
    /// How many contacts would be called.
    pub(crate) count: u64,
    /// Whether standard input is the list, and cannot give the answer.
    pub(crate) from_stdin: bool,
    /// Whether a backup is written.
    pub(crate) backup: bool,
}

impl Question<'_> {
    /// Asks; anything but a yes ends the command.
    pub(crate) fn ask(&self, signals: &Signals) -> Result<(), Exit> {
        self.check_terminal()?;
        output::prompt(&self.text());
        match signals.wait_for(read_line)? {
            Wait::Ready(line) if is_yes(&line) => Ok(()),
            Wait::Ready(line) => {
                if !line.ends_with('\n') {
                    // The end of the input leaves the cursor behind the question.
                    output::note("");
                }
                output::note("nothing was deleted");
                Err(Exit::Failed)
            }
            Wait::Interrupted => {
                output::note("");
                Err(output::interrupted())
            }
            Wait::Disconnected => Err(Exit::Failed),
        }
    }

    fn check_terminal(&self) -> Result<(), Exit> {
        let (why, advice) = match self.from_stdin {
            true => (
                "standard input is the list, so that nobody can be asked there",
                "Give --yes if that is meant, or the list with --file",
            ),
            false if io::stdin().is_terminal() && io::stderr().is_terminal() => return Ok(()),
            false => ("there is no terminal to ask on", "Give --yes if that is meant"),
        };
        output::print_error(
            &format!("{} would be deleted, and {why}", self.contacts()),
            &format!("{advice}, or --dry-run to see who would go. Nothing was sent."),
        );
        Err(Exit::Usage)
    }

    fn text(&self) -> String {
        let whose = self.client.app_key().map_or("your organisation".to_owned(), |key| {
            format!("the organisation of app {}", output::escaped(key))
        });
        let endpoint = output::escaped(&self.client.endpoint());
        let backup = if self.backup { "" } else { ", without a backup" };
        format!(
            "Delete {} of {whose} at {endpoint}{backup}? There is no undo. [y/N] ",
            self.contacts()
        )
    }

    fn contacts(&self) -> String {
        output::counted(self.count, "external contact")
    }
}

fn read_line() -> String {
    let mut line = String::new();
    io::stdin().read_line(&mut line).map(|_| line).unwrap_or_default()
}

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
        for line in ["", "\n", "n\n", "yep\n", "yy\n", "y"] {
            assert!(!is_yes(line), "{line:?}");
        }
    }
}
