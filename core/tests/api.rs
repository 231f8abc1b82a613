//! The public API as Rust programs see it.

use std::error::Error as _;
use std::io;
use std::net::TcpListener;
use std::task::Poll;

use dingtalk_extcontact::{
    Batch, BatchOptions, Call, Canceller, Client, ClientBuilder, CodeInfo, Contact, DeleteMany,
    Deletion, Error, ErrorKind, Item, Language, Outcome, ProxySetting, Region, Status, Summary,
};
use dingtalk_extcontact_sandbox::Sandbox;

/// Programs share clients and send outcomes to other threads.
#[test]
fn all_types_are_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<(Client, ClientBuilder, Call, Canceller, Contact, CodeInfo)>();
    check::<(Batch, BatchOptions, DeleteMany<std::vec::IntoIter<String>>)>();
    check::<(Deletion, Error, ErrorKind, Item, Outcome, Status, Summary, Region, ProxySetting)>();
}

/// Advice speaks the language of the client wherever an error comes from; what programs read does
/// not.
#[test]
fn advice_speaks_the_language_of_the_client() {
    let sandbox = Sandbox::start().unwrap();
    let client = |language| {
        let builder = Client::builder().access_token(sandbox.token());
        builder.endpoint(sandbox.url()).language(language).build().unwrap()
    };
    let clients = [Language::English, Language::Chinese].map(client);
    let call = Call::new();
    let timeless = Call::new().timeout(std::time::Duration::ZERO);
    let journal = || BatchOptions::new().journal("/nonexistent/journal");
    let failures: [&dyn Fn(&Client) -> Error; 8] = [
        &|client| client.delete("0125").unwrap_err(),
        &|client| client.delete(" ").unwrap_err(),
        &|client| client.delete_with("0125", &timeless).unwrap_err(),
        &|client| client.get("0125", &call).unwrap_err(),
        &|client| client.set_access_token("").unwrap_err(),
        &|client| client.restore(&serde_json::Map::new(), &call).unwrap_err(),
        &|client| client.batch(journal()).unwrap_err(),
        &|client| {
            let items = client.delete_many([" ".to_owned()], BatchOptions::new()).unwrap();
            match items.map(|item| item.outcome).next().unwrap() {
                Outcome::Error(error) => error,
                outcome => panic!("{outcome:?}"),
            }
        },
    ];
    for failure in failures {
        let [english, chinese] = clients.each_ref().map(failure);
        let facts = |error: &Error| {
            let mut json = serde_json::to_value(error).unwrap();
            let id = error.request_id().unwrap_or("no id");
            json["message"] = error.message().replace(id, "").into();
            json.as_object_mut()
                .unwrap()
                .retain(|name, _| name != "advice" && name != "request_id");
            json
        };
        assert_eq!(facts(&chinese), facts(&english));
        assert!(english.advice().is_ascii(), "{english}");
        assert!(chinese.advice().starts_with('请'), "{chinese}");
    }

    sandbox.expire_tokens();
    let check = clients[1].check(true, &call).unwrap();
    let advice: Vec<_> = check.steps.iter().filter_map(|step| step.advice.as_deref()).collect();
    assert!(!advice.is_empty() && advice.iter().all(|it| it.starts_with('请')), "{check:?}");
    let [english, chinese] = clients.each_ref().map(|client| {
        client.close();
        client.check(false, &call).unwrap_err()
    });
    assert_eq!(english.advice(), "Make a new client.");
    assert_eq!(chinese.advice(), "请新建一个客户端。");
}

#[test]
fn an_error_has_that_of_the_system_as_its_source() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let builder = Client::builder().access_token("t").endpoint(format!("http://{closed}"));
    let client = builder.clone().max_attempts(1).build().unwrap();
    let kind = |error: &Error| error.source().unwrap().downcast_ref::<io::Error>().unwrap().kind();

    let refused = client.delete("0125").unwrap_err();
    assert_eq!(
        (refused.kind(), kind(&refused)),
        (ErrorKind::Connection, io::ErrorKind::ConnectionRefused)
    );
    let clone = refused.clone();
    assert_eq!((kind(&clone), &clone), (kind(&refused), &refused));

    // Too long for a label of a name: the system says no without asking a name server.
    let host = format!("{}.invalid", "n".repeat(64));
    let nowhere = builder.clone().endpoint(format!("https://{host}")).max_attempts(1);
    let unknown = nowhere.build().unwrap().delete("0125").unwrap_err();
    assert!(unknown.message().contains(&format!("cannot look up {host}: ")), "{unknown}");
    assert!(unknown.source().unwrap().is::<io::Error>());

    let missing = builder.ca_file("/nonexistent/roots.pem").build().unwrap_err();
    assert_eq!(kind(&missing), io::ErrorKind::NotFound);
    let journal = BatchOptions::new().journal("/nonexistent/journal");
    assert_eq!(kind(&client.batch(journal).unwrap_err()), io::ErrorKind::NotFound);

    assert!(client.delete(" ").unwrap_err().source().is_none());
}

#[test]
fn names_lead_back_and_what_is_none_is_refused() {
    for kind in ErrorKind::ALL {
        assert_eq!(kind.to_string().parse(), Ok(*kind));
    }
    for status in [Status::Deleted, Status::Absent] {
        assert_eq!(status.to_string().parse(), Ok(status));
    }
    for region in [Region::International, Region::China] {
        assert_eq!(region.to_string().parse(), Ok(region));
    }
    let url = "http://u:hush@proxy.example:3128";
    for proxy in [ProxySetting::Environment, ProxySetting::None, ProxySetting::Url(url.to_owned())]
    {
        assert!(!format!("{proxy:?}").contains("hush"));
        assert_eq!(proxy.as_str().parse(), Ok(proxy));
    }
    for refused in [
        "".parse::<ErrorKind>().unwrap_err(),
        "Deleted".parse::<Status>().unwrap_err(),
        "moon".parse::<Region>().unwrap_err(),
        "proxy.example:3128".parse::<ProxySetting>().unwrap_err(),
        "ftp://u:hush@h".parse::<ProxySetting>().unwrap_err(),
    ] {
        assert_eq!(refused.kind(), ErrorKind::InvalidArgument, "{refused}");
        assert!(!refused.to_string().contains("hush"), "{refused}");
    }
}

#[test]
fn a_batch_tells_none_yet_from_the_end() {
    let client = Client::builder().access_token("t").endpoint("http://127.0.0.1:1");
    let batch = client.build().unwrap().batch(BatchOptions::new()).unwrap();
    assert!(batch.try_next().is_pending());
    batch.push(" ");
    batch.finish();
    assert!(batch.next(&Call::new()).unwrap().is_some());
    assert!(matches!(batch.try_next(), Poll::Ready(None)));
}
