//! Reading a journal: what each of its lines says.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::SystemTime;

use serde_json::{Map, Value};

use crate::batch::append_log::JOURNAL;
use crate::batch::item::Item;
use crate::batch::run_record::{self, text, time_of};
use crate::batch::settled::PriorState;
use crate::batch::whole_lines::{WholeLine, WholeLines};
use crate::error::Error;
use crate::outcome;
use crate::text::excerpt;

/// The version of the format. A journal of another one is refused; one that a run of an older
/// version began stays of its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Knows nothing of a run but where it begins.
    One,
    /// Has what a run was asked for, when it was throttled, and how it ended.
    Two,
}

impl Format {
    /// What new journals are.
    const NEWEST: Format = Format::Two;

    /// From the header of a journal.
    pub fn of(path: &Path, header: &Value) -> Result<Format, Error> {
        match header.get("version").and_then(Value::as_u64) {
            Some(1) => Ok(Format::One),
            Some(2) => Ok(Format::Two),
            _ => Err(JOURNAL.of_unknown_version(path)),
        }
    }

    const fn version(self) -> u64 {
        match self {
            Format::One => 1,
            Format::Two => 2,
        }
    }
}

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
/// ends, 0 without a header, and its format.
pub(super) fn read(
    path: &Path,
    file: &File,
    scope: Scope<'_>,
    mut each: impl FnMut(Entry<'_>),
) -> Result<(u64, Format), Error> {
    let (mut lines, mut format) = (Lines::new(path, file), Format::NEWEST);
    while let Some(line) = lines.next()? {
        if line.is_header() {
            format = Format::of(path, &line.object)?;
            scope.check(path, &line.object)?;
        } else if !line.is_resumed() && !line.is_about_run(format) {
            each(line.entry(path)?);
        }
    }
    Ok((lines.whole.end, format))
}

/// The whole lines of a journal, in order. It may grow meanwhile.
pub(super) struct Lines<'a> {
    path: &'a Path,
    pub whole: WholeLines<'a, BufReader<&'a File>>,
}

/// A whole line.
pub(super) struct Line {
    pub object: Value,
    number: u64,
    /// Where it begins in the file.
    pub offset: u64,
}

impl<'a> Lines<'a> {
    pub fn new(path: &'a Path, file: &'a File) -> Lines<'a> {
        let reader = BufReader::with_capacity(256 * 1024, file);
        Lines { path, whole: WholeLines::new(&JOURNAL, path, reader) }
    }

    /// The next line; `None` at the end of the last whole one.
    pub fn next(&mut self) -> Result<Option<Line>, Error> {
        let Some(WholeLine { number, offset, bytes }) = self.whole.next()? else { return Ok(None) };
        let object =
            serde_json::from_slice(bytes).map_err(|_| JOURNAL.damaged(self.path, number))?;
        Ok(Some(Line { object, number, offset }))
    }
}

impl Line {
    pub fn is_header(&self) -> bool {
        self.number == 1
    }

    /// Whether another run took the journal up here.
    pub fn is_resumed(&self) -> bool {
        text(&self.object, "event") == Some("resumed")
    }

    /// Whether it is about the run alone.
    pub fn is_about_run(&self, format: Format) -> bool {
        format == Format::Two && run_record::is_about_run(&self.object)
    }

    /// The error for a line that no run writes.
    pub fn damaged(&self, path: &Path) -> Error {
        JOURNAL.damaged(path, self.number)
    }

    /// What it says about an id.
    pub fn entry(&self, path: &Path) -> Result<Entry<'_>, Error> {
        Entry::parse(&self.object, self.offset).ok_or_else(|| self.damaged(path))
    }

    /// When it was written.
    pub fn time(&self, path: &Path) -> Result<SystemTime, Error> {
        time_of(&self.object).ok_or_else(|| self.damaged(path))
    }
}

impl Scope<'_> {
    /// The first line of a journal.
    pub fn header(self) -> Value {
        let mut header = Map::new();
        header.insert("journal".into(), "dingtalk-extcontact".into());
        header.insert("version".into(), Format::NEWEST.version().into());
        header.insert("endpoint".into(), self.endpoint.into());
        if let Some(app_key) = self.app_key {
            header.insert("app_key".into(), app_key.into());
        }
        Value::Object(header)
    }

    /// Refuses the header of a journal of another scope.
    fn check(self, path: &Path, header: &Value) -> Result<(), Error> {
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
    pub fn parse(line: &Value, offset: u64) -> Option<Entry<'_>> {
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

pub(super) fn broken(path: &Path, what: &str) -> Error {
    JOURNAL.broken(path, what)
}

fn out_of_scope(path: &Path, what: &str) -> Error {
    broken(path, what).advise(
        phrase!("Go on with the credentials that it was begun with, or name another journal; nothing was called."),
    )
}
