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
    assert_eq!(lines.len(), 62);
    assert_eq!((&lines[61]["event"], &lines[61]["stopped"]), (&"closed".into(), &Value::Null));
    assert_eq!(lines[0]["journal"], "dingtalk-extcontact");
    let mut announced = HashSet::new();
    for line in &lines[1..61] {
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
fn a_journal_says_what_each_run_was_asked_for_and_how_it_ended() {
    let (folder, sandbox) = (Folder::new("asked"), sandbox(3));
    let client = builder(&sandbox).rate(Some(7)).build().unwrap();
    let list = ListRecord {
        name: Some("leavers.txt".into()),
        sha256: Some("00ff".into()),
        count: Some(3),
    };
    let options =
        BatchOptions::new().journal(folder.journal()).recorded_list(list, vec!["company~".into()]);
    let batch = client.batch(options).unwrap();
    batch.push(&sandbox.contacts()[0]);
    assert!(is_deletion(batch.next(&Call::new())));
    batch.stop();
    batch.finish();
    assert!(batch.next(&Call::new()).unwrap().is_none());
    let no_list = BatchOptions::new().journal(folder.journal()).concurrency(2).missing_ok(true);
    run(&client, &sandbox.contacts(), no_list);

    let lines = folder.lines();
    let asked = |line: &Value| ["list", "filters"].map(|field| line[field].clone());
    let list = json!({"name": "leavers.txt", "sha256": "00ff", "count": 3});
    assert_eq!(asked(&lines[0]), [list, json!(["company~"])]);
    assert_eq!((&lines[0]["version"], &lines[0]["library"]), (&2.into(), &VERSION.into()));
    let options = json!({
        "backup": false, "concurrency": 8, "max_attempts": 3, "missing_ok": false, "rate": 7,
        "stop_on_missing": true, "timeout": 30.0,
    });
    assert_eq!(lines[0]["options"], options);
    assert_eq!((&lines[3]["event"], &lines[3]["stopped"]), (&"closed".into(), &"caller".into()));
    assert_eq!(lines[4]["event"], "resumed");
    assert_eq!(asked(&lines[4]), [Value::Null, Value::Null]);
    assert_eq!(
        (&lines[4]["options"]["concurrency"], &lines[4]["options"]["missing_ok"]),
        (&2.into(), &true.into())
    );

    let reader = read_journal([folder.journal()]).unwrap();
    let file = &reader.files()[0];
    assert_eq!(file.length(), fs::metadata(folder.journal()).unwrap().len());
    let ends: Vec<_> = file.records().map(|run| run.closed.clone().unwrap().stopped).collect();
    let caller = Stopped { reason: StopReason::Caller, code: None };
    assert_eq!(ends, [Some(caller), None]);
}

#[test]
fn a_journal_says_when_the_service_throttled_and_why_the_run_stopped() {
    let (folder, sandbox) = (Folder::new("slowed"), sandbox(12));
    let (client, ids) = (builder(&sandbox).max_attempts(1).build().unwrap(), sandbox.contacts());
    sandbox.faults(Faults::parse("throttle=first=1").unwrap());
    run(&client, &ids[..8], BatchOptions::new().journal(folder.journal()));
    let lines = folder.lines();
    let slowed: Vec<_> = lines.iter().filter(|line| line["event"] == "throttled").collect();
    assert_eq!(slowed.len(), 1, "{lines:?}");
    assert_eq!((&slowed[0]["code"], &slowed[0]["concurrency"]), (&"90018".into(), &4.into()));
    assert!((0.9..=1.0).contains(&slowed[0]["pause"].as_f64().unwrap()), "{}", slowed[0]);

    sandbox.set_permission(Permission::Write, false);
    run(&client, &ids[8..], BatchOptions::new().journal(folder.journal()));
    let reader = read_journal([folder.journal()]).unwrap();
    let runs: Vec<_> = reader.files()[0].records().collect();
    assert_eq!(runs[0].throttled.len(), 1);
    assert_eq!(runs[0].throttled[0].times, 1);
    let stopped = runs[1].closed.as_ref().unwrap().stopped.as_ref().unwrap();
    assert_eq!((stopped.reason, stopped.code.as_deref()), (StopReason::Refused, Some("60011")));
}

/// An older version of this library may go on with it.
#[test]
fn a_journal_of_format_1_is_taken_up_and_stays_one() {
    let (folder, sandbox) = (Folder::new("format-1"), sandbox(2));
    let ids = sandbox.contacts();
    let client = builder(&sandbox).max_attempts(1).build().unwrap();
    let header = format!(
        r#"{{"app_key":"{}","endpoint":"{}","journal":"dingtalk-extcontact","time":"2026-01-01T00:00:00.000Z","version":1}}"#,
        sandbox.app_key(),
        sandbox.url(),
    );
    let announced = |id: &str| {
        format!(r#"{{"event":"announced","time":"2026-01-01T00:00:01.000Z","user_id":"{id}"}}"#)
    };
    let before = [header, announced(&ids[0]), announced("0999")].map(|line| line + "\n").concat();
    fs::write(folder.journal(), &before).unwrap();
    sandbox.faults(Faults::parse("throttle=first=1").unwrap());
    let all = [ids[0].clone(), ids[1].clone(), "0999".into()];
    let (_, summary) = run(&client, &all, BatchOptions::new().journal(folder.journal()));
    assert_eq!((summary.deleted, summary.absent), (2, 1));
    assert!(fs::read_to_string(folder.journal()).unwrap().starts_with(&before));
    let events: HashSet<_> =
        folder.lines()[1..].iter().map(|line| line["event"].as_str().unwrap().to_owned()).collect();
    assert_eq!(events, ["announced", "ended", "resumed"].map(str::to_owned).into());

    let states: Vec<_> =
        read_journal([folder.journal()]).unwrap().map(|it| it.unwrap().state).collect();
    assert_eq!(states, [JournalState::Gone; 3]);
    let newer = before + "{\"event\":\"closed\",\"time\":\"2026-01-01T00:00:02.000Z\"}\n";
    fs::write(folder.journal(), newer + &announced("0997") + "\n").unwrap();
    for error in [
        client.batch(BatchOptions::new().journal(folder.journal())).unwrap_err(),
        read_journal([folder.journal()]).unwrap_err(),
    ] {
        assert!(error.message().ends_with("damaged at line 4"), "no line of format 1: {error}");
    }
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
    for after in [0, 1, 128] {
        let tail = announced("0997").repeat(after);
        fs::write(folder.journal(), format!("{settled}{{\"ev{hole}\":1}}\n{tail}")).unwrap();
        let (_, summary) = run(&client, &["0997".to_owned()], options());
        assert_eq!((summary.absent, summary.failed), (0, 1), "0997 was not announced");
    }
    let tail = announced("0997").repeat(129);
    let text = format!("{settled}{hole}\n{tail}");
    fs::write(folder.journal(), &text).unwrap();
    let error = client.batch(options()).unwrap_err();
    assert!(error.message().contains("damaged at line 5"), "{error}");
    assert_eq!(fs::read_to_string(folder.journal()).unwrap(), text);
}
