//! Reading journals for people: what became of each id, by all of them.
//!
//! Each file is read once from end to end. Of each id a hash and the place of the line that counts
//! are kept; then those lines are read, in the order in which they stand.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use crate::batch::append_log::{JOURNAL, LONGEST_LINE};
use crate::batch::journal_entry::{JournalEntry, JournalState};
use crate::batch::key_set::{KeyMap, Keys};
use crate::batch::reading::{self, Entry, Format, Line, Lines};
use crate::batch::run_record::{RunRecord, text, time_of};
use crate::error::Error;

/// Reads one or many journals: an iterator over what became of each id, one entry an id, in the
/// order of the files and of the lines that say so.
///
/// The files are read here, from end to end, and left as they are. They may be long, as about 32
/// bytes are kept of an id, and a run may be writing them: what it writes later is not told.
///
/// In one file the last line about an id counts. Where several have the same id, of one endpoint
/// and app, *gone* counts before all else; what may be gone stays so, unless a later line says
/// that there is no such contact, which makes it *gone*; of other lines the latest counts. The same
/// id of another endpoint or app is another contact, and has an entry of its own.
///
/// ```no_run
/// use dingtalk_extcontact::{JournalState, read_journal};
///
/// for entry in read_journal(["leavers.txt.journal.jsonl"])? {
///     let entry = entry?;
///     if entry.state == JournalState::MayBeGone {
///         println!("{} may be gone: {}", entry.user_id, entry.meaning);
///     }
/// }
/// # Ok::<(), dingtalk_extcontact::Error>(())
/// ```
///
/// # Errors
///
/// `journal`: a file cannot be read, is empty, is no journal or one of another version, or is
/// damaged before its last line. The message names the file and the line.
pub fn read_journal<P: Into<PathBuf>>(
    paths: impl IntoIterator<Item = P>,
) -> Result<JournalReader, Error> {
    let (keys, mut last) = (Keys::default(), KeyMap::<Place>::default());
    let mut files: Vec<JournalFile> = Vec::new();
    for path in paths {
        let (number, path) = (files.len(), path.into());
        if number as u64 > MOST_FILES {
            return Err(reading::broken(&path, "is one too many")
                .advise(phrase!("Read at most {most} at once.", most = MOST_FILES + 1)));
        }
        let (file, found) = scan(path, number, &files, &keys)?;
        files.push(file);
        if number == 0 {
            last = found;
        } else {
            Merge::of(&files).all(&mut last, found)?;
        }
    }
    let mut places = Vec::with_capacity(last.len());
    places.extend(last.into_entries().map(|(_, place)| place.number()));
    places.sort_unstable();
    Ok(JournalReader { files, places: places.into_iter(), open: None })
}

/// What became of each id: an iterator, from [`read_journal`]. An entry is an error where its file
/// was changed meanwhile.
pub struct JournalReader {
    files: Vec<JournalFile>,
    places: std::vec::IntoIter<u64>,
    /// The file whose lines are read, by its number.
    open: Option<(usize, OpenFile)>,
}

/// A journal that was read.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalFile {
    /// Its path, as it was given.
    pub path: PathBuf,
    /// Where the requests went.
    pub endpoint: String,
    /// The app, where the client had an app's credentials.
    pub app_key: Option<String>,
    /// When the first run began.
    pub begun: SystemTime,
    /// The number of a last line that is not whole: a run was writing it when it was read, or
    /// when that run died. It is passed over.
    pub torn_line: Option<u64>,
    /// How many bytes its whole lines have.
    length: u64,
    /// Where the runs begin.
    runs: Vec<u64>,
    /// The last runs.
    records: VecDeque<RunRecord>,
}

impl JournalFile {
    /// How many runs wrote it.
    pub fn runs(&self) -> u64 {
        self.runs.len() as u64
    }

    /// How many bytes were read: those of its whole lines.
    #[doc(hidden)]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The last runs that wrote it, as many as are kept.
    #[doc(hidden)]
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &RunRecord> {
        self.records.iter()
    }

