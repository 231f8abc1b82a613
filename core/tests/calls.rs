//! Deadlines, cancelling, threads: the promises of a call that take more than one of it.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dingtalk_extcontact::{Call, Client, ClientBuilder, Error, ErrorKind, ProxySetting, Status};
use dingtalk_extcontact_test_support::*;
use serde_json::Value;

/// What a promise of 100 ms is tested with: machines are slow, but a wait that is not ended
/// lasts a minute. That no slice is missed is counted, not timed.
const SOON: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

fn builder(server: SocketAddr) -> ClientBuilder {
    patient(Client::builder().access_token("t").endpoint(format!("http://{server}")))
}

fn patient(builder: ClientBuilder) -> ClientBuilder {
    builder
        .rate(None)
        .timeout(MINUTE)
        .attempt_timeout(MINUTE)
        .connect_timeout(MINUTE)
        .proxy(ProxySetting::None)
}

/// A server that reads a request, says so, and never answers.
fn silent() -> (SocketAddr, Receiver<()>) {
    let (asked, requests) = channel();
    let asked = Mutex::new(asked);
    let address = serve(move |connection| {
        read_request(connection);
        asked.lock().unwrap().send(()).unwrap();
        connection.hold();
    });
    (address, requests)
}

/// Makes a call on another thread, cancels it when it waits, and returns its error and the
/// time from the cancel to the end. A call waits when its probe is asked after `ready`; each
/// slice of a wait asks, and the first one after the cancel must be the last.
fn cancelled(client: &Client, ready: impl FnOnce()) -> (Error, Duration) {
    let (waits, waiting) = channel();
    let is_ready = Arc::new(AtomicBool::new(false));
    let (asked, slices) = (is_ready.clone(), Arc::new(AtomicUsize::new(0)));
    let count = slices.clone();
    let call = Call::new().probe(move || {
        count.fetch_add(1, Ordering::SeqCst);
        if asked.load(Ordering::SeqCst) {
            let _ = waits.send(());
        }
        false
    });
    let canceller = call.canceller();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| {
            let error = client.delete_with("0125", &call).unwrap_err();
            (error, Instant::now())
        });
        ready();
        is_ready.store(true, Ordering::SeqCst);
        // The first may be the one at the beginning of the call; the second is in a wait.
        waiting.recv().unwrap();
        waiting.recv().unwrap();
        let start = Instant::now();
        canceller.cancel();
        let before = slices.load(Ordering::SeqCst);
        let (error, end) = running.join().unwrap();
        let after = slices.load(Ordering::SeqCst) - before;
        assert!(after <= 1, "{after} slices after the cancel: {error}");
        let time = end.saturating_duration_since(start);
        println!("ended {time:?} after the cancel: {error}");
        (error, time)
    })
}

fn check(what: &str, (error, time): (Error, Duration), attempts: u32, maybe_deleted: bool) {
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{what}: {error}");
    assert!(error.message().contains(what), "{what}: {error}");
    assert_eq!((error.attempts(), error.maybe_deleted()), (attempts, maybe_deleted), "{what}");
    assert!(time < SOON, "{what}: {time:?}");
}

#[test]
fn a_cancel_ends_the_wait_for_a_reply() {
    let (server, requests) = silent();
    let client = builder(server).build().unwrap();
    check("waiting for the reply", cancelled(&client, || requests.recv().unwrap()), 1, true);
}

#[test]
fn a_cancel_ends_the_pause_between_attempts() {
    let (answered, answers) = channel();
    let answered = Mutex::new(answered);
    let server = serve(move |connection| {
        read_request(connection);
        let slow = Reply::json(429, &Value::Null).with_header("Retry-After", "50");
        connection.send(&slow.to_bytes()).unwrap();
        answered.lock().unwrap().send(()).unwrap();
        connection.hold();
    });
    let client = builder(server).build().unwrap();
    check("waiting to try again", cancelled(&client, || answers.recv().unwrap()), 1, false);
}

