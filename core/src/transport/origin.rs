//! The layers of a connection in ureq's terms: socket, tunnel, TLS, one write a request.

use std::fmt;
use std::io;
use std::sync::Arc;

use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, RustlsConnector, Transport,
    TransportAdapter,
};

use super::context::Desk;
use super::dial::{DialError, Dialer};
use super::exchange::{TransportError, text_of};
use super::socket::Socket;
use super::tunnel::{Tunnel, TunnelError};
use super::{connect, socks};
use crate::error::Cause;
use crate::options::proxy::{Proxy, ProxyKind};

/// Sizes of the buffers of a connection; ureq's own are 128 KiB each. The input buffer
/// bounds the head of a reply.
pub(super) const INPUT_BUFFER: usize = 32 * 1024;
pub(super) const OUTPUT_BUFFER: usize = 4 * 1024;
/// The largest head of a reply; a little less than the buffer that it must fit into.
pub(super) const LARGEST_HEAD: usize = INPUT_BUFFER - 1024;

/// ureq asks for addresses before every request, also for one on a kept connection. The
/// dialer looks them up when it connects, so there is nothing to do here.
#[derive(Debug)]
pub(super) struct NoLookup;

impl Resolver for NoLookup {
    fn resolve(
        &self,
        _: &http::Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// Opens the way to the service: a socket, or a tunnel through the proxy.
pub(super) struct Dial {
    pub dialer: Arc<Dialer>,
    pub desk: Arc<Desk>,
    pub proxy: Option<Proxy>,
    /// For the way to a proxy that speaks TLS itself.
    pub tls: Tls,
}

impl<In: Transport> Connector<In> for Dial {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        _: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        self.desk.note_opening();
        let host = details.uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let default_port = if details.needs_tls() { 443 } else { 80 };
        let port = details.uri.port_u16().unwrap_or(default_port);
        let Some(proxy) = &self.proxy else {
            return Ok(Some(self.open(host, port)?.boxed()));
        };
        let way = self.way_to(proxy, details)?;
        let mut adapter = TransportAdapter::new(way, details.current_time.clone());
        let result = match proxy.kind {
            ProxyKind::Socks5 => socks::tunnel(&mut adapter, proxy, host, port),
            ProxyKind::Http | ProxyKind::Https => connect::tunnel(&mut adapter, proxy, host, port),
        };
        result.map_err(|error| self.refusal(error, proxy))?;
        Ok(Some(Tunnel(adapter.into_inner()).boxed()))
    }
}

impl Dial {
    fn open(&self, host: &str, port: u16) -> Result<Socket, ureq::Error> {
        let stream =
            self.dialer.dial(host, port, &self.desk.wait()).map_err(|error| match error {
                DialError::Stopped(stop) => self.desk.stop(stop),
                DialError::NoThread(why) => self.desk.fail(TransportError::NoThread(why)),
                DialError::Lookup(error) => {
                    let text = format!("cannot look up {host}: {error}");
                    self.desk.fail(TransportError::Connect(text, None))
                }
                DialError::Connect(address, error) => {
                    let text = format!("cannot connect to {host} ({address}): {error}");
                    self.desk.fail(TransportError::Connect(text, Some(Cause::new(error))))
                }
            })?;
        Ok(Socket::new(stream, self.desk.clone(), INPUT_BUFFER, OUTPUT_BUFFER)?)
    }

    /// A connection to the proxy, over TLS where it asks for that.
    fn way_to(
        &self,
        proxy: &Proxy,
        details: &ConnectionDetails,
    ) -> Result<Box<dyn Transport>, ureq::Error> {
        let socket = self.open(&proxy.host, proxy.port)?;
        if proxy.kind != ProxyKind::Https {
            return Ok(socket.boxed());
        }
        let host = &proxy.host;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let uri = http::Uri::try_from(format!("https://{host}:{}", proxy.port))
            .map_err(|error| ureq::Error::Http(error.into()))?;
        let details = ConnectionDetails {
            uri: &uri,
            addrs: details.resolver.resolve(&uri, details.config, details.timeout)?,
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        match self.tls.connect(&details, Some(socket))? {
            Some(transport) => Ok(transport.boxed()),
            None => Err(ureq::Error::TlsRequired),
        }
    }

    /// Why the proxy opened no tunnel. What it says of itself may quote the login.
    fn refusal(&self, error: TunnelError, proxy: &Proxy) -> ureq::Error {
        let name = match proxy.kind {
            ProxyKind::Socks5 => "the SOCKS5 proxy",
            ProxyKind::Http | ProxyKind::Https => "the proxy",
        };
        let trouble = match error {
            TunnelError::Io(error) => match error.kind() {
                // A wait that ended, or TLS: what the layers below noted tells more.
                io::ErrorKind::Other | io::ErrorKind::TimedOut | io::ErrorKind::InvalidData => {
                    return error.into();
                }
                _ => TransportError::Connect(
                    format!("through {name}: {}", text_of(&error)),
                    Some(Cause::new(error)),
                ),
            },
            TunnelError::Login(schemes) => {
                let secrets = self.desk.secrets();
                TransportError::ProxyLogin {
                    source: proxy.source.clone(),
                    schemes: schemes.iter().map(|scheme| secrets.mask(scheme)).collect(),
                    given: proxy.login.is_some(),
                }
            }
            TunnelError::Refused(text) => TransportError::ProxyRefused {
                source: proxy.source.clone(),
                text: format!("{name} {text}"),
            },
            TunnelError::Failed(text) => TransportError::Connect(format!("{name} {text}"), None),
        };
        self.desk.fail(trouble).into()
    }
}

impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dial")
    }
}