    /// Begins the record of a run, and forgets one if there are many.
    fn begin_run(&mut self, line: &Line) -> Result<(), Error> {
        if self.records.len() == MOST_RECORDS {
            self.records.pop_front();
        }
        self.runs.push(line.offset);
        let record = RunRecord::begin(self.runs(), &line.object, line.time(&self.path)?);
        self.records.push_back(record.ok_or_else(|| line.damaged(&self.path))?);
        Ok(())
    }

    fn is_of_same_app(&self, other: &JournalFile) -> bool {
        (&self.endpoint, &self.app_key) == (&other.endpoint, &other.app_key)
    }
}

/// Where a line stands and what it says, in 64 bits, as there may be millions.
#[derive(Clone, Copy)]
struct Place([u32; 2]);

/// The runs of which more is kept than where they begin.
const MOST_RECORDS: usize = 1000;
const MOST_FILES: u64 = (1 << 14) - 1;
const HIGHEST_OFFSET: u64 = (1 << 48) - 1;

impl Place {
    /// In the order of files and lines.
    fn new(file: usize, offset: u64, state: JournalState) -> Place {
        let number = (file as u64) << 50 | offset << 2 | state as u64;
        Place([(number >> 32) as u32, number as u32])
    }

    fn number(self) -> u64 {
        let Place([high, low]) = self;
        u64::from(high) << 32 | u64::from(low)
    }

    fn parts(number: u64) -> (usize, u64, JournalState) {
        let state = match number & 3 {
            0 => JournalState::Gone,
            1 => JournalState::WasNotThere,
            2 => JournalState::NotDeleted,
            _ => JournalState::MayBeGone,
        };
        ((number >> 50) as usize, number >> 2 & HIGHEST_OFFSET, state)
    }
}

/// Reads a file and notes the line that counts of each id.
fn scan(
    path: PathBuf,
    number: usize,
    before: &[JournalFile],
    keys: &Keys,
) -> Result<(JournalFile, KeyMap<Place>), Error> {
    let handle = open(&path)?;
    let mut lines = Lines::new(&path, &handle);
    let named = || phrase!("Name the journals that runs left behind. The file was left as it is.");
    let first = match lines.next() {
        Ok(Some(line)) => line,
        Ok(None) => {
            let what = match lines.whole.is_torn {
                true => "has no whole line: the run that began it called nothing",
                false => "is empty",
            };
            return Err(reading::broken(&path, what).advise(named()));
        }
        Err(error) if lines.whole.number == 1 => return Err(error.advise(named())),
        Err(error) => return Err(error),
    };
    let format = Format::of(&path, &first.object)?;
    let text = |name| text(&first.object, name).map(str::to_owned);
    let mut file = JournalFile {
        path: path.clone(),
        endpoint: text("endpoint").unwrap_or_default(),
        app_key: text("app_key"),
        begun: first.time(&path)?,
        torn_line: None,
        length: 0,
        runs: Vec::new(),
        records: VecDeque::new(),
    };
    file.begin_run(&first)?;
    let app = before.iter().position(|other| other.is_of_same_app(&file)).unwrap_or(number);
    let mut last = KeyMap::default();
    while let Some(line) = lines.next()? {
        if line.is_resumed() {
            file.begin_run(&line)?;
            continue;
        }
        let time = line.time(&path)?;
        let run = file.records.back_mut();
        if let Some(run) = run {
            run.last = time;
            if line.is_about_run(format) {
                run.learn(&line.object, time).ok_or_else(|| line.damaged(&path))?;
                continue;
            }
        }
        let entry = line.entry(&path)?;
        if line.offset > HIGHEST_OFFSET {
            return Err(reading::broken(&path, "is too long"));
        }
        let state = JournalState::of(entry.ended.as_ref());
        last.insert(keys.of(&(app, entry.user_id)), Place::new(number, line.offset, state));
    }
    file.length = lines.whole.end;
    file.torn_line = lines.whole.is_torn.then_some(lines.whole.number);
    Ok((file, last))
}

