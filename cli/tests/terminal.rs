//! Output on terminals: lines that fit, and escape sequences only where they are obeyed.

mod support;

use std::process::{Command, Stdio};

use dingtalk_extcontact_sandbox::{Faults, Permission, Sandbox};
use serde_json::json;
use support::*;
use unicode_width::UnicodeWidthStr;

/// Runs a command for 80 columns, into which all its lines must fit.
fn fits(command: &mut Command) -> (i32, String, String) {
    let (status, out, err) = ran(command.env("COLUMNS", "80"));
    for line in out.lines().chain(err.lines()) {
        // A URL stays whole, to be copied.
        let whole = !line.trim().contains(' ') && line.contains("://");
        assert!(whole || line.width() <= 80, "{command:?}: {} columns: {line}", line.width());
    }
    (status, out, err)
}

#[test]
fn help_and_the_demo_fit_a_terminal() {
    for subcommand in ["", "delete", "list", "explain", "sandbox", "demo", "version"] {
        let args: Vec<_> =
            [subcommand, "--help"].into_iter().filter(|arg| !arg.is_empty()).collect();
        let (status, out, _) = fits(&mut command(&args));
        assert!(status == 0 && out.contains("Usage:"), "{out}");
    }
    for mistake in [["--hlep"].as_slice(), &["delete", "--hlep", "1"], &["list", "--cvs"], &["lst"]]
    {
        assert_eq!(fits(&mut command(mistake)).0, 2);
    }
    assert_eq!(fits(&mut command(&["demo"])).0, 0);
    for asked in ["60011", "88/60011", "permission_denied", "throttled", "isp.*"] {
        assert_eq!(fits(&mut command(&["explain", asked])).0, 0);
    }
    assert_eq!(fits(&mut command(&["explain", "6001"])).0, 1);
    // The line on standard output is for programs.
    let mut sandbox = command(&["sandbox", "--until-stdin-closes"]);
    let (status, _, err) = ran(sandbox.env("COLUMNS", "80"));
    let is_command = |line: &str| line.starts_with("  export ");
    assert!(err.lines().all(|line| line.width() <= 80 || is_command(line)), "{err}");
    assert_eq!(status, 0, "{err}");
}

/// A path with blanks is to be copied, too.
#[test]
fn the_path_of_what_was_written_stays_in_one_piece() {
    let (sandbox, ids) = quick_sandbox(2);
    let folder = Folder::new("a name with rather many blanks in it");
    let list = folder.list("leavers.txt", &ids);
    let journal = format!("{list}.journal.jsonl");
    let (status, _, err) =
        ran(at(&sandbox, &["delete", "--yes", "--file", &list]).env("COLUMNS", "40"));
    assert_eq!(status, 0, "{err}");
    assert!(err.contains(&format!("journal: {journal}\n")), "{err}");
    let page = folder.name("page.html");
    let (status, _, err) =
        ran(command(&["journal", &journal, "--html", &page]).env("COLUMNS", "40"));
    assert_eq!(status, 0, "{err}");
    assert!(err.contains(&format!("report: {page}\n")), "{err}");
}

#[test]
fn errors_fit_a_terminal() {
    let (sandbox, ids) = quick_sandbox(3);
    for args in [
        ["delete", "--timeout=0", "1"].as_slice(),
        &["delete", "--ca-file=/nonexistent/ca.pem", "1"],
        &["delete", "--endpoint=http://dingtalk.example", "1"],
        &["delete", "--where=planet=x"],
        &["delete", "--where=no-follower", "1"],
        &["delete", "1.25E+14"],
        &["delete", "--token", "x", "1"],
        &["delete", "--token-file", "/nonexistent", "1"],
        &["delete", "0125", "0126"],
        &["delete"],
    ] {
        assert_eq!(fits(&mut at(&sandbox, args)).0, 2, "{args:?}");
    }
    assert_eq!(fits(&mut command(&["delete", "1"])).0, 2, "no credentials");
    sandbox.set_permission(Permission::Write, false);
    let all = [["delete", "--yes", "--no-journal"].as_slice(), &["0999"]].concat();
    assert_eq!(fits(&mut at(&sandbox, &all)).0, 1);
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    assert_eq!(fits(&mut at(&sandbox, &[&all, ids.as_slice()].concat())).0, 1);
    sandbox.set_permission(Permission::Write, true);
    sandbox.faults(Faults::parse("reset-after=1").unwrap());
    let args = [&all, ids.as_slice(), &["--max-attempts=1"]].concat();
    assert_eq!(fits(&mut at(&sandbox, &args)).0, 1);
}

