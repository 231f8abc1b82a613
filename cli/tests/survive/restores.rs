//! Kills of `restore`, while one reply in three to a creation is faulty. The sandbox would create a
//! contact as often as it is asked: nothing but the command keeps anybody from being there twice.

use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use dingtalk_extcontact_sandbox::{Faults, Sandbox};
use dingtalk_extcontact_test_support::client;
use fastrand::Rng;
use serde_json::{Value, json};

use crate::kills::{STEPS, dying_at, kill_when, lines, strace_is_here};
use crate::support::{Folder, at, ran, spawn};
use crate::trial::{lines_of, read_all};

const CONTACTS: usize = 100;
const FAULTS: &str = "reset-before=0.06,reset-after=0.06,lost-reply=0.06,http-500=0.05,\
                      html=0.04,busy=0.04,truncated=0.03;on=create";
/// How many runs of one restore are killed.
const IN_A_RESTORE: usize = 12;

struct Trial {
    seed: u64,
    sandbox: Sandbox,
    backup: String,
    journal: PathBuf,
}

impl Trial {
    /// A backup of contacts that are gone.
    fn new(seed: u64, folder: &Folder) -> Trial {
        let people: Vec<Value> = (0..CONTACTS)
            .map(|index| {
                json!({
                    "userid": format!("0125{index:06}"), "name": format!("Sample {index}"),
                    "mobile": format!("10000{index:06}"), "state_code": "86",
                    "follower_user_id": "manager1", "label_ids": [1_000_001],
                })
            })
            .collect();
        let sandbox = Sandbox::builder()
            .contacts(people)
            .calls_per_second(None)
            .keep_requests(100)
            .start()
            .unwrap();
        sandbox.refuse_doubles(false);
        let list = folder.list(&format!("restore-{seed}.txt"), &sandbox.contacts());
        let backup = folder.name(&format!("restore-{seed}.backup.jsonl"));
        let args = ["delete", "--yes", "--rate=none", "--file", &list, "--backup", &backup];
        assert_eq!(ran(&mut at(&sandbox, &args)).0, 0);
        sandbox.faults(Faults::parse(&format!("{FAULTS};seed={seed}")).unwrap());
        let journal = format!("{backup}.restore.jsonl").into();
        Trial { seed, sandbox, backup, journal }
    }

    fn command(&self) -> Command {
        let args = ["restore", "--yes", "--json", "--rate=none", "--backup-is-ours"];
        at(&self.sandbox, &[args.as_slice(), &["--backup", &self.backup]].concat())
    }

    /// What a killed run has sent was read, once a request behind it was.
    fn settle(&self) {
        client::Client::to_url(&self.sandbox.url()).get("/mark");
    }

    /// How many contacts there are of each number.
    fn numbers(&self) -> HashMap<String, usize> {
        let mut numbers = HashMap::new();
        for id in self.sandbox.contacts() {
            let contact = self.sandbox.contact(&id).unwrap();
            *numbers.entry(contact["mobile"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        numbers
    }

    fn twice(&self) -> usize {
        self.numbers().values().filter(|count| **count > 1).count()
    }

    /// After the last run.
    fn nobody_is_lost(&self) {
        assert_eq!(self.numbers().len(), CONTACTS, "seed {}", self.seed);
        let mut new = HashMap::new();
        for line in lines_of(&self.journal) {
            if line["status"] == "created" {
                new.insert(
                    line["old_user_id"].as_str().unwrap().to_owned(),
                    line["user_id"].clone(),
                );
            }
        }
        assert_eq!(new.len(), CONTACTS, "seed {}", self.seed);
        for (old, new) in new {
            let contact = self.sandbox.contact(new.as_str().unwrap()).unwrap();
            let mobile = format!("10000{}", old.strip_prefix("0125").unwrap());
            assert_eq!(contact["mobile"], mobile, "seed {}: {old} is {new}", self.seed);
        }
    }
}

pub fn run() {
    let wanted = std::env::var("DTX_KILLS").map_or(200, |number| number.parse().unwrap());
    let ways = if strace_is_here() { 3 } else { 2 };
    let folder = Folder::new("restores");
    let (mut kills, mut restores, mut runs) = (0, 0, 0);
    while kills < wanted {
        restores += 1;
        let mut chance = Rng::with_seed(restores);
        let trial = Trial::new(restores, &folder);
        let mut killed = 0;
        loop {
            runs += 1;
            let mut command = trial.command();
            let way = if killed < IN_A_RESTORE { chance.usize(0..ways) } else { 3 };
            let mut run = match way {
                2 => {
                    let (step, count) = (STEPS[chance.usize(0..4)], chance.usize(1..80));
                    spawn(&mut dying_at(step, count, &command))
                }
                _ => spawn(&mut command),
            };
            let out = read_all(run.stdout.take().unwrap());
            let err = read_all(run.stderr.take().unwrap());
            match way {
                0 => {
                    let after = Duration::from_micros(chance.u64(0..250_000));
                    let start = Instant::now();
                    kill_when(&mut run, || start.elapsed() >= after);
                }
                1 => {
                    let at = lines(&trial.journal) + chance.usize(0..40);
                    kill_when(&mut run, || lines(&trial.journal) >= at);
                }
                _ => {}
            }
            let status = run.wait().unwrap();
            let (_, err) = (out.join().unwrap(), err.join().unwrap());
            trial.settle();
            assert_eq!(trial.twice(), 0, "seed {}: somebody is there twice", trial.seed);
            match (status.signal(), status.code()) {
                (Some(9), _) => {
                    killed += 1;
                    kills += 1;
                }
                (None, Some(0)) => break,
                // Somebody may be created.
                (None, Some(1)) => {}
                _ => panic!("seed {}: {status}: {err}", trial.seed),
            }
        }
        trial.nobody_is_lost();
    }
    println!(
        "{kills} kills of {restores} restores, {runs} runs: nobody is created twice, nobody is lost"
    );
}
