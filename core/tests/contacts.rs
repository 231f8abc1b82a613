//! Reading contacts from the sandbox.

use dingtalk_extcontact::{Call, Client, ErrorKind};
use dingtalk_extcontact_sandbox::{Faults, Permission, Sandbox};

fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .app_key(sandbox.app_key())
        .app_secret(sandbox.app_secret())
        .endpoint(sandbox.url())
        .build()
        .unwrap()
}

#[test]
fn all_pages_are_read() {
    for count in [0, 1, 99, 100, 101, 250] {
        let sandbox = Sandbox::builder().made_up(count).calls_per_second(None).start().unwrap();
        let contacts = client(&sandbox).contacts(&Call::new()).unwrap();
        let ids: Vec<_> = contacts.iter().map(|contact| contact.user_id().to_owned()).collect();
        assert_eq!(ids, sandbox.contacts(), "{count}");
    }
}

#[test]
fn a_record_has_its_fields_and_debug_output_none() {
    let sandbox = Sandbox::builder().made_up(3).start().unwrap();
    let id = &sandbox.contacts()[1];
    let contact = client(&sandbox).get(id, &Call::new()).unwrap();
    assert_eq!(
        Some(&serde_json::Value::Object(contact.record().clone())),
        sandbox.contact(id).as_ref()
    );
    let name = contact.text("name").unwrap();
    assert_eq!(contact.text("no such field"), None);
    assert!(!contact.ids("label_ids").is_empty());
    assert!(!format!("{contact:?}").contains(name));
}

#[test]
fn errors_of_reading() {
    let sandbox = Sandbox::builder().made_up(3).start().unwrap();
    let (client, call) = (client(&sandbox), Call::new());
    let error = client.get("0999", &call).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidUserId, Some("33012")));
    assert_eq!(error.user_id(), Some("0999"));
    sandbox.faults(Faults::parse("lost-reply=first=1;on=list").unwrap());
    assert_eq!(client.contacts(&call).unwrap().len(), 3, "trouble is tried again");
    sandbox.set_permission(Permission::Read, false);
    let error = client.contacts(&call).unwrap_err();
    assert_eq!((error.kind(), error.maybe_deleted()), (ErrorKind::PermissionDenied, false));
    assert!(error.advice().contains("qyapi_ext_read"));
}

#[test]
fn a_panic_of_the_probe_is_an_error_of_the_call() {
    let sandbox = Sandbox::builder().made_up(1).start().unwrap();
    let client = client(&sandbox);
    let call = Call::new().probe(|| panic!("on purpose"));
    let errors = [
        client.get(&sandbox.contacts()[0], &call).map(drop).unwrap_err(),
        client.contacts(&call).map(drop).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Internal, "{error}");
        assert!(error.message().contains("on purpose"), "{error}");
    }
}
