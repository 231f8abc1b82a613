//! As much of HTTP/1.1 as a server on loopback needs: whole requests in, whole replies out.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, Instant};

use percent_encoding::percent_decode;
use serde_json::Value;

use crate::server::Connection;

/// More than any request of this API needs; it bounds how much memory one connection can take.
const MAX_HEAD: usize = 64 * 1024;
const MAX_BODY: usize = 8 * 1024 * 1024;
const MAX_HEADERS: usize = 100;

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `POST`, in the case that was sent.
    pub method: String,
    /// The target up to the `?`, not decoded. For `CONNECT` the authority.
    pub path: String,
    /// What follows the `?`, not decoded; empty without one.
    pub raw_query: String,
    /// Names and values in the order of sending, the names in the case that was sent.
    pub headers: Vec<(String, String)>,
    /// The body without its transfer coding.
    pub body: Vec<u8>,
    /// The number of the connection that it came on, from 1 in the order of accepting.
    pub connection: u64,
    /// When all of it had arrived, counted from the start of the server.
    pub when: Duration,
}

impl Request {
    /// The query, decoded as a form, in the order of sending.
    pub fn query(&self) -> Vec<(String, String)> {
        decode_form(self.raw_query.as_bytes())
    }

    /// The body, decoded as a form, in the order of sending.
    pub fn form(&self) -> Vec<(String, String)> {
        decode_form(&self.body)
    }

    /// The body as JSON, or None where it is not JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// All headers of that name, whatever its case.
    pub fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether the client closes the connection after this request.
    pub(crate) fn closes(&self) -> bool {
        self.header_values("connection").any(|value| value.to_ascii_lowercase().contains("close"))
    }
}

/// Decodes `application/x-www-form-urlencoded`. Bytes that are not UTF-8 become U+FFFD.
pub(crate) fn decode_form(bytes: &[u8]) -> Vec<(String, String)> {
    bytes
        .split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |&byte| byte == b'=');
            let name = halves.next().unwrap_or_default();
            let value = halves.next().unwrap_or_default();
            (decode_part(name), decode_part(value))
        })
        .collect()
}

fn decode_part(bytes: &[u8]) -> String {
    let spaced: Vec<u8> =
        bytes.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    let decoded: Cow<'_, [u8]> = percent_decode(&spaced).into();
    String::from_utf8_lossy(&decoded).into_owned()
}

/// What came is not an HTTP request; the text says what is wrong with it.
#[derive(Debug)]
pub struct NotHttp(String);

impl fmt::Display for NotHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn not_http(text: impl Into<String>) -> NotHttp {
    NotHttp(text.into())
}

/// What the head says about the length of the body.
enum BodyEnd {
    Length(usize),
    Chunked,
}

struct Head {
    request: Request,
    length: usize,
    end: BodyEnd,
}

/// Reads one whole request; None when the connection ended before one was whole.
pub fn read_request(
    connection: &mut Connection,
    started: Instant,
) -> Result<Option<Request>, NotHttp> {
    let mut head = loop {
        if let Some(head) = parse_head(connection)? {
            break head;
        }
        if connection.buffer().len() > MAX_HEAD {
            return Err(not_http("a head of more than 64 KiB"));
        }
        if !connection.fill() {
            return Ok(None);
        }
    };
    connection.take(head.length);
    let expects_continue = head
        .request
        .header("expect")
        .is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
    if expects_continue && connection.buffer().is_empty() {
        let _ = connection.send(b"HTTP/1.1 100 Continue\r\n\r\n");
    }
    let body = match head.end {
        BodyEnd::Length(length) => connection.read_exactly(length),
        BodyEnd::Chunked => read_chunks(connection)?,
    };
    let Some(body) = body else {
        return Ok(None);
    };
    head.request.body = body;
    head.request.when = connection.arrived().saturating_duration_since(started);
    Ok(Some(head.request))
}

