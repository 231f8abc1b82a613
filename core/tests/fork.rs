//! A client that was made before `fork` works in the child, whatever the parent's threads
//! were doing, and the parent's connections stay the parent's.
//!
//! Not under the test harness: it has threads of its own.

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    use std::sync::atomic::{AtomicBool, Ordering};

    use dingtalk_extcontact::{Call, Client, Status};
    use dingtalk_extcontact_test_support::*;

    let seen = Seen::default();
    let noted = seen.clone();
    let server = serve(move |connection| {
        while let Some(request) = read_request(connection) {
            let token = r#"{"accessToken":"fetched","expireIn":7200}"#;
            let body = if request.path.contains("oauth2") { token } else { OK };
            noted.lock().unwrap().push(request);
            if connection.send(&reply(body)).is_err() {
                return;
            }
        }
    });
    let client = Client::builder()
        .access_token("t")
        .endpoint(format!("http://{server}"))
        .rate(Some(10_000))
        .build()
        .unwrap();
    let by_app = Client::builder()
        .app_key("key")
        .app_secret("secret")
        .endpoint(format!("http://{server}"))
        .rate(None)
        .build()
        .unwrap();
    let by_pool = |client: &Client, id: &str| {
        let (sender, receiver) = std::sync::mpsc::channel();
        client.submit(id.to_owned(), Call::new(), move |outcome| sender.send(outcome).unwrap());
        receiver.recv().unwrap()
    };
    client.delete("parent").unwrap();
    by_pool(&client, "parent").unwrap();

    // Threads that hold this client's locks as often as they can, while the process forks.
    let stop = AtomicBool::new(false);
    let forks = 25;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::SeqCst) {
                    client.delete("parent").unwrap();
                    by_app.delete("parent").unwrap();
                    client.set_access_token("t").unwrap();
                }
            });
        }
        for n in 0..forks {
            // SAFETY: the child goes on with this thread alone, uses the client, which is
            // what is tested, and leaves by `_exit`.
            let pid = unsafe { libc::fork() };
            assert!(pid >= 0, "fork failed");
            if pid == 0 {
                let id = format!("child-{n}");
                let done =
                    client.delete(&id).is_ok_and(|deletion| deletion.status == Status::Deleted)
                        && client.delete(&id).is_ok()
                        && by_app.delete(&id).is_ok()
                        && by_pool(&client, &id).is_ok();
                client.close();
                // SAFETY: ends the child at once, without running what belongs to the parent.
                unsafe { libc::_exit(i32::from(!done)) };
            }
            let mut status = 0;
            // SAFETY: waits for the child that was just made; the pointer is to a local.
            let waited = unsafe { libc::waitpid(pid, &mut status, 0) };
            assert_eq!(waited, pid);
            assert_eq!(status, 0, "child {n} failed");
        }
        stop.store(true, Ordering::SeqCst);
    });
    client.delete("parent").unwrap();
    a_child_is_told_that_a_batch_is_its_parents(&client);

    let seen = seen.lock().unwrap();
    let connections = |who: &str| {
        let mut all: Vec<_> = seen
            .iter()
            .filter(|request| request.body == format!("user_id={who}").as_bytes())
            .map(|request| request.connection)
            .collect();
        all.sort();
        all.dedup();
        all
    };
    let parents = connections("parent");
    for n in 0..forks {
        let child = connections(&format!("child-{n}"));
        assert!(!child.is_empty() && child.len() <= 3, "child {n}: {child:?}");
        assert!(
            child.iter().all(|connection| !parents.contains(connection)),
            "child {n} used a connection of its parent"
        );
    }
    println!("{forks} children, {} connections of the parent: ok", parents.len());
}

/// It has none of the threads that would ever bring it an item.
#[cfg(unix)]
fn a_child_is_told_that_a_batch_is_its_parents(client: &dingtalk_extcontact::Client) {
    use dingtalk_extcontact::{BatchOptions, Call, ErrorKind, Outcome};
    use std::task::Poll;

    let batch = client.batch(BatchOptions::new()).unwrap();
    // SAFETY: as above.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "fork failed");
    if pid == 0 {
        batch.push("of-child");
        batch.finish();
        batch.cancel();
        let error = batch.next(&Call::new()).err();
        let told = error.is_some_and(|error| {
            error.kind() == ErrorKind::InvalidArgument && error.message().contains("forked")
        });
        let nothing = matches!(batch.try_next(), Poll::Ready(None))
            && !batch.wants()
            && batch.paused().is_none()
            && batch.summary().calls == 0;
        drop(batch);
        // SAFETY: as above.
        unsafe { libc::_exit(i32::from(!(told && nothing))) };
    }
    let mut status = 0;
    // SAFETY: as above.
    assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
    assert_eq!(status, 0, "the child of a batch's process");
    batch.push("parent");
    batch.finish();
    let items = std::iter::from_fn(|| batch.next(&Call::new()).unwrap());
    assert!(items.map(|item| item.outcome).all(|it| matches!(it, Outcome::Deletion(_))));
    assert_eq!(batch.summary().deleted, 1);
}
