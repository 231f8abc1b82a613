//! The set of cases, and one of them under way.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::case::Case;
use crate::compare;
use crate::parse;
use crate::play::Peer;
use crate::secrets;

/// A checked set of cases. It can be shared by threads; cases may run side by side.
pub struct Judge {
    cases: Vec<Arc<Case>>,
}

impl Judge {
    /// Reads every `*.json` of a folder and checks all of it.
    ///
    /// # Errors
    /// A sentence with the file, the case and the field: for unknown and missing fields, wrong
    /// types, a name used twice, and a folder without any case.
    pub fn load(folder: impl AsRef<Path>) -> Result<Judge, String> {
        let cases = parse::load(folder.as_ref())?;
        Ok(Judge { cases: cases.into_iter().map(Arc::new).collect() })
    }

    /// The names of all cases, in the order of files and of the cases in them.
    pub fn names(&self) -> Vec<&str> {
        self.cases.iter().map(|case| case.name.as_str()).collect()
    }

    /// Starts the server of a case.
    ///
    /// # Errors
    /// A sentence, when there is no such case or the system refuses a port.
    pub fn start(&self, name: &str) -> Result<Run, String> {
        let case = self
            .cases
            .iter()
            .find(|case| case.name == name)
            .ok_or_else(|| format!("there is no case {name:?}"))?;
        let peer = Peer::start(case)
            .map_err(|error| format!("case {name}: its server does not start: {error}"))?;
        Ok(Run { options: options(case, peer.address()), case: Arc::clone(case), peer })
    }
}

/// A case under way. Dropping it stops its server and closes all connections.
pub struct Run {
    case: Arc<Case>,
    peer: Peer,
    options: Map<String, Value>,
}

impl Run {
    /// The options to make the client with, the endpoint or proxy filled in; times in seconds,
    /// `rate` null for no limit.
    pub fn options(&self) -> &Map<String, Value> {
        &self.options
    }

    /// The calls to make, one after the other on one client, without what they expect.
    pub fn calls(&self) -> Vec<&Value> {
        self.case.calls.iter().map(|call| &call.asked).collect()
    }

    /// Whether making the client is to fail; there are no calls then.
    pub fn expects_build_failure(&self) -> bool {
        self.case.expect_build.is_some()
    }

    /// Stops the server, whatever the client does, and returns the differences: none means
    /// that the case has passed.
    ///
    /// `outcomes` has the JSON form of the outcome of each call in order, or the one of making
    /// the client where that failed. `texts` are other texts that the case made (log lines,
    /// debug output), to be searched for secrets.
    pub fn finish(self, outcomes: &[Value], texts: &[String]) -> Vec<String> {
        let address = self.peer.address().to_string();
        let record = self.peer.finish();
        let mut differences = Vec::new();
        compare::outcomes(&self.case, outcomes, &mut differences);
        compare::requests(&self.case, &record, &address, &mut differences);
        secrets::search(&self.case, outcomes, texts, &mut differences);
        differences
    }
}

fn options(case: &Case, address: SocketAddr) -> Map<String, Value> {
    let mut options = case.options.clone();
    let address = address.to_string();
    for name in ["endpoint", "proxy"] {
        if let Some(Value::String(text)) = options.get_mut(name) {
            *text = text.replace("{address}", &address);
        }
    }
    options.entry("rate").or_insert(Value::Null);
    if case.proxied {
        options.entry("proxy").or_insert_with(|| format!("http://{address}").into());
    } else {
        let scheme = if case.https { "https" } else { "http" };
        options.entry("endpoint").or_insert_with(|| format!("{scheme}://{address}").into());
    }
    options
}
