//! The built command against a sandbox in this process.

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

use dingtalk_extcontact_sandbox::{Faults, Permission};
use serde_json::Value;
use support::*;

#[test]
fn one_contact_is_deleted_and_reported() {
    let (sandbox, ids) = sandbox(2);
    let (status, out, err) = ran(&mut at(&sandbox, &["delete", &ids[0]]));
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.starts_with(&format!("deleted: contact {} (request id ", ids[0])), "{out}");
    assert_eq!(out.lines().count(), 1);
    assert_eq!(sandbox.deleted(), ids[..1]);
}

#[test]
fn several_contacts_have_a_summary() {
    let (sandbox, ids) = sandbox(3);
    let args = ["delete", "--yes", "--no-journal", &ids[0], &ids[1], "4711", &ids[0]];
    let (status, out, err) = ran(&mut at(&sandbox, &args));
    assert_eq!(status, 1);
    let (items, summary) = out.split_once("3 contacts: 2 deleted, 1 failed\n").unwrap();
    assert_eq!(items.lines().count(), 3, "{out}");
    assert!(summary.contains("  repeated      1 id given again"), "{out}");
    assert!(err.contains("; --missing-ok treats"), "advice: {err}");
    assert_eq!(sandbox.deleted().len(), 2, "a repeated id is called once");
    assert_eq!(sandbox.request_count(), 3);
}

#[test]
fn json_has_a_line_for_each_contact_and_one_for_the_summary() {
    let (sandbox, ids) = sandbox(2);
    let args = ["delete", "-y", "--json", "--no-journal", "--concurrency=1"];
    let args = [args.as_slice(), &[&ids[0], "4711", &ids[1]]].concat();
    let (status, out, err) = ran(&mut at(&sandbox, &args));
    assert_eq!((status, err.as_str()), (1, ""));
    let (lines, summary) = items_and_summary(&out);
    assert_eq!(lines.len(), 3);
    assert_eq!((&summary["deleted"], &summary["failed"]), (&2.into(), &1.into()));
    assert_eq!(summary["ids_from"], "the command line");
    assert_eq!(summary["endpoint"], sandbox.url());
    for unknown in ["app_key", "journal", "backup", "stopped"] {
        assert!(summary.get(unknown).is_none(), "{summary}");
    }
    let fields: Vec<_> = lines[0].as_object().unwrap().keys().collect();
    let expected = ["attempts", "maybe_deleted", "request_id", "settled_before", "status", "time"];
    assert_eq!(fields, [&expected[..], &["user_id"]].concat());
    assert_eq!(lines[0]["status"], "deleted");
    assert_eq!(lines[1]["status"], "failed");
    assert_eq!(lines[1]["kind"], "invalid_user_id");
    assert_eq!(lines[1]["code"], "33012");
    assert_eq!(lines[2]["user_id"], ids[1].as_str());
}

#[test]
fn a_single_contact_has_no_summary() {
    let (sandbox, ids) = sandbox(1);
    let (status, out, err) = ran(&mut at(&sandbox, &["delete", "--json", &ids[0], &ids[0]]));
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(json_lines(&out)[0]["status"], "deleted");
    assert_eq!(out.lines().count(), 1);
}

#[test]
fn a_contact_already_gone_is_a_warning() {
    let (sandbox, _) = sandbox(1);
    let (status, out, err) = ran(&mut at(&sandbox, &["delete", "--missing-ok", "4711"]));
    assert_eq!(status, 0);
    assert!(out.starts_with("no such contact: contact 4711 (request id "), "{out}");
    assert!(out.ends_with("; gone before, or never there\n"), "{out}");
    assert!(err.starts_with("warning: for 1 id there was no contact"), "{err}");
    assert!(err.contains("does not prove"), "{err}");
    let args = ["delete", "--missing-ok", "--json", "4711"];
    let (status, out, _) = ran(&mut at(&sandbox, &args));
    assert_eq!(status, 0);
    assert_eq!(json_lines(&out)[0]["status"], "absent");
}

#[test]
fn a_lost_reply_is_reported_as_probably_our_own_deletion() {
    let (sandbox, ids) = sandbox(1);
    sandbox.faults(Faults::parse("lost-reply=first=1").unwrap());
    let (status, out, err) = ran(&mut at(&sandbox, &["delete", &ids[0]]));
    assert_eq!(status, 0);
    assert!(out.contains("after 2 requests"), "{out}");
    assert!(out.starts_with("gone: ") && out.contains("by an earlier request of ours"), "{out}");
    assert_eq!(err, "", "what this call did is nothing to warn of");
}

