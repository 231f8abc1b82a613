//! A batch that stops by itself says why before it says what it did not attempt.

use std::sync::{Arc, Mutex};

use dingtalk_extcontact::{Batch, BatchOptions, Call, Client, ErrorKind, Outcome};
use dingtalk_extcontact_sandbox::{Permission, Sandbox};

static STOPPING: Mutex<Option<Arc<Batch>>> = Mutex::new(None);

/// Pushes ids at the one moment where the batch has stopped, and its reason is not yet delivered.
struct Pushes;

impl log::Log for Pushes {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.target() == "dingtalk_extcontact"
    }

    fn log(&self, record: &log::Record) {
        if record.args().to_string().starts_with("the batch stops") {
            let batch = STOPPING.lock().unwrap().take().expect("it stops once");
            batch.push("after-1");
            // The one of the caller is not the reason, and does not go before it either.
            batch.stop();
            batch.push("after-2");
            batch.finish();
        }
    }

    fn flush(&self) {}
}

fn kinds_of(client: &Client, ids: &[String]) -> Vec<Option<ErrorKind>> {
    let batch = Arc::new(client.batch(BatchOptions::new().concurrency(1)).unwrap());
    *STOPPING.lock().unwrap() = Some(batch.clone());
    ids.iter().for_each(|id| batch.push(id));
    let items = std::iter::from_fn(|| batch.next(&Call::new()).unwrap());
    let kind = |outcome| match outcome {
        Outcome::Error(error) => Some(error.kind()),
        Outcome::NotAttempted { .. } => None,
        Outcome::Deletion(deletion) => panic!("{} was deleted", deletion.user_id),
    };
    items.map(|item| kind(item.outcome)).collect()
}

#[test]
fn the_reason_comes_before_what_it_kept_from_being_called() {
    log::set_logger(&Pushes).unwrap();
    log::set_max_level(log::LevelFilter::Warn);
    let sandbox = Sandbox::builder().made_up(4).calls_per_second(None).start().unwrap();
    let client = Client::builder()
        .app_key(sandbox.app_key())
        .app_secret(sandbox.app_secret())
        .endpoint(sandbox.url())
        .build()
        .unwrap();
    sandbox.set_permission(Permission::Write, false);
    let refused = Some(ErrorKind::PermissionDenied);
    assert_eq!(kinds_of(&client, &sandbox.contacts()[..2]), [refused, None, None, None]);

    client.close();
    let closed = Some(ErrorKind::InvalidArgument);
    assert_eq!(kinds_of(&client, &sandbox.contacts()[..1]), [closed, None, None]);
}
