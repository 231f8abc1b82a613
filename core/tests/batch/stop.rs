//! What ends a batch early, and what its end leaves.

use super::*;

#[test]
fn a_code_that_every_id_would_get_stops_the_batch() {
    let sandbox = sandbox(40);
    sandbox.set_permission(Permission::Write, false);
    let ids = sandbox.contacts();
    let client = builder(&sandbox).build().unwrap();
    let (items, summary) = run(&client, &ids, BatchOptions::new().concurrency(4));
    assert_eq!(items.len(), 40);
    assert!((1..=4).contains(&summary.failed), "{summary:?}");
    assert_eq!(summary.failed + summary.not_attempted, 40);
    assert!(summary.stopped.unwrap().contains("permission"));
    assert_eq!(sandbox.contacts().len(), 40);
}

#[test]
fn twenty_failures_in_a_row_stop_the_batch() {
    let sandbox = sandbox(100);
    sandbox.faults(Faults::parse("http-500=1").unwrap());
    let client = builder(&sandbox).max_attempts(1).build().unwrap();
    let (items, summary) = run(&client, &sandbox.contacts(), BatchOptions::new().concurrency(1));
    assert_eq!((items.len(), summary.maybe_deleted, summary.not_attempted), (100, 20, 80));
}

#[test]
fn a_damaged_list_stops_unless_it_is_said_to_be_right() {
    let (folder, sandbox) = (Folder::new("damaged"), sandbox(30));
    let client = builder(&sandbox).build().unwrap();
    let one_by_one = || BatchOptions::new().concurrency(1);
    // Every second id has lost its zeros.
    let contacts = sandbox.contacts();
    let damaged = contacts.iter().enumerate().map(|(n, _)| format!("9{n}"));
    let ids: Vec<_> =
        contacts.iter().cloned().zip(damaged).flat_map(|(id, other)| [id, other]).collect();
    let options = || one_by_one().journal(folder.journal());
    let (_, first) = run(&client, &ids, options());
    assert_eq!((first.deleted, first.failed, first.not_attempted), (20, 20, 20));
    let why = first.stopped.unwrap();
    assert!(why.starts_with("20 of the last 40 ids were no contact"), "{why}");
    assert!(why.contains("missing_ok(true) or stop_on_missing(false)"), "{why}");

    // What is settled does not count, and the next run begins anew.
    let (_, second) = run(&client, &ids, options());
    assert_eq!((second.deleted, second.failed, second.settled_before), (30, 30, 40));
    assert_eq!(second.stopped, None);

    let gone: Vec<_> = (0..50).map(|n| format!("8{n}")).collect();
    for (options, failed, absent) in [
        (one_by_one(), 20, 0),
        (one_by_one().stop_on_missing(false), 50, 0),
        (one_by_one().missing_ok(true), 0, 50),
    ] {
        let (_, summary) = run(&client, &gone, options);
        assert_eq!((summary.failed, summary.absent), (failed, absent));
        assert_eq!(summary.stopped.is_some(), failed == 20);
    }
}

/// "No such contact" after a lost reply says nothing against the list.
#[test]
fn what_this_run_may_have_deleted_itself_is_not_missing() {
    let sandbox = sandbox(25);
    sandbox.faults(Faults::parse("lost-reply=1").unwrap());
    let client = builder(&sandbox).max_attempts(1).build().unwrap();
    let journal = Folder::new("lost");
    let options = || BatchOptions::new().concurrency(1).journal(journal.journal());
    let ids = sandbox.contacts();
    // Stops after twenty failures in a row.
    run(&client, &ids, options());
    sandbox.faults(Faults::default());
    let (_, summary) = run(&client, &ids, options());
    assert_eq!((summary.absent, summary.deleted, summary.stopped), (20, 5, None));
}

#[test]
fn a_closed_client_stops_the_batch() {
    let sandbox = sandbox(0);
    let client = builder(&sandbox).build().unwrap();
    client.close();
    let ids: Vec<_> = (0..100).map(|n| format!("0{n}")).collect();
    let (_, summary) = run(&client, &ids, BatchOptions::new().concurrency(2));
    assert!(summary.failed <= 2 && summary.not_attempted >= 98, "{summary:?}");
    assert!(summary.stopped.unwrap().contains("closed"));
}

#[test]
fn a_throttled_id_in_the_queue_ends_as_throttled_when_the_batch_stops() {
    let sandbox = sandbox(3);
    sandbox.block_ip(BlockShape::Json);
    let client = token_builder(&sandbox).build().unwrap();
    let batch = client.batch(BatchOptions::new().concurrency(1)).unwrap();
    sandbox.contacts().iter().for_each(|id| batch.push(id));
    batch.finish();
    assert!(sandbox.wait_for_requests(1, Duration::from_secs(20)));
    let start = Instant::now();
    batch.stop();
    let ended = drain(&batch);
    assert!(start.elapsed() < Duration::from_secs(1), "a pause of 300 s ends");
    let throttled = |item: &&Item| matches!(&item.outcome, Outcome::Error(e) if e.kind() == ErrorKind::Throttled && e.attempts() == 1);
    assert_eq!((ended.len(), ended.iter().filter(throttled).count()), (3, 1), "{ended:?}");
}

