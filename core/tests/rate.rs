//! The service's limits are kept where the service counts: at its own clock, for each API.

use dingtalk_extcontact::{BatchOptions, Client, Summary};
use dingtalk_extcontact_sandbox::{Faults, Sandbox};

/// Deletes all contacts at the default rate, from a service with the limit of the standard
/// edition.
fn delete_all(sandbox: &Sandbox, options: BatchOptions) -> Summary {
    let client =
        Client::builder().access_token(sandbox.token()).endpoint(sandbox.url()).build().unwrap();
    let mut items = client.delete_many(sandbox.contacts(), options).unwrap();
    items.by_ref().for_each(drop);
    items.summary()
}

#[test]
fn the_default_rate_is_never_refused() {
    // On its way a request may be held up, and is counted then.
    for faults in ["", "delay=0ms..30ms"] {
        let sandbox = Sandbox::builder().made_up(100).start().unwrap();
        sandbox.faults(Faults::parse(faults).unwrap());
        let summary = delete_all(&sandbox, BatchOptions::new());
        assert_eq!((summary.deleted, summary.calls), (100, 100), "{faults}");
    }
}

/// A backup reads each contact before its deletion: two APIs, and each has a limit of its own.
#[test]
fn a_backup_keeps_to_the_limit_of_reading() {
    let file = std::env::temp_dir().join(format!("dtx-rate-{}.jsonl", std::process::id()));
    let sandbox = Sandbox::builder().made_up(50).start().unwrap();
    let summary = delete_all(&sandbox, BatchOptions::new().backup(&file));
    std::fs::remove_file(&file).unwrap();
    assert_eq!((summary.deleted, summary.calls), (50, 50));
    assert_eq!(sandbox.request_count(), 100, "one to read, one to delete");
}
