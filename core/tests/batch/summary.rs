//! The numbers of a batch.

use super::*;

#[test]
fn each_id_is_one_item_and_counted_once() {
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
    // "No such contact" now: they are gone, whoever deleted them.
    let (items, second) = run(&client, &ids, options());
    assert_eq!(groups(&second), [2, 2, 0, 1, 0]);
    let by_us = |item: &&Item| matches!(&item.outcome, Outcome::Deletion(it) if it.maybe_deleted);
    assert_eq!(items.iter().filter(by_us).count(), 2);
}
