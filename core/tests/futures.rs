//! Futures and streams of the core, under tokio and under an executor that is nothing but a
//! thread that parks.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use dingtalk_extcontact::{
    BatchOptions, Call, Client, DeleteFuture, ErrorKind, Item, Outcome, Status,
};
use dingtalk_extcontact_sandbox::Sandbox;
use dingtalk_extcontact_test_support::*;
use futures_core::{FusedStream, Stream};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn park_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

fn tokio_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(future)
}

fn poll_once(future: &mut DeleteFuture) -> bool {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

fn sandbox() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().made_up(20).start().unwrap();
    let client = client(&sandbox.url());
    client.set_access_token(&sandbox.token()).unwrap();
    (sandbox, client)
}

fn client(endpoint: &str) -> Client {
    let hour = Duration::from_secs(3600);
    let builder = Client::builder().access_token("t").endpoint(endpoint).rate(None);
    builder.timeout(hour).attempt_timeout(hour).build().unwrap()
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

#[test]
fn a_deletion_is_awaited_on_any_executor() {
    let (sandbox, client) = sandbox();
    let ids = sandbox.contacts();
    let deletion = park_on(client.delete_async(&ids[0], Call::new())).unwrap();
    assert_eq!((deletion.status, &deletion.user_id), (Status::Deleted, &ids[0]));
    let deletion = tokio_on(client.delete_async(&ids[1], Call::new())).unwrap();
    assert_eq!((deletion.status, &deletion.user_id), (Status::Deleted, &ids[1]));
    let error = tokio_on(client.delete_async(" ", Call::new())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(sandbox.contacts().len(), 18);
}

#[test]
fn nothing_happens_before_the_first_poll() {
    let (sandbox, client) = sandbox();
    drop(client.delete_async(&sandbox.contacts()[0], Call::new()));
    let call = Call::new();
    let future = client.delete_async(&sandbox.contacts()[0], call.clone());
    call.canceller().cancel();
    assert_eq!(park_on(future).unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(sandbox.contacts().len(), 20);
}

/// A call, and what is gone when the library has let go of the call.
fn watched() -> (Call, Weak<()>) {
    let held = Arc::new(());
    let watch = Arc::downgrade(&held);
    (Call::new().probe(move || Arc::strong_count(&held) == 0), watch)
}

/// Waits for a call to end, long before the hour that it may take.
fn ends_soon(watch: &Weak<()>) {
    let start = Instant::now();
    while watch.strong_count() > 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "the call goes on");
        thread::yield_now();
    }
}

#[test]
fn a_dropped_future_cancels_its_call() {
    let (server, requests) = silent();
    let client = client(&format!("http://{server}"));
    let (call, watch) = watched();
    let mut future = client.delete_async("0125", call);
    assert!(!poll_once(&mut future));
    requests.recv().unwrap();
    drop(future);
    ends_soon(&watch);

    let (call, watch) = watched();
    let future = client.delete_async("0125", call);
    tokio_on(async { tokio::time::timeout(Duration::from_millis(200), future).await.unwrap_err() });
    ends_soon(&watch);
}

#[test]
fn a_dropped_future_leaves_others_of_the_same_call_alone() {
    let (server, requests) = silent();
    let client = client(&format!("http://{server}"));
    let call = Call::new();
    let mut dropped = client.delete_async("0125", call.clone());
    let mut kept = client.delete_async("0126", call.clone());
    assert!(!poll_once(&mut dropped) && !poll_once(&mut kept));
    requests.recv().unwrap();
    requests.recv().unwrap();
    drop(dropped);
    let later = call.clone().timeout(Duration::from_millis(100));
    let error = park_on(client.delete_async("0127", later)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(!poll_once(&mut kept));
    call.canceller().cancel();
    let error = park_on(kept).unwrap_err();
    assert_eq!((error.kind(), error.maybe_deleted()), (ErrorKind::Cancelled, true));
}

/// Each that ended alone would leave its place to the next one, which would begin to send.
#[test]
fn a_cancel_of_what_many_futures_share_sends_nothing_more() {
    let (server, requests) = silent();
    let client = client(&format!("http://{server}"));
    let call = Call::new();
    let mut futures: Vec<_> =
        (0..300).map(|n| client.delete_async(format!("id-{n}"), call.clone())).collect();
    assert!(!futures.iter_mut().any(poll_once));
    for _ in 0..64 {
        requests.recv().unwrap();
    }
    call.canceller().cancel();
    let errors: Vec<_> = futures.into_iter().map(|future| park_on(future).unwrap_err()).collect();
    assert!(errors.iter().all(|error| error.kind() == ErrorKind::Cancelled));
    assert_eq!(errors.iter().map(|error| error.attempts()).sum::<u32>(), 64);
    assert!(requests.try_recv().is_err());
}

fn items(stream: impl Stream<Item = Item>) -> impl Future<Output = Vec<Item>> {
    let (mut stream, mut items) = (Box::pin(stream), Vec::new());
    poll_fn(move |context| {
        loop {
            match stream.as_mut().poll_next(context) {
                Poll::Ready(Some(item)) => items.push(item),
                Poll::Ready(None) => return Poll::Ready(std::mem::take(&mut items)),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
}

#[test]
fn the_items_of_a_batch_are_a_stream_on_any_executor() {
    type Run = fn(Pin<Box<dyn Future<Output = Vec<Item>>>>) -> Vec<Item>;
    for run in [park_on as Run, tokio_on as Run] {
        let (sandbox, client) = sandbox();
        let mut ids = sandbox.contacts();
        ids.push("0".to_owned());
        let options = BatchOptions::new().concurrency(2);
        let stream = client.delete_many(ids.clone(), options).unwrap().into_stream();
        let items = run(Box::pin(items(stream)));
        let mut seen: Vec<_> = items.iter().map(|item| item.user_id().to_owned()).collect();
        seen.sort();
        ids.sort();
        assert_eq!(seen, ids);
        let errors = items.iter().filter(|item| matches!(item.outcome, Outcome::Error(_)));
        assert_eq!((errors.count(), sandbox.contacts().len()), (1, 0));
    }
}

#[test]
fn a_stream_takes_ids_lazily_and_stays_at_its_end() {
    let (sandbox, client) = sandbox();
    let taken = Arc::new(Mutex::new(0));
    let (count, ids) = (taken.clone(), sandbox.contacts());
    let ids = ids.into_iter().inspect(move |_| *count.lock().unwrap() += 1);
    let options = BatchOptions::new().concurrency(1);
    let mut stream = client.delete_many(ids, options).unwrap().into_stream();
    for done in 1..=20 {
        assert!(!stream.is_terminated());
        let item = park_on(poll_fn(|context| Pin::new(&mut stream).poll_next(context)));
        assert!(item.is_some());
        assert!(*taken.lock().unwrap() <= done + 2);
    }
    for _ in 0..2 {
        let end = park_on(poll_fn(|context| Pin::new(&mut stream).poll_next(context)));
        assert!(end.is_none() && stream.is_terminated());
    }
    assert_eq!(stream.summary().deleted, 20);
}
