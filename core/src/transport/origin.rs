//! Opens connections to the service: a socket or a tunnel through the proxy, TLS around it.
//!
//! TLS and trust are ureq's connector for rustls, which runs here without an agent.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use ureq::config::Config;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    ConnectionDetails, Connector, NextTimeout, RustlsConnector, Transport, TransportAdapter, time,
};

use super::connection::Connection;
use super::context::CallContext;
use super::dial::{DialError, Dialer};
use super::error::{TransportError, text_of};
use super::provider::provider;
use super::socket::{INPUT_BUFFER, OUTPUT_BUFFER, Socket};
use super::tunnel::{Tunnel, TunnelError};
use super::{connect, socks};
use crate::error::Cause;
use crate::options::endpoint::Base;
use crate::options::proxy::{Proxy, ProxyKind};
use crate::options::roots::Roots;
use crate::runtime::wait::Wait;
use crate::secret::Secrets;

/// What it takes to open a connection to one base.
pub(super) struct OriginConnector {
    pub base: Base,
    proxy: Option<Proxy>,
    pub dialer: Arc<Dialer>,
    roots: Roots,
    /// For all connections, once the roots are certain.
    tls: OnceLock<Arc<Tls>>,
}

/// TLS with its roots: one configuration, and one store of sessions.
struct Tls {
    config: Config,
    connector: RustlsConnector,
}

impl OriginConnector {
    pub fn new(
        base: &Base,
        proxy: Option<&Proxy>,
        roots: &Roots,
        dialer: &Arc<Dialer>,
    ) -> OriginConnector {
        OriginConnector {
            base: base.clone(),
            proxy: proxy.cloned(),
            dialer: dialer.clone(),
            roots: roots.clone(),
            tls: OnceLock::new(),
        }
    }

    /// Opens a connection for the call of this context, until this moment at the latest.
    pub fn connect(
        &self,
        context: &Arc<CallContext>,
        until: Instant,
        secrets: &Secrets,
    ) -> Result<Connection, TransportError> {
        let wait = &context.begin_connecting(until);
        let mut stream = self.reach(context, wait, secrets)?;
        if self.base.https {
            stream = self.secure(stream, &self.base.host, self.base.port, context)?;
        }
        context.note_connected();
        Ok(Connection::new(stream, context.clone()))
    }

    /// A connection to the service, through the proxy where there is one, without TLS yet.
    pub(super) fn reach(
        &self,
        context: &Arc<CallContext>,
        wait: &Wait,
        secrets: &Secrets,
    ) -> Result<Box<dyn Transport>, TransportError> {
        match &self.proxy {
            None => {
                let service = Peer { what: "", host: &self.base.host, port: self.base.port };
                Ok(self.open(&service, context, wait)?.boxed())
            }
            Some(proxy) => Ok(self.tunnel(proxy, context, wait, secrets)?.boxed()),
        }
    }

    /// The addresses of whom a socket leads to: of the proxy where there is one.
    pub(super) fn look_up(
        &self,
        context: &CallContext,
        wait: &Wait,
    ) -> Result<Vec<IpAddr>, TransportError> {
        let peer = match &self.proxy {
            None => Peer { what: "", host: &self.base.host, port: self.base.port },
            Some(proxy) => Peer { what: name_of(proxy), host: &proxy.host, port: proxy.port },
        };
        self.dialer.look_up(peer.host, wait).map_err(|error| not_dialled(error, &peer, context))
    }

    fn open(
        &self,
        peer: &Peer,
        context: &Arc<CallContext>,
        wait: &Wait,
    ) -> Result<Socket, TransportError> {
        let stream = self
            .dialer
            .dial(peer.host, peer.port, wait)
            .map_err(|error| not_dialled(error, peer, context))?;
        Socket::new(stream, context.clone()).map_err(|error| context.error(error.into()))
    }

    /// The way through a proxy, over TLS as far as that where it asks for it.
    fn tunnel(
        &self,
        proxy: &Proxy,
        context: &Arc<CallContext>,
        wait: &Wait,
        secrets: &Secrets,
    ) -> Result<Tunnel, TransportError> {
        let peer = Peer { what: name_of(proxy), host: &proxy.host, port: proxy.port };
        let mut way = self.open(&peer, context, wait)?.boxed();
        if proxy.kind == ProxyKind::Https {
            way = self.secure(way, &proxy.host, proxy.port, context)?;
        }
        let mut way = TransportAdapter::new(way, Arc::new(time::Instant::now));
        let Base { host, port, .. } = &self.base;
        let result = match proxy.kind {
            ProxyKind::Socks5 => socks::tunnel(&mut way, proxy, host, *port),
            ProxyKind::Http | ProxyKind::Https => connect::tunnel(&mut way, proxy, host, *port),
        };
        match result {
            Ok(()) => Ok(Tunnel(way.into_inner())),
            Err(error) => Err(refusal(error, proxy, context, secrets)),
        }
    }

