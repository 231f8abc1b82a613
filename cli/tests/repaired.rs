//! `delete --dry-run`: what ids without a contact are like, and the list with those repaired.

mod support;

use dingtalk_extcontact_sandbox::{Permission, Sandbox};
use serde_json::{Value, json};
use support::*;

/// Two whose ids differ by zeros alone, one that has others' digits behind zeros, and employees.
fn contacts() -> Vec<Value> {
    vec![
        json!({"userid": "0125400001", "name": "Jane\nDoe", "company_name": "Acme",
            "follower_user_id": "0666", "share_user_ids": ["manager7"]}),
        json!({"userid": "0125400002", "name": "张三"}),
        json!({"userid": "00777", "name": "A"}),
        json!({"userid": "0777", "name": "B"}),
        json!({"userid": "0888", "name": "C"}),
    ]
}

const IDS: [&str; 8] =
    ["125400001", "00125400002", "777", "0999", "0666", "manager7", "iEabc1", "0888"];

#[test]
fn each_id_without_a_contact_says_what_it_is_like() {
    let (sandbox, _) = started(Sandbox::builder().contacts(contacts()));
    let preview = |more: &[&str]| {
        ran(&mut at(&sandbox, &[["delete", "--dry-run"].as_slice(), more, &IDS].concat()))
    };
    let (status, out, err) = preview(&["--json"]);
    assert_eq!(status, 0, "{err}");
    let (lines, summary) = items_and_summary(&out);
    let told: Vec<_> = lines.iter().map(|it| (&it["same_digits"], &it["near_miss"])).collect();
    let (none, zero, two) = (json!([]), json!(["0125400001"]), json!(["0125400002"]));
    let (several, employee) = (json!(["00777", "0777"]), json!("employee"));
    let (letters, absent) = (json!("not_digits"), Value::Null);
    let expected = [
        (&zero, &absent),
        (&two, &absent),
        (&several, &absent),
        (&none, &absent),
        (&none, &employee),
        (&none, &employee),
        (&none, &letters),
        (&absent, &absent),
    ];
    assert_eq!(told, expected, "{out}");
    assert_eq!((&summary["no_contact"], &summary["zeros_lost"]), (&7.into(), &3.into()));
    let (_, out, err) = preview(&[]);
    assert!(out.contains("(no such contact; 0125400001 has other zeros)"), "{out}");
    assert!(out.contains("(no such contact; 00777 and 1 more have other zeros)"), "{out}");
    assert!(out.contains("(no such contact; it is an employee's userid)"), "{out}");
    assert!(err.contains("warning: 3 ids without a contact") && err.contains("--write-repaired"));
}

#[test]
fn the_repaired_list_is_for_a_person_and_deletes_nobody() {
    let (sandbox, _) = started(Sandbox::builder().contacts(contacts()));
    let folder = Folder::new("repaired");
    let list = folder.file("list.txt", &IDS[..7].join("\n"));
    let repaired = folder.name("repaired.txt");
    let args = ["delete", "--dry-run", "--file", &list, "--write-repaired", &repaired];
    let (status, _, err) = ran(&mut at(&sandbox, &args));
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("2 ids replaced and 5 left out in "), "{err}");
    let text = folder.read("repaired.txt");
    let lines: Vec<_> = text.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "# 125400001 has lost or got zeros; the next is Jane\\u{a}Doe, Acme",
            "0125400001",
            "# 00125400002 has lost or got zeros; the next is 张三",
            "0125400002",
            "# 777: it may be 00777 or 0777",
            "# 0999: no such contact",
            "# 0666: it is an employee's userid",
            "# manager7: it is an employee's userid",
            "# iEabc1: it has more than digits: a unionid, or an employee's userid?",
        ]
    );
    assert!(sandbox.deleted().is_empty());
    assert_eq!(folder.files(), ["list.txt", "repaired.txt"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&repaired).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // It is there, so it is not written again.
    let before = sandbox.request_count();
    let (status, _, err) = ran(&mut at(&sandbox, &args));
    assert_eq!((status, sandbox.request_count()), (2, before), "{err}");
    assert_eq!(folder.read("repaired.txt"), text);
    let (status, _, err) = delete(&sandbox, &["--file", &repaired]);
    assert_eq!(status, 0, "{err}");
    let mut deleted = sandbox.deleted();
    deleted.sort();
    assert_eq!(deleted, ["0125400001", "0125400002"]);
}

#[test]
fn ids_that_an_earlier_run_was_refused_are_looked_at_again() {
    let (sandbox, _) = started(Sandbox::builder().contacts(contacts()));
    let folder = Folder::new("repaired-again");
    let list = folder.file("list.txt", "125400001\n");
    let journal = folder.name("journal");
    let run = ["--file", &list, "--journal", &journal];
    assert_eq!(delete(&sandbox, &run).0, 1);
    let repaired = folder.name("repaired.txt");
    let more = ["delete", "--dry-run", "--write-repaired", &repaired];
    let (status, _, err) = ran(&mut at(&sandbox, &[more.as_slice(), &run].concat()));
    assert_eq!(status, 0, "{err}");
    assert!(folder.read("repaired.txt").ends_with("\n0125400001\n"));
}

#[test]
fn without_contacts_to_compare_with_there_is_no_list() {
    let (sandbox, _) = started(Sandbox::builder().contacts(contacts()));
    let folder = Folder::new("repaired-not");
    let repaired = folder.name("repaired.txt");
    let args = ["delete", "--dry-run", "--write-repaired", &repaired, "125400001"];
    let why = || {
        let (status, _, err) = ran(&mut at(&sandbox, &args));
        assert!(status == 1 && folder.files().is_empty(), "{err}");
        let (names, list) = err.split_once("error: there is no repaired list: ").unwrap();
        assert!(names.contains(list.trim()), "{err}");
        err
    };
    sandbox.refuse_tokens(true);
    let err = why();
    assert!(err.contains("40014") && !err.contains("qyapi_ext_read"), "{err}");
    sandbox.refuse_tokens(false);
    sandbox.set_permission(Permission::Read, false);
    let err = why();
    assert!(err.contains("qyapi_ext_read"), "{err}");
    for args in [
        &["--write-repaired", &repaired, "0125"][..],
        &["--dry-run", "--write-repaired=-", "0125"],
        &["--dry-run", "--write-repaired", &repaired, "--where=no-follower"],
    ] {
        let (status, _, err) = delete(&sandbox, args);
        assert_eq!((status, err.contains("--write-repaired")), (2, true), "{args:?}: {err}");
    }
}