#[test]
fn an_error_that_every_contact_would_meet_stops_the_run() {
    let (sandbox, ids) = sandbox(3);
    sandbox.set_permission(Permission::Write, false);
    let args = ["delete", "--yes", "--no-journal", "--concurrency=1", &ids[0], &ids[1], &ids[2]];
    let (status, out, err) = ran(&mut at(&sandbox, &args));
    assert_eq!(status, 1);
    let lines: Vec<_> = out.lines().collect();
    assert!(lines[0].starts_with("failed: contact ") && lines[0].contains("60011"), "{out}");
    for id in &ids[1..] {
        assert!(lines.contains(&format!("not attempted: contact {id}").as_str()), "{out}");
    }
    assert_eq!(lines[3], "3 contacts: 1 failed, 2 not attempted");
    assert!(out.contains("  stopped       the app lacks the permission"), "{out}");
    assert!(out.contains("  to go on      run the same command again"), "{out}");
    assert!(err.starts_with("    ") && err.contains("qyapi_ext_write"), "advice: {err}");
    assert_eq!(sandbox.request_count(), 1);

    let args = ["delete", "--yes", "--json", "--no-journal", "--concurrency=1", &ids[0], &ids[1]];
    let (status, out, _) = ran(&mut at(&sandbox, &args));
    assert_eq!(status, 1);
    let left = format!(r#"{{"user_id":"{}","status":"not_attempted","time":"20"#, ids[1]);
    assert!(out.lines().nth(1).is_some_and(|line| line.starts_with(&left)), "{out}");
}

#[test]
fn more_than_one_contact_needs_confirmation() {
    let (sandbox, ids) = sandbox(2);
    let (status, out, err) = ran(&mut at(&sandbox, &["delete", &ids[0], &ids[1]]));
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("--yes"), "{err}");
    // An id given twice counts once.
    let (status, ..) = ran(&mut at(&sandbox, &["delete", &ids[0], &ids[0]]));
    assert_eq!(status, 0);
    assert_eq!(sandbox.request_count(), 1);
}

#[test]
fn nothing_is_sent_without_credentials_or_with_bad_options() {
    let (sandbox, ids) = sandbox(1);
    let (status, out, err) = ran(&mut command(&["delete", &ids[0]]));
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("DINGTALK_ACCESS_TOKEN"), "{err}");
    assert!(err.contains("--token-file"), "{err}");
    for option in [
        "--timeout=0",
        "--timeout=nan",
        "--max-attempts=1.5",
        "--rate=0",
        "--rate=-5",
        "--rate=often",
        "--concurrency=0",
        "--concurrency=65",
        "--concurrency=1.5",
        "--region=mars",
        "--endpoint=http://dingtalk.example",
        "--proxy=ftp://x",
        "--ca-file=/nonexistent/ca.pem",
    ] {
        let (status, out, err) = ran(&mut at(&sandbox, &["delete", option, &ids[0]]));
        assert_eq!((status, out.as_str()), (2, ""), "{option}");
        // The message names the option as the command line does.
        let (flag, _) = option.split_once('=').unwrap();
        assert!(err.starts_with("error: ") && err.contains(flag), "{err}");
    }
    let (status, _, err) = ran(&mut at(&sandbox, &["delete", " 0125"]));
    assert_eq!(status, 2, "{err}");
    let (status, ..) = ran(&mut at(&sandbox, &["delete"]));
    assert_eq!(status, 2);
    assert_eq!(sandbox.request_count(), 0);
}

