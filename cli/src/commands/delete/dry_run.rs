//! `delete --dry-run`: who would go.

use std::collections::{HashMap, HashSet};

use dingtalk_extcontact::binding::{PriorRuns, PriorState};
use dingtalk_extcontact::{Call, Client, Contact, Error, ErrorKind};
use serde_json::{Map, Value, json};

use crate::commands::delete::prior::{OnRecord, ids_unreadable};
use crate::commands::delete::selection::Choice;
use crate::input::Ids;
use crate::input::damage::AS_TEXT;
use crate::input::digits::{lost_zeros, may_lack_zeros};
use crate::input::text::visible;
use crate::output::table::Table;
use crate::output::{self, Exit, Output};
use crate::signals::Interrupt;

/// Up to so many contacts are asked for one by one; for more, all are listed.
const FEW: u64 = 100;

/// What is known of the contacts.
enum People {
    /// All there are.
    All(HashMap<String, Contact>),
    /// They can be asked for.
    Ask,
    /// Nothing: reading is not permitted, or fails.
    Unknown,
}

/// What is known of one, beside that it may be gone from an earlier run.
enum Known<'a> {
    Contact(&'a Contact),
    NoContact,
    Nothing,
    /// That an earlier run settled it; it would not be called.
    OnRecord(&'static str),
}

impl People {
    /// From a list of all contacts, or of those that are meant.
    fn listed(contacts: Vec<Contact>) -> People {
        let by_id = |contact: Contact| (contact.user_id().to_owned(), contact);
        People::All(contacts.into_iter().map(by_id).collect())
    }

    fn of(client: &Client, call: &Call, count: u64) -> Result<People, Exit> {
        if count <= FEW {
            return Ok(People::Ask);
        }
        match client.contacts(call) {
            Ok(contacts) => Ok(People::listed(contacts)),
            Err(error) => unknown(&error),
        }
    }
}

/// Shows the contacts; those of a choice are known already.
pub(crate) fn show(
    client: &Client,
    ids: &mut Ids,
    choice: Option<Choice>,
    mut runs: PriorRuns,
    json: bool,
    interrupt: &Interrupt,
    output: &mut Output,
) -> Result<(), Exit> {
    let call = Call::new().probe(interrupt.probe());
    let count = ids.count;
    let mut people = match choice {
        Some(choice) => People::listed(choice.matching),
        None => People::of(client, &call, count)?,
    };
    if let Some(doubt) = &ids.doubt {
        output::note(&format!("warning: {doubt}; without --ids-are-right this list is refused"));
    }
    let mut table = Table::new(output.width(), &["userid", "name", "company"]);
    let (mut seen, mut on_record) = (HashSet::new(), OnRecord::default());
    let mut missing = Vec::new();
    for id in ids.iter().map_err(|error| ids_unreadable(&error))? {
        let id = id.map_err(|error| ids_unreadable(&error))?;
        if !seen.insert(id.clone()) {
            continue;
        }
        let state = runs.take(&id);
        on_record.count(state);
        let settled = match state {
            Some(PriorState::Gone) => Some("gone"),
            Some(PriorState::Refused) => Some("refused"),
            _ => None,
        };
        let asked = match people {
            People::Ask if settled.is_none() => match client.get(&id, &call) {
                Ok(contact) => Some(contact),
                Err(error) if error.kind() == ErrorKind::InvalidUserId => None,
                Err(error) => {
                    people = unknown(&error)?;
                    None
                }
            },
            _ => None,
        };
        let known = match (settled, &people, &asked) {
            (Some(settled), _, _) => Known::OnRecord(settled),
            (None, People::Unknown, _) => Known::Nothing,
            (None, People::All(all), _) => all.get(&id).map_or(Known::NoContact, Known::Contact),
            (None, People::Ask, Some(contact)) => Known::Contact(contact),
            (None, People::Ask, None) => Known::NoContact,
        };
        let maybe_gone = state == Some(PriorState::MaybeDeleted);
        if matches!(known, Known::NoContact) && !maybe_gone {
            missing.push(id.clone());
        }
        if json {
            output
                .line(&json_line(&id, &known, maybe_gone))
                .map_err(|error| output::unwritten(&error))?;
        } else {
            push(&mut table, &id, &known, maybe_gone);
        }
    }
    let whole = ids_of_all(&people, &missing, client, &call)?;
    let damaged = lost_zeros(&missing, whole.iter().map(String::as_str));
    if let Some((count, first, whole)) = damaged {
        output::note(&format!(
            "warning: {} without a contact would have one with zeros before it (the first: \
             {}, where there is {}). {AS_TEXT}",
            output::counted(count as u64, "id"),
            visible(first),
            visible(whole),
        ));
    }
    if !json && count > 0 {
        output.table(&table).map_err(|error| output::unwritten(&error))?;
    }
    let told = if json {
        let mut summary = json!({
            "dry_run": true,
            "contacts": count,
            "left": count.saturating_sub(on_record.settled()),
            "maybe_deleted": on_record.maybe_gone,
            "settled_before": on_record.settled(),
            "endpoint": client.endpoint(),
        });
        if let Some(fields) = summary.as_object_mut() {
            if let Some(app_key) = client.app_key() {
                fields.insert("app_key".to_owned(), app_key.into());
            }
            if !matches!(people, People::Unknown) {
                fields.insert("no_contact".to_owned(), missing.len().into());
            }
            if let Some((count, ..)) = damaged {
                fields.insert("zeros_lost".to_owned(), count.into());
            }
            if let Some(doubt) = &ids.doubt {
                fields.insert("doubt".to_owned(), doubt.as_str().into());
            }
        }
        json!({"summary": summary}).to_string()
    } else {
        let mut told = match on_record.in_words(count) {
            Some(words) => format!("nothing was deleted: {words}"),
            None => {
                let contacts = output::counted(count, "contact");
                format!("{contacts} would be deleted; nothing was")
            }
        };
        if !missing.is_empty() {
            let missing = output::number(missing.len() as u64);
            told.push_str(&format!(". For {missing} of them there is no contact (any more)"));
        }
        output.fitted(&told)
    };
    output.line(&told).map_err(|error| output::unwritten(&error))
}

/// The ids of all contacts, where some that are meant have none: theirs may be damaged.
fn ids_of_all(
    people: &People,
    missing: &[String],
    client: &Client,
    call: &Call,
) -> Result<Vec<String>, Exit> {
    match people {
        People::All(all) => Ok(all.keys().cloned().collect()),
        People::Ask if missing.iter().any(|id| may_lack_zeros(id)) => match client.contacts(call) {
            Ok(contacts) => Ok(contacts.iter().map(|it| it.user_id().to_owned()).collect()),
            Err(error) if error.kind() == ErrorKind::Cancelled => Err(Exit::Interrupted),
            Err(error) => {
                output::note(&format!("whether zeros are lost is not known: {}", error.message()));
                Ok(Vec::new())
            }
        },
        _ => Ok(Vec::new()),
    }
}

/// Names are a help, not a condition.
fn unknown(error: &Error) -> Result<People, Exit> {
    if error.kind() == ErrorKind::Cancelled {
        return Err(Exit::Interrupted);
    }
    output::note(&format!("names are not known: {}", error.message()));
    output::note(&output::wrapped(error.advice(), 4));
    Ok(People::Unknown)
}

fn push(table: &mut Table, id: &str, known: &Known, maybe_gone: bool) {
    let text = |contact: &Contact, field| contact.text(field).unwrap_or_default().to_owned();
    match known {
        Known::Contact(contact) => {
            table.push(&[id, &text(contact, "name"), &text(contact, "company_name")]);
        }
        Known::OnRecord(settled) => table.push(&[id, &format!("(on record as {settled})")]),
        _ if maybe_gone => table.push(&[id, "(may be gone)"]),
        Known::NoContact => table.push(&[id, "(no such contact)"]),
        Known::Nothing => table.push(&[id]),
    }
}

fn json_line(id: &str, known: &Known, maybe_gone: bool) -> String {
    let mut line = Map::new();
    line.insert("user_id".to_owned(), id.into());
    match known {
        Known::Contact(contact) => {
            line.insert("exists".to_owned(), true.into());
            for field in ["name", "company_name"] {
                if let Some(text) = contact.text(field) {
                    line.insert(field.to_owned(), text.into());
                }
            }
        }
        Known::NoContact => {
            line.insert("exists".to_owned(), false.into());
        }
        Known::OnRecord(settled) => {
            line.insert("on_record".to_owned(), (*settled).into());
        }
        Known::Nothing => {}
    }
    if maybe_gone {
        line.insert("maybe_deleted".to_owned(), true.into());
    }
    Value::Object(line).to_string()
}
