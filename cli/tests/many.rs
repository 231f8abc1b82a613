//! Many contacts: lists, filters, the journal, the backup, signals.

mod support;

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use dingtalk_extcontact_sandbox::{BlockShape, Faults, Permission, Sandbox};
use serde_json::{Value, json};
use support::*;

#[test]
fn five_hundred_ids_are_gone_after_enough_faulty_runs() {
    let (sandbox, ids) = quick_sandbox(500);
    let folder = Folder::new("five-hundred");
    let list = folder.list("leavers.txt", &ids);
    let spec = "lost-reply=0.1,reset-before=0.1,http-502=0.05,html=0.05,truncated=0.05;seed=7";
    sandbox.faults(Faults::parse(spec).unwrap());
    let (mut gone, mut runs) = (HashSet::new(), 0);
    loop {
        runs += 1;
        assert!(runs < 20);
        let args = ["--file", &list, "--max-attempts=1", "--concurrency=16"];
        let (status, out, err) = delete(&sandbox, &args);
        let (items, summary) = items_and_summary(&out);
        let there: HashSet<_> = sandbox.contacts().into_iter().collect();
        assert_eq!(items.len(), 500, "one line for each in every run");
        for item in &items {
            let id = item["user_id"].as_str().unwrap();
            if ["deleted", "absent"].contains(&item["status"].as_str().unwrap()) {
                assert!(!there.contains(id), "{item}");
                gone.insert(id.to_owned());
            } else {
                assert!(!gone.contains(id), "settled once, settled for good: {item}");
            }
        }
        assert_eq!(summary["journal"], format!("{list}.journal.jsonl"));
        let settled = |name: &str| summary[name].as_u64().unwrap();
        assert_eq!(settled("deleted") + settled("absent"), gone.len() as u64, "{err}");
        if status == 0 {
            break;
        }
        assert_eq!(status, 1);
    }
    assert!(runs > 1);
    assert_eq!((gone.len(), sandbox.contacts().len()), (500, 0));
    assert_eq!(sandbox.deleted().len(), 500);
    // Another run: everything is settled, and nothing is called.
    let calls = sandbox.request_count();
    let (status, out, _) = delete(&sandbox, &["--file", &list]);
    assert_eq!(status, 0);
    assert_eq!(items_and_summary(&out).1["settled_before"], 500);
    assert_eq!(sandbox.request_count(), calls);
}

#[test]
fn a_workbook_is_a_list_from_a_file_and_from_a_pipe() {
    let (sandbox, ids) = quick_sandbox(40);
    let folder = Folder::new("workbook");
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("说明").unwrap().write(0, 0, "离职人员").unwrap();
    let sheet = book.add_worksheet().set_name("名单").unwrap();
    sheet.write(0, 0, "姓名").unwrap();
    sheet.write(0, 1, "用户ID").unwrap();
    for (row, id) in (1..).zip(&ids) {
        sheet.write(row, 1, id.as_str()).unwrap();
    }
    let (path, bytes) = (folder.name("leavers.xlsx"), book.save_to_buffer().unwrap());
    fs::write(&path, &bytes).unwrap();

    let (status, _, err) = delete(&sandbox, &["--file", &path, "--column=用户ID"]);
    assert!(status == 2 && err.contains("several sheets: 说明, 名单"), "{err}");
    let which = ["--sheet=名单", "--column=用户ID"];
    let mut child = spawn(
        at(&sandbox, &["delete", "-", "--dry-run", "--json", which[0], which[1]])
            .stdin(Stdio::piped()),
    );
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let (status, out, err) = end(child.wait_with_output().unwrap());
    assert_eq!((status, &items_and_summary(&out).1["contacts"]), (0, &json!(40)), "{err}");
    let (status, out, err) = delete(&sandbox, &["--file", &path, which[0], which[1]]);
    assert_eq!(status, 0, "{err}");
    let summary = items_and_summary(&out).1;
    assert_eq!(summary["deleted"], 40);
    assert_eq!(summary["ids_from"], format!("{path}, sheet 名单, column 用户ID"));
    assert_eq!(sandbox.contacts().len(), 0);
}

#[test]
fn the_journal_says_which_list_or_filters_a_run_had() {
    let (sandbox, ids) = quick_sandbox(4);
    let folder = Folder::new("asked");
    let (list, journal) = (folder.list("leavers.txt", &ids[..2]), folder.name("j.jsonl"));
    let run = |args: &[&str], input: &str| {
        let args = [DELETE.as_slice(), &["--journal", &journal], args].concat();
        ran_with(&mut at(&sandbox, &args), input).0
    };
    assert_eq!(run(&["--file", &list], ""), 0);
    assert_eq!(run(&["-"], &fs::read_to_string(&list).unwrap()), 0);
    assert_eq!(run(&["--where=mobile~0", "--where", "name~Q7", "--where=name~Q8"], ""), 3);
    assert_eq!(run(&["--where=mobile~0"], ""), 0);
    let lines = json_lines(&folder.read("j.jsonl"));
    let begun: Vec<_> = lines.iter().filter(|line| line.get("options").is_some()).collect();
    let counts = begun.iter().map(|line| line["list"]["count"].as_u64().unwrap());
    assert_eq!(counts.collect::<Vec<_>>(), [2, 2, 0, 2], "{begun:?}");
    let name = |line: &Value| line["list"].get("name").cloned();
    let names = [Some(json!("leavers.txt")), None, None, None];
    assert_eq!(begun.iter().map(|line| name(line)).collect::<Vec<_>>(), names, "no folder");
    let filters = |line: &Value| line.get("filters").cloned();
    let without_values = [None, None, Some(json!(["mobile~", "name~"])), Some(json!(["mobile~"]))];
    assert_eq!(begun.iter().map(|line| filters(line)).collect::<Vec<_>>(), without_values);
    let hash = &begun[0]["list"]["sha256"];
    assert_eq!((hash.as_str().unwrap().len(), hash), (64, &begun[1]["list"]["sha256"]));
    assert!(begun[2]["list"].get("sha256").is_none());
}

