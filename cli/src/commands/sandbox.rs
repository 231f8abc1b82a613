//! `sandbox`: serves a DingTalk on loopback until it is told to stop.

use std::io::{self, Read};
use std::sync::mpsc;

use dingtalk_extcontact_sandbox::{Permission, Sandbox};
use serde_json::Value;

use crate::args;
use crate::output::{self, Exit, Output};
use crate::signals::{Interrupt, Waited};

/// How many ids the line of JSON names; there may be a million contacts.
const NAMED: usize = 100;

/// Says why there is no sandbox. `advice` is for trouble with its port.
pub(super) fn not_started(error: &io::Error, advice: &str) -> Exit {
    let advice = match error.kind() {
        io::ErrorKind::WouldBlock => {
            "Raise the limit (ulimit -u, a container's pids limit) or end what uses it up."
        }
        _ => advice,
    };
    output::complain(&format!("the sandbox does not start: {error}"), advice);
    Exit::Usage
}

/// Serves, and returns when a signal comes or standard input is closed.
pub(crate) fn run(args: &args::Sandbox, output: &mut Output) -> Exit {
    // Before the line that says it can be used: from then on a signal may come.
    let interrupt = match Interrupt::watched() {
        Ok(interrupt) => interrupt,
        Err(exit) => return exit,
    };
    let sandbox = match start(args) {
        Ok(sandbox) => sandbox,
        Err(error) => {
            return not_started(&error, "Give another --port, or none for any free one.");
        }
    };
    let described = describe(&sandbox);
    if output.line(&described.to_string()).is_err() {
        output::complain("standard output is closed: nobody learns the sandbox's URL", "");
        return Exit::Failed;
    }
    output::note(&how_to_use(&sandbox, &described));
    // Without a reason to look at standard input, its end is never told.
    let ended = if args.until_stdin_closes {
        interrupt.wait_for(until_stdin_closes)
    } else {
        let (_open, never) = mpsc::channel();
        Ok(interrupt.wait(&never))
    };
    let why = match ended {
        Ok(Waited::Interrupted) => "stopped",
        Ok(Waited::Got(()) | Waited::Over) => "stopped: standard input is closed",
        Err(exit) => return exit,
    };
    output::note(&format!(
        "{why}; requests: {}, contacts deleted: {}",
        sandbox.request_count(),
        sandbox.deleted().len()
    ));
    Exit::Done
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

/// What a client needs, and some ids to try.
fn describe(sandbox: &Sandbox) -> Value {
    let mut described = sandbox.describe();
    let mut ids = sandbox.contacts();
    ids.truncate(NAMED);
    if let Some(fields) = described.as_object_mut() {
        fields.insert("user_ids".to_owned(), ids.into());
    }
    described
}

fn how_to_use(sandbox: &Sandbox, described: &Value) -> String {
    let id = described.pointer("/user_ids/0").and_then(Value::as_str).unwrap_or("0125400001");
    format!(
        "\
A DingTalk to try against listens at {url}. In another shell:

  export DINGTALK_ENDPOINT={url}
  export DINGTALK_APP_KEY={key}
  export DINGTALK_APP_SECRET={secret}
  dingtalk-extcontact delete {id}

A program that takes an access token instead can use this one:

  export DINGTALK_ACCESS_TOKEN={token}

Ctrl-C stops it.",
        url = sandbox.url(),
        key = sandbox.app_key(),
        secret = sandbox.app_secret(),
        token = sandbox.token(),
    )
}

/// Returns when standard input is at its end.
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