#[test]
fn stop_and_cancel_hold_back_calls_that_wait_for_the_rate() {
    for (name, end) in [("stop", Batch::stop as fn(&Batch)), ("cancel", Batch::cancel)] {
        let (folder, sandbox) = (Folder::new(name), sandbox(64));
        let client = token_builder(&sandbox).rate(Some(4)).build().unwrap();
        let options = BatchOptions::new().concurrency(64).journal(folder.journal());
        let batch = client.batch(options).unwrap();
        sandbox.contacts().iter().for_each(|id| batch.push(id));
        batch.finish();
        assert!(sandbox.wait_for_requests(4, LONG));
        end(&batch);
        assert_eq!(drain(&batch).len(), 64);
        let summary = batch.summary();
        // A cancel may come before their replies.
        let called = summary.deleted + summary.maybe_deleted;
        assert_eq!((called, summary.not_attempted), (4, 60), "{name}");
        assert_eq!(sandbox.request_count(), 4);
        // The journal says of each announced id that it was not called.
        let lines = folder.lines();
        let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
        assert_eq!(count("announced"), count("ended"));
        let mut unsent = lines.iter().filter(|line| line["attempts"] == 0);
        assert!(unsent.all(|it| it["kind"] == "cancelled" && it["maybe_deleted"] == false));
    }
}

/// It was announced with the end of the one before it.
#[test]
fn a_stop_holds_back_the_next_id_although_it_is_announced() {
    for (name, end) in [("next", Batch::stop as fn(&Batch)), ("next-cancel", Batch::cancel)] {
        let folder = Folder::new(name);
        let (client, go_on, seen) = held_server(|_| OK);
        let options = BatchOptions::new().concurrency(1).journal(folder.journal());
        let batch = Arc::new(client.batch(options).unwrap());
        ["01", "02", "03"].iter().for_each(|id| batch.push(id));
        batch.finish();
        let (told, tells) = channel();
        let stopped = batch.clone();
        // On the worker's thread, right before it goes on.
        batch.next_with(move |item| {
            end(&stopped);
            told.send(item.unwrap()).unwrap();
        });
        drop(go_on);
        let first = tells.recv_timeout(LONG).unwrap();
        assert!(matches!(first.outcome, Outcome::Deletion(_)), "{first:?}");
        let others = drain(&batch);
        assert!(others.iter().all(|it| matches!(it.outcome, Outcome::NotAttempted { .. })));
        assert_eq!((others.len(), seen.lock().unwrap().len()), (2, 1), "{name}");

        let of = |event: &str, id: &str| [event, id].map(str::to_owned);
        let events = [of("announced", "01"), of("ended", "01"), of("announced", "02")];
        assert_eq!(folder.events()[..3], events);
        assert_eq!(folder.events()[3..], [of("ended", "02"), of("closed", "")]);
        let unsent = &folder.lines()[4];
        assert_eq!((&unsent["kind"], &unsent["attempts"]), (&"cancelled".into(), &0.into()));
        assert_eq!(unsent["maybe_deleted"], false);
    }
}

#[test]
fn an_answer_that_stops_the_batch_announces_no_other() {
    let folder = Folder::new("refused");
    let (client, go_on, _) = held_server(|_| r#"{"errcode":60011,"errmsg":"no permission"}"#);
    let options = BatchOptions::new().concurrency(1).journal(folder.journal());
    let batch = client.batch(options).unwrap();
    ["01", "02"].iter().for_each(|id| batch.push(id));
    batch.finish();
    drop(go_on);
    assert_eq!((drain(&batch).len(), batch.summary().not_attempted), (2, 1));
    let events = [["announced", "01"], ["ended", "01"], ["closed", ""]];
    assert_eq!(folder.events(), events.map(|event| event.map(str::to_owned)));
}

#[test]
fn batches_of_the_same_options_have_a_cancel_each() {
    let sandbox = sandbox(10);
    let client = builder(&sandbox).build().unwrap();
    let options = BatchOptions::new();
    client.batch(options.clone()).unwrap().cancel();
    let (_, summary) = run(&client, &sandbox.contacts(), options);
    assert_eq!(summary.deleted, 10);
}

#[test]
fn a_cancel_tells_what_was_under_way() {
    let (asked, requests) = channel();
    let asked = std::sync::Mutex::new(asked);
    let server = serve(move |connection| {
        read_request(connection);
        asked.lock().unwrap().send(()).unwrap();
        connection.hold();
    });
    let client = client_of(server);
    let batch = client.batch(BatchOptions::new().concurrency(2)).unwrap();
    ["01", "02", "03"].iter().for_each(|id| batch.push(id));
    batch.finish();
    requests.recv().unwrap();
    requests.recv().unwrap();
    let start = Instant::now();
    batch.cancel();
    let (done, items) = channel();
    let mut all = Vec::new();
    loop {
        let done = done.clone();
        batch.next_with(move |item| done.send(item).unwrap());
        match items.recv().unwrap() {
            Some(item) => all.push(item),
            None => break,
        }
    }
    assert!(start.elapsed() < Duration::from_secs(1));
    let cancelled = |item: &&Item| matches!(&item.outcome, Outcome::Error(e) if e.kind() == ErrorKind::Cancelled && e.maybe_deleted());
    assert_eq!(all.iter().filter(cancelled).count(), 2, "{all:?}");
    assert!(
        all.iter().any(
            |item| matches!(&item.outcome, Outcome::NotAttempted { user_id } if user_id == "03")
        )
    );
}
