//! `check`: what stands, what is missing, and the report.

mod support;

use dingtalk_extcontact_sandbox::{Permission, Sandbox};
use serde_json::Value;
use support::*;

#[test]
fn a_line_for_each_step_with_what_to_do() {
    let (sandbox, _) = sandbox(3);
    let (status, out, err) = ran(&mut at(&sandbox, &["check", "--write"]));
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("ok       read permission   a page of one contact was read\n"), "{out}");
    assert!(out.contains("ok       write permission  "), "{out}");
    assert!(sandbox.deleted().is_empty());
    sandbox.set_permission(Permission::Write, false);
    let (status, out, _) = ran(&mut at(&sandbox, &["check", "--write"]));
    assert_eq!(status, 1);
    assert!(out.contains("\nfailed   write permission  "), "{out}");
    assert!(out.trim_end().lines().last().unwrap().contains("qyapi_ext_write"), "{out}");
}

#[test]
fn lines_fit_the_terminal() {
    let (sandbox, _) = started(Sandbox::builder().permission(Permission::Write, false));
    let (_, out, _) = ran(at(&sandbox, &["check", "--write"]).env("COLUMNS", "80"));
    // A URL stays whole.
    let fits = |line: &str| line.contains("https://") || line.chars().count() <= 80;
    assert!(out.lines().all(fits), "{out}");
}

#[test]
fn json_has_the_steps() {
    let (sandbox, _) = sandbox(1);
    let (status, out, err) = ran(&mut at(&sandbox, &["check", "--json"]));
    assert_eq!((status, err.as_str()), (0, ""));
    let [check] = json_lines(&out).try_into().unwrap();
    let keys: Vec<_> = check.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["ok", "steps"]);
    assert_eq!(check["steps"].as_array().unwrap().len(), 11);
    sandbox.refuse_tokens(true);
    let (status, out, _) = ran(&mut at(&sandbox, &["check", "--json"]));
    let [check] = json_lines(&out).try_into().unwrap();
    let steps = check["steps"].as_array().unwrap();
    let token = steps.iter().find(|step| step["step"] == "token").unwrap();
    assert_eq!((status, &token["status"]), (1, &Value::from("failed")));
    assert_eq!(token["error"]["kind"], "authentication");
    assert!(!out.contains(&sandbox.token()));
}

#[test]
fn the_report_is_a_new_file() {
    let (sandbox, ids) = sandbox(1);
    let folder = Folder::new("check-report");
    let name = &*folder.name("report.json");
    let (status, _, err) = ran(&mut at(&sandbox, &["check", "--write", "--report", name]));
    assert_eq!(status, 0, "{err}");
    let text = std::fs::read_to_string(name).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["replies"].as_array().unwrap().len(), 3);
    assert!(!text.contains(&ids[0]) && !text.contains(&sandbox.token()), "{text}");
    let before = sandbox.request_count();
    let (status, _, err) = ran(&mut at(&sandbox, &["check", "--report", name]));
    assert_eq!((status, sandbox.request_count()), (2, before), "{err}");
    assert_eq!(std::fs::read_to_string(name).unwrap(), text);
}

#[test]
fn without_credentials_nothing_is_sent() {
    let (sandbox, _) = sandbox(1);
    let mut command = at(&sandbox, &["check"]);
    let (status, out, err) = ran(command.env_remove("DINGTALK_ACCESS_TOKEN"));
    assert_eq!((status, out.as_str(), sandbox.request_count()), (2, "", 0));
    assert!(err.contains("no credentials") && err.contains("DINGTALK_APP_KEY"), "{err}");
}
