//! `journal`: what became of each id, by what runs left behind.

mod support;

use std::fs;
use std::io::Write;

use dingtalk_extcontact_sandbox::Faults;
use support::*;

/// A run that deletes some of a list, meets an id that is no contact, and learns of the first
/// nothing.
fn left_behind(folder: &Folder) -> (String, Vec<String>) {
    let (sandbox, mut ids) = quick_sandbox(4);
    ids.push("0999".to_owned());
    let list = folder.list("leavers.txt", &ids);
    sandbox.faults(Faults::parse("http-502=first=1").unwrap());
    assert_eq!(delete(&sandbox, &["--file", &list, "--max-attempts=1", "--concurrency=1"]).0, 1);
    (format!("{list}.journal.jsonl"), ids)
}

fn journal(args: &[&str]) -> (i32, String, String) {
    ran(&mut command(&[&["journal"], args].concat()))
}

#[test]
fn each_id_is_told_and_what_may_be_gone_is_not_passed_over() {
    let folder = Folder::new("journal-told");
    let (file, ids) = left_behind(&folder);
    let (status, out, err) = journal(&[&file]);
    assert_eq!(status, 0, "{err}");
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines.len(), 5, "{out}");
    assert!(lines[0].starts_with(&format!("may be gone       {}  20", ids[0])), "{out}");
    assert!(lines[1].starts_with(&format!("gone              {}  20", ids[1])), "{out}");
    assert!(lines[1].contains("Z, run 1, 1 request, request id "), "{out}");
    assert!(lines[4].starts_with("not there before  0999  20"), "{out}");
    assert!(lines[4].contains("; code 33012; "), "{out}");
    let totals = "5 ids: 3 gone, 1 not there before, 1 may be gone\nOne may be gone: ";
    assert!(err.starts_with(totals), "{err}");

    for (asked, status) in [
        (&[&*ids[1]] as &[_], 0),
        (&[&ids[1], "0999"], 0),
        (&[&ids[0]], 1),
        (&["0998"], 1),
        (&[&ids[1], "0998"], 1),
        (&["--", &ids[1]], 0),
    ] {
        let (ended, out, err) = journal(&[&[&*file], asked].concat());
        assert_eq!(ended, status, "{asked:?}: {err}");
        assert_eq!(out.lines().count(), asked.iter().filter(|it| **it != "--").count(), "{out}");
    }
    let (status, out, err) = journal(&[&file, "--only", "may-be-gone,was-not-there"]);
    assert_eq!((status, out.lines().count()), (0, 2), "{out}");
    assert!(err.starts_with("2 ids: 1 not there before, 1 may be gone\n"), "{err}");
    let (status, out, _) = journal(&[&file, &ids[0], "--only=gone"]);
    assert_eq!((status, out.as_str()), (1, ""), "what is not shown counts all the same");
    assert_eq!(journal(&[&file, "--only=lost"]).0, 2);
}

#[test]
fn json_and_csv_have_the_same_fields() {
    let folder = Folder::new("journal-forms");
    let (file, ids) = left_behind(&folder);
    let (_, out, _) = journal(&[&file, "--json", &ids[1], "0998", "0999"]);
    let [gone, missing, none] = &json_lines(&out)[..] else { panic!("{out}") };
    assert_eq!((&gone["user_id"], &gone["state"]), (&(*ids[1]).into(), &"gone".into()));
    assert_eq!((&missing["state"], &missing["code"]), (&"was_not_there".into(), &"33012".into()));
    assert_eq!(none, &serde_json::json!({"user_id": "0998", "state": "no_record"}));

    let (_, out, _) = journal(&[&file, "--csv", &ids[1], "0998", "0999", "@x"]);
    let mut rows = csv::Reader::from_reader(out.trim_start_matches('\u{feff}').as_bytes());
    let fields = rows.headers().unwrap().clone();
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 4, "{out}");
    for (row, entry) in rows.iter().zip([gone, missing, none]) {
        for (field, cell) in fields.iter().zip(row) {
            let value = match &entry[field] {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(cell, value, "{field}");
        }
    }
    assert!(gone.as_object().unwrap().keys().all(|name| fields.iter().any(|it| it == name)));
    assert_eq!(&rows[3][0], "'@x", "no formula");
}

#[test]
fn a_torn_end_is_told_and_other_files_are_refused() {
    let folder = Folder::new("journal-bad");
    let (file, ids) = left_behind(&folder);
    let list = folder.name("leavers.txt");
    for (bad, told) in [
        (list.clone(), "is not a journal of a batch"),
        (folder.file("empty", ""), "is empty"),
        (folder.name("none"), "does not exist"),
    ] {
        let (status, out, err) = journal(&[&bad]);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.starts_with(&format!("error: the journal {bad} {told}")), "{err}");
    }
    assert_eq!(journal(&[&file, &list]).0, 2, "a file that is there is no id");
    let mut torn = fs::OpenOptions::new().append(true).open(&file).unwrap();
    torn.write_all(b"{\"errmsg\":\"\xe4\xb8").unwrap();
    let (status, out, err) = journal(&[&file, &ids[1]]);
    assert_eq!((status, out.lines().count()), (0, 1), "{err}");
    assert!(
        err.starts_with(&format!("note: line 13 of {file} is not whole and is passed")),
        "{err}"
    );
}

/// The file is locked then, and grows.
#[test]
#[cfg(unix)]
fn a_journal_that_is_being_written_is_read() {
    let folder = Folder::new("journal-written");
    let (sandbox, ids) = quick_sandbox(3);
    let list = folder.list("leavers.txt", &ids);
    sandbox.faults(Faults::parse("delay=60s").unwrap());
    let args = [DELETE.as_slice(), &["--file", &list]].concat();
    let mut run = spawn(&mut at(&sandbox, &args));
    assert!(sandbox.wait_for_requests(3, LONG));
    let (status, out, err) = journal(&[&format!("{list}.journal.jsonl"), "--json"]);
    run.kill().unwrap();
    run.wait().unwrap();
    assert_eq!(status, 0, "{err}");
    assert_eq!(json_lines(&out).len(), 3);
    assert!(json_lines(&out).iter().all(|entry| entry["state"] == "may_be_gone"), "{out}");
}
