//! The question before contacts are deleted.

use dingtalk_extcontact::Client;

use crate::commands::question;
use crate::output::{self, Exit};
use crate::signals::Signals;

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
        question::ask(&self.text(), "nothing was deleted", signals)
    }

    fn check_terminal(&self) -> Result<(), Exit> {
        let (why, advice) = match self.from_stdin {
            true => (
                "standard input is the list, so that nobody can be asked there",
                "Give --yes if that is meant, or the list with --file",
            ),
            false if question::can_be_asked() => return Ok(()),
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
