//! Kills runs, again and again, while one reply in three is faulty: after a time, after lines of the
//! journal, and at each step of a call; with a full disk, a read-only one, and a second run at the
//! same time. After every run no existing contact is reported as gone, and no settled id was called
//! again; after the last run every id is accounted for.
//!
//! The same is done to `restore`: nobody is created twice, and nobody is lost.
//!
//! `DTX_KILLS` sets how many kills (200). Not under the test harness: the program runs itself
//! where it can mount a disk of its own.

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
#[path = "../../tools/left_out.rs"]
mod left_out;
#[cfg(unix)]
#[path = "survive/restores.rs"]
mod restores;
#[cfg(unix)]
mod support;

#[cfg(unix)]
fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("disk") => disk::run(),
        Some("restores") => restores::run(),
        _ => {
            kills::run();
            restores::run();
            disk::run_with_mounts_of_its_own();
        }
    }
}

/// One batch of the command, resumed until nothing is left, and what must hold all the time.
#[cfg(unix)]
mod trial {
    use std::collections::{HashMap, HashSet};
    use std::fs;
    use std::io::Read;
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, ExitStatus};
    use std::thread::JoinHandle;

    use dingtalk_extcontact_sandbox::{Faults, Sandbox};
    use dingtalk_extcontact_test_support::client;
    use serde_json::Value;

    use crate::support::{Folder, at, json_lines, spawn};

    const IDS: usize = 500;
    const CONCURRENCY: usize = 8;
    /// One reply in three, about.
    const FAULTS: &str = "reset-before=0.06,reset-after=0.06,lost-reply=0.06,http-500=0.05,\
                          html=0.04,busy=0.04,truncated=0.03;on=delete";

    /// A request that is no call: it marks where one run ends and the next begins.
    const MARK: &str = "/mark";

    pub struct Trial {
        pub sandbox: Sandbox,
        pub journal: PathBuf,
        seed: u64,
        list: String,
        /// What any run reported of each id.
        reported: HashMap<String, Value>,
    }

    /// How a run ended, and its output.
    pub struct Ended {
        pub status: ExitStatus,
        pub out: String,
        pub err: String,
    }

    impl Trial {
        pub fn new(seed: u64, folder: &Folder) -> Trial {
            let sandbox = Sandbox::builder()
                .made_up(IDS)
                .seed(seed)
                .calls_per_second(None)
                .faults(Faults::parse(&format!("{FAULTS};seed={seed}")).unwrap())
                .keep_requests(100_000)
                .start()
                .unwrap();
            let list = folder.list(&format!("{seed}.txt"), &sandbox.contacts());
            let journal = format!("{list}.journal.jsonl").into();
            Trial { sandbox, journal, seed, list, reported: HashMap::new() }
        }

        /// The command that begins and resumes the batch.
        pub fn command(&self) -> Command {
            at(
                &self.sandbox,
                &["delete", "--yes", "--json", "--rate=none", "--file", self.list.as_str()],
            )
        }

        /// Runs a command, interferes with it, and checks what it did.
        pub fn run(&mut self, command: &mut Command, fate: impl FnOnce(&mut Child)) -> Ended {
            let settled = settled(&self.journal);
            let mark = self.mark();
            let mut child = spawn(command);
            let out = read_all(child.stdout.take().unwrap());
            let err = read_all(child.stderr.take().unwrap());
            fate(&mut child);
            let status = child.wait().unwrap();
            let ended = Ended { status, out: out.join().unwrap(), err: err.join().unwrap() };
            self.note_reports(&ended.out, &settled);
            self.few_are_open();
            for request in self.sandbox.requests() {
                if request.connection < mark {
                    continue;
                }
                let form = request.form();
                let id = form.iter().find(|(name, _)| name == "user_id").map(|(_, id)| id);
                if let (true, Some(id)) = (request.path.ends_with("/delete"), id) {
                    assert!(!settled.contains(id), "{self:?}: {id} was settled, and called again");
                }
            }
            ended
        }

        /// The number of a connection that is younger than all of earlier runs, whose last
        /// requests may be read only now. Connections are accepted in their order.
        fn mark(&self) -> u64 {
            client::Client::to_url(&self.sandbox.url()).get(MARK);
            let requests = self.sandbox.requests();
            requests.iter().rfind(|request| request.path == MARK).unwrap().connection
        }

        fn note_reports(&mut self, out: &str, settled: &HashSet<String>) {
            let there: HashSet<_> = self.sandbox.contacts().into_iter().collect();
            for item in json_lines(whole_lines(out)) {
                let Some(id) = item["user_id"].as_str() else { continue };
                let now = is_gone(&item);
                assert!(!now || !there.contains(id), "{self:?}: it is still there: {item}");
                assert!(now || !settled.contains(id), "{self:?}: it was settled before: {item}");
                self.reported.insert(id.to_owned(), item);
            }
        }

        /// A run that died leaves open no more ids than it had workers.
        fn few_are_open(&self) {
            let mut open = HashSet::new();
            for line in lines_of(&self.journal) {
                let id = line["user_id"].as_str().unwrap_or_default().to_owned();
                match line["event"].as_str() {
                    Some("resumed") => open.clear(),
                    Some("announced") => drop(open.insert(id)),
                    Some("ended") => drop(open.remove(&id)),
                    _ => {}
                }
            }
            assert!(open.len() <= CONCURRENCY, "{self:?}: {open:?}");
        }

        /// How many calls the sandbox got.
        pub fn calls(&self) -> usize {
            self.sandbox.requests().iter().filter(|request| request.path != MARK).count()
        }

        /// How many ids this run's summary counts as not on record. Those that it reported as gone but
        /// are not in the journal must be among them.
        pub fn unrecorded(&self, out: &str) -> u64 {
            let lines = json_lines(whole_lines(out));
            let Some(summary) = lines.last().map(|line| &line["summary"]) else { return 0 };
            let counted = summary["unrecorded"].as_u64().unwrap();
            let settled = settled(&self.journal);
            let lost = lines
                .iter()
                .filter(|line| {
                    is_gone(line) && !settled.contains(line["user_id"].as_str().unwrap())
                })
                .count();
            assert!(
                lost as u64 <= counted,
                "{self:?}: {lost} are not on record, {counted} counted"
            );
            counted
        }

        /// After a run whose journal could be written.
        pub fn reports_are_on_record(&self) {
            let settled = settled(&self.journal);
            for (id, item) in self.reported.iter().filter(|(_, item)| is_gone(item)) {
                assert!(settled.contains(id), "{self:?}: it is not on record: {item}");
            }
        }

        /// After the last run.
        pub fn nothing_is_forgotten(&self) {
            assert_eq!(self.reported.len(), IDS, "{self:?}");
            assert!(self.reported.values().all(is_gone), "{self:?}");
            assert_eq!(settled(&self.journal).len(), IDS, "{self:?}");
            assert!(self.sandbox.contacts().is_empty(), "{self:?}");
            assert_eq!(self.sandbox.deleted().len(), IDS, "{self:?}");
        }
    }

    impl std::fmt::Debug for Trial {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "seed {}", self.seed)
        }
    }

    fn is_gone(item: &Value) -> bool {
        item["status"] == "deleted" || item["status"] == "absent"
    }

    /// Reads a pipe while a run goes on: a full pipe would block it.
    pub fn read_all(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
        std::thread::spawn(move || {
            let mut text = String::new();
            pipe.read_to_string(&mut text).unwrap();
            text
        })
    }

    /// Text without an incomplete last line.
    fn whole_lines(text: &str) -> &str {
        text.rfind('\n').map_or("", |end| &text[..=end])
    }

    /// The complete lines of a file that may not exist yet. The last line may be cut within a
    /// character.
    pub fn lines_of(file: &Path) -> Vec<Value> {
        let text = fs::read(file).unwrap_or_default();
        json_lines(whole_lines(&String::from_utf8_lossy(&text)))
    }

    /// The ids that the journal says are gone: read as an auditor's script would.
    fn settled(journal: &Path) -> HashSet<String> {
        let mut last = HashMap::new();
        for line in lines_of(journal) {
            if let Some(id) = line["user_id"].as_str() {
                last.insert(id.to_owned(), is_gone(&line));
            }
        }
        last.into_iter().filter(|(_, gone)| *gone).map(|(id, _)| id).collect()
    }
}

