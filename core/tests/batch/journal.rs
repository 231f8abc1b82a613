//! The journal, and continuing an earlier run from it.

use super::*;

#[test]
fn a_second_run_calls_only_what_is_not_settled() {
    let (folder, sandbox) = (Folder::new("second"), sandbox(20));
    let mut ids = sandbox.contacts();
    ids.push("0999".into());
    let options = || BatchOptions::new().journal(folder.journal());
    let client = builder(&sandbox).max_attempts(1).build().unwrap();
    sandbox.faults(Faults::parse("http-500=first=4").unwrap());
    let (_, first) = run(&client, &ids, options());
    let uncertain = first.maybe_deleted;
    assert_eq!((first.deleted, uncertain, first.failed, first.settled_before), (16, 4, 1, 0));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(folder.journal()).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let text = fs::read_to_string(folder.journal()).unwrap();
    assert!(!text.contains(&sandbox.app_secret()) && !text.contains(&sandbox.token()));

    let before = sandbox.request_count();
    let (items, second) = run(&client, &ids, options());
    assert_eq!((second.deleted, second.failed, second.settled_before), (20, 1, 17));
    assert_eq!((second.calls, sandbox.request_count() - before), (4, 4));
    assert_eq!(items.len(), 21, "an item an id, settled or not");
    let settled = items.iter().find(|item| item.user_id() == "0999").unwrap();
    assert!(
        matches!(&settled.outcome, Outcome::Error(e) if e.code() == Some("33012") && e.request_id().is_some())
    );
}

#[test]
fn an_announcement_without_an_end_counts_as_uncertain() {
    let (folder, sandbox) = (Folder::new("announced"), sandbox(2));
    let ids = sandbox.contacts();
    let client = builder(&sandbox).build().unwrap();
    let header = format!(
        r#"{{"journal":"dingtalk-extcontact","version":1,"endpoint":"{}","app_key":"{}"}}"#,
        sandbox.url(),
        sandbox.app_key(),
    );
    let announced = |id: &str| format!(r#"{{"event":"announced","user_id":"{id}"}}"#);
    let text = [header, announced(&ids[0]), announced("0998"), announced(&ids[1])].join("\n");
    // The last line is torn: its call was never made.
    fs::write(folder.journal(), &text[..text.len() - 9]).unwrap();
    let all = [ids[0].clone(), "0998".into(), ids[1].clone(), "0999".into()];
    let (items, summary) = run(&client, &all, BatchOptions::new().journal(folder.journal()));
    assert_eq!((summary.deleted, summary.absent, summary.failed), (2, 1, 1), "{items:?}");
    let absent = items.iter().find(|item| item.user_id() == "0998").unwrap();
    assert!(
        matches!(&absent.outcome, Outcome::Deletion(d) if d.status == Status::Absent && d.maybe_deleted)
    );
    assert_eq!(folder.lines()[3]["event"], "resumed");
}

#[test]
fn lines_of_the_journal_are_announcements_and_ends() {
    let (folder, sandbox) = (Folder::new("lines"), sandbox(30));
    let ids = sandbox.contacts();
    let client = builder(&sandbox).build().unwrap();
    run(&client, &ids, BatchOptions::new().journal(folder.journal()));
    let lines = folder.lines();
    assert_eq!(lines.len(), 61);
    assert_eq!(lines[0]["journal"], "dingtalk-extcontact");
    let mut announced = HashSet::new();
    for line in &lines[1..] {
        assert!(line["time"].as_str().unwrap().ends_with('Z'));
        let id = line["user_id"].as_str().unwrap();
        match line["event"].as_str().unwrap() {
            "announced" => assert!(announced.insert(id)),
            "ended" => {
                assert!(announced.contains(id), "announced before it ended");
                assert_eq!((&line["status"], &line["attempts"]), (&"deleted".into(), &1.into()));
                assert!(line["request_id"].is_string());
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(announced.len(), 30);
}

#[test]
fn what_cannot_be_an_id_is_not_in_the_journal() {
    let (folder, sandbox) = (Folder::new("long"), sandbox(1));
    let client = builder(&sandbox).build().unwrap();
    let ids = [sandbox.contacts()[0].clone(), "x".repeat(2_000_000), " 0125".into()];
    for settled in [0, 1] {
        let (_, summary) = run(&client, &ids, BatchOptions::new().journal(folder.journal()));
        assert_eq!((summary.deleted, summary.failed), (1, 2));
        assert_eq!(summary.settled_before, settled);
    }
}

#[test]
fn a_journal_that_is_moved_is_still_read() {
    let (folder, sandbox) = (Folder::new("moved"), sandbox(1));
    let client = builder(&sandbox).build().unwrap();
    let (ids, options) = (sandbox.contacts(), || BatchOptions::new().journal(folder.journal()));
    run(&client, &ids, options());
    let batch = client.batch(options()).unwrap();
    fs::rename(folder.journal(), folder.0.join("elsewhere")).unwrap();
    batch.push(&ids[0]);
    batch.finish();
    assert!(is_deletion(batch.next(&Call::new())));
}

/// A crash may leave any part of what was written since the last sync.
#[test]
fn zeros_among_the_last_lines_are_cut_off_and_elsewhere_refused() {
    let (folder, sandbox) = (Folder::new("zeros"), sandbox(3));
    let ids = sandbox.contacts();
    let client = builder(&sandbox).build().unwrap();
    let options = || BatchOptions::new().journal(folder.journal());
    run(&client, &ids[..1], options());
    let settled = fs::read_to_string(folder.journal()).unwrap();
    let announced = |id: &str| format!("{{\"event\":\"announced\",\"user_id\":\"{id}\"}}\n");
    let hole = "\0".repeat(512);
    for after in [0, 1, 64] {
        let tail = announced("0997").repeat(after);
        fs::write(folder.journal(), format!("{settled}{{\"ev{hole}\":1}}\n{tail}")).unwrap();
        let (_, summary) = run(&client, &["0997".to_owned()], options());
        assert_eq!((summary.absent, summary.failed), (0, 1), "0997 was not announced");
    }
    let tail = announced("0997").repeat(65);
    let text = format!("{settled}{hole}\n{tail}");
    fs::write(folder.journal(), &text).unwrap();
    let error = client.batch(options()).unwrap_err();
    assert!(error.message().contains("damaged at line 4"), "{error}");
    assert_eq!(fs::read_to_string(folder.journal()).unwrap(), text);
}
