//! `restore`: contacts of a backup, each created again once at most.

mod support;

use std::fs;

use dingtalk_extcontact_sandbox::{Faults, Permission, Sandbox};
use serde_json::{Value, json};

use support::*;

const CREATE: &str = "/topapi/extcontact/create";

/// Records that have all that a contact needs.
fn records(count: usize) -> Vec<Value> {
    let record = |index| {
        json!({
            "userid": format!("0125{index:06}"), "name": format!("Sample {index}"),
            "mobile": format!("10000{index:06}"), "state_code": "86", "email": "a@b.example",
            "follower_user_id": "manager1", "label_ids": [1000001],
        })
    };
    (0..count).map(record).collect()
}

/// A sandbox whose contacts were deleted with a backup; the name of that.
fn deleted(records: Vec<Value>, folder: &Folder) -> (Sandbox, String) {
    let (sandbox, ids) = started(Sandbox::builder().contacts(records).calls_per_second(None));
    let (list, backup) = (folder.list("list.txt", &ids), folder.name("backup.jsonl"));
    let (status, _, err) = ran(&mut at_app(
        &sandbox,
        &[
            "delete",
            "--yes",
            "--rate=none",
            "--concurrency=1",
            "--file",
            &list,
            "--backup",
            &backup,
        ],
    ));
    assert_eq!(status, 0, "{err}");
    assert!(sandbox.contacts().is_empty());
    (sandbox, backup)
}

/// The command with the app's credentials, which a backup tells.
fn at_app(sandbox: &Sandbox, args: &[&str]) -> std::process::Command {
    let mut command = command(args);
    command
        .env("DINGTALK_ENDPOINT", sandbox.url())
        .env("DINGTALK_APP_KEY", sandbox.app_key())
        .env("DINGTALK_APP_SECRET", sandbox.app_secret());
    command
}

fn restore(sandbox: &Sandbox, args: &[&str]) -> (i32, String, String) {
    ran(&mut at_app(sandbox, &[&["restore", "--rate=none"], args].concat()))
}

fn creations(sandbox: &Sandbox) -> usize {
    paths(sandbox).iter().filter(|path| *path == CREATE).count()
}

#[test]
fn labels_that_are_gone_are_told_beforehand() {
    let folder = Folder::new("labels");
    let mut records = records(3);
    records[0]["label_ids"] = json!([1000001, 42]);
    records[1]["label_ids"] = json!([42]);
    let (sandbox, backup) = deleted(records, &folder);
    let gone = "labels that are not there any more: 42 (of 2 records).";
    for args in [&["--dry-run"][..], &["--yes"]] {
        let (status, _, err) = restore(&sandbox, &[&["--backup", &backup], args].concat());
        assert_eq!(status, 0, "{err}");
        assert!(err.replace('\n', " ").contains(gone), "{err}");
    }

    let folder = Folder::new("labels-unread");
    let (sandbox, backup) = deleted(self::records(1), &folder);
    sandbox.faults(Faults::parse("http-500=1.0;on=labels").unwrap());
    let (_, _, err) = restore(&sandbox, &["--backup", &backup, "--dry-run", "--max-attempts=1"]);
    assert!(err.contains("whether the labels are still there is not known"), "{err}");
}

#[test]
fn a_backup_is_looked_at_restored_and_not_restored_again() {
    let folder = Folder::new("restored");
    let (sandbox, backup) = deleted(records(5), &folder);
    let files = folder.files();
    let (status, out, err) = restore(&sandbox, &["--backup", &backup, "--dry-run"]);
    assert_eq!((status, out.lines().count()), (0, 5), "{err}");
    assert!(out.contains("contact 0125000000: would be created"), "{out}");
    assert!(err.contains("what does not come back: the userids"), "{err}");
    assert!(err.contains("5 would be created again, 0 still there"), "{err}");
    assert_eq!((creations(&sandbox), folder.files()), (0, files));

    let (status, out, err) = restore(&sandbox, &["--backup", &backup, "--yes"]);
    assert_eq!(status, 0, "{err}");
    assert!(
        err.contains("what does not come back: the userids") && err.contains("email of 5"),
        "{err}"
    );
    assert!(err.contains("erased on their own demand"), "{err}");
    for (old, new) in (0..5).zip(sandbox.created()) {
        assert!(out.contains(&format!("contact 0125{old:06}: created again as {new}")), "{out}");
    }
    let journal = json_lines(&folder.read("backup.jsonl.restore.jsonl"));
    assert_eq!(journal[0]["app_key"], *sandbox.app_key());
    let ends: Vec<_> = journal.iter().filter(|line| line["event"] == "ended").collect();
    assert_eq!(ends.len(), 5);
    assert_eq!(
        (&ends[0]["old_user_id"], &ends[0]["user_id"]),
        (&json!("0125000000"), &json!(sandbox.created()[0]))
    );

    let requests = sandbox.request_count();
    let (status, out, err) = restore(&sandbox, &["--backup", &backup, "--json"]);
    assert_eq!((status, sandbox.request_count()), (0, requests), "{err}");
    let (items, summary) = items_and_summary(&out);
    assert_eq!((items.len(), &summary["created"]), (5, &json!(5)));
    // Another journal knows nothing, and the service still refuses a second one.
    let other = folder.name("other.jsonl");
    let (status, out, _) =
        restore(&sandbox, &["--backup", &backup, "--journal", &other, "--yes", "--json"]);
    let (items, summary) = items_and_summary(&out);
    assert_eq!((status, &summary["failed"]), (1, &json!(5)));
    assert!(items.iter().all(|item| item["error"]["code"] == "22005"), "{out}");
    assert_eq!(sandbox.contacts().len(), 5);
}

