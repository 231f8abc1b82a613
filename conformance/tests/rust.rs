//! The conformance cases through the public API of Rust: each case a named test.

use std::cell::RefCell;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use dingtalk_extcontact::binding::{Options, Value, to_json};
use dingtalk_extcontact::{Call, Client};
use dingtalk_extcontact_conformance::Judge;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value as Json};

fn main() -> ExitCode {
    log::set_logger(&Lines).expect("the only logger");
    log::set_max_level(log::LevelFilter::Trace);
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let judge = Arc::new(Judge::load(&cases).expect("the cases are well-formed"));
    let names: Vec<String> = judge.names().iter().map(|name| name.to_string()).collect();
    assert!(!names.is_empty(), "there are no cases in {}", cases.display());
    let trials = names
        .into_iter()
        .map(|name| {
            let judge = judge.clone();
            Trial::test(name.clone(), move || run(&judge, &name))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn run(judge: &Judge, name: &str) -> Result<(), Failed> {
    LINES.take();
    let run = judge.start(name)?;
    let mut texts = Vec::new();
    let outcomes = match client(run.options()) {
        Err(error) => {
            texts.push(format!("{error} {error:?}"));
            vec![to_json(&Err(error))]
        }
        Ok(client) => {
            texts.push(format!("{client:?}"));
            run.calls().iter().map(|call| delete(&client, call, &mut texts)).collect()
        }
    };
    texts.extend(LINES.take());
    let differences = run.finish(&outcomes, &texts);
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
}

fn client(options: &Map<String, Json>) -> Result<Client, dingtalk_extcontact::Error> {
    let mut all = Options::new();
    for (name, value) in options {
        all.set(name, value_of(value))?;
    }
    Client::with_options(all)
}

fn delete(client: &Client, wanted: &Json, texts: &mut Vec<String>) -> Json {
    let mut call = Call::new();
    for name in ["timeout", "missing_ok"] {
        if let Some(value) = wanted.get(name) {
            call.set(name, value_of(value));
        }
    }
    if let Some(token) = wanted.get("set_access_token").and_then(Json::as_str) {
        client.set_access_token(token).expect("a token");
    }
    if wanted.get("close") == Some(&Json::Bool(true)) {
        client.close();
    }
    let canceller = call.canceller();
    match wanted.get("cancel") {
        Some(Json::Number(after)) => {
            let after = Duration::from_secs_f64(after.as_f64().expect("seconds"));
            std::thread::spawn(move || {
                std::thread::sleep(after);
                canceller.cancel();
            });
        }
        Some(_) => canceller.cancel(),
        None => {}
    }
    let outcome = client.delete_with(wanted["user_id"].as_str().expect("an id"), &call);
    texts.push(format!("{outcome:?} {call:?}"));
    if let Err(error) = &outcome {
        texts.push(error.to_string());
    }
    to_json(&outcome)
}

fn value_of(value: &Json) -> Value {
    match value {
        Json::Null => Value::None,
        Json::Bool(flag) => Value::Flag(*flag),
        Json::Number(number) => Value::Number(number.as_f64().expect("a number")),
        Json::String(text) => Value::Text(text.clone()),
        other => panic!("an option cannot be {other}"),
    }
}

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Every log line of every level and crate, kept for the case that runs on this thread.
struct Lines;

impl log::Log for Lines {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        // With the bytes of replies in the log a call is refused; `tests/log.rs` sees to that.
        !(metadata.target().starts_with("ureq_proto") && metadata.level() == log::Level::Trace)
    }

    fn log(&self, record: &log::Record) {
        if !self.enabled(record.metadata()) {
            return;
        }
        LINES.with_borrow_mut(|lines| lines.push(format!("{} {}", record.target(), record.args())));
    }

    fn flush(&self) {}
}