#[test]
fn options_reach_the_client() {
    let (sandbox, ids) = sandbox(1);
    sandbox.faults(Faults::parse("busy=1").unwrap());
    let token = Scratch::new("reach", &sandbox.token());
    let url = sandbox.url();
    let args = [
        "delete",
        "--json",
        "--token-file",
        token.path(),
        "--endpoint",
        &url,
        "--region=china",
        "--proxy=none",
        "--timeout=20.5",
        "--max-attempts=2",
        "--rate=none",
        &ids[0],
    ];
    let (status, out, err) = ran(&mut command(&args));
    assert_eq!((status, err.as_str()), (1, ""));
    assert_eq!(json_lines(&out)[0]["attempts"], 2, "{out}");
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_echoed() {
    const SECRET: &str = "0f1e2d3c4b5a";
    for args in [
        ["delete", "0125", "--token", SECRET].as_slice(),
        &["delete", "--access-token", SECRET, "0125"],
        &["--token", SECRET, "delete", "0125"],
        &["delete", "--token=0f1e2d3c4b5a", "0125"],
        &["delete", "--app-secret=0f1e2d3c4b5a", "0125"],
        &["delete", "--tok=0f1e2d3c4b5a", "0125"],
        &["delete", "--token-file", SECRET, "0125"],
        &["delete", "--app-key=k", "--app-secret-file", SECRET, "0125"],
    ] {
        let (status, out, err) = ran(&mut command(args));
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        assert!(!err.contains(SECRET), "{err}");
    }
    let (_, _, err) = ran(&mut command(&["delete", "--token", SECRET, "0125"]));
    assert!(err.contains("--token-file FILE") && err.contains("DINGTALK_ACCESS_TOKEN"));
}

#[test]
fn an_id_may_look_like_an_option() {
    let (sandbox, _) = sandbox(1);
    let (status, out, _) = ran(&mut at(&sandbox, &["delete", "--", "--token"]));
    assert_eq!(status, 1, "{out}");
    assert_eq!(sandbox.request_count(), 1);
}

#[test]
fn credentials_come_from_files_and_win_over_the_environment() {
    let (sandbox, ids) = sandbox(3);
    let token = Scratch::new("token", &format!("{}\r\n", sandbox.token()));
    let secret = Scratch::new("secret", &format!("{}\n", sandbox.app_secret()));
    let (key, url) = (sandbox.app_key(), sandbox.url());
    let by_token = ["delete", "--token-file", token.path(), &ids[0]];
    let (status, _, err) = ran(command(&by_token)
        .env("DINGTALK_ENDPOINT", &url)
        .env("DINGTALK_APP_KEY", "of another app")
        .env("DINGTALK_APP_SECRET", "of another app"));
    assert_eq!((status, err.as_str()), (0, ""));
    let app = ["--app-key", &key, "--app-secret-file", secret.path()];
    let by_app = [["delete"].as_slice(), &app, &[&ids[1]]].concat();
    let (status, _, err) = ran(command(&by_app)
        .env("DINGTALK_ENDPOINT", &url)
        .env("DINGTALK_ACCESS_TOKEN", "of another app"));
    assert_eq!((status, err.as_str()), (0, ""));
    let (status, _, err) = ran(command(&["delete", &ids[2]])
        .env("DINGTALK_ENDPOINT", &url)
        .env("DINGTALK_APP_KEY", &key)
        .env("DINGTALK_APP_SECRET", sandbox.app_secret()));
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(sandbox.deleted(), ids);
}

#[test]
fn a_token_file_may_have_any_encoding_that_editors_and_shells_write() {
    let (sandbox, _) = sandbox(1);
    let (token, folder) = (sandbox.token(), Folder::new("token-forms"));
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
    };
    let file = folder.name("token");
    let list = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        let args = ["list", "--json", "--token-file", &file];
        ran(command(&args).env("DINGTALK_ENDPOINT", sandbox.url()))
    };
    let line = format!("{token}\r\n");
    for good in [
        format!("\u{feff}{token}\n").into_bytes(),
        format!("\u{feff}{line}\r\n").into_bytes(),
        utf16(&line, u16::to_le_bytes),
        utf16(&line, u16::to_be_bytes),
        token.clone().into_bytes(),
    ] {
        let (status, out, err) = list(&good);
        assert_eq!((status, err.as_str(), out.lines().count()), (0, "", 1), "{good:?}");
    }
    let cut = utf16(&token, u16::to_le_bytes);
    for (bad, problem) in [
        (&cut[..cut.len() - 1], "holds bytes that are not text"),
        (b"\xff\xfe\x00\xd8", "holds bytes that are not text"),
        (b"\xd5\xc5hush", "holds bytes that are not text"),
        (b"hu sh", "holds white space"),
        (b"hush\nhush\n", "holds white space"),
        (b"\xef\xbb\xbf\n", "is empty"),
    ] {
        let (status, out, err) = list(bad);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        let told = err.split_whitespace().collect::<Vec<_>>().join(" ");
        let named = format!("error: the file {file} of --token-file {problem}");
        assert!(told.starts_with(&named), "{err}");
        assert!(!err.contains("hush"), "{err}");
    }
}

