//! What people read in Chinese, and that what programs read is the same in every language.

mod support;

use std::fs;
use std::process::Command;

use dingtalk_extcontact_sandbox::{Permission, Sandbox};
use dingtalk_extcontact_test_support::literals::is_chinese;
use serde_json::Value;
use support::{at, command, ran, sandbox};
use unicode_width::UnicodeWidthStr;

const SUBCOMMANDS: [&str; 10] = [
    "check", "delete", "journal", "restore", "list", "get", "explain", "sandbox", "demo", "version",
];

fn in_columns(args: &[&str], columns: &str) -> Command {
    let mut command = command(args);
    command.env("COLUMNS", columns);
    command
}

/// The lines that are wider than this, but for those of one word: a URL, the usage of options.
fn too_wide(text: &str, width: usize) -> Vec<&str> {
    let is_wide = |line: &&str| line.width() > width && line.trim().contains(' ');
    text.lines().filter(is_wide).collect()
}

#[test]
fn every_help_is_chinese_and_fits_80_columns() {
    for subcommand in SUBCOMMANDS {
        let (status, help, _) = ran(&mut in_columns(&[subcommand, "--help", "--lang=zh"], "80"));
        assert_eq!(status, 0);
        assert!(help.contains("用法：dingtalk-extcontact") && help.contains("选项:"), "{help}");
        let examples = |line: &&&str| !line.starts_with("  dingtalk-extcontact ");
        let wide: Vec<_> = too_wide(&help, 80);
        assert_eq!(wide.iter().filter(examples).count(), 0, "{wide:#?}");
        for english in ["Usage:", "Options:", "Commands:", "Arguments:", "Print help", "possible"] {
            assert!(!help.contains(english), "{english}: {help}");
        }
    }
    let (_, all, _) = ran(&mut in_columns(&["--lang", "zh", "help"], "80"));
    assert!(SUBCOMMANDS.iter().all(|name| all.contains(name)) && all.contains("命令:"), "{all}");
    let (_, english, _) = ran(&mut in_columns(&["--help"], "80"));
    assert!(!is_chinese(&english) && english.contains("--lang <LANG>"), "{english}");
}

/// However narrow a terminal is, what is to be pasted into a shell is on one line.
#[test]
fn commands_are_never_wrapped() {
    let examples = |columns: &str, language: &str| -> Vec<String> {
        let help = |name| ran(&mut in_columns(&[name, "--help", language], columns)).1;
        let help = SUBCOMMANDS.map(help).concat();
        let lines = help.lines().filter(|line| line.starts_with("  dingtalk-extcontact "));
        lines.map(|line| line.trim().split("  ").next().unwrap().to_owned()).collect()
    };
    for language in ["--lang=en", "--lang=zh"] {
        let whole = examples("10000", language);
        assert!(whole.len() > 20, "{whole:?}");
        assert_eq!(examples("40", language), whole);
        let (status, line, notes) =
            ran(&mut in_columns(&["sandbox", "--until-stdin-closes", language], "40"));
        assert_eq!(status, 0, "{notes}");
        let described: Value = serde_json::from_str(&line).unwrap();
        let secret = described["app_secret"].as_str().unwrap();
        assert!(notes.contains(&format!("\n  export DINGTALK_APP_SECRET={secret}\n")), "{notes}");
    }
}

#[test]
fn the_help_of_the_sandbox_names_all_calls_that_may_fail() {
    for language in ["--lang=en", "--lang=zh"] {
        let (_, help, _) = ran(&mut in_columns(&["sandbox", "--help", language], "10000"));
        assert!(help.contains("on=delete|list|get|create|labels|token|all"), "{help}");
    }
}

#[test]
fn the_locale_decides_where_nothing_is_said() {
    for (variable, value, chinese) in [
        ("LC_ALL", "zh_CN.UTF-8", true),
        ("LC_MESSAGES", "zh_CN.UTF-8", true),
        ("LANG", "zh_CN.UTF-8", true),
        ("LANG", "en_US.UTF-8", false),
    ] {
        let mut explain = command(&["explain", "60011"]);
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            explain.env_remove(name);
        }
        let (status, told, _) = ran(explain.env(variable, value));
        assert_eq!(status, 0);
        assert!(told.contains("qyapi_ext_write"), "{told}");
        assert_eq!(is_chinese(&told), chinese, "{variable}={value}: {told}");
    }
    let (_, told, _) = ran(command(&["--lang", "en", "explain", "60011"]).env("LC_ALL", "zh_CN"));
    assert!(!is_chinese(&told), "{told}");
}