#[test]
fn who_is_still_there_stays_and_only_those_named_come_back() {
    let folder = Folder::new("named");
    let (sandbox, backup) = deleted(records(4), &folder);
    sandbox.add_contact(records(4)[1].clone()).unwrap();
    let (status, out, err) =
        restore(&sandbox, &["--backup", &backup, "--yes", "0125000001", "0125000002"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("contact 0125000001: still there"), "{out}");
    assert_eq!((sandbox.created().len(), creations(&sandbox)), (1, 1));
    let (status, _, err) = restore(&sandbox, &["--backup", &backup, "0999"]);
    assert_eq!(status, 2);
    assert!(err.contains("the backup has no record of contact 0999"), "{err}");
}

#[test]
fn nobody_is_created_without_a_yes() {
    let folder = Folder::new("question");
    let (sandbox, backup) = deleted(records(2), &folder);
    let (status, _, err) = restore(&sandbox, &["--backup", &backup]);
    assert_eq!((status, creations(&sandbox)), (2, 0));
    assert!(err.contains("2 external contacts would be created again"), "{err}");
    // One that was named needs none, as with delete.
    assert_eq!(restore(&sandbox, &["--backup", &backup, "0125000001"]).0, 0);
}

#[test]
fn records_that_cannot_be_restored_are_named_before_anything_is_sent() {
    let folder = Folder::new("incomplete");
    let mut people = records(4);
    people[1]["follower_user_id"] = json!("");
    people[2]["label_ids"] = json!([]);
    let (sandbox, backup) = deleted(people, &folder);
    let requests = sandbox.request_count();
    let (status, out, err) = restore(&sandbox, &["--backup", &backup, "--yes"]);
    assert_eq!((status, out.as_str(), sandbox.request_count()), (2, "", requests));
    assert!(err.contains("2 records of the backup cannot be restored"), "{err}");
    assert!(err.contains("contact 0125000001 has no follower_user_id"), "{err}");
    assert!(err.contains("contact 0125000002 has no labels"), "{err}");
    assert!(err.contains("--label"), "{err}");
    let args = ["--backup", &backup, "--yes", "--label=77", "--skip-incomplete", "--json"];
    let (status, out, _) = restore(&sandbox, &args);
    let (_, summary) = items_and_summary(&out);
    assert_eq!((status, &summary["created"], &summary["failed"]), (1, &json!(3), &json!(1)));
    let labels = sandbox
        .created()
        .iter()
        .map(|id| sandbox.contact(id).unwrap()["label_ids"].clone())
        .collect::<Vec<_>>();
    assert!(labels.contains(&json!([77])) && labels.contains(&json!([1_000_001])), "{labels:?}");
}

#[test]
fn the_permission_to_read_is_looked_at_before_anybody_is_asked() {
    let folder = Folder::new("permission");
    let (sandbox, backup) = deleted(records(3), &folder);
    sandbox.set_permission(Permission::Read, false);
    let (status, _, err) = restore(&sandbox, &["--backup", &backup]);
    assert_eq!((status, creations(&sandbox)), (1, 0));
    assert!(err.contains("qyapi_ext_read") && !err.contains("no terminal"), "{err}");
    sandbox.set_permission(Permission::Read, true);
    sandbox.refuse_tokens(true);
    let (status, _, err) = restore(&sandbox, &["--backup", &backup]);
    assert_eq!((status, creations(&sandbox)), (1, 0));
    assert!(err.ends_with("\nnothing was created\n") && !err.contains("qyapi_ext_read"), "{err}");
    sandbox.refuse_tokens(false);
    sandbox.set_permission(Permission::Write, false);
    let (status, out, _) = restore(&sandbox, &["--backup", &backup, "--yes", "--json"]);
    let (_, summary) = items_and_summary(&out);
    assert_eq!((status, &summary["not_attempted"], creations(&sandbox)), (1, &json!(2), 1));
    assert!(summary["stopped"].as_str().unwrap().contains("permission"), "{summary}");
}

#[test]
fn a_backup_of_others_or_of_nobody_is_refused() {
    let folder = Folder::new("others");
    let (sandbox, backup) = deleted(records(2), &folder);
    let requests = sandbox.request_count();
    let text = folder.read("backup.jsonl");
    let (header, lines) = text.split_once('\n').unwrap();
    let file = |name: &str, text: &str| folder.file(name, text);
    for (file, said) in [
        (file("app", &text.replace(&*sandbox.app_key(), "dingother")), "the app_key dingother"),
        (file("old", lines), "does not say whose contacts it has"),
        (file("empty", ""), "holds no record"),
        (file("header", &format!("{header}\n")), "holds no record"),
        (file("list", "0125000001\n"), "is not the backup of a batch"),
        (file("damaged", &format!("{text}{{}}\n")), "is damaged at line 4"),
        (folder.name("none"), "does not exist"),
        ("-".to_owned(), "a file, not -"),
    ] {
        let (status, out, err) = restore(&sandbox, &["--yes", "--backup", &file]);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(said), "{err}");
    }
    assert_eq!(sandbox.request_count(), requests);
    let torn = file("torn", &text[..text.len() - 10]);
    let (status, _, err) = restore(&sandbox, &["--yes", "--backup", &torn]);
    assert_eq!((status, sandbox.created().len()), (0, 1), "{err}");
    assert!(err.contains("line 3 of the backup is not whole"), "{err}");
    let args = ["--yes", "--backup-is-ours", "--backup", &folder.name("old"), "0125000001"];
    assert_eq!(restore(&sandbox, &args).0, 0);
    let token = ["restore", "--yes", "--backup", &backup];
    let (status, _, err) = ran(&mut at(&sandbox, &token));
    assert_eq!(status, 2);
    assert!(err.contains("an access token") && err.contains("--backup-is-ours"), "{err}");
}

