//! `list`: prints the external contacts.

use std::io;

use dingtalk_extcontact::{Call, Client, Contact, Error, ErrorKind};

use crate::args::List;
use crate::commands::labels;
use crate::connection;
use crate::input::filter::{self, LABELS, LabelNames};
use crate::language::said;
use crate::output::csv_cell;
use crate::output::log_lines::TARGET;
use crate::output::table::Table;
use crate::output::{self, Exit, Output};
use crate::signals::Signals;

/// The columns of the table for people.
const COLUMNS: [&str; 6] = ["userid", "name", "company_name", "mobile", "follower_user_id", LABELS];

/// The columns of CSV: all fields that the service documents.
const FIELDS: [&str; 13] = [
    "userid",
    "name",
    "company_name",
    "mobile",
    "state_code",
    "title",
    "email",
    "address",
    "remark",
    "follower_user_id",
    "label_ids",
    "share_dept_ids",
    "share_user_ids",
];

/// Runs the subcommand.
pub(crate) fn run(args: &List, output: &mut Output) -> Exit {
    try_run(args, output).unwrap_or_else(|exit| exit)
}

fn try_run(args: &List, output: &mut Output) -> Result<Exit, Exit> {
    let client = connection::client(&args.connection, |_| Ok(()))?;
    let signals = Signals::install()?;
    let call = Call::new().probe(signals.probe());
    let contacts = client.contacts(&call).map_err(failed)?;
    let mut names = labels::for_filters(&args.filters, &client, &call).map_err(failed)?;
    log::info!(target: TARGET, "{} listed", output::in_english(contacts.len() as u64, "contact"));
    let contacts = filter::matching(contacts, &args.filters, &names);
    if args.is_table() && names.is_empty() && contacts.iter().any(is_labelled) {
        names = names_for_people(&client, &call)?;
    }
    print(args, &contacts, &names, output).map_err(|error| output::stdout_failed(&error))?;
    if contacts.is_empty() && !args.filters.is_empty() {
        output::note(&filter::no_match());
        return Ok(Exit::NoMatch);
    }
    Ok(Exit::Success)
}

fn failed(error: Error) -> Exit {
    match error.kind() {
        ErrorKind::Cancelled => Exit::Interrupted,
        _ => {
            output::print_library_error(&error);
            Exit::Failed
        }
    }
}

fn is_labelled(contact: &Contact) -> bool {
    !contact.ids(LABELS).is_empty()
}

/// The names of labels for the table, which shows ids where there are none.
fn names_for_people(client: &Client, call: &Call) -> Result<LabelNames, Exit> {
    match labels::names(client, call) {
        Err(error) if error.kind() == ErrorKind::Cancelled => Err(Exit::Interrupted),
        Err(error) => {
            let message = error.message();
            output::note(&said!("labels are shown by their ids: {message}", message));
            Ok(LabelNames::new())
        }
        names => names.map_err(failed),
    }
}

fn print(
    args: &List,
    contacts: &[Contact],
    names: &LabelNames,
    output: &mut Output,
) -> io::Result<()> {
    if args.json {
        json(contacts, output)
    } else if args.csv {
        csv(contacts, csv_cell::escape, output)
    } else if args.excel {
        csv(contacts, csv_cell::escape_for_excel, output)
    } else {
        table(contacts, names, output)
    }
}

fn json(contacts: &[Contact], output: &mut Output) -> io::Result<()> {
    for contact in contacts {
        output.line(&serde_json::to_string(contact.record())?)?;
    }
    Ok(())
}

fn csv(contacts: &[Contact], cell: impl Fn(&str) -> String, output: &mut Output) -> io::Result<()> {
    // Without a byte order mark Excel assumes an older encoding.
    let mut rows = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    rows.write_record(FIELDS)?;
    for contact in contacts {
        rows.write_record(FIELDS.map(|field| cell(&value(contact, field))))?;
    }
    let text = rows.into_inner().map_err(|error| error.into_error())?;
    output.line(String::from_utf8_lossy(&text).trim_end_matches('\n'))
}

fn table(contacts: &[Contact], names: &LabelNames, output: &mut Output) -> io::Result<()> {
    let heading = [
        "userid".to_owned(),
        said!("name"),
        said!("company"),
        said!("mobile"),
        said!("follower"),
        said!("labels"),
    ];
    let mut table = Table::new(output.width(), &heading.each_ref().map(String::as_str));
    for contact in contacts {
        let cells = COLUMNS.map(|field| match field {
            LABELS => label_names(contact, names),
            _ => value(contact, field),
        });
        table.push(&cells.each_ref().map(String::as_str));
    }
    if !contacts.is_empty() {
        output.table(&table)?;
    }
    output::note(&output::counted(contacts.len() as u64, "contact"));
    Ok(())
}

/// A contact's labels as people know them; by its id where a label has no name.
fn label_names(contact: &Contact, names: &LabelNames) -> String {
    let name = |id: String| names.get(&id).cloned().unwrap_or(id);
    contact.ids(LABELS).into_iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A field as text; a list of ids is joined by spaces.
fn value(contact: &Contact, field: &str) -> String {
    match contact.text(field) {
        Some(text) => text.to_owned(),
        None => contact.ids(field).join(" "),
    }
}
