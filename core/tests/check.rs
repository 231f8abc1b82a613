//! Checks, over real sockets.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, SystemTime};

use dingtalk_extcontact::{
    Call, Check, CheckName, CheckStatus, CheckStep, Client, ClientBuilder, ErrorKind, ProxySetting,
};
use dingtalk_extcontact_sandbox::{BlockShape, Faults, Permission, Sandbox};
use dingtalk_extcontact_test_support::*;
use rustls::version::TLS13;

const TOKEN: &str = "hush-token";
const MISSING: &str = r#"{"errcode":33012,"errmsg":"no","request_id":"r1"}"#;

fn of_app(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder()
        .app_key(sandbox.app_key())
        .app_secret(sandbox.app_secret())
        .endpoint(sandbox.url())
        .max_attempts(1)
}

fn with_token(url: String) -> Client {
    let builder = Client::builder().access_token(TOKEN).endpoint(url);
    builder.max_attempts(1).proxy(ProxySetting::None).build().unwrap()
}

fn checked(client: &Client, write: bool) -> Check {
    client.check(write, &Call::new()).unwrap()
}

fn step(check: &Check, name: CheckName) -> &CheckStep {
    check.steps.iter().find(|step| step.name == name).unwrap()
}

fn status(check: &Check, name: CheckName) -> CheckStatus {
    step(check, name).status
}

/// A step that failed, as it must, and says what to do.
fn failed(check: &Check, name: CheckName) -> &CheckStep {
    let step = step(check, name);
    assert!(!check.ok && step.status == CheckStatus::Failed, "{check:?}");
    assert!(step.advice.as_ref().is_some_and(|advice| !advice.is_empty()), "{step:?}");
    step
}

/// A service that answers each path with what `answer` says, with `now` as its date.
fn service(
    now: SystemTime,
    answer: impl Fn(&str) -> String + Send + Sync + 'static,
) -> (SocketAddr, Seen) {
    let seen = Seen::default();
    let noted = seen.clone();
    let address = serve(move |connection| {
        while let Some(request) = read_request(connection) {
            let reply = Reply::new(200, "application/json", answer(&request.path))
                .with_header("Date", httpdate::fmt_http_date(now));
            noted.lock().unwrap().push(request);
            if connection.send(&reply.to_bytes()).is_err() {
                return;
            }
        }
    });
    (address, seen)
}

/// A client of a service that lists nobody, knows nobody, and answers a deletion like this.
fn deleting(answer: &'static str) -> (Client, Seen) {
    let (address, seen) = service(SystemTime::now(), move |path| {
        let text = match path {
            "/topapi/extcontact/delete" => answer,
            "/topapi/extcontact/get" => MISSING,
            _ => r#"{"errcode":0,"results":[]}"#,
        };
        text.to_owned()
    });
    (with_token(format!("http://{address}")), seen)
}

#[test]
fn all_stands() {
    let sandbox = Sandbox::builder().made_up(3).start().unwrap();
    let client = of_app(&sandbox).build().unwrap();
    let check = checked(&client, false);
    assert!(check.ok, "{check:?}");
    assert!(check.steps.is_sorted_by_key(|step| step.name));
    assert_eq!(check.steps.len(), 11);
    for name in [CheckName::Connection, CheckName::Token, CheckName::WhiteList] {
        assert_eq!(status(&check, name), CheckStatus::Ok, "{name}");
    }
    assert_eq!(status(&check, CheckName::Tls), CheckStatus::Skipped);
    assert_eq!(status(&check, CheckName::WritePermission), CheckStatus::Skipped);
    let paths: Vec<_> = sandbox.requests().iter().map(|request| request.path.clone()).collect();
    assert_eq!(paths, ["/v1.0/oauth2/accessToken", "/topapi/extcontact/list"]);
    let check = checked(&client, true);
    assert_eq!(status(&check, CheckName::WritePermission), CheckStatus::Ok, "{check:?}");
    assert!(check.ok && sandbox.deleted().is_empty() && sandbox.contacts().len() == 3);
}