#[test]
fn a_cancel_ends_the_wait_for_a_permit() {
    let (server, requests) = silent();
    let client = builder(server).rate(Some(1)).build().unwrap();
    let first = Call::new();
    std::thread::scope(|scope| {
        scope.spawn(|| client.delete_with("0124", &first).unwrap_err());
        requests.recv().unwrap();
        // Others stand in line before, so that this call's permit is seconds away.
        let calls: Vec<_> = (0..10).map(|_| Call::new()).collect();
        let in_line: Vec<_> = calls
            .iter()
            .map(|call| {
                let (client, call) = (client.clone(), call.clone());
                scope.spawn(move || client.delete_with("0126", &call).unwrap_err())
            })
            .collect();
        check("waiting for its turn", cancelled(&client, || ()), 0, false);
        calls.iter().for_each(|call| call.canceller().cancel());
        for call in in_line {
            assert_eq!(call.join().unwrap().kind(), ErrorKind::Cancelled);
        }
        first.canceller().cancel();
    });
}

#[test]
fn a_cancel_ends_the_wait_for_a_token() {
    let (server, requests) = silent();
    let client = patient(
        Client::builder().app_key("k").app_secret("s").endpoint(format!("http://{server}")),
    )
    .build()
    .unwrap();
    // One call fetches, another waits for what it brings; each can be cancelled alone.
    let first = Call::new();
    std::thread::scope(|scope| {
        let fetching = scope.spawn(|| client.delete_with("0124", &first).unwrap_err());
        requests.recv().unwrap();
        check("waiting for a token", cancelled(&client, || ()), 0, false);
        let start = Instant::now();
        first.canceller().cancel();
        check("waiting for a token", (fetching.join().unwrap(), start.elapsed()), 0, false);
    });
    assert!(requests.try_recv().is_err(), "one fetch in flight for all");
}

#[test]
fn a_cancel_ends_a_connect_that_nobody_answers() {
    // A listener whose queue is full answers no further SYN.
    let listener =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let mut filling = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        filling.push(stream);
    }
    let client = builder(address).build().unwrap();
    check("connecting", cancelled(&client, || ()), 0, false);
    // And without a cancel its own limit does.
    let start = Instant::now();
    let client = builder(address)
        .connect_timeout(Duration::from_millis(200))
        .max_attempts(1)
        .build()
        .unwrap();
    let error = client.delete("0125").unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 0), "{error}");
    assert!(error.message().contains("connect_timeout"), "{error}");
    assert!(start.elapsed() < SOON);
}

#[test]
fn a_cancel_ends_a_handshake() {
    let (came, connections) = channel();
    let came = Mutex::new(came);
    let server = serve(move |connection| {
        assert!(connection.fill());
        came.lock().unwrap().send(()).unwrap();
        connection.hold();
    });
    let client = patient(
        Client::builder()
            .access_token("t")
            .endpoint(format!("https://localhost:{}", server.port())),
    )
    .build()
    .unwrap();
    check("connecting", cancelled(&client, || connections.recv().unwrap()), 0, false);
}

#[test]
fn a_cancel_before_the_call_sends_nothing() {
    let (server, requests) = silent();
    let call = Call::new();
    call.canceller().cancel();
    let error = builder(server).build().unwrap().delete_with("0125", &call).unwrap_err();
    check("beginning", (error, Duration::ZERO), 0, false);
    assert!(requests.try_recv().is_err());
}

#[test]
fn a_probe_ends_a_call_and_a_panic_in_it_is_an_error() {
    let (server, requests) = silent();
    let client = builder(server).build().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let asked = stop.clone();
    let call = Call::new().probe(move || asked.load(Ordering::SeqCst));
    std::thread::scope(|scope| {
        let running = scope.spawn(|| client.delete_with("0125", &call).unwrap_err());
        requests.recv().unwrap();
        let start = Instant::now();
        stop.store(true, Ordering::SeqCst);
        check("waiting for the reply", (running.join().unwrap(), start.elapsed()), 1, true);
    });
    let error =
        client.delete_with("0125", &Call::new().probe(|| panic!("on purpose"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal, "{error}");
    assert!(error.message().contains("on purpose"));
}

#[test]
fn limits_end_a_call_on_a_server_that_never_answers() {
    let (server, _requests) = silent();
    for (name, builder) in [
        (
            "attempt_timeout",
            builder(server).attempt_timeout(Duration::from_millis(200)).max_attempts(1),
        ),
        ("the time limit of the call", builder(server).timeout(Duration::from_millis(200))),
    ] {
        let start = Instant::now();
        let error = builder.build().unwrap().delete("0125").unwrap_err();
        println!("200 ms took {:?}: {error}", start.elapsed());
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.message().contains(name), "{error}");
        assert!(error.maybe_deleted() && error.is_retryable());
        assert!(start.elapsed() >= Duration::from_millis(200) && start.elapsed() < SOON);
    }
}

#[test]
fn waiting_for_a_permit_is_no_part_of_the_time_limit() {
    let (server, _) = serve_ok();
    let client = builder(server).rate(Some(1)).timeout(Duration::from_millis(800)).build().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| client.delete("0125").unwrap());
        }
    });
}

