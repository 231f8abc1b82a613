//! HTTP/1.1 and TLS: the only place that names ureq and ureq-proto.
//!
//! A request goes out on a connection of its own: kept by the `idle_pool`, or made by `origin`,
//! with `dial` (lookup and TCP), `socket` (and its `slices` of waiting), `connect` or `socks` (a tunnel through a proxy) and
//! ureq's connector for TLS, with the cryptography of `provider`. `connection` sends what `head` writes and reads the reply with
//! ureq's state machine of HTTP/1.1; `inspection` looks at that way for a check. `context` is how a call and its socket know of each other.
//!
//! ureq's agent is not used: it would bring a pool, redirects, middleware, decoding by whatever
//! features another crate of the program switches on, and a clock for each step. What it would
//! do for us is done here:
//!
//! - a kept connection is looked at before it is used, and one that is too old is not used
//!   (`idle_pool`); that it died all the same is told ([`Exchange::kept_died`]);
//! - a connection is kept only after a whole reply, of HTTP/1.1 or with `keep-alive`, without
//!   `Connection: close`, whose end was told by a length or by chunks, and with nothing behind it;
//! - replies of the 1xx kind are passed over, but for 101, which is no reply of DingTalk;
//! - chunks may come with pauses anywhere; trailers are passed over; where a server closes after
//!   the last chunk without the line that ends it the body is whole;
//! - a body without length or chunks ends with the connection, but not with a reset;
//! - two lengths that differ, a length beside chunks, and codings other than chunked alone are
//!   refused, and so are heads over 31 KiB (with those of the 1xx kind before them) and bodies
//!   over 1 MiB, before and after gzip;
//! - redirects are replies like others: nothing is sent to where they point.

mod connect;
mod connection;
mod context;
mod dial;
mod error;
mod exchange;
mod head;
mod idle_pool;
mod inspection;
mod origin;
mod provider;
mod reply;
mod slices;
mod socket;
mod socks;
mod tunnel;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::connection::{Connection, Reply};
pub(crate) use self::dial::Dialer;
pub(crate) use self::error::TransportError;
pub(crate) use self::exchange::{Exchange, ExchangeOptions, ExchangeTimes};
use self::head::RequestHead;
use self::idle_pool::IdlePool;
pub(crate) use self::inspection::Inspection;
use self::origin::OriginConnector;
use crate::options::endpoint::Base;
use crate::options::proxy::Proxy;
use crate::options::roots::Roots;
use crate::runtime::wait::Wait;
use crate::secret::Secrets;
use crate::text::panic_text;
use crate::wire::request::Request;

/// The way to one host, shared by all threads of a process.
pub(crate) struct Transport {
    head: RequestHead,
    origin: OriginConnector,
    idle: IdlePool,
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
        Transport {
            head: RequestHead::new(base),
            origin: OriginConnector::new(base, proxy, roots, dialer),
            idle: IdlePool::default(),
        }
    }

    /// Sends a request and reads the reply, on a kept connection unless the options say
    /// otherwise.
    pub fn post(&self, request: &Request, options: ExchangeOptions) -> Exchange {
        // ureq-proto prints the bytes that it reads at this level, a new token among them.
        if log::log_enabled!(target: "ureq_proto::util", log::Level::Trace) {
            return Exchange {
                result: Err(TransportError::WireLogged),
                written: false,
                kept_died: false,
            };
        }
        let ExchangeOptions { wait, connect_timeout, fresh, secrets, times } = options;
        let now = Instant::now();
        let kept = if fresh { None } else { self.idle.take(now) };
        let was_kept = kept.is_some();
        let context = kept.as_ref().map_or_else(Arc::default, Connection::context);
        context.begin(wait, now);
        // ureq and rustls run here, and the caller's probe: whatever they do, what was sent
        // must be told.
        let run = catch_unwind(AssertUnwindSafe(|| {
            let mut connection = match kept {
                Some(connection) => connection,
                None => self.origin.connect(&context, now + connect_timeout, secrets)?,
            };
            self.head.write(request, &mut connection.output);
            let sent = connection.send();
            if let Some(times) = times.filter(|_| context.has_written()) {
                times.note_written(Instant::now());
            }
            sent?;
            let Reply { answer, reusable } = connection.receive()?;
            Ok((answer, (reusable && connection.is_open()).then_some(connection)))
        }));
        // The next call of this connection has the context as soon as it is kept.
        let observed = context.end();
        let result = match run {
            Ok(Ok((answer, reusable))) => {
                if let Some(connection) = reusable {
                    self.idle.keep(connection);
                }
                Ok(answer)
            }
            Ok(Err(error)) => Err(error),
            Err(panic) => Err(TransportError::Panic(panic_text(panic.as_ref()))),
        };
        let died = match &result {
            Ok(_) | Err(TransportError::Panic(_) | TransportError::Stopped { .. }) => false,
            Err(_) => was_kept && !observed.replied,
        };
        Exchange { result, written: observed.written, kept_died: died }
    }

    /// Looks at the way to the host, step by step; nothing is sent to it. `wait` and
    /// `connect_timeout` hold for each connection that this takes.
    pub fn inspect(&self, wait: &Wait, connect_timeout: Duration, secrets: &Secrets) -> Inspection {
        Inspection::of(&self.origin, wait, connect_timeout, secrets)
    }

    /// Closes what is idle, and later what is under way now.
    pub fn close(&self) {
        self.idle.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::proxy::ProxyKind;
    use crate::secret::Secret;
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
        transport.origin.dialer.remember(&host, &[address.ip()]);
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