/// Puts together what several files say of an id.
struct Merge<'a> {
    files: &'a [JournalFile],
    /// The files with the two lines whose times are compared.
    open: [Option<(usize, OpenFile)>; 2],
}

impl Merge<'_> {
    fn of(files: &[JournalFile]) -> Merge<'_> {
        Merge { files, open: [None, None] }
    }

    /// Adds what one more file says.
    fn all(&mut self, last: &mut KeyMap<Place>, found: KeyMap<Place>) -> Result<(), Error> {
        for (key, place) in found.into_entries() {
            let place = match last.get(key) {
                Some(other) => self.both(*other, place)?,
                None => place,
            };
            last.insert(key, place);
        }
        Ok(())
    }

    fn both(&mut self, one: Place, other: Place) -> Result<Place, Error> {
        let [first, second] = &mut self.open;
        let in_order = time_at(first, self.files, one)? <= time_at(second, self.files, other)?;
        Ok(if in_order { together(one, other) } else { together(other, one) })
    }
}

/// When a line was written. Places come in no order, so only as much is read as a line has.
fn time_at(
    open_file: &mut Option<(usize, OpenFile)>,
    files: &[JournalFile],
    place: Place,
) -> Result<SystemTime, Error> {
    let (number, offset, _) = Place::parts(place.number());
    let line = line_at(open_file, files, number, offset, 512)?;
    time_of(&line).ok_or_else(|| changed(path_of(files, number)))
}

/// Which of two lines of two files counts, and what both say together.
fn together(earlier: Place, later: Place) -> Place {
    use JournalState::{Gone, MayBeGone, NotDeleted, WasNotThere};
    let (_, _, before) = Place::parts(earlier.number());
    let (file, offset, after) = Place::parts(later.number());
    match (before, after) {
        (Gone, _) | (MayBeGone, NotDeleted) => earlier,
        (MayBeGone, WasNotThere) => Place::new(file, offset, Gone),
        _ => later,
    }
}

impl JournalReader {
    /// The files, in their order.
    pub fn files(&self) -> &[JournalFile] {
        &self.files
    }

    fn entry(&mut self, place: u64) -> Result<JournalEntry, Error> {
        let (number, offset, state) = Place::parts(place);
        let line = line_at(&mut self.open, &self.files, number, offset, 64 * 1024)?;
        let file = self.files.get(number).ok_or_else(|| changed(Path::new("")))?;
        let gone = || changed(&file.path);
        let told = Entry::parse(&line, offset).ok_or_else(gone)?;
        let mut entry = JournalEntry {
            user_id: told.user_id.to_owned(),
            state,
            time: time_of(&line).ok_or_else(gone)?,
            run: file.runs.partition_point(|run| *run <= offset) as u64,
            attempts: None,
            request_id: None,
            kind: None,
            code: None,
            meaning: sentence!("the run ended during the call, or is making it now"),
            journal: file.path.clone(),
            endpoint: file.endpoint.clone(),
            app_key: file.app_key.clone(),
        };
        if let Some(item) = &told.ended {
            entry.set_ended(item);
        }
        Ok(entry)
    }
}

impl Iterator for JournalReader {
    type Item = Result<JournalEntry, Error>;

    fn next(&mut self) -> Option<Result<JournalEntry, Error>> {
        self.places.next().map(|place| self.entry(place))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl ExactSizeIterator for JournalReader {}

impl std::fmt::Debug for JournalReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JournalReader")
            .field("files", &self.files)
            .field("left", &self.places.len())
            .finish()
    }
}

/// A file of which lines are read again.
struct OpenFile {
    reader: BufReader<File>,
    at: u64,
}

/// A line that was read before. The file stays open for the next one.
fn line_at(
    open_file: &mut Option<(usize, OpenFile)>,
    files: &[JournalFile],
    number: usize,
    offset: u64,
    capacity: usize,
) -> Result<Value, Error> {
    let path = path_of(files, number);
    let mut current = match open_file.take() {
        Some((of, current)) if of == number => current,
        _ => OpenFile { reader: BufReader::with_capacity(capacity, open(path)?), at: 0 },
    };
    let line = current.line(offset).map_err(|error| {
        reading::broken(path, &format!("cannot be read: {error}")).caused_by(error)
    })?;
    *open_file = Some((number, current));
    serde_json::from_slice(&line).map_err(|_| changed(path))
}

