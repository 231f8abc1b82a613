//! `list`: the external contacts, for people or for programs.

use std::io;

use dingtalk_extcontact::{Call, Contact, ErrorKind};

use crate::args::List;
use crate::connection;
use crate::input::filter;
use crate::output::cell;
use crate::output::log_lines::TARGET;
use crate::output::table::Table;
use crate::output::{self, Exit, Output};
use crate::signals::Interrupt;

/// The columns of the table for people.
const COLUMNS: [&str; 6] =
    ["userid", "name", "company_name", "mobile", "follower_user_id", "label_ids"];

/// All fields that the service documents, as they stand in CSV.
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

/// Lists.
pub(crate) fn run(args: &List, output: &mut Output) -> Exit {
    let client = match connection::client(&args.connection, |_| Ok(())) {
        Ok(client) => client,
        Err(problem) => {
            problem.complain();
            return Exit::Usage;
        }
    };
    let interrupt = match Interrupt::watched() {
        Ok(interrupt) => interrupt,
        Err(exit) => return exit,
    };
    let contacts = match client.contacts(&Call::new().probe(interrupt.probe())) {
        Ok(contacts) => {
            log::info!(target: TARGET, "{} listed", output::counted(contacts.len() as u64, "contact"));
            filter::matching(contacts, &args.filters)
        }
        Err(error) if error.kind() == ErrorKind::Cancelled => return Exit::Interrupted,
        Err(error) => {
            output::complain_of(&error);
            return Exit::Failed;
        }
    };
    let printed = if args.json {
        json(&contacts, output)
    } else if args.csv {
        csv(&contacts, cell::harmless, output)
    } else if args.excel {
        csv(&contacts, cell::for_excel, output)
    } else {
        for_people(&contacts, output)
    };
    match printed {
        Ok(()) if contacts.is_empty() && !args.filters.is_empty() => {
            output::note(filter::NOBODY);
            Exit::NobodyMatched
        }
        Ok(()) => Exit::Done,
        Err(error) => output::unwritten(&error),
    }
}

fn json(contacts: &[Contact], output: &mut Output) -> io::Result<()> {
    for contact in contacts {
        output.line(&serde_json::to_string(contact.record())?)?;
    }
    Ok(())
}

fn csv(contacts: &[Contact], cell: impl Fn(&str) -> String, output: &mut Output) -> io::Result<()> {
    // Without a byte order mark Excel takes the text for one of an older encoding.
    let mut rows = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    rows.write_record(FIELDS)?;
    for contact in contacts {
        rows.write_record(FIELDS.map(|field| cell(&value(contact, field))))?;
    }
    let text = rows.into_inner().map_err(|error| error.into_error())?;
    output.line(String::from_utf8_lossy(&text).trim_end_matches('\n'))
}

fn for_people(contacts: &[Contact], output: &mut Output) -> io::Result<()> {
    let heading = ["userid", "name", "company", "mobile", "follower", "labels"];
    let mut table = Table::new(output.width(), &heading);
    for contact in contacts {
        let cells = COLUMNS.map(|field| value(contact, field));
        table.push(&cells.each_ref().map(String::as_str));
    }
    if !contacts.is_empty() {
        output.table(&table)?;
    }
    output::note(&output::counted(contacts.len() as u64, "contact"));
    Ok(())
}

/// A field as text; ids of a list with spaces between.
fn value(contact: &Contact, field: &str) -> String {
    match contact.text(field) {
        Some(text) => text.to_owned(),
        None => contact.ids(field).join(" "),
    }
}