#[test]
fn single_ids_are_recorded_where_a_journal_is_named() {
    let (sandbox, mut ids) = quick_sandbox(5);
    ids.sort();
    let folder = Folder::new("one-by-one");
    let journal = folder.name("erasures.jsonl");
    let run = |variable: &str, args: &[&str]| {
        let mut command = at(&sandbox, &[DELETE.as_slice(), args].concat());
        ran(command.env("DINGTALK_JOURNAL", variable).current_dir(folder.path()))
    };
    let recorded = || {
        let lines = json_lines(&folder.read("erasures.jsonl"));
        let ended = lines.into_iter().filter(|line| line["event"] == "ended");
        let mut ids: Vec<_> =
            ended.map(|line| line["user_id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(run("", &[&ids[0]]).0, 0);
    assert!(folder.files().is_empty(), "nobody has named one");
    assert_eq!(run("", &["--journal", &journal, &ids[1]]).0, 0);
    assert_eq!(run(&journal, &[&ids[2]]).0, 0);
    assert_eq!(run(&journal, &[&ids[3], &ids[4]]).0, 0);
    assert_eq!(recorded(), ids[1..]);
    // A list has one of its own, and what is declined is declined.
    let list = folder.list("list.txt", &["0199".to_owned(), "0198".to_owned()]);
    assert_eq!(run(&journal, &["--file", &list, "--missing-ok"]).0, 0);
    assert_eq!(run(&journal, &["--no-journal", "0197", "--missing-ok"]).0, 0);
    assert_eq!(recorded(), ids[1..]);
    let (status, _, err) = run("-", &["0196"]);
    assert!(status == 2 && err.contains("DINGTALK_JOURNAL takes the name of a file"), "{err}");
}

#[test]
fn a_list_without_contacts_stops_the_run_with_advice() {
    let (sandbox, _) = quick_sandbox(0);
    let folder = Folder::new("not-there");
    let ids: Vec<_> = (0..50).map(|n| format!("09{n}")).collect();
    let list = folder.list("gone.txt", &ids);
    let (status, out, _) = delete(&sandbox, &["--file", &list, "--no-journal"]);
    assert_eq!(status, 1);
    let summary = items_and_summary(&out).1;
    assert!(summary["not_attempted"].as_u64().unwrap() > 20, "{summary}");
    let why = summary["stopped"].as_str().unwrap();
    assert!(why.contains("give --missing-ok or --ids-are-right"), "{why}");
    let all = ["--file", &list, "--no-journal", "--ids-are-right"];
    let (status, out, _) = delete(&sandbox, &all);
    assert_eq!((status, &items_and_summary(&out).1["failed"]), (1, &json!(50)));
}

#[test]
fn failures_have_a_line_each_and_the_run_has_a_summary() {
    let (sandbox, mut ids) = quick_sandbox(30);
    ids.push("0999".to_owned());
    let folder = Folder::new("people");
    let list = folder.list("leavers.txt", &ids);
    let run = |args: &[&str]| {
        let args = [["delete", "--yes", "--rate=none", "--file", &list].as_slice(), args].concat();
        let mut command = at(&sandbox, &args);
        command.env_remove("DINGTALK_ACCESS_TOKEN");
        command.env("DINGTALK_APP_KEY", sandbox.app_key());
        command.env("DINGTALK_APP_SECRET", sandbox.app_secret());
        ran(&mut command)
    };
    let (status, out, err) = run(&[]);
    assert_eq!(status, 1);
    let lines: Vec<_> = out.lines().collect();
    assert!(lines[0].starts_with("failed: contact 0999: "), "{out}");
    assert_eq!(lines[1], "31 contacts: 30 deleted, 1 failed");
    for (name, value) in [
        ("ids from", list.as_str()),
        ("service", &sandbox.url()),
        ("app", &sandbox.app_key()),
        ("started", "20"),
        ("ended", "20"),
        ("calls", "31 delete requests"),
        ("journal", &format!("{list}.journal.jsonl")),
        ("backup", "none"),
        ("to go on", "nothing is left to do\n"),
        ("", "1 settled failure will not be called again: give another journal"),
    ] {
        assert!(out.contains(&format!("\n  {name:<13} {value}")), "{name}: {out}");
    }
    assert!(!out.contains("stopped") && !out.contains("repeated"), "{out}");
    assert!(err.starts_with(&format!("journal: {list}.journal.jsonl\n")), "{err}");
    assert_eq!(err.matches("--missing-ok").count(), 1, "the advice: {err}");
    assert!(!err.contains('█'), "no bar without a terminal: {err}");

    let (status, out, _) = run(&[]);
    assert_eq!(status, 1, "settled as failed");
    assert!(out.starts_with("failed (earlier run): contact 0999: "), "{out}");
    let heading = "\n31 contacts: 30 deleted (by earlier runs), 1 failed (by earlier runs)\n";
    assert!(out.contains(heading), "{out}");
    assert!(out.contains("  earlier runs  31, on record"), "{out}");
    assert!(out.contains("  to go on      nothing is left to do\n"), "{out}");
    assert!(out.contains("give another journal"), "{out}");
    let (status, out, err) = run(&["--missing-ok", "--no-journal"]);
    assert_eq!(status, 0);
    assert!(out.contains("31 contacts: 31 no such contact\n"), "{out}");
    assert!(
        out.contains("\n  warning       for 31 ids there was no contact: gone before"),
        "{out}"
    );
    assert!(err.contains("warning: for 31 ids there was no contact"), "{err}");
    assert!(out.contains("  journal       none\n") && !err.contains("journal:"), "{out}{err}");
}

#[test]
fn standard_input_and_csv_columns_are_lists_too() {
    let (sandbox, ids) = quick_sandbox(12);
    let folder = Folder::new("stdin");
    let journal = folder.name("j.jsonl");
    let list = format!("\u{feff}# leavers\r\n\r\n{}\r\n", ids[..4].join("\r\n"));
    let run = |args: &[&str], input: &str| {
        let args = [DELETE.as_slice(), &["--journal", &journal], args].concat();
        ran_with(&mut at(&sandbox, &args), input)
    };
    let (status, out, err) = run(&["-"], &list);
    assert_eq!((status, err), (0, format!("journal: {journal}\n")));
    let (items, summary) = items_and_summary(&out);
    assert_eq!(items.len(), 4);
    assert_eq!(
        (&summary["ids_from"], &summary["journal"]),
        (&json!("standard input"), &json!(journal))
    );
    let csv = format!("name;userid\n\"a;b\";{}\nc;{}\n;\n", ids[4], ids[5]);
    assert_eq!(run(&["--column=userid", "-"], &csv).0, 0);
    let csv = format!("userid,name\n{},x\n{},y\n", ids[6], ids[7]);
    assert_eq!(run(&["--column=userid", "--file=-"], &csv).0, 0);
    let csv = folder.file("leavers.csv", &format!("userid\n{}\n{}\n", ids[8], ids[9]));
    let (status, out, _) = run(&["--column=userid", "--file", &csv], "");
    assert_eq!(status, 0);
    assert_eq!(items_and_summary(&out).1["ids_from"], format!("{csv}, column userid"));
    assert_eq!(sandbox.contacts(), ids[10..]);
    // An empty list may come from a program that failed: that must not look like success.
    let (status, out, err) = run(&["-"], "\n# nobody\n");
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.starts_with("error: standard input: the list is empty\n"), "{err}");
}

#[test]
fn a_dry_run_shows_the_contacts_and_deletes_none() {
    let (sandbox, ids) = quick_sandbox(150);
    let folder = Folder::new("dry");
    let few = folder.file("few.txt", &format!("{}\n{}\n0999\n{0}\n", ids[0], ids[1]));
    let many = folder.list("many.txt", &ids);
    let name =
        |id: &str, field: &str| sandbox.contact(id).unwrap()[field].as_str().unwrap().to_owned();
    let args = ["delete", "--dry-run", "--file", &few, "--backup", &folder.name("b")];
    let (status, out, err) = ran(&mut at(&sandbox, &args));
    assert_eq!((status, err.as_str()), (0, ""));
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines.len(), 5, "{out}");
    assert!(lines[0].starts_with("userid ") && lines[0].ends_with(" company"), "{out}");
    assert!(lines[1].starts_with(&ids[0]) && lines[1].contains(&name(&ids[0], "name")), "{out}");
    assert!(lines[2].ends_with(&name(&ids[1], "company_name")), "{out}");
    assert!(lines[3].starts_with("0999 ") && lines[3].ends_with("(no such contact)"), "{out}");
    assert!(
        lines[4].ends_with(
            "2 contacts would be deleted; nothing was. For 1 id there is no contact (any more)"
        ),
        "{out}"
    );
    let reads = |path: &str| paths(&sandbox).iter().filter(|p| p.ends_with(path)).count();
    assert_eq!((reads("/get"), reads("/list")), (3, 2), "what the third is like needs all");

    let args = ["delete", "--dry-run", "--json", "--file", &many];
    let (status, out, err) = ran(&mut at(&sandbox, &args));
    assert_eq!((status, err.as_str()), (0, ""));
    let (lines, summary) = items_and_summary(&out);
    assert_eq!(lines.len(), 150);
    let expected = json!({
        "user_id": ids[7],
        "exists": true,
        "name": name(&ids[7], "name"),
        "company_name": name(&ids[7], "company_name"),
    });
    assert_eq!(lines[7], expected);
    let expected = json!({
        "dry_run": true, "contacts": 150, "left": 150, "maybe_deleted": 0, "settled_before": 0,
        "no_contact": 0, "endpoint": sandbox.url(),
    });
    assert_eq!(summary, expected);
    assert_eq!((reads("/get"), reads("/list")), (3, 4), "many are listed");

    let args = ["delete", "--dry-run", "--where", "company~GmbH"];
    let (status, out, _) = ran(&mut at(&sandbox, &args));
    assert_eq!(status, 0);
    assert!(out.contains("Muster & Söhne GmbH") && !out.contains("Acme"), "{out}");

    let (_, out, _) = ran(&mut at(&sandbox, &["delete", "--dry-run", "0998", "0999"]));
    let last = out.lines().last();
    assert_eq!(last, Some("nobody would be deleted. For 2 ids there is no contact (any more)"));

    sandbox.set_permission(Permission::Read, false);
    for list in [&few, &many] {
        let args = ["delete", "--dry-run", "--file", list];
        let (status, out, err) = ran(&mut at(&sandbox, &args));
        assert_eq!(status, 0);
        assert_eq!(out.lines().nth(1), Some(ids[0].as_str()), "{out}");
        assert!(
            err.starts_with("names are not known: ") && err.contains("qyapi_ext_read"),
            "{err}"
        );
        assert_eq!(err.matches("names are not known").count(), 1);
    }
    assert_eq!((sandbox.contacts(), reads("/delete")), (ids, 0));
    assert_eq!(folder.files(), ["few.txt", "many.txt"], "no journal, no backup");
}

fn people() -> Vec<Value> {
    let person = |userid: &str, name: &str, company: &str, follower: &str, label: u32| {
        json!({"userid": userid, "name": name, "company_name": company, "mobile": "10000000001",
            "follower_user_id": follower, "label_ids": [label, 7]})
    };
    vec![
        person("0001", "Jane Doe", "Acme Samples, Inc.", "manager1", 1),
        person("0002", "John Doe", "Example & Sons Ltd", "", 2),
        person("0003", "Jane", "ACME", "manager1", 3),
        json!({"userid": "0004"}),
    ]
}

#[test]
fn filters_select_contacts() {
    for (filters, chosen) in [
        (["--where=name=Jane"].as_slice(), ["0003"].as_slice()),
        (&["--where=name~jane"], &["0001", "0003"]),
        (&["--where=company~acme", "--where=label=1"], &["0001"]),
        (&["--where=label=7", "--where=no-follower"], &["0002"]),
        (&["--where=no-follower"], &["0002", "0004"]),
        (&["--where=follower=manager1"], &["0001", "0003"]),
        (&["--where=mobile~0000"], &["0001", "0002", "0003"]),
        (&["--where=no-company"], &["0004"]),
        (&["--where=name=nobody"], &[]),
    ] {
        let (sandbox, _) = started(Sandbox::builder().contacts(people()));
        let args = [["delete", "--json", "--no-journal"].as_slice(), filters].concat();
        let (status, out, err) = ran(&mut at(&sandbox, &args));
        if chosen.is_empty() {
            assert_eq!(
                (status, err.as_str()),
                (3, "no contact matches; list without --where shows who there is\n")
            );
            continue;
        }
        // Even for a single contact, since its id was not seen.
        assert_eq!((status, out.as_str()), (2, ""), "{filters:?}");
        assert!(err.contains("would be deleted, and there is no terminal"), "{err}");
        assert_eq!(sandbox.deleted().len(), 0);
        let (status, out, err) = ran(&mut at(&sandbox, &[args.as_slice(), &["-y"]].concat()));
        assert_eq!((status, err.as_str()), (0, ""));
        let (items, summary) = items_and_summary(&out);
        assert_eq!(items.len(), chosen.len());
        let filters: Vec<_> = filters.iter().map(|filter| &filter["--where=".len()..]).collect();
        assert_eq!(summary["ids_from"], format!("contacts where {}", filters.join(" and ")));
        let mut deleted = sandbox.deleted();
        deleted.sort();
        assert_eq!(deleted, chosen, "{filters:?}");
    }
}

#[test]
fn all_pages_are_read_before_the_first_match_is_deleted() {
    let (sandbox, _) = quick_sandbox(250);
    let (status, ..) = delete(&sandbox, &["--where=mobile~0", "--no-journal"]);
    assert_eq!(status, 0);
    let paths = paths(&sandbox);
    assert!(paths[..3].iter().all(|path| path.ends_with("/list")));
    assert!(paths[3..].iter().all(|path| path.ends_with("/delete")));
    sandbox.set_permission(Permission::Read, false);
    let (status, out, err) = delete(&sandbox, &["--where=mobile~0"]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("qyapi_ext_read"), "{err}");
}

#[test]
fn a_filter_with_a_journal_also_calls_open_contacts_that_are_not_listed_any_more() {
    let (sandbox, ids) = quick_sandbox(2);
    let folder = Folder::new("filter-journal");
    let journal = folder.name("j.jsonl");
    // The first contact is deleted, but its reply is lost.
    sandbox.faults(Faults::parse("http-502=first=1").unwrap());
    let args = ["--where=mobile~0", "--concurrency=1", "--max-attempts=1", "--journal", &journal];
    let (status, out, _) = delete(&sandbox, &args);
    let (items, _) = items_and_summary(&out);
    assert_eq!((status, &items[0]["maybe_deleted"]), (1, &json!(true)));
    let (status, out, _) = delete(&sandbox, &args);
    assert_eq!(status, 0);
    let (items, summary) = items_and_summary(&out);
    assert_eq!((items.len(), &summary["settled_before"]), (1, &json!(0)), "settled: not again");
    assert_eq!(items[0]["user_id"], ids[0]);
    assert_eq!((&items[0]["status"], &items[0]["maybe_deleted"]), (&json!("absent"), &json!(true)));
    let expected = "contacts where mobile~0: 0 contacts match the filters, 1 may be gone from an \
                    earlier run";
    assert_eq!(
        (&summary["ids_from"], &summary["absent_maybe_deleted"]),
        (&json!(expected), &json!(1))
    );
}

/// Three runs: all contacts are left, then some, then none.
#[test]
fn the_question_and_the_dry_run_know_the_journal() {
    let (sandbox, ids) = quick_sandbox(1200);
    let folder = Folder::new("knows");
    let list = folder.list("list.txt", &ids);
    let journal = format!("{list}.journal.jsonl");
    let run = |args: &[&str]| {
        ran(&mut at(&sandbox, &[["delete", "--file", &list].as_slice(), args].concat()))
    };
    let (status, out, err) = run(&["--dry-run"]);
    assert!(out.ends_with("\n1,200 contacts would be deleted; nothing was\n"), "{out}");
    assert_eq!((status, err.as_str()), (0, ""));
    // Of nine ids seven are gone, the reply of one is lost, and one has no contact.
    sandbox.faults(Faults::parse("http-502=first=1").unwrap());
    let begun = folder.list("begun.txt", &[&ids[..8], &["0999".to_owned()]].concat());
    let args = ["--file", &begun, "--journal", &journal, "--max-attempts=1", "--concurrency=1"];
    assert_eq!(delete(&sandbox, &args).0, 1);
    folder.list("list.txt", &[&ids[..], &["0999".to_owned()]].concat());
    let words = "1,193 left to delete (1 of them may be gone from an earlier run), 7 are on record \
                 as gone, 1 is on record as refused";
    let (status, out, _) = run(&["--dry-run"]);
    assert_eq!(status, 0);
    assert!(out.ends_with(&format!("\nnothing was deleted: {words}\n")), "{out}");
    let line = |id: &str| out.lines().find(|line| line.starts_with(id)).unwrap();
    assert!(line(&ids[0]).ends_with("  (may be gone)"), "{out}");
    assert!(line(&ids[1]).ends_with("  (on record as gone)"), "{out}");
    assert!(line("0999").ends_with("  (on record as refused)"), "{out}");
    let (lines, summary) = items_and_summary(&run(&["--dry-run", "--json"]).1);
    assert_eq!(lines[0], json!({"user_id": ids[0], "exists": false, "maybe_deleted": true}));
    assert_eq!(lines[1], json!({"user_id": ids[1], "on_record": "gone"}));
    let counts = ["contacts", "left", "maybe_deleted", "settled_before"].map(|name| &summary[name]);
    assert_eq!(counts, [1201, 1193, 1, 8], "{summary}");
    let (status, _, err) = run(&[]);
    assert_eq!(status, 2);
    assert!(err.starts_with(&format!("{words}\nerror: 1,193 external contacts would be")), "{err}");
    // Nothing is left: there is no question and no call.
    assert_eq!(run(&["--yes", "--rate=none"]).0, 1, "one is refused");
    let before = sandbox.request_count();
    let (status, out, err) = run(&[]);
    assert_eq!((status, sandbox.request_count()), (1, before), "{err}");
    assert!(
        err.starts_with("nothing is left to delete, 1,200 are on record as gone, 1 is "),
        "{err}"
    );
    assert!(out.contains("1,201 contacts: 1,199 deleted (by earlier runs), 1 gone (by"), "{out}");
    // A file that is no journal is refused before the question.
    folder.file("list.txt.journal.jsonl", "{}\n");
    assert_eq!(run(&["--dry-run"]).0, 2);
}

/// An uncertain answer, in each of two ways.
#[test]
fn a_contact_that_may_be_gone_is_not_counted_as_failed() {
    let (sandbox, ids) = quick_sandbox(2);
    sandbox.faults(Faults::parse("reset-after=1").unwrap());
    let args = ["delete", "--yes", "--no-journal", "--max-attempts=1", &ids[0], &ids[1]];
    let (status, out, _) = ran(&mut at(&sandbox, &args));
    assert_eq!(status, 1);
    assert!(out.contains("\n2 contacts: 2 may be gone\n") && !out.contains("failed"), "{out}");
    assert_eq!(out.matches("may be gone: contact ").count(), 2, "{out}");
    assert!(out.contains("\n  may be gone   no certain answer came"), "{out}");
    assert!(out.contains("\n  to go on      run the same command again"), "{out}");
    let (status, out, _) = ran(&mut at(&sandbox, &[args.as_slice(), &["--json", "0999"]].concat()));
    let (items, summary) = items_and_summary(&out);
    assert_eq!((status, items.len()), (1, 3));
    assert!(items.iter().all(|item| item["maybe_deleted"] == true), "{out}");
    let counts = ["maybe_deleted", "failed", "deleted"].map(|name| &summary[name]);
    assert_eq!(counts, [3, 0, 0], "{summary}");
}

/// Concurrent calls end by the same refusal.
#[test]
fn an_error_that_stops_the_batch_is_printed_once() {
    let (sandbox, ids) = quick_sandbox(60);
    sandbox.set_permission(Permission::Write, false);
    sandbox.faults(Faults::parse("delay=1@1s").unwrap());
    let folder = Folder::new("once");
    for count in [12, 60] {
        let list = folder.list("list.txt", &ids[..count]);
        let args = ["delete", "--yes", "--no-journal", "--rate=none", "--file", &list];
        let (status, out, err) = ran(&mut at(&sandbox, &args));
        assert_eq!(status, 1);
        let (_, heading) = out.split_once(&format!("\n{count} contacts: ")).unwrap();
        let failed: usize = heading.split_once(" failed, ").unwrap().0.parse().unwrap();
        assert!(failed > 1, "side by side: {out}");
        // Few contacts have a line each.
        let lines = if count == 12 { failed } else { 1 };
        assert_eq!(out.matches("failed: contact ").count(), lines, "{out}");
        assert_eq!(out.matches(", as above\n").count(), lines - 1, "{out}");
        let told = out.matches("lacks the permission").count();
        assert_eq!(told, 2, "with the contact, and as the reason to stop: {out}");
        assert_eq!(err.matches("Add the permission point").count(), 1, "{err}");
    }
}

#[test]
fn a_journal_adds_no_listed_contact_to_a_filter() {
    let (sandbox, _) = started(Sandbox::builder().contacts(people()).calls_per_second(None));
    let folder = Folder::new("filter-refused");
    let journal = folder.name("j.jsonl");
    // In the first run one is refused, one may be gone but is not, and one is gone without an
    // answer.
    let run = |filter: &str, more: &[&str]| {
        let args = [filter, "--journal", &journal, "--max-attempts=1", "--concurrency=1"];
        delete(&sandbox, &[&args, more].concat())
    };
    let refused = "--where=no-company";
    sandbox.set_permission(Permission::Write, false);
    assert_eq!(run(refused, &[]).0, 1);
    sandbox.set_permission(Permission::Write, true);
    sandbox.faults(Faults::parse("busy=first=1").unwrap());
    assert_eq!(run("--where=name=Jane", &[]).0, 1);
    sandbox.faults(Faults::parse("http-502=first=1").unwrap());
    assert_eq!(run("--where=no-follower", &["--missing-ok"]).0, 1);
    sandbox.faults(Faults::default());
    let left: Vec<_> = sandbox.contacts();
    assert!(left.contains(&"0003".to_owned()) && left.len() < 4, "{left:?}");

    let (status, out, err) = run("--where=name~jane", &["--dry-run"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let (lines, summary) = items_and_summary(&out);
    let open: Vec<_> = lines.iter().filter(|line| line["maybe_deleted"] == true).collect();
    assert_eq!(lines.len(), 3, "{out}");
    let maybe: Vec<_> = open.iter().filter(|line| line["exists"] == false).collect();
    assert_eq!((open.len(), maybe.len()), (2, 1), "one of both is there still: {out}");
    assert_eq!((&summary["contacts"], &summary["maybe_deleted"]), (&json!(3), &json!(2)));
    let gone = maybe[0]["user_id"].as_str().unwrap();
    let people = ["delete", "--where=name~jane", "--journal", &journal];
    let (_, out, _) = ran(&mut at(&sandbox, &[people.as_slice(), &["--dry-run"]].concat()));
    assert!(out.contains(&format!("{gone}    (may be gone)")), "{out}");
    let parts = "3 left to delete (2 of them may be gone from an earlier run)";
    assert!(out.contains(&format!("nothing was deleted: {parts}\n")), "{out}");
    let (status, _, err) = ran(&mut at(&sandbox, &people));
    assert_eq!(status, 2);
    assert!(err.starts_with(&format!("{parts}\nerror: 3 external contacts would be")), "{err}");

    let (status, out, _) = run("--where=name~jane", &[]);
    assert_eq!(status, 0, "{out}");
    assert_eq!(items_and_summary(&out).0.len(), 3);
    let still: Vec<_> = left.iter().filter(|id| !["0001", "0003"].contains(&id.as_str())).collect();
    assert_eq!(sandbox.contacts().iter().collect::<Vec<_>>(), still, "who does not match stays");
}

/// The programs of `docs/journal.md`, as they stand there.
#[test]
fn the_documented_ways_of_reading_a_journal_work() {
    let (sandbox, mut ids) = quick_sandbox(4);
    let folder = Folder::new("documented");
    ids.push("0999".to_owned());
    let list = folder.list("leavers.txt", &ids);
    sandbox.faults(Faults::parse("http-502=first=1").unwrap());
    assert_eq!(delete(&sandbox, &["--file", &list, "--max-attempts=1", "--concurrency=1"]).0, 1);
    // Cut within a character, as by a crash.
    let journal = fs::OpenOptions::new().append(true).open(format!("{list}.journal.jsonl"));
    journal.unwrap().write_all(b"{\"errmsg\":\"\xe4\xb8").unwrap();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/journal.md");
    let page = fs::read_to_string(page).unwrap();
    let program = |language: &str| {
        let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0.to_owned()
    };
    let folder_of_command = Path::new(env!("CARGO_BIN_EXE_dingtalk-extcontact")).parent().unwrap();
    let found = std::env::var("PATH").unwrap_or_default();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &program("sh")]).current_dir(folder.path());
    shell.env("PATH", format!("{}:{found}", folder_of_command.display()));
    let (status, out, err) = end(shell.output().unwrap());
    assert_eq!(status, 1, "an id is in no journal: {err}");
    assert_eq!(out.lines().count(), 5 + 1 + 1, "{out}");
    assert!(out.contains(&format!("\ngone              {}  20", ids[3])), "{out}");
    assert!(out.contains(&format!("may be gone       {}  20", ids[0])), "{out}");
    assert!(out.ends_with("it stands in no journal\n"), "{out}");
}

#[test]
fn the_journal_is_beside_the_list_or_in_the_current_directory() {
    let (sandbox, ids) = quick_sandbox(8);
    let folder = Folder::new("journals");
    let elsewhere = Folder::new("journals-elsewhere");
    let list = folder.list("list.txt", &ids[..2]);
    let run = |args: &[&str], input: &str| {
        let args = [["delete", "--yes"].as_slice(), args].concat();
        ran_with(at(&sandbox, &args).current_dir(elsewhere.path()), input)
    };
    assert_eq!(run(&["--file", &list], "").0, 0);
    assert_eq!(folder.files(), ["list.txt", "list.txt.journal.jsonl"]);
    assert_eq!(run(&["--no-journal", &ids[2], &ids[3]], "").0, 0);
    let one = folder.list("one.txt", &ids[4..5]);
    assert_eq!(run(&["--file", &one], "").0, 0, "one needs none");
    assert!(elsewhere.files().is_empty() && folder.files().len() == 3);
    // A run that fails, so that it prints how to go on.
    sandbox.faults(Faults::parse("busy=first=1").unwrap());
    let (status, out, err) = run(&["-", "--max-attempts=1"], &format!("{}\n0999\n", ids[5]));
    assert_eq!(status, 1);
    let [journal] = &elsewhere.files()[..] else { panic!("{:?}", elsewhere.files()) };
    assert!(journal.starts_with("dingtalk-extcontact-20") && journal.ends_with(".journal.jsonl"));
    assert!(err.starts_with(&format!("journal: {journal}\n")), "{err}");
    assert!(out.contains(&format!("run the same command again with --journal {journal}")), "{out}");
    // A journal that cannot be written: nothing is called.
    let calls = sandbox.request_count();
    let nowhere = folder.name("no/such/folder.jsonl");
    let (status, out, err) = run(&["--journal", &nowhere, &ids[6], &ids[7]], "");
    assert_eq!((status, out.as_str(), sandbox.request_count()), (2, "", calls));
    assert!(err.contains("cannot be opened"), "{err}");
}

#[cfg(unix)]
#[test]
fn the_backup_is_written_before_the_deletion_and_only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (sandbox, ids) = quick_sandbox(30);
    let records: Vec<_> = ids.iter().map(|id| sandbox.contact(id).unwrap()).collect();
    let folder = Folder::new("backup");
    let list = folder.list("list.txt", &ids);
    let backup = folder.name("backup.jsonl");
    // No contact is deleted, but the first is in the backup.
    sandbox.set_permission(Permission::Write, false);
    let args = ["--file", &list, "--backup", &backup, "--concurrency=1"];
    assert_eq!(delete(&sandbox, &args).0, 1);
    assert_eq!(sandbox.contacts(), ids);
    assert_eq!(json_lines(&folder.read("backup.jsonl"))[1]["record"], records[0]);
    // Without a record nothing is deleted.
    sandbox.set_permission(Permission::Write, true);
    sandbox.set_permission(Permission::Read, false);
    assert_eq!(delete(&sandbox, &args).0, 1);
    assert_eq!(sandbox.contacts(), ids);
    sandbox.set_permission(Permission::Read, true);
    let (status, out, err) = delete(&sandbox, &args);
    assert_eq!((status, err.lines().count()), (0, 1), "the journal's name: {err}");
    assert_eq!(items_and_summary(&out).1["backup"], backup);
    let lines = json_lines(&folder.read("backup.jsonl"));
    for (id, record) in ids.iter().zip(&records) {
        assert!(lines.iter().any(|line| line["user_id"] == *id && line["record"] == *record));
    }
    let mode = fs::metadata(&backup).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// A run on a list that gets a signal while calls are in flight.
#[cfg(unix)]
fn interrupted(sandbox: &Sandbox, list: &str, signal: &str) -> (i32, String, String) {
    let before = sandbox.request_count();
    let args = ["delete", "--yes", "--rate=none", "--concurrency=2", "--file", list];
    let child = spawn(&mut at(sandbox, &args));
    assert!(sandbox.wait_for_requests(before + 5, LONG));
    send(signal, &child);
    end(child.wait_with_output().unwrap())
}

#[cfg(unix)]
#[test]
fn a_signal_lets_calls_in_flight_finish_and_the_same_command_resumes() {
    let (sandbox, ids) = quick_sandbox(200);
    let folder = Folder::new("signal");
    let list = folder.list("list.txt", &ids);
    sandbox.faults(Faults::parse("delay=1@100ms").unwrap());
    for (run, signal) in ["-INT", "-TERM", "-HUP"].into_iter().enumerate() {
        let (status, out, err) = interrupted(&sandbox, &list, signal);
        assert_eq!(status, 130, "{out}{err}");
        assert!(err.contains("what is under way finishes; Ctrl-C again cancels"), "{err}");
        assert!(out.contains("  stopped       interrupted\n"), "{out}");
        assert!(out.contains("  to go on      run the same command again;"), "{out}");
        assert!(!out.contains("failed"), "calls under way finished: {out}");
        assert!(!out.contains("contact 0"), "thousands of lines help nobody: {out}");
        let deleted = sandbox.deleted().len();
        assert!(out.contains(&format!("200 contacts: {deleted} deleted")), "{out}");
        assert_eq!(out.contains(" of them by earlier runs), "), run > 0, "{out}");
        assert!((5..200).contains(&deleted), "{out}");
    }
    sandbox.faults(Faults::default());
    let (status, out, _) = delete(&sandbox, &["--file", &list]);
    assert_eq!(status, 0);
    assert_eq!(items_and_summary(&out).1["deleted"], 200);
    assert_eq!((sandbox.deleted().len(), sandbox.request_count()), (200, 200), "each called once");
}

/// As `nohup`, or a shell script that puts a job into the background.
#[cfg(unix)]
#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    let (sandbox, ids) = quick_sandbox(40);
    let folder = Folder::new("ignored");
    let list = folder.list("list.txt", &ids);
    sandbox.faults(Faults::parse("delay=1@20ms").unwrap());
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' INT HUP; exec \"$@\"", "sh"]);
    command.arg(env!("CARGO_BIN_EXE_dingtalk-extcontact")).args(DELETE);
    command.args(["--concurrency=2", "--file", &list]);
    command.env("DINGTALK_ENDPOINT", sandbox.url()).env("DINGTALK_ACCESS_TOKEN", sandbox.token());
    let child = spawn(command.stdin(Stdio::null()));
    for count in [2, 6] {
        assert!(sandbox.wait_for_requests(count, LONG));
        send("-INT", &child);
        send("-HUP", &child);
    }
    let (status, out, err) = end(child.wait_with_output().unwrap());
    assert_eq!((status, items_and_summary(&out).1["deleted"].as_u64()), (0, Some(40)), "{err}");
}

