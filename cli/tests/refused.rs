//! Lists of ids that are refused before anything is sent.

mod support;

use std::fs;

use support::*;

#[test]
fn damage_by_a_spreadsheet_is_refused_with_its_line() {
    let (sandbox, ids) = quick_sandbox(3);
    let folder = Folder::new("damaged");
    for (damaged, word) in [
        ("1.25E+14", "rounded number"),
        ("125400001.0", "decimals"),
        ("125,400,001", "thousands separators"),
        ("0125400001 ", "white space around it"),
        ("0125400001\u{200b}", "U+200B"),
    ] {
        let list = folder.file("list.txt", &format!("{}\n{}\n{damaged}\n", ids[0], ids[1]));
        let (status, out, err) = delete(&sandbox, &["--file", &list]);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.starts_with(&format!("error: 1 id of {list} cannot be right\n  line 3: ")));
        assert!(err.contains(word) && err.contains("Nothing was sent"), "{err}");
        let list = folder.file("list.csv", &format!("n,userid\n1,{}\n2,\"{damaged}\"\n", ids[0]));
        let (status, _, err) = delete(&sandbox, &["--file", &list, "--column=userid"]);
        assert!(status == 2 && err.contains("\n  line 3: ") && err.contains(word), "{err}");
        let args = [DELETE.as_slice(), &["-"]].concat();
        let (status, _, err) = ran_with(&mut at(&sandbox, &args), &format!("{damaged}\n"));
        assert!(status == 2 && err.contains("1 id of standard input"), "{err}");
        assert!(err.contains("\n  line 1: ") && err.contains(word), "{err}");
        let (status, _, err) = delete(&sandbox, &[&ids[0], damaged]);
        assert!(status == 2 && err.contains("\n  argument 2: ") && err.contains(word), "{err}");
    }
    let stripped = ids[1].trim_start_matches('0');
    let list = folder.file("list.txt", &format!("{}\n{stripped}\n", ids[1]));
    let (status, _, err) = delete(&sandbox, &["--file", &list]);
    assert!(status == 2 && err.contains("differs from line 1 by zeros"), "{err}");
    let all = folder.file("list.txt", &"1.25E+14\n".repeat(30));
    let (status, _, err) = delete(&sandbox, &["--file", &all]);
    assert!(status == 2 && err.contains("30 ids") && err.contains("and 20 more"), "{err}");
    assert_eq!(sandbox.request_count(), 0);
    assert_eq!(folder.files(), ["list.csv", "list.txt"], "not even a journal");
}

#[cfg(unix)]
#[test]
fn a_long_list_that_cannot_be_spooled_is_refused() {
    let (sandbox, _) = quick_sandbox(1);
    let folder = Folder::new("aside");
    let list: String = (0..400_000).map(|n| format!("0125{n:08}\n")).collect();
    let list = folder.file("list.txt", &list);
    let args = [DELETE.as_slice(), &["--file", &list]].concat();
    let (status, out, err) = ran(at(&sandbox, &args).env("TMPDIR", folder.name("nowhere")));
    assert_eq!((status, out.as_str(), sandbox.request_count()), (2, "", 0));
    assert!(err.contains("cannot be set aside in ") && err.contains("nowhere"), "{err}");
}

