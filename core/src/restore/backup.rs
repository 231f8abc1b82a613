//! Reading a backup. It is streamed: of each record no more is kept than the number of its line.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Take};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::batch::append_log::{BACKUP, first_line};
use crate::batch::backup::{Owner, header};
use crate::batch::key_set::Keys;
use crate::batch::whole_lines::{WholeLine, WholeLines};
use crate::client::Client;
use crate::error::Error;
use crate::restore::last_lines::LastLines;
use crate::restore::record::Number;

/// A backup, read once to its end: what deletions wrote before they deleted.
///
/// Of several records of one id the last counts. A backup that is written to meanwhile counts as far
/// as it went when it was opened.
pub struct Backup {
    path: PathBuf,
    header: Option<Value>,
    /// Where the last whole line ends.
    end: u64,
    torn: Option<u64>,
    keys: Keys,
    /// Of each id, and of each telephone number.
    by_id: LastLines,
    by_number: LastLines,
}

impl std::fmt::Debug for Backup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Backup");
        debug.field("path", &self.path).field("len", &self.len()).finish_non_exhaustive()
    }
}

/// A record of a [`Backup`].
#[non_exhaustive]
#[derive(Clone, PartialEq)]
pub struct BackupRecord {
    /// The id that the contact had.
    pub user_id: String,
    /// The record as the service sent it: all of it is personal data.
    pub record: Map<String, Value>,
    /// The number of its line in the file.
    pub line: u64,
    /// A later record of another id has the same telephone number, so that it is probably the
    /// same person, created again meanwhile. Restoring both would create that person twice.
    pub is_superseded: bool,
}

/// The personal data are left out.
impl std::fmt::Debug for BackupRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("BackupRecord");
        debug.field("user_id", &self.user_id).field("line", &self.line).finish_non_exhaustive()
    }
}

/// Reads a backup that deletions wrote. With `only`, records of other ids do not count.
///
/// # Errors
///
/// `journal`, with the number of the line: it cannot be read, is no backup or of another version,
/// holds no record, or is damaged. What a crash left of its last lines is none: see
/// [`torn_line`](Backup::torn_line).
pub fn read_backup(path: impl AsRef<Path>, only: &[String]) -> Result<Backup, Error> {
    let path = path.as_ref();
    if !BACKUP.exists_at(path)? {
        return Err(BACKUP
            .broken(path, "does not exist")
            .advise(phrase!("Name the file of a backup.")));
    }
    let unopened = |error| BACKUP.unopened(path, error);
    let end = path.metadata().map_err(unopened)?.len();
    let first = File::open(path).and_then(|file| first_line(&file)).map_err(unopened)?;
    if !BACKUP.begins_with(&first) {
        return Err(BACKUP.broken(path, "is not the backup of a batch").advise(phrase!(
            "Name the file that was given as the backup of deletions; nothing was called."
        )));
    }
    let mut backup = Backup {
        path: path.to_owned(),
        header: None,
        end,
        torn: None,
        keys: Keys::default(),
        by_id: LastLines::default(),
        by_number: LastLines::default(),
    };
    backup.index(&only.iter().map(String::as_str).collect())?;
    Ok(backup)
}

impl Backup {
    /// Where the contacts were, by its header; `None` for a backup of an earlier version, which has
    /// no header.
    pub fn endpoint(&self) -> Option<&str> {
        self.header.as_ref()?.get("endpoint")?.as_str()
    }

    /// The app that the contacts were deleted with, by its header.
    pub fn app_key(&self) -> Option<&str> {
        self.header.as_ref()?.get("app_key")?.as_str()
    }

    /// How many contacts it has.
    pub fn len(&self) -> u64 {
        self.by_id.len() as u64
    }

    /// Whether it has none of those that were asked for.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it has a record of this contact.
    pub fn contains(&self, user_id: &str) -> bool {
        self.by_id.get(self.keys.of(user_id)).is_some()
    }

    /// The number of an incomplete last line, or of the first of several: the run that wrote them was
    /// cut off there, before it deleted their contacts, or is writing them now.
    pub fn torn_line(&self) -> Option<u64> {
        self.torn
    }

    /// Refuses a backup of contacts that are not the client's: of another endpoint or another app.
    /// Where that is not known, because the backup has no header or an access token was used, the
    /// caller has to know it: `is_ours`.
    ///
    /// # Errors
    ///
    /// `journal`, which says whose it is.
    pub fn check_owner(&self, client: &Client, is_ours: bool) -> Result<(), Error> {
        self.is_owned_by(client, is_ours).map_err(|error| client.settings().advise(error))
    }

