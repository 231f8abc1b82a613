//! A case as the judge has it: checked, and in types of its own.

use std::time::Duration;

use dingtalk_extcontact_sandbox::http::Reply;
use serde_json::{Map, Value};

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) options: Map<String, Value>,
    pub(crate) expect_build: Option<Map<String, Value>>,
    pub(crate) calls: Vec<Call>,
    pub(crate) server: Vec<Exchange>,
    pub(crate) https: bool,
    pub(crate) refused: bool,
    pub(crate) proxied: bool,
    pub(crate) seen: Option<Vec<ExpectedRequest>>,
    /// What must not appear in any outcome or text, with a name for it.
    pub(crate) secrets: Vec<(String, String)>,
}

pub(crate) struct Call {
    /// As in the file, without `expect`: this is what a runner gets.
    pub(crate) asked: Value,
    pub(crate) expect: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    Accept,
    Connection,
    Request,
}

pub(crate) struct Exchange {
    pub(crate) on: Trigger,
    pub(crate) steps: Vec<Step>,
}

pub(crate) enum Step {
    Reply(Reply),
    Send(Vec<u8>),
    Repeat { bytes: Vec<u8>, times: u64 },
    Nested { times: u64, open: String, inside: String, close: String },
    Delay(Duration),
    Drip { bytes: Vec<u8>, every: Duration },
    Hold,
    Close,
    Reset,
    Gzip(Vec<u8>),
}

/// A request that must have been seen; None: not compared.
pub(crate) struct ExpectedRequest {
    pub(crate) method: String,
    pub(crate) path: Option<String>,
    pub(crate) query: Option<Value>,
    pub(crate) form: Option<Value>,
    pub(crate) json: Option<Value>,
    pub(crate) headers: Vec<(String, Value)>,
    pub(crate) raw_query: Option<String>,
    pub(crate) raw_body: Option<String>,
    pub(crate) connection: Option<u64>,
}
