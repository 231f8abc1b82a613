//! Reading contacts from the sandbox.

use std::sync::mpsc;

use dingtalk_extcontact::binding::{ContactPages, contact_to_json};
use dingtalk_extcontact::{Call, Client, Contact, ErrorKind};
use dingtalk_extcontact_sandbox::{Faults, Permission, Sandbox};
use serde_json::json;

fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .app_key(sandbox.app_key())
        .app_secret(sandbox.app_secret())
        .endpoint(sandbox.url())
        .rate(None)
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
fn each_contact_of_a_page_can_be_deleted_before_the_next_page_is_read() {
    let sandbox = Sandbox::builder().made_up(250).calls_per_second(None).start().unwrap();
    let client = client(&sandbox);
    let pages = ContactPages::new(&client);
    while let Some(page) = pages.next(&Call::new()).unwrap() {
        for contact in page {
            client.delete(contact.user_id()).unwrap();
        }
    }
    assert!(sandbox.contacts().is_empty());
    assert!(pages.next(&Call::new()).unwrap().is_none());
}

#[test]
fn the_threads_of_the_library_read_as_well() {
    let sandbox = Sandbox::builder().made_up(101).calls_per_second(None).start().unwrap();
    let (client, ids) = (client(&sandbox), sandbox.contacts());
    let (told, hear) = mpsc::channel();
    let tell = told.clone();
    client.submit_get(ids[7].clone(), Call::new(), move |it| tell.send(it).unwrap());
    assert_eq!(hear.recv().unwrap().unwrap(), client.get(&ids[7], &Call::new()).unwrap());
    let tell = told.clone();
    client.submit_get("0999".to_owned(), Call::new(), move |it| tell.send(it).unwrap());
    let error = hear.recv().unwrap().unwrap_err();
    assert_eq!((error.kind(), error.user_id()), (ErrorKind::InvalidUserId, Some("0999")));
    let cancelled = Call::new();
    cancelled.canceller().cancel();
    client.submit_get(ids[7].clone(), cancelled, move |it| told.send(it).unwrap());
    assert_eq!(hear.recv().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);

    let (pages, (told, hear)) = (ContactPages::new(&client), mpsc::channel());
    let next = || {
        let tell = told.clone();
        pages.submit_next(Call::new(), move |it| tell.send(it).unwrap());
        hear.recv().unwrap()
    };
    sandbox.set_permission(Permission::Read, false);
    assert_eq!(next().unwrap_err().kind(), ErrorKind::PermissionDenied);
    sandbox.set_permission(Permission::Read, true);
    let mut listed = next().unwrap().unwrap();
    listed.extend(next().unwrap().unwrap());
    assert!(listed.iter().map(Contact::user_id).eq(&ids));
    assert!(next().unwrap().is_none());
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
    let told = contact_to_json(&contact);
    assert_eq!((&told["user_id"], &told["name"]), (&json!(id), &json!(name)));
    assert_eq!(told["label_ids"], json!(contact.ids("label_ids")));
    assert_eq!(told["record"], json!(contact.record()));
    let bare = Sandbox::builder().contacts([json!({"userid": "01", "name": ""})]).start().unwrap();
    let told = contact_to_json(&self::client(&bare).get("01", &Call::new()).unwrap());
    let none: [&str; 0] = [];
    assert_eq!((told.get("name"), &told["share_user_ids"]), (None, &json!(none)));
}

#[test]
fn labels_have_names() {
    let sandbox = Sandbox::builder().made_up(20).start().unwrap();
    let (client, call) = (client(&sandbox), Call::new());
    let labels = client.labels(&call).unwrap();
    for contact in client.contacts(&call).unwrap() {
        for id in contact.ids("label_ids") {
            let label = labels.iter().find(|label| label.id == id).unwrap();
            assert!(label.name.starts_with(&label.group), "{label:?}");
        }
    }
    sandbox.set_permission(Permission::Read, false);
    assert_eq!(client.labels(&call).unwrap_err().kind(), ErrorKind::PermissionDenied);
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
