//! Contacts as they are read.

use std::collections::VecDeque;
use std::ffi::{CString, c_char, c_int};
use std::sync::{Arc, Mutex, PoisonError};

use dingtalk_extcontact::binding::{
    Binding, CONTACT_IDS, CONTACT_TEXTS, ContactPages, contact_to_json,
};
use dingtalk_extcontact::{Call, Contact};
use once_cell::race::OnceBox;

use crate::call::dtx_call;
use crate::client::dtx_client;
use crate::error::dtx_error;
use crate::ffi;

/// An external contact. All of it is personal data. It never changes.
/// Owner: you, from dtx_client_get or dtx_contacts_next up to dtx_contact_free. Threads: any number
/// at once.
pub struct dtx_contact {
    contact: Contact,
    user_id: CString,
    texts: [Option<CString>; CONTACT_TEXTS.len()],
    ids: [Vec<CString>; CONTACT_IDS.len()],
    /// Both made when asked for, without a lock that a forked child could find held.
    record: OnceBox<CString>,
    json: OnceBox<CString>,
}

impl From<Contact> for dtx_contact {
    fn from(contact: Contact) -> dtx_contact {
        let ids = |name| contact.ids(name).iter().map(|id| ffi::c_text(id)).collect();
        dtx_contact {
            user_id: ffi::c_text(contact.user_id()),
            texts: CONTACT_TEXTS.map(|name| contact.text(name).map(ffi::c_text)),
            ids: CONTACT_IDS.map(ids),
            record: OnceBox::new(),
            json: OnceBox::new(),
            contact,
        }
    }
}

impl dtx_contact {
    /// A list of ids, by the name of its field.
    fn ids(&self, field: &str) -> &[CString] {
        let at = CONTACT_IDS.iter().position(|name| *name == field);
        at.and_then(|at| self.ids.get(at)).map_or(&[], Vec::as_slice)
    }
}

/// All contacts of an organisation: dtx_contacts_next has one after the other. After fork a child
/// makes its own.
/// Owner: you, from dtx_client_contacts up to dtx_contacts_free. Threads: any number at once.
#[derive(Clone)]
pub struct dtx_contacts(Arc<Mutex<Reading>>);

struct Reading {
    pages: ContactPages,
    /// What is left of the page that was read last.
    page: VecDeque<Contact>,
}

/// Asks for the record of the contact user_id: to look whether it is still there, or to keep a copy.
/// DTX_INVALID_USER_ID: there is no such contact. Waits as dtx_client_delete does. The app needs the
/// permission point qyapi_ext_read.
/// call: the timeout of this call and the means to cancel it, or NULL; its missing_ok is for
/// deletions.
/// Owner: *contact is yours up to dtx_contact_free, or NULL on failure; *error as everywhere.
/// Threads: any number at once with one client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_get(
    client: *const dtx_client,
    user_id: *const c_char,
    call: *const dtx_call,
    contact: *mut *mut dtx_contact,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let client = unsafe { ffi::needed("client", client) }?;
        // SAFETY: NUL-terminated or NULL, as the header asks.
        let user_id = unsafe { ffi::text("user_id", user_id) }?;
        // SAFETY: valid or NULL, as the header asks.
        let call = unsafe { reading(call) };
        client.0.get(user_id, &call).map(|contact| Some(contact.into()))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(contact, error, body) }
}

/// Begins to read all contacts of the organisation. Nothing is sent yet.
/// Owner: *contacts is yours up to dtx_contacts_free, or NULL on failure; *error as everywhere. The
/// client can be freed before. Threads: any number at once with one client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_client_contacts(
    client: *const dtx_client,
    contacts: *mut *mut dtx_contacts,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let client = unsafe { ffi::needed("client", client) }?;
        let reading = Reading { pages: ContactPages::new(&client.0), page: VecDeque::new() };
        Ok(Some(dtx_contacts(Arc::new(Mutex::new(reading)))))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(contacts, error, body) }
}

/// Frees what reads all contacts; NULL is fine. Contacts live on.
/// Owner: ends your ownership. Threads: one, when no other uses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_contacts_free(contacts: *mut dtx_contacts) {
    // SAFETY: NULL or from dtx_client_contacts, and freed once.
    unsafe { ffi::free(contacts) }
}

