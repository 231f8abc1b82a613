//! The question before contacts are deleted.

use dingtalk_extcontact::Client;

use crate::commands::question;
use crate::language::said;
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
        question::ask(&self.text(), &said!("nothing was deleted"), signals)
    }

    fn check_terminal(&self) -> Result<(), Exit> {
        let (why, advice) = match self.from_stdin {
            true => (
                said!("standard input is the list, so that nobody can be asked there"),
                said!("Give --yes if that is meant, or the list with --file"),
            ),
            false if question::can_be_asked() => return Ok(()),
            false => {
                (said!("there is no terminal to ask on"), said!("Give --yes if that is meant"))
            }
        };
        output::print_error(
            &said!("{contacts} would be deleted, and {why}", contacts = self.contacts(), why),
            &said!("{advice}, or --dry-run to see who would go. Nothing was sent.", advice),
        );
        Err(Exit::Usage)
    }

    fn text(&self) -> String {
        let whose = question::whose(self.client);
        let (contacts, endpoint) = (self.contacts(), output::escaped(&self.client.endpoint()));
        let question = match self.backup {
            true => said!("Delete {contacts} of {whose} at {endpoint}?", contacts, whose, endpoint),
            false => said!(
                "Delete {contacts} of {whose} at {endpoint}, without a backup?",
                contacts,
                whose,
                endpoint
            ),
        };
        said!("{question} There is no undo. [y/N] ", question)
    }

    fn contacts(&self) -> String {
        output::counted(self.count, "external contact")
    }
}
