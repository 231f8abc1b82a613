//! The control protocol: lines of JSON over loopback, for runners that are not written in Rust.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Judge, Run};
use crate::server::{Connection, Server};

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
        let answer = answer(judge, &mut run, &line).unwrap_or_else(|error| json!({"error": error}));
        if connection.send(format!("{answer}\n").as_bytes()).is_err() {
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

fn answer(judge: &Judge, run: &mut Option<Run>, line: &[u8]) -> Result<Value, String> {
    let request: Value =
        serde_json::from_slice(line).map_err(|error| format!("not a line of JSON: {error}"))?;
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
            let outcomes = list(&request, "outcomes")?;
            let texts: Option<Vec<String>> = list(&request, "texts")?
                .iter()
                .map(|text| text.as_str().map(str::to_owned))
                .collect();
            let texts = texts.ok_or("`texts` is a list of texts")?;
            let run = run.take().ok_or("no case is under way")?;
            let differences = run.finish(outcomes, &texts);
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