#[test]
fn an_error_in_a_value_names_the_option_or_variable_it_came_from() {
    let (sandbox, _) = sandbox(1);
    let token = Scratch::new("told", "hu sh");
    for (variables, args, problem) in [
        (&[("ACCESS_TOKEN", "hu sh")][..], &["list"][..], "DINGTALK_ACCESS_TOKEN holds"),
        (&[("REGION", "mars")], &["list"], "DINGTALK_REGION \"mars\""),
        (&[("ENDPOINT", "nowhere")], &["list"], "DINGTALK_ENDPOINT is not"),
        (&[("ENDPOINT", "nowhere")], &["list", "--endpoint=x"], "--endpoint is not"),
        (
            &[("APP_KEY", "k")],
            &["list"],
            "DINGTALK_ACCESS_TOKEN and DINGTALK_APP_KEY or --app-secret-file",
        ),
        (&[], &["list", "--app-key=k"], "--app-secret-file is missing"),
        (&[], &["list", "--app-key=", "--app-secret-file", token.path()], "--app-key is empty"),
    ] {
        let mut command = at(&sandbox, args);
        for (name, value) in variables {
            command.env(format!("DINGTALK_{name}"), value);
        }
        let (status, out, err) = ran(&mut command);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.starts_with(&format!("error: {problem}")), "{err}");
        assert!(!err.contains("hu sh"), "{err}");
    }
    assert_eq!(sandbox.request_count(), 0);
}

#[test]
fn says_what_a_report_of_a_fault_needs() {
    let (status, out, err) = ran(&mut command(&["version", "--json"]));
    assert_eq!((status, err.as_str(), out.lines().count()), (0, "", 1));
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["version"], dingtalk_extcontact::VERSION);
    assert_eq!(told["os"], std::env::consts::OS);
    assert_eq!(told["arch"], std::env::consts::ARCH);
    let program = told["program"].as_str().unwrap();
    assert!(program.starts_with("dingtalk-extcontact"), "{program}");
    let (status, out, _) = ran(&mut command(&["version"]));
    assert_eq!((status, out.lines().count()), (0, 1), "{out}");
    assert!(out.contains(dingtalk_extcontact::VERSION) && out.contains(program), "{out}");
}

#[test]
fn explains_codes_and_kinds() {
    for code in ["60011", "88/60011", "-1", "isp.-1", "15/isp.-1", "isp.*"] {
        let (status, out, err) = ran(&mut command(&["explain", code]));
        assert_eq!((status, err.as_str()), (0, ""), "{code}");
        for part in ["kind", "meaning", "advice", "may pass later", "stops a batch"] {
            assert!(out.contains(part), "{code}: {out}");
        }
        let (status, out, _) = ran(&mut command(&["explain", "--json", code]));
        assert_eq!(status, 0);
        let told = &json_lines(&out)[0];
        let known = dingtalk_extcontact::explain(told["code"].as_str().unwrap()).unwrap();
        assert_eq!(told["kind"], known.kind.as_str());
        assert_eq!(told["stops_batch"], known.stops_batch);
    }
    let (status, out, _) = ran(&mut command(&["explain", "permission_denied"]));
    assert_eq!(status, 0);
    assert!(out.starts_with("permission_denied\n"), "{out}");
    assert!(out.contains("the app may not delete") && out.contains("qyapi_ext_write"), "{out}");
    for no_code in ["", " ", "88/", "88/ "] {
        let (status, out, err) = ran(&mut command(&["explain", no_code]));
        assert_eq!((status, out.as_str()), (2, ""), "{no_code:?}");
        assert!(err.contains("is no code"), "{err}");
    }
    let (status, out, err) = ran(&mut command(&["explain", "31337"]));
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("31337"), "{err}");
}

#[test]
fn version_and_help() {
    let (status, out, _) = ran(&mut command(&["--version"]));
    assert_eq!(status, 0);
    assert_eq!(out, format!("dingtalk-extcontact {}\n", dingtalk_extcontact::VERSION));
    let (_, help, _) = ran(&mut command(&["--help"]));
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let subcommands: Vec<_> = listed
        .map_while(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(subcommands.contains(&"delete") && subcommands.contains(&"get"), "{help}");
    for subcommand in subcommands {
        let (status, out, err) = ran(&mut command(&[subcommand, "--help"]));
        assert_eq!((status, err.as_str()), (0, ""));
        assert!(out.contains("Examples:\n  dingtalk-extcontact "), "{out}");
    }
    let (status, out, err) = ran(&mut command(&[]));
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("Usage: dingtalk-extcontact"), "{err}");
}

#[test]
fn the_demo_succeeds() {
    let (status, out, err) = ran(&mut command(&["demo"]));
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("steps ended as they should"), "{out}");
    assert!(!out.contains('\x1b'), "no colour into a pipe");
    let (status, out, err) = ran(&mut command(&["demo", "--json"]));
    assert_eq!((status, err.as_str()), (0, ""));
    let ends: Vec<_> =
        json_lines(&out).iter().map(|line| line["status"].as_str().unwrap().to_owned()).collect();
    let expected = ["deleted", "failed", "absent", "failed", "deleted", "deleted", "absent"];
    assert_eq!(ends, expected);
}