/// Waits until a running command has printed a text on standard error.
#[cfg(unix)]
fn wait_for_stderr(child: &mut std::process::Child, part: &str) -> impl std::io::Read + use<> {
    use std::io::BufRead;
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains(part) {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended without saying {part}");
    }
    stderr
}

#[cfg(unix)]
#[test]
fn a_second_signal_cancels_and_two_runs_on_one_journal_are_refused() {
    let (sandbox, ids) = quick_sandbox(40);
    let folder = Folder::new("twice");
    let list = folder.list("list.txt", &ids);
    sandbox.faults(Faults::parse("delay=1@60s").unwrap());
    let args = [DELETE.as_slice(), &["--file", &list, "--concurrency=3"]].concat();
    let mut child = spawn(&mut at(&sandbox, &args));
    assert!(sandbox.wait_for_requests(3, LONG));
    let (status, out, err) = delete(&sandbox, &["--file", &list]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("in use by another run"), "{err}");
    send("-INT", &child);
    let stderr = wait_for_stderr(&mut child, "Ctrl-C again cancels");
    send("-INT", &child);
    let (status, out, _) = end(child.wait_with_output().unwrap());
    drop(stderr);
    assert_eq!(status, 130, "{out}");
    let (items, summary) = items_and_summary(&out);
    assert_eq!(items.len(), 40);
    let cancelled: Vec<_> = items.iter().filter(|item| item["kind"] == "cancelled").collect();
    assert_eq!(cancelled.len(), 3);
    assert!(cancelled.iter().all(|item| item["maybe_deleted"] == true));
    assert_eq!(summary["not_attempted"], 37);
    // Cancelled contacts are called again.
    sandbox.faults(Faults::default());
    let (status, out, _) = delete(&sandbox, &["--file", &list]);
    assert_eq!(status, 0, "{out}");
    assert_eq!(sandbox.contacts().len(), 0);
}

