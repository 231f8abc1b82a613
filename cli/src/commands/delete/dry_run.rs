//! `delete --dry-run`: shows who would be deleted.

use std::collections::HashSet;
use std::path::Path;

use dingtalk_extcontact::binding::{PriorRuns, PriorState};
use dingtalk_extcontact::{Call, Client, Contact};
use serde_json::{Map, Value, json};

use crate::commands::delete::likeness::{Likeness, NearMiss};
use crate::commands::delete::lookup::{Finding, Lookup};
use crate::commands::delete::prior::{PriorCounts, ids_unreadable};
use crate::commands::delete::repaired::Repaired;
use crate::commands::delete::selection::Selection;
use crate::input::Ids;
use crate::input::damage::AS_TEXT;
use crate::input::text::excerpt;
use crate::language::{self, Phrase, said};
use crate::output::table::Table;
use crate::output::{self, Exit, Output};
use crate::signals::Signals;

/// A run that deletes nothing.
pub(crate) struct DryRun<'a> {
    pub(crate) client: &'a Client,
    pub(crate) signals: &'a Signals,
    pub(crate) json: bool,
    /// Where to write the repaired list.
    pub(crate) repaired: Option<&'a Path>,
    pub(crate) output: &'a mut Output,
}

/// What was found out about all ids.
struct Totals {
    /// How many ids there are, a repeated one counted once.
    count: u64,
    prior: PriorCounts,
    /// How many ids have no contact that no earlier run may have deleted.
    missing: u64,
    /// Whether contacts could be looked up.
    known: bool,
    /// How many of the missing ids are a contact's but for zeros, and the first, with that contact's.
    zeros_lost: u64,
    first_lost: Option<(String, String)>,
    /// Why the list may be damaged.
    doubt: Option<Phrase>,
}

impl DryRun<'_> {
    /// Shows the contacts; those that filters have selected are known already.
    pub(crate) fn show(
        mut self,
        ids: &mut Ids,
        selection: Option<Selection>,
        prior: PriorRuns,
    ) -> Result<(), Exit> {
        let call = Call::new().probe(self.signals.probe());
        let given = selection.map(|selection| selection.matching);
        let mut lookup = Lookup::new(self.client, call, ids.count, given)?;
        if let Some(doubt) = &ids.doubt {
            output::note(&said!(
                "warning: {doubt}; without --ids-are-right this list is refused",
                doubt
            ));
        }
        let mut table =
            Table::new(self.output.width(), &["userid", &said!("name"), &said!("company")]);
        let mut repaired = self.repaired.map(|_| Repaired::new());
        let totals = self.show_each(ids, prior, &mut lookup, &mut table, repaired.as_mut())?;
        totals.warn_of_lost_zeros(self.repaired.is_some());
        if !self.json && totals.count > 0 {
            self.output.table(&table).map_err(|error| output::stdout_failed(&error))?;
        }
        let summary = match self.json {
            true => self.json_summary(&totals),
            false => self.output.fit_to_terminal(&totals.describe()),
        };
        self.line(&summary)?;
        let (Some(repaired), Some(path)) = (repaired, self.repaired) else { return Ok(()) };
        if let Some(error) = lookup.failure() {
            let why = error.message();
            output::print_error(&said!("there is no repaired list: {why}", why), "");
            return Err(Exit::Failed);
        }
        repaired.write(path)
    }

    /// Prints each id as JSON, or adds it to the table.
    fn show_each(
        &mut self,
        ids: &mut Ids,
        mut prior: PriorRuns,
        lookup: &mut Lookup,
        table: &mut Table,
        mut repaired: Option<&mut Repaired>,
    ) -> Result<Totals, Exit> {
        let (count, doubt) = (ids.count, ids.doubt.clone());
        let (mut seen, mut counts) = (HashSet::new(), PriorCounts::default());
        let (mut missing, mut zeros_lost, mut first_lost) = (0, 0, None);
        for id in ids.iter().map_err(|error| ids_unreadable(&error))? {
            let id = id.map_err(|error| ids_unreadable(&error))?;
            if !seen.insert(id.clone()) {
                continue;
            }
            let state = prior.take(&id);
            counts.add(state);
            let maybe_deleted = state == Some(PriorState::MaybeDeleted);
            // What an earlier run was refused may have been damaged.
            let state = state.filter(|it| repaired.is_none() || *it != PriorState::Refused);
            let finding = lookup.find(&id, state)?;
            match self.json {
                true => self.line(&json_line(&id, &finding, maybe_deleted))?,
                false => push(table, &id, &finding, maybe_deleted),
            }
            if let Finding::NoContact(likeness) = &finding
                && !maybe_deleted
            {
                missing += 1;
                if let Some([first, ..]) = likeness.as_ref().map(|it| it.same_digits.as_slice()) {
                    zeros_lost += 1;
                    first_lost.get_or_insert_with(|| (id.clone(), first.clone()));
                }
            }
            if let Some(repaired) = repaired.as_deref_mut() {
                match finding {
                    Finding::Contact(_) => repaired.keep(&id),
                    Finding::Settled(how) => repaired.leave_out(&id, &language::told(how)),
                    _ if maybe_deleted => repaired.leave_out(&id, &said!("may be gone")),
                    Finding::NoContact(likeness) => {
                        repaired.repair(&id, likeness.as_ref(), |whole| lookup.listed(whole));
                    }
                    // There will be no list.
                    Finding::Unknown => {}
                }
            }
        }
        let known = lookup.failure().is_none();
        Ok(Totals { count, prior: counts, missing, known, zeros_lost, first_lost, doubt })
    }

    fn line(&mut self, line: &str) -> Result<(), Exit> {
        self.output.line(line).map_err(|error| output::stdout_failed(&error))
    }

    fn json_summary(&self, totals: &Totals) -> String {
        let mut summary = json!({
            "dry_run": true,
            "contacts": totals.count,
            "left": totals.count.saturating_sub(totals.prior.settled()),
            "maybe_deleted": totals.prior.maybe_gone,
            "settled_before": totals.prior.settled(),
            "endpoint": self.client.endpoint(),
        });
        let optional = [
            ("app_key", self.client.app_key().map(Value::from)),
            ("no_contact", totals.known.then(|| totals.missing.into())),
            ("zeros_lost", (totals.zeros_lost > 0).then(|| totals.zeros_lost.into())),
            ("doubt", totals.doubt.as_ref().map(|doubt| doubt.to_string().into())),
        ];
        if let Some(fields) = summary.as_object_mut() {
            for (name, value) in optional {
                fields.extend(value.map(|value| (name.to_owned(), value)));
            }
        }
        json!({"summary": summary}).to_string()
    }
}