#[cfg(unix)]
mod kills {
    use std::fs;
    use std::os::unix::process::ExitStatusExt;
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use fastrand::Rng;

    use crate::left_out::left_out;
    use crate::support::{Folder, ran};
    use crate::trial::Trial;

    /// How many runs of one batch are killed.
    const IN_A_BATCH: usize = 12;
    /// The system calls of a deletion: lines of the journal and the output, the sync of the journal,
    /// the request and its reply. A run is killed as it enters one of them.
    pub const STEPS: [&str; 4] = ["write", "fdatasync", "sendto", "recvfrom"];

    pub fn run() {
        let wanted = std::env::var("DTX_KILLS").map_or(200, |number| number.parse().unwrap());
        let ways = if strace_is_here() { 3 } else { 2 };
        let folder = Folder::new("kills");
        let (mut kills, mut batches, mut runs) = ([0; 3], 0, 0);
        while kills.iter().sum::<usize>() < wanted {
            batches += 1;
            let mut chance = Rng::with_seed(batches);
            let mut trial = Trial::new(batches, &folder);
            let mut killed = 0;
            loop {
                runs += 1;
                let mut command = trial.command();
                let journal = trial.journal.clone();
                let way = chance.usize(0..ways);
                let ended = match way {
                    _ if killed == IN_A_BATCH => {
                        let second = trial.command();
                        let at = lines(&journal) + 1;
                        trial.run(&mut command, |_| {
                            while lines(&journal) < at {
                                std::thread::yield_now();
                            }
                            is_refused(second);
                        })
                    }
                    0 => {
                        let after = Duration::from_micros(chance.u64(0..120_000));
                        let start = Instant::now();
                        trial.run(&mut command, |run| kill_when(run, || start.elapsed() >= after))
                    }
                    1 => {
                        let at = lines(&journal) + chance.usize(0..160);
                        trial.run(&mut command, |run| kill_when(run, || lines(&journal) >= at))
                    }
                    _ => {
                        let (step, count) = (STEPS[chance.usize(0..4)], chance.usize(1..60));
                        trial.run(&mut dying_at(step, count, &command), |_| {})
                    }
                };
                trial.reports_are_on_record();
                match (ended.status.signal(), ended.status.code()) {
                    (Some(9), _) => {
                        killed += 1;
                        kills[way] += 1;
                    }
                    (None, Some(0)) => break,
                    // Some id failed.
                    (None, Some(1)) => {}
                    _ => panic!("{trial:?}: {}: {}", ended.status, ended.err),
                }
            }
            trial.nothing_is_forgotten();
        }
        let [clock, journal, step] = kills;
        println!(
            "{} kills ({clock} by the clock, {journal} by the journal, {step} at a step) in \
             {batches} batches, {runs} runs: nothing is lost, nothing called twice",
            clock + journal + step
        );
    }

