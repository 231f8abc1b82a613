//! What journals say of each id.

use std::ffi::{CString, c_char, c_int};
use std::sync::{Arc, Mutex, PoisonError};

use dingtalk_extcontact::{JournalEntry, JournalReader, JournalState, read_journal};
use once_cell::race::OnceBox;

use crate::error::dtx_error;
use crate::ffi;

/// What became of a contact, as dtx_journal_entry_state returns it.
#[repr(C)]
pub enum dtx_journal_state {
    /// A run deleted it, or the service knows it no more after a request of ours whose reply was
    /// lost.
    DTX_JOURNAL_GONE = 1,
    /// The service knew no such contact, and no request of ours had been without an answer.
    DTX_JOURNAL_WAS_NOT_THERE = 2,
    /// It was certainly not deleted: the service refused it, or the call was not made.
    DTX_JOURNAL_NOT_DELETED = 3,
    /// A request went out, or may have, and no certain answer came.
    DTX_JOURNAL_MAY_BE_GONE = 4,
}

/// Journals that were read: dtx_journal_next has what they say of each id. After fork a child makes
/// its own.
/// Owner: you, from dtx_journal_read up to dtx_journal_free. Threads: any number at once.
#[derive(Clone)]
pub struct dtx_journal(Arc<Mutex<JournalReader>>);

/// What journals say of one id. It never changes.
/// Owner: you, from dtx_journal_next up to dtx_journal_entry_free. Threads: any number at once.
pub struct dtx_journal_entry {
    entry: JournalEntry,
    user_id: CString,
    time: CString,
    request_id: Option<CString>,
    code: Option<CString>,
    meaning: CString,
    journal: CString,
    endpoint: CString,
    app_key: Option<CString>,
    /// Made when asked for, without a lock that a forked child could find held.
    json: OnceBox<CString>,
}

impl From<JournalEntry> for dtx_journal_entry {
    fn from(entry: JournalEntry) -> dtx_journal_entry {
        dtx_journal_entry {
            user_id: ffi::c_text(&entry.user_id),
            time: ffi::c_text(&entry.time_in_utc()),
            request_id: entry.request_id.as_deref().map(ffi::c_text),
            code: entry.code.as_deref().map(ffi::c_text),
            meaning: ffi::c_text(entry.meaning),
            journal: ffi::c_text(&entry.journal.to_string_lossy()),
            endpoint: ffi::c_text(&entry.endpoint),
            app_key: entry.app_key.as_deref().map(ffi::c_text),
            json: OnceBox::new(),
            entry,
        }
    }
}

/// Reads journals that batches left behind, from end to end, and leaves them as they are. About 32
/// bytes are kept of an id; a batch may be writing a file. In one file the last line about an id
/// counts; docs/journal.md has the rule for several. A file that cannot be read, is empty, is no
/// journal or is damaged before its last line is DTX_JOURNAL, with a message that names file and
/// line.
/// Owner: the texts are yours; *journal is yours up to dtx_journal_free; *error as everywhere.
/// Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_read(
    paths: *const *const c_char,
    count: u64,
    journal: *mut *mut dtx_journal,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        let mut files = Vec::new();
        if count > 0 {
            // SAFETY: NULL, or an array of at least one, as the header asks.
            unsafe { ffi::needed("paths", paths) }?;
        }
        for number in 0..count as usize {
            // SAFETY: NULL, or an array of so many texts, as the header asks.
            let path = unsafe { paths.wrapping_add(number).as_ref() };
            let path = path.copied().unwrap_or(std::ptr::null());
            // SAFETY: NULL or NUL-terminated, as the header asks.
            files.push(unsafe { ffi::text(&format!("paths[{number}]"), path) }?.to_owned());
        }
        Ok(Some(dtx_journal(Arc::new(Mutex::new(read_journal(files)?)))))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(journal, error, body) }
}

/// Frees what was read; NULL is fine. Entries live on.
/// Owner: ends your ownership. Threads: one, when no other uses the journal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_free(journal: *mut dtx_journal) {
    // SAFETY: NULL or from dtx_journal_read, and freed once.
    unsafe { ffi::free(journal) }
}

/// What is said of the next id, in the order of the files and of the lines that say so: one entry an
/// id. At the end *entry is NULL and the result DTX_OK. DTX_JOURNAL where a file was changed
/// meanwhile.
/// Owner: *entry is yours up to dtx_journal_entry_free; *error as everywhere. Threads: any number at
/// once; each entry goes to one of them, the end to all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_next(
    journal: *mut dtx_journal,
    entry: *mut *mut dtx_journal_entry,
    error: *mut *mut dtx_error,
) -> c_int {
    let body = || {
        // SAFETY: valid or NULL, as the header asks.
        let journal = unsafe { ffi::needed("journal", journal) }?;
        // SAFETY: NULL, or just set to NULL by `run`. Without it an entry would be lost.
        unsafe { ffi::needed("entry", entry) }?;
        let mut reader = journal.0.lock().unwrap_or_else(PoisonError::into_inner);
        reader.next().transpose().map(|entry| entry.map(Into::into))
    };
    // SAFETY: writable or NULL, as the header asks.
    unsafe { ffi::run(entry, error, body) }
}

