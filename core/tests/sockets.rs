//! Descriptors of a process that closed its own: what is printed must not get into a
//! connection, and a dropped client must not close what is not its own.
//!
//! Not under the test harness: descriptors belong to the whole process.

#[cfg(not(unix))]
fn main() {}

/// The server, for the process that is watched.
#[cfg(unix)]
const SERVER: &str = "DTX_TEST_SERVER";

#[cfg(unix)]
fn main() {
    use dingtalk_extcontact_test_support::serve_ok;
    if let Ok(server) = std::env::var(SERVER) {
        let word = std::env::args().nth(1);
        let watched = if word.as_deref() == Some("closed") { closed } else { replaced };
        std::process::exit(watched(&server));
    }
    for (word, requests) in [("closed", 2), ("replaced", 3)] {
        let (server, seen) = serve_ok();
        let own = std::env::current_exe().unwrap();
        let mut watched = std::process::Command::new(own);
        let status = watched.arg(word).env(SERVER, server.to_string()).status().unwrap();
        assert!(status.success(), "{word}: {status}");
        assert_eq!(seen.lock().unwrap().len(), requests, "{word}");
    }
}

#[cfg(unix)]
fn client(host: &str) -> dingtalk_extcontact::Client {
    let builder = dingtalk_extcontact::Client::builder().access_token("t");
    builder.endpoint(format!("http://{host}")).build().unwrap()
}

#[cfg(unix)]
fn close(descriptor: i32) {
    // SAFETY: nothing of this process uses the descriptor by its number any more, but for the
    // client under test, which is what is tested.
    unsafe { libc::close(descriptor) };
}

/// Without standard input, output and error: the connection takes none of their places.
#[cfg(unix)]
fn closed(server: &str) -> i32 {
    (0..3).for_each(close);
    let port = server.rsplit(':').next().unwrap();
    for client in [client(server), client(&format!("localhost:{port}"))] {
        if client.delete("0125").is_err() {
            return 1;
        }
        // The connection is kept. There is no standard error to say more.
        for descriptor in 0..3 {
            // SAFETY: asks for the flags of a number, whatever it stands for.
            if unsafe { libc::fcntl(descriptor, libc::F_GETFD) } != -1 {
                return 10 + descriptor;
            }
        }
    }
    0
}

/// A child that closed every descriptor, as daemons do, and has files of its own where the
/// parent's connections were.
#[cfg(unix)]
fn replaced(server: &str) -> i32 {
    use std::io::Write;
    let client = client(server);
    client.delete("0125").unwrap();
    let folder = std::env::temp_dir();
    // SAFETY: the child goes on with this thread alone, uses the client, which is what is
    // tested, and leaves by `_exit`.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        (3..256).for_each(close);
        let open = |n| std::fs::File::create(folder.join(format!("dtx-{server}-{n}"))).unwrap();
        let files: Vec<_> = (0..20).map(open).collect();
        let deleted = client.delete("0126").is_ok();
        drop(client);
        let mut written = 0;
        for mut file in &files {
            written += i32::from(file.write_all(b"whole").is_ok());
        }
        for n in 0..20 {
            let _ = std::fs::remove_file(folder.join(format!("dtx-{server}-{n}")));
        }
        // SAFETY: ends the child at once, without running what belongs to the parent.
        unsafe { libc::_exit(i32::from(!deleted || written != 20)) };
    }
    let mut status = 0;
    // SAFETY: waits for the child that was just made; the pointer is to a local.
    unsafe { libc::waitpid(pid, &mut status, 0) };
    // The parent's connection is as it was.
    assert_eq!(client.delete("0127").unwrap().attempts, 1);
    i32::from(status != 0)
}
