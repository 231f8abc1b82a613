//! `list`: the table, JSON lines, CSV, filters.

mod support;

use dingtalk_extcontact_sandbox::{Faults, Permission, Sandbox};
use serde_json::{Value, json};
use support::*;

/// Contacts whose fields could break a row or a terminal.
fn awkward() -> Vec<Value> {
    vec![
        json!({"userid": "0125400001", "name": "张三", "company_name": "Acme, \"Inc.\"",
            "mobile": "10000000001", "follower_user_id": "manager1", "label_ids": [1, 22]}),
        json!({"userid": "0125400002", "name": "tab\there\nand\r\nlines",
            "company_name": "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m", "remark": "\u{202e}drawkcab"}),
        json!({"userid": "0125400003", "name": "=HYPERLINK(\"x\")"}),
    ]
}

#[test]
fn a_table_for_people() {
    let (sandbox, _) = started(Sandbox::builder().contacts(awkward()));
    let (status, out, err) = ran(&mut at(&sandbox, &["list"]));
    assert_eq!((status, err.as_str()), (0, "3 contacts\n"));
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines.len(), 4, "{out}");
    assert_eq!(
        lines[0],
        "userid      name                                 \
         company                                mobile       follower  labels"
    );
    assert_eq!(
        lines[1],
        "0125400001  张三                                 \
         Acme, \"Inc.\"                           10000000001  manager1  1, 22"
    );
    assert!(lines[2].contains("tab\\u{9}here\\u{a}and\\u{d}\\u{a}lines"), "{out}");
    assert!(lines[2].contains("\\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{9b}31m"), "{out}");
    assert!(!out.chars().any(|c| c.is_control() && c != '\n'), "{out:?}");
}

/// Labels have the names that the sandbox gives them.
#[test]
fn labels_are_shown_and_chosen_by_name() {
    let person =
        |id: &str, labels: [u32; 2]| json!({"userid": id, "name": "x", "label_ids": labels});
    let people = vec![person("01", [1_000_007, 2_000_003]), person("02", [1_000_008, 5])];
    let (sandbox, _) = started(Sandbox::builder().contacts(people));
    let (_, out, err) = ran(&mut at(&sandbox, &["list"]));
    assert!(out.contains("Level 7, Source 3") && out.contains("Level 8, 5"), "{out}");
    assert_eq!(err, "2 contacts\n");
    let chosen = |filter: &str| {
        let (_, out, _) = ran(&mut at(&sandbox, &["list", "--json", "--where", filter]));
        json_lines(&out).iter().map(|it| it["userid"].clone()).collect::<Vec<_>>()
    };
    for (filter, ids) in [
        ("label=Level 7", vec!["01"]),
        ("label~level", vec!["01", "02"]),
        ("label~source", vec!["01"]),
        ("label=level 7", vec![]),
        ("label=1000008", vec!["02"]),
        ("label~100000", vec!["01", "02"]),
    ] {
        assert_eq!(chosen(filter), ids, "{filter}");
    }

    // What cannot be read by name is not taken for no match, and ids need no names.
    sandbox.faults(Faults::parse("http-500=1;on=labels").unwrap());
    let args = ["delete", "--yes", "--max-attempts=1", "--where", "label=Level 7"];
    let (status, _, err) = ran(&mut at(&sandbox, &args));
    assert_eq!(status, 1, "{err}");
    assert!(sandbox.deleted().is_empty());
    let (status, out, err) = ran(&mut at(&sandbox, &["list", "--max-attempts=1"]));
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("1000007, 2000003"), "{out}");
    assert!(err.contains("labels are shown by their ids"), "{err}");
    assert_eq!(chosen("label=1000007"), ["01"]);
    sandbox.faults(Faults::default());
    assert_eq!(ran(&mut at(&sandbox, &args)).0, 0);
    assert_eq!(sandbox.deleted(), ["01"]);
}

#[test]
fn json_lines_are_the_whole_records() {
    let (sandbox, ids) = sandbox(3);
    let (status, out, err) = ran(&mut at(&sandbox, &["list", "--json"]));
    assert_eq!((status, err.as_str()), (0, ""));
    let records: Vec<_> = ids.iter().map(|id| sandbox.contact(id).unwrap()).collect();
    assert_eq!(json_lines(&out), records);
}

