//! `delete --dry-run`: who would go.

use std::collections::{HashMap, HashSet};

use dingtalk_extcontact::{Call, Client, Contact, Error, ErrorKind};
use serde_json::{Map, Value, json};

use crate::choice::Choice;
use crate::ids::Ids;
use crate::interrupt::Interrupt;
use crate::output::{self, Exit, Output};
use crate::table::Table;

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

/// What is known of one.
enum Known<'a> {
    Contact(&'a Contact),
    NoContact,
    /// It is listed no more, and the journal does not say whether it is gone.
    LeftOpen,
    Nothing,
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
    json: bool,
    interrupt: &Interrupt,
    output: &mut Output,
) -> Exit {
    match try_show(client, ids, choice, json, interrupt, output) {
        Ok(()) => Exit::Done,
        Err(exit) => exit,
    }
}

fn try_show(
    client: &Client,
    ids: &mut Ids,
    choice: Option<Choice>,
    json: bool,
    interrupt: &Interrupt,
    output: &mut Output,
) -> Result<(), Exit> {
    let call = Call::new().probe(interrupt.probe());
    let count = ids.count;
    let parts = choice.as_ref().and_then(Choice::parts);
    let (mut people, left_open) = match choice {
        Some(choice) => (People::listed(choice.matching), choice.left_open),
        None => (People::of(client, &call, count)?, HashSet::new()),
    };
    if let Some(doubt) = &ids.doubt {
        output::note(&format!("warning: {doubt}; without --ids-are-right this list is refused"));
    }
    let unreadable = |error: std::io::Error| {
        output::complain(&format!("the ids cannot be read again: {error}"), "");
        Exit::Failed
    };
    let mut table = Table::new(output.width(), &["userid", "name", "company"]);
    let (mut seen, mut missing) = (HashSet::new(), 0);
    for id in ids.iter().map_err(unreadable)? {
        let id = id.map_err(unreadable)?;
        if !seen.insert(id.clone()) {
            continue;
        }
        let asked = match people {
            People::Ask => match client.get(&id, &call) {
                Ok(contact) => Some(contact),
                Err(error) if error.kind() == ErrorKind::InvalidUserId => None,
                Err(error) => {
                    people = unknown(&error)?;
                    None
                }
            },
            _ => None,
        };
        let known = match (&people, &asked) {
            _ if left_open.contains(&id) => Known::LeftOpen,
            (People::Unknown, _) => Known::Nothing,
            (People::All(all), _) => all.get(&id).map_or(Known::NoContact, Known::Contact),
            (People::Ask, Some(contact)) => Known::Contact(contact),
            (People::Ask, None) => Known::NoContact,
        };
        missing += u64::from(matches!(known, Known::NoContact));
        if json {
            output.line(&json_line(&id, &known)).map_err(|_| Exit::Failed)?;
        } else {
            push(&mut table, &id, &known);
        }
    }
    if !json && count > 0 {
        output.table(&table).map_err(|_| Exit::Failed)?;
    }
    let told = if json {
        let mut summary =
            json!({"dry_run": true, "contacts": count, "endpoint": client.endpoint()});
        if let Some(fields) = summary.as_object_mut() {
            if let Some(app_key) = client.app_key() {
                fields.insert("app_key".to_owned(), app_key.into());
            }
            if !matches!(people, People::Unknown) {
                fields.insert("no_contact".to_owned(), missing.into());
            }
            if !left_open.is_empty() {
                fields.insert("left_open".to_owned(), left_open.len().into());
            }
            if let Some(doubt) = &ids.doubt {
                fields.insert("doubt".to_owned(), doubt.as_str().into());
            }
        }
        json!({"summary": summary}).to_string()
    } else {
        let contacts = output::counted(count, "contact");
        let mut told = format!("{contacts} would be deleted; nothing was");
        if let Some(parts) = parts {
            told.push_str(&format!(". {parts}"));
        }
        if missing > 0 {
            told.push_str(&format!(". For {missing} of them there is no contact (any more)"));
        }
        told
    };
    let told = if json { told } else { output.fitted(&told) };
    output.line(&told).map_err(|_| Exit::Failed)
}

/// Names are a help, not a condition.
fn unknown(error: &Error) -> Result<People, Exit> {
    if error.kind() == ErrorKind::Cancelled {
        return Err(Exit::Interrupted);
    }
    output::note(&format!("names are not known: {}", error.message()));
    output::note(&output::wrapped(&output::advice(error), 4));
    Ok(People::Unknown)
}

fn push(table: &mut Table, id: &str, known: &Known) {
    let text = |contact: &Contact, field| contact.text(field).unwrap_or_default().to_owned();
    match known {
        Known::Contact(contact) => {
            table.push(&[id, &text(contact, "name"), &text(contact, "company_name")]);
        }
        Known::NoContact => table.push(&[id, "(no such contact)"]),
        Known::LeftOpen => table.push(&[id, "(left open by the journal)"]),
        Known::Nothing => table.push(&[id]),
    }
}

fn json_line(id: &str, known: &Known) -> String {
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
        Known::LeftOpen => {
            line.insert("exists".to_owned(), false.into());
            line.insert("left_open".to_owned(), true.into());
        }
        Known::Nothing => {}
    }
    Value::Object(line).to_string()
}