#[test]
fn tables_are_cut_to_fit_but_for_the_ids() {
    let id = "0125400001012540000101254000010125400001";
    let people =
        ["张三丰李四王五赵六", "Jane Rose Doe-Example of Samples", "J\u{fc}rgen"].map(|name| {
            json!({"userid": format!("{id}{}", name.len()), "name": name,
            "company_name": "Example & Sons Ltd, of Somewhere", "mobile": "10000000001",
            "follower_user_id": "manager1", "label_ids": [1, 22, 333]})
        });
    let (sandbox, ids) = started(Sandbox::builder().contacts(people));
    for args in [["list"].as_slice(), &["delete", "--dry-run", "--where=name~e"]] {
        let (status, out, _) = fits(&mut at(&sandbox, args));
        assert_eq!(status, 0);
        assert!(out.contains(&ids[1]) && out.contains('…'), "{out}");
        // In a pipe nothing is cut.
        let (_, out, _) = ran(at(&sandbox, args).env_remove("COLUMNS"));
        assert!(out.contains("Jane Rose Doe-Example of Samples") && !out.contains('…'), "{out}");
    }
}

#[test]
fn misspelt_names_get_suggestions() {
    for (args, guess) in [
        (["delet", "1"].as_slice(), "'delete'"),
        (&["delete", "--missing-okay", "1"], "'--missing-ok'"),
        (&["explain", "permision_denied"], "Did you mean permission_denied?"),
        (&["explain", "88/60101"], "Did you mean 40101 or 60001 or 60011?"),
    ] {
        let (status, _, err) = ran(&mut command(args));
        assert!(status != 0 && err.contains(guess), "{args:?}: {err}");
    }
}

#[test]
fn verbose_log_lines_hold_no_secret() {
    let (sandbox, ids) = quick_sandbox(4);
    sandbox.faults(Faults::parse("busy=first=1").unwrap());
    let folder = Folder::new("verbose");
    let secret = folder.file("secret.txt", &sandbox.app_secret());
    let app = ["--app-key", &sandbox.app_key(), "--app-secret-file", &secret];
    for (id, more, level, shown) in [
        (&ids[0], ["-vv"].as_slice(), "", "INFO  DEBUG "),
        (&ids[1], &["-v"], "", "INFO  "),
        (&ids[2], &[], "debug", "INFO  DEBUG "),
        (&ids[3], &[], "warn", ""),
        (&ids[3], &[], "", ""),
    ] {
        let args = [["delete", id, "--json"].as_slice(), &app, more].concat();
        let mut command = command(&args);
        command.env("DINGTALK_ENDPOINT", sandbox.url()).env("DINGTALK_LOG", level);
        let (_, out, err) = ran(&mut command);
        assert_eq!(json_lines(&out).len(), 1, "{out}");
        for word in ["INFO  ", "DEBUG "] {
            assert_eq!(err.contains(word), shown.contains(word), "{more:?} {level}: {err}");
        }
        if !shown.is_empty() {
            let who = format!("calls go to {} with app {}", sandbox.url(), sandbox.app_key());
            assert!(err.contains(&who) && err.contains(&format!("contact {id}: deleted")), "{err}");
        }
        for hidden in [sandbox.app_secret(), sandbox.token()] {
            assert!(!err.contains(&hidden), "{err}");
        }
    }
    for level in ["trace", "loud"] {
        let (status, _, err) = ran(command(&["explain", "60011"]).env("DINGTALK_LOG", level));
        assert!(status == 2 && err.contains("DINGTALK_LOG") && err.contains("debug"), "{err}");
    }
}

