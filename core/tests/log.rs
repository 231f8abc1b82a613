//! What a program with every log line switched on gets to see.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use dingtalk_extcontact::{Client, ErrorKind, ProxySetting};
use dingtalk_extcontact_test_support::*;

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static WIRE: AtomicBool = AtomicBool::new(false);

struct Lines;

impl log::Log for Lines {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        WIRE.load(Ordering::SeqCst)
            || !(metadata.target().starts_with("ureq_proto")
                && metadata.level() == log::Level::Trace)
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            // A binding hands the fields on as well.
            let field = |name: &str| record.key_values().get(name.into()).map(|v| v.to_string());
            let fields = ["user_id", "kind", "request_id"].map(field);
            let line = format!("{} {} {fields:?}", record.target(), record.args());
            LINES.lock().unwrap().push(line);
        }
    }

    fn flush(&self) {}
}

#[test]
fn no_line_of_any_crate_holds_a_secret() {
    log::set_logger(&Lines).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let authority = Authority::new("log");
    let config =
        authority.server(&["oapi.dingtalk.io", "api.dingtalk.io"], &[&rustls::version::TLS13]);
    let plain = serve(move |connection| {
        while let Some(request) = read_request(connection) {
            // The token comes in a body once, and is quoted in a header and a body later.
            let reply = if request.path.contains("oauth2") {
                reply(r#"{"accessToken":"hush-token","expireIn":7200}"#)
            } else {
                let refusal = r#"{"errcode":60011,"errmsg":"POST /x?access_token=hush-token","request_id":"r"}"#;
                Reply::new(200, "application/json", refusal)
                    .with_header("Location", "https://x/?u=access_token%3Dhush%2Dtoken")
                    .to_bytes()
            };
            // In pieces, so that a secret and the end of the head are torn apart.
            for piece in reply.chunks(7) {
                connection.send(piece).unwrap();
            }
        }
    });
    let (proxy, _) = connect_proxy(serve_tls(config, plain));
    let client = Client::builder()
        .app_key("key")
        .app_secret("hush-secret")
        .proxy(ProxySetting::Url(format!("http://user:hush-password@127.0.0.1:{}", proxy.port())))
        .ca_file(authority.file())
        .build()
        .unwrap();
    let error = client.delete("0125").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    assert_eq!(error.errmsg(), Some("POST /x?access_token=***"));

    let lines = LINES.lock().unwrap().split_off(0);
    let fields = r#"[Some("0125"), Some("permission_denied"), Some("r")]"#;
    let told: Vec<_> =
        lines.iter().filter(|line| line.starts_with("dingtalk_extcontact contact 0125")).collect();
    assert_eq!(told.len(), 2, "the attempt and the outcome: {told:?}");
    assert!(told.iter().all(|line| line.ends_with(fields)), "{told:?}");
    assert!(lines.iter().any(|line| line.starts_with("ureq")), "the HTTP library speaks too");
    // "hush", also in Base64 at each offset.
    for line in &lines {
        assert!(
            !["hush", "aHVzaC", "odXNo", "h1c2g"].iter().any(|word| line.contains(word)),
            "{line}"
        );
    }

    // With the bytes of replies in the log, nothing is sent.
    WIRE.store(true, Ordering::SeqCst);
    let error = client.delete("0126").unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
    assert!(error.advice().contains("ureq_proto=debug"));
    assert!(!LINES.lock().unwrap().iter().any(|line| line.contains("hush")));
}