    /// A second run on a journal in use changes nothing.
    fn is_refused(mut second: Command) {
        let (status, out, err) = ran(&mut second);
        let refused = status == 2 && out.is_empty() && err.contains("in use by another run");
        // Unless the first run has ended before.
        assert!(refused || status < 2, "{status}: {err}");
    }

    /// Kills a run as soon as a condition holds, unless it ends before.
    pub fn kill_when(run: &mut Child, due: impl Fn() -> bool) {
        while run.try_wait().unwrap().is_none() {
            if due() {
                return run.kill().unwrap();
            }
            std::thread::yield_now();
        }
    }

    pub fn lines(journal: &Path) -> usize {
        fs::read(journal).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count()
    }

    /// The command, killed when one of its threads enters a step for the n-th time.
    pub fn dying_at(step: &str, count: usize, command: &Command) -> Command {
        let mut dying = Command::new("strace");
        dying.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("trace={step}"));
        dying.arg("-e").arg(format!("inject={step}:signal=KILL:when={count}"));
        dying.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => dying.env(name, value),
                None => dying.env_remove(name),
            };
        }
        dying
    }

    pub fn strace_is_here() -> bool {
        let here = Command::new("strace")
            .args(["-o", "/dev/null", "true"])
            .status()
            .is_ok_and(|status| status.success());
        if !here {
            left_out("command: killed at a step", "no strace, or it may not trace");
        }
        here
    }
}

/// A disk that fills up, and one that becomes read-only.
#[cfg(unix)]
mod disk {
    use std::collections::HashSet;
    use std::fs::{self, File};
    use std::io::Write;
    use std::process::Command;

    use fastrand::Rng;

