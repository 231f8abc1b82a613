//! The journal of a batch: for audit, and for continuing a run that died. `docs/journal.md` has its
//! format.
//!
//! An id's call is announced on disk before it is made, and its end is on disk before the item is
//! handed out. So a call that the journal does not know was never made.

use std::path::Path;
use std::time::SystemTime;

use serde::Serialize;
use serde_json::{Value, json};

use crate::batch::append_log::{AppendLog, CallChange, JOURNAL};
use crate::batch::item::{Item, Outcome};
use crate::batch::key_set::{Key, KeyMap, Keys};
use crate::batch::reading::{self, Format, Scope};
use crate::batch::run_record::{RunRequest, SlowDown, Stopped, closed_line};
use crate::batch::settled::PriorState;
use crate::error::Error;
use crate::outcome::serialize_time;

/// An open journal, locked against a second run.
pub(super) struct Journal {
    log: AppendLog,
    /// That of the run that began the file: another version of this library may read it next.
    format: Format,
    /// The last line of earlier runs about each id.
    last_lines: KeyMap<LastLine>,
}

/// What the last line about an id says, and where it begins in the file. The offset is in two
/// halves, so that an entry of the map is 24 bytes and not 32: there may be millions.
#[derive(Clone, Copy)]
pub(super) struct LastLine {
    pub state: PriorState,
    offset: [u32; 2],
}

const _: () = assert!(size_of::<(Key, LastLine)>() == 24);

impl LastLine {
    fn new(state: PriorState, offset: u64) -> LastLine {
        LastLine { state, offset: [(offset >> 32) as u32, offset as u32] }
    }

    fn offset(self) -> u64 {
        let [high, low] = self.offset;
        u64::from(high) << 32 | u64::from(low)
    }
}

impl Journal {
    /// Opens a journal, or begins one; cuts off a torn last line.
    ///
    /// # Errors
    ///
    /// `journal`: not to be read, written or locked; of another scope or format; damaged before
    /// its last line.
    pub fn open(
        path: &Path,
        scope: Scope<'_>,
        request: &RunRequest,
        keys: &Keys,
    ) -> Result<Journal, Error> {
        let log = AppendLog::open(&JOURNAL, path)?;
        let mut last_lines = KeyMap::default();
        let file = log.file().map_err(|error| log.broken(&error.to_string()))?;
        let (end, format) = reading::read(path, file, scope, |entry| {
            last_lines.insert(keys.of(entry.user_id), LastLine::new(entry.state(), entry.offset));
        })?;
        log.go_on_from(end)?;
        let begin = if end == 0 { scope.header() } else { json!({"event": "resumed"}) };
        log.write(with_request(begin, request))?;
        Ok(Journal { log, format, last_lines })
    }

    /// What earlier runs wrote about this id last.
    pub fn last_line(&self, key: Key) -> Option<LastLine> {
        self.last_lines.get(key).copied()
    }

    /// The item that a line of an earlier run was written for.
    pub fn read_again(&self, line: LastLine) -> Result<Item, Error> {
        let offset = line.offset();
        let damaged = || self.log.changed(&format!("cannot be read again at byte {offset}"));
        let line = self.log.line_at(offset).map_err(|_| damaged())?;
        let line: Value = serde_json::from_slice(&line).map_err(|_| damaged())?;
        reading::ended(&line).ok_or_else(damaged)
    }

    /// Writes that an id is about to be called, and waits until that is on disk.
    pub fn announce(&self, user_id: &str) -> Result<(), Error> {
        let lines = self.lines(&[IdLine::announced(user_id)])?;
        self.log.write_lines(&lines, Some(CallChange { ends: false, begins: true }))
    }

    /// Writes what came of an id, and that the next one is about to be called, and waits until both
    /// are on disk.
    pub fn record(&self, item: &Item, next: Option<&str>) -> Result<(), Error> {
        let ended = IdLine::ended(item);
        let lines = match next {
            Some(next) => self.lines(&[ended, IdLine::announced(next)])?,
            None => self.lines(&[ended])?,
        };
        self.log.write_lines(&lines, Some(CallChange { ends: true, begins: next.is_some() }))
    }

    /// Writes what came of an id that is not called any more, and waits until that is on disk: not
    /// for the lines of others, as the batch has stopped.
    pub fn record_at_once(&self, item: &Item) -> Result<(), Error> {
        self.log.write_lines(&self.lines(&[IdLine::ended(item)])?, None)
    }

    /// Lines as they are written. No tree of values is made of them.
    fn lines(&self, lines: &[IdLine]) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(512);
        for line in lines {
            serde_json::to_writer(&mut bytes, line).map_err(|error| {
                self.log.broken(&format!("cannot be written: {error}")).caused_by(error)
            })?;
            bytes.push(b'\n');
        }
        Ok(bytes)
    }

    /// Writes that the batch slowed down, and waits until that is on disk.
    pub fn slow_down(&self, slowed: &SlowDown) -> Result<(), Error> {
        match self.format {
            Format::One => Ok(()),
            Format::Two => self.log.write(slowed.line()),
        }
    }

    /// Writes that the run has ended. Where that does not get to the disk, the run looks like one
    /// that was killed after its last id.
    pub fn close(&self, stopped: Option<&Stopped>) {
        if self.format == Format::Two {
            self.log.write_last(closed_line(stopped));
        }
    }

    /// Unlocks the file for another run; nothing is written after this.
    pub fn release(&self) {
        self.log.release();
    }
}

