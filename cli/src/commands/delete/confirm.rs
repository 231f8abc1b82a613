//! The question before contacts are deleted.

use std::io::{self, IsTerminal};

use dingtalk_extcontact::Client;

use crate::output::report::Record;
use crate::output::{self, Exit};
use crate::signals::{Interrupt, Waited};

/// Asks, unless there is nobody to ask.
pub(crate) fn ask(
    client: &Client,
    left: u64,
    from_stdin: bool,
    record: &Record,
    interrupt: &Interrupt,
) -> Result<(), Exit> {
    let contacts = output::counted(left, "external contact");
    let nobody = match from_stdin {
        true => Some((
            "standard input is the list, so that nobody can be asked there",
            "Give --yes if that is meant, or the list with --file",
        )),
        false if io::stdin().is_terminal() && io::stderr().is_terminal() => None,
        false => Some(("there is no terminal to ask on", "Give --yes if that is meant")),
    };
    if let Some((why, advice)) = nobody {
        output::complain(
            &format!("{contacts} would be deleted, and {why}"),
            &format!("{advice}, or --dry-run to see who would go. Nothing was sent."),
        );
        return Err(Exit::Usage);
    }
    let whose = client.app_key().map_or("your organisation".to_owned(), |key| {
        format!("the organisation of app {}", output::shown(key))
    });
    let backup = if record.backup.is_some() { "" } else { ", without a backup" };
    output::ask(&format!(
        "Delete {contacts} of {whose} at {}{backup}? There is no undo. [y/N] ",
        output::shown(&client.endpoint())
    ));
    let answer = || {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line).unwrap_or_default()
    };
    match interrupt.wait_for(answer)? {
        Waited::Got(line) if is_yes(&line) => Ok(()),
        Waited::Got(line) => {
            if !line.ends_with('\n') {
                // The cursor still stands behind the question.
                output::note("");
            }
            output::note("nothing was deleted");
            Err(Exit::Failed)
        }
        Waited::Interrupted => {
            output::note("");
            Err(output::interrupted())
        }
        Waited::Over => Err(Exit::Failed),
    }
}

fn is_yes(line: &str) -> bool {
    line.ends_with('\n') && matches!(line.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for line in ["y\n", "Y\n", "yes\r\n", " YES "] {
            assert_eq!(is_yes(line), line.ends_with('\n'), "{line:?}");
        }
        for line in ["", "\n", "n\n", "yep\n", "yy\n", "y"] {
            assert!(!is_yes(line), "{line:?}");
        }
    }
}
