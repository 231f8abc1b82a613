//! Looks at the way to a host for a check: the lookup, the connection, and TLS with who issued the
//! certificate. No request goes out.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error,
    ProtocolVersion, SignatureScheme,
};
use ureq::unversioned::transport::{TransportAdapter, time};

use super::context::CallContext;
use super::error::TransportError;
use super::origin::OriginConnector;
use super::provider::provider;
use crate::runtime::wait::Wait;
use crate::secret::Secrets;
use crate::text::excerpt;

/// What was seen on the way, up to the first step that failed.
pub(crate) struct Inspection {
    /// Of whom a socket leads to: of the proxy where there is one.
    pub addresses: Result<Vec<IpAddr>, TransportError>,
    /// TCP, and the tunnel through the proxy.
    pub connection: Option<Result<(), TransportError>>,
    /// The handshake, with the trust that calls have.
    pub tls: Option<Result<(), TransportError>>,
    /// Who answered it.
    pub peer: Option<TlsPeer>,
}

/// Who answers a TLS handshake, trusted or not.
pub(crate) struct TlsPeer {
    /// "1.3" or "1.2".
    pub version: &'static str,
    /// Whom its certificate names as its issuer; `None` where that cannot be read.
    pub issuer: Option<String>,
}

impl Inspection {
    pub(super) fn of(
        origin: &OriginConnector,
        wait: &Wait,
        connect_timeout: Duration,
        secrets: &Secrets,
    ) -> Inspection {
        let begin = || {
            let (now, context) = (Instant::now(), Arc::<CallContext>::default());
            context.begin(wait.clone(), now);
            let wait = context.begin_connecting(now + connect_timeout);
            (context, wait)
        };
        let (context, limit) = begin();
        let addresses = origin.look_up(&context, &limit);
        let mut inspection = Inspection { addresses, connection: None, tls: None, peer: None };
        if inspection.addresses.is_err() {
            return inspection;
        }
        let stream = match origin.reach(&context, &limit, secrets) {
            Ok(stream) => stream,
            Err(error) => return Inspection { connection: Some(Err(error)), ..inspection },
        };
        inspection.connection = Some(Ok(()));
        if origin.base.https {
            let secured = origin.secure(stream, &origin.base.host, origin.base.port, &context);
            inspection.tls = Some(secured.map(drop));
            let (context, limit) = begin();
            inspection.peer = peer(origin, &context, &limit, secrets);
        }
        inspection
    }
}

impl TransportError {
    /// Whether a certificate was refused because of the time, which may be this machine's.
    pub fn is_about_time(&self) -> bool {
        let TransportError::Tls(_, Some(cause)) = self else { return false };
        matches!(
            cause.0.downcast_ref(),
            Some(Error::InvalidCertificate(
                CertificateError::Expired
                    | CertificateError::ExpiredContext { .. }
                    | CertificateError::NotValidYet
                    | CertificateError::NotValidYetContext { .. }
            ))
        )
    }
}

/// Looks at the certificate, on a connection of its own: ureq does not show it, least of all one
/// that is not trusted.
fn peer(
    origin: &OriginConnector,
    context: &Arc<CallContext>,
    wait: &Wait,
    secrets: &Secrets,
) -> Option<TlsPeer> {
    let provider = provider();
    let onlooker = Arc::new(Onlooker { provider: provider.clone(), seen: Mutex::default() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(onlooker.clone())
        .with_no_client_auth();
    let name = ServerName::try_from(origin.base.host.clone()).ok()?;
    let mut tls = ClientConnection::new(Arc::new(config), name).ok()?;
    let stream = origin.reach(context, wait, secrets).ok()?;
    let mut stream = TransportAdapter::new(stream, Arc::new(time::Instant::now));
    // It ends with the onlooker's refusal.
    let _ = tls.complete_io(&mut stream);
    let version = match tls.protocol_version()? {
        ProtocolVersion::TLSv1_3 => "1.3",
        _ => "1.2",
    };
    let seen = onlooker.seen.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    Some(TlsPeer { version, issuer: issuer(&seen) })
}

/// Keeps the certificate that it is shown and trusts none, so that nothing can ever be sent over
/// a connection of its.
#[derive(Debug)]
struct Onlooker {
    provider: Arc<CryptoProvider>,
    seen: Mutex<Option<Vec<u8>>>,
}

impl Onlooker {
    fn refusal<T>() -> Result<T, Error> {
        Err(Error::General("a certificate was looked at, and no more".to_owned()))
    }
}

impl ServerCertVerifier for Onlooker {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer,
        _: &[CertificateDer],
        _: &ServerName,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = Some(certificate.to_vec());
        Onlooker::refusal()
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Onlooker::refusal()
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Onlooker::refusal()
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The issuer of a certificate in DER (RFC 5280, section 4.1), by its common name and its
/// organisation: "R11, Let's Encrypt".
fn issuer(certificate: &[u8]) -> Option<String> {
    const SEQUENCE: u8 = 0x30;
    const SET: u8 = 0x31;
    const VERSION: u8 = 0xa0;
    /// 2.5.4.3 and 2.5.4.10.
    const NAMES: [&[u8]; 2] = [&[0x55, 0x04, 0x03], &[0x55, 0x04, 0x0a]];
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    if fields.first() == Some(&VERSION) {
        (_, _, fields) = element(fields)?;
    }
    // The serial number and the algorithm of the signature.
    for _ in 0..2 {
        (_, _, fields) = element(fields)?;
    }
    let (SEQUENCE, mut name, _) = element(fields)? else { return None };
    let mut found = [None, None];
    while !name.is_empty() {
        let (SET, attributes, rest) = element(name)? else { return None };
        name = rest;
        let (_, attribute, _) = element(attributes)?;
        let (_, kind, value) = element(attribute)?;
        let (_, text, _) = element(value)?;
        for (known, found) in NAMES.iter().zip(&mut found) {
            if *known == kind {
                *found = Some(excerpt(&String::from_utf8_lossy(text)));
            }
        }
    }
    let found: Vec<String> = found.into_iter().flatten().collect();
    (!found.is_empty()).then(|| found.join(", "))
}

/// The first element of some DER: its tag, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    /// A certificate whose issuer has these names.
    fn certificate(names: &[(DnType, &str)]) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, name) in names {
            params.distinguished_name.push(kind.clone(), *name);
        }
        let issuer = Issuer::new(params, KeyPair::generate().unwrap());
        let params = CertificateParams::new(vec!["oapi.example".to_owned()]).unwrap();
        params.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap().der().to_vec()
    }

    #[test]
    fn the_issuer_by_its_names() {
        let (name, organisation) = (DnType::CommonName, DnType::OrganizationName);
        for (names, told) in [
            (
                &[(organisation.clone(), "Zhang & Söhne"), (name.clone(), "R11")][..],
                Some("R11, Zhang & Söhne"),
            ),
            (&[(DnType::CountryName, "CN"), (organisation, "企业")], Some("企业")),
            (&[(name, "a\nb")], Some("a\\u{a}b")),
            (&[(DnType::CountryName, "CN")], None),
        ] {
            assert_eq!(issuer(&certificate(names)).as_deref(), told);
        }
    }

    proptest! {
        #[test]
        fn a_certificate_that_is_none_has_no_issuer(bytes in any::<Vec<u8>>(), cut in 0usize..200) {
            let _ = issuer(&bytes);
            let whole = certificate(&[(DnType::CommonName, "R11")]);
            prop_assert_eq!(issuer(whole.get(..cut.min(20)).unwrap()), None);
        }
    }
}