#[test]
fn the_report_holds_no_value_that_is_not_allowed() {
    let sandbox = Sandbox::builder().made_up(1).start().unwrap();
    let check = checked(&of_app(&sandbox).build().unwrap(), true);
    let report = serde_json::to_string(&check.report).unwrap();
    let record = sandbox.contact(&sandbox.contacts()[0]).unwrap();
    let name = record["name"].as_str().unwrap();
    for value in
        [name, &sandbox.contacts()[0], &sandbox.token(), &sandbox.app_secret(), &sandbox.app_key()]
    {
        assert!(!report.contains(value), "{value}: {report}");
    }
    let replies = check.report["replies"].as_array().unwrap();
    let codes: Vec<_> = replies.iter().map(|reply| reply["body"]["errcode"].as_i64()).collect();
    assert_eq!(codes, [None, Some(0), Some(33012), Some(33012)]);
    assert!(replies[1]["body"]["request_id"].is_string());
    assert_eq!(replies[1]["body"]["results"]["first"]["name"]["type"], "string");
}

#[test]
fn a_token_or_credentials_that_are_refused() {
    let sandbox = Sandbox::builder().made_up(1).start().unwrap();
    let check = checked(&with_token(sandbox.url()), true);
    assert_eq!(failed(&check, CheckName::Token).error.as_ref().unwrap().code(), Some("40014"));
    assert_eq!(status(&check, CheckName::ReadPermission), CheckStatus::Skipped);
    assert_eq!(status(&check, CheckName::WritePermission), CheckStatus::Skipped);
    let check = checked(&of_app(&sandbox).app_secret("another").build().unwrap(), false);
    let error = failed(&check, CheckName::Token).error.as_ref().unwrap();
    assert_eq!(error.kind(), ErrorKind::Authentication);
}

#[test]
fn permissions_that_are_missing() {
    let sandbox = Sandbox::builder().made_up(1).start().unwrap();
    let client = of_app(&sandbox).build().unwrap();
    sandbox.set_permission(Permission::Write, false);
    let check = checked(&client, true);
    assert!(
        failed(&check, CheckName::WritePermission)
            .advice
            .as_ref()
            .unwrap()
            .contains("qyapi_ext_write")
    );
    assert_eq!(status(&check, CheckName::ReadPermission), CheckStatus::Ok);
    assert!(checked(&client, false).ok, "nobody asked for that");
    sandbox.set_permission(Permission::Read, false);
    let before = sandbox.requests().len();
    let check = checked(&client, true);
    let advice = failed(&check, CheckName::ReadPermission).advice.as_ref().unwrap();
    assert!(advice.contains("qyapi_ext_read") && !advice.contains("write"), "{advice}");
    assert_eq!(status(&check, CheckName::Token), CheckStatus::Ok);
    assert_eq!(status(&check, CheckName::WritePermission), CheckStatus::Skipped);
    assert!(sandbox.requests()[before..].iter().all(|request| !request.path.ends_with("/delete")));
}

