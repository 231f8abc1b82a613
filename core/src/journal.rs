//! The record on disk of a batch: for audit, and for taking up a run that died.
//!
//! JSON Lines, described in `docs/journal.md`. A header; then for each id a line before its
//! call and a line with what came of it. A line is on disk before what it announces is done,
//! and before what it tells is handed on.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::batch::{Item, MOST_CONCURRENT, Outcome};
use crate::errcode;
use crate::error::{Error, ErrorKind};
use crate::hash::{Key, KeyMap, Keys};
use crate::outcome;
use crate::record::{JOURNAL, LONGEST_LINE, Record};
use crate::request::check_user_id;

/// The version of the format; a journal of another one is refused.
const VERSION: u64 = 1;

/// An open journal, locked against a second run.
pub(crate) struct Journal {
    record: Record,
    /// What earlier runs left behind, by id.
    past: KeyMap<Past>,
}

/// What the journal says of an id.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Past {
    /// It is settled; its line begins at this byte.
    Settled(Place),
    /// It is to be called again; an earlier call may have deleted it.
    Uncertain,
    /// It is to be called again.
    Open,
}

/// A byte of the file, aligned so that a million of them stay small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place([u32; 2]);

impl From<u64> for Place {
    fn from(at: u64) -> Place {
        Place([(at >> 32) as u32, at as u32])
    }
}

impl From<Place> for u64 {
    fn from(Place([high, low]): Place) -> u64 {
        u64::from(high) << 32 | u64::from(low)
    }
}

impl Journal {
    /// Opens a journal, or begins one; repairs a torn last line.
    ///
    /// # Errors
    ///
    /// `journal`: not to be read, written or locked; of another endpoint, app or format;
    /// damaged before its last line.
    pub fn open(
        path: &Path,
        endpoint: &str,
        app_key: Option<&str>,
        keys: &Keys,
    ) -> Result<Journal, Error> {
        let record = Record::open(&JOURNAL, path)?;
        let mut past = KeyMap::default();
        let mut reading = Reading::new(|id: &str, what, _: Option<&Item>| {
            past.insert(keys.of(id), what);
        });
        let file = record.file().map_err(|error| broken(path, &error.to_string()))?;
        let whole = reading.read(path, file, endpoint, app_key)?;
        record.go_on_from(whole)?;
        if reading.has_header {
            record.write(json!({"event": "resumed"}))?;
        } else {
            let mut header = Map::new();
            header.insert("journal".into(), "dingtalk-extcontact".into());
            header.insert("version".into(), VERSION.into());
            header.insert("endpoint".into(), endpoint.into());
            if let Some(app_key) = app_key {
                header.insert("app_key".into(), app_key.into());
            }
            record.write(Value::Object(header))?;
        }
        Ok(Journal { record, past })
    }

    /// What earlier runs left of this id.
    pub fn past(&self, key: Key) -> Option<Past> {
        self.past.get(key).copied()
    }

    /// The settled outcome whose line begins at this byte.
    pub fn settled(&self, at: Place) -> Result<Item, Error> {
        let at = u64::from(at);
        let damaged = || self.record.broken(&format!("cannot be read again at byte {at}"));
        let line = self.record.line_at(at).map_err(|_| damaged())?;
        let line: Value = serde_json::from_slice(&line).map_err(|_| damaged())?;
        ended(&line).ok_or_else(damaged)
    }

    /// Writes that an id is about to be called, and waits until that is on disk.
    pub fn announce(&self, user_id: &str) -> Result<(), Error> {
        self.record.write(json!({"event": "announced", "user_id": user_id}))
    }

    /// Writes what came of an id, and waits until that is on disk.
    pub fn record(&self, item: &Item) -> Result<(), Error> {
        let mut line = item.to_json();
        if let Some(object) = line.as_object_mut() {
            // The next run sees for itself that it was settled before.
            object.remove("settled_before");
            object.insert("event".into(), "ended".into());
        }
        self.record.write(line)
    }

    /// Lets another run have the file; nothing is written after this.
    pub fn release(&self) {
        self.record.release();
    }
}

/// What is understood while a journal is read, and who is told of each id: what the line leaves
/// it as, and what it ended as.
pub(crate) struct Reading<F> {
    has_header: bool,
    each: F,
}

impl<F: FnMut(&str, Past, Option<&Item>)> Reading<F> {
    pub fn new(each: F) -> Reading<F> {
        Reading { has_header: false, each }
    }