#[test]
fn csv_has_no_formulas_and_can_be_deleted_from() {
    let mut contacts = awkward();
    contacts.push(json!({"userid": "@0125", "name": "\t-1", "mobile": "+10000000001"}));
    let (sandbox, ids) = started(Sandbox::builder().contacts(contacts));
    let (status, out, err) = ran(&mut at(&sandbox, &["list", "--csv"]));
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.starts_with("\u{feff}userid,name,company_name,mobile,state_code,"), "{out}");
    assert!(!out.chars().any(|c| c.is_control() && c != '\n'), "{out:?}");
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 4);
    for (number, column, expected) in [
        (0, 0, "0125400001"),
        (0, 1, "张三"),
        (0, 2, "Acme, \"Inc.\""),
        (0, 10, "1 22"),
        (1, 1, "tab here and lines"),
        (2, 1, "'=HYPERLINK(\"x\")"),
        (3, 0, "'@0125"),
        (3, 1, "' -1"),
        (3, 3, "'+10000000001"),
    ] {
        assert_eq!(&rows[number][column], expected);
    }
    for cell in rows.iter().flatten() {
        assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
    }
    // A listed file can be deleted from.
    let folder = Folder::new("csv");
    let list = folder.file("all.csv", &out);
    let args = ["delete", "--yes", "--file", &list, "--column=userid"];
    assert_eq!(ran(&mut at(&sandbox, &args)).0, 0);
    let mut deleted = sandbox.deleted();
    deleted.sort();
    assert_eq!(deleted, ids);
}

#[test]
fn excel_keeps_numbers_as_text() {
    let (sandbox, _) = started(Sandbox::builder().contacts(awkward()));
    let (status, out, err) = ran(&mut at(&sandbox, &["list", "--excel"]));
    assert_eq!((status, err.as_str()), (0, ""));
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let row = rows.records().next().unwrap().unwrap();
    assert_eq!((&row[0], &row[1], &row[3]), ("=\"0125400001\"", "张三", "=\"10000000001\""));
    assert!(out.starts_with('\u{feff}') && out.contains("'=HYPERLINK"), "{out}");
    for other in ["--csv", "--json"] {
        assert_eq!(ran(&mut at(&sandbox, &["list", "--excel", other])).0, 2);
    }
}

#[test]
fn json_lines_can_be_deleted() {
    let (sandbox, ids) = started(Sandbox::builder().contacts(awkward()));
    let (_, listed, _) = ran(&mut at(&sandbox, &["list", "--json"]));
    let folder = Folder::new("json-lines");
    let list = folder.file("all.jsonl", &listed);
    assert_eq!(ran(&mut at(&sandbox, &["delete", "--yes", "--file", &list])).0, 0);
    let mut deleted = sandbox.deleted();
    deleted.sort();
    assert_eq!(deleted, ids);
}

#[test]
fn an_empty_list_is_no_failure() {
    let (sandbox, _) = sandbox(0);
    for (args, expected, said) in [
        (["list"].as_slice(), 0, "0 contacts\n"),
        (&["list", "--json"], 0, ""),
        (&["list", "--csv"], 1, ""),
    ] {
        let (status, out, err) = ran(&mut at(&sandbox, args));
        assert_eq!((status, err.as_str(), out.lines().count()), (0, said, expected), "{args:?}");
    }
}

#[test]
fn a_filter_without_a_match_has_its_own_exit_status() {
    let (sandbox, _) = sandbox(3);
    for (form, lines) in [(None, 0), (Some("--json"), 0), (Some("--csv"), 1)] {
        let args: Vec<_> = ["list", "--where=name=nobody"].into_iter().chain(form).collect();
        let (status, out, err) = ran(&mut at(&sandbox, &args));
        assert_eq!((status, out.lines().count()), (3, lines), "{form:?}");
        assert!(
            err.ends_with("no contact matches; list without --where shows who there is\n"),
            "{err}"
        );
    }
    let delete = ["delete", "--where=name=nobody", "--where=no-follower"];
    for more in [&[][..], &["--yes"], &["--json"], &["--dry-run"], &["--dry-run", "--json"]] {
        let (status, out, err) = ran(&mut at(&sandbox, &[delete.as_slice(), more].concat()));
        assert_eq!(
            (status, err.as_str()),
            (3, "no contact matches; list without --where shows who there is\n"),
            "{more:?}"
        );
        if more.contains(&"--json") {
            assert_eq!(items_and_summary(&out).0.len(), 0, "{out}");
        }
    }
    assert_eq!(sandbox.deleted().len(), 0);
}