    use crate::left_out::left_out;
    use crate::support::Folder;
    use crate::trial::{Trial, lines_of};

    const BATCHES: u64 = 3;
    /// How often the disk is full in each of them.
    const FULL: usize = 8;
    const PAGE: usize = 4096;

    /// Only this process sees the mounts, and they end with it.
    pub fn run_with_mounts_of_its_own() {
        let own = || {
            let mut own = Command::new("unshare");
            own.args(["--map-root-user", "--mount"]);
            own
        };
        if !own().arg("true").output().is_ok_and(|output| output.status.success()) {
            return left_out("command: a full disk", "no unshare, or it may not mount");
        }
        let status = own().arg(std::env::current_exe().unwrap()).arg("disk").status().unwrap();
        assert!(status.success());
    }

    pub fn run() {
        let folder = Folder::new("disk");
        let disk = Disk::mount(&folder);
        let (mut full, mut runs, mut unrecorded) = (0, 0, 0);
        for seed in 0..BATCHES {
            let mut chance = Rng::with_seed(seed);
            let mut trial = Trial::new(seed, &folder);
            let backup = folder.name(&format!("{seed}.backup.jsonl"));
            let mut command = trial.command();
            command.args(["--backup", &backup]);
            for _ in 0..FULL {
                runs += 1;
                disk.leave(chance.usize(0..12));
                let ended = trial.run(&mut command, |_| {});
                unrecorded += trial.unrecorded(&ended.out);
                let printed = ended.out + &ended.err;
                assert!(printed.contains("No space left on device"), "{trial:?}: {printed}");
                assert!(matches!(ended.status.code(), Some(1 | 2)), "{trial:?}: {printed}");
                full += 1;
                deleted_is_backed_up(&trial, &backup);
            }
            disk.empty();
            nobody_may_write(&disk, &mut trial, &mut command);
            while trial.run(&mut command, |_| {}).status.code() != Some(0) {
                runs += 1;
            }
            deleted_is_backed_up(&trial, &backup);
            trial.nothing_is_forgotten();
        }
        assert!(unrecorded > 0, "no call was under way when the disk was full");
        println!(
            "{full} times a full disk in {BATCHES} batches, {runs} runs, and one that nobody may \
             write to: nothing is lost, nothing called twice, nothing deleted without a backup"
        );
    }

    fn deleted_is_backed_up(trial: &Trial, backup: &str) {
        let lines = lines_of(backup.as_ref());
        let kept: HashSet<_> = lines.iter().filter_map(|line| line["user_id"].as_str()).collect();
        for id in trial.sandbox.deleted() {
            assert!(kept.contains(id.as_str()), "{trial:?}: {id} is gone and not in the backup");
        }
    }

    fn nobody_may_write(disk: &Disk, trial: &mut Trial, command: &mut Command) {
        let state = |trial: &Trial| (fs::read(&trial.journal).unwrap(), trial.calls());
        let before = state(trial);
        disk.remount("ro");
        let ended = trial.run(command, |_| {});
        disk.remount("rw");
        assert_eq!(ended.status.code(), Some(2), "{}", ended.err);
        assert!(ended.err.contains("journal") && ended.err.contains("Read-only"), "{}", ended.err);
        assert!(state(trial) == before, "{trial:?}: nothing is written and nothing called");
    }

    /// A small disk in memory.
    struct Disk {
        folder: String,
        filler: String,
    }

    impl Disk {
        fn mount(folder: &Folder) -> Disk {
            let (folder, filler) = (folder.path().display().to_string(), folder.name("filler"));
            done(Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs", &folder]));
            Disk { folder, filler }
        }

        /// Leaves a number of pages free.
        fn leave(&self, pages: usize) {
            let mut filler = File::create(&self.filler).unwrap();
            let mut size = 0;
            while filler.write_all(&[b'.'; PAGE]).is_ok() {
                size += PAGE;
            }
            filler.set_len(size.saturating_sub(pages * PAGE) as u64).unwrap();
        }

        fn empty(&self) {
            fs::remove_file(&self.filler).unwrap();
        }

        fn remount(&self, mode: &str) {
            done(Command::new("mount").args(["-o", &format!("remount,{mode}"), &self.folder]));
        }
    }

    fn done(command: &mut Command) {
        assert!(command.status().unwrap().success(), "{command:?}");
    }
}
