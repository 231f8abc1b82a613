//! Whom requests trust: a bundle of certificates, the system's store, or Mozilla's roots.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::error::Error;
use crate::options::environment::Environment;
use crate::options::pem;
use crate::text::excerpt;

/// What certificates are trusted: read now, so that a bad file is found now. `ca_file` is what
/// errors call the caller's own file, and its path.
///
/// Mozilla's roots serve where no source is named and the system has none (slim images).
pub(crate) fn roots(
    ca_file: Option<(&str, &Path)>,
    https: bool,
    environment: &Environment,
) -> Result<Roots, Error> {
    let these = |certificates: Vec<Vec<u8>>| Roots::These(certificates.into());
    if let Some((name, path)) = ca_file {
        return read_pem(name, path).map(these);
    }
    if !https {
        return Ok(Roots::Mozilla);
    }
    if let Some(path) = environment.path("SSL_CERT_FILE") {
        return read_pem("SSL_CERT_FILE", &path).map(these);
    }
    let certificates = system_certificates();
    match environment.path("SSL_CERT_DIR") {
        Some(path) if certificates.is_empty() => Err(Error::invalid(
            format!("SSL_CERT_DIR {} holds no certificate", shown(&path)),
            "Name a folder of certificates in PEM form, or unset it.",
        )),
        _ if certificates.is_empty() => Ok(Roots::Mozilla),
        _ => Ok(these(certificates)),
    }
}

/// What a server's certificate must lead to.
#[derive(Clone)]
pub(crate) enum Roots {
    /// These alone, DER.
    These(Arc<[Vec<u8>]>),
    /// Mozilla's, which come with the library.
    Mozilla,
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Roots::These(certificates) => write!(f, "These({})", certificates.len()),
            Roots::Mozilla => f.write_str("Mozilla"),
        }
    }
}

/// A path in a message. Somebody may have given the file's content in its place.
fn shown(path: &Path) -> String {
    excerpt(&path.to_string_lossy())
}

fn read_pem(name: &str, path: &Path) -> Result<Vec<Vec<u8>>, Error> {
    let bad = |problem: String| {
        Error::invalid(
            format!("{name} {}: {problem}", shown(path)),
            "Give a readable file with at least one certificate in PEM form: BEGIN CERTIFICATE and END CERTIFICATE, each in a line of its own. openssl x509 -in FILE writes other forms so.",
        )
    };
    let bytes = std::fs::read(path)
        .map_err(|error| bad(format!("cannot be read: {error}")).caused_by(error))?;
    pem::certificates(&bytes).map_err(bad)
}

/// The certificates of the system's store, DER: of SSL_CERT_DIR where that is set.
fn system_certificates() -> Vec<Vec<u8>> {
    let store = rustls_native_certs::load_native_certs();
    for error in store.errors {
        log::warn!(target: crate::LOG, "passed over in the system's store of certificates: {error}");
    }
    store.certs.iter().map(|der| der.to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use crate::options::tests::{options, with};

    #[test]
    fn files_of_certificates_are_read_when_the_client_is_made() {
        let error = with("ca_file", "/nowhere/at/all.pem").unwrap_err();
        assert!(error.message().starts_with("ca_file /nowhere/at/all.pem: cannot be read"));
        let error = options(&[("SSL_CERT_FILE", "/nowhere/at/all.pem")]).check().unwrap_err();
        assert!(error.message().starts_with("SSL_CERT_FILE"));
    }

    #[test]
    fn a_file_given_in_place_of_its_path_is_not_quoted_whole() {
        let error = with("ca_file", &"-----BEGIN\n".repeat(1000)).unwrap_err();
        assert!(error.message().len() < 400 && !error.message().contains('\n'), "{error}");
    }
}