#[test]
fn a_name_is_found_in_all_unicode_forms() {
    let composed = json!({"userid": "0001", "name": "J\u{fc}rgen", "label_ids": ["\u{fc}"]});
    let marked = json!({"userid": "0002", "name": "Ju\u{308}rgen", "label_ids": ["u\u{308}"]});
    let (sandbox, _) = started(Sandbox::builder().contacts(vec![composed, marked]));
    for typed in [
        "name~J\u{fc}rg",
        "name~JU\u{308}RG",
        "name=Ju\u{308}rgen",
        "label=\u{fc}",
        "label~U\u{308}",
    ] {
        let (status, out, _) = ran(&mut at(&sandbox, &["list", "--json", "--where", typed]));
        assert_eq!((status, out.lines().count()), (0, 2), "{typed}: {out}");
    }
}

#[test]
fn filters_apply_to_every_form() {
    let (sandbox, ids) = started(Sandbox::builder().contacts(awkward()));
    for form in ["--json", "--csv"] {
        let args = ["list", form, "--where=company~ACME", "--where=label=22"];
        let (status, out, _) = ran(&mut at(&sandbox, &args));
        assert_eq!(status, 0);
        assert!(out.contains(&ids[0]) && !out.contains(&ids[1]), "{out}");
    }
    let (_, out, err) = ran(&mut at(&sandbox, &["list", "--where=no-follower"]));
    assert!(!out.contains(&ids[0]) && out.contains(&ids[1]) && out.contains(&ids[2]), "{out}");
    assert_eq!(err, "2 contacts\n");
}

#[test]
fn without_permission_the_error_names_it_and_nothing_is_printed() {
    let (sandbox, _) = sandbox(3);
    sandbox.set_permission(Permission::Read, false);
    let (status, out, err) = ran(&mut at(&sandbox, &["list", "--csv"]));
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.starts_with("error: ") && err.contains("qyapi_ext_read"), "{err}");
    let (status, _, err) = ran(&mut at(&sandbox, &["list", "--csv", "--json"]));
    assert_eq!(status, 2);
    assert!(err.contains("cannot be used with"), "{err}");
}

#[test]
fn a_reader_that_closes_the_pipe_ends_the_command() {
    let (sandbox, _) = sandbox(300);
    for args in [["list"].as_slice(), &["list", "--json"], &["list", "--csv"]] {
        let (status, ..) = ran(at(&sandbox, args).stdout(nobody_reads()));
        assert_eq!(status, 1);
    }
}

#[test]
fn single_records_are_shown_for_people_and_as_json() {
    let (sandbox, _) = started(Sandbox::builder().contacts(awkward()));
    let (status, out, err) = ran(&mut at(&sandbox, &["get", "0125400001"]));
    assert_eq!((status, err.as_str()), (0, ""));
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some("0125400001"));
    assert!(out.contains("  name            张三\n"), "{out}");
    let (status, out, _) = ran(&mut at(&sandbox, &["get", "--json", "0125400001"]));
    let listed = ran(&mut at(&sandbox, &["list", "--json", "--where=userid=0125400001"])).1;
    assert_eq!((status, json_lines(&out)), (0, json_lines(&listed)), "as DingTalk sends it");

    let (status, out, err) = ran(&mut at(&sandbox, &["get", "0199", "0125400001"]));
    assert_eq!((status, out.lines().next()), (1, Some("0125400001")));
    assert!(err.contains("contact 0199: ") && err.contains("33012"), "{err}");
    let asked = sandbox.request_count();
    for id in ["0125 ", ""] {
        let (status, out, err) = ran(&mut at(&sandbox, &["get", id]));
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
    }
    assert_eq!(sandbox.request_count(), asked);
    sandbox.set_permission(Permission::Read, false);
    let (status, out, err) = ran(&mut at(&sandbox, &["get", "0125400001"]));
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("qyapi_ext_read"), "{err}");
}
