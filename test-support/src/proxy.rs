//! Relays, and proxies made of them.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;

use dingtalk_extcontact_sandbox::server::Connection;

use crate::server::{Seen, read_request, serve};

/// Hands bytes on to `target` and its answers back, until both sides have ended. `look` is shown
/// each read of what comes from the client.
pub fn relay(connection: &mut Connection, target: SocketAddr, mut look: impl FnMut(&[u8])) {
    let early = connection.take(usize::MAX);
    let (client, server) = (connection.stream(), connect(target));
    let forward = |mut to: &TcpStream, bytes: &[u8]| to.write_all(bytes).is_ok();
    thread::scope(|scope| {
        scope.spawn(|| {
            each_read(&server, |bytes| forward(client, bytes));
            let _ = client.shutdown(Shutdown::Write);
        });
        if early.is_empty() || forward(&server, &early) {
            each_read(client, |bytes| {
                look(bytes);
                forward(&server, bytes)
            });
        }
        let _ = server.shutdown(Shutdown::Write);
    });
}

/// A CONNECT proxy that leads every tunnel to `target`, and the CONNECT requests that it saw.
pub fn connect_proxy(target: SocketAddr) -> (SocketAddr, Seen) {
    let seen = Seen::default();
    let noted = seen.clone();
    let address = serve(move |connection| {
        let Some(request) = read_request(connection) else { return };
        noted.lock().unwrap().push(request);
        if connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n").is_ok() {
            relay(connection, target, |_| {});
        }
    });
    (address, seen)
}

/// A connection on which nothing waits for more to come.
pub(crate) fn connect(target: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(target).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Hands over what comes, read by read, until it ends or `take` says that it is enough.
pub(crate) fn each_read(mut from: &TcpStream, mut take: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if !take(&buffer[..count]) {
            return;
        }
    }
}
