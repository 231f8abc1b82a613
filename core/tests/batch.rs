//! Many deletions, against the sandbox: order, stop rules, throttling, the journal.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant, SystemTime};

use dingtalk_extcontact::{
    Batch, BatchOptions, Call, Client, ClientBuilder, Error, ErrorKind, Item, Outcome, Status,
    Summary,
};
use dingtalk_extcontact_sandbox::{BlockShape, Faults, Permission, Sandbox};
use dingtalk_extcontact_test_support::*;
use serde_json::Value;

/// Longer than anything here takes, on however busy a machine.
const LONG: Duration = Duration::from_secs(60);

fn sandbox(contacts: usize) -> Sandbox {
    Sandbox::builder().made_up(contacts).calls_per_second(None).start().unwrap()
}

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder()
        .app_key(sandbox.app_key())
        .app_secret(sandbox.app_secret())
        .endpoint(sandbox.url())
        .rate(None)
}

/// A client that needs no token call.
fn token_builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder().access_token(sandbox.token()).endpoint(sandbox.url()).rate(None)
}

/// A wait that ends where something hangs.
fn late() -> Call {
    let start = Instant::now();
    Call::new().probe(move || start.elapsed() > LONG)
}

/// All items of a finished batch.
fn drain(batch: &Batch) -> Vec<Item> {
    std::iter::from_fn(|| batch.next(&late()).unwrap()).collect()
}

fn run(client: &Client, ids: &[String], options: BatchOptions) -> (Vec<Item>, Summary) {
    let mut items = client.delete_many(ids, options).unwrap();
    let all: Vec<_> = items.by_ref().collect();
    (all, items.summary())
}

fn is_deletion(next: Result<Option<Item>, Error>) -> bool {
    matches!(next, Ok(Some(Item { outcome: Outcome::Deletion(_), .. })))
}

