//! `delete --dry-run --write-repaired`: a list in which an id without a contact is replaced by that of
//! the one contact that has the same digits, for a person to check.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use dingtalk_extcontact::Contact;

use crate::commands::delete::likeness::Likeness;
use crate::language::said;
use crate::output::{self, Exit, escaped};

/// The list, line by line. Lines that begin with # do not count when it is read.
pub(crate) struct Repaired {
    lines: Vec<String>,
    /// How many ids were replaced, and how many left out.
    replaced: u64,
    left_out: u64,
}

impl Repaired {
    pub(crate) fn new() -> Repaired {
        let head =
            said!("# Check each line that was replaced. Lines that begin with # do not count.");
        Repaired { lines: vec![head], replaced: 0, left_out: 0 }
    }

    /// An id that stays as it is.
    pub(crate) fn keep(&mut self, id: &str) {
        self.lines.push(id.to_owned());
    }

    /// An id that nobody has; `contact` has the contact with an id that it may have been.
    pub(crate) fn repair<'a>(
        &mut self,
        id: &str,
        likeness: Option<&Likeness>,
        contact: impl Fn(&str) -> Option<&'a Contact>,
    ) {
        let Some(Likeness { same_digits, near_miss }) = likeness else {
            return self.leave_out(id, &said!("no such contact; what it is like is not known"));
        };
        match (near_miss, same_digits.as_slice()) {
            (Some(near_miss), _) => self.leave_out(id, &near_miss.describe()),
            (None, []) => self.leave_out(id, &said!("no such contact")),
            (None, [whole]) => {
                let text = |field| contact(whole)?.text(field).map(escaped);
                let who = [text("name"), text("company_name")].into_iter().flatten();
                let who = who.collect::<Vec<_>>().join(", ");
                let id = escaped(id);
                self.lines.push(said!("# {id} has lost or got zeros; the next is {who}", id, who));
                self.lines.push(whole.clone());
                self.replaced += 1;
            }
            (None, several) => {
                let ids = several.join(&said!(" or "));
                self.leave_out(id, &said!("it may be {ids}", ids));
            }
        }
    }

    /// An id that must not be called as it is.
    pub(crate) fn leave_out(&mut self, id: &str, why: &str) {
        self.lines.push(format!("# {}: {}", escaped(id), escaped(why)));
        self.left_out += 1;
    }

    /// Writes the list to a file that is not there yet, readable by its owner alone.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Exit> {
        let shown = escaped(&path.to_string_lossy());
        let write = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(path)?.write_all((self.lines.join("\n") + "\n").as_bytes())
        };
        write().map_err(|error| {
            let error = error.to_string();
            output::print_error(
                &said!("the list {shown} cannot be written: {error}", shown, error),
                "",
            );
            Exit::Failed
        })?;
        output::note(&said!(
            "{replaced} replaced and {left_out} left out in {shown}: check it, then delete --file",
            replaced = output::counted(self.replaced, "id"),
            left_out = output::number(self.left_out),
            shown
        ));
        Ok(())
    }
}
