//! Where no thread can be started, each way of calling says so, with one kind.
//!
//! Not under the test harness: a limit of threads concerns the whole process.

#[cfg(not(unix))]
fn main() {}

/// The server, for the process whose threads are limited.
#[cfg(unix)]
const SERVER: &str = "DTX_TEST_SERVER";

#[cfg(unix)]
fn main() {
    if let Ok(server) = std::env::var(SERVER) {
        return without_threads(&server);
    }
    use dingtalk_extcontact_test_support::serve_ok;
    let (server, seen) = serve_ok();
    let own = std::env::current_exe().unwrap();
    let status = std::process::Command::new(own).env(SERVER, server.to_string()).status();
    assert!(status.unwrap().success());
    assert!(seen.lock().unwrap().is_empty(), "something was sent");
}

#[cfg(unix)]
fn without_threads(server: &str) {
    use std::sync::mpsc::channel;

    use dingtalk_extcontact::{BatchOptions, Call, Client, Error, ErrorKind};

    const WHY: &str = "no thread could be started (limit of processes or threads)";
    let check = |error: &Error, of: &str| {
        assert_eq!(error.kind(), ErrorKind::Configuration, "{of}: {error}");
        assert!(error.message().contains(WHY), "{of}: {error}");
        assert!(error.advice().contains("ulimit -u"), "{of}: {error}");
        assert!(error.advice().contains("pids limit"), "{of}: {error}");
        assert!(!error.is_retryable() && !error.maybe_deleted(), "{of}: {error}");
        assert_eq!(error.attempts(), 0, "{of}: {error}");
    };
    let client = |host: &str| {
        let client = Client::builder().access_token("t").endpoint(format!("http://{host}"));
        client.build().unwrap()
    };
    let port = server.rsplit(':').next().unwrap();
    let by_address = client(server);
    let by_name = client(&format!("localhost:{port}"));
    forbid_threads();

    check(&by_address.delete("1").unwrap_err(), "to connect");
    check(&by_name.delete("1").unwrap_err(), "to look up");

    let (sender, outcomes) = channel();
    by_address.submit("1".into(), Call::new(), move |outcome| sender.send(outcome).unwrap());
    check(&outcomes.recv().unwrap().unwrap_err(), "to serve a call");

    let mut items = by_address.delete_many(["1", "2"], BatchOptions::new()).unwrap();
    assert_eq!(items.by_ref().count(), 2);
    let summary = items.summary();
    assert_eq!((summary.not_attempted, summary.calls), (2, 0));
    assert!(summary.stopped.is_some_and(|why| why.contains(WHY)));
    println!("call, promise and batch: ok");
}

/// From here on this process has the thread that it has. The limit is no limit for root.
#[cfg(unix)]
fn forbid_threads() {
    use nix::sys::resource::{Resource, setrlimit};
    use nix::unistd::{Uid, setuid};

    if Uid::current().is_root() {
        setuid(Uid::from_raw(65534)).unwrap();
    }
    setrlimit(Resource::RLIMIT_NPROC, 1, 1).unwrap();
}