    fn is_owned_by(&self, client: &Client, is_ours: bool) -> Result<(), Error> {
        let Some(header) = &self.header else {
            return self.known_by_caller("does not say whose contacts it has", is_ours);
        };
        let (endpoint, theirs, ours) = (client.endpoint(), self.app_key(), client.app_key());
        // An access token is of some app, which nothing tells.
        let both_known = theirs.is_some() && ours.is_some();
        let app_key = if both_known { ours } else { theirs };
        Owner { endpoint: &endpoint, app_key }.check(&BACKUP, &self.path, header)?;
        if both_known {
            return Ok(());
        }
        self.known_by_caller(
            "was written with an access token, or is read with one, and that does not say whose \
             contacts they are",
            is_ours,
        )
    }

    fn known_by_caller(&self, problem: &str, is_ours: bool) -> Result<(), Error> {
        match is_ours {
            true => Ok(()),
            false => Err(BACKUP.broken(&self.path, problem).advise(phrase!(
                "Say that it is of this organisation, if that is certain; nothing was called."
            ))),
        }
    }

    /// The last record of each contact, in the order of the file.
    pub fn records(&self) -> BackupRecords<'_> {
        BackupRecords { backup: self, lines: None }
    }

    /// Reads it once, and keeps where things are.
    fn index(&mut self, only: &HashSet<&str>) -> Result<(), Error> {
        let path = self.path.clone();
        let mut lines = open(&path, self.end)?;
        let mut records = 0_u64;
        while let Some(WholeLine { number, bytes, .. }) = lines.next()? {
            let number = number_of(&path, number)?;
            if number == 1
                && let Some(header) = header(bytes)
            {
                // Another version is refused before anything of it is understood.
                let theirs = |name: &str| header.get(name).and_then(Value::as_str);
                let endpoint = theirs("endpoint").unwrap_or("none");
                let owner = Owner { endpoint, app_key: theirs("app_key") };
                owner.check(&BACKUP, &path, &header)?;
                self.header = Some(header);
                continue;
            }
            let Some((user_id, record)) = parse(bytes) else {
                return Err(BACKUP.damaged(&path, number.into()));
            };
            records += 1;
            if only.is_empty() || only.contains(user_id.as_str()) {
                self.by_id.push(self.keys.of(&user_id), number);
                if let Some(telephone) = Number::of(&record) {
                    self.by_number.push(self.keys.of(&telephone), number);
                }
            }
        }
        if records == 0 {
            return Err(BACKUP
                .broken(&path, "holds no record")
                .advise(phrase!("Name the file that --backup, or the option backup, has named.")));
        }
        self.by_id.finish();
        self.by_number.finish();
        self.torn = lines.is_torn.then_some(lines.number);
        self.end = lines.end;
        Ok(())
    }
}

/// The last record of each contact of a [`Backup`], in the order of the file.
pub struct BackupRecords<'a> {
    backup: &'a Backup,
    lines: Option<Lines<'a>>,
}

impl Iterator for BackupRecords<'_> {
    type Item = Result<BackupRecord, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

impl BackupRecords<'_> {
    fn advance(&mut self) -> Result<Option<BackupRecord>, Error> {
        let Backup { keys, by_id, by_number, path, end, .. } = self.backup;
        let lines = match &mut self.lines {
            Some(lines) => lines,
            None => self.lines.insert(open(path, *end)?),
        };
        while let Some(WholeLine { number, bytes, .. }) = lines.next()? {
            let number = number_of(path, number)?;
            if number == 1 && header(bytes).is_some() {
                continue;
            }
            let Some((user_id, record)) = parse(bytes) else {
                return Err(BACKUP.damaged(path, number.into()));
            };
            if by_id.get(keys.of(&user_id)) == Some(number) {
                let last = Number::of(&record).and_then(|it| by_number.get(keys.of(&it)));
                let is_superseded = last.is_some_and(|last| last != number);
                let line = number.into();
                return Ok(Some(BackupRecord { user_id, record, line, is_superseded }));
            }
        }
        Ok(None)
    }
}

type Lines<'a> = WholeLines<'a, BufReader<Take<File>>>;

/// The lines of a backup, up to where it ended when it was opened.
fn open(path: &Path, end: u64) -> Result<Lines<'_>, Error> {
    let file = File::open(path).map_err(|error| BACKUP.unopened(path, error))?;
    let reader = BufReader::with_capacity(256 * 1024, file.take(end));
    Ok(WholeLines::new(&BACKUP, path, reader))
}

fn number_of(path: &Path, line: u64) -> Result<u32, Error> {
    line.try_into().map_err(|_| {
        BACKUP
            .broken(path, "has more lines than can be counted")
            .advise(phrase!("Split it, and restore the parts one after another."))
    })
}

/// The id and the record of a line; `None` where a run writes no such line.
fn parse(line: &[u8]) -> Option<(String, Map<String, Value>)> {
    let Value::Object(mut line) = serde_json::from_slice(line).ok()? else { return None };
    match (line.remove("user_id")?, line.remove("record")?) {
        (Value::String(user_id), Value::Object(mut record)) => {
            let own = record.entry("userid").or_insert_with(|| user_id.clone().into());
            (own.as_str() == Some(&*user_id)).then_some((user_id, record))
        }
        _ => None,
    }
}