#[test]
fn a_closed_client_refuses_and_calls_under_way_finish() {
    let (go, released) = channel::<()>();
    let (asked, requests) = channel();
    let (asked, released) = (Mutex::new(asked), Mutex::new(released));
    let server = serve(move |connection| {
        read_request(connection);
        asked.lock().unwrap().send(()).unwrap();
        released.lock().unwrap().recv().unwrap();
        connection.send(&reply(OK)).unwrap();
    });
    let client = builder(server).build().unwrap();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| client.delete("0125"));
        requests.recv().unwrap();
        client.close();
        client.close();
        go.send(()).unwrap();
        assert_eq!(running.join().unwrap().unwrap().status, Status::Deleted);
    });
    for error in [client.delete("0125").unwrap_err(), client.set_access_token("t").unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains("client is closed"), "{error}");
    }
}

#[test]
fn asynchronous_calls_run_side_by_side_and_can_be_cancelled_in_the_queue() {
    let (server, requests) = silent();
    let client = builder(server).build().unwrap();
    let (done, outcomes) = channel();
    let calls: Vec<_> = (0..80).map(|_| Call::new()).collect();
    for (n, call) in calls.iter().enumerate() {
        let done = done.clone();
        client.submit(format!("id-{n}"), call.clone(), move |outcome| {
            done.send((n, outcome.unwrap_err())).unwrap();
        });
    }
    for _ in 0..64 {
        requests.recv().unwrap();
    }
    let start = Instant::now();
    calls.iter().for_each(|call| call.canceller().cancel());
    let mut ended: Vec<_> = outcomes.iter().take(80).collect();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    ended.sort_by_key(|(n, _)| *n);
    for (n, error) in &ended {
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert_eq!(error.user_id(), Some(format!("id-{n}").as_str()));
        assert_eq!(error.maybe_deleted(), error.attempts() == 1);
    }
    assert!(ended.iter().filter(|(_, error)| error.attempts() == 0).count() >= 16);
}

#[test]
fn one_token_for_all_threads_and_one_refresh() {
    let (tokens, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (made, said) = (tokens.clone(), refused.clone());
    let server = serve(move |connection| {
        while let Some(request) = read_request(connection) {
            let body = if request.path == "/v1.0/oauth2/accessToken" {
                format!(
                    r#"{{"accessToken":"t{}","expireIn":7200}}"#,
                    made.fetch_add(1, Ordering::SeqCst)
                )
            } else if request.raw_query == "access_token=t0" {
                said.fetch_add(1, Ordering::SeqCst);
                r#"{"errcode":88,"sub_code":"40014","sub_msg":"old","request_id":"r"}"#.to_owned()
            } else {
                OK.to_owned()
            };
            connection.send(&reply(&body)).unwrap();
        }
    });
    let client = patient(
        Client::builder().app_key("k").app_secret("s").endpoint(format!("http://{server}")),
    )
    .build()
    .unwrap();
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                for _ in 0..5 {
                    client.delete("0125").unwrap();
                }
            });
        }
    });
    assert_eq!(tokens.load(Ordering::SeqCst), 2, "one fetch and one refresh");
    assert!(refused.load(Ordering::SeqCst) >= 1);
}

#[test]
fn a_listener_that_never_accepts_is_no_reason_to_wait_longer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = builder(listener.local_addr().unwrap())
        .attempt_timeout(Duration::from_millis(100))
        .max_attempts(2)
        .build()
        .unwrap();
    let start = Instant::now();
    let error = client.delete("0125").unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2), "{error}");
    assert!(start.elapsed() < SOON);
}

