//! CONNECT: a tunnel through an HTTP proxy (RFC 9110, section 9.3.6), with a login of the
//! scheme Basic where there is one.
//!
//! The name goes to the proxy as it is: behind a proxy there is often no lookup of names.

use std::io::{self, Read, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::head::USER_AGENT;
use super::tunnel::TunnelError;
use crate::options::proxy::Proxy;

/// The largest head of an answer, and the most headers in it.
const LARGEST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 100;

/// Asks the proxy at the other end for a connection to `host`.
pub(super) fn tunnel<S: Read + Write>(
    stream: &mut S,
    proxy: &Proxy,
    host: &str,
    port: u16,
) -> Result<(), TunnelError> {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let mut request = format!(
        "CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {USER_AGENT}\r\nProxy-Connection: Keep-Alive\r\n"
    );
    if let Some((user, password)) = &proxy.login {
        let login = BASE64_STANDARD.encode(format!("{}:{}", user.expose(), password.expose()));
        request.push_str(&format!("Proxy-Authorization: Basic {login}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    let (status, schemes) = loop {
        let answer = read_answer(stream)?;
        // After a head of the 1xx kind comes another.
        if !(100..200).contains(&answer.0) {
            break answer;
        }
    };
    match status {
        200..=299 => Ok(()),
        407 => Err(TunnelError::Login(schemes)),
        // It may pass: too slow, too many, or trouble of the proxy or of what lies behind it.
        408 | 429 | 500.. => Err(TunnelError::Failed(format!(
            "could not connect to {host}:{port} (HTTP status {status})"
        ))),
        _ => Err(TunnelError::Refused(format!(
            "does not allow a connection to {host}:{port} (HTTP status {status})"
        ))),
    }
}

/// The status of the next answer, and the schemes of login that it offers.
fn read_answer(stream: &mut impl Read) -> Result<(u16, Vec<String>), TunnelError> {
    let mut head = Vec::new();
    // Byte by byte out of a buffer: what follows the head belongs to the tunnel.
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        let mut byte = [0];
        match stream.read_exact(&mut byte) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && head.is_empty() => {
                return Err(TunnelError::Failed("closed the connection without an answer".into()));
            }
            result => result?,
        }
        head.extend(byte);
        if head.len() > LARGEST_HEAD {
            return Err(TunnelError::Failed("answered with a head that is too large".into()));
        }
        if !head.iter().zip(b"HTTP/1.").all(|(came, expected)| came == expected) {
            return Err(TunnelError::Failed("does not speak HTTP".into()));
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    match (answer.parse(&head), answer.code) {
        (Ok(httparse::Status::Complete(_)), Some(status)) => {
            let offers =
                answer.headers.iter().filter(|h| h.name.eq_ignore_ascii_case("Proxy-Authenticate"));
            let text = offers.map(|h| String::from_utf8_lossy(h.value)).collect::<Vec<_>>();
            Ok((status, schemes_in(&text.join(","))))
        }
        _ => Err(TunnelError::Failed("does not speak HTTP".into())),
    }
}

/// The schemes in `Basic realm="a, b", Negotiate`: each challenge begins with its scheme, and
/// its parameters, `name=value`, are set apart by commas as well.
fn schemes_in(challenges: &str) -> Vec<String> {
    const MOST: usize = 8;
    const LONGEST: usize = 32;
    let mut quoted = false;
    let pieces = challenges.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    let mut schemes: Vec<String> = Vec::new();
    for piece in pieces {
        let (first, rest) = piece.trim().split_once(' ').unwrap_or((piece.trim(), ""));
        let is_scheme = !rest.trim_start().starts_with('=')
            && (1..=LONGEST).contains(&first.len())
            && first.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if is_scheme && schemes.len() < MOST && !schemes.iter().any(|s| s == first) {
            schemes.push(first.to_owned());
        }
    }
    schemes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::proxy::ProxyKind;
    use crate::secret::Secret;
    use crate::transport::socks::tests::Script;

    fn run(answer: &str, login: bool, host: &str) -> (Result<(), TunnelError>, String, u64) {
        let login = login.then(|| (Secret::new("me"), Secret::new("pw")));
        let proxy = Proxy {
            kind: ProxyKind::Http,
            host: "p".into(),
            port: 80,
            login,
            source: "proxy".into(),
        };
        let mut script = Script::new(answer.as_bytes());
        let result = tunnel(&mut script, &proxy, host, 443);
        let read = script.answers.position();
        (result, String::from_utf8(script.sent).unwrap(), read)
    }

    #[test]
    fn a_tunnel_is_granted_by_any_2xx_and_nothing_of_it_is_eaten() {
        for head in [
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 200\r\n\r\n",
        ] {
            let (result, sent, read) = run(&format!("{head}\x16\x03"), true, "ab");
            result.unwrap();
            assert_eq!(read, head.len() as u64);
            assert!(sent.starts_with("CONNECT ab:443 HTTP/1.1\r\nHost: ab:443\r\n"), "{sent}");
            assert!(sent.contains("\r\nProxy-Authorization: Basic bWU6cHc=\r\n"), "{sent}");
        }
        let (_, sent, _) = run("", false, "::1");
        assert!(sent.starts_with("CONNECT [::1]:443 HTTP/1.1\r\n"), "{sent}");
        assert!(!sent.contains("Authorization"));
    }

    #[test]
    fn refusals_by_whether_they_may_pass() {
        for status in [301, 400, 403, 404, 405] {
            let answer = format!("HTTP/1.1 {status} No\r\n\r\n");
            let (result, _, _) = run(&answer, false, "ab");
            let Err(TunnelError::Refused(text)) = result else { panic!("{status}: {result:?}") };
            let expected = format!("does not allow a connection to ab:443 (HTTP status {status})");
            assert_eq!(text, expected);
        }
        for status in [408, 429, 500, 502, 503, 504] {
            let answer = format!("HTTP/1.1 {status} No\r\n\r\n");
            let (result, _, _) = run(&answer, false, "ab");
            assert!(matches!(result, Err(TunnelError::Failed(_))), "{status}: {result:?}");
        }
        let long = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(LARGEST_HEAD));
        for answer in ["", "SSH-2.0-x\r\n", "HTTP/1.1 x OK\r\n\r\n", &long] {
            let (result, _, _) = run(answer, false, "ab");
            assert!(matches!(result, Err(TunnelError::Failed(_))), "{answer:?}: {result:?}");
        }
        let (result, _, _) = run("HTTP/1.1 20", false, "ab");
        assert!(matches!(result, Err(TunnelError::Io(_))), "{result:?}");
    }

    #[test]
    fn the_schemes_that_are_offered() {
        for (headers, schemes) in [
            ("", &[][..]),
            (
                "Proxy-Authenticate: Negotiate\r\nproxy-authenticate: NTLM\r\n",
                &["Negotiate", "NTLM"],
            ),
            ("Proxy-Authenticate: Negotiate YII=, NTLM\r\n", &["Negotiate", "NTLM"]),
            (
                "Proxy-Authenticate: Basic realm=\"a, Fake b\", Digest realm = \"x\", nonce=y\r\n",
                &["Basic", "Digest"],
            ),
            ("Proxy-Authenticate: <b>,,;\r\n", &[]),
        ] {
            let answer = format!("HTTP/1.1 407 Login\r\n{headers}\r\n");
            let (result, _, _) = run(&answer, false, "ab");
            let Err(TunnelError::Login(offered)) = result else { panic!("{headers}: {result:?}") };
            assert_eq!(offered, schemes, "{headers}");
        }
    }
}
