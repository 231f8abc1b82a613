//! Restoring what was deleted: nobody is created twice, against the sandbox.

use std::fs;
use std::path::PathBuf;

use dingtalk_extcontact::{
    BatchOptions, Call, Client, ClientBuilder, ErrorKind, RestoreStatus, check_record, read_backup,
};
use dingtalk_extcontact_sandbox::{Faults, Permission, Sandbox};
use serde_json::{Map, Value, json};

const CREATE: &str = "/topapi/extcontact/create";

/// A record that has all that a contact needs.
fn record(index: usize) -> Map<String, Value> {
    let record = json!({
        "userid": format!("0125{index:06}"), "name": format!("Sample {index}"),
        "mobile": format!("10000{index:06}"), "state_code": "86", "email": "a@b.example",
        "follower_user_id": "manager1", "label_ids": [1000001, 1000002], "title": "Buyer",
        "share_user_ids": ["manager2"], "share_dept_ids": [7],
    });
    record.as_object().unwrap().clone()
}

fn sandbox(contacts: usize) -> Sandbox {
    let records = (0..contacts).map(|index| Value::Object(record(index)));
    Sandbox::builder().contacts(records).calls_per_second(None).start().unwrap()
}

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder()
        .app_key(sandbox.app_key())
        .app_secret(sandbox.app_secret())
        .endpoint(sandbox.url())
        .rate(None)
}

fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().unwrap()
}

fn count(sandbox: &Sandbox, path: &str) -> usize {
    sandbox.requests().iter().filter(|request| request.path == path).count()
}

fn faults(sandbox: &Sandbox, text: &str) {
    sandbox.faults(Faults::parse(text).unwrap());
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("dtx-restore-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_record_is_created_again_under_a_new_id_and_only_once_it_is_gone() {
    let sandbox = sandbox(2);
    let (client, call) = (client(&sandbox), Call::new());
    let record = client.get("0125000000", &call).unwrap().record().clone();
    let there = client.restore(&record, &call).unwrap();
    assert_eq!(there.status, RestoreStatus::StillThere);
    assert_eq!((there.user_id.as_deref(), there.attempts), (Some("0125000000"), 0));
    assert_eq!(count(&sandbox, CREATE), 0);

    client.delete("0125000000").unwrap();
    let restored = client.restore(&record, &call).unwrap();
    assert_eq!((restored.status, restored.attempts), (RestoreStatus::Created, 1));
    assert_eq!(sandbox.created(), [restored.user_id.clone().unwrap()]);
    let now = sandbox.contact(&restored.user_id.unwrap()).unwrap();
    assert_eq!(check_record(&record).unwrap(), ["email"]);
    for (name, value) in record.iter().filter(|(name, _)| !["userid", "email"].contains(&&***name))
    {
        assert_eq!(now[name], *value, "{name}");
    }

    // The old id is gone still; whoever has its number is there.
    let error = client.restore(&record, &call).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some("22005")));
    assert!(error.message().contains("was not created again"), "{error}");
    assert!(!error.maybe_deleted());
}

#[test]
fn no_request_is_sent_again_that_may_have_been_done() {
    for (fault, done) in [
        ("reset-before", false),
        ("reset-after", true),
        ("lost-reply", true),
        ("http-500", true),
        ("http-502", true),
        ("http-503", true),
        ("html", false),
        ("busy", true),
        ("system-error", true),
        ("isp", true),
        ("truncated", true),
        ("huge", true),
    ] {
        let (sandbox, call) = (sandbox(0), Call::new());
        let client = client(&sandbox);
        faults(&sandbox, &format!("{fault}=1;on=create"));
        let restored = client.restore(&record(0), &call).unwrap();
        assert_eq!(restored.status, RestoreStatus::MayBeCreated, "{fault}");
        assert_eq!((restored.user_id, restored.attempts), (None, 1), "{fault}");
        assert!(restored.problem.is_some_and(|it| !it.is_empty()), "{fault}");
        assert_eq!(count(&sandbox, CREATE), 1, "{fault}");
        // Some of these faults let the work be done by chance.
        let was_done = sandbox.created().len() == 1;
        assert!(done || !was_done, "{fault}");

        faults(&sandbox, "");
        let again = client.restore_again(&record(0), &call).unwrap();
        assert_eq!(again.status, RestoreStatus::Created, "{fault}");
        assert_eq!(sandbox.created(), [again.user_id.unwrap()], "{fault}");
        assert_eq!(count(&sandbox, CREATE), if was_done { 1 } else { 2 }, "{fault}");
    }
}

