//! Batches and single calls of one process share one pool of threads: none keeps it for itself.

use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use dingtalk_extcontact::{Batch, BatchOptions, Call, Client, ClientBuilder, ErrorKind, Outcome};
use dingtalk_extcontact_sandbox::{BlockShape, Faults, Sandbox};
use dingtalk_extcontact_test_support::{OK, Reply, read_request, reply, serve};
use serde_json::Value;

/// As large as the pool.
const ALL: u32 = 64;
/// Longer than anything here takes, on however busy a machine.
const LONG: Duration = Duration::from_secs(60);
/// What is promised within 100 ms, on a machine that others use, too.
const SOON: Duration = Duration::from_secs(1);
/// The pool is for one test at a time.
static POOL: Mutex<()> = Mutex::new(());

fn sandbox(contacts: usize) -> Sandbox {
    Sandbox::builder().made_up(contacts).calls_per_second(None).start().unwrap()
}

fn client(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder().access_token(sandbox.token()).endpoint(sandbox.url()).rate(None)
}

/// A batch that has work for more threads than there are, and has begun.
fn greedy(sandbox: &Sandbox, client: &Client) -> Batch {
    let batch = client.batch(BatchOptions::new().concurrency(ALL)).unwrap();
    sandbox.contacts().iter().for_each(|id| batch.push(id));
    assert!(sandbox.wait_for_requests(1, LONG));
    batch
}

/// Deletes a contact of another organisation, through the pool.
fn delete_elsewhere() {
    let other = sandbox(1);
    let (ended, outcome) = channel();
    let client = client(&other).build().unwrap();
    client.submit(other.contacts()[0].clone(), Call::new(), move |it| ended.send(it).unwrap());
    outcome.recv_timeout(LONG).expect("it has a thread").unwrap();
}

#[test]
fn a_batch_that_keeps_to_its_rate_leaves_threads_to_others() {
    let _alone = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = sandbox(300);
    let client = client(&sandbox).rate(Some(20)).build().unwrap();
    let batch = greedy(&sandbox, &client);
    delete_elsewhere();
    let begun = sandbox.request_count();
    batch.stop();
    assert!(begun < 150, "it waited until {begun} of 300 were done");
}

/// A server that answers only when this many requests wait for it.
fn answers_to(count: usize) -> String {
    let together = std::sync::Arc::new(std::sync::Barrier::new(count));
    let server = serve(move |connection| {
        read_request(connection);
        together.wait();
        connection.send(&reply(OK)).unwrap();
    });
    format!("http://{server}")
}

#[test]
fn a_batch_that_waits_for_its_turn_has_no_thread() {
    let _alone = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = sandbox(128);
    let rated = client(&sandbox).rate(Some(1)).build().unwrap();
    let batch = greedy(&sandbox, &rated);
    // One of its requests may be under way, and none of its other calls.
    let all = ALL as usize - 1;
    let other = Client::builder().access_token("t").endpoint(answers_to(all)).rate(None);
    let other = other.build().unwrap();
    let (ended, outcomes) = channel();
    for n in 0..all {
        let ended = ended.clone();
        other.submit(format!("0{n}"), Call::new(), move |it| ended.send(it).unwrap());
    }
    (0..all).for_each(|_| drop(outcomes.recv_timeout(LONG).expect("all have threads").unwrap()));
    batch.stop();
    batch.finish();
    let left = std::iter::from_fn(|| batch.next(&Call::new()).unwrap()).count();
    assert_eq!(left, 128);
}

#[test]
fn a_batch_that_pauses_leaves_threads_to_others() {
    let _alone = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = sandbox(128);
    sandbox.block_ip(BlockShape::Json);
    let client = client(&sandbox).build().unwrap();
    let batch = greedy(&sandbox, &client);
    delete_elsewhere();
    batch.stop();
}

#[test]
fn more_calls_than_threads_may_pause_between_two_attempts() {
    let _alone = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = sandbox(200);
    sandbox.faults(Faults::parse("http-503=1").unwrap());
    let client = client(&sandbox).max_attempts(2).build().unwrap();
    let (ended, outcomes) = channel();
    for id in sandbox.contacts() {
        let ended = ended.clone();
        client.submit(id, Call::new(), move |outcome| ended.send(outcome).unwrap());
    }
    assert!(sandbox.wait_for_requests(200, LONG));
    sandbox.faults(Faults::default());
    for _ in 0..200 {
        let deletion = outcomes.recv_timeout(LONG).unwrap().unwrap();
        assert!(deletion.attempts <= 2);
    }
    assert_eq!(sandbox.deleted().len(), 200);
}

