//! Throttling and the rate.

use super::*;

#[test]
fn throttling_costs_no_attempt_and_stops_nothing() {
    let sandbox = Sandbox::builder().made_up(60).calls_per_second(Some(20)).start().unwrap();
    let client = builder(&sandbox).max_attempts(1).build().unwrap();
    let (items, summary) = run(&client, &sandbox.contacts(), BatchOptions::new().concurrency(16));
    assert!(items.iter().all(|item| matches!(&item.outcome, Outcome::Deletion(_))), "{items:?}");
    assert_eq!(summary.deleted, 60);
    assert!(summary.calls > 60, "it was throttled at all");
}

#[test]
fn an_ip_block_holds_back_calls_that_wait_for_the_rate() {
    let sandbox = sandbox(128);
    let client = token_builder(&sandbox).rate(Some(10)).build().unwrap();
    let batch = client.batch(BatchOptions::new().concurrency(64)).unwrap();
    sandbox.contacts().iter().for_each(|id| batch.push(id));
    assert!(sandbox.wait_for_requests(10, LONG));
    sandbox.block_ip(BlockShape::Json);
    let start = Instant::now();
    while batch.paused().is_none_or(|left| left < Duration::from_secs(200)) {
        assert!(start.elapsed() < LONG);
        std::thread::yield_now();
    }
    // The last of these ten may be refused, or all ten of the next second.
    assert!(!sandbox.wait_for_requests(21, Duration::from_millis(2500)));
    batch.stop();
    assert_eq!(batch.paused(), None);
}

/// A request that waits for a handshake leaves late, but not in the same second as 20 others.
#[test]
fn the_rate_holds_where_requests_leave() {
    let authority = Authority::new("rate");
    let config = authority.server(&["localhost"], &[&rustls::version::TLS13]);
    let (came, requests) = channel();
    let came = std::sync::Mutex::new(came);
    let plain = serve(move |connection| {
        while read_request(connection).is_some() {
            came.lock().unwrap().send(connection.arrived()).unwrap();
            if connection.send(&reply(OK)).is_err() {
                return;
            }
        }
    });
    let server = serve(move |connection| {
        // As over a slow network.
        std::thread::sleep(Duration::from_millis(300));
        terminate_tls(connection, &config, plain);
    });
    let client = Client::builder()
        .access_token("t")
        .endpoint(format!("https://localhost:{}", server.port()))
        .ca_file(authority.file())
        .rate(Some(20))
        .build()
        .unwrap();
    let ids: Vec<_> = (0..45).map(|n| format!("0{n}")).collect();
    run(&client, &ids, BatchOptions::new().concurrency(8));
    let mut times: Vec<_> = requests.try_iter().collect();
    times.sort();
    assert_eq!(times.len(), 45);
    // A request may be read a little later than it was written.
    for window in times.windows(21) {
        assert!(
            window[20] - window[0] > Duration::from_millis(900),
            "{:?}",
            window[20] - window[0]
        );
    }
}
