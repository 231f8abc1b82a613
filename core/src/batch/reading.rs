//! Reading a journal: what each of its lines says.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde_json::{Map, Value};

use crate::batch::append_log::{JOURNAL, LONGEST_LINE};
use crate::batch::item::Item;
use crate::batch::options::MOST_CONCURRENT;
use crate::batch::settled::PriorState;
use crate::error::Error;
use crate::outcome;
use crate::text::excerpt;

/// The version of the format; a journal of another one is refused.
const VERSION: u64 = 1;

/// Whose contacts a journal is about. One of another scope is refused: the same id may be
/// somebody else there.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub endpoint: &'a str,
    /// `None` for a client with a fixed access token.
    pub app_key: Option<&'a str>,
}

/// A line about an id.
pub(super) struct Entry<'a> {
    pub user_id: &'a str,
    /// What its call ended as; `None` where the line announces the call.
    pub ended: Option<Item>,
    /// Where the line begins in the file.
    pub offset: u64,
}

/// Reads a whole journal and hands on each line about an id. Returns where the last whole line
/// ends: 0 without a header.
pub(super) fn read(
    path: &Path,
    file: &File,
    scope: Scope<'_>,
    mut each: impl FnMut(Entry<'_>),
) -> Result<u64, Error> {
    let unread =
        |error: io::Error| broken(path, &format!("cannot be read: {error}")).caused_by(error);
    let mut reader = BufReader::with_capacity(256 * 1024, file);
    let (mut end, mut number, mut line) = (0, 0, Vec::new());
    loop {
        line.clear();
        let length =
            (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(unread)?;
        if length == 0 {
            return Ok(end);
        }
        number += 1;
        let is_header = number == 1;
        if is_header && !JOURNAL.begins_with(&line) {
            return Err(JOURNAL.foreign(path, &line));
        }
        let is_whole = line.ends_with(b"\n");
        // A last line without its end was being written when the run died.
        if !is_whole && reader.fill_buf().map_err(unread)?.is_empty() {
            return Ok(end);
        }
        let Some(object) = is_whole.then(|| serde_json::from_slice(&line).ok()).flatten() else {
            // No call begins before the header is synced.
            let most = if is_header { 0 } else { MOST_CONCURRENT as usize };
            return match is_unsynced(&line, &mut reader, most) {
                true => Ok(end),
                false => Err(damaged(path, number)),
            };
        };
        if is_header {
            scope.check(path, &object)?;
        } else if text(&object, "event") != Some("resumed") {
            each(Entry::parse(&object, end).ok_or_else(|| damaged(path, number))?);
        }
        end += length as u64;
    }
}

impl Scope<'_> {
    /// The first line of a journal.
    pub fn header(self) -> Value {
        let mut header = Map::new();
        header.insert("journal".into(), "dingtalk-extcontact".into());
        header.insert("version".into(), VERSION.into());
        header.insert("endpoint".into(), self.endpoint.into());
        if let Some(app_key) = self.app_key {
            header.insert("app_key".into(), app_key.into());
        }
        Value::Object(header)
    }

    /// Refuses the header of a journal of another version or scope.
    fn check(self, path: &Path, header: &Value) -> Result<(), Error> {
        if header.get("version").and_then(Value::as_u64) != Some(VERSION) {
            return Err(broken(path, "is of a version that is not known here"));
        }
        let theirs = text(header, "endpoint").unwrap_or("none");
        if theirs != self.endpoint {
            let (theirs, ours) = (excerpt(theirs), self.endpoint);
            let what = format!("was written for the endpoint {theirs}, this is {ours}");
            return Err(out_of_scope(path, &what));
        }
        let app_key = text(header, "app_key");
        if app_key != self.app_key {
            let [theirs, ours] = [app_key, self.app_key].map(|key| match key {
                Some(key) => format!("the app_key {}", excerpt(key)),
                None => "an access token".to_owned(),
            });
            let what = format!("was written with {theirs}, this is {ours}");
            return Err(out_of_scope(path, &what));
        }
        Ok(())
    }
}

impl Entry<'_> {
    /// `None` where a run writes no such line.
    fn parse(line: &Value, offset: u64) -> Option<Entry<'_>> {
        let ended = match text(line, "event")? {
            "announced" => None,
            "ended" => Some(ended(line)?),
            _ => return None,
        };
        Some(Entry { user_id: text(line, "user_id")?, ended, offset })
    }

    /// What is known of the id if no later line is about it.
    pub fn state(&self) -> PriorState {
        PriorState::after(self.ended.as_ref().map(|item| &item.outcome))
    }
}

/// The item that a line of the event `ended` was written for.
pub(super) fn ended(line: &Value) -> Option<Item> {
    let mut item = Item::new(outcome::from_json(line)?);
    item.time = outcome::parse_utc(text(line, "time")?)?;
    Some(item)
}

fn text<'a>(line: &'a Value, name: &str) -> Option<&'a str> {
    line.get(name).and_then(Value::as_str)
}

/// Whether a line that is no JSON is one of those that were written together since the last
/// sync: a crash may leave any parts of them, and zeros in place of others. They can be cut off,
/// because nobody went on before the sync: what they announce was not called, and what they end
/// counts as uncertain. As each call waits for its line, no more lines can follow than calls
/// run side by side.
fn is_unsynced(line: &[u8], rest: &mut impl BufRead, most: usize) -> bool {
    line.contains(&0) && rest.split(b'\n').take(most + 1).filter(Result::is_ok).count() <= most
}

fn broken(path: &Path, what: &str) -> Error {
    JOURNAL.broken(path, what)
}

fn out_of_scope(path: &Path, what: &str) -> Error {
    broken(path, what).advise(
        "Go on with the credentials that it was begun with, or name another journal; nothing was called.",
    )
}

fn damaged(path: &Path, line: u64) -> Error {
    broken(path, &format!("is damaged at line {line}"))
        .advise("Keep the file for the record and look at that line; nothing was called.")
}