#[cfg(unix)]
#[test]
fn a_long_pause_is_mentioned_and_can_be_interrupted() {
    let (sandbox, ids) = quick_sandbox(40);
    let folder = Folder::new("pause");
    let list = folder.list("list.txt", &ids);
    sandbox.block_ip(BlockShape::Json);
    let args = [DELETE.as_slice(), &["--file", &list]].concat();
    let mut child = spawn(&mut at(&sandbox, &args));
    let stderr = wait_for_stderr(&mut child, "throttled: no calls until 2");
    send("-INT", &child);
    let (status, out, _) = end(child.wait_with_output().unwrap());
    drop(stderr);
    assert_eq!(status, 130, "{out}");
    assert_eq!(items_and_summary(&out).1["deleted"], 0);
    sandbox.unblock_ip();
    assert_eq!(delete(&sandbox, &["--file", &list]).0, 0);
}

/// Waits until the kernel lists SIGINT among the signals that a process catches.
#[cfg(target_os = "linux")]
fn wait_until_sigint_is_caught(child: &std::process::Child) {
    let caught = || {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        u64::from_str_radix(mask.trim(), 16).unwrap() & 0b10 != 0
    };
    while !caught() {
        std::thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_reading_ids_or_contacts() {
    let (sandbox, _) = quick_sandbox(3);
    // A list that never ends.
    let mut child = spawn(at(&sandbox, &["delete", "--yes", "-"]).stdin(Stdio::piped()));
    let stdin = child.stdin.take();
    wait_until_sigint_is_caught(&child);
    send("-INT", &child);
    let (status, out, err) = end(child.wait_with_output().unwrap());
    drop(stdin);
    assert_eq!((status, out.as_str()), (130, ""));
    assert_eq!((err.as_str(), sandbox.request_count()), ("interrupted; nothing was deleted\n", 0));
    sandbox.faults(Faults::parse("delay=1@60s;on=list").unwrap());
    for args in [["delete", "--yes", "--where=no-follower"].as_slice(), &["list"]] {
        let before = sandbox.request_count();
        let child = spawn(&mut at(&sandbox, args));
        assert!(sandbox.wait_for_requests(before + 1, LONG));
        send("-INT", &child);
        let (status, out, _) = end(child.wait_with_output().unwrap());
        assert_eq!((status, out.as_str()), (130, ""));
    }
    assert_eq!(sandbox.deleted().len(), 0);
}

#[test]
fn a_closed_pipe_stops_deleting_and_loses_no_outcome() {
    let (sandbox, ids) = quick_sandbox(60);
    let folder = Folder::new("closed");
    let list = folder.list("list.txt", &ids);
    for json in [true, false] {
        let mut args = vec!["delete", "--yes", "--concurrency=1", "--file", &list];
        args.extend(json.then_some("--json"));
        // Deleted contacts have no line for people, so the first one must fail.
        let bad = folder.list("bad.txt", &[&["0999".to_owned()], &ids[..]].concat());
        if !json {
            args[4] = &bad;
        }
        let mut command = at(&sandbox, &args);
        command.stdout(nobody_reads()).stderr(Stdio::piped());
        if json {
            // As for people; a line for programs is whole all the same.
            command.env("COLUMNS", "80");
        }
        let (status, _, err) = end(command.output().unwrap());
        assert_eq!(status, 1);
        assert!(err.contains("stopped: standard output was closed"), "{err}");
        assert!(sandbox.deleted().len() < 30, "it stopped");
        if json {
            let told = err.matches(r#""status":"deleted""#).count();
            assert_eq!(told, sandbox.deleted().len(), "on standard error instead: {err}");
            for line in err.lines().filter(|line| line.starts_with('{')) {
                serde_json::from_str::<Value>(line).unwrap();
            }
        }
        assert!(err.contains(if json { r#"{"summary":"# } else { "61 contacts: " }), "{err}");
        let why = if json { r#""stopped":"standard"# } else { "  stopped       standard" };
        assert!(err.contains(why), "{err}");
    }
}

/// Runs the command on a terminal by `script`, with input typed: the exit status and the screen.
#[cfg(target_os = "linux")]
fn on_a_terminal(sandbox: &Sandbox, args: &[&str], typed: &str) -> (i32, String) {
    let command = [&[env!("CARGO_BIN_EXE_dingtalk-extcontact")], args].concat().join(" ");
    let mut script = std::process::Command::new("script");
    script.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    script.env("DINGTALK_ENDPOINT", sandbox.url()).env("DINGTALK_ACCESS_TOKEN", sandbox.token());
    script.env("TERM", "xterm").env("COLUMNS", "200").current_dir(env!("CARGO_TARGET_TMPDIR"));
    let mut child = spawn(script.stdin(Stdio::piped()));
    let mut seen = String::new();
    let mut screen = child.stdout.take().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    while !seen.contains("[y/N]") {
        let mut bytes = [0; 256];
        let count = std::io::Read::read(&mut screen, &mut bytes).unwrap();
        assert!(count > 0, "it ended without a question: {seen}");
        seen.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    std::io::Write::write_all(&mut stdin, typed.as_bytes()).unwrap();
    std::io::Read::read_to_string(&mut screen, &mut seen).unwrap();
    (child.wait().unwrap().code().unwrap(), seen)
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_one_question_and_the_progress() {
    let (sandbox, ids) = quick_sandbox(40);
    let folder = Folder::new("asked");
    let list = folder.list("list.txt", &ids);
    let args = ["delete", "--rate=none", "--file", &list];
    let question = format!(
        "Delete 40 external contacts of your organisation at {}, without a backup? There is no \
         undo. [y/N]",
        sandbox.url()
    );
    for (typed, status) in [("n\n", 1), ("\n", 1), ("\x03", 130)] {
        let (ended, seen) = on_a_terminal(&sandbox, &args, typed);
        assert_eq!(ended, status, "{seen}");
        assert!(seen.contains(&question) && seen.contains("nothing was deleted"), "{seen}");
    }
    assert_eq!((sandbox.request_count(), folder.files().len()), (0, 1));
    sandbox.faults(Faults::parse("delay=1@100ms").unwrap());
    let (status, seen) = on_a_terminal(&sandbox, &args, "y\n");
    assert_eq!(status, 0, "{seen}");
    assert!(seen.contains("0/40  --/s  --:--:-- left"), "nothing is known yet: {seen}");
    assert!(seen.contains("/s  00:00:0"), "a bar: {seen}");
    assert!(seen.contains("40 contacts: 40 deleted"), "{seen}");
    assert_eq!(seen.matches("[y/N]").count(), 1);
    assert_eq!(sandbox.contacts().len(), 0);
}
