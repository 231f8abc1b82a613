//! A program's log handler that panics costs no call its outcome, and no thread.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use dingtalk_extcontact::{BatchOptions, Call, Client};
use dingtalk_extcontact_sandbox::{BlockShape, Permission, Sandbox};

/// Longer than anything here takes, on however busy a machine.
const LONG: Duration = Duration::from_secs(60);

struct Panics;

impl log::Log for Panics {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.target() == "dingtalk_extcontact"
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            panic!("on purpose");
        }
    }

    fn flush(&self) {}
}

#[test]
fn a_log_handler_that_panics_costs_nothing() {
    log::set_logger(&Panics).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload().downcast_ref::<&str>() != Some(&"on purpose") {
            tell(panic);
        }
    }));
    let sandbox = Sandbox::builder().made_up(80).calls_per_second(None).start().unwrap();
    let ids = sandbox.contacts();
    let client = Client::builder()
        .app_key(sandbox.app_key())
        .app_secret(sandbox.app_secret())
        .endpoint(sandbox.url())
        .rate(None)
        .build()
        .unwrap();
    client.delete(&ids[0]).unwrap();
    client.delete(&ids[0]).unwrap_err();

    // More callbacks than the pool has threads, and each panics.
    let (ended, ends) = channel();
    for id in &ids[1..70] {
        let ended = ended.clone();
        client.submit(id.clone(), Call::new(), move |deletion| {
            ended.send(deletion).unwrap();
            panic!("on purpose");
        });
    }
    for _ in 1..70 {
        ends.recv_timeout(LONG).expect("an outcome for each").unwrap();
    }

    // A batch that pauses, and one that stops by itself, each with one thread.
    let run = |pauses: bool| {
        let batch = client.batch(BatchOptions::new().concurrency(1)).unwrap();
        ids[70..].iter().for_each(|id| batch.push(id));
        batch.finish();
        let start = Instant::now();
        while pauses && batch.paused().is_none() {
            assert!(start.elapsed() < LONG);
            std::thread::yield_now();
        }
        if pauses {
            batch.stop();
        }
        let late = Call::new().probe(move || start.elapsed() > LONG);
        let items = std::iter::from_fn(|| batch.next(&late).expect("an end"));
        assert_eq!(items.count(), 10);
        assert!(batch.summary().stopped.is_some());
    };
    sandbox.block_ip(BlockShape::Json);
    run(true);
    sandbox.unblock_ip();
    sandbox.set_permission(Permission::Write, false);
    run(false);
}