impl OpenFile {
    fn line(&mut self, offset: u64) -> io::Result<Vec<u8>> {
        // Nearly always ahead, and in the buffer.
        match i64::try_from(offset.wrapping_sub(self.at)) {
            Ok(ahead) if offset >= self.at => self.reader.seek_relative(ahead)?,
            _ => drop(self.reader.seek(SeekFrom::Start(offset))?),
        }
        let mut line = Vec::with_capacity(256);
        let length = (&mut self.reader).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        self.at = offset + length as u64;
        Ok(line)
    }
}

fn path_of(files: &[JournalFile], number: usize) -> &Path {
    files.get(number).map_or(Path::new(""), |file| &file.path)
}

fn open(path: &Path) -> Result<File, Error> {
    if !JOURNAL.exists_at(path)? {
        return Err(reading::broken(path, "does not exist").advise(phrase!("Check the path.")));
    }
    File::open(path).map_err(|error| JOURNAL.unopened(path, error))
}

fn changed(path: &Path) -> Error {
    reading::broken(path, "was changed while it was read")
        .advise(phrase!("Read it again. A run that writes it only adds lines."))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::batch::run_record::RunRequest;
    use crate::error::ErrorKind;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("dtx-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Folder(path)
        }

        fn file(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::write(&path, text).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn header(app_key: &str) -> String {
        format!(
            "{{\"app_key\":\"{app_key}\",\"endpoint\":\"https://e\",\"journal\":\"dingtalk-extcontact\",\
             \"time\":\"2026-01-01T00:00:00.000Z\",\"version\":2}}\n"
        )
    }

    fn announced(id: &str, second: u32) -> String {
        format!(
            "{{\"event\":\"announced\",\"time\":\"2026-01-01T00:00:{second:02}.000Z\",\"user_id\":\"{id}\"}}\n"
        )
    }

    fn ended(id: &str, second: u32, what: &str) -> String {
        let (status, maybe, more) = match what {
            "deleted" => ("deleted", false, ""),
            "absent" => ("absent", false, ""),
            "absent after all" => ("absent", true, ""),
            "missing" => {
                ("failed", false, r#","kind":"invalid_user_id","message":"Zhang","code":"33012""#)
            }
            "refused" => {
                ("failed", false, r#","kind":"permission_denied","message":"m","code":"60011""#)
            }
            _ => ("failed", true, r#","kind":"timeout","message":"m""#),
        };
        format!(
            "{{\"attempts\":2,\"event\":\"ended\",\"maybe_deleted\":{maybe},\"request_id\":\"r{second}\",\
             \"status\":\"{status}\",\"time\":\"2026-01-01T00:00:{second:02}.000Z\",\"user_id\":\"{id}\"{more}}}\n"
        )
    }

    const RESUMED: &str = "{\"event\":\"resumed\",\"time\":\"2026-01-01T00:01:00.000Z\"}\n";

    fn told(paths: &[&PathBuf]) -> Vec<(String, &'static str, u64)> {
        let entries = read_journal(paths.iter().copied()).unwrap().map(Result::unwrap);
        entries.map(|it| (it.user_id, it.state.as_str(), it.run)).collect()
    }

    fn row(id: &str, state: &'static str, run: u64) -> (String, &'static str, u64) {
        (id.to_owned(), state, run)
    }

    #[test]
    fn the_last_line_about_an_id_counts() {
        let folder = Folder::new("reader-last");
        let lines = [
            header("a"),
            announced("01", 1) + &ended("01", 2, "deleted"),
            announced("02", 1) + &ended("02", 2, "absent"),
            announced("03", 1) + &ended("03", 2, "missing"),
            announced("04", 1) + &ended("04", 2, "refused"),
            announced("05", 1) + &ended("05", 2, "lost"),
            announced("06", 1) + &ended("06", 2, "lost"),
            RESUMED.to_owned(),
            announced("06", 3) + &ended("06", 4, "absent after all"),
            announced("07", 5),
        ];
        let path = folder.file("j", &lines.concat());
        let expected = [
            row("01", "gone", 1),
            row("02", "was_not_there", 1),
            row("03", "was_not_there", 1),
            row("04", "not_deleted", 1),
            row("05", "may_be_gone", 1),
            row("06", "gone", 2),
            row("07", "may_be_gone", 2),
        ];
        assert_eq!(told(&[&path]), expected);
        let mut twice = told(&[&path, &path]);
        twice.sort_unstable();
        assert_eq!(twice, expected, "the same file twice");

        let reader = read_journal([&path]).unwrap();
        assert_eq!((reader.len(), reader.files()[0].runs()), (7, 2));
        let entries: Vec<_> = reader.map(Result::unwrap).collect();
        let refused = serde_json::to_value(&entries[3]).unwrap();
        let meaning = errcode("60011");
        let expected = serde_json::json!({
            "user_id": "04", "state": "not_deleted", "time": "2026-01-01T00:00:02.000Z", "run": 1,
            "attempts": 2, "request_id": "r2", "kind": "permission_denied", "code": "60011",
            "meaning": meaning, "journal": path, "endpoint": "https://e", "app_key": "a",
        });
        assert_eq!(refused, expected);
        assert_eq!((entries[6].attempts, entries[6].kind), (None, None));
        assert_eq!(entries[4].meaning, ErrorKind::Timeout.meaning());
        let all = serde_json::to_string(&entries).unwrap();
        assert!(!all.contains("Zhang"), "no words of the service: {all}");
    }

    fn errcode(code: &str) -> &'static str {
        crate::wire::errcode::explain(code).unwrap().meaning
    }

    #[test]
    fn the_runs_of_a_journal_are_told() {
        let folder = Folder::new("reader-runs");
        let line = |second: u32, rest: &str| {
            format!("{{\"time\":\"2026-01-01T00:{second:02}:00.000Z\",{rest}}}\n")
        };
        let slowed = |minute, pause: f64| {
            line(minute, &format!("\"event\":\"throttled\",\"pause\":{pause}"))
        };
        let list = r#","list":{"count":3,"name":"a.txt","new":1},"filters":["name="]}"#;
        let lines = [
            header("a").replace('}', list),
            announced("01", 1),
            slowed(1, 60.5),
            slowed(2, 1.0),
            slowed(4, 1.0),
            line(5, r#""event":"closed","stopped":"refused","code":"60011""#),
            line(6, r#""event":"resumed""#),
            announced("02", 1),
        ];
        let path = folder.file("j", &lines.concat());
        let reader = read_journal([&path]).unwrap();
        let records: Vec<_> = reader.files()[0].records().collect();
        let request = &records[0].request;
        let list = request.list.as_ref().unwrap();
        assert_eq!(
            (list.name.as_deref(), list.count, &list.sha256),
            (Some("a.txt"), Some(3), &None)
        );
        assert_eq!(request.filters, ["name="]);
        let times = records[0]
            .throttled
            .iter()
            .map(|span| (span.times, span.until.duration_since(span.from).unwrap().as_millis()));
        assert_eq!(times.collect::<Vec<_>>(), [(2, 61_000), (1, 1_000)]);
        let stopped = records[0].closed.as_ref().unwrap().stopped.as_ref().unwrap();
        assert_eq!((stopped.reason.as_str(), stopped.code.as_deref()), ("refused", Some("60011")));
        assert_eq!((records[1].number, &records[1].closed), (2, &None));
        assert_eq!(records[1].request, RunRequest::default());
        assert_eq!(told(&[&path]), [row("01", "may_be_gone", 1), row("02", "may_be_gone", 2)]);

        for bad in [
            r#""event":"closed","stopped":"whim""#,
            r#""event":"throttled","pause":-1"#,
            r#""event":"renamed""#,
        ] {
            let path = folder.file("bad", &(header("a") + &line(1, bad)));
            let error = read_journal([&path]).unwrap_err();
            assert!(error.message().ends_with("damaged at line 2"), "{bad}: {error}");
        }
        let many = header("a") + &RESUMED.repeat(MOST_RECORDS + 5);
        let reader = read_journal([folder.file("many", &many)]).unwrap();
        let file = &reader.files()[0];
        assert_eq!((file.runs(), file.records().count()), (MOST_RECORDS as u64 + 6, MOST_RECORDS));
        assert_eq!(file.records().next_back().unwrap().number, file.runs());
    }

    #[test]
    fn of_several_files_the_time_decides_and_gone_stays_gone() {
        let folder = Folder::new("reader-several");
        for (earlier, later, state) in [
            ("deleted", "missing", "gone"),
            ("deleted", "lost", "gone"),
            ("refused", "deleted", "gone"),
            ("lost", "missing", "gone"),
            ("lost", "refused", "may_be_gone"),
            ("missing", "lost", "may_be_gone"),
            ("missing", "refused", "not_deleted"),
            ("refused", "absent", "was_not_there"),
        ] {
            let first = folder.file("1", &(header("a") + &ended("9", 1, earlier)));
            let second = folder.file("2", &(header("a") + &ended("9", 2, later)));
            let context = format!("{earlier}, then {later}");
            for paths in [[&first, &second], [&second, &first]] {
                assert_eq!(told(&paths), [row("9", state, 1)], "{context}");
            }
        }
        let first = folder.file("1", &(header("a") + &ended("9", 1, "deleted")));
        let second = folder.file("2", &(header("b") + &ended("9", 2, "missing")));
        let both = [row("9", "gone", 1), row("9", "was_not_there", 1)];
        assert_eq!(told(&[&first, &second]), both, "another app's contact");
    }

    #[test]
    fn what_is_no_whole_journal_is_refused_or_told() {
        let folder = Folder::new("reader-bad");
        let good = header("a") + &announced("1", 1);
        let refusal = |name: &str, text: &str| {
            let path = folder.file(name, text);
            let error = read_journal([&path]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Journal);
            let (message, path) = (error.message().to_owned(), path.to_string_lossy().into_owned());
            assert!(message.contains(&path), "{message}");
            message
        };
        assert!(refusal("empty", "").ends_with("is empty"));
        assert!(refusal("list", "0125400001\n").contains("is not a journal of a batch"));
        let backup = "{\"record\":{},\"time\":\"t\",\"user_id\":\"1\"}\n";
        assert!(refusal("backup", backup).ends_with("but a backup"));
        assert!(refusal("torn", &good[..40]).contains("no whole line"));
        let other = good.replace("\"version\":2", "\"version\":9");
        assert!(refusal("version", &other).contains("of a version that is not known here"));
        assert!(
            refusal("hurt", &format!("{good}x\n{}", announced("2", 1)))
                .ends_with("damaged at line 3")
        );
        assert!(
            refusal("long", &format!("{good}{}", "x".repeat(2 << 20)))
                .ends_with("damaged at line 3")
        );
        let none = read_journal([folder.0.join("none")]).unwrap_err();
        assert!(none.message().ends_with("does not exist"), "{none}");
        assert!(read_journal([&folder.0]).unwrap_err().message().contains("no ordinary file"));

        let path = folder.file("growing", &(good.clone() + "{\"event\":\"ended\""));
        let mut reader = read_journal([&path]).unwrap();
        assert_eq!(reader.files()[0].torn_line, Some(3));
        let more = fs::OpenOptions::new().append(true).open(&path);
        std::io::Write::write_all(&mut more.unwrap(), announced("2", 2).as_bytes()).unwrap();
        assert_eq!(reader.by_ref().map(|it| it.unwrap().user_id).collect::<Vec<_>>(), ["1"]);
        let reader = read_journal([folder.file("cut", &good)]).unwrap();
        folder.file("cut", &header("a"));
        let told: Vec<_> = reader.collect();
        assert!(told[0].as_ref().unwrap_err().message().contains("changed while it was read"));
    }
}