impl Totals {
    /// Warns of ids that would have a contact with other zeros before them.
    fn warn_of_lost_zeros(&self, repairs: bool) {
        let Some((first, whole)) = &self.first_lost else { return };
        let warning = said!(
            "warning: {ids} without a contact would have one with other zeros before it (the \
             first: {first}, where there is {whole}). {advice}",
            ids = output::counted(self.zeros_lost, "id"),
            first = excerpt(first),
            whole = excerpt(whole),
            advice = language::told(AS_TEXT)
        );
        output::note(&match repairs {
            true => warning,
            false => said!("{warning} Or have them looked up: --write-repaired OUT.", warning),
        });
    }

    fn describe(&self) -> String {
        let words = match (self.prior.describe(self.count), self.count.saturating_sub(self.missing))
        {
            (Some(words), _) => said!("nothing was deleted: {words}", words),
            (None, 0) => said!("nobody would be deleted"),
            (None, there) => {
                let contacts = output::counted(there, "contact");
                said!("{contacts} would be deleted; nothing was", contacts)
            }
        };
        match self.missing {
            0 => words,
            missing => {
                let ids = output::counted(missing, "id");
                said!("{words}. For {ids} there is no contact (any more)", words, ids)
            }
        }
    }
}

fn push(table: &mut Table, id: &str, finding: &Finding, maybe_deleted: bool) {
    let text = |contact: &Contact, field| contact.text(field).unwrap_or_default().to_owned();
    match finding {
        Finding::Contact(contact) => {
            table.push(&[id, &text(contact, "name"), &text(contact, "company_name")]);
        }
        Finding::Settled(how) => {
            table.push(&[id, &said!("(on record as {how})", how = language::told(how))])
        }
        _ if maybe_deleted => table.push(&[id, &said!("(may be gone)")]),
        Finding::NoContact(likeness) => {
            table.push(&[
                id,
                &match likeness.as_ref().and_then(like) {
                    Some(like) => said!("(no such contact; {like})", like),
                    None => said!("(no such contact)"),
                },
            ]);
        }
        Finding::Unknown => table.push(&[id]),
    }
}

/// What an id without a contact is like, in a few words.
fn like(likeness: &Likeness) -> Option<String> {
    match (likeness.near_miss, likeness.same_digits.as_slice()) {
        (Some(near_miss), _) => Some(near_miss.describe()),
        (None, []) => None,
        (None, [one]) => Some(said!("{one} has other zeros", one)),
        (None, [one, rest @ ..]) => {
            let more = output::number(rest.len() as u64);
            Some(said!("{one} and {more} more have other zeros", one, more))
        }
    }
}

fn json_line(id: &str, finding: &Finding, maybe_deleted: bool) -> String {
    let mut line = Map::new();
    line.insert("user_id".to_owned(), id.into());
    match finding {
        Finding::Contact(contact) => {
            line.insert("exists".to_owned(), true.into());
            for field in ["name", "company_name"] {
                if let Some(text) = contact.text(field) {
                    line.insert(field.to_owned(), text.into());
                }
            }
        }
        Finding::NoContact(likeness) => {
            line.insert("exists".to_owned(), false.into());
            if let Some(Likeness { same_digits, near_miss }) = likeness {
                line.insert("same_digits".to_owned(), same_digits.as_slice().into());
                let near_miss = near_miss.map(NearMiss::as_str);
                line.extend(near_miss.map(|name| ("near_miss".to_owned(), name.into())));
            }
        }
        Finding::Settled(how) => {
            line.insert("on_record".to_owned(), (*how).into());
        }
        Finding::Unknown => {}
    }
    if maybe_deleted {
        line.insert("maybe_deleted".to_owned(), true.into());
    }
    Value::Object(line).to_string()
}
