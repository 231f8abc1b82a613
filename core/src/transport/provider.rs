//! What TLS computes with.

use std::sync::Arc;

use rustls::Error;
use rustls::crypto::{CryptoProvider, KeyProvider, ring};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;

/// The program's own provider, where it has installed one, else ring.
pub(super) fn provider() -> Arc<CryptoProvider> {
    CryptoProvider::get_default().cloned().unwrap_or_else(|| {
        Arc::new(CryptoProvider { key_provider: &NoKeys, ..ring::default_provider() })
    })
}

/// No client here has a certificate of its own. With ring's loader of private keys every library
/// would have all of signing in it.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(Error::General("there are no certificates of clients".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::PrivatePkcs8KeyDer;

    #[test]
    fn all_of_ring_is_there_but_for_keys() {
        let (ours, ring) = (provider(), ring::default_provider());
        let of = |provider: &CryptoProvider| {
            let schemes = provider.signature_verification_algorithms.supported_schemes();
            format!("{:?} {:?} {schemes:?}", provider.cipher_suites, provider.kx_groups)
        };
        assert_eq!(of(&ours), of(&ring));
        let key = rcgen::KeyPair::generate().unwrap().serialize_der();
        let key = || PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.clone()));
        ring.key_provider.load_private_key(key()).unwrap();
        ours.key_provider.load_private_key(key()).unwrap_err();
    }
}
