//! The judge over real sockets: every kind of step, every class of difference, and its end.

use std::fs;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use dingtalk_extcontact_conformance::{Control, Judge, Run};
use dingtalk_extcontact_test_support::client::{Client, address_in, post_bytes};
use flate2::read::GzDecoder;
use serde_json::{Value, json};

const PATH: &str = "/topapi/extcontact/delete";

fn folder(files: &[(&str, Value)]) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "cases-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    ));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for (name, content) in files {
        fs::write(folder.join(name), content.to_string()).unwrap();
    }
    folder
}

fn case(fields: Value) -> Value {
    let mut case = json!({
        "name": "one",
        "about": "a test of the judge",
        "options": {"access_token": "tok-1"},
        "calls": [{"user_id": "01", "expect": {"status": "deleted"}}],
        "server": [],
    });
    for (name, value) in fields.as_object().unwrap() {
        case[name] = value.clone();
    }
    if case.get("expect_build").is_some() {
        case.as_object_mut().unwrap().remove("calls");
    }
    if case.get("refused").is_some() {
        case.as_object_mut().unwrap().remove("server");
    }
    case
}

fn judge(cases: Vec<Value>) -> Judge {
    Judge::load(folder(&[("a.json", json!({"about": "a", "cases": cases}))])).unwrap()
}

fn start(fields: Value) -> Run {
    judge(vec![case(fields)]).start("one").unwrap()
}

fn option<'a>(run: &'a Run, name: &str) -> &'a str {
    run.options()[name].as_str().unwrap()
}

fn address(run: &Run) -> SocketAddr {
    address_in(option(run, "endpoint"))
}

fn client(run: &Run) -> Client {
    Client::connect(address(run))
}

fn deleted() -> Vec<Value> {
    vec![json!({"status": "deleted"})]
}

fn passes(run: Run) {
    let differences = run.finish(&deleted(), &[]);
    assert!(differences.is_empty(), "{differences:#?}");
}

fn differs(run: Run, outcomes: &[Value], texts: &[&str], said: &str) {
    let texts: Vec<String> = texts.iter().map(|text| text.to_string()).collect();
    let differences = run.finish(outcomes, &texts);
    assert!(
        differences.iter().any(|difference| difference.contains(said)),
        "{differences:#?} does not say {said:?}"
    );
}

