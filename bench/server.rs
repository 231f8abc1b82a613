//! Answers every deletion with the recorded success, on kept-alive connections of 127.0.0.1:
//! `bench-server [DELAY_MS [CA_FILE]]`. With CA_FILE it speaks TLS, and writes the certificate that
//! clients are to trust there. Its URL is the line that it prints; it ends when its input does.
//!
//! What is no POST with a `user_id` is answered with an errcode that no client takes for success.
//!
//! It does not stand on the sandbox's server as the test servers do: what a server costs is in
//! every figure, and this one does the least that a reply takes.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const SUCCESS: &str = r#"{"errcode":0,"request_id":"439eqp31da45"}"#;
const REFUSAL: &str = r#"{"errcode":400001,"errmsg":"the bench server takes deletions alone"}"#;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let delay = arguments.next().map_or(0, |text| text.parse().expect("DELAY_MS is a number"));
    let delay = Duration::from_millis(delay);
    let tls = arguments.next().map(|ca_file| tls(&ca_file)).transpose()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    println!("{scheme}://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tls = tls.clone();
            thread::spawn(move || accept(stream, tls, delay));
        }
    });
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

/// A certificate of its own for 127.0.0.1, which it writes to this file.
fn tls(ca_file: &str) -> io::Result<Arc<ServerConfig>> {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]);
    let rcgen::CertifiedKey { cert, signing_key } = made.map_err(io::Error::other)?;
    std::fs::write(ca_file, cert.pem())?;
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![cert.der().clone()], key.into());
    config.map(Arc::new).map_err(io::Error::other)
}

fn accept(stream: TcpStream, tls: Option<Arc<ServerConfig>>, delay: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    match tls {
        None => serve(stream, delay),
        Some(tls) => {
            let connection = ServerConnection::new(tls).map_err(io::Error::other)?;
            serve(StreamOwned::new(connection, stream), delay)
        }
    }
}

fn serve(mut stream: impl Read + Write, delay: Duration) -> io::Result<()> {
    let [success, refusal] = [SUCCESS, REFUSAL].map(|json| {
        let length = json.len();
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}")
    });
    let mut buffer = [0; 16 * 1024];
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..])?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        let Some(end) = end(&buffer[..filled]) else { continue };
        let request = &buffer[..end];
        let good = request.starts_with(b"POST ") && find(request, b"user_id=").is_some();
        buffer.copy_within(end..filled, 0);
        filled -= end;
        if !delay.is_zero() {
            thread::sleep(delay);
        }
        stream.write_all(if good { &success } else { &refusal }.as_bytes())?;
    }
}

/// Where the first request ends, if all of it is there.
fn end(bytes: &[u8]) -> Option<usize> {
    let head = find(bytes, b"\r\n\r\n")? + 4;
    let length = bytes[..head].split(|byte| *byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked("content-length:".len())?;
        name.eq_ignore_ascii_case(b"content-length:").then(|| value.trim_ascii())
    });
    let length: usize = length.map_or(Some(0), |text| str::from_utf8(text).ok()?.parse().ok())?;
    (bytes.len() >= head + length).then_some(head + length)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
