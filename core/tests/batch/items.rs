//! Items as their consumer takes them.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::task::Poll;

use super::*;

#[test]
fn ids_are_taken_lazily_and_memory_is_bounded() {
    let sandbox = sandbox(0);
    let client = builder(&sandbox).build().unwrap();
    let taken = std::cell::Cell::new(0);
    let ids = (0..200).map(|n| {
        taken.set(taken.get() + 1);
        format!("0{n}")
    });
    let mut items =
        client.delete_many(ids, BatchOptions::new().concurrency(4).missing_ok(true)).unwrap();
    for done in 1..=200 {
        assert!(
            matches!(items.next().unwrap().outcome, Outcome::Deletion(d) if d.status == Status::Absent)
        );
        assert!(taken.get() <= done + 8, "{} taken when {done} were done", taken.get());
    }
    assert!(items.next().is_none());
}

#[test]
fn calls_run_side_by_side_up_to_the_concurrency() {
    let most_seen = Arc::new(AtomicUsize::new(0));
    let (most, running, six) = (most_seen.clone(), AtomicUsize::new(0), Barrier::new(6));
    let server = serve(move |connection| {
        while read_request(connection).is_some() {
            most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
            // Answers only when six are there: with fewer at once this never ends.
            six.wait();
            running.fetch_sub(1, SeqCst);
            connection.send(&reply(OK)).unwrap();
        }
    });
    let client = client_of(server);
    let ids: Vec<_> = (0..60).map(|n| format!("0{n}")).collect();
    let (items, _) = run(&client, &ids, BatchOptions::new().concurrency(6));
    assert_eq!(items.len(), 60);
    assert_eq!(most_seen.load(SeqCst), 6);
}

/// Three threads push, while another takes items and then stops the batch, cancels it or goes on.
#[test]
fn threads_that_push_and_take_at_once_lose_no_item() {
    let sandbox = sandbox(0);
    let client = token_builder(&sandbox).build().unwrap();
    for round in 0..200 {
        let options = BatchOptions::new().concurrency(1 + round % 9).missing_ok(true);
        let batch = client.batch(options).unwrap();
        let mut taken = HashSet::new();
        std::thread::scope(|scope| {
            let pushers: Vec<_> = (0..3)
                .map(|thread| {
                    let batch = &batch;
                    scope.spawn(move || (0..20).for_each(|n| batch.push(&format!("0{thread}{n}"))))
                })
                .collect();
            let mut items = std::iter::from_fn(|| batch.next(&late()).unwrap());
            for item in items.by_ref().take(round as usize % 60) {
                assert!(taken.insert(item.user_id().to_owned()));
            }
            match round % 3 {
                0 => batch.stop(),
                1 => batch.cancel(),
                _ => {}
            }
            pushers.into_iter().for_each(|pusher| pusher.join().unwrap());
            batch.finish();
            for item in items {
                assert!(taken.insert(item.user_id().to_owned()));
            }
        });
        let Summary { deleted, absent, maybe_deleted, failed, not_attempted, end, .. } =
            batch.summary();
        let all = deleted + absent + maybe_deleted + failed + not_attempted;
        assert_eq!((taken.len() as u64, all), (60, 60));
        assert!(end.is_some());
    }
}

#[test]
fn a_panic_in_a_callback_costs_no_item() {
    let sandbox = sandbox(2);
    let batch =
        builder(&sandbox).build().unwrap().batch(BatchOptions::new().concurrency(1)).unwrap();
    let (called, calls) = channel();
    batch.next_with(move |item| {
        called.send(item).unwrap();
        panic!("on purpose")
    });
    sandbox.contacts().iter().for_each(|id| batch.push(id));
    batch.finish();
    assert!(calls.recv_timeout(LONG).unwrap().is_some());
    assert_eq!(drain(&batch).len(), 1);
}

#[test]
fn try_next_tells_none_yet_from_the_end() {
    let sandbox = sandbox(1);
    let batch = builder(&sandbox).build().unwrap().batch(BatchOptions::new()).unwrap();
    assert_eq!(batch.try_next(), Poll::Pending, "more ids may come");
    batch.push(&sandbox.contacts()[0]);
    batch.finish();
    assert!(is_deletion(batch.next(&late())));
    assert_eq!(batch.try_next(), Poll::Ready(None));
}

