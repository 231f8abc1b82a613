//! `delete --dry-run`: shows who would be deleted.

use std::collections::HashSet;

use dingtalk_extcontact::binding::{PriorRuns, PriorState};
use dingtalk_extcontact::{Call, Client, Contact};
use serde_json::{Map, Value, json};

use crate::commands::delete::lookup::{Finding, Lookup};
use crate::commands::delete::prior::{PriorCounts, ids_unreadable};
use crate::commands::delete::selection::Selection;
use crate::input::Ids;
use crate::input::damage::AS_TEXT;
use crate::input::digits::lost_zeros;
use crate::input::text::excerpt;
use crate::output::table::Table;
use crate::output::{self, Exit, Output};
use crate::signals::Signals;

/// A run that deletes nothing.
pub(crate) struct DryRun<'a> {
    pub(crate) client: &'a Client,
    pub(crate) signals: &'a Signals,
    pub(crate) json: bool,
    pub(crate) output: &'a mut Output,
}

/// What was found out about all ids.
struct Totals {
    /// How many ids there are, a repeated one counted once.
    count: u64,
    prior: PriorCounts,
    /// Ids without a contact that no earlier run may have deleted.
    missing: Vec<String>,
    /// Whether contacts could be looked up.
    known: bool,
    /// How many of the missing ids have lost zeros.
    zeros_lost: Option<usize>,
    /// Why the list may be damaged.
    doubt: Option<String>,
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
            output::note(&format!(
                "warning: {doubt}; without --ids-are-right this list is refused"
            ));
        }
        let mut table = Table::new(self.output.width(), &["userid", "name", "company"]);
        let mut totals = self.show_each(ids, prior, &mut lookup, &mut table)?;
        totals.zeros_lost = warn_of_lost_zeros(&totals.missing, &lookup)?;
        if !self.json && totals.count > 0 {
            self.output.table(&table).map_err(|error| output::stdout_failed(&error))?;
        }
        let summary = match self.json {
            true => self.json_summary(&totals),
            false => self.output.fit_to_terminal(&totals.describe()),
        };
        self.line(&summary)
    }

    /// Prints each id as JSON, or adds it to the table.
    fn show_each(
        &mut self,
        ids: &mut Ids,
        mut prior: PriorRuns,
        lookup: &mut Lookup,
        table: &mut Table,
    ) -> Result<Totals, Exit> {
        let (count, doubt) = (ids.count, ids.doubt.clone());
        let (mut seen, mut counts) = (HashSet::new(), PriorCounts::default());
        let mut missing = Vec::new();
        for id in ids.iter().map_err(|error| ids_unreadable(&error))? {
            let id = id.map_err(|error| ids_unreadable(&error))?;
            if !seen.insert(id.clone()) {
                continue;
            }
            let state = prior.take(&id);
            counts.add(state);
            let maybe_deleted = state == Some(PriorState::MaybeDeleted);
            let finding = lookup.find(&id, state)?;
            match self.json {
                true => self.line(&json_line(&id, &finding, maybe_deleted))?,
                false => push(table, &id, &finding, maybe_deleted),
            }
            if matches!(finding, Finding::NoContact) && !maybe_deleted {
                missing.push(id);
            }
        }
        let known = lookup.is_known();
        Ok(Totals { count, prior: counts, missing, known, zeros_lost: None, doubt })
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
            ("no_contact", totals.known.then(|| totals.missing.len().into())),
            ("zeros_lost", totals.zeros_lost.map(Value::from)),
            ("doubt", totals.doubt.as_deref().map(Value::from)),
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
    fn describe(&self) -> String {
        let mut words = match self.prior.describe(self.count) {
            Some(words) => format!("nothing was deleted: {words}"),
            None => {
                let contacts = output::counted(self.count, "contact");
                format!("{contacts} would be deleted; nothing was")
            }
        };
        if !self.missing.is_empty() {
            let missing = output::number(self.missing.len() as u64);
            words.push_str(&format!(". For {missing} of them there is no contact (any more)"));
        }
        words
    }
}

/// Warns of ids that would have a contact with zeros before them, and counts them.
fn warn_of_lost_zeros(missing: &[String], lookup: &Lookup) -> Result<Option<usize>, Exit> {
    let all = lookup.all_ids(missing)?;
    let Some((count, first, whole)) = lost_zeros(missing, all.iter().map(String::as_str)) else {
        return Ok(None);
    };
    output::note(&format!(
        "warning: {} without a contact would have one with zeros before it (the first: {}, where \
         there is {}). {AS_TEXT}",
        output::counted(count as u64, "id"),
        excerpt(first),
        excerpt(whole),
    ));
    Ok(Some(count))
}

fn push(table: &mut Table, id: &str, finding: &Finding, maybe_deleted: bool) {
    let text = |contact: &Contact, field| contact.text(field).unwrap_or_default().to_owned();
    match finding {
        Finding::Contact(contact) => {
            table.push(&[id, &text(contact, "name"), &text(contact, "company_name")]);
        }
        Finding::Settled(how) => table.push(&[id, &format!("(on record as {how})")]),
        _ if maybe_deleted => table.push(&[id, "(may be gone)"]),
        Finding::NoContact => table.push(&[id, "(no such contact)"]),
        Finding::Unknown => table.push(&[id]),
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
        Finding::NoContact => {
            line.insert("exists".to_owned(), false.into());
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
