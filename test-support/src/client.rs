//! A raw HTTP client, so that the tests see what is on the wire and nothing else.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// A test that waits longer than this has failed.
const LIMIT: Duration = Duration::from_secs(20);

/// A reply as it came.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The status line and the headers, with the empty line that ends them.
    pub head: String,
    /// As many bytes as Content-Length says.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// One connection.
pub struct Client {
    /// The socket, for what has no method here.
    pub stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects.
    pub fn connect(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream, buffer: Vec::new() }
    }

    /// Connects to the host and port of a URL.
    pub fn to_url(url: &str) -> Client {
        Client::connect(address_in(url))
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// A POST, and its reply.
    pub fn post(&mut self, target: &str, content_type: &str, body: &str) -> Reply {
        self.send(post_bytes(target, content_type, body));
        self.reply().unwrap()
    }

    /// A POST of a form, and its reply.
    pub fn post_form(&mut self, target: &str, body: &str) -> Reply {
        self.post(target, "application/x-www-form-urlencoded;charset=utf-8", body)
    }

    /// A GET, and its reply.
    pub fn get(&mut self, target: &str) -> Reply {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n"));
        self.reply().unwrap()
    }

    /// One reply with a Content-Length.
    pub fn reply(&mut self) -> io::Result<Reply> {
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.fill()?;
        };
        let head = String::from_utf8(self.buffer.drain(..end).collect()).unwrap();
        let mut reply = Reply {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head,
            body: Vec::new(),
        };
        let length = reply.header("content-length").map_or(0, |text| text.parse().unwrap());
        while self.buffer.len() < length {
            self.fill()?;
        }
        reply.body = self.buffer.drain(..length).collect();
        Ok(reply)
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut bytes = [0; 4096];
        match self.stream.read(&mut bytes)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.buffer.extend_from_slice(&bytes[..count]);
                Ok(())
            }
        }
    }

    /// Everything up to the end of the connection, and how it ended.
    pub fn rest(&mut self) -> (Vec<u8>, io::Result<()>) {
        loop {
            match self.fill() {
                Ok(()) => {}
                Err(error) => {
                    let end = match error.kind() {
                        io::ErrorKind::UnexpectedEof => Ok(()),
                        _ => Err(error),
                    };
                    return (std::mem::take(&mut self.buffer), end);
                }
            }
        }
    }
}

/// A POST as text.
pub fn post_bytes(target: &str, content_type: &str, body: &str) -> String {
    format!(
        "POST {target} HTTP/1.1\r\nHost: h\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The address in `scheme://ADDRESS`.
pub fn address_in(url: &str) -> SocketAddr {
    let (_, address) = url.split_once("://").unwrap();
    address.parse().unwrap()
}