#[test]
fn a_certain_refusal_may_be_followed_by_another_request() {
    let sandbox = sandbox(0);
    faults(&sandbox, "throttle=first=2;on=create");
    let restored = client(&sandbox).restore(&record(0), &Call::new()).unwrap();
    assert_eq!((restored.status, restored.attempts), (RestoreStatus::Created, 3));
    assert_eq!(sandbox.created().len(), 1);
}

#[test]
fn each_creation_has_a_new_connection() {
    let sandbox = sandbox(0);
    let client = client(&sandbox);
    for index in 0..3 {
        client.restore(&record(index), &Call::new()).unwrap();
    }
    let requests = sandbox.requests();
    let mut seen = Vec::new();
    for request in &requests {
        if request.path == CREATE {
            assert!(!seen.contains(&request.connection), "it was used before");
        }
        seen.push(request.connection);
    }
    assert_eq!(count(&sandbox, CREATE), 3);
}

#[test]
fn without_the_permission_to_read_nothing_is_created() {
    let sandbox = sandbox(0);
    sandbox.set_permission(Permission::Read, false);
    let error = client(&sandbox).restore(&record(0), &Call::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(error.advice().contains("qyapi_ext_read"), "{error}");
    sandbox.set_permission(Permission::Read, true);
    sandbox.set_permission(Permission::Write, false);
    let error = client(&sandbox).restore(&record(0), &Call::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(sandbox.created().is_empty());
}

#[test]
fn a_record_that_lacks_something_is_refused_before_anything_is_sent() {
    let sandbox = sandbox(0);
    let client = client(&sandbox);
    for name in ["userid", "name", "mobile", "state_code", "follower_user_id", "label_ids"] {
        let mut record = record(0);
        record.remove(name);
        let error = client.restore(&record, &Call::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name}");
    }
    assert_eq!(sandbox.request_count(), 0);
}

#[test]
fn a_call_that_is_cancelled_tells_whether_it_may_have_created() {
    let sandbox = sandbox(0);
    let client = client(&sandbox);
    faults(&sandbox, "delay=1@60s;on=create");
    let call = Call::new();
    let canceller = call.canceller();
    let restored = std::thread::scope(|scope| {
        let call = &call;
        let restoring = scope.spawn(|| client.restore(&record(0), call));
        // The token, the old id, and the creation.
        assert!(sandbox.wait_for_requests(3, std::time::Duration::from_secs(60)));
        canceller.cancel();
        restoring.join().unwrap().unwrap()
    });
    assert_eq!(restored.status, RestoreStatus::MayBeCreated);
    let error = client.restore(&record(1), &call).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

/// Deletes all contacts of a sandbox, with a backup.
fn backed_up(sandbox: &Sandbox, folder: &Folder) -> PathBuf {
    let path = folder.0.join("backup.jsonl");
    let mut items =
        client(sandbox).delete_many(sandbox.contacts(), BatchOptions::new().backup(&path)).unwrap();
    assert!(items.by_ref().count() > 0);
    assert!(sandbox.contacts().is_empty());
    path
}

#[test]
fn a_backup_is_restored_and_later_runs_go_on_from_the_journal() {
    let (folder, sandbox) = (Folder::new("runs"), sandbox(12));
    let path = backed_up(&sandbox, &folder);
    let client = client(&sandbox);
    let backup = read_backup(&path, &[]).unwrap();
    assert_eq!((backup.len(), backup.torn_line()), (12, None));
    assert_eq!(backup.app_key(), Some(&*sandbox.app_key()));
    assert_eq!(backup.endpoint(), Some(&*client.endpoint()));
    backup.check_owner(&client, false).unwrap();
    let journal = folder.0.join("restore.jsonl");
    faults(&sandbox, "lost-reply=0.3,reset-before=0.3;on=create;seed=3");
    let run = || {
        let mut restorer = client.restorer(Some(&journal), Call::new()).unwrap();
        let restore = |it: Result<dingtalk_extcontact::BackupRecord, _>| {
            restorer.restore(&it.unwrap().record)
        };
        backup.records().map(restore).map(|it| it.unwrap().status).collect::<Vec<_>>()
    };
    let first = run();
    assert!(
        first.contains(&RestoreStatus::MayBeCreated) && first.contains(&RestoreStatus::Created)
    );
    faults(&sandbox, "");
    let lists = count(&sandbox, "/topapi/extcontact/list");
    assert!(run().iter().all(|status| *status == RestoreStatus::Created));
    assert_eq!(count(&sandbox, "/topapi/extcontact/list") - lists, 1, "one pass over the list");
    let requests = sandbox.request_count();
    assert!(run().iter().all(|status| *status == RestoreStatus::Created));
    assert_eq!(sandbox.request_count(), requests, "all of it is in the journal");
    assert_eq!((sandbox.created().len(), sandbox.contacts().len()), (12, 12));

    let restorer = client.restorer(Some(&journal), Call::new()).unwrap();
    let created: Vec<_> = (0..12)
        .map(|index| restorer.created_before(&format!("0125{index:06}")).unwrap().unwrap())
        .collect();
    assert!(created.iter().all(|it| sandbox.contact(it.user_id.as_ref().unwrap()).is_some()));
    assert!(client.restorer(Some(&journal), Call::new()).is_err(), "it is in use");
}

/// A run died between its announcement and the end, and its request arrives only after the next run
/// has looked.
#[test]
fn a_contact_that_turns_up_after_the_look_counts_as_created() {
    let (folder, sandbox) = (Folder::new("late"), sandbox(0));
    let (client, journal) = (client(&sandbox), folder.0.join("restore.jsonl"));
    drop(client.restorer(Some(&journal), Call::new()).unwrap());
    let announced = "{\"event\":\"announced\",\"old_user_id\":\"0125000000\",\"time\":\"x\"}\n";
    let text = fs::read_to_string(&journal).unwrap() + announced + "{\"torn";
    fs::write(&journal, text).unwrap();
    let mut restorer = client.restorer(Some(&journal), Call::new()).unwrap();
    assert!(restorer.may_be_created("0125000000"));
    assert!(!restorer.may_be_created("0125000001"));
    // The list that is looked through is read here, while nobody is there yet.
    faults(&sandbox, "delay=1@300ms;on=create");
    let restored = std::thread::scope(|scope| {
        let late = scope.spawn(|| {
            assert!(sandbox.wait_for_requests(4, std::time::Duration::from_secs(60)));
            let mut early = record(0);
            early.insert("userid".into(), "0777".into());
            sandbox.add_contact(Value::Object(early)).unwrap();
        });
        let restored = restorer.restore(&record(0)).unwrap();
        late.join().unwrap();
        restored
    });
    assert_eq!(restored.status, RestoreStatus::Created);
    assert_eq!((restored.user_id.as_deref(), sandbox.created().len()), (Some("0777"), 0));
}

#[test]
fn a_run_restores_no_id_and_no_number_twice() {
    let sandbox = sandbox(0);
    let client = client(&sandbox);
    let mut restorer = client.restorer(None, Call::new()).unwrap();
    restorer.restore(&record(0)).unwrap();
    let mut same_number = record(0);
    same_number.insert("userid".into(), "0999".into());
    for record in [record(0), same_number] {
        let error = restorer.restore(&record).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains("by this run already"), "{error}");
    }
    assert_eq!(count(&sandbox, CREATE), 1);
}

#[test]
fn a_run_stops_where_every_further_record_would_end_alike() {
    let sandbox = sandbox(0);
    let client = client(&sandbox);
    sandbox.set_permission(Permission::Write, false);
    let mut restorer = client.restorer(None, Call::new()).unwrap();
    restorer.restore(&record(0)).unwrap_err();
    assert!(restorer.stopped().is_some());
    let requests = sandbox.request_count();
    restorer.restore(&record(1)).unwrap_err();
    assert_eq!(sandbox.request_count(), requests);

    sandbox.set_permission(Permission::Write, true);
    faults(&sandbox, "html=1;on=create");
    let mut restorer = client.restorer(None, Call::new()).unwrap();
    for index in 0..20 {
        assert_eq!(restorer.stopped(), None, "{index}");
        restorer.restore(&record(index)).unwrap();
    }
    assert!(restorer.stopped().unwrap().starts_with("20 contacts in a row"));
}

#[test]
fn the_last_record_of_an_id_counts_and_of_a_number() {
    let folder = Folder::new("last");
    let line = |id: &str, mobile: &str, name: &str| {
        let mut record = record(0);
        record.insert("userid".into(), id.into());
        record.insert("mobile".into(), mobile.into());
        record.insert("name".into(), name.into());
        json!({"user_id": id, "record": record, "time": "2026-01-01T00:00:00.000Z"}).to_string()
    };
    let lines = [
        line("1", "11", "old"),
        line("2", "22", "two"),
        line("1", "11", "new"),
        line("3", "11", "later"),
    ];
    let path = folder.file("backup.jsonl", lines.join("\n") + "\n");
    let backup = read_backup(&path, &[]).unwrap();
    let records: Vec<_> = backup.records().map(Result::unwrap).collect();
    let told: Vec<_> = records
        .iter()
        .map(|it| (&*it.user_id, it.line, it.record["name"].as_str().unwrap(), it.is_superseded))
        .collect();
    assert_eq!(told, [("2", 2, "two", false), ("1", 3, "new", true), ("3", 4, "later", false)]);
    assert!(!format!("{records:?}").contains("two"), "personal data");
    // Who is not asked for supersedes nobody.
    let backup = read_backup(&path, &["1".to_owned()]).unwrap();
    let records: Vec<_> = backup.records().map(Result::unwrap).collect();
    assert_eq!((records.len(), records[0].is_superseded), (1, false));
    assert!(backup.contains("1") && !backup.contains("2"));
}

#[test]
fn a_backup_that_cannot_be_trusted_is_refused_with_its_line() {
    let folder = Folder::new("bad");
    let good = json!({"user_id": "1", "record": {"userid": "1"}}).to_string();
    let header = r#"{"backup":"dingtalk-extcontact","endpoint":"e","version":1}"#;
    for (text, said) in [
        (String::new(), "holds no record"),
        (format!("{header}\n"), "holds no record"),
        ("{\"record\":{\"userid\":".to_owned(), "holds no record"),
        ("userid\n0125\n".to_owned(), "is not the backup of a batch"),
        ("{}\n".to_owned(), "is not the backup of a batch"),
        ("{\"journal\":\"dingtalk-extcontact\",\"version\":1}\n".to_owned(), "is not the backup"),
        (format!("{good}\nnonsense\n{good}\n"), "is damaged at line 2"),
        (format!("{good}\n{{\"user_id\":\"1\",\"record\":{{\"userid\":\"2\"}}}}\n"), "at line 2"),
        (format!("{good}\n\0\0\0\n{}", format!("{good}\n").repeat(65)), "is damaged at line 2"),
        (format!("{header}\n{good}\n").replace("endpoint", "\0"), "is damaged at line 1"),
        (format!("{good}\n{}", "x".repeat(2 << 20)), "is damaged at line 2"),
        (header.replace(":1", ":2") + "\n" + &good + "\n", "of a version that is not known"),
    ] {
        let path = folder.file("backup.jsonl", &text);
        let error = read_backup(&path, &[]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal);
        assert!(error.message().contains(said), "{error}");
    }
    // What a crash leaves of lines that were not synced: nobody of these was deleted.
    let later = good.replace('1', "2");
    for left in [
        "{\"record\":{\"us".to_owned(),
        "\0\0\0\n".to_owned(),
        format!("\0\0\0{}\n", &later[3..]),
        format!("\0\0\0{}\n{}", &later[3..], format!("{later}\n").repeat(63)),
        "\0".repeat(2 << 20) + "\n" + &later,
    ] {
        let torn = folder.file("backup.jsonl", format!("{good}\n{left}"));
        let backup = read_backup(&torn, &[]).unwrap();
        let records: Vec<_> = backup.records().map(|it| it.unwrap().user_id).collect();
        assert_eq!((records, backup.torn_line()), (vec!["1".to_owned()], Some(2)));
    }
    assert!(
        read_backup(folder.0.join("none"), &[]).unwrap_err().message().contains("does not exist")
    );
    assert!(read_backup(&folder.0, &[]).unwrap_err().message().contains("no ordinary file"));
}

#[test]
fn a_backup_of_other_contacts_is_refused() {
    let (folder, sandbox) = (Folder::new("owner"), sandbox(2));
    let path = backed_up(&sandbox, &folder);
    let backup = read_backup(&path, &[]).unwrap();
    let by_token = Client::builder().access_token(sandbox.token());
    let by_token = by_token.endpoint(sandbox.url()).build().unwrap();
    let other_app = builder(&sandbox).app_key("other").build().unwrap();
    let elsewhere = builder(&sandbox).endpoint("https://gateway.example").build().unwrap();
    for (client, is_ours, said) in [
        (&other_app, true, "the app_key other"),
        (&elsewhere, true, "the endpoint"),
        (&by_token, false, "an access token"),
    ] {
        let error = backup.check_owner(client, is_ours).unwrap_err();
        assert!(error.message().contains(said), "{error}");
    }
    backup.check_owner(&by_token, true).unwrap();
    // Nor does a deletion add to it.
    let error = other_app.batch(BatchOptions::new().backup(&path)).unwrap_err();
    assert!(error.message().contains("was written with the app_key"), "{error}");

    let text = fs::read_to_string(&path).unwrap();
    let (_, records) = text.split_once('\n').unwrap();
    let path = folder.file("old.jsonl", records);
    let backup = read_backup(&path, &[]).unwrap();
    assert!(backup.check_owner(&client(&sandbox), false).is_err());
    backup.check_owner(&client(&sandbox), true).unwrap();
}

#[test]
fn a_journal_that_is_not_of_this_restore_is_refused() {
    let (folder, sandbox) = (Folder::new("journal"), sandbox(1));
    let backup = backed_up(&sandbox, &folder);
    let client = client(&sandbox);
    let open = |path: &PathBuf| client.restorer(Some(path), Call::new()).map(drop);
    assert!(open(&backup).unwrap_err().message().contains("but a backup"));
    let path = folder.0.join("restore.jsonl");
    open(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let announced = "{\"event\":\"announced\",\"old_user_id\":\"1\"}\n";
    let ended = "{\"event\":\"ended\",\"old_user_id\":\"1\",\"status\":\"still_there\"}\n";
    // What a crash leaves of the one line that was not synced is cut off.
    for (before, left) in [
        (announced, "\0".repeat(ended.len())),
        (announced, "\0".repeat(20) + &ended[20..]),
        (announced, ended[..20].to_owned() + &"\0".repeat(20) + &ended[40..]),
        ("", "\0".repeat(20) + &announced[20..]),
    ] {
        let path = folder.file("left.jsonl", format!("{text}{before}{left}"));
        open(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{text}{before}"));
    }
    let path = folder.file("left.jsonl", text[..20].to_owned() + &"\0".repeat(20) + &text[40..]);
    open(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap().len(), text.len());
    // More than one line was not written since the last sync.
    let damaged = format!("\0{announced}{ended}");
    for (line, said) in [
        ("nonsense\n", "is damaged at line 2"),
        (&*damaged, "is damaged at line 2"),
        ("{\"event\":\"ended\",\"old_user_id\":\"1\",\"status\":\"gone\"}\n", "at line 2"),
    ] {
        let path = folder.file("damaged.jsonl", text.clone() + line);
        assert!(open(&path).unwrap_err().message().contains(said));
    }
    let other = builder(&sandbox).app_key("other").build().unwrap();
    let error = other.restorer(Some(&path), Call::new()).map(drop).unwrap_err();
    assert!(error.message().contains("the app_key other"), "{error}");
    let error = client.batch(BatchOptions::new().journal(&path)).unwrap_err();
    assert!(error.message().contains("is not a journal of a batch but of a restore"), "{error}");
}