    fn tls(&self) -> Arc<Tls> {
        if let Some(tls) = self.tls.get() {
            return tls.clone();
        }
        let (certificates, certain) = self.roots.certificates();
        let tls = Arc::new(Tls::new(certificates.as_deref()));
        match certain {
            true => self.tls.get_or_init(|| tls).clone(),
            false => tls,
        }
    }

    /// TLS to this host, around a connection that leads there.
    pub(super) fn secure(
        &self,
        inner: Box<dyn Transport>,
        host: &str,
        port: u16,
        context: &CallContext,
    ) -> Result<Box<dyn Transport>, TransportError> {
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let uri = http::Uri::try_from(format!("https://{host}:{port}"))
            .map_err(|error| TransportError::Connect(error.to_string(), None))?;
        let tls = self.tls();
        let details = ConnectionDetails {
            uri: &uri,
            addrs: NoLookup.empty(),
            config: &tls.config,
            request_level: false,
            resolver: &NoLookup,
            now: time::Instant::now(),
            // The socket keeps the time.
            timeout: NextTimeout::default(),
            current_time: Arc::new(time::Instant::now),
            run_connector: Arc::new(|_| Err(ureq::Error::ConnectionFailed)),
            register_shutdown: Arc::new(|_| Ok(())),
        };
        match tls.connector.connect(&details, Some(inner)) {
            Ok(Some(stream)) if stream.is_tls() => Ok(stream.boxed()),
            Ok(_) => Err(TransportError::Tls("no TLS was set up".to_owned(), None)),
            Err(error) => Err(context.error(error)),
        }
    }
}

/// Whom a socket leads to, and what that is in messages; nothing for the service.
struct Peer<'a> {
    what: &'static str,
    host: &'a str,
    port: u16,
}

impl fmt::Display for Peer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            "" => f.write_str(self.host),
            what => write!(f, "{what} {}", self.host),
        }
    }
}

/// Why there is no socket.
fn not_dialled(error: DialError, peer: &Peer, context: &CallContext) -> TransportError {
    match error {
        DialError::Stopped(stop) => context.stopped(stop),
        DialError::Exhausted(why) => TransportError::Exhausted(why),
        DialError::Lookup(error) => {
            let text = format!("cannot look up {peer}: {error}");
            TransportError::Connect(text, Some(Cause::shared(error)))
        }
        DialError::Connect(address, error) => {
            let text = format!("cannot connect to {peer} ({address}): {error}");
            TransportError::Connect(text, Some(Cause::new(error)))
        }
    }
}

fn name_of(proxy: &Proxy) -> &'static str {
    match proxy.kind {
        ProxyKind::Socks5 => "the SOCKS5 proxy",
        ProxyKind::Http | ProxyKind::Https => "the proxy",
    }
}

/// Why the proxy opened no tunnel. What it says of itself may quote the login.
fn refusal(
    error: TunnelError,
    proxy: &Proxy,
    context: &CallContext,
    secrets: &Secrets,
) -> TransportError {
    let name = name_of(proxy);
    match error {
        TunnelError::Io(error) => match error.kind() {
            // A wait that ended, or TLS: that tells more.
            io::ErrorKind::Other | io::ErrorKind::TimedOut | io::ErrorKind::InvalidData => {
                context.error(error.into())
            }
            _ => TransportError::Connect(
                format!("through {name}: {}", text_of(&error)),
                Some(Cause::new(error)),
            ),
        },
        TunnelError::Login(schemes) => TransportError::ProxyLogin {
            source: proxy.source.clone(),
            schemes: schemes.iter().map(|scheme| secrets.mask(scheme)).collect(),
            given: proxy.login.is_some(),
        },
        TunnelError::Refused(text) => TransportError::ProxyRefused {
            source: proxy.source.clone(),
            text: format!("{name} {text}"),
        },
        TunnelError::Failed(text) => TransportError::Connect(format!("{name} {text}"), None),
    }
}

impl Tls {
    /// Trusts these certificates, DER, or Mozilla's.
    fn new(certificates: Option<&[Vec<u8>]>) -> Tls {
        let roots = certificates.map_or(RootCerts::WebPki, |certificates| {
            let certificates = certificates.iter().map(|der| Certificate::from_der(der).to_owned());
            RootCerts::Specific(Arc::new(certificates.collect()))
        });
        let tls =
            TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider());
        let config = ureq::Agent::config_builder()
            .input_buffer_size(INPUT_BUFFER)
            .output_buffer_size(OUTPUT_BUFFER)
            .tls_config(tls.build());
        Tls { config: config.build(), connector: RustlsConnector::default() }
    }
}

/// A connector is handed the addresses of its host; TLS needs none.
#[derive(Debug)]
struct NoLookup;

impl Resolver for NoLookup {
    fn resolve(
        &self,
        _: &http::Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