/// A line about an id, as it is written.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum IdLine<'a> {
    Announced {
        user_id: &'a str,
        #[serde(serialize_with = "serialize_time")]
        time: SystemTime,
    },
    Ended {
        #[serde(flatten)]
        outcome: &'a Outcome,
        #[serde(serialize_with = "serialize_time")]
        time: SystemTime,
    },
}

impl IdLine<'_> {
    fn announced(user_id: &str) -> IdLine<'_> {
        IdLine::Announced { user_id, time: SystemTime::now() }
    }

    fn ended(item: &Item) -> IdLine<'_> {
        let Item { outcome, time, settled_before: _ } = item;
        IdLine::Ended { outcome, time: *time }
    }
}

/// The line that begins a run, with what the run was asked for.
fn with_request(mut line: Value, request: &RunRequest) -> Value {
    if let (Some(object), Ok(Value::Object(fields))) =
        (line.as_object_mut(), serde_json::to_value(request))
    {
        object.extend(fields);
    }
    line
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::fs;
    use std::path::PathBuf;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::batch::append_log::LONGEST_LINE;
    use crate::batch::run_record::ListRecord;
    use crate::error::ErrorKind;
    use crate::outcome::{Deletion, Status};

    const ENDPOINT: &str = "https://oapi.dingtalk.io";

    fn request() -> RunRequest {
        let list = ListRecord { name: Some("leavers.txt".into()), ..ListRecord::default() };
        RunRequest { list: Some(list), ..RunRequest::default() }
    }

    /// A file for one test.
    struct TestFile(PathBuf);

    impl TestFile {
        fn new() -> TestFile {
            let name =
                format!("dtx-journal-{}-{:?}", std::process::id(), std::thread::current().id());
            TestFile(std::env::temp_dir().join(name))
        }

        fn open(&self, keys: &Keys) -> Result<Journal, Error> {
            let scope = Scope { endpoint: ENDPOINT, app_key: Some("key") };
            Journal::open(&self.0, scope, &request(), keys)
        }
    }

    impl Drop for TestFile {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    /// A line of a journal, and the state that it leaves its id in.
    #[derive(Clone, Debug)]
    struct Line {
        text: String,
        id: String,
        state: PriorState,
    }

    fn item(kind: u8, id: &str, words: &str) -> (PriorState, Item) {
        let user_id = id.to_owned();
        let gone = |status, attempts, maybe_deleted| {
            let request_id = Some(words.to_owned());
            let user_id = user_id.clone();
            (
                PriorState::Gone,
                Ok(Deletion { user_id, status, request_id, attempts, maybe_deleted }),
            )
        };
        let refused = |state, kind, code: Option<&str>, maybe_deleted| {
            let error = Error::new(kind, words).with(|fields| {
                fields.code = code.map(str::to_owned);
                fields.errmsg = Some(words.to_owned());
            });
            (state, Err(error.about_contact(id, 1, maybe_deleted)))
        };
        let (state, outcome) = match kind {
            0 => gone(Status::Deleted, 1, false),
            1 => gone(Status::Absent, 2, true),
            2 => refused(PriorState::Refused, ErrorKind::InvalidUserId, Some("33012"), false),
            3 => refused(PriorState::MaybeDeleted, ErrorKind::Timeout, None, true),
            4 => refused(PriorState::Open, ErrorKind::Throttled, Some("90018"), false),
            _ => refused(PriorState::Open, ErrorKind::PermissionDenied, Some("60011"), false),
        };
        (state, Item::new(outcome))
    }

    fn line() -> impl Strategy<Value = Line> {
        (0..6u8, 0..8u8, "\\PC{0,12}[\\x00-\\x1f]{0,2}").prop_map(|(id, kind, words)| {
            let id = format!("0{id}号");
            let (state, mut line) = match kind {
                6.. => (PriorState::MaybeDeleted, json!({"user_id": id})),
                _ => {
                    let (state, item) = item(kind, &id, &words);
                    (state, item.to_json())
                }
            };
            line["event"] = if kind < 6 { "ended" } else { "announced" }.into();
            Line { text: format!("{line}\n"), id, state }
        })
    }

    /// What a crash leaves of a file, and how many of its lines are as they were.
    fn damaged_by(
        text: &str,
        cut: bool,
        damage: (Index, Index),
        synced: usize,
    ) -> (Vec<u8>, usize) {
        let mut bytes = text.as_bytes().to_vec();
        let first = match cut {
            true => damage.0.index(bytes.len() + 1),
            false => synced + damage.0.index(bytes.len() + 1 - synced),
        };
        if cut {
            bytes.truncate(first);
        } else {
            let count = damage.1.index(bytes.len() + 1 - first);
            bytes[first..first + count].fill(0);
        }
        let whole = bytes.split_inclusive(|byte| *byte == b'\n').zip(text.split_inclusive('\n'));
        (bytes.clone(), whole.take_while(|(now, then)| *now == then.as_bytes()).count())
    }

    #[test]
    fn a_line_about_an_id_has_its_outcome_and_time_and_nothing_else() {
        let (file, keys) = (TestFile::new(), Keys::default());
        let journal = file.open(&keys).unwrap();
        let (_, item) = item(1, "01", "r");
        journal.announce("01").unwrap();
        journal.record(&item, None).unwrap();
        let text = fs::read_to_string(&file.0).unwrap();
        let lines: Vec<Value> =
            text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
        let announced = json!({"event": "announced", "user_id": "01", "time": lines[0]["time"]});
        let ended = json!({
            "event": "ended", "user_id": "01", "status": "absent", "request_id": "r",
            "attempts": 2, "maybe_deleted": true, "time": item.time_in_utc(),
        });
        assert!(crate::outcome::parse_utc(lines[0]["time"].as_str().unwrap()).is_some());
        assert_eq!(lines, [announced, ended]);
    }

    /// The lines of 64 calls with long texts of the service can be longer than one line may be.
    #[test]
    fn a_hole_that_is_longer_than_any_line_is_cut_off_too() {
        let (file, keys) = (TestFile::new(), Keys::default());
        let journal = file.open(&keys).unwrap();
        journal.announce("01").unwrap();
        drop(journal);
        let begin = fs::read_to_string(&file.0).unwrap();
        let hole = "\0".repeat(2 * LONGEST_LINE as usize);
        for tail in ["", "\n", "{\"event\":\"announced\",\"user_id\":\"02\"}\n"] {
            fs::write(&file.0, format!("{begin}{hole}{tail}")).unwrap();
            let journal = file.open(&keys).unwrap();
            let states = ["01", "02"].map(|id| Some(journal.last_line(keys.of(id))?.state));
            assert_eq!(states, [Some(PriorState::MaybeDeleted), None]);
        }
    }

    #[test]
    fn a_header_that_a_crash_left_in_part_is_begun_anew() {
        let (file, keys) = (TestFile::new(), Keys::default());
        drop(file.open(&keys).unwrap());
        let header = fs::read_to_string(&file.0).unwrap();
        let hole = header[..50].to_owned() + &"\0".repeat(40) + &header[90..];
        for left in [&"\0".repeat(header.len()), &hole] {
            fs::write(&file.0, left).unwrap();
            drop(file.open(&keys).unwrap());
            let text = fs::read_to_string(&file.0).unwrap();
            assert_eq!(text.lines().count(), 1);
            assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Cut anywhere, or with zeros anywhere among the lines since the last sync, a journal
        /// says of each id what its whole lines say, and the next run goes on from there.
        #[test]
        fn whatever_a_crash_leaves_is_read_for_what_it_says(
            synced in prop::collection::vec(line(), 0..20),
            unsynced in prop::collection::vec(line(), 0..=128),
            cut: bool,
            damage: (Index, Index),
        ) {
            let (file, keys) = (TestFile::new(), Keys::default());
            drop(file.open(&keys).unwrap());
            let mut text = fs::read_to_string(&file.0).unwrap();
            synced.iter().for_each(|line| text.push_str(&line.text));
            let end = text.len();
            unsynced.iter().for_each(|line| text.push_str(&line.text));
            let (bytes, whole) = damaged_by(&text, cut, damage, end);
            fs::write(&file.0, &bytes).unwrap();

            let lines = [&synced[..], &unsynced].concat();
            let mut expected: HashMap<_, _> = lines
                .iter()
                .take(whole.saturating_sub(1))
                .map(|line| (line.id.clone(), line))
                .collect();
            let check = |journal: &Journal, expected: &HashMap<String, &Line>| {
                for id in (0..6).map(|id| format!("0{id}号")).chain(["later".to_owned()]) {
                    let (last, line) = (journal.last_line(keys.of(&id)), expected.get(&id));
                    assert_eq!(last.map(|last| last.state), line.map(|line| line.state), "{id}");
                    if let (Some(last), Some(line)) = (last, line)
                        && last.state.is_settled()
                    {
                        let mut told = journal.read_again(last).unwrap().to_json();
                        let then: Value = serde_json::from_str(&line.text).unwrap();
                        told["event"] = "ended".into();
                        told["settled_before"] = then["settled_before"].clone();
                        assert_eq!(told, then);
                    }
                }
            };
            let journal = file.open(&keys).unwrap();
            check(&journal, &expected);

            let (state, item) = item(0, "later", "r");
            journal.announce("later").unwrap();
            journal.record(&item, None).unwrap();
            drop(journal);
            let mut then = item.to_json();
            then["event"] = "ended".into();
            let later = Line { text: then.to_string(), id: "later".to_owned(), state };
            expected.insert("later".to_owned(), &later);
            check(&file.open(&keys).unwrap(), &expected);
            assert!(!fs::read(&file.0).unwrap().contains(&0));
        }
    }
}
