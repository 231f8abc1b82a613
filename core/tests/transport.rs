//! TLS, proxies, connections: what needs servers of another make than the conformance cases.

use std::error::Error;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use dingtalk_extcontact::{Client, ClientBuilder, ErrorKind, ProxySetting, Status};
use dingtalk_extcontact_test_support::*;
use rustls::version::{TLS12, TLS13};

const TOKEN: &str = "hush-token";

fn builder() -> ClientBuilder {
    Client::builder().access_token(TOKEN).rate(None).max_attempts(1).proxy(ProxySetting::None)
}

fn client(address: SocketAddr, ca_file: PathBuf) -> Client {
    let endpoint = format!("https://localhost:{}", address.port());
    builder().endpoint(endpoint).ca_file(ca_file).build().unwrap()
}

#[test]
fn tls_1_2_and_1_3_with_a_named_authority() {
    for (name, version) in [("tls12", &TLS12), ("tls13", &TLS13)] {
        let (authority, (plain, seen)) = (Authority::new(name), serve_ok());
        let address = serve_tls(authority.server(&["localhost"], &[version]), plain);
        let client = client(address, authority.file());
        for _ in 0..3 {
            assert_eq!(client.delete("0125").unwrap().status, Status::Deleted);
        }
        let seen = seen.lock().unwrap();
        assert_eq!(seen.len(), 3);
        let Request { method, path, raw_query, body, .. } = &seen[0];
        assert_eq!((&**method, &**path), ("POST", "/topapi/extcontact/delete"));
        assert_eq!((&**raw_query, &**body), ("access_token=hush-token", &b"user_id=0125"[..]));
    }
}

/// The C header says what stack a thread needs, where nothing is optimised.
#[test]
fn a_call_over_tls_takes_little_stack() {
    let authority = Authority::new("stack");
    let address = serve_tls(authority.server(&["localhost"], &[&TLS13]), serve_ok().0);
    let ca_file = authority.file();
    let call = move || client(address, ca_file).delete("0125").unwrap().status;
    let thread = std::thread::Builder::new().stack_size(192 * 1024).spawn(call);
    assert_eq!(thread.unwrap().join().unwrap(), Status::Deleted);
}

#[test]
fn certificates_that_are_not_trusted() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let server = |names: &[&str]| serve_tls(ours.server(names, &[&TLS13]), serve_ok().0);
    for (why, address, ca_file) in [
        ("another authority", server(&["localhost"]), other.file()),
        ("another name", server(&["elsewhere.example"]), ours.file()),
    ] {
        let error = client(address, ca_file).delete("0125").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{why}: {error}");
        assert_eq!((error.attempts(), error.maybe_deleted()), (0, false), "{why}");
        assert!(error.source().unwrap().is::<rustls::Error>(), "{why}");
        assert!(error.advice().contains("ca_file"), "{why}");
    }
    // The system's own roots do not know a test's authority either.
    let endpoint = format!("https://localhost:{}", server(&["localhost"]).port());
    let error = builder().endpoint(endpoint).build().unwrap().delete("0125").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
}

#[test]
fn ca_files_that_cannot_serve() {
    let authority = Authority::new("files");
    for (name, text) in [
        ("empty.pem", String::new()),
        ("text.pem", "not a certificate".to_owned()),
        (
            "damaged.pem",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(),
        ),
        ("torn.pem", authority.pem.replace("-----END", "")),
    ] {
        let path = authority.write(name, &text);
        let error = builder().endpoint("https://localhost:1").ca_file(&path).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name}");
        assert!(error.message().contains("ca_file") && error.message().contains(name), "{error}");
    }
}

#[test]
fn a_request_is_one_write_and_one_tls_record() {
    let authority = Authority::new("record");
    let server = serve_tls(authority.server(&["localhost"], &[&TLS13]), serve_ok().0);
    let writes: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let noted = writes.clone();
    let address = serve(move |connection| {
        relay(connection, server, |bytes| noted.lock().unwrap().push(bytes.to_vec()));
    });
    let client = client(address, authority.file());
    client.delete("1").unwrap();
    writes.lock().unwrap().clear();
    for _ in 0..5 {
        client.delete("0125").unwrap();
    }
    let writes = writes.lock().unwrap();
    assert_eq!(writes.len(), 5, "one write a request");
    for write in writes.iter() {
        // Type 23, application data; the length of the record is the rest of the write.
        assert_eq!(write[0], 23);
        assert_eq!(usize::from(u16::from_be_bytes([write[3], write[4]])), write.len() - 5);
    }
}