#[test]
fn a_run_is_told_in_chinese() {
    let (sandbox, ids) = sandbox(2);
    let list = std::env::temp_dir().join(format!("chinese-{}.txt", std::process::id()));
    fs::write(&list, format!("{}\n{}\n0199999999\n", ids[0], ids[1])).unwrap();
    let path = list.to_str().unwrap();
    let args = ["--lang=zh", "delete", "--yes", "--no-journal", "--file", path];
    let (status, out, notes) = ran(&mut at(&sandbox, &args));
    assert_eq!(status, 1);
    assert!(out.contains(&format!("已删除：联系人 {}（请求 ID ", ids[0])), "{out}");
    assert!(out.contains("3 个联系人：2 已删除，1 失败"), "{out}");
    let advised =
        |notes: &str| notes.contains("请检查 userid：") && notes.contains("--missing-ok 会");
    assert!(advised(&notes), "{notes}");

    // What an earlier run settled stands in the journal in English.
    let journal = format!("{path}.journal.jsonl");
    let args = ["delete", "--yes", "--journal", &journal, "--file", path];
    for lang in ["--lang=en", "--lang=zh"] {
        let (status, _, notes) = ran(at(&sandbox, &args).arg(lang));
        assert_eq!((status, advised(&notes)), (1, lang == "--lang=zh"), "{notes}");
    }
    for file in [path, &journal] {
        fs::remove_file(file).unwrap();
    }

    let (status, _, notes) = ran(&mut at(&sandbox, &["--lang=zh", "delete", "1", "2"]));
    assert_eq!(status, 2);
    assert!(notes.contains("错误：将删除 2 个外部联系人，但没有可供询问的终端"), "{notes}");
    let (status, _, notes) = ran(&mut command(&["--lang=zh", "delete", "--speed", "1"]));
    assert_eq!(status, 2);
    assert!(notes.starts_with("错误：没有参数 --speed") && notes.contains("用法："), "{notes}");
}

#[test]
fn a_filter_without_a_match_is_told_in_chinese() {
    let (sandbox, _) = sandbox(1);
    for subcommand in ["list", "delete"] {
        let args = ["--lang=zh", subcommand, "--where=name=nobody"];
        let (status, _, notes) = ran(&mut at(&sandbox, &args));
        assert!(status == 3 && notes.contains("没有符合条件的联系人"), "{subcommand}: {notes}");
    }
}

#[test]
fn a_check_is_told_in_chinese() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.set_permission(Permission::Write, false);
    let (status, told, _) = ran(&mut at(&sandbox, &["--lang=zh", "check", "--write"]));
    assert_eq!(status, 1);
    for words in ["凭证", "域名解析", "删除权限", "失败", "请在开发者后台为应用申请权限点"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
}

/// A number that is none is told in the words of the command, not in those of a parser.
#[test]
fn a_value_that_is_no_number_is_told_in_both_languages() {
    for (args, english, chinese) in [
        (["delete", "1", "--timeout=x"], "give a number", "请给出数字"),
        (["delete", "1", "--max-attempts=x"], "give a number", "请给出数字"),
        (["delete", "1", "--concurrency=x"], "give a number", "请给出数字"),
        (["restore", "backup", "--label=x"], "give a whole number", "请给出整数"),
        (["sandbox", "--seed=1", "--contacts=x"], "give a whole number", "请给出整数"),
        (["sandbox", "--contacts=1", "--seed=x"], "give a whole number", "请给出整数"),
        (["sandbox", "--seed=1", "--port=65536"], "a port from 0 to 65535", "65535 之间的端口"),
        (["sandbox", "--seed=1", "--token-life=-1"], "a number of seconds", "请给出秒数"),
    ] {
        for (lang, told) in [("--lang=en", english), ("--lang=zh", chinese)] {
            let (status, _, notes) = ran(command(&args).arg(lang));
            assert_eq!(status, 2, "{args:?}: {notes}");
            assert!(notes.contains(told), "{args:?}: {notes}");
        }
    }
}

/// JSON and CSV have no languages, whatever the locale of the machine is.
#[test]
fn what_programs_read_is_the_same_in_every_language() {
    let sandbox = Sandbox::start().unwrap();
    for args in [
        ["explain", "--json", "60011"].as_slice(),
        &["explain", "--json", "timeout"],
        &["delete", "--json", "never-there"],
        &["list", "--csv"],
        &["list", "--json"],
        &["check", "--json", "--write"],
        &["version", "--json"],
    ] {
        let out = |locale: &str| {
            let (_, out, _) = ran(at(&sandbox, args).env("LC_ALL", locale));
            without_chance(&out)
        };
        assert_eq!(out("zh_CN.UTF-8"), out("C"), "{args:?}");
    }
}

/// JSON without what differs between two runs.
fn without_chance(text: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    let id = value.get("request_id").and_then(Value::as_str).unwrap_or("no id").to_owned();
    for name in ["time", "request_id"] {
        value.as_object_mut().unwrap().remove(name);
    }
    value.to_string().replace(&id, "")
}
