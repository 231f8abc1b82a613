//! A certificate authority of the test's own, and TLS in front of plain servers.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

use dingtalk_extcontact_sandbox::server::Connection;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

use crate::proxy::{connect, each_read};
use crate::server::serve;

/// A certificate authority, and a folder for its files that is gone with it.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// Its certificate.
    pub pem: String,
    folder: PathBuf,
}

impl Authority {
    /// An authority of that name. A process has one of each name.
    pub fn new(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let pem = issuer.pem();
        let folder = std::env::temp_dir().join(format!("dtx-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Authority { issuer, pem, folder }
    }

    /// A file with the authority's certificate.
    pub fn file(&self) -> PathBuf {
        self.write("ca.pem", &self.pem)
    }

    /// Writes a file into its folder.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The configuration of a server with a certificate for these names.
    pub fn server(
        &self,
        names: &[&str],
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let names: Vec<_> = names.iter().map(|name| name.to_string()).collect();
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(names).unwrap().signed_by(&key, &self.issuer).unwrap();
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Arc::new(config)
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Speaks TLS in front of the plain server at `target`.
pub fn serve_tls(config: Arc<ServerConfig>, target: SocketAddr) -> SocketAddr {
    serve(move |connection| terminate_tls(connection, &config, target))
}

/// Decrypts what comes on the connection for the plain server at `target`, and encrypts its
/// answers, until both sides have ended.
pub fn terminate_tls(connection: &mut Connection, config: &Arc<ServerConfig>, target: SocketAddr) {
    let session = Mutex::new(ServerConnection::new(config.clone()).unwrap());
    let (client, server) = (connection.stream(), connect(target));
    thread::scope(|scope| {
        scope.spawn(|| {
            each_read(&server, |plain| {
                encrypt(&mut session.lock().unwrap(), plain, client).is_ok()
            });
            session.lock().unwrap().send_close_notify();
            let _ = encrypt(&mut session.lock().unwrap(), &[], client);
            let _ = client.shutdown(Shutdown::Write);
        });
        // A client that refuses the certificate or goes away is what some tests want.
        each_read(client, |bytes| {
            decrypt(&mut session.lock().unwrap(), bytes, client, &server).is_ok()
        });
        let _ = server.shutdown(Shutdown::Write);
    });
}

/// Sends what the session has to say, and `plain` behind it.
fn encrypt(session: &mut ServerConnection, plain: &[u8], mut client: &TcpStream) -> io::Result<()> {
    session.writer().write_all(plain)?;
    while session.wants_write() {
        session.write_tls(&mut client)?;
    }
    Ok(())
}

/// Takes in what the client sent, and hands the plain text of it to the server.
fn decrypt(
    session: &mut ServerConnection,
    mut bytes: &[u8],
    client: &TcpStream,
    mut server: &TcpStream,
) -> io::Result<()> {
    while !bytes.is_empty() {
        session.read_tls(&mut bytes)?;
        let state = session.process_new_packets();
        // The handshake, or the alert that says why it failed.
        encrypt(session, &[], client)?;
        let mut plain = vec![0; state.map_err(io::Error::other)?.plaintext_bytes_to_read()];
        session.reader().read_exact(&mut plain)?;
        server.write_all(&plain)?;
    }
    Ok(())
}
