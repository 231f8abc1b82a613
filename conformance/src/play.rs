//! Plays the server of one case: exchanges in their order, whichever connection they come on.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use socket2::Socket;

use crate::case::{Case, Exchange, Step, Trigger};
use dingtalk_extcontact_sandbox::http::{self, Reply, Request};
use dingtalk_extcontact_sandbox::server::{Connection, Server, bound_socket};

/// The peer that a case's client talks to.
pub(crate) enum Peer {
    Playing {
        server: Server,
        script: Arc<Script>,
    },
    /// A port that is taken and that nobody listens on.
    Refusing {
        address: SocketAddr,
        _port: Socket,
    },
}

/// What the server has seen and what was wrong with it.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) requests: Vec<Request>,
    pub(crate) violations: Vec<String>,
    /// How many exchanges nobody asked for.
    pub(crate) unused: usize,
}

impl Peer {
    pub(crate) fn start(case: &Arc<Case>) -> io::Result<Peer> {
        if case.refused {
            let port = bound_socket()?;
            let address = port.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
            return Ok(Peer::Refusing { address, _port: port });
        }
        let script = Arc::new(Script {
            case: Arc::clone(case),
            started: Instant::now(),
            state: Mutex::new(State {
                waiting: (0..case.server.len()).collect(),
                record: Record::default(),
            }),
        });
        let server = {
            let script = Arc::clone(&script);
            Server::start(0, move |connection| script.serve(connection))?
        };
        Ok(Peer::Playing { server, script })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        match self {
            Peer::Playing { server, .. } => server.address(),
            Peer::Refusing { address, .. } => *address,
        }
    }

    /// Reads what the client has sent until now, closes all connections, and returns the record.
    pub(crate) fn finish(self) -> Record {
        match self {
            Peer::Refusing { .. } => Record::default(),
            Peer::Playing { mut server, script } => {
                server.stop();
                let mut state = script.state();
                state.record.unused = state.waiting.len();
                std::mem::take(&mut state.record)
            }
        }
    }
}

pub(crate) struct Script {
    case: Arc<Case>,
    started: Instant,
    state: Mutex<State>,
}

struct State {
    /// The exchanges still to come, as positions in the case.
    waiting: VecDeque<usize>,
    record: Record,
}

impl Script {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, connection: &mut Connection) {
        let mut fresh = true;
        if let Some(exchange) = self.next_if(Trigger::Accept) {
            fresh = false;
            if !perform(exchange, connection, false) {
                return;
            }
        }
        while connection.wait_for_byte() {
            if fresh && let Some(exchange) = self.next_if(Trigger::Connection) {
                fresh = false;
                if perform(exchange, connection, false) {
                    continue;
                }
                return;
            }
            match http::read_request(connection, self.started) {
                // The client gave up before its request was whole: that is no request.
                Ok(None) => return,
                Ok(Some(request)) => {
                    let tunnel = request.method == "CONNECT";
                    // The inside of a tunnel counts as a new connection.
                    fresh = tunnel;
                    match self.exchange_for(request) {
                        Some(exchange) if perform(exchange, connection, tunnel) => {}
                        Some(_) => return,
                        None => return connection.close_in_order(),
                    }
                }
                Err(error) => {
                    self.state().record.violations.push(format!(
                        "connection {}: what came is not an HTTP request: {error}",
                        connection.number()
                    ));
                    return connection.close_in_order();
                }
            }
        }
    }

    fn next_if(&self, on: Trigger) -> Option<&Exchange> {
        let mut state = self.state();
        let exchange = self.case.server.get(*state.waiting.front()?)?;
        if exchange.on != on {
            return None;
        }
        state.waiting.pop_front();
        Some(exchange)
    }

    /// Writes the request down and hands out the exchange that answers it.
    fn exchange_for(&self, request: Request) -> Option<&Exchange> {
        let mut state = self.state();
        let number = state.record.requests.len() + 1;
        let came = format!(
            "request {number} ({} {}) came on connection {}",
            request.method, request.path, request.connection
        );
        state.record.requests.push(request);
        let Some(&position) = state.waiting.front() else {
            let count = self.case.server.len();
            state
                .record
                .violations
                .push(format!("{came}, but all exchanges of the case ({count}) were used up"));
            return None;
        };
        let exchange = self.case.server.get(position)?;
        if exchange.on != Trigger::Request {
            state
                .record
                .violations
                .push(format!("{came}, but exchange {} waits for a new connection", position + 1));
            return None;
        }
        state.waiting.pop_front();
        Some(exchange)
    }
}

/// Does the steps; false when the connection is to end.
fn perform(exchange: &Exchange, connection: &mut Connection, tunnel: bool) -> bool {
    exchange
        .steps
        .iter()
        // A failed write means that the client has gone away, which many cases provoke.
        .all(|step| perform_step(step, connection, tunnel).unwrap_or(false))
}

fn perform_step(step: &Step, connection: &mut Connection, tunnel: bool) -> io::Result<bool> {
    match step {
        Step::Reply(reply) => connection.send(&reply_bytes(reply, tunnel))?,
        Step::Send(bytes) => connection.send(bytes)?,
        Step::Repeat { bytes, times } => send_repeated(connection, bytes, *times)?,
        Step::Nested { times, open, inside, close } => {
            send_repeated(connection, open.as_bytes(), *times)?;
            connection.send(inside.as_bytes())?;
            send_repeated(connection, close.as_bytes(), *times)?;
        }
        Step::Gzip(text) => connection.send(&gzip_reply(text)?.to_bytes())?,
        Step::Delay(time) => connection.pause(*time),
        Step::Drip { bytes, every } => {
            for byte in bytes {
                if connection.is_stopping() {
                    return Ok(false);
                }
                connection.send(std::slice::from_ref(byte))?;
                connection.pause(*every);
            }
        }
        Step::Hold => {
            connection.hold();
            return Ok(false);
        }
        Step::Close => {
            connection.close_in_order();
            return Ok(false);
        }
        Step::Reset => {
            connection.reset_on_close();
            return Ok(false);
        }
    }
    Ok(true)
}

/// A granted CONNECT has no Content-Length: what follows is the tunnel.
fn reply_bytes(reply: &Reply, tunnel: bool) -> Vec<u8> {
    let mut bytes = reply.to_bytes();
    if tunnel && (200..300).contains(&reply.status) && reply.body.is_empty() {
        let no_length = b"Content-Length: 0\r\n\r\n";
        if bytes.ends_with(no_length) {
            bytes.truncate(bytes.len() - no_length.len());
            bytes.extend_from_slice(b"\r\n");
        }
    }
    bytes
}

fn send_repeated(connection: &Connection, bytes: &[u8], times: u64) -> io::Result<()> {
    const PIECE: usize = 64 * 1024;
    if bytes.is_empty() {
        return Ok(());
    }
    let per_piece = (PIECE / bytes.len()).max(1);
    let mut left = usize::try_from(times).unwrap_or(usize::MAX);
    let piece = bytes.repeat(per_piece.min(left));
    while left > 0 {
        let count = per_piece.min(left);
        connection.send(piece.get(..bytes.len() * count).unwrap_or_default())?;
        left -= count;
    }
    Ok(())
}

fn gzip_reply(text: &[u8]) -> io::Result<Reply> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text)?;
    let body = encoder.finish()?;
    Ok(Reply::new(200, "application/json", body).with_header("Content-Encoding", "gzip"))
}
