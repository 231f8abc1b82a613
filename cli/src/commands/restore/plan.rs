//! What is to be restored, and what of it will not come back, said before anything is sent.

use std::collections::{BTreeMap, HashSet};

use dingtalk_extcontact::{
    Backup, BackupRecord, Call, Client, Error, ErrorKind, Restorer, check_record,
};
use serde_json::{Map, Value};

use crate::args::Restore;
use crate::language::{phrase, said};
use crate::output::{self, Exit};

/// How many records that cannot be restored are told one by one.
const FEW: usize = 20;

pub(crate) struct Plan {
    /// How many contacts are to be created, unless they are still there.
    pub(crate) count: u64,
    /// The first of them.
    pub(crate) first: Option<String>,
    /// How many an earlier run has created.
    before: u64,
    /// How many an earlier run may have created.
    uncertain: u64,
    incomplete: Vec<String>,
    incomplete_count: u64,
    /// How many records lose a field.
    lost: BTreeMap<String, u64>,
    /// How many records have a label, by its id.
    labels: BTreeMap<String, u64>,
}

/// The record to restore: with a label where it has none and one is given.
///
/// # Errors
///
/// `invalid_argument`, where it cannot be restored.
pub(crate) fn record_to_restore(
    args: &Restore,
    record: &BackupRecord,
) -> Result<Map<String, Value>, Error> {
    if record.is_superseded {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            // A message, which is the same in every language.
            phrase!(
                "contact {id}: a later record has the same telephone number, so that it is probably \
                 the same person under a later id",
                id = output::escaped(&record.user_id)
            )
            .to_string(),
        ));
    }
    let mut fields = record.record.clone();
    let has_labels =
        fields.get("label_ids").and_then(Value::as_array).is_some_and(|labels| !labels.is_empty());
    if let (false, Some(label)) = (has_labels, args.label) {
        fields.insert("label_ids".to_owned(), vec![Value::from(label)].into());
    }
    check_record(&fields)?;
    Ok(fields)
}

/// The ids of a record's labels, as text.
fn labels_of(record: &Map<String, Value>) -> Vec<String> {
    let labels = record.get("label_ids").and_then(Value::as_array);
    labels
        .into_iter()
        .flatten()
        .map(|label| label.as_str().map_or_else(|| label.to_string(), str::to_owned))
        .collect()
}

impl Plan {
    /// Goes through the backup once, before anything is sent.
    pub(crate) fn of(args: &Restore, backup: &Backup, restorer: &Restorer) -> Result<Plan, Exit> {
        let mut plan = Plan {
            count: 0,
            first: None,
            before: 0,
            uncertain: 0,
            incomplete: Vec::new(),
            incomplete_count: 0,
            lost: BTreeMap::new(),
            labels: BTreeMap::new(),
        };
        for record in backup.records() {
            let record = record.map_err(|error| output::usage_error(&error))?;
            let before = restorer.created_before(&record.user_id);
            if before.map_err(|error| output::usage_error(&error))?.is_some() {
                plan.before += 1;
                continue;
            }
            let checked = record_to_restore(args, &record)
                .and_then(|fields| Ok((check_record(&fields)?, labels_of(&fields))));
            match checked {
                Ok((lost, labels)) => {
                    plan.count += 1;
                    for label in labels {
                        *plan.labels.entry(label).or_default() += 1;
                    }
                    plan.uncertain += u64::from(restorer.may_be_created(&record.user_id));
                    for name in lost {
                        *plan.lost.entry(name).or_default() += 1;
                    }
                    plan.first.get_or_insert(record.user_id);
                }
                Err(error) => {
                    plan.incomplete_count += 1;
                    if plan.incomplete.len() < FEW {
                        let (line, message) = (record.line, error.message());
                        plan.incomplete.push(said!("line {line}: {message}", line, message));
                    }
                }
            }
        }
        Ok(plan)
    }

    /// Names the records that cannot be restored. Unless they are to be left out, that ends the
    /// command, or the dry run goes on.
    pub(crate) fn refuse_incomplete(&self, args: &Restore) -> Result<(), Exit> {
        if self.incomplete_count == 0 || args.dry_run || args.skip_incomplete {
            return Ok(());
        }
        let records = output::counted(self.incomplete_count, "record");
        let mut text = said!("{records} of the backup cannot be restored:", records);
        for line in &self.incomplete {
            text.push_str(&format!("\n  {line}"));
        }
        let more = self.incomplete_count.saturating_sub(self.incomplete.len() as u64);
        if more > 0 {
            text.push_str("\n  ");
            text.push_str(&said!("and {more} more", more));
        }
        output::print_error(
            &text,
            &said!(
                "For records without labels name one with --label. Leave the others out with \
                 --skip-incomplete, or name the ids to restore. Nothing was sent."
            ),
        );
        Err(Exit::Usage)
    }

    /// Says which labels are gone by now: DingTalk creates no contact with one of those.
    ///
    /// # Errors
    ///
    /// `cancelled`. Where the labels cannot be read for another reason, that is said.
    pub(crate) fn note_missing_labels(&self, client: &Client, call: &Call) -> Result<(), Error> {
        if self.labels.is_empty() {
            return Ok(());
        }
        let known: HashSet<_> = match client.labels(call) {
            Ok(labels) => labels.into_iter().map(|label| label.id).collect(),
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(error) => {
                let error = error.message();
                output::note(&said!(
                    "whether the labels are still there is not known: {error}",
                    error
                ));
                return Ok(());
            }
        };
        let gone: Vec<_> =
            self.labels.iter().filter(|(label, _)| !known.contains(*label)).collect();
        if !gone.is_empty() {
            let records = |(label, count): &(&String, &u64)| {
                let (label, records) = (output::escaped(label), output::counted(**count, "record"));
                said!("{label} (of {records})", label, records)
            };
            let mut named: Vec<_> = gone.iter().take(FEW).map(records).collect();
            if gone.len() > FEW {
                named.push(said!("{count} more", count = gone.len() - FEW));
            }
            output::note(&said!(
                "labels that are not there any more: {labels}. DingTalk may refuse to create \
                 contacts with them.",
                labels = named.join(&said!(", "))
            ));
        }
        Ok(())
    }

    /// Says what is known beforehand.
    pub(crate) fn note(&self) {
        if self.before > 0 {
            output::note(&said!(
                "{count} created before, by the journal, and will not be created again",
                count = output::counted(self.before, "contact")
            ));
        }
        if self.uncertain > 0 {
            output::note(&said!(
                "{count} may have been created by an earlier run, and will be looked for first",
                count = output::counted(self.uncertain, "contact")
            ));
        }
        if self.incomplete_count > 0 {
            output::note(&said!(
                "{count} cannot be restored and will be left out",
                count = output::counted(self.incomplete_count, "record")
            ));
        }
        if self.count == 0 {
            return;
        }
        let fields: Vec<_> = self
            .lost
            .iter()
            .map(|(name, count)| said!("{name} of {count}", name = output::escaped(name), count))
            .collect();
        let fields = match fields.is_empty() {
            true => String::new(),
            false => said!(", ") + &fields.join(&said!(", ")),
        };
        output::note(&said!(
            "what does not come back: the userids (each contact gets a new one){fields}, chats and \
             history; whose follower has left or whose labels are gone, DingTalk refuses. Somebody \
             who was erased on their own demand would be there again.",
            fields
        ));
    }
}
