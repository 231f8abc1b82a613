//! The contacts that filters select, and those that the journal leaves open. A contact that an
//! earlier run deleted without learning so is not listed any more, so no filter can find it.

use std::collections::HashSet;

use dingtalk_extcontact::{Call, Client, Contact, Error, ErrorKind};

use crate::args::Delete;
use crate::commands::delete::prior;
use crate::commands::labels;
use crate::input::{self, Ids, filter};
use crate::language::{Phrase, phrase, said};
use crate::output::{self, Exit};
use crate::signals::Signals;

/// The contacts that were selected.
pub(crate) struct Selection {
    pub(crate) matching: Vec<Contact>,
    /// How many more the journal leaves open.
    open: usize,
}

impl Selection {
    /// Reads all contacts and the journal, and selects.
    pub(crate) fn fetch(
        args: &Delete,
        client: &Client,
        signals: &Signals,
    ) -> Result<(Ids, Selection), Exit> {
        let call = Call::new().probe(signals.probe());
        let failed = |error: Error| match error.kind() {
            ErrorKind::Cancelled => output::interrupted(),
            _ => {
                output::print_library_error(&error);
                Exit::Failed
            }
        };
        let contacts = client.contacts(&call).map_err(failed)?;
        let names = labels::for_filters(&args.filters, client, &call).map_err(failed)?;
        let mut open = prior::read_journal(client, args.journal.as_deref())?.maybe_deleted();
        // A contact that is listed still exists, so the filters decide about it.
        let listed: HashSet<_> = contacts.iter().map(Contact::user_id).collect();
        open.retain(|id| !listed.contains(id.as_str()));
        let matching = filter::matching(contacts, &args.filters, &names);
        let all = open.iter().map(String::as_str).chain(matching.iter().map(Contact::user_id));
        let ids = input::listed(all).map_err(|error| {
            error.print(&said!("the contacts that match"));
            Exit::Usage
        })?;
        if ids.count == 0 {
            output::note(&filter::no_match());
        }
        Ok((ids, Selection { matching, open: open.len() }))
    }

    /// How many match and how many are open, if there are such.
    pub(crate) fn describe(&self) -> Option<Phrase> {
        let open = output::number(self.open as u64);
        let parts = match self.matching.len() as u64 {
            1 => phrase!(
                "1 contact matches the filters, {open} may be gone from an earlier run",
                open
            ),
            count => phrase!(
                "{count} contacts match the filters, {open} may be gone from an earlier run",
                count = output::number(count),
                open
            ),
        };
        (self.open > 0).then_some(parts)
    }
}
