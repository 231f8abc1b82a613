//! Reading a journal: what its lines say of each id.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde_json::Value;

use crate::batch::append_log::{JOURNAL, LONGEST_LINE};
use crate::batch::item::{Item, Outcome};
use crate::batch::options::MOST_CONCURRENT;
use crate::error::Error;
use crate::outcome;
use crate::text::excerpt;

/// The version of the format; a journal of another one is refused.
pub(super) const VERSION: u64 = 1;

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

/// What is understood while a journal is read, and who is told of each id: what the line leaves
/// it as, and what it ended as.
pub(crate) struct Reading<F> {
    pub has_header: bool,
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
        let unread = |error: io::Error| broken(path, &format!("cannot be read: {error}"));
        let mut reader = BufReader::with_capacity(256 * 1024, file);
        let (mut at, mut number, mut line) = (0, 0, Vec::new());
        loop {
            line.clear();
            let length =
                (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(unread)?;
            if length == 0 {
                return Ok(at);
            }
            number += 1;
            if number == 1 && !JOURNAL.begins_with(&line) {
                return Err(JOURNAL.foreign(path, &line));
            }
            let has_end = line.ends_with(b"\n");
            // A last line without its end is one that was being written when the run died.
            if !has_end && reader.fill_buf().map_err(unread)?.is_empty() {
                return Ok(at);
            }
            let object = has_end.then(|| serde_json::from_slice(&line).ok()).flatten();
            let Some(object) = object else {
                let most = if self.has_header { MOST_CONCURRENT as usize } else { 0 };
                return match is_unsynced(&line, &mut reader, most) {
                    true => Ok(at),
                    false => Err(damaged(path, number)),
                };
            };
            self.understand(path, &object, at, number, endpoint, app_key)?;
            at += length as u64;
        }
    }

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
                let theirs = excerpt(theirs);
                let what = format!("was written for the endpoint {theirs}, this is {endpoint}");
                return Err(another(path, &what));
            }
            if text("app_key") != app_key {
                let [theirs, ours] = [text("app_key"), app_key].map(|key| {
                    key.map_or("an access token".to_owned(), |key| {
                        format!("the app_key {}", excerpt(key))
                    })
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
pub(super) fn ended(line: &Value) -> Option<Item> {
    let mut item = Item::new(outcome::from_json(line)?);
    item.time = humantime::parse_rfc3339(line.get("time")?.as_str()?).ok()?;
    Some(item)
}

/// Whether a line that cannot be understood is of those that were written together since the
/// last sync, of which a crash leaves any parts, and zeros where others should be. Nobody
/// went on for any of them, so they need not be there: what they announced was not called,
/// and what they ended counts as uncertain. Each call waits for its line, so that no more lines
/// follow than calls can be under way: none in the case of the header.
fn is_unsynced(line: &[u8], rest: &mut impl BufRead, most: usize) -> bool {
    line.contains(&0) && rest.split(b'\n').take(most + 1).filter(Result::is_ok).count() <= most
}

pub(super) fn broken(path: &Path, what: &str) -> Error {
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