fn parse_head(connection: &Connection) -> Result<Option<Head>, NotHttp> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(connection.buffer()) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => {
            return Err(not_http(format!(
                "{error}; the first bytes are {}",
                first_bytes(connection.buffer())
            )));
        }
    };
    let target = parsed.path.unwrap_or_default();
    let (path, raw_query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers: Vec<(String, String)> = parsed
        .headers
        .iter()
        .map(|header| {
            let value = String::from_utf8_lossy(header.value).into_owned();
            (header.name.to_owned(), value)
        })
        .collect();
    if parsed.version == Some(0) {
        // HTTP/1.0 closes unless it says otherwise; written down as the header that says so.
        headers.push(("Connection".into(), "close".into()));
    }
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        raw_query: raw_query.to_owned(),
        headers,
        body: Vec::new(),
        connection: connection.number(),
        when: Duration::ZERO,
    };
    let chunked = request
        .header_values("transfer-encoding")
        .any(|value| value.to_ascii_lowercase().contains("chunked"));
    let end = if chunked {
        BodyEnd::Chunked
    } else {
        match request.header("content-length") {
            None => BodyEnd::Length(0),
            Some(text) => match text.trim().parse() {
                Ok(count) if count <= MAX_BODY => BodyEnd::Length(count),
                _ => return Err(not_http(format!("a Content-Length of {text:?}"))),
            },
        }
    };
    Ok(Some(Head { request, length, end }))
}

/// Enough to tell a TLS handshake from rubbish.
fn first_bytes(bytes: &[u8]) -> String {
    let shown: Vec<String> = bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    shown.join(" ")
}

fn read_chunks(connection: &mut Connection) -> Result<Option<Vec<u8>>, NotHttp> {
    let mut body = Vec::new();
    loop {
        match httparse::parse_chunk_size(connection.buffer()) {
            Err(_) => return Err(not_http("a chunk without a size")),
            Ok(httparse::Status::Partial) => {
                if !connection.fill() {
                    return Ok(None);
                }
            }
            Ok(httparse::Status::Complete((_, 0))) => break,
            Ok(httparse::Status::Complete((start, size))) => {
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                if size > MAX_BODY - body.len() {
                    return Err(not_http("a chunked body of more than 8 MiB"));
                }
                connection.take(start);
                // A chunk is followed by CR LF.
                let Some(mut chunk) = connection.read_exactly(size + 2) else {
                    return Ok(None);
                };
                chunk.truncate(size);
                body.append(&mut chunk);
            }
        }
    }
    // The size line of the last chunk, then trailers, up to an empty line.
    loop {
        let Some(end) = connection.buffer().iter().position(|&byte| byte == b'\n') else {
            if !connection.fill() {
                return Ok(None);
            }
            continue;
        };
        let line = connection.take(end + 1);
        if line == b"\r\n" || line == b"\n" {
            return Ok(Some(body));
        }
    }
}

/// A reply, sent with its length unless the headers say otherwise.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The reason phrase; None: the usual one for the status.
    pub reason: Option<String>,
    /// Names and values in the order of sending.
    pub headers: Vec<(String, String)>,
    /// The body as it is sent.
    pub body: Vec<u8>,
}

impl Reply {
    /// A reply with a Content-Type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
        Reply {
            status,
            reason: None,
            headers: vec![("Content-Type".into(), content_type.into())],
            body: body.into(),
        }
    }

    /// A reply in JSON.
    pub fn json(status: u16, body: &Value) -> Reply {
        Reply::new(status, "application/json;charset=UTF-8", body.to_string())
    }

    /// A page for browsers.
    pub fn html(status: u16, body: &str) -> Reply {
        Reply::new(status, "text/html;charset=UTF-8", body)
    }

    /// The same with one more header.
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Reply {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Head and body in one piece, so that they leave in one write.
    pub fn to_bytes(&self) -> Vec<u8> {
        let reason = self.reason.as_deref().unwrap_or_else(|| reason(self.status));
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let framed = self.headers.iter().any(|(name, _)| {
            name.eq_ignore_ascii_case("content-length")
                || name.eq_ignore_ascii_case("transfer-encoding")
        });
        // These statuses never have a body, and must not state a length.
        let bodiless = matches!(self.status, 100..=199 | 204 | 304);
        if !framed && !bodiless {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        103 => "Early Hints",
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_with_plus_percent_and_empty_parts() {
        let pairs = decode_form(b"a=1+2&b=%E9%92%89&&c&d=x%3Dy=z");
        let expected = [("a", "1 2"), ("b", "\u{9489}"), ("c", ""), ("d", "x=y=z")];
        let expected: Vec<(String, String)> =
            expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        assert_eq!(pairs, expected);
    }

    #[test]
    fn a_length_is_added_only_where_none_is_stated_and_a_body_can_be() {
        let text = |reply: &Reply| String::from_utf8(reply.to_bytes()).unwrap();
        let plain = Reply::html(200, "abc");
        assert!(text(&plain).contains("Content-Length: 3\r\n\r\nabc"));
        let stated = plain.clone().with_header("content-length", "9");
        assert!(!text(&stated).contains("Content-Length: 3"));
        let mut hint = plain;
        hint.status = 103;
        assert!(!text(&hint).contains("Content-Length"));
    }
}
