//! Why there is no answer, and ureq's errors in those terms.

use std::io;

use crate::error::{Cause, Error};
use crate::runtime::wait::Stop;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum TransportError {
    /// Code below panicked.
    Panic(String),
    /// The program's logger would print the bytes of the reply.
    WireLogged,
    /// There was no thread or no descriptor for a lookup or a connection.
    Exhausted(Error),
    /// The wait ended: in the attempt, or while it connected.
    Stopped { stop: Stop, connecting: bool },
    /// No connection: lookup, refused, unreachable, proxy, reset in the handshake.
    Connect(String, Option<Cause>),
    /// The proxy, named by this `source`, wants a login, or another than it was `given`; the
    /// schemes that it offers.
    ProxyLogin { source: String, schemes: Vec<String>, given: bool },
    /// The proxy, named by this `source`, does not lead to this host.
    ProxyRefused { source: String, text: String },
    /// A certificate verdict or an alert.
    Tls(String, Option<Cause>),
    /// The connection broke.
    Lost(String, Option<Cause>),
    /// What came is not HTTP, or out of bounds; with the status where it had one.
    NotHttp(String, Option<u16>),
}

impl TransportError {
    /// The peer ended the connection before its reply was whole.
    pub(super) fn cut() -> TransportError {
        TransportError::lost(io::ErrorKind::UnexpectedEof.into())
    }

    fn lost(error: io::Error) -> TransportError {
        TransportError::Lost(text_of(&error), Some(Cause::new(error)))
    }

    fn tls(error: &rustls::Error) -> TransportError {
        TransportError::Tls(error.to_string(), Some(Cause::new(error.clone())))
    }

    /// What a read, a write or a handshake failed with. No text of ureq is told where it could
    /// quote an address.
    pub(super) fn from_ureq(error: ureq::Error, connecting: bool) -> TransportError {
        match error {
            ureq::Error::Rustls(error) => TransportError::tls(&error),
            ureq::Error::Tls(text) => TransportError::Tls(text.to_owned(), None),
            ureq::Error::Io(error) => {
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
                match inner {
                    Some(error) => TransportError::tls(error),
                    None if connecting => {
                        TransportError::Connect(text_of(&error), Some(Cause::new(error)))
                    }
                    None => TransportError::lost(error),
                }
            }
            _ => TransportError::Connect("the connection could not be made".to_owned(), None),
        }
    }

    /// What was read is not HTTP.
    pub(super) fn from_proto(error: ureq_proto::Error, status: Option<u16>) -> TransportError {
        TransportError::NotHttp(format!("the reply is not HTTP: {error}"), status)
    }
}

/// An error of a connection, in words of ours where the system's say little.
pub(super) fn text_of(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "the connection was closed before the whole reply".to_owned()
        }
        io::ErrorKind::ConnectionReset => "the connection was reset".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    /// This compiles only while ureq uses the version of ureq-proto that is used here.
    #[test]
    fn ureq_and_this_library_use_one_version_of_its_protocol() {
        let error: ureq::Error = ureq_proto::Error::BodyIsChunked.into();
        assert!(matches!(error, ureq::Error::Protocol(ureq_proto::Error::BodyIsChunked)));
    }
}
