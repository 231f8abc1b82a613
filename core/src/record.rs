//! A file of JSON Lines that only grows, and whose lines are on disk before anybody goes on:
//! what a journal and a backup have in common.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde_json::Value;

use crate::descriptor::Descriptor;
use crate::error::{Error, ErrorKind};
use crate::outcome::in_utc;

/// An open file, locked against a second run. Shared by threads: those that write side by
/// side share a sync.
pub(crate) struct Record {
    what: &'static str,
    path: PathBuf,
    /// The one handle for all that is read and written: where locks are mandatory (Windows),
    /// another one could do neither.
    file: Descriptor<File>,
    writer: Mutex<Writer>,
    /// For those whose group is even, and odd: a sync wakes its own group.
    synced: [Condvar; 2],
}

/// Lines on their way to the disk. Those that come while others are being synced are the
/// next group.
#[derive(Default)]
struct Writer {
    waiting: Vec<u8>,
    /// The number of the group that waits, and of the first that is not on disk.
    group: u64,
    unsynced: u64,
    syncing: bool,
    /// Where the next group goes in the file.
    end: u64,
    /// Once a write has failed the end of the file is not known, so nothing more is written.
    failed: Option<Error>,
}

impl Record {
    /// Opens a file, or begins one, that its owner alone can read.
    ///
    /// # Errors
    ///
    /// `journal`: not to be opened or locked, or no ordinary file.
    pub fn open(what: &'static str, path: &Path) -> Result<Record, Error> {
        let broken = |problem: &str| broken(what, path, problem);
        let unopened = |error: io::Error| broken(&format!("cannot be opened: {error}"));
        // Before it is opened: a pipe would wait for its other end.
        match path.metadata() {
            Ok(found) if !found.is_file() => return Err(broken("is no ordinary file")),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unopened(error)),
            _ => {}
        }
        let file = options().open(path).and_then(Descriptor::new).map_err(unopened)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => broken("is in use by another run")
                .advise("Wait until that run has ended, or name another file."),
            TryLockError::Error(error) => broken(&format!("cannot be locked: {error}")),
        })?;
        let record = Record {
            what,
            path: path.to_owned(),
            file,
            writer: Mutex::default(),
            synced: <[Condvar; 2]>::default(),
        };
        record.keep_from_others();
        record.sync_folder();
        Ok(record)
    }

    /// An error about this file.
    pub fn broken(&self, problem: &str) -> Error {
        broken(self.what, &self.path, problem)
    }

    /// The file, while it is ours.
    pub fn file(&self) -> io::Result<&File> {
        match self.file.is_ours() {
            true => Ok(&self.file),
            false => Err(io::Error::other("the program has closed its descriptor")),
        }
    }

    /// The line that begins at this byte, without its end.
    pub fn line_at(&self, at: u64, longest: u64) -> io::Result<Vec<u8>> {
        let (mut line, mut piece) = (Vec::new(), [0; 1024]);
        while (line.len() as u64) < longest {
            let count = read_at(self.file()?, &mut piece, at + line.len() as u64)?;
            let read = piece.get(..count).unwrap_or_default();
            if let Some(end) = read.iter().position(|byte| *byte == b'\n') {
                line.extend_from_slice(read.get(..end).unwrap_or_default());
                return Ok(line);
            }
            if count == 0 {
                break;
            }
            line.extend_from_slice(read);
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    /// Cuts off what stands behind this byte: what was being written when a run died. Lines
    /// are written from here on.
    pub fn cut(&self, whole: u64) -> Result<(), Error> {
        let failed = |error: io::Error| self.broken(&format!("cannot be repaired: {error}"));
        let file = self.file().map_err(failed)?;
        if whole < file.metadata().map_err(failed)?.len() {
            crate::logged(
                || log::warn!(target: crate::LOG, "the {} {}: its torn end is cut off", self.what, self.path.display()),
            );
            file.set_len(whole).map_err(failed)?;
        }
        self.lock().end = whole;
        Ok(())
    }

    /// Cuts off a torn last line without looking at the others, in a file that begins in one
    /// of these ways; another one must stay as it is.
    pub fn cut_torn_line(&self, starts: &[&[u8]]) -> Result<(), Error> {
        let failed = |error: io::Error| self.broken(&format!("cannot be read: {error}"));
        let mut file = self.file().map_err(failed)?;
        let mut begin = [0; 64];
        let count = read_at(file, &mut begin, 0).map_err(failed)?;
        let begin = begin.get(..count).unwrap_or_default();
        if !starts.iter().any(|start| begin.starts_with(start) || start.starts_with(begin)) {
            return Err(self
                .broken("is something else")
                .advise("Name a file that does not exist yet, or the one of an earlier run."));
        }
        let mut end = file.seek(SeekFrom::End(0)).map_err(failed)?;
        let mut block = [0; 4096];
        while end > 0 {
            let start = end.saturating_sub(block.len() as u64);
            let Some(piece) = block.get_mut(..(end - start) as usize) else { break };
            file.seek(SeekFrom::Start(start)).map_err(failed)?;
            file.read_exact(piece).map_err(failed)?;
            if let Some(at) = piece.iter().rposition(|byte| *byte == b'\n') {
                return self.cut(start + at as u64 + 1);
            }
            end = start;
        }
        self.cut(0)
    }

    /// A file that was there before may be open to others. Not every file system knows owners.
    fn keep_from_others(&self) {
        #[cfg(unix)]
        {
            let mode: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            if let Err(error) = self.file.set_permissions(mode) {
                crate::logged(
                    || log::warn!(target: crate::LOG, "the {} {} may be read by others: {error}", self.what, self.path.display()),
                );
            }
        }
    }

    /// A new file is only safe once its folder is, too. Not every file system can; the lines
    /// in the file are synced on their own.
    fn sync_folder(&self) {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
    }

    /// Lets another run have the file; nothing is written after this. Closing it would do as
    /// much, so that a failure is none.
    pub fn release(&self) {
        let _ = self.file().and_then(File::unlock);
    }

    /// Appends a line with the time, unless it has one, and waits until it is on disk. Whoever
    /// comes first syncs for all that have come by then.
    pub fn write(&self, mut line: Value) -> Result<(), Error> {
        if let Some(object) = line.as_object_mut() {
            object.entry("time").or_insert_with(|| in_utc(SystemTime::now()).into());
        }
        let line = line.to_string() + "\n";
        let mut writer = self.lock();
        writer.waiting.extend_from_slice(line.as_bytes());
        let mine = writer.group;
        loop {
            if let Some(error) = &writer.failed {
                return Err(error.clone());
            }
            if writer.unsynced > mine {
                return Ok(());
            }
            if writer.syncing {
                let synced = self.synced_of(mine);
                writer = synced.wait(writer).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            writer.syncing = true;
            writer.group += 1;
            let (bytes, at) = (std::mem::take(&mut writer.waiting), writer.end);
            drop(writer);
            let result = self.file().and_then(|file| {
                write_all_at(file, &bytes, at)?;
                file.sync_data()
            });
            writer = self.lock();
            writer.syncing = false;
            match result {
                Ok(()) => {
                    writer.unsynced = writer.group;
                    writer.end += bytes.len() as u64;
                    self.synced_of(mine).notify_all();
                    // One of those that have come meanwhile syncs for them.
                    self.synced_of(mine + 1).notify_one();
                }
                Err(error) => {
                    writer.failed = Some(self.broken(&format!("cannot be written: {error}")));
                    self.synced.iter().for_each(Condvar::notify_all);
                }
            }
        }
    }

    fn synced_of(&self, group: u64) -> &Condvar {
        let [even, odd] = &self.synced;
        if group.is_multiple_of(2) { even } else { odd }
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, at)
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = bytes.get(count..).unwrap_or_default();
        at += count as u64;
    }
    Ok(())
}

fn broken(what: &str, path: &Path, problem: &str) -> Error {
    Error::new(ErrorKind::Journal, format!("the {what} {} {problem}", path.display()))
}
