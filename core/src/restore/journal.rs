//! The journal of a restore: JSON Lines, a header and then, for each old id, what was about to be
//! done and what came of it. An announcement is on disk before its request.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::batch::append_log::{AppendLog, RESTORE};
use crate::batch::backup::Owner;
use crate::batch::key_set::{KeyMap, Keys};
use crate::batch::whole_lines::{WholeLine, WholeLines};
use crate::error::Error;
use crate::restore::outcome::{Restoration, RestoreStatus};

/// What earlier runs know of an old id.
#[derive(Clone, Copy, PartialEq)]
enum Prior {
    /// It was created, as the line at this offset tells.
    Created(u64),
    /// A request went out, or was about to, and no run knows what came of it.
    Uncertain,
    /// None of the two: it was still there, or the service refused it.
    Open,
}

pub(super) struct Journal {
    log: AppendLog,
    keys: Keys,
    prior: KeyMap<Prior>,
}

impl Journal {
    /// Opens a journal, or begins one. The journal of another client's restore is refused.
    pub fn open(path: &Path, owner: Owner) -> Result<Journal, Error> {
        let log = AppendLog::open(&RESTORE, path)?;
        let (keys, mut prior) = (Keys::default(), KeyMap::default());
        let file = log.file().map_err(|it| unreadable(path, it))?;
        let whole = read(path, file, owner, |old_user_id, status, offset| {
            let key = keys.of(old_user_id);
            let before = prior.get(key).copied();
            prior.insert(key, after(before, status, offset));
        })?;
        log.go_on_from(whole)?;
        if whole == 0 {
            log.write(owner.header("restore"))?;
        }
        Ok(Journal { log, keys, prior })
    }

    /// What an earlier run did of it, where it created it.
    pub fn created(&self, old_user_id: &str) -> Result<Option<Restoration>, Error> {
        let Some(Prior::Created(offset)) = self.prior(old_user_id) else { return Ok(None) };
        let line = self.log.line_at(offset).ok().and_then(|line| restoration(&line));
        line.map(Some).ok_or_else(|| self.log.changed("has changed since it was opened"))
    }

    /// Whether an earlier run may have created it.
    pub fn is_uncertain(&self, old_user_id: &str) -> bool {
        self.prior(old_user_id) == Some(Prior::Uncertain)
    }

    pub fn announce(&self, old_user_id: &str) -> Result<(), Error> {
        self.log.write(json!({"event": "announced", "old_user_id": old_user_id}))
    }

    /// Records what came of a record, also where nothing was announced.
    pub fn end(&self, old_user_id: &str, result: &Result<Restoration, Error>) -> Result<(), Error> {
        let mut line = match result {
            Ok(restoration) => serde_json::to_value(restoration).unwrap_or_default(),
            Err(error) => json!({"old_user_id": old_user_id, "status": "failed", "error": error}),
        };
        if let Some(line) = line.as_object_mut() {
            line.insert("event".into(), "ended".into());
        }
        self.log.write(line)
    }

    fn prior(&self, old_user_id: &str) -> Option<Prior> {
        self.prior.get(self.keys.of(old_user_id)).copied()
    }
}

/// What is known of an id after another line. What may have been created stays so until a run has
/// found it: a run that looked in vain, and was refused then, is no proof.
fn after(before: Option<Prior>, status: Option<RestoreStatus>, offset: u64) -> Prior {
    match (before, status) {
        (_, Some(RestoreStatus::Created)) => Prior::Created(offset),
        (Some(known @ Prior::Created(_)), _) => known,
        (_, Some(RestoreStatus::MayBeCreated)) => Prior::Uncertain,
        (Some(Prior::Uncertain), _) => Prior::Uncertain,
        _ => Prior::Open,
    }
}

/// A whole line of the journal about an old id.
enum Line {
    Announced,
    Ended(Option<RestoreStatus>),
}

/// Reads a journal and hands on what its lines tell. Returns where the last whole line ends.
fn read(
    path: &Path,
    file: &File,
    owner: Owner,
    mut each: impl FnMut(&str, Option<RestoreStatus>, u64),
) -> Result<u64, Error> {
    let mut lines = WholeLines::new(&RESTORE, path, BufReader::new(file));
    // An announcement is uncertain unless its end follows.
    let mut announced: Option<String> = None;
    while let Some(WholeLine { number, offset, bytes }) = lines.next()? {
        let damaged = || RESTORE.damaged(path, number);
        let line: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        if number == 1 {
            owner.check(&RESTORE, path, &Value::Object(line))?;
        } else {
            let (old_user_id, line) = parse(&line).ok_or_else(damaged)?;
            match line {
                Line::Announced => {
                    if let Some(before) = announced.replace(old_user_id.to_owned()) {
                        each(&before, Some(RestoreStatus::MayBeCreated), offset);
                    }
                }
                Line::Ended(status) => {
                    // Who is still there was not created by this run, but perhaps by the one before.
                    let tells = status != Some(RestoreStatus::StillThere);
                    if tells && announced.as_deref() == Some(old_user_id) {
                        announced = None;
                    }
                    each(old_user_id, status, offset);
                }
            }
        }
    }
    let end = lines.end;
    if let Some(before) = announced {
        each(&before, Some(RestoreStatus::MayBeCreated), end);
    }
    Ok(end)
}

/// `None` where a run writes no such line.
fn parse(line: &Map<String, Value>) -> Option<(&str, Line)> {
    let text = |name: &str| line.get(name).and_then(Value::as_str);
    let parsed = match (text("event")?, text("status")) {
        ("announced", None) => Line::Announced,
        ("ended", Some("failed")) => Line::Ended(None),
        ("ended", Some(status)) => Line::Ended(Some(status.parse().ok()?)),
        _ => return None,
    };
    Some((text("old_user_id")?, parsed))
}

fn restoration(line: &[u8]) -> Option<Restoration> {
    let line: Value = serde_json::from_slice(line).ok()?;
    Restoration::deserialize(&line).ok()
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    RESTORE.broken(path, &format!("cannot be read: {error}")).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use RestoreStatus::*;

    #[test]
    fn what_may_have_been_created_stays_so_until_it_is_found() {
        let known = |lines: &[Option<RestoreStatus>]| {
            lines.iter().fold(None, |before, line| Some(after(before, *line, 7))).unwrap()
        };
        for (lines, then) in [
            (&[None] as &[_], Prior::Open),
            (&[Some(StillThere)], Prior::Open),
            (&[None, Some(MayBeCreated)], Prior::Uncertain),
            (&[Some(MayBeCreated), None], Prior::Uncertain),
            (&[Some(MayBeCreated), Some(StillThere)], Prior::Uncertain),
            (&[Some(MayBeCreated), Some(Created)], Prior::Created(7)),
            (&[Some(Created), None], Prior::Created(7)),
            (&[Some(Created), Some(MayBeCreated)], Prior::Created(7)),
        ] {
            assert!(known(lines) == then, "{lines:?}");
        }
    }
}