#[test]
fn through_a_connect_proxy_without_a_word_of_the_token() {
    let (authority, (plain, seen)) = (Authority::new("connect"), serve_ok());
    let config = authority.server(&["oapi.dingtalk.io"], &[&TLS13]);
    let (proxy, proxied) = connect_proxy(serve_tls(config, plain));
    let url = format!("http://me:hush%20word@127.0.0.1:{}", proxy.port());
    let client = builder().proxy(ProxySetting::Url(url)).ca_file(authority.file()).build().unwrap();
    assert_eq!(client.delete("0125").unwrap().status, Status::Deleted);
    assert_eq!(client.delete("0126").unwrap().status, Status::Deleted);
    let proxied = proxied.lock().unwrap();
    assert_eq!(proxied.len(), 1, "the tunnel is kept");
    let connect = &proxied[0];
    assert_eq!((&*connect.method, &*connect.path), ("CONNECT", "oapi.dingtalk.io:443"));
    // "me:hush word"
    assert_eq!(connect.header("proxy-authorization"), Some("Basic bWU6aHVzaCB3b3Jk"));
    assert!(!format!("{connect:?}").contains(TOKEN));
    assert!(seen.lock().unwrap()[0].raw_query.contains(TOKEN));
    assert!(!format!("{client:?}").contains("hush"));
}

#[test]
fn through_a_proxy_that_speaks_tls_itself() {
    let (authority, (plain, seen)) = (Authority::new("https-proxy"), serve_ok());
    let server = serve_tls(authority.server(&["oapi.dingtalk.io"], &[&TLS13]), plain);
    let (inner, proxied) = connect_proxy(server);
    let outer = serve_tls(authority.server(&["localhost"], &[&TLS13]), inner);
    let url = format!("https://localhost:{}", outer.port());
    let client = builder().proxy(ProxySetting::Url(url)).ca_file(authority.file()).build().unwrap();
    assert_eq!(client.delete("0125").unwrap().status, Status::Deleted);
    assert_eq!(client.delete("0126").unwrap().status, Status::Deleted);
    assert_eq!(proxied.lock().unwrap()[0].path, "oapi.dingtalk.io:443");
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[test]
fn through_a_socks_proxy_that_looks_the_name_up() {
    let authority = Authority::new("socks");
    let server = serve_tls(authority.server(&["oapi.dingtalk.io"], &[&TLS13]), serve_ok().0);
    let asked: Arc<Mutex<Vec<u8>>> = Arc::default();
    let noted = asked.clone();
    let proxy = serve(move |connection| {
        connection.read_exactly(3).unwrap();
        connection.send(&[5, 0]).unwrap();
        let request = connection.read_exactly(7 + "oapi.dingtalk.io".len()).unwrap();
        noted.lock().unwrap().extend(request);
        connection.send(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        relay(connection, server, |_| {});
    });
    let url = format!("socks5://127.0.0.1:{}", proxy.port());
    let client = builder().proxy(ProxySetting::Url(url)).ca_file(authority.file()).build().unwrap();
    assert_eq!(client.delete("0125").unwrap().status, Status::Deleted);
    assert_eq!(client.delete("0126").unwrap().status, Status::Deleted);
    let mut expected = vec![5, 1, 0, 3, 16];
    expected.extend(b"oapi.dingtalk.io");
    expected.extend(443u16.to_be_bytes());
    assert_eq!(*asked.lock().unwrap(), expected);
}

#[test]
fn proxies_that_refuse() {
    for (answer, kind) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
            ErrorKind::Configuration,
        ),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", ErrorKind::Connection),
        ("", ErrorKind::Connection),
    ] {
        let proxy = serve(move |connection| {
            read_request(connection);
            connection.send(answer.as_bytes()).unwrap();
        });
        let url = format!("http://u:hush@127.0.0.1:{}", proxy.port());
        let error =
            builder().proxy(ProxySetting::Url(url)).build().unwrap().delete("0125").unwrap_err();
        assert_eq!(error.kind(), kind, "{answer:?}: {error}");
        assert_eq!((error.attempts(), error.maybe_deleted()), (0, false));
        assert!(!error.to_string().contains("hush"));
    }
    // Nobody listens there: it is the proxy that cannot be reached, and not the service.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (scheme, name) in [("http", "the proxy"), ("socks5", "the SOCKS5 proxy")] {
        let url = format!("{scheme}://{closed}");
        let error =
            builder().proxy(ProxySetting::Url(url)).build().unwrap().delete("0125").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection);
        assert!(
            error.message().contains(&format!("cannot connect to {name} 127.0.0.1 (")),
            "{error}"
        );
    }
    // Not a proxy of this kind.
    let proxy = serve(|connection| {
        connection.fill();
        let _ = connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let client = builder()
        .proxy(ProxySetting::Url(format!("socks5://127.0.0.1:{}", proxy.port())))
        .build()
        .unwrap();
    let error = client.delete("0125").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.message().contains("SOCKS5"), "{error}");
}

