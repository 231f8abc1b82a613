//! `journal --html`: the report for people, as a file and in a browser.

#[path = "../../tools/left_out.rs"]
mod left_out;
mod support;

use std::fs;
use std::process::{Command, Stdio};

use left_out::left_out;
use serde_json::{Value, json};
use support::*;

const HOSTILE: [&str; 2] = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>"];

fn report(args: &[&str]) -> (i32, String, String) {
    ran(&mut command(&[&["journal"], args].concat()))
}

/// The lines of a journal of format 2 about so many ids, and two that look like HTML.
fn lines(count: usize) -> String {
    let time = |n: usize| {
        format!(
            "2026-01-01T{:02}:{:02}:{:02}.{:03}Z",
            n / 72_000,
            n / 1200 % 60,
            n / 20 % 60,
            n % 20 * 50
        )
    };
    let mut lines = vec![json!({
        "app_key": "dingabc", "endpoint": "https://oapi.dingtalk.io", "journal": "dingtalk-extcontact",
        "library": "0.1.0", "filters": ["company~"], "options": {"rate": 20, "backup": true},
        "list": {"name": "leavers & <b>.txt", "sha256": "00ff".repeat(16), "count": count},
        "time": time(0), "version": 2,
    })];
    let ended = |n: usize, id: &str| {
        let mut line = json!({
            "attempts": 1, "event": "ended", "maybe_deleted": n % 1000 == 7, "request_id": format!("r{n}"),
            "status": "deleted", "time": time(n), "user_id": id,
        });
        let failed = match n % 1000 {
            7 => json!({"kind": "timeout", "message": "Zhang San", "errmsg": "Zhang San"}),
            8 => {
                json!({"kind": "permission_denied", "code": "60011", "message": "m", "errmsg": "Zhang San"})
            }
            9 => json!({"kind": "invalid_user_id", "code": "33012", "message": "m"}),
            _ => json!({}),
        };
        for (name, value) in failed.as_object().unwrap() {
            line[name] = value.clone();
            line["status"] = "failed".into();
        }
        line
    };
    lines.extend((0..count).map(|n| ended(n, &format!("{:010}", 125_400_001 + n))));
    lines.extend(HOSTILE.iter().enumerate().map(|(n, id)| ended(count + n + 100, id)));
    lines.push(json!({"event": "throttled", "time": time(count), "pause": 5.0, "concurrency": 4, "code": "90018"}));
    lines.push(json!({"event": "closed", "time": time(count + 400), "stopped": "refused", "code": "60011"}));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The data that stands in a page.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn a_page_holds_what_was_asked_and_what_became_of_it() {
    let folder = Folder::new("report");
    let (sandbox, mut ids) = quick_sandbox(4);
    ids.push("0999".to_owned());
    let list = folder.list("leavers.txt", &ids);
    assert_eq!(delete(&sandbox, &["--file", &list, "--concurrency=1"]).0, 1);
    let (journal, page) = (format!("{list}.journal.jsonl"), folder.name("report.html"));
    let (status, out, err) = report(&[&journal, "--html", &page]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    assert!(err.starts_with(&format!("report: {page}\n5 ids: 4 gone, ")), "{err}");
    let data = data(&folder.read("report.html"));
    assert_eq!(
        data["totals"],
        json!({"gone": 4, "was_not_there": 1, "not_deleted": 0, "may_be_gone": 0})
    );
    let rows: Vec<_> = data["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row[0].as_str().unwrap(), &row[1]))
        .collect();
    assert_eq!(rows[0], ("0999", &json!(2)), "first what is not gone");
    assert_eq!(rows.len(), 5);
    let file = &data["files"][0];
    let begun = &file["records"][0];
    assert_eq!(
        (&file["name"], &file["endpoint"]),
        (&json!("leavers.txt.journal.jsonl"), &json!(sandbox.url()))
    );
    assert_eq!(
        (&begun["request"]["list"]["name"], &begun["closed"]),
        (&json!("leavers.txt"), &json!(true))
    );
    let sums = begun["plot"]["bins"].as_array().unwrap().iter().map(|bin| bin[3].as_u64().unwrap());
    assert_eq!(sums.sum::<u64>(), 4);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let shown = Command::new("sha256sum").arg(&journal).output();
    if let Ok(shown) = shown.map(|it| String::from_utf8(it.stdout).unwrap()) {
        assert!(shown.starts_with(file["sha256"].as_str().unwrap()), "{shown}");
    }
}

#[test]
fn names_stand_in_a_page_only_by_a_backup() {
    let folder = Folder::new("report-names");
    let journal = folder.file("j.jsonl", &lines(20));
    let record = json!({
        "user_id": "0125400001", "time": "2026-01-01T00:00:00.000Z",
        "record": {"userid": "0125400001", "name": "Li <Si>", "mobile": "13800000000", "state_code": "86", "company_name": "Acme"},
    });
    let backup = folder.file("b.jsonl", &format!("{record}\n{{\"torn"));
    let page = folder.name("report.html");
    assert_eq!(report(&[&journal, "--html", &page]).0, 0);
    let text = folder.read("report.html");
    assert!(!text.contains("Zhang") && !text.contains("Si>"), "no name, no words of the service");
    assert_eq!(report(&[&journal, "--html", &page, "--with-backup", &backup]).0, 0);
    let text = folder.read("report.html");
    assert!(!text.contains("Zhang") && !text.contains("Li <"), "no words of the service; no HTML");
    let data = data(&text);
    let row = |id: &str| {
        data["rows"].as_array().unwrap().iter().find(|row| row[0] == id).unwrap().clone()
    };
    let names = row("0125400001").as_array().unwrap()[9..].to_vec();
    assert_eq!(names, [json!("Li <Si>"), json!("+86 13800000000"), json!("Acme")]);
    assert_eq!(row("0125400002").as_array().unwrap().len(), 9);

    let header =
        json!({"backup": "dingtalk-extcontact", "endpoint": "https://other.example", "version": 1});
    for (text, what) in [
        (format!("{header}\n{record}\n"), "is of another endpoint or app than the journal"),
        (format!("{record}\nx\n"), "line 2"),
        (lines(1), "is not the backup of a batch"),
    ] {
        let backup = folder.file("other.jsonl", &text);
        let (status, _, err) = report(&[&journal, "--html", &page, "--with-backup", &backup]);
        assert!(status == 2 && err.contains(what), "{err}");
    }
}

#[test]
fn a_report_replaces_nothing_but_a_report_and_no_other_way_of_telling() {
    let folder = Folder::new("report-refused");
    let journal = folder.file("j.jsonl", &lines(3));
    let before = folder.read("j.jsonl");
    let page = folder.name("r.html");
    for (args, what) in [
        (vec![journal.as_str(), "--html", &journal], "one of those that are read"),
        (vec![&journal, "--html", "-"], "takes the name of a file"),
        (vec![&journal, "0125400001", "--html", &page], "--html tells all ids"),
        (vec![&journal, "--html", &page, "--json"], "cannot be used with"),
        (vec![&journal, "--html", &page, "--only", "gone"], "cannot be used with"),
        (vec![&journal, "--html", &page, "--with-backup", "/nowhere"], "does not exist"),
    ] {
        let (status, out, err) = report(&args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}: {err}");
        assert!(err.contains(what), "{args:?}: {err}");
    }
    // An earlier report, or an empty file, is replaced: a nightly job makes its report anew.
    let other = folder.file("other.jsonl", &lines(1));
    let web = folder.file("web.html", "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n");
    for kept in [&other, &web] {
        let before = fs::read(kept).unwrap();
        let (status, _, err) = report(&[&journal, "--html", kept]);
        assert!(status == 2 && err.contains("is no earlier report"), "{err}");
        assert!(err.contains("remove that one first"), "{err}");
        assert_eq!(fs::read(kept).unwrap(), before);
        fs::remove_file(kept).unwrap();
    }
    fs::write(&page, "").unwrap();
    for lang in ["--lang=en", "--lang=zh", "--lang=en"] {
        let (status, _, err) = report(&[&journal, "--html", &page, lang]);
        assert_eq!(status, 0, "{err}");
    }
    fs::remove_file(&page).unwrap();
    let (status, _, err) = report(&[&journal, "--html", "/nowhere/r.html"]);
    assert!(status == 1 && err.contains("cannot be written"), "{err}");
    assert_eq!((folder.read("j.jsonl"), folder.files()), (before, vec!["j.jsonl".to_owned()]));
}

#[test]
fn a_page_has_so_many_rows_at_most_and_what_is_not_gone_is_among_them() {
    let folder = Folder::new("report-many");
    let journal = folder.file("j.jsonl", &lines(120_000));
    let page = folder.name("report.html");
    assert_eq!(report(&[&journal, "--html", &page]).0, 0);
    let data = data(&folder.read("report.html"));
    let rows = data["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &data["leftOut"]), (100_000, &json!(20_002)));
    for (place, state) in ["may_be_gone", "not_deleted", "was_not_there"].iter().enumerate() {
        let count = rows.iter().filter(|row| row[1] == place).count();
        assert_eq!((count, &data["totals"][state]), (120, &json!(120)), "{state}");
    }
    assert!(rows.is_sorted_by_key(|row| row[1].as_u64().unwrap()));
}

/// Opens a page in a browser of Shanghai, where there is one.
fn in_browser(folder: &Folder, page: &str, width: u64, expressions: &[&str]) -> Option<Value> {
    in_browser_of("Asia/Shanghai", folder, page, width, expressions)
}

fn in_browser_of(
    timezone: &str,
    folder: &Folder,
    page: &str,
    width: u64,
    expressions: &[&str],
) -> Option<Value> {
    let found = |name: &str| {
        let version = Command::new(name).arg("--version").stderr(Stdio::null()).output();
        version.is_ok_and(|it| it.status.success())
    };
    let browsers = ["chromium", "chromium-browser", "google-chrome"];
    let (Some(browser), true) = (browsers.into_iter().find(|name| found(name)), found("node"))
    else {
        left_out("command: a report in a browser", "no Chromium, or no Node");
        return None;
    };
    let asked = json!({
        "page": format!("file://{page}"), "profile": folder.name("profile"), "timezone": timezone,
        "width": width, "expressions": expressions,
    });
    let mut node = Command::new("node");
    node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/report/browser.js")).arg(browser);
    let (status, out, err) = ran_with(&mut node, &asked.to_string());
    assert_eq!(status, 0, "{err}");
    Some(serde_json::from_str(&out).unwrap())
}

#[test]
fn a_page_works_in_a_browser_and_asks_nobody() {
    let folder = Folder::new("report-browser");
    let journal = folder.file("j.jsonl", &lines(99_998));
    let page = folder.name("report.html");
    assert_eq!(report(&[&journal, "--html", &page]).0, 0);
    let search = |text: &str| {
        format!(
            "{{ const input = document.getElementById('search'); input.value = {}; \
             input.dispatchEvent(new Event('input')); \
             [...document.querySelectorAll('tbody tr')].map((row) => row.cells[0].textContent) }}",
            json!(text)
        )
    };
    let first = "[...document.querySelectorAll('tbody tr')].slice(0, 3).map((row) => row.cells[0].textContent)";
    let sort = format!("document.querySelector('th button').click(); {first}");
    let timed = format!(
        "{{ const start = performance.now(); {}; {}; {}; performance.now() - start }}",
        search(""),
        "document.querySelectorAll('th button')[5].click()",
        search("54000"),
    );
    let expressions = [
        &search("0125400077"),
        &search("</SCRIPT>"),
        &search("60011"),
        &search("no such id"),
        &search(""),
        &sort,
        &sort,
        "document.getElementById('on').click(); document.getElementById('position').textContent",
        "document.querySelector('tbody').textContent.includes('<img') || document.images.length",
        &search("<img"),
        "document.images.length + document.querySelectorAll('script').length",
        "document.querySelector('.warning h2').textContent",
        "document.body.textContent.includes('leavers & <b>.txt')",
        "[...document.querySelectorAll('svg')].map((svg) => ['.pause', 'line.end', '.gone'].map((name) => svg.querySelectorAll(name).length > 0))",
        &search("0125400077"),
        "document.querySelector('tbody td[data-label=Time]').innerText",
        "document.documentElement.scrollWidth <= innerWidth",
        &timed,
    ];
    let Some(told) = in_browser(&folder, &page, 1200, &expressions) else { return };
    assert_eq!(told["requests"], json!([format!("file://{page}")]), "nothing from anywhere else");
    assert_eq!(told["messages"], json!([]));
    let mut values = told["values"].as_array().unwrap().iter();
    let mut next = || values.next().unwrap().clone();
    assert_eq!(next(), json!(["0125400077"]));
    assert_eq!(next(), json!([HOSTILE[0]]), "text, whatever it looks like");
    assert_eq!(next().as_array().unwrap().len(), 100);
    assert_eq!(next(), json!([]));
    assert_eq!(next().as_array().unwrap().len(), 100, "a page of rows");
    assert_eq!(next(), json!(["0125400001", "0125400002", "0125400003"]));
    assert_eq!(next(), json!([HOSTILE[1], HOSTILE[0], "0125499998"]), "the other way round");
    assert_eq!(next(), "101 to 200 of 100,000");
    assert_eq!(next(), json!(0), "on another page");
    assert_eq!(next(), json!([HOSTILE[1]]));
    assert_eq!(next(), json!(2), "no picture, and no script but data and ours");
    assert_eq!(next(), "May be gone: 100");
    assert_eq!(next(), json!(true));
    assert_eq!(next(), json!([[true, true, true]]));
    assert_eq!(next(), json!(["0125400077"]));
    let time = next();
    assert!(
        time.as_str().unwrap().starts_with("2026-01-01 08:00:03"),
        "of the reader's zone: {time}"
    );
    assert!(time.as_str().unwrap().contains("2026-01-01T00:00:03.800Z"), "and UTC: {time}");
    assert_eq!(next(), json!(true), "no scrolling to the side");
    let ms = next().as_f64().unwrap();
    println!("100,000 rows are sorted and searched in {ms:.0} ms");
    assert!(ms < 10_000.0, "on however busy a machine: {ms}");
    let paper = &told["paper"];
    assert_eq!(paper["box"], "0 0 594.95996 841.91998", "A4");
    assert!((2..10).contains(&paper["pages"].as_u64().unwrap()), "{paper}");
}

#[test]
fn a_page_is_readable_on_a_phone_and_in_chinese() {
    let folder = Folder::new("report-phone");
    let journal = folder.file("j.jsonl", &lines(300));
    let page = folder.name("report.html");
    assert_eq!(report(&[&journal, "--html", &page, "--lang", "zh"]).0, 0);
    let expressions = [
        "document.documentElement.lang + ' ' + document.title",
        "document.documentElement.scrollWidth <= innerWidth",
        "[...document.querySelectorAll('tbody tr')].map((row) => row.cells[1].textContent + row.cells.item(6).textContent).slice(0, 3)",
        "document.querySelector('.warning').innerText.includes('delete 命令')",
        "/undefined|NaN|\\{\\w+\\}/.exec(document.getElementById('page').innerText)?.[0]",
    ];
    let Some(told) = in_browser(&folder, &page, 380, &expressions) else { return };
    assert_eq!(told["messages"], json!([]));
    let values = told["values"].as_array().unwrap();
    assert_eq!(values[0], "zh 外部联系人删除报告");
    assert_eq!(values[1], json!(true), "no scrolling to the side");
    let rows = values[2].as_array().unwrap();
    assert_eq!(rows[0], "可能已删除未在时限内收到完整答复");
    assert!(rows[1].as_str().unwrap().starts_with("未删除60011 "), "{rows:?}");
    assert_eq!(values[3], json!(true));
    assert_eq!(values[4], Value::Null, "every word is there");
}

/// A journal of format 1, one of runs that were killed, the second before its first id, and names: what a page lacks is not
/// told as something else.
#[test]
fn a_page_says_what_is_not_on_record() {
    let folder = Folder::new("report-lacking");
    let whole = lines(30);
    let (header, rest) = whole.split_once('\n').unwrap();
    let killed: String = rest.split_inclusive('\n').take(20).collect();
    let no_id = json!({"event": "resumed", "time": "2026-01-01T00:01:00.000Z"});
    let second = folder.file("killed.jsonl", &format!("{header}\n{killed}{no_id}\n"));
    let mut old: Value = serde_json::from_str(header).unwrap();
    for field in ["library", "filters", "options", "list", "app_key"] {
        old.as_object_mut().unwrap().remove(field);
    }
    old["version"] = 1.into();
    let first = folder.file("old.jsonl", &format!("{old}\n{killed}"));
    let record = json!({"userid": "0125400001", "name": "<b>Li", "mobile": "13800000000"});
    let line =
        json!({"user_id": "0125400001", "time": "2026-01-01T00:00:00.000Z", "record": record});
    let backup = folder.file("b.jsonl", &format!("{line}\n"));
    let page = folder.name("report.html");
    let (status, _, err) = report(&[&first, &second, "--html", &page, "--with-backup", &backup]);
    assert!(status == 2 && err.contains("of more than one app"), "whose backup? {err}");
    assert_eq!(report(&[&first, &second, "--html", &page]).0, 0);
    let expressions = [
        "/undefined|NaN|null|\\{\\w+\\}/.exec(document.getElementById('page').innerText)?.[0]",
        "[...document.querySelectorAll('dd')].map((it) => it.innerText).filter((it) => /not on record: it was killed/.test(it)).length",
        "[...document.querySelectorAll('svg text')].filter((it) => it.textContent === 'last line of this run').length",
        "[...document.querySelectorAll('svg text')].filter((it) => /^at most/.test(it.textContent)).length",
        "document.querySelector('th[aria-sort]:nth-child(3)').textContent",
        "[...new Set([...document.querySelectorAll('tbody td[data-label=Journal]')].map((it) => it.textContent))].sort()",
    ];
    for (timezone, column) in
        [("Asia/Shanghai", "Time (Asia/Shanghai, UTC)"), ("UTC", "Time (UTC)")]
    {
        let told = in_browser_of(timezone, &folder, &page, 1200, &expressions);
        let Some(told) = told else { return };
        assert_eq!(told["messages"], json!([]));
        let files = json!(["killed.jsonl", "old.jsonl"]);
        assert_eq!(told["values"], json!([null, 3, 3, 2, column, files]));
    }
    assert_eq!(report(&[&first, "--html", &page, "--with-backup", &backup]).0, 0);
    let names = "[...document.querySelectorAll('tbody td[data-label=Name]')].map((it) => it.textContent).filter((it) => it)";
    let Some(told) = in_browser(&folder, &page, 1200, &[names]) else { return };
    assert_eq!((&told["messages"], &told["values"]), (&json!([]), &json!([["<b>Li"]])));
}
