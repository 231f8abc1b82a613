//! A backup: JSON Lines with a header that says whose contacts it is about, then a record a line.

use std::io::BufReader;
use std::path::Path;

use serde_json::{Map, Value};

use crate::batch::append_log::{AppendLog, BACKUP, Kind};
use crate::batch::whole_lines::WholeLines;
use crate::error::Error;
use crate::text::excerpt;

/// The version of the format; a backup of another one is refused.
const VERSION: u64 = 1;

/// Whose contacts a file is about.
#[derive(Clone, Copy)]
pub(crate) struct Owner<'a> {
    pub endpoint: &'a str,
    /// `None` for a client with a fixed access token.
    pub app_key: Option<&'a str>,
}

/// Opens a backup to write on, or begins one. One that has no header, of an earlier version, stays
/// without.
pub(super) fn open(path: &Path, owner: Owner) -> Result<AppendLog, Error> {
    let log = AppendLog::open(&BACKUP, path)?;
    let file = log.file().map_err(|error| log.broken(&error.to_string()))?;
    // Records are not understood here: whoever restores them does that.
    let mut lines = WholeLines::new(&BACKUP, path, BufReader::with_capacity(256 * 1024, file));
    while let Some(line) = lines.next()? {
        if line.number == 1
            && let Some(header) = header(line.bytes)
        {
            owner.check(&BACKUP, path, &header)?;
        }
    }
    let whole = lines.end;
    log.go_on_from(whole)?;
    if whole == 0 {
        log.write(owner.header("backup"))?;
    }
    Ok(log)
}

/// The header that a first line is; `None` where it is a record.
pub(crate) fn header(line: &[u8]) -> Option<Value> {
    serde_json::from_slice(line).ok().filter(|line: &Value| line.get("backup").is_some())
}

impl Owner<'_> {
    /// The first line of a file, which `name` tells the sort of.
    pub fn header(self, name: &str) -> Value {
        let mut header = Map::new();
        header.insert(name.into(), "dingtalk-extcontact".into());
        header.insert("version".into(), VERSION.into());
        header.insert("endpoint".into(), self.endpoint.into());
        if let Some(app_key) = self.app_key {
            header.insert("app_key".into(), app_key.into());
        }
        Value::Object(header)
    }

    /// Refuses the header of somebody else's file, or of another version.
    pub fn check(self, kind: &Kind, path: &Path, header: &Value) -> Result<(), Error> {
        if header.get("version").and_then(Value::as_u64) != Some(VERSION) {
            return Err(kind.of_unknown_version(path));
        }
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        let theirs = text("endpoint").unwrap_or("none");
        let what = if theirs != self.endpoint {
            let (theirs, ours) = (excerpt(theirs), self.endpoint);
            format!("was written for the endpoint {theirs}, this is {ours}")
        } else if text("app_key") != self.app_key {
            let [theirs, ours] = [text("app_key"), self.app_key].map(|key| match key {
                Some(key) => format!("the app_key {}", excerpt(key)),
                None => "an access token".to_owned(),
            });
            format!("was written with {theirs}, this is {ours}")
        } else {
            return Ok(());
        };
        Err(kind.broken(path, &what).advise(
            phrase!("Use the credentials that it was written with, or name another file; nothing was called."),
        ))
    }
}
