//! A file of JSON Lines that only grows. A line is on disk before whoever wrote it goes on. A
//! journal and a backup are such files.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use crate::batch::options::MOST_CONCURRENT;
use crate::error::{Error, ErrorKind};
use crate::language::Phrase;
use crate::outcome::in_utc;
use crate::runtime::descriptor::Descriptor;
use crate::text::excerpt;

/// The longest line that is taken for one; an outcome has some thousand bytes at most.
pub(crate) const LONGEST_LINE: u64 = 1024 * 1024;
/// The longest header that a crash may turn into zeros: the file has its length then, and none of
/// its bytes.
const LONGEST_HOLE: usize = 4096;
/// So long lines of a call wait at most for those of others, to share their sync. It is little beside a
/// call, which takes 20 ms and more. Of 64 side by side, a third of it takes nearly twice the syncs, and
/// twice of it 4 % more time.
const LINGER: Duration = Duration::from_millis(1);

/// What a file is for, and how it begins.
pub(crate) struct Kind {
    name: &'static str,
    /// What it records.
    of: &'static str,
    /// Whether a file of this kind can have this first line.
    is_first: fn(&Value) -> bool,
    /// How a first line begins that is not whole, because a crash tore it.
    starts: &'static [&'static str],
    /// So many lines can follow the first one in which a crash left a hole: those that were written
    /// together with it, as whoever writes a line waits for its sync.
    pub most_behind_hole: usize,
}

