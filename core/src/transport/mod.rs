//! HTTP: the only place that names ureq.
//!
//! ureq speaks HTTP/1.1 and TLS. What lies below it is ours, by way of its `unversioned`
//! parts: `dial` connects, `socket` reads and writes, `layers` stacks them, `desk` is how a
//! call and its connection talk. Each connection is an agent of ureq with room for itself,
//! so a call knows which connection it is on, and no two calls ever wait for one lock.

mod desk;
mod dial;
mod layers;
mod socket;
mod socks;

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use ureq::unversioned::transport::{ConnectProxyConnector, Connector};

use self::desk::{Desk, Seen};
use self::dial::Dialer;
use self::layers::{Dial, INPUT_BUFFER, LARGEST_HEAD, NoLookup, OUTPUT_BUFFER, Tls, Whole};
use crate::cancel::{Stop, Wait};
use crate::error::{Error, panic_text};
use crate::place::{Base, Proxy, ProxyKind, Roots};
use crate::rate::Written;
use crate::request::Request;
use crate::response::Answer;
use crate::secret::Secrets;

/// The largest reply that is read, after decoding. Real ones have some hundred bytes.
const LARGEST_BODY: u64 = 1024 * 1024;
/// A connection that was idle for longer is not used again: servers and firewalls between
/// drop idle ones, the latter without a word.
const LONGEST_IDLE: Duration = Duration::from_secs(15);
/// At most as many idle connections are kept as calls can run side by side in a batch.
const MOST_IDLE: usize = 64;

const USER_AGENT: &str = concat!("dingtalk-extcontact/", env!("CARGO_PKG_VERSION"));

/// The way to one host, shared by all threads of a process.
pub(crate) struct Transport {
    base: Base,
    agents: Agents,
    idle: Mutex<Shelf>,
}

/// What it takes to make an agent, and so a connection.
struct Agents {
    base: Base,
    config: ureq::config::Config,
    dialer: Arc<Dialer>,
    tls: Tls,
    socks: Option<Proxy>,
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

/// What became of a request.
pub(crate) struct Exchange {
    pub result: Result<Answer, Trouble>,
    /// A byte of the request was written to a connection.
    pub written: bool,
    /// A kept connection died before a byte of the reply.
    pub kept_died: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Code below panicked.
    Panic(String),
    /// The program's logger would print the bytes of the reply.
    WireLogged,
    /// There was no thread for a lookup or a connection.
    NoThread(Error),
    /// The wait ended: in the attempt, or while it connected.
    Stopped { stop: Stop, connecting: bool },
    /// No connection: lookup, refused, unreachable, proxy, reset in the handshake.
    Connect(String),
    /// The proxy wants a login.
    ProxyLogin,
    /// A certificate verdict or an alert.
    Tls(String),
    /// The connection broke.
    Lost(String),
    /// What came is not HTTP, or out of bounds; with the status where it had one.
    NotHttp(String, Option<u16>),
}

impl Transport {
    /// The way to `base`, through `proxy` where there is one.
    pub fn new(base: &Base, proxy: Option<&Proxy>, roots: &Roots) -> Transport {
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
            .proxy(proxy.and_then(layers::connect_proxy));
        if base.https {
            config = config.tls_config(TlsConfig::builder().root_certs(root_certs(roots)).build());
        }
        let agents = Agents {
            base: base.clone(),
            config: config.build(),
            dialer: Arc::default(),
            tls: Tls::default(),
            socks: proxy.filter(|proxy| proxy.kind == ProxyKind::Socks5).cloned(),
        };
        Transport { base: base.clone(), agents, idle: Mutex::default() }
    }

