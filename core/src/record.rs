//! A file of JSON Lines that only grows, and whose lines are on disk before anybody goes on:
//! what a journal and a backup have in common.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde_json::Value;

use crate::error::{Error, ErrorKind};

/// An open file, locked against a second run. Shared by threads: those that write side by
/// side share a sync.
pub(crate) struct Record {
    what: &'static str,
    path: PathBuf,
    pub file: File,
    writer: Mutex<Writer>,
    synced: Condvar,
}

/// Lines on their way to the disk.
#[derive(Default)]
struct Writer {
    waiting: Vec<u8>,
    /// Bytes of all lines so far, and how many of them are on disk.
    written: u64,
    synced: u64,
    syncing: bool,
    /// Once a write has failed the end of the file is not known, so nothing more is written.
    failed: Option<Error>,
}

impl Record {
    /// Opens a file, or begins one that its owner alone can read.
    ///
    /// # Errors
    ///
    /// `journal`: not to be opened or locked.
    pub fn open(what: &'static str, path: &Path) -> Result<Record, Error> {
        let broken = |problem: &str| broken(what, path, problem);
        let file =
            options().open(path).map_err(|error| broken(&format!("cannot be opened: {error}")))?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => broken("is in use by another run")
                .advise("Wait until that run has ended, or name another file."),
            TryLockError::Error(error) => broken(&format!("cannot be locked: {error}")),
        })?;
        let (writer, synced) = Default::default();
        Ok(Record { what, path: path.to_owned(), file, writer, synced })
    }

    /// An error about this file.
    pub fn broken(&self, problem: &str) -> Error {
        broken(self.what, &self.path, problem)
    }

    /// The file's name, for messages and to read it again.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Cuts off what stands behind this byte: a line that was being written when a run died.
    pub fn cut(&self, whole: u64) -> Result<(), Error> {
        let failed = |error: std::io::Error| self.broken(&format!("cannot be repaired: {error}"));
        if whole < self.file.metadata().map_err(failed)?.len() {
            log::warn!(target: crate::LOG, "the {} {}: its torn last line is cut off", self.what, self.path.display());
            self.file.set_len(whole).map_err(failed)?;
        }
        (&self.file).seek(SeekFrom::Start(whole)).map(drop).map_err(failed)
    }

    /// Cuts off a torn last line without looking at the others, in a file whose lines begin
    /// like this; another one must stay as it is.
    pub fn cut_torn_line(&self, start: &[u8]) -> Result<(), Error> {
        let failed = |error: std::io::Error| self.broken(&format!("cannot be read: {error}"));
        let mut file = &self.file;
        if !file.metadata().map_err(failed)?.is_file() {
            return Ok(());
        }
        let mut begin = Vec::new();
        file.take(start.len() as u64).read_to_end(&mut begin).map_err(failed)?;
        if !start.starts_with(&begin) {
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

    /// A new file is only safe once its folder is, too. Not every file system can; the lines
    /// in the file are synced on their own.
    pub fn sync_folder(&self) {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
    }

    /// Lets another run have the file; nothing is written after this.
    pub fn release(&self) {
        if let Err(error) = self.file.unlock() {
            log::warn!(target: crate::LOG, "the {} {} stays locked: {error}", self.what, self.path.display());
        }
    }

    /// Appends a line with the time, and waits until it is on disk. Whoever comes first syncs
    /// for all that have come by then.
    pub fn write(&self, mut line: Value) -> Result<(), Error> {
        if let Some(object) = line.as_object_mut() {
            let now = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
            object.insert("time".into(), now.into());
        }
        let line = line.to_string() + "\n";
        let mut writer = self.lock();
        writer.waiting.extend_from_slice(line.as_bytes());
        writer.written += line.len() as u64;
        let mine = writer.written;
        loop {
            if let Some(error) = &writer.failed {
                return Err(error.clone());
            }
            if writer.synced >= mine {
                return Ok(());
            }
            if writer.syncing {
                writer = self.synced.wait(writer).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            writer.syncing = true;
            let (bytes, upto) = (std::mem::take(&mut writer.waiting), writer.written);
            drop(writer);
            let mut file = &self.file;
            let result = file.write_all(&bytes).and_then(|()| self.file.sync_data());
            writer = self.lock();
            writer.syncing = false;
            match result {
                Ok(()) => writer.synced = upto,
                Err(error) => {
                    writer.failed = Some(self.broken(&format!("cannot be written: {error}")));
                }
            }
            self.synced.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn broken(what: &str, path: &Path, problem: &str) -> Error {
    Error::new(ErrorKind::Journal, format!("the {what} {} {problem}", path.display()))
}
