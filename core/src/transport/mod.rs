//! HTTP: the only place that names ureq.
//!
//! ureq speaks HTTP/1.1 and TLS. What lies below it is ours, by way of its `unversioned`
//! parts: `dial` connects, `socket` reads and writes, `origin` stacks them, `context` is how a
//! call and its connection talk. Each connection is an agent of ureq with room for itself,
//! so a call knows which connection it is on, and no two calls ever wait for one lock.

mod connect;
mod context;
mod dial;
mod exchange;
mod origin;
mod socket;
mod socks;
mod tunnel;

use std::collections::VecDeque;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use http::HeaderMap;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING,
};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::transport::Connector;

use self::context::{Desk, Seen};
pub(crate) use self::dial::Dialer;
pub(crate) use self::exchange::{Exchange, ExchangeOptions, ExchangeTimes, TransportError};
use self::exchange::{USER_AGENT, text_of};
use self::origin::{Dial, INPUT_BUFFER, LARGEST_HEAD, NoLookup, OUTPUT_BUFFER, Tls, Whole};
use crate::error::Cause;
use crate::options::endpoint::Base;
use crate::options::proxy::Proxy;
use crate::options::roots::Roots;
use crate::runtime::pool::MOST_THREADS;
use crate::text::panic_text;
use crate::wire::request::Request;
use crate::wire::response::Answer;

/// The largest reply that is read, after decoding. Real ones have some hundred bytes.
const LARGEST_BODY: u64 = 1024 * 1024;
/// A connection that was idle for longer is not used again: servers and firewalls between
/// drop idle ones, the latter without a word.
const LONGEST_IDLE: Duration = Duration::from_secs(15);
/// At most as many idle connections are kept as a batch can have calls at once.
const MOST_IDLE: usize = MOST_THREADS;

/// The way to one host, shared by all threads of a process.
pub(crate) struct Transport {
    base: Base,
    agents: Agents,
    idle: Mutex<Shelf>,
}

/// What it takes to make an agent, and so a connection.
struct Agents {
    config: ureq::config::Config,
    dialer: Arc<Dialer>,
    tls: Tls,
    proxy: Option<Proxy>,
}

struct Connection {
    agent: ureq::Agent,
    desk: Arc<Desk>,
}