#[test]
fn what_a_deletion_answers_shows_the_permission_its_lack_or_nothing() {
    for (answer, expected) in [
        (MISSING, CheckStatus::Ok),
        (r#"{"errcode":88,"sub_code":"60011"}"#, CheckStatus::Failed),
        (r#"{"errcode":43007}"#, CheckStatus::Failed),
        (r#"{"errcode":0}"#, CheckStatus::Unknown),
        (r#"{"errcode":40003}"#, CheckStatus::Unknown),
        (r#"{"errcode":400001}"#, CheckStatus::Unknown),
        (r#"<html>"#, CheckStatus::Unknown),
    ] {
        let (client, seen) = deleting(answer);
        let check = checked(&client, true);
        assert_eq!(status(&check, CheckName::WritePermission), expected, "{answer}: {check:?}");
        assert_eq!(check.ok, expected == CheckStatus::Ok, "{answer}");
        let seen = seen.lock().unwrap();
        let asked: Vec<_> =
            seen.iter().filter(|request| !request.path.ends_with("/list")).collect();
        let [get, delete] = asked.as_slice() else { panic!("{asked:?}") };
        assert!(get.path.ends_with("/get") && delete.path.ends_with("/delete"));
        assert_eq!(get.body, delete.body);
        let id =
            std::str::from_utf8(&get.body).unwrap().strip_prefix("user_id=dtx-check-").unwrap();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    }
}

#[test]
fn nothing_is_deleted_where_get_does_not_say_that_there_is_no_such_contact() {
    for answer in [
        r#"{"errcode":0,"result":{"userid":"dtx-check-1"}}"#,
        r#"{"errcode":60121}"#,
        r#"{"errcode":400001}"#,
        "",
    ] {
        let (address, seen) = service(SystemTime::now(), move |path| {
            let list = path.ends_with("/list");
            if list { r#"{"errcode":0}"#.to_owned() } else { answer.to_owned() }
        });
        let check = checked(&with_token(format!("http://{address}")), true);
        assert_eq!(status(&check, CheckName::WritePermission), CheckStatus::Unknown, "{answer}");
        assert!(seen.lock().unwrap().iter().all(|request| !request.path.ends_with("/delete")));
    }
}

#[test]
fn the_white_list_and_limits() {
    let sandbox = Sandbox::builder().made_up(1).ip_allowed(false).start().unwrap();
    let client = of_app(&sandbox).build().unwrap();
    let check = checked(&client, false);
    let code = failed(&check, CheckName::WhiteList).error.as_ref().unwrap().code();
    assert_eq!(code, Some("60020"));
    assert_eq!(status(&check, CheckName::ReadPermission), CheckStatus::Unknown);
    sandbox.set_ip_allowed(true);
    sandbox.block_ip(BlockShape::Json);
    let check = checked(&client, false);
    failed(&check, CheckName::Limits);
    sandbox.unblock_ip();
    sandbox.faults(Faults::parse("throttle=first=1;on=list").unwrap());
    let check = checked(&of_app(&sandbox).max_attempts(2).build().unwrap(), false);
    assert_eq!(status(&check, CheckName::Limits), CheckStatus::Warning, "{check:?}");
    assert!(check.ok);
}

#[test]
fn no_such_host_and_no_connection() {
    // Too long for a label of a name: the system says no without asking a name server.
    let host = format!("{}.invalid", "n".repeat(64));
    let check = checked(&with_token(format!("https://{host}")), true);
    failed(&check, CheckName::Lookup);
    for name in [CheckName::Connection, CheckName::Tls, CheckName::Token, CheckName::Limits] {
        assert_eq!(status(&check, name), CheckStatus::Skipped, "{name}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://localhost:{}", closed.port());
    let check = checked(&with_token(endpoint), true);
    assert_eq!(status(&check, CheckName::Lookup), CheckStatus::Ok);
    let error = failed(&check, CheckName::Connection).error.as_ref().unwrap();
    assert_eq!(error.kind(), ErrorKind::Connection);
}

#[test]
fn tls_names_who_issued_the_certificate_trusted_or_not() {
    let (ours, other) = (Authority::new("check-ours"), Authority::new("check-other"));
    let (plain, seen) = service(SystemTime::now(), |_| r#"{"errcode":0}"#.to_owned());
    let address = serve_tls(ours.server(&["localhost"], &[&TLS13]), plain);
    let client = |authority: &Authority| {
        let builder = Client::builder().access_token(TOKEN).ca_file(authority.file());
        builder.endpoint(format!("https://localhost:{}", address.port())).build().unwrap()
    };
    let check = checked(&client(&other), true);
    let tls = failed(&check, CheckName::Tls);
    assert_eq!(tls.error.as_ref().unwrap().kind(), ErrorKind::Tls);
    assert!(tls.text.contains("issued by check-ours"), "{}", tls.text);
    assert!(seen.lock().unwrap().is_empty(), "nothing is sent to whom nobody trusts");
    let check = checked(&client(&ours), false);
    let tls = step(&check, CheckName::Tls);
    assert!(check.ok && tls.text.ends_with("TLS 1.3, certificate issued by check-ours"), "{tls:?}");
}

#[test]
fn the_proxy_leads_there_or_does_not() {
    let authority = Authority::new("check-proxied");
    let (plain, _) = service(SystemTime::now(), |_| r#"{"errcode":0}"#.to_owned());
    let server = serve_tls(authority.server(&["gateway.example"], &[&TLS13]), plain);
    let through = |proxy: SocketAddr| {
        let proxy = ProxySetting::Url(format!("http://me:hush-pw@{proxy}"));
        let builder = Client::builder().access_token(TOKEN).ca_file(authority.file());
        builder.endpoint("https://gateway.example").proxy(proxy).max_attempts(1).build().unwrap()
    };
    let (proxy, _) = connect_proxy(server);
    let check = checked(&through(proxy), false);
    assert!(check.ok, "{check:?}");
    let text = &step(&check, CheckName::Proxy).text;
    assert!(text.contains("leads to gateway.example") && !text.contains("hush"), "{text}");
    let refusing = serve(|connection| {
        let _ = read_request(connection);
        let _ = connection.send(&Reply::new(407, "text/plain", "").to_bytes());
    });
    let check = checked(&through(refusing), false);
    let error = failed(&check, CheckName::Proxy).error.as_ref().unwrap();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(status(&check, CheckName::Tls), CheckStatus::Skipped);
}

#[test]
fn a_clock_that_is_off() {
    let hour = Duration::from_secs(3600);
    for (now, expected, is) in [
        (SystemTime::now(), CheckStatus::Ok, "within"),
        (SystemTime::now() + hour, CheckStatus::Warning, "behind"),
        (SystemTime::now() - hour, CheckStatus::Warning, "ahead"),
    ] {
        let (address, _) = service(now, |_| r#"{"errcode":0}"#.to_owned());
        let check = checked(&with_token(format!("http://{address}")), false);
        let clock = step(&check, CheckName::Clock);
        assert!(clock.status == expected && clock.text.contains(is), "{clock:?}");
        assert!(check.ok);
    }
}

#[test]
fn a_cancel_and_a_closed_client_end_it() {
    let sandbox = Sandbox::builder().made_up(1).start().unwrap();
    let client = of_app(&sandbox).build().unwrap();
    let call = Call::new();
    call.canceller().cancel();
    assert_eq!(client.check(true, &call).unwrap_err().kind(), ErrorKind::Cancelled);
    let call = Call::new().probe(|| panic!("on purpose"));
    assert_eq!(client.check(true, &call).unwrap_err().kind(), ErrorKind::Internal);
    client.close();
    let error = client.check(true, &Call::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(sandbox.request_count(), 0);
}

#[test]
fn json_has_typed_steps() {
    let (client, _) = deleting(MISSING);
    let json = serde_json::to_value(checked(&client, true)).unwrap();
    assert_eq!(json["ok"], true);
    let first = &json["steps"][0];
    assert_eq!((&first["step"], &first["status"]), (&"credentials".into(), &"ok".into()));
    assert!(first.get("advice").is_none() && first.get("error").is_none());
    assert!(!json.to_string().contains(TOKEN));
}

/// The C header says what stack a thread needs, where nothing is optimised.
#[test]
fn a_check_over_tls_takes_little_stack() {
    let authority = Authority::new("check-stack");
    let (plain, _) = service(SystemTime::now(), |_| r#"{"errcode":0}"#.to_owned());
    let address = serve_tls(authority.server(&["localhost"], &[&TLS13]), plain);
    let builder = Client::builder().access_token(TOKEN).ca_file(authority.file());
    let client = builder.endpoint(format!("https://localhost:{}", address.port())).build().unwrap();
    let thread = std::thread::Builder::new().stack_size(192 * 1024);
    assert!(thread.spawn(move || checked(&client, true)).unwrap().join().is_ok());
}
