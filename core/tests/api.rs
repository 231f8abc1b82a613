//! The public API as Rust programs see it.

use std::error::Error as _;
use std::io;
use std::net::TcpListener;
use std::task::Poll;

use dingtalk_extcontact::{
    Batch, BatchOptions, Call, Canceller, Client, ClientBuilder, CodeInfo, Contact, DeleteMany,
    Deletion, Error, ErrorKind, Item, Outcome, ProxySetting, Region, Status, Summary,
};

/// Programs share clients and send outcomes to other threads.
#[test]
fn all_types_are_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<(Client, ClientBuilder, Call, Canceller, Contact, CodeInfo)>();
    check::<(Batch, BatchOptions, DeleteMany<std::vec::IntoIter<String>>)>();
    check::<(Deletion, Error, ErrorKind, Item, Outcome, Status, Summary, Region, ProxySetting)>();
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