#[test]
fn a_token_goes_to_no_host_but_the_endpoint() {
    // Whatever the reply names, nothing else is ever connected to.
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    stranger.set_nonblocking(true).unwrap();
    let location = format!("http://127.0.0.1:{}/steal", stranger.local_addr().unwrap().port());
    for status in [301, 302, 303, 307, 308] {
        let location = location.clone();
        let server = serve(move |connection| {
            read_request(connection);
            let moved = Reply::new(status, "text/plain", "").with_header("Location", &*location);
            connection.send(&moved.to_bytes()).unwrap();
            connection.hold();
        });
        let client = builder().endpoint(format!("http://{server}")).build().unwrap();
        let error = client.delete("0125").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{status}: {error}");
        assert_eq!(error.http_status(), Some(status));
    }
    assert!(stranger.accept().is_err());
}

#[test]
fn as_many_connections_are_kept_as_were_used_side_by_side() {
    const THREADS: usize = 32;
    let (server, seen) = serve_ok();
    let client = builder().endpoint(format!("http://{server}")).build().unwrap();
    for _ in 0..5 {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| client.delete("0125").unwrap());
            }
        });
    }
    let seen = seen.lock().unwrap();
    let connections = seen.iter().map(|request| request.connection).max();
    assert!(connections.is_some_and(|count| count <= THREADS as u64), "{connections:?}");
}

#[test]
fn a_kept_connection_that_the_server_closed_is_noticed_before_it_is_used() {
    let (hang_up, seen) = (Arc::new(std::sync::Barrier::new(2)), Seen::default());
    let (gate, noted) = (hang_up.clone(), seen.clone());
    let server = serve(move |connection| {
        let request = read_request(connection).unwrap();
        noted.lock().unwrap().push(request);
        connection.send(&reply(OK)).unwrap();
        connection.stream().shutdown(Shutdown::Both).unwrap();
        gate.wait();
    });
    let client = builder().endpoint(format!("http://{server}")).build().unwrap();
    for n in 1..=5 {
        let deletion = client.delete("0125").unwrap();
        // The close has been sent when the barrier opens, and loopback delivers in order.
        hang_up.wait();
        assert_eq!(deletion.attempts, 1, "call {n}");
    }
    assert_eq!(seen.lock().unwrap().len(), 5);
}

#[test]
fn an_endless_reply_takes_no_memory() {
    let server = serve(|connection| {
        read_request(connection);
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let chunk = format!("{:x}\r\n{}\r\n", 65536, " ".repeat(65536));
        let mut sent = connection.send(head.as_bytes());
        while sent.is_ok() {
            sent = connection.send(chunk.as_bytes());
        }
    });
    let client = builder().endpoint(format!("http://{server}")).build().unwrap();
    let error = client.delete("0125").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    assert!(error.maybe_deleted());
    assert!(error.message().contains("1048576"), "{error}");
}
