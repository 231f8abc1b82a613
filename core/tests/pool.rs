//! Batches and single calls of one process share one pool of threads: none keeps it for itself.

use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use dingtalk_extcontact::{Batch, BatchOptions, Call, Client, ClientBuilder};
use dingtalk_extcontact_sandbox::{BlockShape, Sandbox};

/// As large as the pool.
const ALL: u32 = 64;
/// Longer than anything here takes, on however busy a machine.
const LONG: Duration = Duration::from_secs(60);
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
