//! The sandbox over real sockets: every shape on the wire, every fault, and its end.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use dingtalk_extcontact_sandbox::{BlockShape, Faults, Happens, Permission, Sandbox};
use dingtalk_extcontact_test_support::client::{Client, Reply, address_in, post_bytes};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(20);

fn client(sandbox: &Sandbox) -> Client {
    Client::to_url(&sandbox.url())
}

fn small() -> Sandbox {
    let contacts = ["001", "002", "003"].map(|id| json!({"userid": id, "name": "n"}));
    Sandbox::builder().contacts(contacts).calls_per_second(None).start().unwrap()
}

fn target(sandbox: &Sandbox, call: &str) -> String {
    format!("/topapi/extcontact/{call}?access_token={}", sandbox.token())
}

fn call(sandbox: &Sandbox, call: &str, body: &str) -> Value {
    ok_json(&client(sandbox).post_form(&target(sandbox, call), body))
}

/// The JSON of a reply with HTTP status 200.
fn ok_json(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn assert_request_id(body: &Value) {
    let id = body["request_id"].as_str().unwrap();
    assert_eq!(id.len(), 12, "{id}");
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    assert!(id.bytes().all(fits), "{id}");
}

fn keys(body: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(|key| &**key).collect();
    keys.sort_unstable();
    keys
}

fn assert_gateway(body: &Value, sub_code: &str) {
    assert_eq!(keys(body), ["errcode", "errmsg", "request_id", "sub_code", "sub_msg"]);
    assert_eq!(body["errcode"], 88);
    assert_eq!(body["sub_code"], sub_code);
    let sub_msg = body["sub_msg"].as_str().unwrap();
    let errmsg = format!("ding talk error[subcode={sub_code},submsg={sub_msg}]");
    assert_eq!(body["errmsg"], errmsg);
    assert_request_id(body);
}

#[test]
fn a_delete_deletes_once() {
    let sandbox = small();
    let first = call(&sandbox, "delete", "user_id=002");
    assert_eq!(keys(&first), ["errcode", "request_id"]);
    assert_eq!(first["errcode"], 0);
    assert_request_id(&first);
    assert_eq!(sandbox.contacts(), ["001", "003"]);
    assert_eq!(sandbox.deleted(), ["002"]);
    assert_eq!(sandbox.contact("002"), None);
    for gone in ["002", "2", "never"] {
        let again = call(&sandbox, "delete", &format!("user_id={gone}"));
        assert_eq!(keys(&again), ["errcode", "errmsg", "request_id"]);
        assert_eq!(again["errcode"], 33012);
    }
    assert_eq!(call(&sandbox, "delete", "")["errcode"], 40035);
    assert_eq!(call(&sandbox, "delete", "user_id=")["errcode"], 40035);
    assert_eq!(sandbox.deleted(), ["002"]);
}

#[test]
fn the_token_may_stand_in_the_form_and_the_id_in_json_and_neither_in_a_header() {
    let sandbox = small();
    let mut client = client(&sandbox);
    let body = format!("user_id=001&access_token={}", sandbox.token());
    let reply = client.post_form("/topapi/extcontact/delete", &body);
    assert_eq!(ok_json(&reply)["errcode"], 0);
    let reply =
        client.post(&target(&sandbox, "delete"), "application/json", r#"{"user_id": "002"}"#);
    assert_eq!(ok_json(&reply)["errcode"], 0);
    client.send(format!(
        "POST /topapi/extcontact/delete HTTP/1.1\r\nx-acs-dingtalk-access-token: {}\r\n\
         Content-Length: 11\r\n\r\nuser_id=003",
        sandbox.token()
    ));
    assert_gateway(&ok_json(&client.reply().unwrap()), "40000");
    assert_eq!(sandbox.contacts(), ["003"]);
}

#[test]
fn list_pages_end_with_a_short_one_and_get_answers_all_fields() {
    let sandbox = Sandbox::builder().made_up(205).calls_per_second(None).start().unwrap();
    let mut listed = Vec::new();
    for (offset, length) in [(0, 100), (100, 100), (200, 5), (300, 0)] {
        let page = call(&sandbox, "list", &format!("size=100&offset={offset}"));
        assert_eq!(keys(&page), ["errcode", "errmsg", "request_id", "results"]);
        let results = page["results"].as_array().unwrap();
        assert_eq!(results.len(), length);
        listed.extend(results.iter().map(|one| one["userid"].as_str().unwrap().to_owned()));
    }
    assert_eq!(listed, sandbox.contacts());
    let all = call(&sandbox, "list", "");
    assert_eq!(all["results"].as_array().unwrap().len(), 100);
    for wrong in [
        "size=100",
        "offset=0",
        "size=0&offset=0",
        "size=101&offset=0",
        "size=x&offset=0",
        "size=1&offset=-1",
    ] {
        assert_eq!(call(&sandbox, "list", wrong)["errcode"], 40035, "{wrong}");
    }
    for (range, length) in
        [("", 2), ("size=100&offset=0", 2), ("size=1&offset=1", 1), ("size=9&offset=2", 0)]
    {
        let groups = call(&sandbox, "listlabelgroups", range);
        assert_eq!(groups["results"].as_array().unwrap().len(), length, "{range}");
    }
    assert_eq!(call(&sandbox, "listlabelgroups", "size=101&offset=0")["errcode"], 40035);
    let userid = listed.first().unwrap();
    let got = call(&sandbox, "get", &format!("user_id={userid}"));
    assert_eq!(got["result"], sandbox.contact(userid).unwrap());
    assert_eq!(keys(&got["result"]).len(), 13);
    assert_eq!(call(&sandbox, "get", "user_id=x")["errcode"], 33012);
}

#[test]
fn the_token_call_takes_json_and_answers_as_the_newer_family_does() {
    let sandbox = small();
    let mut client = client(&sandbox);
    let mut ask = |content_type: &str, body: &str| {
        client.post("/v1.0/oauth2/accessToken", content_type, body)
    };
    let body = json!({"appKey": sandbox.app_key(), "appSecret": sandbox.app_secret()}).to_string();
    let good = ask("application/json", &body);
    assert_eq!(ok_json(&good), json!({"accessToken": sandbox.token(), "expireIn": 7200}));
    assert_eq!(ask("application/json", &body).json(), good.json());
    let form = format!("appKey={}&appSecret={}", sandbox.app_key(), sandbox.app_secret());
    let wrong = json!({"appKey": sandbox.app_key(), "appSecret": "wrong"}).to_string();
    for (content_type, body, code) in [
        ("application/x-www-form-urlencoded", form.as_str(), "Missingbody"),
        ("application/json", "", "Missingbody"),
        ("application/json", r#"{"appSecret": "x"}"#, "MissingappKey"),
        ("application/json", &wrong, "invalidClientIdOrSecret"),
    ] {
        let refused = ask(content_type, body);
        assert_eq!(refused.status, 400);
        assert_eq!(keys(&refused.json()), ["code", "message", "requestid"]);
        assert_eq!(refused.json()["code"], code);
    }
    sandbox.revoke_app();
    assert_eq!(ask("application/json", &body).json()["code"], "invalidClientIdOrSecret");
}

#[test]
fn the_historic_token_call_hands_out_the_same_token() {
    let sandbox = small();
    let mut client = client(&sandbox);
    let good = format!("/gettoken?appkey={}&appsecret={}", sandbox.app_key(), sandbox.app_secret());
    assert_eq!(
        ok_json(&client.get(&good)),
        json!({"errcode": 0, "errmsg": "ok", "access_token": sandbox.token(), "expires_in": 7200})
    );
    let wrong = ok_json(&client.get("/gettoken?appkey=a&appsecret=b"));
    assert_eq!(wrong["errcode"], 40096);
    assert_eq!(keys(&wrong), ["errcode", "errmsg"]);
    assert_eq!(ok_json(&client.get("/gettoken?appsecret=b"))["errcode"], 40035);
    assert_eq!(ok_json(&client.get("/gettoken?appkey=a"))["errcode"], 40035);
}

#[test]
fn tokens_are_refused_when_wrong_blank_expired_or_revoked() {
    let sandbox = small();
    let mut client = client(&sandbox);
    let mut refused = |token: &str, sub_code: &str| {
        let target = format!("/topapi/extcontact/delete?access_token={token}");
        let reply = client.post_form(&target, "user_id=001");
        assert_gateway(&ok_json(&reply), sub_code);
    };
    refused("wrong", "40014");
    refused("", "40000");
    let old = sandbox.token();
    sandbox.expire_tokens();
    refused(&old, "40014");
    assert_ne!(sandbox.token(), old);
    sandbox.refuse_tokens(true);
    refused(&sandbox.token(), "40014");
    sandbox.refuse_tokens(false);
    sandbox.revoke_app();
    refused(&sandbox.token(), "40014");
    assert!(sandbox.deleted().is_empty());
}

#[test]
fn missing_permissions_name_their_scope_and_leave_the_other_calls_alone() {
    let sandbox = small();
    sandbox.set_permission(Permission::Write, false);
    let refused = call(&sandbox, "delete", "user_id=001");
    assert_gateway(&refused, "60011");
    let errmsg = refused["errmsg"].as_str().unwrap();
    assert!(errmsg.ends_with(", {requiredScopes=[qyapi_ext_write]}]"), "{errmsg}");
    assert_eq!(call(&sandbox, "list", "")["errcode"], 0);
    sandbox.set_permission(Permission::Write, true);
    sandbox.set_permission(Permission::Read, false);
    assert_eq!(call(&sandbox, "delete", "user_id=001")["errcode"], 0);
    let refused = call(&sandbox, "get", "user_id=002");
    assert!(refused["errmsg"].as_str().unwrap().contains("requiredScopes=[qyapi_ext_read]"));
    sandbox.set_ip_allowed(false);
    assert_gateway(&call(&sandbox, "delete", "user_id=002"), "60020");
}

#[test]
fn unknown_addresses_are_told_before_a_bad_token() {
    let sandbox = small();
    let mut client = client(&sandbox);
    let unknown_api = ok_json(&client.post_form("/topapi/extcontact/erase?access_token=x", ""));
    assert_eq!(unknown_api["errcode"], 22);
    assert!(unknown_api["errmsg"].as_str().unwrap().contains("dingtalk.oapi.extcontact.erase"));
    assert_request_id(&unknown_api);
    let unknown_uri = ok_json(&client.post_form("/extcontact/delete", ""));
    assert_eq!(keys(&unknown_uri), ["errcode", "errmsg"]);
    assert_eq!(unknown_uri["errcode"], 404);
    assert_eq!(client.post_form("/v1.0/nothing", "").status, 404);
    let get = client.get(&target(&sandbox, "delete"));
    assert_eq!(ok_json(&get)["errcode"], 43002);
}

#[test]
fn over_twenty_calls_in_a_second_are_throttled() {
    let sandbox = Sandbox::start().unwrap();
    let mut client = client(&sandbox);
    let target = target(&sandbox, "delete");
    let begun = Instant::now();
    let replies: Vec<Value> =
        (0..25).map(|_| ok_json(&client.post_form(&target, "user_id=x"))).collect();
    // On a machine that is busy enough the window may have moved on.
    if begun.elapsed() < Duration::from_secs(1) {
        let absent = replies.iter().filter(|body| body["errcode"] == 33012).count();
        assert_eq!(absent, 20);
        assert_gateway(&replies[24], "90018");
    }
    sandbox.set_calls_per_second(Some(0));
    assert_gateway(&ok_json(&client.post_form(&target, "user_id=x")), "90018");
}

#[test]
fn the_ip_block_has_no_errcode_and_answers_everything() {
    let sandbox = Sandbox::builder().ip_block_after(2, BlockShape::Json).start().unwrap();
    let mut client = client(&sandbox);
    let target = target(&sandbox, "delete");
    for _ in 0..2 {
        assert_eq!(ok_json(&client.post_form(&target, "user_id=x"))["errcode"], 33012);
    }
    let blocked = ok_json(&client.post_form(&target, "user_id=x"));
    assert_eq!(keys(&blocked), ["punish", "source", "status", "uuid", "wait"]);
    assert_eq!(blocked["status"], 1111);
    assert_eq!(ok_json(&client.get("/gettoken"))["status"], 1111);
    sandbox.unblock_ip();
    assert_eq!(ok_json(&client.post_form(&target, "user_id=x"))["errcode"], 33012);
    sandbox.block_ip(BlockShape::Html);
    let page = client.post_form(&target, "user_id=x");
    assert_eq!(page.header("content-type"), Some("text/html;charset=UTF-8"));
    assert!(page.text().starts_with("<!DOCTYPE html>"));
}

#[test]
fn requests_are_written_down_and_can_be_waited_for() {
    let sandbox = small();
    assert!(!sandbox.wait_for_requests(1, Duration::ZERO));
    let address = address_in(&sandbox.url());
    let asking = thread::spawn(move || {
        let mut first = Client::connect(address);
        first.post_form("/one?a=b%20c", "d=e");
        Client::connect(address).get("/two");
    });
    assert!(sandbox.wait_for_requests(2, LIMIT));
    asking.join().unwrap();
    let requests = sandbox.requests();
    assert_eq!(sandbox.request_count(), 2);
    let [one, two] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!((one.method.as_str(), one.path.as_str()), ("POST", "/one"));
    assert_eq!(one.query(), [("a".to_owned(), "b c".to_owned())]);
    assert_eq!(one.form(), [("d".to_owned(), "e".to_owned())]);
    assert_eq!(one.header("HOST"), Some("h"));
    assert_eq!((one.connection, two.connection), (1, 2));
    assert_eq!(two.method, "GET");
    assert!(one.when <= two.when);
}

#[test]
fn only_the_latest_requests_are_kept() {
    let sandbox = Sandbox::builder().keep_requests(2).start().unwrap();
    let mut client = client(&sandbox);
    for path in ["/1", "/2", "/3"] {
        client.get(path);
    }
    let paths: Vec<String> = sandbox.requests().into_iter().map(|one| one.path).collect();
    assert_eq!(paths, ["/2", "/3"]);
    assert_eq!(sandbox.request_count(), 3);
}

#[test]
fn a_connection_is_kept_unless_the_client_says_otherwise() {
    let sandbox = small();
    let mut kept = client(&sandbox);
    kept.get("/1");
    kept.get("/2");
    kept.send("GET /3 HTTP/1.1\r\nConnection: close\r\n\r\n");
    kept.reply().unwrap();
    assert!(kept.rest().0.is_empty());
    let mut old = client(&sandbox);
    old.send("GET /4 HTTP/1.0\r\n\r\n");
    old.reply().unwrap();
    old.rest().1.unwrap();
    let mut wrong = client(&sandbox);
    wrong.send([0x16, 3, 1, 0, 0]);
    assert_eq!(wrong.reply().unwrap().status, 400);
    assert_eq!(sandbox.request_count(), 4);
}

/// What a client meets of one delete call under a fault, and whether the contact is gone.
fn hit(fault: &str) -> (Option<Reply>, std::io::Result<()>, bool) {
    let sandbox = small();
    sandbox.faults(Faults::parse(&format!("{fault};seed=3")).unwrap());
    let mut client = client(&sandbox);
    client.send(post_bytes(
        &target(&sandbox, "delete"),
        "application/x-www-form-urlencoded",
        "user_id=001",
    ));
    let (reply, end) = match client.reply() {
        Ok(reply) => (Some(reply), Ok(())),
        Err(error) => (None, Err(error)),
    };
    (reply, end, !sandbox.deleted().is_empty())
}

#[test]
fn every_fault_shows_as_it_says_and_deletes_as_it_says() {
    for known in Faults::known() {
        let (reply, end, deleted) = hit(&format!("{}=1", known.name));
        match known.deletes {
            Happens::Yes => assert!(deleted, "{known}"),
            Happens::No => assert!(!deleted, "{known}"),
            _ => {}
        }
        let ended = end.err().map(|error| error.kind());
        let status = reply.as_ref().map(|reply| reply.status);
        let errcode = |reply: &Option<Reply>| reply.as_ref().unwrap().json()["errcode"].clone();
        match known.name {
            "reset-before" | "reset-after" => {
                assert_eq!(ended, Some(ErrorKind::ConnectionReset), "{known}");
            }
            "lost-reply" | "truncated" => {
                assert_eq!(ended, Some(ErrorKind::UnexpectedEof), "{known}");
            }
            "http-500" => assert_eq!(status, Some(500)),
            "http-502" => assert_eq!(status, Some(502)),
            "http-503" => {
                assert_eq!(status, Some(503));
                assert_eq!(reply.unwrap().header("retry-after"), Some("1"));
            }
            "html" => assert!(reply.unwrap().text().starts_with("<html>")),
            "huge" => {
                assert_eq!(errcode(&reply), 0);
                assert!(reply.unwrap().body.len() > 1024 * 1024);
            }
            "delay" | "slow" => assert_eq!(errcode(&reply), 0),
            "busy" => assert_eq!(errcode(&reply), -1),
            "system-error" => assert_eq!(errcode(&reply), 400_001),
            "isp" => {
                assert_eq!(errcode(&reply), 15);
                assert_eq!(reply.unwrap().json()["sub_code"], "isp.-1");
            }
            "throttle" => assert_gateway(&reply.unwrap().json(), "90018"),
            "ip-block" => {
                let reply = reply.unwrap();
                let page = reply.text().starts_with("<!DOCTYPE html>");
                assert!(page || reply.json()["status"] == 1111);
            }
            other => panic!("no test for the fault {other}"),
        }
    }
}

#[test]
fn the_same_seed_hits_the_same_calls() {
    let run = |seed: u32| -> (Vec<String>, Vec<String>) {
        let sandbox = Sandbox::builder()
            .made_up(60)
            .calls_per_second(None)
            .faults(Faults::parse(&format!("isp=0.4,busy=0.2,html=0.1;seed={seed}")).unwrap())
            .start()
            .unwrap();
        let mut client = client(&sandbox);
        let target = target(&sandbox, "delete");
        let replies = sandbox
            .contacts()
            .iter()
            .map(|id| client.post_form(&target, &format!("user_id={id}")).text())
            .collect();
        (replies, sandbox.deleted())
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5).1, run(6).1);
}

#[test]
fn faults_hit_the_calls_that_they_are_about_and_first_ends() {
    let sandbox = small();
    sandbox.faults(Faults::parse("http-500=first=1;on=list").unwrap());
    assert_eq!(call(&sandbox, "delete", "user_id=001")["errcode"], 0);
    let mut client = client(&sandbox);
    let list = target(&sandbox, "list");
    assert_eq!(client.post_form(&list, "").status, 500);
    assert_eq!(client.post_form(&list, "").status, 200);
    sandbox.faults(Faults::parse("http-503=1@7s;on=token").unwrap());
    let reply = client.post("/v1.0/oauth2/accessToken", "application/json", "{}");
    assert_eq!(reply.header("retry-after"), Some("7"));
    assert_eq!(client.get("/gettoken").status, 503);
    sandbox.faults(Faults::default());
    assert_eq!(client.get("/gettoken").status, 200);
}

#[test]
fn latency_and_delay_take_their_time() {
    let sandbox = Sandbox::builder()
        .latency(Duration::from_millis(30))
        .faults(Faults::parse("delay=30ms").unwrap())
        .start()
        .unwrap();
    let begun = Instant::now();
    call(&sandbox, "delete", "user_id=x");
    assert!(begun.elapsed() >= Duration::from_millis(60));
}

#[test]
fn it_describes_itself_and_refuses_what_makes_no_sense() {
    let sandbox = Sandbox::builder().app_key("key-1").app_secret("secret-1").start().unwrap();
    assert_eq!(
        sandbox.describe(),
        json!({"url": sandbox.url(), "access_token": sandbox.token(), "app_key": "key-1",
               "app_secret": "secret-1", "contacts": 20})
    );
    let refused = |builder: dingtalk_extcontact_sandbox::Builder| match builder.start() {
        Ok(_) => panic!("started"),
        Err(error) => error.kind(),
    };
    let double = [json!({"userid": "1"}), json!({"userid": "1"})];
    assert_eq!(refused(Sandbox::builder().contacts(double)), ErrorKind::InvalidInput);
    assert_eq!(
        refused(Sandbox::builder().contacts([json!({"userid": 1})])),
        ErrorKind::InvalidInput
    );
    assert_eq!(refused(Sandbox::builder().app_key(" ")), ErrorKind::InvalidInput);
    let port = address_in(&sandbox.url()).port();
    assert_eq!(refused(Sandbox::builder().port(port)), ErrorKind::AddrInUse);
}

#[test]
fn contacts_can_come_and_go_by_other_hands() {
    let sandbox = small();
    assert!(sandbox.remove_contact("001").is_some());
    assert!(sandbox.remove_contact("001").is_none());
    sandbox.add_contact(json!({"userid": "009"})).unwrap();
    assert!(sandbox.add_contact(json!({"userid": "009"})).is_err());
    assert_eq!(sandbox.contacts(), ["002", "003", "009"]);
    assert!(sandbox.deleted().is_empty());
}

#[test]
fn dropping_it_ends_at_once_whatever_clients_do() {
    let sandbox = Sandbox::builder()
        .faults(Faults::parse("delay=first=1@600s,slow=1@600s").unwrap())
        .start()
        .unwrap();
    let address = address_in(&sandbox.url());
    let target = target(&sandbox, "delete");
    let mut clients: Vec<Client> = (0..4).map(|_| client(&sandbox)).collect();
    for client in clients.iter_mut().take(2) {
        client.send(post_bytes(&target, "t", "user_id=x"));
    }
    clients[2].send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nha");
    assert!(sandbox.wait_for_requests(2, LIMIT));
    let begun = Instant::now();
    drop(sandbox);
    assert!(begun.elapsed() < Duration::from_secs(10));
    let error = TcpStream::connect(address).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn it_is_shared_by_threads() {
    let sandbox = Sandbox::builder().made_up(400).calls_per_second(None).start().unwrap();
    let target = target(&sandbox, "delete");
    let ids = sandbox.contacts();
    thread::scope(|scope| {
        for part in ids.chunks(50) {
            let (sandbox, target) = (&sandbox, &target);
            scope.spawn(move || {
                let mut client = client(sandbox);
                for id in part {
                    let reply = client.post_form(target, &format!("user_id={id}"));
                    assert_eq!(reply.json()["errcode"], 0);
                }
            });
        }
    });
    let mut deleted = sandbox.deleted();
    deleted.sort_unstable();
    let mut expected = ids;
    expected.sort_unstable();
    assert_eq!(deleted, expected);
    assert!(sandbox.contacts().is_empty());
}