/// Frees an entry with all texts; NULL is fine.
/// Owner: ends your ownership. Threads: one, when no other uses the entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_free(entry: *mut dtx_journal_entry) {
    // SAFETY: NULL or from dtx_journal_next, and freed once.
    unsafe { ffi::free(entry) }
}

/// The contact, as it was pushed.
/// Owner: the entry; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_user_id(
    entry: *const dtx_journal_entry,
) -> *const c_char {
    // SAFETY: valid or NULL, as the header asks; so at each getter below.
    unsafe { ffi::field(entry, std::ptr::null(), |it| it.user_id.as_ptr()) }
}

/// What became of it, as a dtx_journal_state; 0 for NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_state(entry: *const dtx_journal_entry) -> c_int {
    let number = |it: &dtx_journal_entry| match it.entry.state {
        JournalState::Gone => dtx_journal_state::DTX_JOURNAL_GONE as c_int,
        JournalState::WasNotThere => dtx_journal_state::DTX_JOURNAL_WAS_NOT_THERE as c_int,
        JournalState::NotDeleted => dtx_journal_state::DTX_JOURNAL_NOT_DELETED as c_int,
        _ => dtx_journal_state::DTX_JOURNAL_MAY_BE_GONE as c_int,
    };
    // SAFETY: as above.
    unsafe { ffi::field(entry, 0, number) }
}

/// When that was known, in UTC as RFC 3339: "2026-11-23T03:31:38.274Z"; of a call that was cut off,
/// when it was announced.
/// Owner: the entry; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_time(entry: *const dtx_journal_entry) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(entry, std::ptr::null(), |it| it.time.as_ptr()) }
}

/// Which of the batches that wrote the journal says so, from 1; 0 for NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_run(entry: *const dtx_journal_entry) -> u64 {
    // SAFETY: as above.
    unsafe { ffi::field(entry, 0, |it| it.entry.run) }
}

/// How many delete requests were written to a connection: 1 and *attempts, or 0 where that is not
/// known, as the call was cut off.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_attempts(
    entry: *const dtx_journal_entry,
    attempts: *mut u32,
) -> c_int {
    // SAFETY: as above; writable or NULL, as the header asks.
    unsafe { ffi::known(entry, attempts, |it| it.entry.attempts) }
}

/// The id under which DingTalk's support finds the call, or NULL.
/// Owner: the entry; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_request_id(
    entry: *const dtx_journal_entry,
) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(entry, std::ptr::null(), |it| ffi::borrowed(&it.request_id)) }
}

/// Of a failure its kind, as a dtx_result; DTX_OK where there is none, and for NULL.
/// Owner: nothing changes hands. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_kind(entry: *const dtx_journal_entry) -> c_int {
    // SAFETY: as above.
    unsafe { ffi::field(entry, ffi::OK, |it| it.entry.kind.map_or(ffi::OK, |kind| kind.number())) }
}

/// Of a failure, the service's code that decides, or NULL.
/// Owner: the entry; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_code(entry: *const dtx_journal_entry) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(entry, std::ptr::null(), |it| ffi::borrowed(&it.code)) }
}

/// What happened, as a phrase of one line; of a code, what it means.
/// Owner: the entry; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_meaning(
    entry: *const dtx_journal_entry,
) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(entry, std::ptr::null(), |it| it.meaning.as_ptr()) }
}

/// The file that says so.
/// Owner: the entry; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_journal(
    entry: *const dtx_journal_entry,
) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(entry, std::ptr::null(), |it| it.journal.as_ptr()) }
}

/// Where the requests went.
/// Owner: the entry; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_endpoint(
    entry: *const dtx_journal_entry,
) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(entry, std::ptr::null(), |it| it.endpoint.as_ptr()) }
}

/// The app, where the client had an app's credentials, or NULL.
/// Owner: the entry; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_app_key(
    entry: *const dtx_journal_entry,
) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(entry, std::ptr::null(), |it| ffi::borrowed(&it.app_key)) }
}

/// All of it as one JSON object, the same in every language.
/// Owner: the entry; valid until it is freed. Threads: any number at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_journal_entry_json(entry: *const dtx_journal_entry) -> *const c_char {
    // SAFETY: as above.
    unsafe { ffi::field(entry, std::ptr::null(), |it| ffi::json(&it.json, &it.entry)) }
}
