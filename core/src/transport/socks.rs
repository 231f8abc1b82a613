//! SOCKS5: a tunnel through a proxy (RFC 1928), with a login where there is one (RFC 1929).
//!
//! The name goes to the proxy as it is: behind a proxy there is often no lookup of names.
//!
//! Written by hand, as crates for it connect by themselves: here every read and write is a wait
//! of the call, which can be cancelled and ends with its deadline.

use std::io::{self, Read, Write};
use std::net::IpAddr;

use super::tunnel::TunnelError;
use crate::options::proxy::Proxy;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const LOGIN: u8 = 2;

/// Asks the proxy at the other end for a connection to `host`.
pub(super) fn tunnel<S: Read + Write>(
    stream: &mut S,
    proxy: &Proxy,
    host: &str,
    port: u16,
) -> Result<(), TunnelError> {
    let method = match proxy.login {
        Some(_) => LOGIN,
        None => NO_LOGIN,
    };
    stream.write_all(&[VERSION, 1, method])?;
    let [version, chosen] = read(stream)?;
    if version != VERSION {
        return Err(failed("does not speak SOCKS5"));
    }
    match (chosen, &proxy.login) {
        (NO_LOGIN, None) => {}
        (LOGIN, Some((user, password))) => {
            let mut login = vec![1];
            push(&mut login, user.expose().as_bytes(), "user name")?;
            push(&mut login, password.expose().as_bytes(), "password")?;
            stream.write_all(&login)?;
            let [_, verdict] = read(stream)?;
            if verdict != 0 {
                return Err(TunnelError::Login(Vec::new()));
            }
        }
        _ => return Err(TunnelError::Login(Vec::new())),
    }
    let mut request = vec![VERSION, 1, 0];
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            request.push(1);
            request.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(4);
            request.extend(address.octets());
        }
        Err(_) => {
            request.push(3);
            push(&mut request, host.as_bytes(), "host name")?;
        }
    }
    request.extend(port.to_be_bytes());
    stream.write_all(&request)?;
    let [_, reply, _, kind] = read(stream)?;
    match reply {
        0 => {}
        // The proxy's own rules forbid it.
        2 => {
            return Err(TunnelError::Refused(format!(
                "does not allow a connection to {host}:{port}"
            )));
        }
        _ => return Err(failed(reason(reply))),
    }
    // The address that the proxy bound: of no use here, but it must be read past.
    match kind {
        1 => read::<6, S>(stream).map(drop)?,
        4 => read::<18, S>(stream).map(drop)?,
        3 => {
            let [length] = read(stream)?;
            let mut name = vec![0; usize::from(length) + 2];
            stream.read_exact(&mut name)?;
        }
        _ => return Err(failed("answered with an unknown kind of address")),
    }
    Ok(())
}

fn read<const N: usize, S: Read>(stream: &mut S) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A text after its length in one byte.
fn push(request: &mut Vec<u8>, text: &[u8], what: &str) -> Result<(), TunnelError> {
    let length = u8::try_from(text.len())
        .map_err(|_| failed(&format!("cannot be given a {what} so long")))?;
    request.push(length);
    request.extend(text);
    Ok(())
}

fn failed(what: &str) -> TunnelError {
    TunnelError::Failed(what.to_owned())
}

/// RFC 1928, section 6.
fn reason(reply: u8) -> &'static str {
    match reply {
        1 => "failed",
        3 => "cannot reach the network",
        4 => "cannot reach the host",
        5 => "was refused by the host",
        6 => "got no answer in time",
        7 => "does not know the command",
        8 => "does not know this kind of address",
        _ => "failed for an unknown reason",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::options::proxy::ProxyKind;
    use crate::secret::Secret;

    /// Plays the proxy: what it answers, and what it was sent.
    pub(in crate::transport) struct Script {
        pub answers: io::Cursor<Vec<u8>>,
        pub sent: Vec<u8>,
    }

    impl Script {
        pub fn new(answers: &[u8]) -> Script {
            Script { answers: io::Cursor::new(answers.to_vec()), sent: Vec::new() }
        }
    }

    impl Read for Script {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.answers.read(buffer)
        }
    }

    impl Write for Script {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.sent.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn run(answers: &[u8], login: bool, host: &str) -> (Result<(), TunnelError>, Vec<u8>, u64) {
        let login = login.then(|| (Secret::new("me"), Secret::new("pw")));
        let proxy = Proxy {
            kind: ProxyKind::Socks5,
            host: "p".into(),
            port: 1080,
            login,
            source: "proxy".into(),
        };
        let mut script = Script::new(answers);
        let result = tunnel(&mut script, &proxy, host, 443);
        (result, script.sent, script.answers.position())
    }

    #[test]
    fn a_name_goes_to_the_proxy() {
        let (result, sent, read) = run(&[5, 0, 5, 0, 0, 1, 1, 2, 3, 4, 0, 80, 99], false, "ab");
        result.unwrap();
        assert_eq!(sent, [5, 1, 0, 5, 1, 0, 3, 2, b'a', b'b', 1, 187]);
        assert_eq!(read, 12, "nothing of the tunnel is eaten");
    }

    #[test]
    fn addresses_and_logins() {
        let (result, sent, _) = run(&[5, 2, 1, 0, 5, 0, 0, 3, 1, b'x', 0, 80], true, "1.2.3.4");
        result.unwrap();
        assert_eq!(
            sent,
            [5, 1, 2, 1, 2, b'm', b'e', 2, b'p', b'w', 5, 1, 0, 1, 1, 2, 3, 4, 1, 187]
        );
        let mut answers = vec![5, 0, 5, 0, 0, 4];
        answers.extend([0; 18]);
        run(&answers, false, "::1").0.unwrap();
    }

    #[test]
    fn refusals() {
        for answers in
            [&[4, 0][..], &[5, 255], &[5, 2], &[5, 0, 5, 2, 0, 1], &[5, 0, 5, 0, 0, 9], &[5], &[]]
        {
            assert!(run(answers, false, "ab").0.is_err(), "{answers:?}");
        }
        for answers in [&[5, 2, 1, 1][..], &[5, 255], &[5, 0]] {
            let error = run(answers, true, "ab").0.unwrap_err();
            assert!(matches!(error, TunnelError::Login(_)), "{answers:?}: {error:?}");
        }
        let error = run(&[5, 0, 5, 2, 0, 1], false, "ab").0.unwrap_err();
        assert!(matches!(error, TunnelError::Refused(_)), "{error:?}");
        assert!(run(&[5, 0], false, &"a".repeat(256)).0.is_err());
    }
}