/// The next contact. A page of a hundred is read when it is needed; the calling thread waits for it.
/// Contacts may be deleted between two of these calls: what is there from the start to the end comes
/// out, and once. At the end *contact is NULL and the result DTX_OK. After a failure the same page
/// can be asked for again. The app needs the permission point qyapi_ext_read.
/// call: the timeout of a page and the means to cancel it, or NULL; its missing_ok is for deletions.
/// Owner: *contact is yours up to dtx_contact_free; *error as everywhere. Threads: any number at
/// once; one reads and the others wait for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_contacts_next(
    contacts: *mut dtx_contacts,
    call: *const dtx_call,
    contact: *mut *mut dtx_contact,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let contacts = unsafe { ffi::needed("contacts", contacts) }?;
        // SAFETY: NULL, or just set to NULL by `run`. Without it a contact would be lost.
        unsafe { ffi::needed("contact", contact) }?;
        // SAFETY: valid or NULL, as the header asks.
        let call = unsafe { reading(call) };
        let mut reading = contacts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if reading.page.is_empty() {
            reading.page = reading.pages.next(&call)?.unwrap_or_default().into();
        }
        Ok(reading.page.pop_front().map(Into::into))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(contact, error, body) }
}

/// The call as it was given, or one with the client's own options.
///
/// # Safety
///
/// As [`ffi::share`].
unsafe fn reading(call: *const dtx_call) -> Call {
    // SAFETY: as the caller promises.
    unsafe { ffi::share(call) }.map_or_else(|| Call::for_binding(Binding::C), |call| call.0)
}

/// Frees a contact with all texts; NULL is fine.
/// Owner: ends your ownership. Threads: one, when no other uses the contact.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_contact_free(contact: *mut dtx_contact) {
    // SAFETY: NULL or from dtx_client_get or dtx_contacts_next, and freed once.
    unsafe { ffi::free(contact) }
}

/// The id, as dtx_client_delete takes it.
/// Owner: the contact; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_contact_user_id(contact: *const dtx_contact) -> *const c_char {
    // SAFETY: valid or NULL, as the header asks; so at each getter below.
    unsafe { ffi::field(contact, std::ptr::null(), |it| it.user_id.as_ptr()) }
}

/// A field of text: "name", "mobile", "state_code", "company_name", "title", "email", "address",
/// "remark" or "follower_user_id". NULL where it is missing or empty, and for another name.
/// Owner: the contact; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_contact_text(
    contact: *const dtx_contact,
    field: *const c_char,
) -> *const c_char {
    let text = |it: &dtx_contact| {
        // SAFETY: NULL or NUL-terminated, as the header asks.
        let field = unsafe { ffi::text("field", field) }.unwrap_or_default();
        let found = CONTACT_TEXTS.iter().zip(&it.texts).find(|(name, _)| **name == field);
        found.map_or(std::ptr::null(), |(_, text)| ffi::borrowed(text))
    };
    // SAFETY: as above.
    unsafe { ffi::field(contact, std::ptr::null(), text) }
}

/// How many ids a field lists: "label_ids", "share_dept_ids" or "share_user_ids". 0 for another name.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_contact_id_count(
    contact: *const dtx_contact,
    field: *const c_char,
) -> u64 {
    let count = |it: &dtx_contact| {
        // SAFETY: NULL or NUL-terminated, as the header asks.
        let field = unsafe { ffi::text("field", field) }.unwrap_or_default();
        it.ids(field).len() as u64
    };
    // SAFETY: as above.
    unsafe { ffi::field(contact, 0, count) }
}

/// An id of such a field as text, by its place from 0; NULL from dtx_contact_id_count on.
/// Owner: the contact; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_contact_id(
    contact: *const dtx_contact,
    field: *const c_char,
    place: u64,
) -> *const c_char {
    let id = |it: &dtx_contact| {
        // SAFETY: NULL or NUL-terminated, as the header asks.
        let field = unsafe { ffi::text("field", field) }.unwrap_or_default();
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        it.ids(field).get(place).map_or(std::ptr::null(), |id| id.as_ptr())
    };
    // SAFETY: as above.
    unsafe { ffi::field(contact, std::ptr::null(), id) }
}

/// The whole record as one JSON object, with the names and values of the service.
/// Owner: the contact; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_contact_record(contact: *const dtx_contact) -> *const c_char {
    // SAFETY: as above.
    unsafe {
        ffi::field(contact, std::ptr::null(), |it| ffi::json(&it.record, it.contact.record()))
    }
}

/// All of it as one JSON object, the same in every language: user_id, the fields above under their
/// names, ids as text, and the record.
/// Owner: the contact; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_contact_json(contact: *const dtx_contact) -> *const c_char {
    let json = |it: &dtx_contact| ffi::json(&it.json, &contact_to_json(&it.contact));
    // SAFETY: as above.
    unsafe { ffi::field(contact, std::ptr::null(), json) }
}