/// Starts the sandbox as a process.
fn serve(args: &[&str]) -> (Child, Value) {
    let mut child = command(&[["sandbox"].as_slice(), args].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

#[test]
fn the_sandbox_serves_until_its_input_is_closed() {
    let args = ["--contacts=3", "--until-stdin-closes", "--rate=none"];
    let (mut child, line) = serve(&args);
    assert_eq!(line["contacts"], 3);
    let text = |name: &str| line[name].as_str().unwrap().to_owned();
    let id = line["user_ids"][0].as_str().unwrap();
    let (status, _, err) = ran(command(&["delete", id])
        .env("DINGTALK_ENDPOINT", text("url"))
        .env("DINGTALK_APP_KEY", text("app_key"))
        .env("DINGTALK_APP_SECRET", text("app_secret")));
    assert_eq!((status, err.as_str()), (0, ""));
    child.stdin.as_mut().unwrap().write_all(b"more\n").unwrap();
    let (status, out, err) = end(child.wait_with_output().unwrap());
    assert_eq!((status, out.as_str()), (0, ""));
    let export = format!("export DINGTALK_ENDPOINT={}", text("url"));
    assert!(err.contains(&export), "{err}");
    assert!(err.contains("contacts deleted: 1"), "{err}");
}

#[test]
fn the_sandbox_takes_permission_and_faults() {
    let args = ["--until-stdin-closes", "--no-write-permission"];
    let (child, line) = serve(&args);
    let text = |name: &str| line[name].as_str().unwrap().to_owned();
    let (status, out, _) = ran(command(&["delete", "--json", "1"])
        .env("DINGTALK_ENDPOINT", text("url"))
        .env("DINGTALK_ACCESS_TOKEN", text("access_token")));
    assert_eq!(status, 1);
    assert_eq!(json_lines(&out)[0]["code"], "60011");
    assert_eq!(end(child.wait_with_output().unwrap()).0, 0);

    let (status, out, err) = ran(&mut command(&["sandbox", "--faults", "no-such=1"]));
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("no-such"), "{err}");
}

#[cfg(unix)]
#[test]
fn the_sandbox_stops_by_a_signal() {
    for signal in ["-INT", "-TERM"] {
        let (mut child, _) = serve(&[]);
        let stdin = child.stdin.take();
        send(signal, &child);
        assert_eq!(end(child.wait_with_output().unwrap()).0, 0);
        drop(stdin);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_call_says_whether_the_contact_may_be_gone() {
    for (json, signal) in [(false, "-INT"), (true, "-TERM")] {
        let (sandbox, ids) = sandbox(1);
        sandbox.faults(Faults::parse("delay=1@60s").unwrap());
        let mut args = vec!["delete", &ids[0]];
        args.extend(json.then_some("--json"));
        let child = spawn(&mut at(&sandbox, &args));
        assert!(sandbox.wait_for_requests(1, LONG));
        send(signal, &child);
        let (status, out, err) = end(child.wait_with_output().unwrap());
        assert_eq!(status, 130, "{out}{err}");
        if json {
            let lines = json_lines(&out);
            assert_eq!(lines[0]["kind"], "cancelled");
            assert_eq!(lines[0]["maybe_deleted"], true);
        } else {
            assert!(out.contains("it may have been deleted all the same"), "{out}");
        }
    }
}

#[test]
fn a_closed_pipe_never_panics() {
    for args in [
        ["explain", "60011"].as_slice(),
        &["demo"],
        &["demo", "--json"],
        &["list"],
        &["sandbox"],
        &["--help"],
        &["--version"],
    ] {
        ran(command(args).stdout(nobody_reads()));
    }
}

#[test]
fn the_command_runs_more_than_once_in_a_process() {
    for (args, expected) in [
        (["dingtalk-extcontact", "demo", "--json"], 0),
        (["dingtalk-extcontact", "explain", "60011"], 0),
        (["dingtalk-extcontact", "explain", "31337"], 1),
        (["dingtalk-extcontact", "demo", "--json"], 0),
        (["dingtalk-extcontact", "delete", "--no-such"], 2),
    ] {
        let status = dingtalk_extcontact_cli::run(args.map(Into::into));
        assert_eq!(status, expected, "{args:?}");
    }
}