#[test]
fn a_probe_is_asked_however_many_bytes_come() {
    let server = serve(|connection| {
        read_request(connection);
        let mut sent = connection.send(b"HTTP/1.1 200 OK\r\nX: ");
        while sent.is_ok() {
            // Quicker than a slice, so that no read ever times out.
            std::thread::sleep(Duration::from_millis(5));
            sent = connection.send(b"x");
        }
    });
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let call = Call::new().probe(move || count.fetch_add(1, Ordering::SeqCst) >= 3);
    let start = Instant::now();
    let error = builder(server).build().unwrap().delete_with("0125", &call).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn the_rate_holds_behind_a_slow_token() {
    let (go, released) = channel::<()>();
    let (released, deletes) = (Mutex::new(released), Arc::new(Mutex::new(Vec::new())));
    let noted = deletes.clone();
    let server = serve(move |connection| {
        while let Some(request) = read_request(connection) {
            let body = if request.path == "/v1.0/oauth2/accessToken" {
                released.lock().unwrap().recv().unwrap();
                r#"{"accessToken":"token","expireIn":7200}"#
            } else {
                noted.lock().unwrap().push(Instant::now());
                OK
            };
            connection.send(&reply(body)).unwrap();
        }
    });
    let client = patient(
        Client::builder().app_key("k").app_secret("s").endpoint(format!("http://{server}")),
    )
    .rate(Some(3))
    .build()
    .unwrap();
    let (waits, waiting) = channel();
    std::thread::scope(|scope| {
        for _ in 0..9 {
            let (client, waits) = (&client, waits.clone());
            scope.spawn(move || {
                let call = Call::new().probe(move || {
                    let _ = waits.send(());
                    false
                });
                client.delete_with("0125", &call).unwrap();
            });
        }
        // Long enough for permits to be given, were they given before the token is there.
        for _ in 0..9 * 30 {
            waiting.recv().unwrap();
        }
        go.send(()).unwrap();
    });
    let mut times = deletes.lock().unwrap().clone();
    times.sort();
    for window in times.windows(4) {
        assert!(window[3] - window[0] > Duration::from_millis(800), "{times:?}");
    }
}

#[test]
fn one_caller_s_time_limit_is_not_another_s() {
    let (asked, requests) = channel();
    let (asked, first) = (Mutex::new(asked), AtomicBool::new(true));
    let server = serve(move |connection| {
        while let Some(request) = read_request(connection) {
            if first.swap(false, Ordering::SeqCst) {
                asked.lock().unwrap().send(()).unwrap();
                connection.hold();
                return;
            }
            let token = r#"{"accessToken":"token","expireIn":7200}"#;
            let body = if request.path.contains("oauth2") { token } else { OK };
            connection.send(&reply(body)).unwrap();
        }
    });
    let client = patient(
        Client::builder().app_key("k").app_secret("s").endpoint(format!("http://{server}")),
    )
    .max_attempts(1)
    .build()
    .unwrap();
    std::thread::scope(|scope| {
        let hasty = scope
            .spawn(|| client.delete_with("0124", &Call::new().timeout(Duration::from_millis(400))));
        requests.recv().unwrap();
        assert_eq!(client.delete("0125").unwrap().status, Status::Deleted);
        assert_eq!(hasty.join().unwrap().unwrap_err().kind(), ErrorKind::Timeout);
    });
}

#[test]
fn a_panic_below_tells_what_was_sent() {
    let (server, _requests) = silent();
    let count = AtomicUsize::new(0);
    // The second time it is asked is while the call waits for the reply.
    let call = Call::new().probe(move || {
        assert!(count.fetch_add(1, Ordering::SeqCst) == 0, "on purpose");
        false
    });
    let error = builder(server).build().unwrap().delete_with("0125", &call).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Internal, 1), "{error}");
    assert!(error.maybe_deleted());
}

#[test]
fn a_connection_under_way_at_close_is_not_kept() {
    let (closed, ends) = channel();
    let closed = Mutex::new(closed);
    let server = serve(move |connection| {
        while read_request(connection).is_some() && connection.send(&reply(OK)).is_ok() {}
        closed.lock().unwrap().send(()).unwrap();
    });
    let client = builder(server).build().unwrap();
    client.delete("0125").unwrap();
    client.close();
    ends.recv_timeout(Duration::from_secs(20)).unwrap();
}
