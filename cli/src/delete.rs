//! `delete ID...`: one contact after the other, until something says stop.

use std::collections::HashSet;
use std::io::{self, IsTerminal};
use std::sync::mpsc;

use dingtalk_extcontact::{Call, Client, Deletion, Error, Value, explain};

use crate::args::Delete;
use crate::connect;
use crate::interrupt::{Interrupt, Waited};
use crate::output::{self, Exit, Output};
use crate::report::{Item, Report};

/// Deletes, and says what became of each contact.
pub(crate) fn run(args: &Delete, output: &mut Output) -> Exit {
    let client = connect::client(&args.connection, |options| {
        options.set("missing_ok", Value::Flag(args.missing_ok))
    });
    let client = match client {
        Ok(client) => client,
        Err(problem) => {
            problem.complain();
            return Exit::Usage;
        }
    };
    let interrupt = match Interrupt::sigint() {
        Ok(interrupt) => interrupt,
        Err(error) => {
            output::complain(&format!("Ctrl-C cannot be watched for: {error}"), "");
            return Exit::Usage;
        }
    };
    let ids = once_each(&args.ids);
    let mut report = Report::new(output, args.json);
    if ids.len() > 1 && !args.yes {
        let place = connect::place(&args.connection);
        match may_delete(ids.len(), &place, &interrupt) {
            Answer::Yes => {}
            Answer::NobodyToAsk => {
                output::complain(
                    &format!(
                        "{} contacts would be deleted, and there is no terminal to ask on",
                        ids.len()
                    ),
                    "Give --yes if that is meant. Nothing was sent.",
                );
                return Exit::Usage;
            }
            answer => {
                if answer == Answer::Interrupted {
                    report.interrupted();
                }
                leave(&ids, &mut report);
                return report.end();
            }
        }
    }
    delete_all(&client, &ids, &interrupt, &mut report);
    report.end()
}

fn delete_all(client: &Client, ids: &[&str], interrupt: &Interrupt, report: &mut Report) {
    let call = Call::new().probe(interrupt.probe());
    let mut left = ids;
    while let Some((id, rest)) = left.split_first() {
        if interrupt.came() {
            report.interrupted();
            break;
        }
        left = rest;
        let outcome = client.delete_with(id, &call);
        if report.item(Item::Tried(&outcome)).is_err() {
            // What cannot be told must not happen.
            output::note("stopped: standard output is closed");
            break;
        }
        if let (Some(code), false) = (stops(&outcome), left.is_empty()) {
            output::note(&format!(
                "stopped: every further contact would be refused alike (code {code})"
            ));
            break;
        }
    }
    leave(left, report);
}

/// Says of each that it was not attempted; on standard error where nothing else is open.
fn leave(ids: &[&str], report: &mut Report) {
    for id in ids {
        let _ = report.item(Item::NotAttempted(id));
    }
}

/// The code of an outcome after which every other contact would end alike.
fn stops(outcome: &Result<Deletion, Error>) -> Option<&str> {
    let code = outcome.as_ref().err()?.code()?;
    explain(code)?.stops_batch.then_some(code)
}

/// The ids in their order, each once.
fn once_each(ids: &[String]) -> Vec<&str> {
    let mut seen = HashSet::new();
    ids.iter().map(String::as_str).filter(|id| seen.insert(*id)).collect()
}

/// What a person said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    Interrupted,
    NobodyToAsk,
}

fn may_delete(count: usize, place: &str, interrupt: &Interrupt) -> Answer {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Answer::NobodyToAsk;
    }
    output::ask(&format!("Delete {count} external contacts of {place}? There is no undo. [y/N] "));
    let (sender, receiver) = mpsc::channel();
    // A read of the terminal cannot be called off, so another thread does it.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        let _ = sender.send(read.map(|_| line).unwrap_or_default());
    });
    match interrupt.wait(&receiver) {
        Waited::Got(line) if line.ends_with('\n') => answer(&line),
        ended => {
            // The cursor still stands behind the question.
            output::note("");
            match ended {
                Waited::Interrupted => Answer::Interrupted,
                Waited::Got(_) | Waited::Over => Answer::No,
            }
        }
    }
}

fn answer(line: &str) -> Answer {
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for line in ["y\n", "Y\n", "yes\r\n", " YES "] {
            assert_eq!(answer(line), Answer::Yes, "{line:?}");
        }
        for line in ["", "\n", "n\n", "yep\n", "yy\n"] {
            assert_eq!(answer(line), Answer::No, "{line:?}");
        }
    }

    #[test]
    fn a_repeated_id_is_called_once() {
        let ids = ["b", "a", "b"].map(String::from);
        assert_eq!(once_each(&ids), ["b", "a"]);
    }
}