    /// Sends a request and reads the reply, on a kept connection or, where `fresh`, surely
    /// on a new one. Somebody may want to know when it is `written`.
    pub fn post(
        &self,
        request: &Request,
        wait: &Wait,
        connect_timeout: Duration,
        fresh: bool,
        secrets: &Secrets,
        written: Option<Written>,
    ) -> Exchange {
        // ureq prints the bytes that it reads at this level, a new token among them.
        if log::log_enabled!(target: "ureq_proto::util", log::Level::Trace) {
            return Exchange { result: Err(Trouble::WireLogged), written: false, kept_died: false };
        }
        let connection = match self.take_idle() {
            Some(kept) if !fresh => kept,
            _ => self.agents.connection(),
        };
        let query = request.secret_query.clone();
        let connect_wait = wait.within(connect_timeout);
        connection.desk.open(wait.clone(), connect_wait, query, secrets.clone(), written);
        // ureq and rustls run here, and the caller's probe: whatever they do, what was sent
        // must be told.
        let run = AssertUnwindSafe(|| self.run(request, &connection.agent));
        let result = catch_unwind(run).map_err(|panic| panic_text(panic.as_ref()));
        let seen = connection.desk.close();
        let result = match result {
            Err(panic) => {
                let written = seen.written();
                return Exchange { result: Err(Trouble::Panic(panic)), written, kept_died: false };
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
        let result = result.map_err(|(error, status)| trouble(error, status, &seen));
        if result.is_ok() {
            self.keep(connection);
        }
        Exchange { result, written, kept_died }
    }

    fn run(
        &self,
        request: &Request,
        agent: &ureq::Agent,
    ) -> Result<Answer, (ureq::Error, Option<u16>)> {
        let http_request = http::Request::post(format!("{}{}", self.base, request.path))
            .header(http::header::CONTENT_TYPE, request.content_type)
            .body(request.body.as_str())
            .map_err(|error| (error.into(), None))?;
        let mut response = agent.run(http_request).map_err(|error| (error, None))?;
        let status = response.status().as_u16();
        let headers = response.headers();
        if headers.contains_key(http::header::CONTENT_LENGTH)
            && headers.contains_key(http::header::TRANSFER_ENCODING)
        {
            // Two claims about where the reply ends: somebody may have slipped in another.
            return Err((ureq::Error::BodyStalled, Some(status)));
        }
        let retry_after = headers
            .get(http::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok())
            .map(|seconds| Duration::from_secs(seconds.into()));
        let body = response
            .body_mut()
            .with_config()
            .limit(LARGEST_BODY)
            .read_to_vec()
            .map_err(|error| (error, Some(status)))?;
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
            .chain(ConnectProxyConnector::default())
            .chain(Dial {
                dialer: self.dialer.clone(),
                desk: desk.clone(),
                socks: self.socks.clone(),
            })
            .chain(self.tls.clone())
            .chain(Whole { base: self.base.clone(), desk: desk.clone() });
        let agent = ureq::Agent::with_parts(self.config.clone(), layers, NoLookup);
        Connection { agent, desk }
    }
}

/// ureq's error in our terms, without its text where that could quote an address.
fn trouble(error: ureq::Error, status: Option<u16>, seen: &Seen) -> Trouble {
    let connecting = seen.opened && !seen.connected;
    if let Some(stop) = seen.stopped {
        return Trouble::Stopped { stop, connecting };
    }
    if seen.proxy_login {
        return Trouble::ProxyLogin;
    }
    match error {
        ureq::Error::Rustls(error) => Trouble::Tls(error.to_string()),
        ureq::Error::Tls(text) => Trouble::Tls(text.to_owned()),
        ureq::Error::ConnectProxyFailed(text) if text.contains("responded 407/") => {
            Trouble::ProxyLogin
        }
        ureq::Error::ConnectProxyFailed(text) => {
            Trouble::Connect(format!("through the proxy: {text}"))
        }
        ureq::Error::Io(error) => {
            let error = match error.downcast::<Error>() {
                Ok(why) => return Trouble::NoThread(why),
                Err(error) => error,
            };
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            match inner {
                Some(tls) => Trouble::Tls(tls.to_string()),
                None if connecting => Trouble::Connect(text_of(&error)),
                None => Trouble::Lost(text_of(&error)),
            }
        }
        error if connecting => Trouble::Connect(format!("through the proxy: {error}")),
        ureq::Error::BodyExceedsLimit(_) => {
            Trouble::NotHttp(format!("the reply is over {LARGEST_BODY} bytes"), status)
        }
        ureq::Error::LargeResponseHeader(..) => {
            Trouble::NotHttp(format!("the head of the reply is over {LARGEST_HEAD} bytes"), status)
        }
        ureq::Error::Protocol(error) => {
            Trouble::NotHttp(format!("the reply is not HTTP: {error}"), status)
        }
        ureq::Error::BodyStalled => {
            Trouble::NotHttp("the reply contradicts itself on its length".to_owned(), status)
        }
        ureq::Error::Decompress(..) if seen.ended || seen.broken => {
            Trouble::Lost(text_of(&io::ErrorKind::UnexpectedEof.into()))
        }
        ureq::Error::Decompress(..) => {
            Trouble::NotHttp("the reply is not in the encoding that it claims".to_owned(), status)
        }
        // None of the others can come of a request that was checked; their texts may quote
        // an address.
        _ => Trouble::NotHttp("the request could not be made".to_owned(), status),
    }
}

fn text_of(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "the connection was closed before the whole reply".to_owned()
        }
        io::ErrorKind::ConnectionReset => "the connection was reset".to_owned(),
        _ => error.to_string(),
    }
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

/// The certificates of the system's store, DER: of SSL_CERT_DIR where that is set.
pub(crate) fn system_certificates() -> Vec<Vec<u8>> {
    rustls_native_certs::load_native_certs().certs.iter().map(|der| der.to_vec()).collect()
}

/// The certificates of a PEM file, DER.
///
/// # Errors
///
/// What is wrong, where the file is not PEM or none of its certificates can be a root.
pub(crate) fn certificates_in(pem: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut certificates = Vec::new();
    for item in ureq::tls::parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate.der().to_vec()),
            Ok(_) => {}
            Err(_) => return Err("is not PEM".to_owned()),
        }
    }
    let mut store = rustls::RootCertStore::empty();
    let (usable, _) =
        store.add_parsable_certificates(certificates.iter().map(|der| der.as_slice().into()));
    if usable == 0 && !certificates.is_empty() {
        return Err("holds no certificate that can be read".to_owned());
    }
    Ok(certificates)
}
