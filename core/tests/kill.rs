//! A run of a batch that is killed, again and again: by the clock and by each step of the
//! journal, with one reply in three faulty. After the last resumption nothing is reported
//! deleted that was not, nothing is forgotten, and no settled id was called twice.
//!
//! `DTX_KILLS` sets how many times (200). Not under the test harness: the program runs
//! itself as the one that is killed.

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.as_slice() {
        [_, word, url, token, ids, journal] if word == "victim" => {
            victim::run(url, token, ids, journal)
        }
        _ => hunt::run(),
    }
}

/// The run that is killed.
#[cfg(unix)]
mod victim {
    use dingtalk_extcontact::{BatchOptions, Client, Item};
    use std::io::Write;

    pub fn run(url: &str, token: &str, ids: &str, journal: &str) {
        let client = Client::builder()
            .access_token(token)
            .endpoint(url)
            .rate(None)
            .attempt_timeout(std::time::Duration::from_secs(5))
            .build()
            .unwrap();
        let ids = std::fs::read_to_string(ids).unwrap();
        let items = client.delete_many(ids.lines(), BatchOptions::new().journal(journal)).unwrap();
        let mut out = std::io::stdout().lock();
        for item in items {
            // What the consumer was told, in one write, so that a kill tears no line.
            let line = match &item {
                Item::NotAttempted { .. } => continue,
                item => format!("{}\n", item.to_json()),
            };
            out.write_all(line.as_bytes()).unwrap();
            out.flush().unwrap();
        }
    }
}

#[cfg(unix)]
mod hunt {
    use std::collections::{HashMap, HashSet};
    use std::fs;
    use std::io::Read;
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use dingtalk_extcontact_sandbox::{Faults, Sandbox};
    use serde_json::Value;

    const IDS: usize = 500;

    pub fn run() {
        let wanted = std::env::var("DTX_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
        let (mut kills, mut rounds, mut runs) = (0, 0, 0);
        while kills < wanted {
            rounds += 1;
            let mut chance = fastrand::Rng::with_seed(rounds);
            let (killed, ran) = round(rounds, &mut chance);
            kills += killed;
            runs += ran;
        }
        println!("{kills} kills in {rounds} batches of {IDS} ids, {runs} runs: ok");
    }

    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// One batch, killed and taken up until it ends by itself.
    fn round(seed: u64, chance: &mut fastrand::Rng) -> (usize, usize) {
        let folder =
            Folder(std::env::temp_dir().join(format!("dtx-kill-{}-{seed}", std::process::id())));
        fs::create_dir_all(&folder.0).unwrap();
        let faults = "reset-before=0.06,reset-after=0.06,lost-reply=0.06,http-500=0.05,html=0.04,busy=0.04,truncated=0.03";
        let sandbox = Sandbox::builder()
            .made_up(IDS)
            .seed(seed)
            .calls_per_second(None)
            .faults(Faults::parse(&format!("{faults};seed={seed}")).unwrap())
            .keep_requests(100_000)
            .start()
            .unwrap();
        let all = sandbox.contacts();
        let (ids, journal) = (folder.0.join("ids"), folder.0.join("journal.jsonl"));
        fs::write(&ids, all.join("\n")).unwrap();
        let (mut killed, mut runs) = (0, 0);
        let mut told: HashMap<String, String> = HashMap::new();
        loop {
            runs += 1;
            assert!(runs < 200, "seed {seed}: it never ends");
            let settled_before = settled(&journal);
            let requests_before = sandbox.requests().len();
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["victim", &sandbox.url(), &sandbox.token()])
                .args([&ids, &journal])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let was_killed = killed < 12 && kill_somewhere(&mut child, &journal, chance);
            let mut output = String::new();
            child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
            let status = child.wait().unwrap();
            for line in output.lines() {
                let item: Value = serde_json::from_str(line).unwrap();
                told.insert(text(&item, "user_id"), text(&item, "status"));
            }
            let left: HashSet<_> = sandbox.contacts().into_iter().collect();
            for (id, status) in &told {
                assert!(
                    status == "failed" || !left.contains(id),
                    "seed {seed}: {id} is reported {status} and is still there"
                );
            }
            for request in sandbox.requests().iter().skip(requests_before) {
                let form = request.form();
                let called =
                    form.iter().find(|(name, _)| name == "user_id").map_or("", |(_, id)| id);
                assert!(
                    !settled_before.contains(called),
                    "seed {seed}: {called} was settled and is called again"
                );
            }
            if was_killed && !status.success() {
                killed += 1;
                continue;
            }
            assert!(status.success(), "seed {seed}: the run failed by itself");
            if settled(&journal).len() == IDS {
                break;
            }
        }
        assert_eq!(told.len(), IDS, "seed {seed}: an id is forgotten");
        assert!(
            told.values().all(|status| status == "deleted" || status == "absent"),
            "seed {seed}: {told:?}"
        );
        assert!(sandbox.contacts().is_empty(), "seed {seed}: a contact is left");
        assert_eq!(sandbox.deleted().len(), IDS);
        (killed, runs)
    }

    /// Kills when the journal has grown by so many lines, or after so long; false if the run
    /// was over before.
    fn kill_somewhere(child: &mut Child, journal: &Path, chance: &mut fastrand::Rng) -> bool {
        let start = Instant::now();
        let lines_at_start = lines(journal);
        let by_lines = chance.bool().then(|| lines_at_start + chance.usize(0..160));
        let by_clock = Duration::from_micros(chance.u64(0..60_000));
        loop {
            let due = match by_lines {
                Some(count) => lines(journal) >= count,
                None => start.elapsed() >= by_clock,
            };
            if due {
                child.kill().unwrap();
                return true;
            }
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::yield_now();
        }
    }

    fn lines(journal: &Path) -> usize {
        fs::read(journal).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count()
    }

    /// The ids that the journal says are settled: read as an auditor's script would.
    fn settled(journal: &Path) -> HashSet<String> {
        let text = fs::read_to_string(journal).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let mut last = HashMap::new();
        for line in whole.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            if line.get("user_id").is_some() {
                last.insert(text_of(&line, "user_id"), text_of(&line, "status"));
            }
        }
        last.into_iter()
            .filter(|(_, status)| status == "deleted" || status == "absent")
            .map(|(id, _)| id)
            .collect()
    }

    fn text_of(line: &Value, name: &str) -> String {
        line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn text(line: &Value, name: &str) -> String {
        line[name].as_str().unwrap().to_owned()
    }
}
