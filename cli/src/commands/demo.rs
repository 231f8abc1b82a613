//! `demo`: the real client against a sandbox, one step after the other, for somebody who sees
//! this for the first time.

use std::io;
use std::time::{Duration, Instant};

use dingtalk_extcontact::binding::to_json;
use dingtalk_extcontact::{Call, Client, Deletion, Error, ErrorKind, Item, Status};
use dingtalk_extcontact_sandbox::{Faults, Permission, Sandbox};
use serde_json::Value;

use crate::args::Demo;
use crate::output::report;
use crate::output::{self, Exit, Output, Style};
use crate::signals::Interrupt;

use super::sandbox;

type Outcome = Result<Deletion, Error>;

/// One thing that is shown.
struct Step {
    title: &'static str,
    /// What is about to happen, and why that is worth seeing.
    story: &'static str,
    /// What is different in the sandbox while it runs.
    set: Set,
    contact: Contact,
    missing_ok: bool,
    /// The end that it should come to.
    end: End,
}

#[derive(Clone, Copy)]
enum Set {
    Nothing,
    NoWritePermission,
    ExpiredToken,
    Fault(&'static str),
}

/// Which contact a step is about.
#[derive(Clone, Copy)]
enum Contact {
    /// One that is there.
    Next,
    /// The first one, deleted in the first step.
    Gone,
}

enum End {
    Deleted { attempts: u32 },
    Absent { attempts: u32, maybe_deleted: bool },
    Failed { kind: ErrorKind, code: &'static str },
}

const STEPS: [Step; 7] = [
    Step {
        title: "Delete a contact",
        story: "The client has an app key and a secret. It fetches an access token with them, \
                and keeps it for the calls to come.",
        set: Set::Nothing,
        contact: Contact::Next,
        missing_ok: false,
        end: End::Deleted { attempts: 1 },
    },
    Step {
        title: "Delete the same contact again",
        story: "It is gone now. DingTalk's answer is the same for an id that never was one, so \
                this is an error: somebody should look.",
        set: Set::Nothing,
        contact: Contact::Gone,
        missing_ok: false,
        end: End::Failed { kind: ErrorKind::InvalidUserId, code: "33012" },
    },
    Step {
        title: "The same once more, with missing_ok",
        story: "Whoever is content as long as the contact is gone says so, and gets \"absent\" \
                instead of an error.",
        set: Set::Nothing,
        contact: Contact::Gone,
        missing_ok: true,
        end: End::Absent { attempts: 1, maybe_deleted: false },
    },
    Step {
        title: "Without permission",
        story: "The app has lost the permission point for deleting. No retry would help, so \
                none is made; the advice says what to do.",
        set: Set::NoWritePermission,
        contact: Contact::Next,
        missing_ok: false,
        end: End::Failed { kind: ErrorKind::PermissionDenied, code: "60011" },
    },
    Step {
        title: "With an access token that has expired",
        story: "The first request is refused. The client fetches a new token, once, and sends \
                the request again: 2 attempts.",
        set: Set::ExpiredToken,
        contact: Contact::Next,
        missing_ok: false,
        end: End::Deleted { attempts: 2 },
    },
    Step {
        title: "Too many calls a second",
        story: "The first request is throttled. The client waits for the second that DingTalk \
                asks for, and tries again.",
        set: Set::Fault("throttle=first=1"),
        contact: Contact::Next,
        missing_ok: false,
        end: End::Deleted { attempts: 2 },
    },
    Step {
        title: "A reply that is lost on its way",
        story: "The contact is deleted, but the connection breaks before the reply comes. The \
                retry finds no such contact. That is no failure here: maybe_deleted says that \
                this very call may have done it.",
        set: Set::Fault("lost-reply=first=1"),
        contact: Contact::Next,
        missing_ok: false,
        end: End::Absent { attempts: 2, maybe_deleted: true },
    },
];

/// Shows all steps.
pub(crate) fn run(args: &Demo, output: &mut Output) -> Exit {
    let interrupt = match Interrupt::watched() {
        Ok(interrupt) => interrupt,
        Err(exit) => return exit,
    };
    show(args.json, &interrupt, output).unwrap_or_else(|exit| exit)
}

/// Something that a demo needs is not to be had.
fn cannot(problem: &str) -> Exit {
    output::complain(problem, "");
    Exit::Failed
}

fn show(json: bool, interrupt: &Interrupt, output: &mut Output) -> Result<Exit, Exit> {
    let sandbox = Sandbox::builder()
        .made_up(STEPS.len())
        .start()
        .map_err(|error| sandbox::not_started(&error, ""))?;
    let client = Client::builder()
        .app_key(sandbox.app_key())
        .app_secret(sandbox.app_secret())
        .endpoint(sandbox.url())
        .build()
        .map_err(|error| cannot(&error.to_string()))?;
    let call = Call::new().probe(interrupt.probe());
    let contacts = sandbox.contacts();
    let gone = contacts.first().cloned().unwrap_or_default();
    let closed = |error: io::Error| output::unwritten(&error);

    if !json {
        output.line(&opening(output, &sandbox)).map_err(closed)?;
    }
    let mut unexpected = 0;
    for (number, step) in (1..).zip(&STEPS) {
        let id = match step.contact {
            Contact::Gone => gone.clone(),
            Contact::Next => sandbox.contacts().first().cloned().unwrap_or_default(),
        };
        if !json {
            let title = output.style(Style::Heading, &format!("{number}. {}", step.title));
            let story = output::wrapped(step.story, INDENT);
            output.line(&format!("\n{title}\n{story}")).map_err(closed)?;
        }
        set(&sandbox, step.set, true).map_err(|problem| cannot(&problem))?;
        let start = Instant::now();
        let call = call.clone().missing_ok(step.missing_ok);
        let outcome = client.delete_with(&id, &call);
        let took = start.elapsed();
        set(&sandbox, step.set, false).map_err(|problem| cannot(&problem))?;
        if interrupt.came() {
            return Ok(Exit::Interrupted);
        }
        let as_expected = step.end.is(&outcome);
        unexpected += usize::from(!as_expected);
        let told = if json {
            report::json(&Item::new(outcome.clone()))
        } else {
            tell(output, &outcome, took, sandbox.contact(&id).is_some(), as_expected)
        };
        output.line(&told).map_err(closed)?;
    }
    if !json {
        output.line(&closing(output, unexpected)).map_err(closed)?;
    }
    Ok(match unexpected {
        0 => Exit::Done,
        _ => Exit::Failed,
    })
}

/// Makes the sandbox as a step wants it, or as it was.
fn set(sandbox: &Sandbox, set: Set, on: bool) -> Result<(), String> {
    match set {
        Set::Nothing => {}
        Set::NoWritePermission => sandbox.set_permission(Permission::Write, !on),
        Set::ExpiredToken if on => sandbox.expire_tokens(),
        Set::ExpiredToken => {}
        Set::Fault(spec) if on => sandbox.faults(Faults::parse(spec)?),
        Set::Fault(_) => sandbox.faults(Faults::default()),
    }
    Ok(())
}

impl End {
    fn is(&self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (End::Deleted { attempts }, Ok(deletion)) => {
                deletion.status == Status::Deleted && deletion.attempts == *attempts
            }
            (End::Absent { attempts, maybe_deleted }, Ok(deletion)) => {
                deletion.status == Status::Absent
                    && deletion.attempts == *attempts
                    && deletion.maybe_deleted == *maybe_deleted
            }
            (End::Failed { kind, code }, Err(error)) => {
                error.kind() == *kind && error.code() == Some(code)
            }
            _ => false,
        }
    }
}

/// Columns before all text that belongs to a step.
const INDENT: usize = 3;

fn opening(output: &Output, sandbox: &Sandbox) -> String {
    let title = output.style(Style::Heading, "Deleting external contacts of DingTalk");
    let intro = output::wrapped(
        &format!(
            "A sandbox inside this program plays DingTalk, at {}. The client that calls it is \
             the real one; nothing leaves this machine. Each step below is one call:",
            sandbox.url()
        ),
        0,
    );
    let code = output.style(Style::Quiet, CODE);
    format!("{title}\n\n{intro}\n\n{code}")
}

/// The code of a step, in Rust.
const CODE: &str = "    \
    let client = Client::builder().app_key(key).app_secret(secret)
        .endpoint(url).build()?;
    let deletion = client.delete(user_id)?;";

fn closing(output: &Output, unexpected: usize) -> String {
    let verdict = match unexpected {
        0 => output.style(Style::Good, &format!("All {} steps ended as they should.", STEPS.len())),
        some => output.style(
            Style::Bad,
            &format!("{some} of {} steps did not end as they should.", STEPS.len()),
        ),
    };
    let next = output::laid_out(
        "\
Next:
  dingtalk-extcontact sandbox          a DingTalk like this one, for your own code
  dingtalk-extcontact explain 60011    what a code means
  dingtalk-extcontact delete --help    the real thing",
    );
    format!("\n{verdict}\n\n{next}")
}

/// What came back, field by field, as a program gets it.
fn tell(
    output: &Output,
    outcome: &Outcome,
    took: Duration,
    still_there: bool,
    as_expected: bool,
) -> String {
    let (word, style, names): (_, _, &[&str]) = match outcome {
        Ok(deletion) if deletion.status == Status::Deleted => {
            ("deleted", Style::Good, &DELETION_FIELDS)
        }
        Ok(_) => ("absent", Style::Warning, &DELETION_FIELDS),
        Err(_) => ("error", Style::Bad, &ERROR_FIELDS),
    };
    let fields = to_json(outcome);
    let mut told = format!(
        "\n   {} {}",
        output.style(style, word),
        output.style(Style::Quiet, &format!("after {}", time(took)))
    );
    for name in names {
        let text = match fields.get(name) {
            None => continue,
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let name = output.style(Style::Quiet, &format!("{name:<15}"));
        told.push_str(&format!("\n{}", output::hung(&format!("     {name} "), &text)));
    }
    let there = match still_there {
        true => "still there",
        false => "gone",
    };
    told.push_str(&format!("\n   In the sandbox the contact is {there}."));
    if !as_expected {
        told.push(' ');
        told.push_str(&output.style(Style::Bad, "This is not what should have come back."));
    }
    told
}

const DELETION_FIELDS: [&str; 4] = ["user_id", "request_id", "attempts", "maybe_deleted"];
const ERROR_FIELDS: [&str; 8] =
    ["user_id", "kind", "code", "message", "advice", "attempts", "retryable", "maybe_deleted"];

fn time(took: Duration) -> String {
    if took < Duration::from_millis(100) {
        format!("{} ms", took.as_millis().max(1))
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}