pub(crate) const JOURNAL: Kind = Kind {
    name: sentence!("journal"),
    of: "a batch",
    is_first: |line| line.get("journal").is_some_and(|name| name == "dingtalk-extcontact"),
    starts: &[r#"{"app_key":""#, r#"{"endpoint":""#, r#"{"journal":""#],
    // Of each worker the end of an id and the announcement of the next.
    most_behind_hole: 2 * MOST_CONCURRENT as usize,
};

pub(crate) const BACKUP: Kind = Kind {
    name: sentence!("backup"),
    of: "a batch",
    is_first: |line| {
        // Those of earlier versions have no header.
        let is_record = line.get("record").is_some_and(Value::is_object)
            && line.get("user_id").is_some_and(Value::is_string);
        is_record || line.get("backup").is_some_and(|name| name == "dingtalk-extcontact")
    },
    starts: &[r#"{"app_key":""#, r#"{"backup":""#, r#"{"record":{"#],
    // Of each worker a record.
    most_behind_hole: MOST_CONCURRENT as usize,
};

pub(crate) const RESTORE: Kind = Kind {
    name: sentence!("journal"),
    of: "a restore",
    is_first: |line| line.get("restore").is_some_and(|name| name == "dingtalk-extcontact"),
    starts: &[r#"{"app_key":""#, r#"{"endpoint":""#, r#"{"restore":""#],
    // One record is restored after another.
    most_behind_hole: 0,
};

impl Kind {
    /// Whether a file of this kind can begin with this line, whole or torn. So can an empty file.
    pub fn begins_with(&self, line: &[u8]) -> bool {
        match serde_json::from_slice(line) {
            Ok(first) => (self.is_first)(&first),
            Err(_) => {
                let is_hole = line.len() <= LONGEST_HOLE && line.iter().all(|byte| *byte == 0);
                let mut starts = self.starts.iter().map(|start| start.as_bytes());
                is_hole || starts.any(|it| line.starts_with(it) || it.starts_with(line))
            }
        }
    }

    /// An error about a file of this kind.
    pub fn broken(&self, path: &Path, problem: &str) -> Error {
        let (name, path) = (self.name, excerpt(&path.to_string_lossy()));
        Error::new(ErrorKind::Journal, format!("the {name} {path} {problem}")).advise(phrase!(
            "Check the path of the {name}, its permissions and the free space.",
            name = Phrase::known(name)
        ))
    }

    /// The error for a file of another format.
    pub fn of_unknown_version(&self, path: &Path) -> Error {
        self.broken(path, "is of a version that is not known here").advise(phrase!(
            "Go on with a version of this library that is as new as the one that began it, or name another \
             file; nothing was called."
        ))
    }

    /// The error for a line that no run writes.
    pub fn damaged(&self, path: &Path, line: u64) -> Error {
        self.broken(path, &format!("is damaged at line {line}")).advise(phrase!(
            "Keep the file for the record and look at that line; nothing was called."
        ))
    }

    /// Whether there is such a file. Call it before the file is opened: opening a pipe waits until
    /// somebody opens its other end.
    pub fn exists_at(&self, path: &Path) -> Result<bool, Error> {
        match path.metadata() {
            Ok(found) if !found.is_file() => {
                Err(self.broken(path, "is no ordinary file").advise(phrase!(
                    "Name a file, not a folder, a device or a pipe: it has to be read again later."
                )))
            }
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.unopened(path, error)),
        }
    }

    pub fn unopened(&self, path: &Path, error: io::Error) -> Error {
        self.broken(path, &format!("cannot be opened: {error}")).caused_by(error)
    }

    /// The error for a file whose first line shows that it is of no such kind.
    pub fn foreign(&self, path: &Path, line: &[u8]) -> Error {
        let Kind { name, of, .. } = self;
        let known = [JOURNAL, BACKUP, RESTORE].into_iter().find(|kind| kind.begins_with(line));
        let but = known.map_or(String::new(), |other| match other.name == *name {
            true => format!(" but of {}", other.of),
            false => format!(" but a {}", other.name),
        });
        self.broken(path, &format!("is not a {name} of {of}{but}")).advise(phrase!(
            "Name a file that does not exist yet, or the {name} of an earlier run. This one was \
             left as it is, and nothing was called.",
            name = Phrase::known(name)
        ))
    }
}

/// An open file, locked against a second run. Threads share it: lines that are written at the same
/// time share a sync, which is what takes long.
pub(crate) struct AppendLog {
    kind: &'static Kind,
    path: PathBuf,
    /// The one handle for all that is read and written: where locks are mandatory (Windows),
    /// another one could do neither.
    file: Descriptor<File>,
    writer: Mutex<Writer>,
    linger: Duration,
}

/// Lines on their way to the disk, in groups: while one group is synced, the next one gathers.
struct Writer {
    gathered: Vec<u8>,
    /// The group that gathers.
    group: Arc<Group>,
    /// The last one that was taken to be synced.
    before: Arc<Group>,
    /// The offset of the group that gathers in the file.
    end: u64,
    /// Calls whose beginning was taken to be synced and whose end has not come.
    under_way: usize,
    /// Calls whose beginning is in the group that gathers.
    beginning: usize,
}

/// Lines that are synced together. Each of those who wrote them waits for that alone: a sync wakes
/// its own group by one system call, and who is woken needs no lock.
#[derive(Default)]
struct Group {
    synced: OnceLock<Result<(), Error>>,
    /// Who waits for others to come, and syncs the group unless the last one does.
    lingers: OnceLock<Thread>,
}

/// What lines say of a call of those that run side by side.
#[derive(Clone, Copy)]
pub(crate) struct CallChange {
    /// A call has ended.
    pub ends: bool,
    /// A call begins once they are on disk.
    pub begins: bool,
}

impl Writer {
    fn new() -> Writer {
        let before = Arc::new(Group { synced: OnceLock::from(Ok(())), ..Group::default() });
        Writer {
            gathered: Vec::new(),
            group: Arc::default(),
            before,
            end: 0,
            under_way: 0,
            beginning: 0,
        }
    }

    /// Counts the calls under way. Whether lines of others may come soon.
    fn count(&mut self, change: CallChange) -> bool {
        self.under_way = self.under_way.saturating_sub(usize::from(change.ends));
        self.beginning += usize::from(change.begins);
        self.under_way > 0
    }
}

impl Group {
    fn wait(&self) -> Result<(), Error> {
        self.synced.wait().clone()
    }

    /// Waits for others to come, unless one of them syncs the group meanwhile.
    fn linger(&self, most: Duration) {
        let until = Instant::now() + most;
        while self.synced.get().is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::park_timeout(left);
        }
    }

    /// Wakes all who wait for it.
    fn end(&self, synced: Result<(), Error>) -> Result<(), Error> {
        let synced = self.synced.get_or_init(|| synced).clone();
        let current = std::thread::current().id();
        if let Some(lingers) = self.lingers.get().filter(|thread| thread.id() != current) {
            lingers.unpark();
        }
        synced
    }
}

impl AppendLog {
    /// Opens a file, or begins one, and locks it. One that was there stays as it is until
    /// [`go_on_from`](AppendLog::go_on_from).
    ///
    /// # Errors
    ///
    /// `journal`: not to be opened or locked, no ordinary file, or none of this kind.
    pub fn open(kind: &'static Kind, path: &Path) -> Result<AppendLog, Error> {
        let broken = |problem: &str| kind.broken(path, problem);
        kind.exists_at(path)?;
        let opened = options().open(path).and_then(Descriptor::new);
        let file = opened.map_err(|error| kind.unopened(path, error))?;
        // Before the lock: another program may hold the lock of a file that was named by mistake,
        // and "in use by another run" would be wrong.
        let first = first_line(&file).map_err(|it| broken(&format!("cannot be read: {it}")))?;
        if !kind.begins_with(&first) {
            return Err(kind.foreign(path, &first));
        }
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => broken("is in use by another run")
                .advise(phrase!("Wait until that run has ended, or name another file.")),
            TryLockError::Error(error) => {
                broken(&format!("cannot be locked: {error}")).caused_by(error)
            }
        })?;
        let (path, writer) = (path.to_owned(), Mutex::new(Writer::new()));
        Ok(AppendLog { kind, path, file, writer, linger: LINGER })
    }

    /// An error about this file.
    pub fn broken(&self, problem: &str) -> Error {
        self.kind.broken(&self.path, problem)
    }

    /// The error where it is no longer what it was when it was opened.
    pub fn changed(&self, problem: &str) -> Error {
        self.broken(problem)
            .advise(phrase!("Let no other program change the file while a run uses it."))
    }

    /// The file, unless somebody else closed its descriptor.
    pub fn file(&self) -> io::Result<&File> {
        match self.file.is_ours() {
            true => Ok(&self.file),
            false => Err(io::Error::other("the program has closed its descriptor")),
        }
    }

    /// The line that begins at this offset, without its end.
    pub fn line_at(&self, at: u64) -> io::Result<Vec<u8>> {
        let (mut line, mut piece) = (Vec::new(), [0; 1024]);
        while (line.len() as u64) < LONGEST_LINE {
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

    /// Begins to write at this offset. What stands behind it was being written when a run died, and
    /// is cut off. From now on the file's owner alone can read it.
    pub fn go_on_from(&self, whole: u64) -> Result<(), Error> {
        let failed = |error: io::Error| {
            self.broken(&format!("cannot be repaired: {error}")).caused_by(error)
        };
        let file = self.file().map_err(failed)?;
        self.keep_from_others(file);
        self.sync_folder();
        if whole < file.metadata().map_err(failed)?.len() {
            crate::logged(
                || log::warn!(target: crate::LOG, "the {} {}: its torn end is cut off", self.kind.name, self.path.display()),
            );
            file.set_len(whole).map_err(failed)?;
        }
        self.lock().end = whole;
        Ok(())
    }

    /// A file from elsewhere may be readable by others. A file system without owners is no reason to
    /// refuse it.
    #[cfg(unix)]
    fn keep_from_others(&self, file: &File) {
        let mode: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        if let Err(error) = file.set_permissions(mode) {
            crate::logged(
                || log::warn!(target: crate::LOG, "the {} {} may be read by others: {error}", self.kind.name, self.path.display()),
            );
        }
    }

    #[cfg(not(unix))]
    fn keep_from_others(&self, _: &File) {}

    /// A new file survives a power failure only once its folder is synced, too. Not every file system
    /// can do that, so a failure is ignored.
    fn sync_folder(&self) {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
    }

    /// Unlocks the file for another run; nothing is written after this. Closing the file unlocks it
    /// as well, so a failure is ignored.
    pub fn release(&self) {
        let _ = self.file().and_then(File::unlock);
    }

    /// Appends a line with the time, unless it has one, and waits until it is on disk.
    pub fn write(&self, line: Value) -> Result<(), Error> {
        self.write_lines(with_time(line).as_bytes(), None)
    }

    /// Appends a last line with the time, and does not wait until it is on disk: nobody relies on
    /// it. It is left out where lines before it could not be written, or are on their way.
    pub fn write_last(&self, line: Value) {
        let line = with_time(line);
        let mut writer = self.lock();
        if !writer.gathered.is_empty() || !matches!(writer.before.synced.get(), Some(Ok(()))) {
            return;
        }
        let at = writer.end;
        writer.end += line.len() as u64;
        let written = self.file().and_then(|file| write_all_at(file, line.as_bytes(), at));
        drop(writer);
        if let Err(error) = written {
            crate::logged(
                || log::warn!(target: crate::LOG, "the {} {} has no last line: {error}", self.kind.name, self.path.display()),
            );
        }
    }

    /// Appends whole lines as they stand, and waits until they are on disk. Those of calls wait a
    /// moment first, until each call under way has written its own: all share a sync then.
    pub fn write_lines(&self, lines: &[u8], change: Option<CallChange>) -> Result<(), Error> {
        let mut writer = self.lock();
        let is_first = writer.gathered.is_empty();
        writer.gathered.extend_from_slice(lines);
        let others_may_come = change.is_some_and(|change| writer.count(change));
        let (group, before) = (writer.group.clone(), writer.before.clone());
        if others_may_come && is_first {
            let _ = group.lingers.set(std::thread::current());
        }
        drop(writer);
        if others_may_come {
            if !is_first {
                return group.wait();
            }
            group.linger(self.linger);
        }
        // The group gathers as long as the one before it is synced.
        match before.wait() {
            Ok(()) => self.sync(&group),
            failed => group.end(failed),
        }
    }

    /// Writes and syncs a group, unless somebody else does; the next one begins.
    fn sync(&self, group: &Arc<Group>) -> Result<(), Error> {
        let mut writer = self.lock();
        if !Arc::ptr_eq(&writer.group, group) {
            drop(writer);
            return group.wait();
        }
        let (bytes, at) = (std::mem::take(&mut writer.gathered), writer.end);
        writer.before = std::mem::take(&mut writer.group);
        writer.end += bytes.len() as u64;
        writer.under_way += std::mem::take(&mut writer.beginning);
        drop(writer);
        let written = self.file().and_then(|file| {
            // On ext4 neither O_DSYNC nor blocks allocated beforehand cost less of time or CPU.
            write_all_at(file, &bytes, at)?;
            file.sync_data()
        });
        // The end of the file is not known then: all later groups fail with this one.
        group.end(
            written.map_err(|error| {
                self.broken(&format!("cannot be written: {error}")).caused_by(error)
            }),
        )
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line as it is written: with the time, unless it has one.
fn with_time(mut line: Value) -> String {
    if let Some(object) = line.as_object_mut() {
        object.entry("time").or_insert_with(|| in_utc(SystemTime::now()).into());
        // A torn first line is known by its first key, and the order of keys depends on the
        // features that other crates choose for serde_json.
        object.sort_keys();
    }
    line.to_string() + "\n"
}

/// The first line of a file, with its end where it has one.
pub(crate) fn first_line(mut file: &File) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    BufReader::new(file).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    file.rewind()?;
    Ok(line)
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

#[cfg(test)]
mod tests {
    use super::*;

    use serde_json::json;

    const BEGINS: Option<CallChange> = Some(CallChange { ends: false, begins: true });
    const ENDS: Option<CallChange> = Some(CallChange { ends: true, begins: false });

    /// A new log and its path, with one call under way.
    fn log(name: &str, linger: Duration) -> (AppendLog, PathBuf) {
        let path = std::env::temp_dir().join(format!("dtx-log-{}-{name}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let mut log = AppendLog::open(&JOURNAL, &path).unwrap();
        log.go_on_from(0).unwrap();
        log.write_lines(b"first\n", BEGINS).unwrap();
        log.linger = linger;
        (log, path)
    }

    fn take(path: &Path) -> String {
        let text = std::fs::read_to_string(path).unwrap();
        std::fs::remove_file(path).unwrap();
        text
    }

    /// Others come while a line waits for them. Without a limit that a test would see.
    fn while_one_waits(log: &AppendLog, path: &Path, others_come: impl FnOnce()) {
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| log.write_lines(b"second\n", BEGINS));
            while log.lock().gathered.is_empty() {
                std::thread::yield_now();
            }
            assert_eq!(std::fs::read_to_string(path).unwrap(), "first\n");
            others_come();
            waits.join().unwrap().unwrap();
        });
    }

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn lines_of_calls_wait_for_those_of_others_and_share_their_sync() {
        let (log, path) = log("share", LONG);
        while_one_waits(&log, &path, || log.write_lines(b"third\n", ENDS).unwrap());
        assert_eq!(take(&path), "first\nsecond\nthird\n");
    }

    #[test]
    fn a_line_of_no_call_waits_for_nobody_and_takes_others_along() {
        let (log, path) = log("alone", LONG);
        while_one_waits(&log, &path, || log.write(json!({"time": "now"})).unwrap());
        assert_eq!(take(&path), "first\nsecond\n{\"time\":\"now\"}\n");
    }

    #[test]
    fn nobody_waits_for_a_long_call() {
        let (log, path) = log("limit", LINGER);
        log.write_lines(b"second\n", BEGINS).unwrap();
        log.write_lines(b"third\n", ENDS).unwrap();
        assert_eq!(take(&path), "first\nsecond\nthird\n");
    }
}
