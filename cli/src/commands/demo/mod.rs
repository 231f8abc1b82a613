//! `demo`: the real client against a sandbox, step by step, for those who see it for the first
//! time.

mod steps;

use std::time::{Duration, Instant};

use dingtalk_extcontact::binding::{Binding, to_json};
use dingtalk_extcontact::{Call, Client, Item, Status};
use dingtalk_extcontact_sandbox::Sandbox;
use serde_json::Value;

use crate::args;
use crate::commands::demo::steps::{Outcome, STEPS, Step, Target};
use crate::commands::sandbox::not_started;
use crate::language::{self, said};
use crate::output::{self, Exit, Output, Style, report};
use crate::signals::Signals;

/// Runs the subcommand.
pub(crate) fn run(args: &args::Demo, output: &mut Output) -> Exit {
    try_run(args, output).unwrap_or_else(|exit| exit)
}

fn try_run(args: &args::Demo, output: &mut Output) -> Result<Exit, Exit> {
    let signals = Signals::install()?;
    let sandbox =
        Sandbox::builder().made_up(STEPS.len()).start().map_err(|error| not_started(&error, ""))?;
    let client = Client::builder()
        .app_key(sandbox.app_key())
        .app_secret(sandbox.app_secret())
        .endpoint(sandbox.url())
        .build()
        .map_err(|error| failed(&error.to_string()))?;
    let deleted_first = sandbox.contacts().first().cloned().unwrap_or_default();
    let demo = Demo { sandbox, client, signals, deleted_first, json: args.json };
    demo.show(output)
}

/// Prints why the demo cannot run.
fn failed(problem: &str) -> Exit {
    output::print_error(problem, "");
    Exit::Failed
}

/// What the steps need.
struct Demo {
    sandbox: Sandbox,
    client: Client,
    signals: Signals,
    /// The contact that the first step deletes.
    deleted_first: String,
    json: bool,
}

impl Demo {
    fn show(&self, output: &mut Output) -> Result<Exit, Exit> {
        self.print(output, |output| opening(output, &self.sandbox))?;
        let mut unexpected = 0;
        for (number, step) in (1..).zip(&STEPS) {
            self.print(output, |output| {
                let title = output
                    .style(Style::Heading, &format!("{number}. {}", language::told(step.title)));
                format!("\n{title}\n{}", output::wrapped(&language::told(step.text), INDENT))
            })?;
            let as_expected = self.show_step(step, output)?;
            unexpected += usize::from(!as_expected);
        }
        self.print(output, |output| closing(output, unexpected))?;
        Ok(if unexpected == 0 { Exit::Success } else { Exit::Failed })
    }

    /// Makes the call of a step and prints its outcome; returns whether it is as expected.
    fn show_step(&self, step: &Step, output: &mut Output) -> Result<bool, Exit> {
        let id = match step.target {
            Target::Gone => self.deleted_first.clone(),
            Target::Next => self.sandbox.contacts().first().cloned().unwrap_or_default(),
        };
        let call = Call::new().probe(self.signals.probe()).missing_ok(step.missing_ok);
        step.setup.apply(&self.sandbox).map_err(|problem| failed(&problem))?;
        let start = Instant::now();
        let outcome = self.client.delete_with(&id, &call);
        let took = start.elapsed();
        step.setup.undo(&self.sandbox);
        if self.signals.pending() {
            return Err(Exit::Interrupted);
        }
        let as_expected = step.expected.matches(&outcome);
        let text = match self.json {
            true => report::json(&Item::new(outcome)),
            false => {
                let exists = self.sandbox.contact(&id).is_some();
                describe(output, &outcome, took) + &verdict(output, exists, as_expected)
            }
        };
        output.line(&text).map_err(|error| output::stdout_failed(&error))?;
        Ok(as_expected)
    }

    /// Prints what is for people only.
    fn print(&self, output: &mut Output, text: impl Fn(&Output) -> String) -> Result<(), Exit> {
        if self.json {
            return Ok(());
        }
        let text = text(output);
        output.line(&text).map_err(|error| output::stdout_failed(&error))
    }
}

/// The indent of a step's text, in columns.
const INDENT: usize = 3;

fn opening(output: &Output, sandbox: &Sandbox) -> String {
    let title = output.style(Style::Heading, &said!("Deleting external contacts of DingTalk"));
    let intro = output::wrapped(
        &said!(
            "A sandbox inside this program plays DingTalk, at {url}. The client that calls it is \
             the real one; nothing leaves this machine. Each step below is one call:",
            url = sandbox.url()
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
        0 => {
            let verdict = said!("All {count} steps ended as they should.", count = STEPS.len());
            output.style(Style::Good, &verdict)
        }
        some => output.style(
            Style::Bad,
            &said!(
                "{some} of {count} steps did not end as they should.",
                some,
                count = STEPS.len()
            ),
        ),
    };
    let next = output::reflowed(&format!(
        "\
{}
  dingtalk-extcontact sandbox          {}
  dingtalk-extcontact explain 60011    {}
  dingtalk-extcontact delete --help    {}",
        said!("Next:"),
        said!("a DingTalk like this one, for your own code"),
        said!("what a code means"),
        said!("the real thing"),
    ));
    format!("\n{verdict}\n\n{next}")
}

/// An outcome, field by field, as programs get it.
fn describe(output: &Output, outcome: &Outcome, took: Duration) -> String {
    let (word, style, names): (_, _, &[&str]) = match outcome {
        Ok(deletion) if deletion.status == Status::Deleted => {
            (said!("deleted"), Style::Good, &DELETION_FIELDS)
        }
        Ok(_) => (said!("absent"), Style::Warning, &DELETION_FIELDS),
        Err(_) => (said!("error"), Style::Bad, &ERROR_FIELDS),
    };
    let fields = to_json(outcome);
    let mut text = format!(
        "\n   {} {}",
        output.style(style, &word),
        output.style(Style::Quiet, &said!("after {time}", time = time(took)))
    );
    for name in names {
        let value = match fields.get(name) {
            None => continue,
            Some(Value::String(value)) if *name == "advice" => match outcome {
                // As the code above has it, not as the command.
                Err(error) => error.advice_in(language::current(), Binding::Rust),
                Ok(_) => value.clone(),
            },
            Some(Value::String(value)) => value.clone(),
            Some(other) => other.to_string(),
        };
        let name = output.style(Style::Quiet, &format!("{name:<15}"));
        text.push_str(&format!("\n{}", output::hanging(&format!("     {name} "), &value)));
    }
    text
}

/// What became of the contact in the sandbox, and whether the outcome is wrong.
fn verdict(output: &Output, exists: bool, as_expected: bool) -> String {
    let mut text = "\n   ".to_owned();
    text.push_str(&match exists {
        true => said!("In the sandbox the contact is still there."),
        false => said!("In the sandbox the contact is gone."),
    });
    if !as_expected {
        text.push(' ');
        text.push_str(&output.style(Style::Bad, &said!("This is not what should have come back.")));
    }
    text
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