#[test]
fn what_may_be_created_is_looked_for_by_the_next_run() {
    let folder = Folder::new("uncertain");
    let (sandbox, backup) = deleted(records(8), &folder);
    sandbox.faults(Faults::parse("lost-reply=0.5,reset-before=0.3;on=create;seed=5").unwrap());
    let args = ["--backup", &backup, "--yes"];
    let (status, out, err) = restore(&sandbox, &args);
    assert_eq!((status, creations(&sandbox)), (1, 8), "{err}");
    assert!(out.contains("may be created: "), "{out}");
    assert!(err.contains("run the same command again"), "{err}");
    sandbox.faults(Faults::parse("").unwrap());
    let (status, _, err) = restore(&sandbox, &["--backup", &backup, "--dry-run"]);
    assert_eq!(status, 0, "{err}");
    let (status, _, err) = restore(&sandbox, &args);
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("may have been created by an earlier run"), "{err}");
    assert_eq!((sandbox.created().len(), sandbox.contacts().len()), (8, 8));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_so_and_goes_on_later() {
    let folder = Folder::new("interrupted");
    let (sandbox, backup) = deleted(records(6), &folder);
    sandbox.faults(Faults::parse("delay=1@200ms;on=create").unwrap());
    let before = sandbox.request_count();
    let child = spawn(&mut at_app(&sandbox, &["restore", "--yes", "--json", "--backup", &backup]));
    // The permission, and the first old id; then its creation is under way.
    assert!(sandbox.wait_for_requests(before + 4, LONG));
    send("-INT", &child);
    let (status, out, err) = end(child.wait_with_output().unwrap());
    assert_eq!(status, 130, "{err}");
    let (items, summary) = items_and_summary(&out);
    assert_eq!(
        (items.len(), &summary["created"]),
        (1, &json!(1)),
        "what was under way ends: {out}"
    );
    assert_eq!(
        (&summary["not_attempted"], &summary["stopped"]),
        (&json!(5), &json!("interrupted"))
    );
    sandbox.faults(Faults::parse("").unwrap());
    assert_eq!(restore(&sandbox, &["--yes", "--backup", &backup]).0, 0);
    assert_eq!((sandbox.created().len(), creations(&sandbox)), (6, 6));
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(folder.name("backup.jsonl.restore.jsonl")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}
