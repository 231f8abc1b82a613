//! What waits has no thread: thousands of calls within a rate take as many as there are requests
//! under way.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dingtalk_extcontact::{Call, Client, ClientBuilder, ErrorKind};
use dingtalk_extcontact_sandbox::Sandbox;
use dingtalk_extcontact_test_support::{read_request, serve};

const RATE: u32 = 20;
/// Longer than anything here takes, on however busy a machine.
const LONG: Duration = Duration::from_secs(60);
/// Well over the promised 100 ms, as machines are slow; well under a wait that is not ended.
const SOON: Duration = Duration::from_secs(1);
/// Threads are counted by one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn sandbox(contacts: usize) -> Sandbox {
    Sandbox::builder().made_up(contacts).calls_per_second(None).start().unwrap()
}

fn client(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder().access_token(sandbox.token()).endpoint(sandbox.url())
}

/// How many threads of the library make calls, and how many wake them.
#[cfg(target_os = "linux")]
fn threads() -> (usize, usize) {
    let start = Instant::now();
    loop {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        let names: Vec<_> = names.map(|name| name.trim().to_owned()).collect();
        let count = |wanted: &str| names.iter().filter(|name| *name == wanted).count();
        let (calling, waking) = (count("dingtalk-call"), count("dingtalk-timer"));
        // A thread has the name of the one that started it, until it gives itself its own.
        if waking <= 1 || start.elapsed() > SOON {
            return (calling, waking);
        }
    }
}

/// Nobody can be counted here.
#[cfg(not(target_os = "linux"))]
fn threads() -> (usize, usize) {
    (0, 0)
}

#[test]
fn two_thousand_calls_wait_for_their_turn_without_a_thread() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = sandbox(2_000);
    let rated = client(&sandbox).rate(Some(RATE)).build().unwrap();
    let (call, ends) = (Call::new(), Arc::new(AtomicU32::new(0)));
    let (ended, outcomes) = channel();
    for id in sandbox.contacts() {
        let (ended, ends) = (ended.clone(), ends.clone());
        rated.submit(id, call.clone(), move |outcome| {
            ends.fetch_add(1, Ordering::SeqCst);
            ended.send(outcome).unwrap();
        });
    }
    for _ in 0..3 * RATE {
        outcomes.recv_timeout(LONG).unwrap().unwrap();
        let (calling, waking) = threads();
        // A call may take over a second on a busy machine, and twenty more begin meanwhile.
        assert!(
            calling <= 2 * RATE as usize && waking <= 1,
            "{calling} threads for {RATE} requests"
        );
    }
    // Another client's call is behind none of them.
    let other = client(&sandbox).rate(None).build().unwrap();
    let (ended, outcome) = channel();
    let late = ends.load(Ordering::SeqCst);
    other.submit("0199".into(), Call::new(), move |outcome| ended.send(outcome).unwrap());
    assert_eq!(outcome.recv_timeout(LONG).unwrap().unwrap_err().kind(), ErrorKind::InvalidUserId);
    assert!(ends.load(Ordering::SeqCst) < late + 2 * RATE, "it waited for the others");

    let start = Instant::now();
    call.canceller().cancel();
    let rest: Vec<_> = outcomes.iter().take(2_000 - 3 * RATE as usize).collect();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let cancelled = rest.iter().filter_map(|outcome| outcome.as_ref().err());
    let waited = cancelled.filter(|error| error.message().contains("waiting for its turn"));
    assert!(waited.count() > 1_500);
    assert_eq!(ends.load(Ordering::SeqCst), 2_000, "each ends once");
    assert!(sandbox.request_count() < 200, "{}", sandbox.request_count());
}

/// One request for a token is on its way; all others wait for it, and none has a thread.
#[test]
fn calls_wait_for_a_token_without_a_thread() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (asked, asks) = channel();
    let asked = Mutex::new(asked);
    let silent = serve(move |connection| {
        read_request(connection);
        asked.lock().unwrap().send(()).unwrap();
        connection.hold();
    });
    let client = Client::builder().app_key("key").app_secret("secret").rate(None);
    let client = client.endpoint(format!("http://{silent}")).build().unwrap();
    let (ended, outcomes) = channel();
    let (before, call) = (threads().0, Call::new());
    for n in 0..500 {
        let ended = ended.clone();
        client.submit(format!("01{n}"), call.clone(), move |outcome| ended.send(outcome).unwrap());
    }
    asks.recv_timeout(LONG).unwrap();
    assert!(threads().0 <= before.max(1), "{:?}", threads());
    let start = Instant::now();
    call.canceller().cancel();
    let outcomes: Vec<_> = outcomes.iter().take(500).collect();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert!(outcomes.iter().all(|it| it.as_ref().unwrap_err().kind() == ErrorKind::Cancelled));
}

/// A probe is the program's: it is asked on a thread of the pool, once a slice.
#[test]
fn a_probe_ends_a_call_that_waits() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = sandbox(2);
    let ids = sandbox.contacts();
    let client = client(&sandbox).rate(Some(1)).build().unwrap();
    client.delete(&ids[0]).unwrap();
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let call = Call::new().probe(move || count.fetch_add(1, Ordering::SeqCst) == 3);
    let (ended, outcome) = channel();
    client.submit(ids[1].clone(), call, move |outcome| ended.send(outcome).unwrap());
    let error = outcome.recv_timeout(LONG).unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!((asked.load(Ordering::SeqCst), sandbox.request_count()), (4, 1));
}

/// Whoever is told of its end may call again: the cancelled call has left the line by then.
#[test]
fn the_callback_of_a_call_cancelled_in_line_may_call_again() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = sandbox(3);
    let ids = sandbox.contacts();
    let client = client(&sandbox).rate(Some(1)).build().unwrap();
    client.delete(&ids[0]).unwrap();
    let (call, (ended, outcome)) = (Call::new(), channel());
    let (again, next) = (client.clone(), ids[2].clone());
    client.submit(ids[1].clone(), call.clone(), move |cancelled| {
        assert_eq!(cancelled.unwrap_err().kind(), ErrorKind::Cancelled);
        ended.send(again.delete(&next)).unwrap();
    });
    // The callback runs on the thread that cancels.
    std::thread::spawn(move || call.canceller().cancel());
    outcome.recv_timeout(10 * SOON).expect("it is behind nobody").unwrap();
    assert_eq!(sandbox.request_count(), 2);
}