#[test]
fn a_reply_is_sent_with_its_length_and_the_request_is_compared() {
    let run = start(json!({
        "server": [{"reply": {"status": 207, "reason": "So So", "headers": {"X-A": ["1", "2"]},
                              "body": {"errcode": 0, "x": [1, 2]}}}],
        "seen": [{"path": PATH, "query": {"access_token": "tok-1", "q": ["1", "2 3"]},
                  "raw_query": "access_token=tok-1&q=1&q=2+3",
                  "form": {"user_id": "0 1"}, "raw_body": "user_id=0%201",
                  "headers": {"content-TYPE": {"contains": "form"}, "x-none": null, "host": "h"},
                  "connection": 1}],
    }));
    let reply =
        client(&run).post_form(&format!("{PATH}?access_token=tok-1&q=1&q=2+3"), "user_id=0%201");
    assert_eq!(reply.status, 207);
    assert!(reply.head.starts_with("HTTP/1.1 207 So So\r\n"));
    assert!(reply.head.contains("X-A: 1\r\nX-A: 2\r\n"));
    assert_eq!(reply.text(), r#"{"errcode":0,"x":[1,2]}"#);
    passes(run);
}

#[test]
fn exchanges_are_used_in_order_on_any_connection_and_chunked_bodies_are_joined() {
    let run = start(json!({
        "server": [{"reply": {"body": "a"}}, {"reply": {"body": "b"}}, {"reply": {"body": "c"}}],
        "seen": [{"connection": 1, "form": {"n": "1"}},
                 {"connection": 2, "form": {"n": "2"}},
                 {"connection": 1, "json": {"n": 3}}],
    }));
    let mut first = client(&run);
    let mut second = client(&run);
    assert_eq!(first.post_form("/", "n=1").text(), "a");
    second.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nn=\r\n");
    second.send("1\r\n2\r\n0\r\nTrailer: t\r\n\r\n");
    assert_eq!(second.reply().unwrap().text(), "b");
    assert_eq!(first.post("/", "application/json", "{\"n\": 3}").text(), "c");
    passes(run);
}

#[test]
fn send_send_hex_repeat_nested_and_close() {
    let run = start(json!({"server": [{"do": [
        {"send": "HTTP/1.1 200 OK\r\n\u{9489}"}, {"send_hex": "00fF"},
        {"repeat": "ab", "times": 100_000},
        {"nested": 3, "open": "[", "inside": "x", "close": "]}"},
        {"close": true},
    ]}]}));
    let mut client = client(&run);
    client.send(post_bytes("/", "t", ""));
    let (bytes, end) = client.rest();
    end.unwrap();
    let mut expected = "HTTP/1.1 200 OK\r\n\u{9489}".as_bytes().to_vec();
    expected.extend_from_slice(&[0, 255]);
    expected.extend_from_slice("ab".repeat(100_000).as_bytes());
    expected.extend_from_slice(b"[[[x]}]}]}");
    assert_eq!(bytes.len(), expected.len());
    assert!(bytes == expected);
    passes(run);
}

#[test]
fn gzip_body_is_a_whole_reply() {
    let run = start(json!({"server": [{"do": [{"gzip_body": "{\"errcode\":0}"}]}]}));
    let reply = client(&run).post_form("/", "");
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    GzDecoder::new(&reply.body[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, "{\"errcode\":0}");
    passes(run);
}

#[test]
fn a_reset_is_a_reset() {
    let run = start(json!({"server": [{"do": [{"reset": true}]}]}));
    let mut client = client(&run);
    client.send(post_bytes("/", "t", ""));
    let (bytes, end) = client.rest();
    assert!(bytes.is_empty());
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    passes(run);
}

#[test]
fn delay_and_drip_take_their_time() {
    let run = start(json!({"server": [{"do": [
        {"delay": 0.05},
        {"drip": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "every": 0.001},
    ]}]}));
    let mut client = client(&run);
    let start = Instant::now();
    client.post_form("/", "");
    assert!(start.elapsed() >= Duration::from_millis(80));
    passes(run);
}

#[test]
fn an_exchange_may_begin_with_the_connection_or_with_its_first_byte() {
    let run = start(json!({
        "scheme": "https",
        "server": [
            {"on": "accept", "do": [{"send": "hello"}, {"close": true}]},
            {"on": "connection", "do": [{"send_hex": "15030300020228"}, {"close": true}]},
            {"reply": {"body": "at last"}},
        ],
        "seen": [{"connection": 3}],
    }));
    assert!(option(&run, "endpoint").starts_with("https://127.0.0.1:"));
    // Nothing is sent: the server speaks first.
    let (bytes, end) = client(&run).rest();
    end.unwrap();
    assert_eq!(bytes, b"hello");
    let mut second = client(&run);
    second.send([0x16, 3, 1, 0]);
    let (bytes, end) = second.rest();
    end.unwrap();
    assert_eq!(bytes, [0x15, 3, 3, 0, 2, 2, 0x28]);
    assert_eq!(client(&run).post_form("/", "").text(), "at last");
    passes(run);
}

#[test]
fn closing_in_good_order_is_no_reset_even_with_bytes_that_nobody_read() {
    let run = start(json!({
        "server": [{"on": "accept", "do": [{"delay": 0.05}, {"send": "bye"}, {"close": true}]}],
        "seen": [],
    }));
    let mut client = client(&run);
    client.send(post_bytes("/", "t", "never read"));
    let (bytes, end) = client.rest();
    end.unwrap();
    assert_eq!(bytes, b"bye");
    drop(client);
    passes(run);
}

#[test]
fn a_proxy_sees_connect_and_a_tunnel_is_a_new_connection() {
    let run = start(json!({
        "proxied": true,
        "options": {"access_token": "tok-1", "endpoint": "https://example.com",
                    "proxy": "http://u:hunter22@{address}"},
        "server": [
            {"reply": {"status": 200, "reason": "Connection established"}},
            {"on": "connection", "do": [{"send": "alert"}, {"close": true}]},
        ],
        "seen": [{"method": "CONNECT", "path": "example.com:443"}],
    }));
    assert_eq!(option(&run, "endpoint"), "https://example.com");
    let (_, address) = option(&run, "proxy").rsplit_once('@').unwrap();
    let mut client = Client::connect(address.parse().unwrap());
    client.send("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
    let reply = client.reply().unwrap();
    assert_eq!(reply.head, "HTTP/1.1 200 Connection established\r\n\r\n");
    client.send([0x16, 3, 1]);
    assert_eq!(client.rest().0, b"alert");
    differs(run, &deleted(), &["via u:hunter22@"], "text 1: the password in the option proxy");
}

#[test]
fn a_refused_port_refuses_and_an_endpoint_is_filled_in() {
    let run = start(json!({"refused": true, "options": {
        "access_token": "tok-1", "rate": 3, "endpoint": "http://{address}/gateway"}}));
    let endpoint = option(&run, "endpoint").strip_suffix("/gateway").unwrap();
    let error = TcpStream::connect(address_in(endpoint)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(run.options()["rate"], 3);
    passes(run);
    assert_eq!(start(json!({})).options()["rate"], Value::Null);
}

#[test]
fn wrong_missing_and_extra_fields_are_told() {
    let fields =
        || json!({"calls": [{"user_id": "01", "expect": {"status": "deleted", "attempts": 1}}]});
    let came = [json!({"status": "absent", "request_id": "r"})];
    differs(
        start(fields()),
        &came,
        &[],
        "call 1: field `status`: expected \"deleted\", came \"absent\"",
    );
    differs(start(fields()), &came, &[], "call 1: field `attempts` is missing, expected 1");
    differs(start(fields()), &came, &[], "call 1: field `request_id` should not be there");
    differs(start(fields()), &[], &[], "1 calls, and 0 outcomes");
    differs(start(fields()), &[json!("no")], &[], "not an object");
}

#[test]
fn a_build_that_should_fail_is_judged() {
    let fields = || json!({"expect_build": {"status": "failed", "kind": "invalid_argument"}});
    let run = start(fields());
    assert!(run.expects_build_failure());
    assert!(run.calls().is_empty());
    let differences = run.finish(&[json!({"status": "failed", "kind": "invalid_argument"})], &[]);
    assert!(differences.is_empty(), "{differences:#?}");
    differs(start(fields()), &[], &[], "should have failed");
    differs(start(fields()), &[json!({"kind": "api"})], &[], "making the client: field `kind`");
}

#[test]
fn missing_extra_and_different_requests_are_told() {
    let fields = |seen: Value| json!({"server": [{"reply": {}}], "seen": seen});
    let asked = |seen: Value| {
        let run = start(fields(seen));
        client(&run).post_form("/p?a=1", "b=2");
        run
    };
    for (seen, said) in [
        (json!([]), "request 1 should not have come: POST /p on connection 1"),
        (json!([{}, {"path": "/q"}]), "request 2 did not come, expected POST /q"),
        (json!([{"method": "GET"}]), "request 1: method: expected GET, came POST"),
        (json!([{"path": "/q"}]), "request 1: path: expected /q, came /p"),
        (json!([{"query": {"a": "2"}}]), "query: expected {\"a\":\"2\"}, came {\"a\":\"1\"}"),
        (json!([{"query": {}}]), "query: expected {}, came {\"a\":\"1\"}"),
        (json!([{"form": {"b": "3"}}]), "form: expected {\"b\":\"3\"}, came {\"b\":\"2\"}"),
        (json!([{"json": {"b": 2}}]), "JSON: expected {\"b\":2}, came \"b=2\""),
        (json!([{"raw_query": "a=%31"}]), "raw query: expected \"a=%31\", came \"a=1\""),
        (json!([{"raw_body": "b=%32"}]), "raw body: expected \"b=%32\", came \"b=2\""),
        (json!([{"connection": 2}]), "connection: expected 2, came 1"),
        (
            json!([{"headers": {"host": null}}]),
            "header host: expected no such header, came [\"h\"]",
        ),
        (json!([{"headers": {"host": ["h", "h"]}}]), "header host: expected [\"h\",\"h\"]"),
        (json!([{"headers": {"x": "y"}}]), "header x: expected \"y\", came no such header"),
        (json!([{"headers": {"host": {"contains": "z"}}}]), "a text with \"z\" in it"),
    ] {
        differs(asked(seen), &deleted(), &[], said);
    }
    let unused = start(json!({"server": [{"on": "accept", "do": []}], "seen": []}));
    differs(unused, &deleted(), &[], "1 of 1 exchanges were not used");
    passes(start(json!({"server": [{"reply": {}}]})));
}

#[test]
fn one_request_too_many_is_told_even_where_requests_are_not_compared() {
    let run = start(json!({}));
    let mut client = client(&run);
    client.send(post_bytes("/more", "t", ""));
    let (bytes, end) = client.rest();
    end.unwrap();
    assert!(bytes.is_empty());
    differs(run, &deleted(), &[], "request 1 (POST /more) came on connection 1, but all");
}

#[test]
fn a_request_where_a_new_connection_is_due_and_bytes_that_are_no_request_are_told() {
    let run = start(json!({"server": [{"reply": {}}, {"on": "accept", "do": []}]}));
    let mut kept = client(&run);
    kept.post_form("/", "");
    kept.send(post_bytes("/", "t", ""));
    kept.rest().1.unwrap();
    differs(run, &deleted(), &[], "exchange 2 waits for a new connection");
    let run = start(json!({"server": [{"reply": {}}]}));
    let mut rubbish = client(&run);
    rubbish.send([0x16, 3, 1, 2]);
    rubbish.rest().1.unwrap();
    differs(run, &deleted(), &[], "connection 1: what came is not an HTTP request");
}

#[test]
fn leaked_secrets_are_found_raw_and_encoded_in_outcomes_and_texts() {
    let fields = || {
        json!({
            "options": {"app_key": "key-1", "app_secret": "sec/ret 1"},
            "server": [{"reply": {"body": {"accessToken": "tok+given"}}}],
            "calls": [{"user_id": "01", "set_access_token": "tok-later", "expect": {"status": "deleted"}}],
        })
    };
    for (outcome, text, said) in [
        (
            json!({"status": "deleted", "message": "sec/ret 1"}),
            "",
            "outcome 1: the app_secret of the client stands in it, as it is",
        ),
        (
            json!({"status": "deleted"}),
            "log sec%2fret+1",
            "text 1: the app_secret of the client stands in it, percent-encoded",
        ),
        (
            json!({"status": "deleted"}),
            "log tok%2Bgiven",
            "text 1: a token that the server hands out",
        ),
        (json!({"status": "deleted"}), "log tok-later", "text 1: a token set on the client"),
    ] {
        differs(start(fields()), &[outcome], &[text], said);
    }
    let differences = start(fields()).finish(&deleted(), &["key-1 and nothing else".into()]);
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn what_was_sent_before_the_end_is_seen_even_if_nobody_waited() {
    for _ in 0..50 {
        let run = start(json!({
            "server": [{"do": [{"hold": true}]}, {"do": [{"delay": 600}]}],
            "seen": [{"form": {"n": "1"}}, {"form": {"n": "1"}}],
        }));
        for _ in 0..2 {
            client(&run).send(post_bytes("/", "t", "n=1"));
        }
        passes(run);
    }
}

#[test]
fn hanging_clients_do_not_keep_a_case_open() {
    let begun = Instant::now();
    let run = start(json!({"server": [
        {"do": [{"hold": true}]},
        {"do": [{"delay": 600}]},
        {"do": [{"drip": "slow", "every": 600}]},
        {"do": [{"repeat": "never read", "times": 5_000_000}]},
        {"do": [{"close": true}]},
    ]}));
    let address = address(&run);
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = client(&run);
        client.send(post_bytes("/", "t", ""));
        clients.push(client);
    }
    let idle = client(&run);
    let mut partial = client(&run);
    partial.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf");
    let differences = run.finish(&deleted(), &[]);
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(begun.elapsed() < Duration::from_secs(10));
    let error = TcpStream::connect(address).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    drop((clients, idle, partial));
}

#[test]
fn a_set_that_is_empty_or_ambiguous_is_refused() {
    let refusal = |files: &[(&str, Value)]| match Judge::load(folder(files)) {
        Ok(_) => panic!("accepted"),
        Err(message) => message,
    };
    let file = json!({"about": "a", "cases": [case(json!({}))]});
    assert!(refusal(&[]).contains("there is no case"));
    assert!(
        refusal(&[("x.json", json!({"about": "a", "cases": []}))])
            .contains("x.json: `cases` is empty")
    );
    assert!(
        refusal(&[("x.json", file.clone()), ("y.json", file)])
            .contains("y.json: case one: the name is taken")
    );
    assert!(refusal(&[("x.json", json!([]))]).contains("x.json: expected an object"));
    assert!(Judge::load("/nowhere/at/all").is_err());
    assert!(judge(vec![case(json!({}))]).start("two").is_err());
}

/// One line of JSON out, one in.
struct Talk(BufReader<TcpStream>);

impl Talk {
    fn with(address: &str) -> Talk {
        Talk(BufReader::new(TcpStream::connect(address).unwrap()))
    }

    fn say(&mut self, request: Value) -> Value {
        self.0.get_mut().write_all(format!("{request}\n").as_bytes()).unwrap();
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

#[test]
fn the_control_protocol_runs_cases_side_by_side() {
    let cases = vec![
        case(json!({"server": [{"reply": {}}], "seen": [{}]})),
        case(
            json!({"name": "two", "expect_build": {"status": "failed", "kind": "invalid_argument"}}),
        ),
    ];
    let control = Control::start(judge(cases)).unwrap();
    assert_eq!(control.describe()["cases"], 2);
    let address = control.address().to_string();
    let mut one = Talk::with(&address);
    let mut two = Talk::with(&address);
    assert_eq!(one.say(json!({"op": "list"})), json!({"cases": ["one", "two"]}));
    let started = one.say(json!({"op": "start", "case": "one"}));
    assert_eq!(started["calls"], json!([{"user_id": "01"}]));
    assert_eq!(started["expect_build"], false);
    let started_two = two.say(json!({"op": "start", "case": "two"}));
    assert_eq!(started_two["expect_build"], true);
    Client::to_url(started["options"]["endpoint"].as_str().unwrap()).post_form("/", "");
    assert_eq!(
        one.say(json!({"op": "finish", "outcomes": deleted(), "texts": ["a"]})),
        json!({"ok": true})
    );
    let judged = two.say(json!({"op": "finish", "outcomes": []}));
    assert_eq!(judged["ok"], false);
    assert!(judged["differences"][0].as_str().unwrap().contains("should have failed"));
    for wrong in [
        json!({"op": "finish", "outcomes": []}),
        json!({"op": "start", "case": "three"}),
        json!({"op": "start"}),
        json!({"op": "dance"}),
        json!([]),
    ] {
        assert!(one.say(wrong)["error"].is_string());
    }
}

#[test]
fn an_answer_can_be_plain_lines_and_getters_are_compared() {
    let cases = vec![case(json!({"options": {"access_token": "t=\n%\u{e9}", "max_attempts": 1},
        "calls": [{"user_id": "01", "cancel": 0.5, "expect": {"status": "deleted"}}]}))];
    let control = Control::start(judge(cases)).unwrap();
    let mut talk = Talk::with(&control.address().to_string());
    let mut ask = |request: Value| {
        talk.0.get_mut().write_all(format!("{request}\n").as_bytes()).unwrap();
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            talk.0.read_line(&mut line).unwrap();
            match line.trim_end() {
                "" => return lines,
                line => lines.push(line.to_owned()),
            }
        }
    };
    assert_eq!(ask(json!({"op": "list", "plain": true})), ["cases.0=one"]);
    let started = ask(json!({"op": "start", "case": "one", "plain": true}));
    for line in [
        "options.access_token=t%3D%0A%25%C3%A9",
        "options.max_attempts=1",
        "options.rate=null",
        "calls.0.cancel=0.5",
        "calls.0.user_id=01",
        "expect_build=false",
    ] {
        assert!(started.iter().any(|came| came == line), "{line}: {started:?}");
    }
    let finish = |getters: Value| json!({"op": "finish", "outcomes": deleted(), "getters": getters, "plain": true});
    let judged = ask(finish(json!([{"status": "absent"}])));
    assert_eq!(judged.len(), 2, "{judged:?}");
    assert!(judged.contains(&"ok=false".to_owned()), "{judged:?}");
    assert!(judged[0].starts_with("differences.0=the%20getters%20say"), "{judged:?}");
    ask(json!({"op": "start", "case": "one", "plain": true}));
    assert_eq!(ask(finish(deleted().into())), ["ok=true"]);
    assert!(ask(json!({"op": "dance", "plain": true}))[0].starts_with("error="));
}

#[test]
fn the_program_serves_until_its_input_ends() -> io::Result<()> {
    let folder = folder(&[("a.json", json!({"about": "a", "cases": [case(json!({}))]}))]);
    let program = env!("CARGO_BIN_EXE_dingtalk-extcontact-judge");
    let mut child =
        Command::new(program).arg(&folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line)?;
    let told: Value = serde_json::from_str(&line)?;
    assert_eq!(told["cases"], 1);
    let mut talk = Talk::with(told["control"].as_str().unwrap());
    assert_eq!(talk.say(json!({"op": "list"})), json!({"cases": ["one"]}));
    drop(child.stdin.take());
    assert!(child.wait()?.success());
    let wrong = Command::new(program).arg("/nowhere/at/all").stdin(Stdio::null()).output()?;
    assert!(!wrong.status.success());
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("/nowhere/at/all"));
    Ok(())
}
