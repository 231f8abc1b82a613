//! Whom requests trust: a bundle of certificates, the system's store, or Mozilla's roots.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use once_cell::race::OnceBox;

use crate::error::Error;
use crate::options::environment::Environment;
use crate::options::pem;
use crate::text::excerpt;

/// What certificates are trusted. What somebody has named is read now, so that a bad file is found
/// now. `ca_file` is what errors call the caller's own file, and its path.
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
    if environment.is_empty("SSL_CERT_FILE") {
        // Who reads the system's store takes it for a file that cannot be read.
        return Err(Error::invalid(
            "SSL_CERT_FILE is set, but empty",
            phrase!(
                "Unset it, to trust the system's certificates, or name a file of certificates in PEM form."
            ),
        ));
    }
    if let Some(path) = environment.path("SSL_CERT_FILE") {
        return read_pem("SSL_CERT_FILE", &path).map(these);
    }
    let Some(path) = environment.path("SSL_CERT_DIR") else {
        return Ok(Roots::System);
    };
    let Store { certificates, .. } = read_store();
    match certificates.is_empty() {
        true => Err(Error::invalid(
            format!("SSL_CERT_DIR {} holds no certificate", shown(&path)),
            phrase!("Name a folder of certificates in PEM form, or unset it."),
        )),
        false => Ok(these(certificates)),
    }
}

/// What a server's certificate must lead to.
#[derive(Clone)]
pub(crate) enum Roots {
    /// These alone, DER.
    These(Arc<[Vec<u8>]>),
    /// Mozilla's, which come with the library.
    Mozilla,
    /// The system's store, which is read at the first need. Where it has none (slim images),
    /// Mozilla's.
    System,
}

impl Roots {
    /// The certificates to trust for a connection, DER; `None`: Mozilla's. And whether that is
    /// certain: a store that could not be read is tried again for the next connection.
    pub fn certificates(&self) -> (Option<Arc<[Vec<u8>]>>, bool) {
        match self {
            Roots::These(certificates) => (Some(certificates.clone()), true),
            Roots::Mozilla => (None, true),
            Roots::System => from_store(&SYSTEM, read_store),
        }
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Roots::These(certificates) => write!(f, "These({})", certificates.len()),
            Roots::Mozilla => f.write_str("Mozilla"),
            Roots::System => f.write_str("System"),
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
            phrase!(
                "Give a readable file with at least one certificate in PEM form: BEGIN CERTIFICATE and END CERTIFICATE, each in a line of its own. openssl x509 -in FILE writes other forms so."
            ),
        )
    };
    let bytes = std::fs::read(path)
        .map_err(|error| bad(format!("cannot be read: {error}")).caused_by(error))?;
    pem::certificates(&bytes).map_err(bad)
}

/// The certificates of the system's store, once they are read: for all clients of the process, and
/// for its forked children.
static SYSTEM: OnceBox<Arc<[Vec<u8>]>> = OnceBox::new();

/// What a store of certificates has.
struct Store {
    certificates: Vec<Vec<u8>>,
    /// Whether some of it, or all, could not be read.
    failed: bool,
}

/// What a store had when it was read, else what it has now.
///
/// There is no lock: a child that is forked while another thread reads would wait for it for
/// ever. So whoever comes meanwhile reads as well.
fn from_store(
    kept: &OnceBox<Arc<[Vec<u8>]>>,
    read: impl FnOnce() -> Store,
) -> (Option<Arc<[Vec<u8>]>>, bool) {
    let certificates = match kept.get() {
        Some(certificates) => certificates.clone(),
        None => {
            let Store { certificates, failed } = read();
            if certificates.is_empty() && failed {
                return (None, false);
            }
            let certificates: Arc<[_]> = certificates.into();
            kept.get_or_init(|| Box::new(certificates)).clone()
        }
    };
    (Some(certificates).filter(|certificates| !certificates.is_empty()), true)
}

/// Reads the system's store: SSL_CERT_DIR where that is set.
fn read_store() -> Store {
    let store = rustls_native_certs::load_native_certs();
    for error in &store.errors {
        crate::logged(
            || log::warn!(target: crate::LOG, "passed over in the system's store of certificates: {error}"),
        );
    }
    Store {
        certificates: store.certs.iter().map(|der| der.to_vec()).collect(),
        failed: !store.errors.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::options::tests::{options, with};

    fn store(certificates: &[&[u8]], failed: bool) -> Store {
        Store { certificates: certificates.iter().map(|der| der.to_vec()).collect(), failed }
    }

    #[test]
    fn the_store_is_read_at_the_first_need_and_kept() {
        let kept = OnceBox::new();
        let found = from_store(&kept, || store(&[b"one"], false));
        assert_eq!(found, (Some([b"one".to_vec()].into()), true));
        assert_eq!(from_store(&kept, || panic!("read again")), found);
        let none = OnceBox::new();
        assert_eq!(from_store(&none, || store(&[], false)), (None, true));
        assert_eq!(from_store(&none, || panic!("read again")), (None, true));
    }

    #[test]
    fn a_store_that_could_not_be_read_is_read_again() {
        let kept = OnceBox::new();
        assert_eq!(from_store(&kept, || store(&[], true)), (None, false));
        assert_eq!(from_store(&kept, || store(&[b"one"], true)).0.map(|it| it.len()), Some(1));
    }

    /// A child that is forked meanwhile is like this second thread: it must not wait for the first.
    #[test]
    fn nobody_waits_for_another_who_reads() {
        static KEPT: OnceBox<Arc<[Vec<u8>]>> = OnceBox::new();
        let ((reading, begun), (go, goes)) = (channel(), channel::<()>());
        let slow = std::thread::spawn(move || {
            from_store(&KEPT, || {
                reading.send(()).unwrap();
                goes.recv().unwrap();
                store(&[b"slow"], false)
            })
        });
        begun.recv().unwrap();
        let quick = from_store(&KEPT, || store(&[b"quick"], false));
        go.send(()).unwrap();
        assert_eq!(slow.join().unwrap(), quick, "the first that was read is everybody's");
    }

    #[test]
    fn the_unnamed_store_is_not_read_when_a_client_is_made() {
        let settings = options(&[]).check().unwrap();
        assert!(matches!(settings.roots, Roots::System), "{:?}", settings.roots);
        let settings = with("endpoint", "http://127.0.0.1:9").unwrap();
        assert!(matches!(settings.roots, Roots::Mozilla), "{:?}", settings.roots);
    }

    #[test]
    fn files_of_certificates_are_read_when_the_client_is_made() {
        let error = with("ca_file", "/nowhere/at/all.pem").unwrap_err();
        assert!(error.message().starts_with("ca_file /nowhere/at/all.pem: cannot be read"));
        let error = options(&[("SSL_CERT_FILE", "/nowhere/at/all.pem")]).check().unwrap_err();
        assert!(error.message().starts_with("SSL_CERT_FILE"));
    }

    #[test]
    fn an_empty_name_of_a_file_is_refused_where_it_would_count() {
        let empty = Environment::of(|name| (name == "SSL_CERT_FILE").then(Default::default));
        let error = roots(None, true, &empty).err().unwrap();
        assert_eq!(error.message(), "SSL_CERT_FILE is set, but empty");
        assert!(matches!(roots(None, false, &empty), Ok(Roots::Mozilla)));
    }

    #[test]
    fn a_file_given_in_place_of_its_path_is_not_quoted_whole() {
        let error = with("ca_file", &"-----BEGIN\n".repeat(1000)).unwrap_err();
        assert!(error.message().len() < 400 && !error.message().contains('\n'), "{error}");
    }
}
