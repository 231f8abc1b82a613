//! Many deletions, against the sandbox: order, stop rules, throttling, the journal.

mod backup;
mod files;
mod items;
mod journal;
mod options;
mod pace;
mod stop;
mod summary;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use dingtalk_extcontact::binding::{ListRecord, StopReason, Stopped};
use dingtalk_extcontact::{
    Batch, BatchOptions, Call, Client, ClientBuilder, Error, ErrorKind, Item, JournalState,
    Language, Outcome, Status, Summary, VERSION, read_journal,
};
use dingtalk_extcontact_sandbox::http::Request;
use dingtalk_extcontact_sandbox::{BlockShape, Faults, Permission, Sandbox};
use dingtalk_extcontact_test_support::*;
use serde_json::{Value, json};

/// Longer than anything here takes, on however busy a machine.
const LONG: Duration = Duration::from_secs(60);

fn sandbox(contacts: usize) -> Sandbox {
    Sandbox::builder().made_up(contacts).calls_per_second(None).start().unwrap()
}

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder()
        .app_key(sandbox.app_key())
        .app_secret(sandbox.app_secret())
        .endpoint(sandbox.url())
        .rate(None)
}

/// A client that needs no token call.
fn token_builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder().access_token(sandbox.token()).endpoint(sandbox.url()).rate(None)
}

/// A client of a server that takes any token.
fn client_of(server: std::net::SocketAddr) -> Client {
    let client = Client::builder().access_token("t").endpoint(format!("http://{server}"));
    client.rate(None).build().unwrap()
}

/// A server that answers each request as `answer` says, from the first one on once it is told to go
/// on, and what it saw.
fn held_server(
    answer: impl Fn(&Request) -> &'static str + Send + Sync + 'static,
) -> (Client, Sender<()>, Arc<Mutex<Vec<Request>>>) {
    let (go_on, gate) = channel::<()>();
    let (gate, seen) = (Mutex::new(gate), Arc::new(Mutex::new(Vec::new())));
    let noted = seen.clone();
    let address = serve(move |connection| {
        while let Some(request) = read_request(connection) {
            // Until it is told, or for good.
            let _ = gate.lock().unwrap().recv();
            let bytes = reply(answer(&request));
            noted.lock().unwrap().push(request);
            if connection.send(&bytes).is_err() {
                return;
            }
        }
    });
    (client_of(address), go_on, seen)
}

/// A wait that ends where something hangs.
fn late() -> Call {
    let start = Instant::now();
    Call::new().probe(move || start.elapsed() > LONG)
}

/// All items of a finished batch.
fn drain(batch: &Batch) -> Vec<Item> {
    std::iter::from_fn(|| batch.next(&late()).unwrap()).collect()
}

fn run(client: &Client, ids: &[String], options: BatchOptions) -> (Vec<Item>, Summary) {
    let mut items = client.delete_many(ids, options).unwrap();
    let all: Vec<_> = items.by_ref().collect();
    (all, items.summary())
}

fn is_deletion(next: Result<Option<Item>, Error>) -> bool {
    matches!(next, Ok(Some(Item { outcome: Outcome::Deletion(_), .. })))
}

/// A folder of its own for the files of a test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("dtx-batch-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn journal(&self) -> PathBuf {
        self.0.join("journal.jsonl")
    }

    fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.journal()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The events of the journal and their ids, in order.
    fn events(&self) -> Vec<[String; 2]> {
        let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
        self.lines()[1..].iter().map(|it| [text(it, "event"), text(it, "user_id")]).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
