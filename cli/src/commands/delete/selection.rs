//! The contacts that filters choose, and those that an earlier run on the same journal left
//! open: what it deleted without learning so is listed no more, so that no filter finds it.

use std::collections::HashSet;

use dingtalk_extcontact::{Call, Client, Contact, ErrorKind};

use crate::args::Delete;
use crate::commands::delete::prior;
use crate::input::filter;
use crate::input::{self, Ids};
use crate::output::{self, Exit};

/// Who was chosen.
pub(crate) struct Choice {
    pub(crate) matching: Vec<Contact>,
    /// How many may be gone from an earlier run.
    listed_no_more: usize,
}

impl Choice {
    /// Reads all contacts and chooses.
    pub(crate) fn of(args: &Delete, client: &Client, call: &Call) -> Result<(Ids, Choice), Exit> {
        let contacts = client.contacts(call).map_err(|error| match error.kind() {
            ErrorKind::Cancelled => output::interrupted(),
            _ => {
                output::complain_of(&error);
                Exit::Failed
            }
        })?;
        let mut open = prior::runs(client, args.journal.as_deref())?.maybe_deleted();
        // Who is listed is there; whether they are meant is for the filters to say.
        let listed: HashSet<_> = contacts.iter().map(Contact::user_id).collect();
        open.retain(|id| !listed.contains(id.as_str()));
        let matching = filter::matching(contacts, &args.filters);
        let all = open.iter().map(String::as_str).chain(matching.iter().map(Contact::user_id));
        let ids = input::listed(all).map_err(|unusable| {
            unusable.complain("the contacts that match");
            Exit::Usage
        })?;
        if ids.count == 0 {
            output::note(filter::NOBODY);
        }
        Ok((ids, Choice { matching, listed_no_more: open.len() }))
    }

    /// How many of both, where there are both.
    pub(crate) fn parts(&self) -> Option<String> {
        let matching = self.matching.len() as u64;
        (self.listed_no_more > 0).then(|| {
            format!(
                "{} the filters, {} may be gone from an earlier run",
                match matching {
                    1 => "1 contact matches".to_owned(),
                    _ => format!("{} match", output::counted(matching, "contact")),
                },
                output::number(self.listed_no_more as u64)
            )
        })
    }
}