#[test]
fn waiting_for_an_item_can_be_ended_and_taken_up() {
    let sandbox = sandbox(1);
    let batch = builder(&sandbox).build().unwrap().batch(BatchOptions::new()).unwrap();
    let error = batch.next(&Call::new().probe(|| true)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    batch.push(&sandbox.contacts()[0]);
    batch.finish();
    assert!(is_deletion(batch.next(&Call::new())));
    assert_eq!(batch.next(&Call::new()), Ok(None));
    assert_eq!(batch.next(&Call::new()), Ok(None));
}

#[test]
fn a_wait_within_a_limit_asks_the_probe_even_where_an_item_is_ready() {
    let sandbox = sandbox(1);
    let batch = builder(&sandbox).build().unwrap().batch(BatchOptions::new()).unwrap();
    let brief = Call::new().timeout(Duration::from_millis(1));
    let error = batch.next_within(&brief).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let error = batch.next_within(&Call::new().timeout(Duration::ZERO)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    batch.finish();
    batch.push("late, so it is ready at once");
    let error = batch.next_within(&Call::new().probe(|| true)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(batch.next_within(&brief).unwrap().is_some(), "nothing was lost");
    assert_eq!(batch.next_within(&brief), Ok(None));
}

#[test]
fn an_item_says_when_it_happened_and_whether_that_was_before() {
    let (folder, sandbox) = (Folder::new("time"), sandbox(3));
    let client = builder(&sandbox).build().unwrap();
    let ids = [&sandbox.contacts()[..], &["0999".into()]].concat();
    let options = || BatchOptions::new().journal(folder.journal());
    let start = SystemTime::now();
    let (first, _) = run(&client, &ids, options());
    assert!(first.iter().all(|it| it.time >= start && !it.settled_before), "{first:?}");
    let line = |id: &str| {
        let mut lines = folder.lines().into_iter();
        lines.find(|line| line["event"] == "ended" && line["user_id"] == id).unwrap()
    };
    for item in &first {
        assert_eq!(line(item.user_id())["time"], item.to_json()["time"]);
        assert!(line(item.user_id()).get("settled_before").is_none());
    }

    let (second, _) = run(&client, &ids, options());
    assert_eq!(second.len(), 4);
    for item in &second {
        let told = item.to_json();
        assert_eq!(
            (&told["time"], &told["settled_before"]),
            (&line(item.user_id())["time"], &true.into())
        );
        assert!(item.settled_before && item.time <= SystemTime::now());
    }
    let (third, _) = run(&client, &ids[3..], options().missing_ok(true));
    assert_eq!(third[0].to_json()["status"], "absent", "it is told otherwise,");
    assert_eq!(third[0].to_json()["time"], line("0999")["time"], "and is what it was");

    let batch = client.batch(BatchOptions::new()).unwrap();
    batch.stop();
    batch.push("0998");
    let Poll::Ready(Some(left)) = batch.try_next() else { panic!("it is there at once") };
    assert!(left.time >= start && left.to_json()["time"].is_string(), "{left:?}");
    assert_eq!(left.to_json()["settled_before"], false);
}

#[test]
fn what_comes_after_the_end_is_not_attempted() {
    let (folder, sandbox) = (Folder::new("late"), sandbox(2));
    let ids = sandbox.contacts();
    let options = BatchOptions::new().journal(folder.journal());
    let batch = builder(&sandbox).build().unwrap().batch(options).unwrap();
    batch.push(&ids[0]);
    batch.finish();
    assert!(is_deletion(batch.next(&Call::new())));
    assert_eq!(batch.next(&Call::new()), Ok(None));
    let (requests, lines) = (sandbox.request_count(), folder.lines());
    batch.push(&ids[1]);
    let late = batch.next(&Call::new()).unwrap();
    let late = late.map(|item| item.outcome);
    assert_eq!(late, Some(Outcome::NotAttempted { user_id: ids[1].clone() }));
    assert_eq!(batch.next(&Call::new()), Ok(None));
    assert_eq!((sandbox.request_count(), folder.lines()), (requests, lines));
}