    /// Reads all lines; returns where the last whole one ends.
    pub fn read(
        &mut self,
        path: &Path,
        file: &File,
        endpoint: &str,
        app_key: Option<&str>,
    ) -> Result<u64, Error> {
        let mut reader = BufReader::with_capacity(256 * 1024, file);
        let (mut at, mut number, mut line) = (0, 0, Vec::new());
        loop {
            line.clear();
            let length = (&mut reader)
                .take(LONGEST_LINE)
                .read_until(b'\n', &mut line)
                .map_err(|error| broken(path, &format!("cannot be read: {error}")))?;
            if length == 0 {
                return Ok(at);
            }
            number += 1;
            if number == 1 && !JOURNAL.begins_with(&line) {
                return Err(JOURNAL.foreign(path, &line));
            }
            // A line without its end is one that was being written when the run died.
            if line.last() != Some(&b'\n') {
                let mut rest = [0];
                return match reader.read(&mut rest) {
                    Ok(0) => Ok(at),
                    _ => Err(damaged(path, number)),
                };
            }
            let object: Value = match serde_json::from_slice(&line) {
                Ok(object) => object,
                Err(_) if self.has_header && is_unsynced(&line, &mut reader) => return Ok(at),
                Err(_) => return Err(damaged(path, number)),
            };
            self.understand(path, &object, at, number, endpoint, app_key)?;
            at += length as u64;
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one line of a file, and what it is held against"
    )]
    fn understand(
        &mut self,
        path: &Path,
        line: &Value,
        at: u64,
        number: u64,
        endpoint: &str,
        app_key: Option<&str>,
    ) -> Result<(), Error> {
        let text = |name: &str| line.get(name).and_then(Value::as_str);
        if !self.has_header {
            if line.get("version").and_then(Value::as_u64) != Some(VERSION) {
                return Err(broken(path, "is of a version that is not known here"));
            }
            let theirs = text("endpoint").unwrap_or("none");
            if theirs != endpoint {
                let what = format!("was written for the endpoint {theirs}, this is {endpoint}");
                return Err(another(path, &what));
            }
            if text("app_key") != app_key {
                let [theirs, ours] = [text("app_key"), app_key].map(|key| {
                    key.map_or("an access token".to_owned(), |key| format!("the app_key {key}"))
                });
                return Err(another(path, &format!("was written with {theirs}, this is {ours}")));
            }
            self.has_header = true;
            return Ok(());
        }
        let item = match text("event") {
            Some("resumed") => return Ok(()),
            Some("announced") => None,
            Some("ended") => Some(ended(line).ok_or_else(|| damaged(path, number))?),
            _ => return Err(damaged(path, number)),
        };
        let past = match item.as_ref().map(|item| (item, &item.outcome)) {
            None => Past::Uncertain,
            Some((_, Outcome::Error(error))) if error.maybe_deleted() => Past::Uncertain,
            Some((item, _)) if item.is_settled() => Past::Settled(at.into()),
            Some(_) => Past::Open,
        };
        let user_id = text("user_id").ok_or_else(|| damaged(path, number))?;
        (self.each)(user_id, past, item.as_ref());
        Ok(())
    }
}

/// What a line says that came of an id; `None` where it does not.
fn ended(line: &Value) -> Option<Item> {
    let mut item = Item::new(outcome::from_json(line)?);
    item.time = humantime::parse_rfc3339(line.get("time")?.as_str()?).ok()?;
    Some(item)
}

/// Whether a refusal is this contact's own: nothing more can come of another call.
pub(crate) fn is_settled(error: &Error) -> bool {
    error.code().is_some() && !error.retryable() && !error.maybe_deleted() && !stops_batch(error)
}

/// Whether every further call would be answered alike.
pub(crate) fn stops_batch(error: &Error) -> bool {
    if error.kind() == ErrorKind::InvalidArgument {
        // Not the id: the client is closed.
        return error.user_id().is_some_and(|id| check_user_id(id).is_ok());
    }
    let by_code = error.code().and_then(errcode::explain).is_some_and(|row| row.stops_batch);
    let by_kind = matches!(
        error.kind(),
        ErrorKind::Authentication
            | ErrorKind::Configuration
            | ErrorKind::QuotaExceeded
            | ErrorKind::Journal
            | ErrorKind::Internal
    );
    by_code || by_kind
}

/// Whether a line that cannot be understood is of those that were written together since the
/// last sync, of which a crash leaves any parts, and zeros where others should be. Nobody
/// went on for any of them, so they need not be there: what they announced was not called,
/// and what they ended counts as uncertain.
fn is_unsynced(line: &[u8], rest: &mut impl BufRead) -> bool {
    // Each call waits for its line, so no more lines than calls are under way.
    let most = if line.contains(&0) { MOST_CONCURRENT as usize } else { 0 };
    rest.split(b'\n').take(most + 1).filter(Result::is_ok).count() <= most
}

fn broken(path: &Path, what: &str) -> Error {
    JOURNAL.broken(path, what)
}

fn another(path: &Path, what: &str) -> Error {
    broken(path, what).advise(
        "Go on with the credentials that it was begun with, or name another journal; nothing was called.",
    )
}

fn damaged(path: &Path, line: u64) -> Error {
    broken(path, &format!("is damaged at line {line}"))
        .advise("Keep the file for the record and look at that line; nothing was called.")
}
