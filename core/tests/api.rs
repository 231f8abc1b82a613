//! The public API as Rust programs see it.

use std::error::Error as _;
use std::io;
use std::net::TcpListener;

use dingtalk_extcontact::{
    Batch, BatchOptions, Call, Canceller, Client, ClientBuilder, CodeInfo, Contact, DeleteMany,
    Deletion, Error, ErrorKind, Item, Outcome, Status, Summary,
};

/// Programs share clients and send outcomes to other threads.
#[test]
fn all_types_are_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<(Client, ClientBuilder, Call, Canceller, Contact, CodeInfo)>();
    check::<(Batch, BatchOptions, DeleteMany<std::vec::IntoIter<String>>)>();
    check::<(Deletion, Error, ErrorKind, Item, Outcome, Status, Summary)>();
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

    let missing = builder.ca_file("/nonexistent/roots.pem").build().unwrap_err();
    assert_eq!(kind(&missing), io::ErrorKind::NotFound);
    let journal = BatchOptions::new().journal("/nonexistent/journal");
    assert_eq!(kind(&client.batch(journal).unwrap_err()), io::ErrorKind::NotFound);

    assert!(client.delete(" ").unwrap_err().source().is_none());
}
