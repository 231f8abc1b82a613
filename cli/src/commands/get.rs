//! `get`: prints the records of single contacts.

use std::io;

use dingtalk_extcontact::{Call, Contact, ErrorKind};
use serde_json::Value;

use crate::args::Get;
use crate::connection;
use crate::output::{self, Exit, Output, escaped, labelled};
use crate::signals::Signals;

/// Runs the subcommand.
pub(crate) fn run(args: &Get, output: &mut Output) -> Exit {
    try_run(args, output).unwrap_or_else(|exit| exit)
}

fn try_run(args: &Get, output: &mut Output) -> Result<Exit, Exit> {
    let client = connection::client(&args.connection, |_| Ok(()))?;
    let signals = Signals::install()?;
    let call = Call::new().probe(signals.probe());
    let mut all_there = true;
    for id in &args.ids {
        match client.get(id, &call) {
            Ok(contact) => {
                print(args, &contact, output).map_err(|error| output::stdout_failed(&error))?
            }
            Err(error) => match error.kind() {
                ErrorKind::Cancelled => return Err(Exit::Interrupted),
                ErrorKind::InvalidArgument => return Err(output::usage_error(&error)),
                _ => {
                    output::print_library_error(&error);
                    all_there = false;
                }
            },
        }
    }
    Ok(if all_there { Exit::Success } else { Exit::Failed })
}

fn print(args: &Get, contact: &Contact, output: &mut Output) -> io::Result<()> {
    if args.json {
        return output.line(&serde_json::to_string(contact.record())?);
    }
    let mut text = escaped(contact.user_id());
    let fields = contact.record().iter().filter(|(name, _)| *name != "userid");
    for (name, value) in fields {
        text.push_str(&labelled(name, &escaped(&shown(value))));
    }
    output.line(&text)
}

/// A field as people read it; a list of ids is joined by spaces.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(" "),
        value => value.to_string(),
    }
}
