//! Servers of the tests: HTTP over any stream, TLS with a certificate authority of its own,
//! and proxies. Each answers as often as it is asked and notes what it saw.

#![forbid(unsafe_code)]
#![allow(missing_docs)]

pub mod client;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

pub const OK: &str = r#"{"errcode":0,"errmsg":"ok","request_id":"r1"}"#;

/// The requests that a server saw: request line and headers, then the body.
pub type Seen = Arc<Mutex<Vec<String>>>;

/// Serves each connection on a thread of its own.
pub fn serve(work: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let work = Arc::new(work);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, work) = (stream.unwrap(), work.clone());
            stream.set_nodelay(true).unwrap();
            std::thread::spawn(move || work(stream));
        }
    });
    address
}

/// Reads one request: its head and as much body as Content-Length says. `None` at the end.
pub fn read_request(stream: &mut impl Read) -> io::Result<Option<String>> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        request.push(byte[0]);
    }
    let head = String::from_utf8(request).unwrap();
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
        })
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some(head + &String::from_utf8(body).unwrap()))
}

pub fn reply(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// Answers every request with success until the peer goes.
pub fn answer_all(stream: &mut (impl Read + Write), seen: &Seen) -> io::Result<()> {
    while let Some(request) = read_request(stream)? {
        seen.lock().unwrap().push(request);
        stream.write_all(reply(OK).as_bytes())?;
    }
    Ok(())
}

/// A certificate authority, and a file that names it.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub pem: String,
    folder: PathBuf,
}

impl Authority {
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

/// A TLS server that answers every request with success.
pub fn serve_tls(config: Arc<ServerConfig>, seen: Seen) -> SocketAddr {
    serve(move |stream| tls_session(stream, config.clone(), &seen))
}

pub fn tls_session(mut stream: impl Read + Write, config: Arc<ServerConfig>, seen: &Seen) {
    let mut session = ServerConnection::new(config).unwrap();
    let mut tls = rustls::Stream::new(&mut session, &mut stream);
    // A client that refuses the certificate or goes away is what some tests want.
    let _ = answer_all(&mut tls, seen);
}

/// Copies bytes both ways until one side ends, and counts what comes from the left.
pub fn splice(left: TcpStream, right: TcpStream, from_left: impl FnMut(&[u8]) + Send + 'static) {
    fn copy(mut from: TcpStream, mut to: TcpStream, mut look: impl FnMut(&[u8])) {
        let mut buffer = vec![0; 65536];
        while let Ok(n @ 1..) = from.read(&mut buffer) {
            look(&buffer[..n]);
            if to.write_all(&buffer[..n]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Write);
    }
    let (left2, right2) = (left.try_clone().unwrap(), right.try_clone().unwrap());
    let other_way = std::thread::spawn(move || copy(right2, left2, |_| {}));
    copy(left, right, from_left);
    let _ = other_way.join();
}