impl fmt::Debug for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Whole")
    }
}

/// TLS with one configuration (and one store of sessions) for all connections of a client.
#[derive(Clone, Default, Debug)]
pub(super) struct Tls(Arc<RustlsConnector>);

impl<In: Transport> Connector<In> for Tls {
    type Out = <RustlsConnector as Connector<In>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        self.0.connect(details, chained)
    }
}

/// The outermost layer, around the connection to the service. What goes to a proxy first,
/// `CONNECT` above all, is said below it and never passes here.
pub(super) struct Whole {
    pub desk: Arc<Desk>,
}

impl<In: Transport> Connector<In> for Whole {
    type Out = OneWrite<In>;

    fn connect(
        &self,
        _: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(inner) = chained else {
            return Ok(None);
        };
        self.desk.note_connected();
        Ok(Some(OneWrite::new(inner, self.desk.clone())))
    }
}

/// Holds back what goes out until a reply is wanted: head and body leave in one write, one
/// TLS record. What ureq must not see stays outside: the query that holds the token is added
/// here, and where ureq would log the head of a reply, secrets in it are blotted out.
pub(super) struct OneWrite<T> {
    inner: T,
    held: Vec<u8>,
    buffers: LazyBuffers,
    desk: Arc<Desk>,
    in_head: bool,
}

impl<T: Transport> OneWrite<T> {
    fn new(inner: T, desk: Arc<Desk>) -> OneWrite<T> {
        let buffers = LazyBuffers::new(INPUT_BUFFER, OUTPUT_BUFFER);
        OneWrite { inner, held: Vec::new(), buffers, desk, in_head: true }
    }

    fn flush(&mut self, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self.held.is_empty() {
            return Ok(());
        }
        if let Some(query) = self.desk.take_secret_query() {
            add_query(&mut self.held, query.expose());
        }
        self.desk.note_request_begins();
        self.in_head = true;
        let held = std::mem::take(&mut self.held);
        let sent = held.chunks(OUTPUT_BUFFER).try_for_each(|piece| {
            if let Some(output) = self.inner.buffers().output().get_mut(..piece.len()) {
                output.copy_from_slice(piece);
            }
            self.inner.transmit_output(piece.len(), timeout)
        });
        self.desk.note_request_ends();
        sent
    }

    /// Moves what has come from the layer below into the buffer that ureq reads.
    fn take_in(&mut self, amount: usize, blot: bool) {
        let input = self.inner.buffers().input();
        let room = self.buffers.input_append_buf();
        let amount = amount.min(input.len()).min(room.len());
        if let (Some(room), Some(input)) = (room.get_mut(..amount), input.get(..amount)) {
            room.copy_from_slice(input);
            if blot {
                self.desk.secrets().blot(room);
            }
        }
        self.inner.buffers().input_consume(amount);
        self.buffers.input_appended(amount);
    }

    /// Takes in the head of a reply as a whole and blots secrets out in it: ureq is about to
    /// log it. The body behind it is not logged, and is needed as it is.
    fn take_in_head(&mut self, timeout: NextTimeout) -> Result<(), ureq::Error> {
        const END: &[u8] = b"\r\n\r\n";
        let find = |input: &[u8]| input.windows(END.len()).position(|window| window == END);
        let length = loop {
            let input = self.inner.buffers().input();
            match find(input) {
                Some(at) => {
                    // After a head of the 1xx kind comes another.
                    self.in_head = input.starts_with(b"HTTP/1.1 1");
                    break at + END.len();
                }
                // ureq is to refuse what is no head, and not to wait for more of it.
                None if input.len() >= LARGEST_HEAD || !is_head(input) => break input.len(),
                None => {}
            }
            if !self.inner.await_input(timeout)? {
                break self.inner.buffers().input().len();
            }
        };
        self.take_in(length, true);
        Ok(())
    }
}

/// Whether this can be the start of a reply.
fn is_head(input: &[u8]) -> bool {
    const START: &[u8] = b"HTTP/1.";
    input.iter().zip(START).all(|(came, expected)| came == expected)
}

/// `POST /path HTTP/1.1` to `POST /path?query HTTP/1.1`.
fn add_query(request: &mut Vec<u8>, query: &str) {
    const END: &[u8] = b" HTTP/1.1\r\n";
    if let Some(at) = request.windows(END.len()).position(|window| window == END) {
        request.splice(at..at, b"?".iter().chain(query.as_bytes()).copied());
    }
}

impl<T: Transport> Transport for OneWrite<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        self.held.extend_from_slice(self.buffers.output().get(..amount).unwrap_or_default());
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.flush(timeout)?;
        let came = self.inner.maybe_await_input(timeout)?;
        if came {
            self.desk.note_replied();
            if self.in_head && log::log_enabled!(target: "ureq::run", log::Level::Debug) {
                self.take_in_head(timeout)?;
            } else {
                self.take_in(usize::MAX, false);
            }
        }
        Ok(came)
    }

    fn is_open(&mut self) -> bool {
        self.inner.buffers().input().is_empty() && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl<T: Transport> fmt::Debug for OneWrite<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OneWrite").field(&self.inner).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_stands_in_the_request_line_alone() {
        let mut request = b"POST /a HTTP/1.1\r\nx: y HTTP/1.1\r\n\r\nbody HTTP/1.1\r\n".to_vec();
        add_query(&mut request, "access_token=t");
        assert_eq!(
            String::from_utf8(request).unwrap(),
            "POST /a?access_token=t HTTP/1.1\r\nx: y HTTP/1.1\r\n\r\nbody HTTP/1.1\r\n"
        );
    }
}
