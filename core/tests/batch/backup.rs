//! The backup: each record on disk before its contact is deleted.

use super::*;

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

/// A machine that loses its power leaves zeros among the records that were written together. Nobody
/// of these was deleted, and what is behind them would be lost to a restore.
#[test]
fn a_backup_goes_on_before_the_hole_of_a_crash() {
    let (folder, sandbox) = (Folder::new("backup-hole"), sandbox(6));
    let (client, backup) = (builder(&sandbox).build().unwrap(), folder.0.join("backup.jsonl"));
    let options = || BatchOptions::new().backup(&backup);
    let ids = sandbox.contacts();
    let (first, later) = ids.split_at(3);
    run(&client, first, options());
    let synced = fs::read_to_string(&backup).unwrap();
    let record = |id: &String| format!("{}\n", json!({"record": {"userid": id}, "user_id": id}));
    let unsynced: String = later.iter().map(record).collect();
    let hole = record(&later[0]).len() + 10;
    fs::write(&backup, synced.clone() + &"\0".repeat(hole) + &unsynced[hole..]).unwrap();
    let (_, summary) = run(&client, later, options());
    assert_eq!(summary.deleted, 3);
    let text = fs::read_to_string(&backup).unwrap();
    assert!(text.starts_with(&synced) && !text.contains('\0'));
    let read = dingtalk_extcontact::read_backup(&backup, &[]).unwrap();
    assert_eq!((read.len(), read.torn_line()), (6, None));

    // Where more follows than was written together, no crash explains it.
    let records = record(&later[0]).repeat(65);
    let damaged = format!("{synced}\0\n{records}");
    fs::write(&backup, &damaged).unwrap();
    let error = client.batch(options()).unwrap_err();
    assert!(error.message().contains("is damaged at line 5"), "{error}");
    assert_eq!(fs::read_to_string(&backup).unwrap(), damaged);
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
fn an_id_is_announced_only_once_it_is_backed_up() {
    let folder = Folder::new("announced-backup");
    let (client, go_on, _) = held_server(|request| {
        let is_second = request.form().iter().any(|(_, value)| value == "02");
        match request.path.as_str() {
            _ if is_second => r#"{"errcode":60011,"errmsg":"no permission"}"#,
            "/topapi/extcontact/get" => r#"{"errcode":0,"result":{"userid":"01","name":"x"}}"#,
            _ => OK,
        }
    });
    let backup = folder.0.join("backup.jsonl");
    let options = BatchOptions::new().concurrency(1).journal(folder.journal()).backup(backup);
    let batch = client.batch(options).unwrap();
    ["01", "02"].iter().for_each(|id| batch.push(id));
    batch.finish();
    drop(go_on);
    let items = drain(&batch);
    assert!(matches!(items[0].outcome, Outcome::Deletion(_)), "{items:?}");
    let events = [["announced", "01"], ["ended", "01"], ["closed", ""]];
    assert_eq!(folder.events(), events.map(|event| event.map(str::to_owned)));
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

/// An earlier run died after its announcement, and this one cannot read the record to back up.
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

/// Something between here and the service mixes up replies, say.
#[test]
fn nobody_is_deleted_whose_record_is_somebody_elses() {
    let folder = Folder::new("other-backup");
    let (client, go_on, seen) = held_server(|request| match request.path.as_str() {
        "/topapi/extcontact/get" => r#"{"errcode":0,"result":{"userid":"02","name":"x"}}"#,
        _ => OK,
    });
    drop(go_on);
    let backup = folder.0.join("backup.jsonl");
    let (items, summary) = run(&client, &["01".into()], BatchOptions::new().backup(&backup));
    let Outcome::Error(error) = &items[0].outcome else { panic!("it was deleted") };
    assert_eq!((error.kind(), error.maybe_deleted()), (ErrorKind::Protocol, false));
    assert!(error.message().contains("another contact"), "{error}");
    assert_eq!((summary.calls, summary.failed), (0, 1));
    assert!(seen.lock().unwrap().iter().all(|request| request.path.ends_with("/get")));
    assert!(!fs::read_to_string(&backup).unwrap().contains("\"02\""));
}