/// Runs the command on a terminal by `script`.
#[cfg(target_os = "linux")]
fn on_a_terminal(sandbox: &Sandbox, args: &[&str], set: &[(&str, &str)]) -> (i32, String) {
    let command = [&[env!("CARGO_BIN_EXE_dingtalk-extcontact")], args].concat().join(" ");
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    script.env("DINGTALK_ENDPOINT", sandbox.url()).env("DINGTALK_ACCESS_TOKEN", sandbox.token());
    script.env_remove("TERM").env_remove("NO_COLOR").envs(set.iter().copied());
    let ended = script.current_dir(env!("CARGO_TARGET_TMPDIR")).stdin(Stdio::null()).output();
    let (status, seen, _) = end(ended.unwrap());
    (status, seen)
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_without_escape_sequences_gets_none() {
    for (set, bar, colour) in [
        ([("TERM", "xterm")].as_slice(), true, true),
        (&[("TERM", "xterm"), ("NO_COLOR", "1")], true, false),
        (&[("TERM", "dumb")], false, false),
        (&[("TERM", "")], false, false),
        (&[], false, false),
    ] {
        let (sandbox, _) = quick_sandbox(8);
        let folder = Folder::new("dumb");
        let list = folder.list("list.txt", &sandbox.contacts());
        let (status, seen) = on_a_terminal(&sandbox, &["delete", "--yes", "--file", &list], set);
        assert!(status == 0 && seen.contains("8 contacts: 8 deleted"), "{seen}");
        assert_eq!(seen.contains('█'), bar, "{set:?}: {seen:?}");
        assert_eq!(seen.contains("\x1b[32m"), colour, "{set:?}: {seen:?}");
        assert_eq!(seen.contains('\x1b'), bar || colour, "{set:?}: {seen:?}");
        let (_, seen) = on_a_terminal(&sandbox, &["demo"], set);
        assert_eq!(seen.contains('\x1b'), colour, "{set:?}: {seen:?}");
    }
}

/// A closed pipe is no error to print, a full disk is.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported_and_a_closed_pipe_is_not() {
    let (sandbox, ids) = quick_sandbox(30);
    for args in
        [["list"].as_slice(), &["list", "--json"], &["explain", "60011"], &["demo"], &["--help"]]
    {
        let (_, _, err) = ran(at(&sandbox, args).stdout(nobody_reads()));
        assert!(!err.contains("error"), "{args:?}: {err}");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let told = at(&sandbox, args).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let (status, _, err) = end(told);
        assert!(status == 1 && err.contains("No space left on device"), "{args:?}: {err}");
    }
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let folder = Folder::new("full");
    let list = folder.list("list.txt", &ids);
    let args = ["delete", "--yes", "--json", "--no-journal", "--concurrency=1", "--file", &list];
    let told = at(&sandbox, &args).stdout(full).stderr(Stdio::piped()).output().unwrap();
    let (status, _, err) = end(told);
    assert!(status == 1 && err.contains("stopped: standard output cannot be written"), "{err}");
    assert!(sandbox.deleted().len() < 30, "it stopped");
}

/// Closed from the start, as by a daemon, or later by a reader.
#[cfg(unix)]
#[test]
fn a_closed_standard_output_changes_nothing_else() {
    let (sandbox, ids) = quick_sandbox(3);
    let folder = Folder::new("no-stdout");
    let list = folder.list("list.txt", &ids);
    let closed = |args: &[&str]| {
        let mut shell = Command::new("sh");
        shell.args(["-c", "exec \"$@\" >&-", "sh", env!("CARGO_BIN_EXE_dingtalk-extcontact")]);
        shell.env("DINGTALK_ENDPOINT", sandbox.url()).env("DINGTALK_ACCESS_TOKEN", sandbox.token());
        ran(shell.args(args).stdin(Stdio::null()))
    };
    for args in [["explain", "60011"].as_slice(), &["--help"], &["list", "--csv"]] {
        assert_eq!(closed(args), (0, String::new(), String::new()), "{args:?}");
    }
    let (status, _, err) = closed(&["delete", "--yes", "--file", &list]);
    assert_eq!(status, 0, "{err}");
    assert_eq!(sandbox.contacts().len(), 0);
    let journal = folder.read("list.txt.journal.jsonl");
    assert!(json_lines(&journal).iter().all(|line| line.is_object()), "{journal}");
    assert_eq!(journal.matches("\"deleted\"").count(), 3, "{journal}");
}