/// Connections that wait for the next call.
#[derive(Default)]
struct Shelf {
    idle: VecDeque<Idle>,
    /// Nothing is kept any more.
    closed: bool,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Transport {
    /// The way to `base`, through `proxy` where there is one. Ways share their `dialer`: both
    /// may lead through one proxy.
    pub fn new(
        base: &Base,
        proxy: Option<&Proxy>,
        roots: &Roots,
        dialer: &Arc<Dialer>,
    ) -> Transport {
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(USER_AGENT)
            .max_response_header_size(LARGEST_HEAD)
            .input_buffer_size(INPUT_BUFFER)
            .output_buffer_size(OUTPUT_BUFFER)
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .max_idle_age(LONGEST_IDLE)
            .https_only(base.https)
            // Ours, below ureq: it would look into the environment.
            .proxy(None);
        if base.https {
            config = config.tls_config(TlsConfig::builder().root_certs(root_certs(roots)).build());
        }
        let agents = Agents {
            config: config.build(),
            dialer: dialer.clone(),
            tls: Tls::default(),
            proxy: proxy.cloned(),
        };
        Transport { base: base.clone(), agents, idle: Mutex::default() }
    }

    /// Sends a request and reads the reply, on a kept connection unless the options say
    /// otherwise.
    pub fn post(&self, request: &Request, options: ExchangeOptions) -> Exchange {
        // ureq prints the bytes that it reads at this level, a new token among them.
        if log::log_enabled!(target: "ureq_proto::util", log::Level::Trace) {
            return Exchange {
                result: Err(TransportError::WireLogged),
                written: false,
                kept_died: false,
            };
        }
        let connection = match self.take_idle() {
            Some(kept) if !options.fresh => kept,
            _ => self.agents.connection(),
        };
        let query = request.secret_query.clone();
        connection.desk.open(query, options);
        // ureq and rustls run here, and the caller's probe: whatever they do, what was sent
        // must be told.
        let run = AssertUnwindSafe(|| self.run(request, &connection));
        let result = catch_unwind(run).map_err(|panic| panic_text(panic.as_ref()));
        let mut seen = connection.desk.close();
        let result = match result {
            Err(panic) => {
                let written = seen.written();
                return Exchange {
                    result: Err(TransportError::Panic(panic)),
                    written,
                    kept_died: false,
                };
            }
            Ok(result) => result,
        };
        let result = match result {
            // A reply without a length ends with the connection, but not with a broken one.
            Ok(_) if seen.broken => {
                Err((io::Error::from(io::ErrorKind::ConnectionReset).into(), None))
            }
            result => result,
        };
        let kept_died = !seen.opened && !seen.replied && seen.stopped.is_none() && result.is_err();
        let written = seen.written();
        let result = result.map_err(|(error, status)| trouble(error, status, &mut seen));
        if result.is_ok() {
            self.keep(connection);
        }
        Exchange { result, written, kept_died }
    }

    fn run(
        &self,
        request: &Request,
        connection: &Connection,
    ) -> Result<Answer, (ureq::Error, Option<u16>)> {
        let http_request = http::Request::post(format!("{}{}", self.base, request.path))
            .header(CONTENT_TYPE, request.content_type)
            .header(ACCEPT_ENCODING, "gzip")
            .body(request.body.as_str())
            .map_err(|error| (error.into(), None))?;
        let mut response = connection.agent.run(http_request).map_err(|error| (error, None))?;
        let status = response.status().as_u16();
        let odd = |text: &str| {
            let trouble = TransportError::NotHttp(text.to_owned(), Some(status));
            (connection.desk.fail(trouble).into(), Some(status))
        };
        check_framing(&response).map_err(odd)?;
        let retry_after = response
            .headers()
            .get(http::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok())
            .map(|seconds| Duration::from_secs(seconds.into()));
        let mut body = response
            .body_mut()
            .with_config()
            .limit(LARGEST_BODY)
            .read_to_vec()
            .map_err(|error| (error, Some(status)))?;
        let headers = response.headers();
        if is_gzip(headers) {
            let ends_with_connection =
                !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING);
            body = match unzip(&body) {
                Ok(body) if body.len() as u64 > LARGEST_BODY => {
                    return Err((ureq::Error::BodyExceedsLimit(LARGEST_BODY), Some(status)));
                }
                Ok(body) => body,
                Err(error)
                    if ends_with_connection && error.kind() == io::ErrorKind::UnexpectedEof =>
                {
                    return Err((error.into(), Some(status)));
                }
                Err(_) => return Err(odd("the reply is not in the encoding that it claims")),
            };
        }
        Ok(Answer { status, retry_after, body })
    }

    /// Closes what is idle, and later what is under way now.
    pub fn close(&self) {
        let mut shelf = self.lock();
        shelf.closed = true;
        shelf.idle.clear();
    }

    /// The one used last is the likeliest to be alive.
    fn take_idle(&self) -> Option<Connection> {
        let mut shelf = self.lock();
        match shelf.idle.pop_back() {
            Some(last) if last.since.elapsed() < LONGEST_IDLE => Some(last.connection),
            _ => {
                shelf.idle.clear();
                None
            }
        }
    }

    fn keep(&self, connection: Connection) {
        let mut shelf = self.lock();
        if shelf.closed {
            return;
        }
        let idle = &mut shelf.idle;
        while idle.len() >= MOST_IDLE
            || idle.front().is_some_and(|old| old.since.elapsed() >= LONGEST_IDLE)
        {
            idle.pop_front();
        }
        idle.push_back(Idle { connection, since: Instant::now() });
    }

    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Agents {
    fn connection(&self) -> Connection {
        let desk = Arc::new(Desk::default());
        let layers = ()
            .chain(Dial {
                dialer: self.dialer.clone(),
                desk: desk.clone(),
                proxy: self.proxy.clone(),
                tls: self.tls.clone(),
            })
            .chain(self.tls.clone())
            .chain(Whole { desk: desk.clone() });
        let agent = ureq::Agent::with_parts(self.config.clone(), layers, NoLookup);
        Connection { agent, desk }
    }
}

/// Whether the headers leave no doubt about where the reply ends. Two claims, or a coding
/// that is not undone here: somebody may have slipped in another reply.
fn check_framing<B>(response: &http::Response<B>) -> Result<(), &'static str> {
    let headers = response.headers();
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else {
        // That one of several lengths is another has been refused by ureq.
        return Ok(());
    };
    if headers.contains_key(CONTENT_LENGTH) {
        return Err("the reply contradicts itself on its length");
    }
    let chunked = coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    if !chunked || codings.next().is_some() || response.version() != http::Version::HTTP_11 {
        return Err("the reply has a transfer coding other than chunked alone");
    }
    Ok(())
}