/// A folder of its own for the files of a test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("dtx-batch-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn journal(&self) -> PathBuf {
        self.0.join("journal.jsonl")
    }

    fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.journal()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn one_item_an_id_and_a_summary() {
    let sandbox = sandbox(50);
    let mut ids = sandbox.contacts();
    ids.insert(7, "0999".into());
    ids.insert(9, " bad".into());
    ids.push(ids[0].clone());
    ids.push("0999".into());
    let (items, summary) = run(&builder(&sandbox).build().unwrap(), &ids, BatchOptions::new());
    let by_id: HashMap<_, _> = items.iter().map(|item| (item.user_id(), item)).collect();
    assert_eq!((items.len(), by_id.len()), (52, 52));
    assert!(
        matches!(&by_id["0999"].outcome, Outcome::Error(e) if e.kind() == ErrorKind::InvalidUserId)
    );
    assert!(
        matches!(&by_id[" bad"].outcome, Outcome::Error(e) if e.kind() == ErrorKind::InvalidArgument)
    );
    assert_eq!((summary.deleted, summary.failed, summary.repeated), (50, 2, 2));
    assert_eq!((summary.absent, summary.not_attempted, summary.calls), (0, 0, 51));
    assert!(summary.end.unwrap() >= summary.start);
    assert_eq!((summary.endpoint, summary.app_key), (sandbox.url(), Some(sandbox.app_key())));
    assert!(sandbox.contacts().is_empty());
}

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
    let (most, now) = (std::sync::Arc::default(), std::sync::Arc::default());
    let (most_seen, under_way): (
        std::sync::Arc<std::sync::atomic::AtomicUsize>,
        std::sync::Arc<std::sync::atomic::AtomicUsize>,
    ) = (most, now);
    let (noted, counted) = (most_seen.clone(), under_way.clone());
    let all_here = std::sync::Arc::new(std::sync::Barrier::new(6));
    let server = serve(move |connection| {
        use std::sync::atomic::Ordering::SeqCst;
        while read_request(connection).is_some() {
            noted.fetch_max(counted.fetch_add(1, SeqCst) + 1, SeqCst);
            // Answers only when six are there: with fewer side by side this never ends.
            all_here.wait();
            counted.fetch_sub(1, SeqCst);
            connection.send(&reply(OK)).unwrap();
        }
    });
    let client = Client::builder()
        .access_token("t")
        .endpoint(format!("http://{server}"))
        .rate(None)
        .build()
        .unwrap();
    let ids: Vec<_> = (0..60).map(|n| format!("0{n}")).collect();
    let (items, _) = run(&client, &ids, BatchOptions::new().concurrency(6));
    assert_eq!(items.len(), 60);
    assert_eq!(most_seen.load(std::sync::atomic::Ordering::SeqCst), 6);
}

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
fn trouble_in_a_row_stops_the_batch() {
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

/// A lost reply, and "no such contact" when it is tried again: that is no damage.
#[test]
fn what_this_run_may_have_deleted_itself_is_not_missing() {
    let sandbox = sandbox(25);
    sandbox.faults(Faults::parse("lost-reply=1").unwrap());
    let client = builder(&sandbox).max_attempts(1).build().unwrap();
    let journal = Folder::new("lost");
    let options = || BatchOptions::new().concurrency(1).journal(journal.journal());
    let ids = sandbox.contacts();
    // Twenty in a row are trouble enough by themselves.
    run(&client, &ids, options());
    sandbox.faults(Faults::default());
    let (_, summary) = run(&client, &ids, options());
    assert_eq!((summary.absent, summary.deleted, summary.stopped), (20, 5, None));
}

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
fn a_throttled_id_that_is_stopped_in_the_queue_is_no_lie() {
    let sandbox = sandbox(3);
    sandbox.block_ip(BlockShape::Json);
    let client = Client::builder()
        .access_token(sandbox.token())
        .endpoint(sandbox.url())
        .rate(None)
        .build()
        .unwrap();
    let batch = client.batch(BatchOptions::new().concurrency(1)).unwrap();
    sandbox.contacts().iter().for_each(|id| batch.push(id));
    batch.finish();
    assert!(sandbox.wait_for_requests(1, Duration::from_secs(20)));
    let start = Instant::now();
    batch.stop();
    let mut ended = Vec::new();
    while let Some(item) = batch.next(&Call::new()).unwrap() {
        ended.push(item);
    }
    assert!(start.elapsed() < Duration::from_secs(1), "a pause of 300 s ends");
    let throttled = |item: &&Item| matches!(&item.outcome, Outcome::Error(e) if e.kind() == ErrorKind::Throttled && e.attempts() == 1);
    assert_eq!((ended.len(), ended.iter().filter(throttled).count()), (3, 1), "{ended:?}");
}

/// Several threads push while another takes and ends it at some point.
#[test]
fn many_hands_lose_nothing_and_get_an_end() {
    let sandbox = sandbox(0);
    let client = token_builder(&sandbox).build().unwrap();
    for round in 0..200 {
        let options = BatchOptions::new().concurrency(1 + round % 9).missing_ok(true);
        let batch = client.batch(options).unwrap();
        let mut taken = HashSet::new();
        std::thread::scope(|scope| {
            let pushers: Vec<_> = (0..3)
                .map(|hand| {
                    let batch = &batch;
                    scope.spawn(move || (0..20).for_each(|n| batch.push(&format!("0{hand}{n}"))))
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
fn an_end_starts_no_call_that_has_a_thread_and_waits_for_its_turn() {
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
        // What was announced and not called is on record as that.
        let lines = folder.lines();
        let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
        assert_eq!(count("announced"), count("ended"));
        let mut unsent = lines.iter().filter(|line| line["attempts"] == 0);
        assert!(unsent.all(|it| it["kind"] == "cancelled" && it["maybe_deleted"] == false));
    }
}

#[test]
fn stop_during_a_backup_deletes_nobody() {
    let folder = Folder::new("stop-backup");
    let sandbox = sandbox(8);
    sandbox.faults(Faults::parse("delay=1@300ms;on=get").unwrap());
    let options = BatchOptions::new().backup(folder.0.join("backup.jsonl"));
    let batch = token_builder(&sandbox).build().unwrap().batch(options).unwrap();
    sandbox.contacts().iter().for_each(|id| batch.push(id));
    batch.finish();
    assert!(sandbox.wait_for_requests(8, LONG));
    batch.stop();
    assert!(drain(&batch).iter().all(|item| matches!(&item.outcome, Outcome::NotAttempted { .. })));
    assert_eq!(sandbox.contacts().len(), 8);
}

#[test]
fn the_ip_block_pauses_what_waits_for_its_turn() {
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
    // The block may come to the last of these, or to the ten of the next second.
    assert!(!sandbox.wait_for_requests(21, Duration::from_millis(2500)));
    batch.stop();
    assert_eq!(batch.paused(), None);
}

/// What waits for a handshake leaves late, and must not leave beside the next second's.
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
        // A long way.
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
    // They are read a little later than they were written, now and then.
    for window in times.windows(21) {
        assert!(
            window[20] - window[0] > Duration::from_millis(900),
            "{:?}",
            window[20] - window[0]
        );
    }
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

/// An announcement of a run that died, and then no way to the record that is to be kept.
#[test]
fn what_is_uncertain_stays_so_without_a_backup() {
    let (folder, sandbox) = (Folder::new("uncertain"), sandbox(1));
    let client = builder(&sandbox).max_attempts(1).build().unwrap();
    let options = || BatchOptions::new().journal(folder.journal());
    drop(client.batch(options()).unwrap());
    let journal = fs::OpenOptions::new().append(true).open(folder.journal());
    let announced = b"{\"event\":\"announced\",\"user_id\":\"0998\"}\n";
    std::io::Write::write_all(&mut journal.unwrap(), announced).unwrap();
    let uncertain =
        |item: &Item| matches!(&item.outcome, Outcome::Error(error) if error.maybe_deleted());

    let backup = folder.0.join("backup.jsonl");
    sandbox.set_permission(Permission::Read, false);
    let (items, _) = run(&client, &["0998".into()], options().backup(&backup));
    assert!(uncertain(&items[0]), "{items:?}");
    sandbox.set_permission(Permission::Read, true);

    sandbox.block_ip(BlockShape::Json);
    let batch = client.batch(options().backup(&backup)).unwrap();
    let requests = sandbox.request_count();
    batch.push("0998");
    batch.finish();
    assert!(sandbox.wait_for_requests(requests + 1, LONG));
    batch.stop();
    let items = drain(&batch);
    assert!(uncertain(&items[0]), "{items:?}");

    sandbox.unblock_ip();
    let (items, _) = run(&builder(&sandbox).build().unwrap(), &["0998".into()], options());
    assert!(matches!(&items[0].outcome, Outcome::Deletion(it) if it.maybe_deleted), "{items:?}");
}

#[test]
fn what_cannot_be_an_id_is_not_in_the_journal() {
    let (folder, sandbox) = (Folder::new("long"), sandbox(1));
    let client = builder(&sandbox).build().unwrap();
    let ids = [sandbox.contacts()[0].clone(), "x".repeat(2_000_000), " 0125".into()];
    for settled in [0, 1] {
        let (_, summary) = run(&client, &ids, BatchOptions::new().journal(folder.journal()));
        assert_eq!((summary.deleted, summary.failed), (1, 2));
        assert_eq!(summary.settled_before, settled);
    }
}

#[test]
fn a_journal_that_is_moved_is_still_read() {
    let (folder, sandbox) = (Folder::new("moved"), sandbox(1));
    let client = builder(&sandbox).build().unwrap();
    let (ids, options) = (sandbox.contacts(), || BatchOptions::new().journal(folder.journal()));
    run(&client, &ids, options());
    let batch = client.batch(options()).unwrap();
    fs::rename(folder.journal(), folder.0.join("elsewhere")).unwrap();
    batch.push(&ids[0]);
    batch.finish();
    assert!(is_deletion(batch.next(&Call::new())));
}

#[cfg(unix)]
#[test]
fn files_that_were_there_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, sandbox) = (Folder::new("mode"), sandbox(1));
    let backup = folder.0.join("backup.jsonl");
    let options = BatchOptions::new().journal(folder.journal()).backup(&backup);
    for file in [&folder.journal(), &backup] {
        fs::write(file, "").unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    }
    run(&builder(&sandbox).build().unwrap(), &sandbox.contacts(), options);
    for file in [&folder.journal(), &backup] {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
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
    let client = Client::builder()
        .access_token("t")
        .endpoint(format!("http://{server}"))
        .rate(None)
        .build()
        .unwrap();
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

#[test]
fn a_second_run_calls_only_what_is_not_settled() {
    let (folder, sandbox) = (Folder::new("second"), sandbox(20));
    let mut ids = sandbox.contacts();
    ids.push("0999".into());
    let options = || BatchOptions::new().journal(folder.journal());
    let client = builder(&sandbox).max_attempts(1).build().unwrap();
    sandbox.faults(Faults::parse("http-500=first=4").unwrap());
    let (_, first) = run(&client, &ids, options());
    let uncertain = first.maybe_deleted;
    assert_eq!((first.deleted, uncertain, first.failed, first.settled_before), (16, 4, 1, 0));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(folder.journal()).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let text = fs::read_to_string(folder.journal()).unwrap();
    assert!(!text.contains(&sandbox.app_secret()) && !text.contains(&sandbox.token()));

    let before = sandbox.request_count();
    let (items, second) = run(&client, &ids, options());
    assert_eq!((second.deleted, second.failed, second.settled_before), (20, 1, 17));
    assert_eq!((second.calls, sandbox.request_count() - before), (4, 4));
    assert_eq!(items.len(), 21, "an item an id, settled or not");
    let settled = items.iter().find(|item| item.user_id() == "0999").unwrap();
    assert!(
        matches!(&settled.outcome, Outcome::Error(e) if e.code() == Some("33012") && e.request_id().is_some())
    );
}

/// Each id is in one group: gone, known to be there, not known, or not called.
#[test]
fn what_may_be_gone_is_a_group_of_its_own() {
    let (folder, sandbox) = (Folder::new("groups"), sandbox(4));
    let client = token_builder(&sandbox).max_attempts(1).build().unwrap();
    let mut ids = sandbox.contacts();
    ids.push("0999".into());
    let options = || BatchOptions::new().journal(folder.journal()).concurrency(1);
    let groups = |it: &Summary| {
        let Summary { deleted, absent, maybe_deleted, failed, not_attempted, .. } = *it;
        [deleted, absent, maybe_deleted, failed, not_attempted]
    };
    sandbox.faults(Faults::parse("reset-after=first=2").unwrap());
    let (_, first) = run(&client, &ids, options());
    assert_eq!(groups(&first), [2, 0, 2, 1, 0]);
    let told = serde_json::to_value(&first).unwrap();
    assert_eq!((&told["maybe_deleted"], &told["failed"]), (&2.into(), &1.into()));
    // The service knows no such contact any more: gone, whoever it was.
    let (items, second) = run(&client, &ids, options());
    assert_eq!(groups(&second), [2, 2, 0, 1, 0]);
    let by_us = |item: &&Item| matches!(&item.outcome, Outcome::Deletion(it) if it.maybe_deleted);
    assert_eq!(items.iter().filter(by_us).count(), 2);
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
    let left = batch.try_next().unwrap();
    assert!(left.time >= start && left.to_json()["time"].is_string(), "{left:?}");
    assert_eq!(left.to_json()["settled_before"], false);
}

#[test]
fn an_announcement_without_an_end_counts_as_uncertain() {
    let (folder, sandbox) = (Folder::new("announced"), sandbox(2));
    let ids = sandbox.contacts();
    let client = builder(&sandbox).build().unwrap();
    let header = format!(
        r#"{{"journal":"dingtalk-extcontact","version":1,"endpoint":"{}","app_key":"{}"}}"#,
        sandbox.url(),
        sandbox.app_key(),
    );
    let announced = |id: &str| format!(r#"{{"event":"announced","user_id":"{id}"}}"#);
    let text = [header, announced(&ids[0]), announced("0998"), announced(&ids[1])].join("\n");
    // The last line is torn: its call was never made.
    fs::write(folder.journal(), &text[..text.len() - 9]).unwrap();
    let all = [ids[0].clone(), "0998".into(), ids[1].clone(), "0999".into()];
    let (items, summary) = run(&client, &all, BatchOptions::new().journal(folder.journal()));
    assert_eq!((summary.deleted, summary.absent, summary.failed), (2, 1, 1), "{items:?}");
    let absent = items.iter().find(|item| item.user_id() == "0998").unwrap();
    assert!(
        matches!(&absent.outcome, Outcome::Deletion(d) if d.status == Status::Absent && d.maybe_deleted)
    );
    assert_eq!(folder.lines()[3]["event"], "resumed");
}

/// A pipe would wait for its other end, which is nobody.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_journal() {
    let (folder, sandbox) = (Folder::new("pipe"), sandbox(0));
    assert!(std::process::Command::new("mkfifo").arg(folder.journal()).status().unwrap().success());
    let (client, path) = (builder(&sandbox).build().unwrap(), folder.journal());
    let (opened, result) = channel();
    std::thread::spawn(move || {
        opened.send(client.batch(BatchOptions::new().journal(path)).map(drop)).unwrap();
    });
    let error = result.recv_timeout(LONG).expect("it does not wait").unwrap_err();
    assert!(error.message().contains("is no ordinary file"), "{error}");
}

/// A crash may leave any part of what was written together since the last sync.
#[test]
fn zeros_among_the_last_lines_are_cut_off_and_elsewhere_refused() {
    let (folder, sandbox) = (Folder::new("zeros"), sandbox(3));
    let ids = sandbox.contacts();
    let client = builder(&sandbox).build().unwrap();
    let options = || BatchOptions::new().journal(folder.journal());
    run(&client, &ids[..1], options());
    let settled = fs::read_to_string(folder.journal()).unwrap();
    let announced = |id: &str| format!("{{\"event\":\"announced\",\"user_id\":\"{id}\"}}\n");
    let hole = "\0".repeat(512);
    for after in [0, 1, 64] {
        let tail = announced("0997").repeat(after);
        fs::write(folder.journal(), format!("{settled}{{\"ev{hole}\":1}}\n{tail}")).unwrap();
        let (_, summary) = run(&client, &["0997".to_owned()], options());
        assert_eq!((summary.absent, summary.failed), (0, 1), "0997 was not announced");
    }
    let tail = announced("0997").repeat(65);
    let text = format!("{settled}{hole}\n{tail}");
    fs::write(folder.journal(), &text).unwrap();
    let error = client.batch(options()).unwrap_err();
    assert!(error.message().contains("damaged at line 4"), "{error}");
    assert_eq!(fs::read_to_string(folder.journal()).unwrap(), text);
}

#[test]
fn journals_that_are_refused() {
    let (folder, sandbox) = (Folder::new("refused"), sandbox(1));
    let client = builder(&sandbox).build().unwrap();
    let options = || BatchOptions::new().journal(folder.journal());
    run(&client, &sandbox.contacts(), options());
    let good = fs::read_to_string(folder.journal()).unwrap();
    let lines: Vec<_> = good.lines().collect();
    let before = sandbox.request_count();
    for (what, text) in [
        ("was written for the endpoint", good.replace(&sandbox.url(), "https://elsewhere.example")),
        (
            "was written with the app_key another, this is the app_key ",
            good.replace(&sandbox.app_key(), "another"),
        ),
        ("version", good.replace("\"version\":1", "\"version\":2")),
        ("damaged at line 2", format!("{}\n{{\"eve\n{}\n", lines[0], lines[2])),
        ("damaged at line 3", format!("{}\n{}\n{{}}\n{}\n", lines[0], lines[1], lines[2])),
        ("damaged at line 1", format!("{{\"app_key\":\"a\0\n{}\n", lines[1])),
    ] {
        fs::write(folder.journal(), &text).unwrap();
        let error = client.batch(options()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal, "{what}");
        assert!(error.message().contains(what), "{what}: {error}");
        assert_eq!(fs::read_to_string(folder.journal()).unwrap(), text, "it is left as it was");
    }
    fs::write(folder.journal(), "{\"endp").unwrap();
    drop(client.batch(options()).expect("a header that was being written"));
    fs::remove_file(folder.journal()).unwrap();
    let running = client.batch(options()).unwrap();
    let error = client.batch(options()).unwrap_err();
    assert!(error.message().contains("another run"), "{error}");
    drop(running);
    let itself = folder.0.to_str().unwrap();
    for (path, what) in [
        ("/nowhere/at/all", "cannot be opened"),
        ("/dev/full", "no ordinary"),
        (itself, "no ordinary"),
    ] {
        let error = client.batch(BatchOptions::new().journal(path)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal);
        assert!(!cfg!(target_os = "linux") || error.message().contains(what), "{error}");
    }
    assert_eq!(sandbox.request_count(), before, "nothing was called");
}

/// What somebody named by mistake: it is told for what it is not, and stays as it was.
#[cfg(unix)]
#[test]
fn a_file_of_another_kind_is_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, sandbox) = (Folder::new("foreign"), sandbox(1));
    let client = builder(&sandbox).build().unwrap();
    let (journal, backup) = (folder.journal(), folder.0.join("backup"));
    let options = BatchOptions::new().journal(&journal).backup(&backup);
    run(&client, &sandbox.contacts(), options);
    let mut foreign = vec![
        (fs::read(&journal).unwrap(), "backup of a batch but a journal"),
        (fs::read(&backup).unwrap(), "journal of a batch but a backup"),
    ];
    for text in [
        "name,userid\nsome one,0125\n".as_bytes(),
        b"0125\n0126",
        b"{\"user_id\":\"0125\",\"status\":\"deleted\"}\n",
        b"{\"user_id\":\"0125\",\"status\":\"deleted\"}",
        b"{\"endpoint\":\"https://oapi.dingtalk.com\"}",
        b"{\n  \"journal\": \"dingtalk-extcontact\"\n}\n",
        b"{}\n",
        b"[]\n[]\n",
        b"\n",
        b"PK\x03\x04\0\0\0\n\0",
        &[0; 5000],
        &[b'x'; 2_000_000],
    ] {
        foreign
            .extend([(text.to_vec(), "journal of a batch"), (text.to_vec(), "backup of a batch")]);
    }
    let path = folder.0.join("foreign");
    for (text, kind) in foreign {
        fs::write(&path, &text).unwrap();
        let file = fs::File::open(&path).unwrap();
        file.set_permissions(fs::Permissions::from_mode(0o644)).unwrap();
        // Long enough ago that a later touch shows.
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        // In use by its own program, which is no run.
        file.lock().unwrap();
        let options = match kind.starts_with("journal") {
            true => BatchOptions::new().journal(&path),
            false => BatchOptions::new().backup(&path),
        };
        let error = client.batch(options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal);
        assert!(error.message().ends_with(&format!("is not a {kind}")), "{error}");
        let now = file.metadata().unwrap();
        assert_eq!(now.modified().unwrap(), SystemTime::UNIX_EPOCH, "{error}");
        assert_eq!(now.permissions().mode() & 0o777, 0o644, "{error}");
        assert!(fs::read(&path).unwrap() == text, "{error}");
        drop(file);
        fs::File::open(&path).unwrap().try_lock().expect("no lock is left");
    }
}

#[test]
fn lines_of_the_journal_are_announcements_and_ends() {
    let (folder, sandbox) = (Folder::new("lines"), sandbox(30));
    let ids = sandbox.contacts();
    let client = builder(&sandbox).build().unwrap();
    run(&client, &ids, BatchOptions::new().journal(folder.journal()));
    let lines = folder.lines();
    assert_eq!(lines.len(), 61);
    assert_eq!(lines[0]["journal"], "dingtalk-extcontact");
    let mut announced = HashSet::new();
    for line in &lines[1..] {
        assert!(line["time"].as_str().unwrap().ends_with('Z'));
        let id = line["user_id"].as_str().unwrap();
        match line["event"].as_str().unwrap() {
            "announced" => assert!(announced.insert(id)),
            "ended" => {
                assert!(announced.contains(id), "announced before it ended");
                assert_eq!((&line["status"], &line["attempts"]), (&"deleted".into(), &1.into()));
                assert!(line["request_id"].is_string());
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(announced.len(), 30);
}

#[test]
fn a_backup_holds_each_record_before_its_deletion() {
    let (folder, sandbox) = (Folder::new("backup"), sandbox(30));
    let records: HashMap<_, _> = sandbox
        .contacts()
        .into_iter()
        .map(|id| (id.clone(), sandbox.contact(&id).unwrap()))
        .collect();
    let (client, backup) = (builder(&sandbox).build().unwrap(), folder.0.join("backup.jsonl"));
    fs::write(&backup, "{\"record\":{},\"user_id\":\"1\"}\n{\"torn").unwrap();
    let mut ids = sandbox.contacts();
    ids.push("0999".into());
    let (_, summary) = run(&client, &ids, BatchOptions::new().backup(&backup).missing_ok(true));
    assert_eq!((summary.deleted, summary.absent), (30, 1));
    let text = fs::read_to_string(&backup).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 31, "the torn line is gone");
    for line in &lines[1..] {
        assert_eq!(line["record"], records[line["user_id"].as_str().unwrap()]);
    }
    // Each was read before it was deleted.
    let mut read = HashSet::new();
    for request in sandbox.requests() {
        let form = request.form();
        let id = form.iter().find(|(name, _)| name == "user_id").map(|(_, id)| id.clone());
        match (request.path.as_str(), id) {
            ("/topapi/extcontact/get", Some(id)) => assert!(read.insert(id)),
            ("/topapi/extcontact/delete", Some(id)) => assert!(read.contains(&id), "{id}"),
            _ => {}
        }
    }
}

#[test]
fn without_a_backup_nothing_is_deleted() {
    let (folder, sandbox) = (Folder::new("no-backup"), sandbox(10));
    sandbox.set_permission(Permission::Read, false);
    let options = BatchOptions::new().backup(folder.0.join("backup.jsonl")).concurrency(2);
    let (_, summary) = run(&builder(&sandbox).build().unwrap(), &sandbox.contacts(), options);
    assert_eq!((summary.deleted, summary.calls), (0, 0));
    assert!(summary.stopped.is_some());
    assert_eq!(sandbox.contacts().len(), 10);
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
fn bad_options_name_themselves() {
    use dingtalk_extcontact::{Binding, Value};
    let sandbox = sandbox(0);
    let client = builder(&sandbox).build().unwrap();
    for concurrency in [0, 65] {
        let error = client.batch(BatchOptions::new().concurrency(concurrency)).unwrap_err();
        assert!(error.message().starts_with("concurrency"), "{error}");
    }
    let mut options = BatchOptions::for_binding(Binding::Node);
    assert!(options.set("concurrency", Value::Number(1.5)).is_err());
    assert!(options.set("journal", Value::Flag(true)).is_err());
    assert!(options.set("missingOk", Value::Flag(true)).is_ok());
    assert!(options.set("stopOnMissing", Value::Flag(false)).is_ok());
    assert!(options.set("stopOnMissing", Value::Number(0.0)).is_err());
    assert!(options.set("nonsense", Value::None).unwrap_err().advice().contains("missingOk"));
}

#[test]
fn a_path_is_not_echoed_whole() {
    let long = "x".repeat(1 << 20);
    let client = Client::builder().access_token("t").endpoint("http://127.0.0.1:1");
    let client = client.build().unwrap();
    for options in [BatchOptions::new().journal(&long), BatchOptions::new().backup(&long)] {
        let error = client.batch(options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal);
        assert!(error.message().contains("... (1048576 bytes)"), "{}", error.message().len());
        assert!(error.message().len() < 400);
    }
}