#[test]
fn zeros_that_may_be_lost_are_refused_unless_the_ids_are_right() {
    let (sandbox, _) = quick_sandbox(0);
    let folder = Folder::new("zeros");
    let list = folder.file("list.txt", "0125400001\n0125400002\n125400003\n");
    let doubt = "zeros may be lost at the beginning of 1 id (the first: line 3)";
    let (status, out, err) = delete(&sandbox, &["--file", &list]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.starts_with(&format!("error: {doubt}")), "{err}");
    assert!(err.contains("Nothing was sent") && err.contains("--ids-are-right"), "{err}");
    assert_eq!(sandbox.request_count(), 0);
    for json in [true, false] {
        let mut args = vec!["delete", "--dry-run", "--file", &list];
        args.extend(json.then_some("--json"));
        let (status, out, err) = ran(&mut at(&sandbox, &args));
        assert_eq!(status, 0);
        assert!(err.starts_with(&format!("warning: {doubt}")), "{err}");
        assert_eq!(json, out.contains(&format!(r#""doubt":"{doubt}"#)), "{out}");
    }
    let (status, _, err) = delete(&sandbox, &["--file", &list, "--ids-are-right"]);
    assert_eq!((status, err.contains("zeros may")), (1, false), "{err}");
    assert_eq!(paths(&sandbox).iter().filter(|path| path.ends_with("/delete")).count(), 3);
    // The option overrides only the doubt.
    let list = folder.file("list.txt", "0125400001\n1.25E+14\n");
    assert_eq!(delete(&sandbox, &["--file", &list, "--ids-are-right"]).0, 2);
}

#[test]
fn lost_zeros_are_found_by_the_contact_that_has_them() {
    for count in [100, 101] {
        let (sandbox, ids) = quick_sandbox(count);
        let folder = Folder::new("zeros-shown");
        let bare: Vec<_> = ids.iter().map(|id| id.trim_start_matches('0').to_owned()).collect();
        let lost = ids.iter().filter(|id| id.starts_with('0')).count();
        let list = folder.list("list.txt", &bare);
        let preview = |list: &str, more: &[&str]| {
            let args = ["delete", "--dry-run", "--file", list, "--rate=none"];
            ran(&mut at(&sandbox, &[args.as_slice(), more].concat()))
        };
        let (status, out, err) = preview(&list, &["--json"]);
        let (_, summary) = items_and_summary(&out);
        assert_eq!((status, &summary["zeros_lost"]), (0, &lost.into()));
        assert_eq!(summary["no_contact"], lost);
        assert!(err.starts_with(&format!("warning: {lost} ids without a contact would")), "{err}");
        assert!(err.contains(&format!("{}, where there is {}", bare[0], ids[0])), "{err}");
        let gone = folder.list("gone.txt", &[ids[0].clone(), "0999".to_owned()]);
        let (status, out, err) = preview(&gone, &["--json"]);
        assert_eq!((status, err.as_str()), (0, ""));
        assert!(items_and_summary(&out).1.get("zeros_lost").is_none(), "{out}");
    }
}

#[test]
fn lists_that_cannot_be_read_or_are_a_mistake_are_refused() {
    let (sandbox, ids) = quick_sandbox(2);
    let folder = Folder::new("unreadable");
    let csv = folder.file("list.csv", "id,name\n0125,x\n");
    let nowhere = folder.name("nowhere");
    for (args, word) in [
        (["--file", &nowhere].as_slice(), "nowhere"),
        (&["--file", folder.path().to_str().unwrap()], "directory"),
        (&["--file", &csv, "--column=userid"], "the columns are id, name"),
        (&["--file", &csv, &ids[0]], "cannot be used with"),
        (&["--file", &csv, "--where=no-follower"], "cannot be used with"),
        (&["--column=userid", &ids[0]], "--column is for"),
        (&["--sheet=Sheet1", &ids[0]], "--sheet is for"),
        (&["--encoding=gbk", &ids[0]], "--encoding is for"),
        (&["--file", &csv, "--encoding=klingon"], "gbk, gb18030 or big5"),
        (&["--file", &csv, "--sheet=Sheet1"], "this is no workbook"),
        (&["-", &ids[0]], "cannot be one among several"),
        (&["--journal=j", "--no-journal", &ids[0]], "cannot be used with"),
        (&["--file", &csv, "--column=id", "--backup", &csv], "the list of ids itself"),
        (&["--file", &csv, "--column=id", "--journal", &csv], "the list of ids itself"),
        (&["--journal=-", &ids[0]], "--journal takes the name of a file"),
        (&["--backup=-", &ids[0]], "--backup takes the name of a file"),
        (&["--where=company"], "FIELD~TEXT"),
        (&["--where=company~"], "no-company"),
        (&["--where=planet=x"], "userid, name, company, title, label, follower"),
        (&[], "required"),
    ] {
        let (status, out, err) = delete(&sandbox, args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(word), "{args:?}: {err}");
    }
    assert_eq!(sandbox.request_count(), 0);
    assert_eq!(folder.read("list.csv"), "id,name\n0125,x\n");
}

#[test]
fn a_file_that_is_no_list_is_refused_with_fitting_advice() {
    let (sandbox, _) = quick_sandbox(0);
    let folder = Folder::new("no-use");
    let utf16: Vec<u8> =
        "userid\r\n0125400001\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, column, problem, advice) in [
        (utf16.as_slice(), false, "line 1: the text is UTF-16", "--encoding utf-16le"),
        (&utf16, true, "line 1: the text is UTF-16", "--encoding utf-16le"),
        (b"userid\n\xd5\xc5\n", true, "line 2: the text is not UTF-8", "CSV UTF-8"),
        (b"userid,name\n1,\"x\n2,y\n", true, "line 2: the quote that opens", "Close that quote"),
        (b"\xe7\x94\xa8\xe6\x88\xb7ID\n0125\n0126\n", false, "give --column '用户ID'", "Nothing"),
        (b"name,userid\nJane,0125\n", false, "headings of a table: name,userid", "--column NAME"),
        (b"userid,name\n", true, "the list is empty", "look whether that one failed"),
        (b"", false, "the list is empty", "look whether that one failed"),
    ] {
        let list = folder.name("list");
        fs::write(&list, bytes).unwrap();
        let mut args = vec!["--file", &list];
        args.extend(column.then_some("--column=userid"));
        for more in [None, Some("--dry-run")] {
            args.extend(more);
            let (status, out, err) = delete(&sandbox, &args);
            assert_eq!((status, out.as_str()), (2, ""), "{err}");
            assert!(err.contains(problem) && err.contains(advice), "{err}");
            assert!(!err.contains("has lost"), "no advice on numbers: {err}");
        }
    }
    let (status, _, err) = delete(&sandbox, &["0125", ""]);
    assert!(status == 2 && err.contains("argument 2: ") && err.contains("a variable of the shell"));
    assert_eq!(sandbox.request_count(), 0);
}

#[test]
fn a_list_on_standard_input_needs_yes() {
    let (sandbox, ids) = quick_sandbox(2);
    for from in ["-", "--file=-"] {
        let (status, out, err) = ran_with(&mut at(&sandbox, &["delete", from]), &ids.join("\n"));
        assert_eq!((status, out.as_str()), (2, ""));
        assert!(err.contains("standard input is the list, so that nobody can be asked"), "{err}");
        assert!(err.contains("--yes") && err.contains("--file"), "{err}");
    }
    assert_eq!(sandbox.request_count(), 0);
}