/// An end must not wait for a thread while others have them all: here a batch with a throttled
/// id has given its last one to a call that never ends.
#[test]
fn a_batch_without_a_thread_comes_to_its_end() {
    let _alone = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let refused = r#"{"errcode":43007,"errmsg":"no permission"}"#;
    for (last_reply, stops_itself) in [(OK, false), (refused, true)] {
        let ((saw, seen), (release, released)) = (channel(), channel::<()>());
        let (saw, released) = (Mutex::new(saw), Mutex::new(released));
        let server = serve(move |connection| {
            while let Some(request) = read_request(connection) {
                saw.lock().unwrap().send(()).unwrap();
                let bytes = if request.body.ends_with(b"=throttled") {
                    Reply::json(429, &Value::Null).with_header("Retry-After", "300").to_bytes()
                } else if request.body.ends_with(b"=slow") {
                    released.lock().unwrap().recv().unwrap();
                    reply(last_reply)
                } else {
                    connection.hold();
                    return;
                };
                connection.send(&bytes).unwrap();
            }
        });
        let wait_for = |count| (0..count).for_each(|_| seen.recv_timeout(LONG).unwrap());
        let endpoint = format!("http://{server}");
        let client = Client::builder().access_token("t").endpoint(endpoint).rate(None).build();
        let client = client.unwrap();
        let batch = client.batch(BatchOptions::new().concurrency(2)).unwrap();
        ["slow", "throttled"].iter().for_each(|id| batch.push(id));
        wait_for(2);
        let start = Instant::now();
        while batch.paused().is_none() {
            assert!(start.elapsed() < LONG);
            std::thread::yield_now();
        }
        // Of these one waits for a thread until the batch gives up its last.
        let (call, (ended, ends)) = (Call::new(), channel());
        for n in 0..ALL {
            let ended = ended.clone();
            client.submit(format!("0{n}"), call.clone(), move |it| drop(ended.send(it)));
        }
        wait_for(ALL - 1);
        release.send(()).unwrap();
        wait_for(1);
        if !stops_itself {
            batch.stop();
        }
        batch.finish();
        let late = Call::new().probe(move || start.elapsed() > LONG);
        let items: Vec<_> = std::iter::from_fn(|| batch.next(&late).expect("no end")).collect();
        assert_eq!(items.len(), 2, "{items:?}");
        let throttled = items.iter().find(|item| item.user_id() == "throttled").unwrap();
        assert!(matches!(&throttled.outcome, Outcome::Error(it) if it.attempts() == 1));
        call.canceller().cancel();
        (0..ALL).for_each(|_| assert!(ends.recv_timeout(LONG).unwrap().is_err()));
    }
}

/// One call for all of a group: whoever has a thread when the others end sends nothing.
#[test]
fn one_cancel_ends_a_group_and_nothing_more_is_sent() {
    let _alone = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let (saw, seen) = channel();
    let saw = Mutex::new(saw);
    let server = serve(move |connection| {
        read_request(connection);
        saw.lock().unwrap().send(()).unwrap();
        connection.hold();
    });
    let client = Client::builder().access_token("t").endpoint(format!("http://{server}"));
    let client = client.rate(None).build().unwrap();
    let (call, (ended, ends)) = (Call::new(), channel());
    for n in 0..200 {
        let ended = ended.clone();
        client.submit(format!("0{n}"), call.clone(), move |it| ended.send(it).unwrap());
    }
    (0..ALL).for_each(|_| seen.recv_timeout(LONG).unwrap());
    let start = Instant::now();
    call.canceller().cancel();
    let errors: Vec<_> = (0..200).map(|_| ends.recv_timeout(LONG).unwrap().unwrap_err()).collect();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert!(errors.iter().all(|error| error.kind() == ErrorKind::Cancelled));
    assert_eq!(errors.iter().map(dingtalk_extcontact::Error::attempts).sum::<u32>(), ALL);
    assert_eq!(seen.try_iter().count(), 0);
}
