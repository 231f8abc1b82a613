//! The control protocol: lines of JSON over loopback, for runners that are not written in Rust,
//! and plain lines in answer for those of a language that has no JSON.

use std::fmt::Write;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::judge::{Judge, Run};
use dingtalk_extcontact_sandbox::server::{Connection, Server};

/// The judge, listening on 127.0.0.1 for runners. Each of their connections has its own case
/// under way. Dropping it ends the cases under way and waits for all threads.
pub struct Control {
    server: Server,
    cases: usize,
}

impl Control {
    /// Starts listening on any free port.
    pub fn start(judge: Judge) -> io::Result<Control> {
        let cases = judge.names().len();
        let judge = Arc::new(judge);
        let server = Server::start(0, move |connection| converse(&judge, connection))?;
        Ok(Control { server, cases })
    }

    /// Where runners connect to.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What a program prints for its runners: `{"control": "127.0.0.1:PORT", "cases": N}`.
    pub fn describe(&self) -> Value {
        json!({"control": self.address().to_string(), "cases": self.cases})
    }
}

fn converse(judge: &Judge, connection: &mut Connection) {
    let mut run = None;
    while let Some(line) = read_line(connection) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let request =
            serde_json::from_slice(&line).map_err(|error| format!("not a line of JSON: {error}"));
        let plain = request.as_ref().is_ok_and(|request: &Value| request["plain"] == true);
        let answer = request
            .and_then(|request| answer(judge, &mut run, &request))
            .unwrap_or_else(|error| json!({"error": error}));
        let mut text = String::new();
        if plain {
            write_plain("", &answer, &mut text);
        } else {
            text.push_str(&answer.to_string());
        }
        text.push('\n');
        if connection.send(text.as_bytes()).is_err() {
            return;
        }
    }
}

fn read_line(connection: &mut Connection) -> Option<Vec<u8>> {
    let mut searched = 0;
    loop {
        let unsearched = connection.buffer().get(searched..)?;
        if let Some(end) = unsearched.iter().position(|&byte| byte == b'\n') {
            return Some(connection.take(searched + end + 1));
        }
        searched = connection.buffer().len();
        if !connection.fill() {
            return None;
        }
    }
}

/// A line `path=value` for each value that has no parts: names and indexes joined by dots, texts
/// percent-encoded.
fn write_plain(path: &str, value: &Value, lines: &mut String) {
    let below = |part: &str| match path {
        "" => part.to_owned(),
        path => format!("{path}.{part}"),
    };
    let leaf = match value {
        Value::Object(map) => {
            return map.iter().for_each(|(name, value)| write_plain(&below(name), value, lines));
        }
        Value::Array(values) => {
            let numbered = values.iter().enumerate();
            return numbered
                .for_each(|(index, value)| write_plain(&below(&index.to_string()), value, lines));
        }
        Value::String(text) => utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
        other => other.to_string(),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(lines, "{path}={leaf}");
}

fn answer(judge: &Judge, run: &mut Option<Run>, request: &Value) -> Result<Value, String> {
    match request.get("op").and_then(Value::as_str) {
        Some("list") => Ok(json!({"cases": judge.names()})),
        Some("start") => {
            let name = request.get("case").and_then(Value::as_str).ok_or("`case` is missing")?;
            // A test that failed halfway has not finished its case; the next one may start.
            *run = None;
            let started = run.insert(judge.start(name)?);
            Ok(json!({
                "options": started.options(),
                "calls": started.calls(),
                "expect_build": started.expects_build_failure(),
            }))
        }
        Some("finish") => {
            let outcomes = list(request, "outcomes")?;
            let texts: Option<Vec<String>> = list(request, "texts")?
                .iter()
                .map(|text| text.as_str().map(str::to_owned))
                .collect();
            let texts = texts.ok_or("`texts` is a list of texts")?;
            let run = run.take().ok_or("no case is under way")?;
            let mut differences = run.finish(outcomes, &texts);
            if request.get("getters").is_some() {
                let getters = list(request, "getters")?;
                if getters != outcomes {
                    let outcomes = Value::from(outcomes);
                    let getters = Value::from(getters);
                    differences.push(format!("the getters say {getters}, the JSON {outcomes}"));
                }
            }
            Ok(if differences.is_empty() {
                json!({"ok": true})
            } else {
                json!({"ok": false, "differences": differences})
            })
        }
        other => Err(format!("`op` is list, start or finish, not {other:?}")),
    }
}

fn list<'a>(request: &'a Value, name: &str) -> Result<&'a [Value], String> {
    match request.get(name) {
        None => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(other) => Err(format!("`{name}` is a list, not {other}")),
    }
}