/// By either of its names, in any spelling (RFC 9110, section 8.4.1).
fn is_gzip(headers: &HeaderMap) -> bool {
    let names = |value: &http::HeaderValue| {
        [&b"gzip"[..], b"x-gzip"].iter().any(|name| value.as_bytes().eq_ignore_ascii_case(name))
    };
    headers.get(CONTENT_ENCODING).is_some_and(names)
}

/// Undoes gzip, up to one byte over the largest reply.
fn unzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(body).take(LARGEST_BODY + 1).read_to_end(&mut plain)?;
    Ok(plain)
}

/// ureq's error in our terms, without its text where that could quote an address.
fn trouble(error: ureq::Error, status: Option<u16>, seen: &mut Seen) -> TransportError {
    let connecting = seen.opened && !seen.connected;
    if let Some(stop) = seen.stopped {
        return TransportError::Stopped { stop, connecting };
    }
    if let Some(trouble) = seen.trouble.take() {
        return trouble;
    }
    match error {
        ureq::Error::Rustls(error) => tls_error(&error),
        ureq::Error::Tls(text) => TransportError::Tls(text.to_owned(), None),
        ureq::Error::Io(error) => {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            match inner {
                Some(tls) => tls_error(tls),
                None if connecting => {
                    TransportError::Connect(text_of(&error), Some(Cause::new(error)))
                }
                None => TransportError::Lost(text_of(&error), Some(Cause::new(error))),
            }
        }
        error if connecting => TransportError::Connect(error.to_string(), None),
        ureq::Error::BodyExceedsLimit(_) => {
            TransportError::NotHttp(format!("the reply is over {LARGEST_BODY} bytes"), status)
        }
        ureq::Error::LargeResponseHeader(..) => TransportError::NotHttp(
            format!("the head of the reply is over {LARGEST_HEAD} bytes"),
            status,
        ),
        ureq::Error::Protocol(error) => {
            TransportError::NotHttp(format!("the reply is not HTTP: {error}"), status)
        }
        // None of the others can come of a request that was checked; their texts may quote
        // an address.
        _ => TransportError::NotHttp("the request could not be made".to_owned(), status),
    }
}

fn tls_error(error: &rustls::Error) -> TransportError {
    TransportError::Tls(error.to_string(), Some(Cause::new(error.clone())))
}

/// The roots to trust, in ureq's terms.
fn root_certs(roots: &Roots) -> RootCerts {
    match roots {
        Roots::Mozilla => RootCerts::WebPki,
        Roots::These(certificates) => RootCerts::Specific(Arc::new(
            certificates.iter().map(|der| Certificate::from_der(der).to_owned()).collect(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::proxy::ProxyKind;
    use crate::runtime::wait::Wait;
    use crate::secret::{Secret, Secrets};
    use dingtalk_extcontact_test_support::{Reply, read_request, serve};
    use std::sync::mpsc::channel;

    /// The service is not told from its proxy by host and port: they may share them.
    #[test]
    fn a_token_is_never_joined_to_a_connect_line() {
        let (came, requests) = channel();
        let came = std::sync::Mutex::new(came);
        let address = serve(move |connection| {
            came.lock().unwrap().send(read_request(connection).unwrap()).unwrap();
            connection.send(&Reply::new(403, "text/plain", "").to_bytes()).unwrap();
        });
        let (host, port) = ("gateway.example".to_owned(), address.port());
        let authority = format!("{host}:{port}");
        let base = Base { https: true, authority, host: host.clone(), port, path: String::new() };
        let proxy = Proxy {
            kind: ProxyKind::Http,
            host: host.clone(),
            port,
            login: None,
            source: "proxy".to_owned(),
        };
        let transport = Transport::new(&base, Some(&proxy), &Roots::Mozilla, &Arc::default());
        transport.agents.dialer.remember(&host, &[address.ip()]);
        let request = crate::wire::request::delete("0125", &Secret::new("hush-token"));
        let options = ExchangeOptions {
            wait: Wait::default().within(Duration::from_secs(30)),
            connect_timeout: Duration::from_secs(30),
            fresh: false,
            secrets: &Secrets::default(),
            times: None,
        };
        let exchange = transport.post(&request, options);
        assert!(matches!(exchange.result, Err(TransportError::ProxyRefused { .. })));
        let request = requests.recv().unwrap();
        assert!(!format!("{request:?}").contains("hush"), "{request:?}");
        assert_eq!((&*request.method, request.path), ("CONNECT", format!("{host}:{port}")));
    }
}
