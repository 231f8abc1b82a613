//! Servers that do as a test says.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Instant;

use dingtalk_extcontact_sandbox::http::{self, Reply, Request};
use dingtalk_extcontact_sandbox::server::{Connection, Server};

/// The body of a delete call that worked.
pub const OK: &str = r#"{"errcode":0,"errmsg":"ok","request_id":"r1"}"#;

/// The requests that a server saw, in order.
pub type Seen = Arc<Mutex<Vec<Request>>>;

/// Runs `work` on a thread of its own for each connection, and returns where it listens. The
/// connection is closed when `work` returns. The server runs until the process ends: its threads
/// may wait for what only the test can give them, and must not keep a failed test from its end.
pub fn serve(work: impl Fn(&mut Connection) + Send + Sync + 'static) -> SocketAddr {
    let server = Server::start(0, work).unwrap();
    let address = server.address();
    std::mem::forget(server);
    address
}

/// A server that answers every request with [`OK`], and what it saw.
pub fn serve_ok() -> (SocketAddr, Seen) {
    let seen = Seen::default();
    let noted = seen.clone();
    let address = serve(move |connection| {
        while let Some(request) = read_request(connection) {
            noted.lock().unwrap().push(request);
            if connection.send(&reply(OK)).is_err() {
                return;
            }
        }
    });
    (address, seen)
}

/// Reads one whole request; None when the client went away before one was whole.
///
/// # Panics
/// When what came is no HTTP.
pub fn read_request(connection: &mut Connection) -> Option<Request> {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    http::read_request(connection, *START).unwrap()
}

/// A whole reply with status 200 and this JSON.
pub fn reply(json: &str) -> Vec<u8> {
    Reply::new(200, "application/json", json).to_bytes()
}
