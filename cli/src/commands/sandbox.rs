//! `sandbox`: serves an imitation of DingTalk on loopback until it is told to stop.

use std::io::{self, Read};
use std::sync::mpsc;

use dingtalk_extcontact_sandbox::{Permission, Sandbox};
use serde_json::Value;

use crate::args;
use crate::language::said;
use crate::output::{self, Exit, Output};
use crate::signals::{Signals, Wait};

/// How many ids the line of JSON lists at most; there may be a million contacts.
const LISTED: usize = 100;

/// Runs the subcommand until a signal comes or, if asked for, standard input is closed.
pub(crate) fn run(args: &args::Sandbox, output: &mut Output) -> Exit {
    try_run(args, output).unwrap_or_else(|exit| exit)
}

fn try_run(args: &args::Sandbox, output: &mut Output) -> Result<Exit, Exit> {
    // First: once the sandbox's URL is printed, a signal may come.
    let signals = Signals::install()?;
    let sandbox = start(args).map_err(|error| {
        not_started(&error, &said!("Give another --port, or none for any free one."))
    })?;
    let description = describe(&sandbox);
    if output.line(&description.to_string()).is_err() {
        output::print_error(
            &said!("standard output is closed: nobody learns the sandbox's URL"),
            "",
        );
        return Err(Exit::Failed);
    }
    output::note(&how_to_use(&sandbox, &description));
    let end = if args.until_stdin_closes {
        signals.wait_for(until_stdin_closes)?
    } else {
        // Nothing is ever sent, so only a signal ends the wait.
        let (_sender, receiver) = mpsc::channel();
        signals.wait(&receiver)
    };
    let why = match end {
        Wait::Interrupted => said!("stopped"),
        Wait::Ready(()) | Wait::Disconnected => said!("stopped: standard input is closed"),
    };
    output::note(&said!(
        "{why}; requests: {requests}, contacts deleted: {deleted}",
        why,
        requests = sandbox.request_count(),
        deleted = sandbox.deleted().len()
    ));
    Ok(Exit::Success)
}

/// Prints why there is no sandbox; `advice` is for trouble with its port.
pub(crate) fn not_started(error: &io::Error, advice: &str) -> Exit {
    let advice = match error.kind() {
        io::ErrorKind::WouldBlock => {
            said!("Raise the limit (ulimit -u, a container's pids limit) or end what uses it up.")
        }
        _ => advice.to_owned(),
    };
    let error = error.to_string();
    output::print_error(&said!("the sandbox does not start: {error}", error), &advice);
    Exit::Usage
}

fn start(args: &args::Sandbox) -> io::Result<Sandbox> {
    let mut builder = Sandbox::builder();
    if let Some(port) = args.port {
        builder = builder.port(port);
    }
    if let Some(count) = args.contacts {
        builder = builder.made_up(count);
    }
    if let Some(seed) = args.seed {
        builder = builder.seed(seed);
    }
    if let Some(life) = args.token_life {
        builder = builder.token_life(life);
    }
    if let Some(args::Limit(limit)) = args.rate {
        builder = builder.calls_per_second(limit);
    }
    if args.no_write_permission {
        builder = builder.permission(Permission::Write, false);
    }
    if let Some(faults) = &args.faults {
        builder = builder.faults(faults.clone());
    }
    builder.start()
}

/// What a client needs to know, and some ids to try.
fn describe(sandbox: &Sandbox) -> Value {
    let mut description = sandbox.describe();
    let mut ids = sandbox.contacts();
    ids.truncate(LISTED);
    if let Some(fields) = description.as_object_mut() {
        fields.insert("user_ids".to_owned(), ids.into());
    }
    description
}

fn how_to_use(sandbox: &Sandbox, description: &Value) -> String {
    let id = description.pointer("/user_ids/0").and_then(Value::as_str).unwrap_or("0125400001");
    let (url, key, secret) = (sandbox.url(), sandbox.app_key(), sandbox.app_secret());
    let token = sandbox.token();
    let (apps, tokens, end) = (
        said!("A DingTalk to try against listens at {url}. In another shell:", url),
        said!("A program that takes an access token instead can use this one:"),
        said!("Ctrl-C stops it."),
    );
    format!(
        "\
{apps}

  export DINGTALK_ENDPOINT={url}
  export DINGTALK_APP_KEY={key}
  export DINGTALK_APP_SECRET={secret}
  dingtalk-extcontact delete {id}

{tokens}

  export DINGTALK_ACCESS_TOKEN={token}

{end}"
    )
}

/// Returns at the end of standard input.
fn until_stdin_closes() {
    let mut bytes = [0; 1024];
    let mut stdin = io::stdin().lock();
    loop {
        match stdin.read(&mut bytes) {
            Ok(count) if count > 0 => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}
