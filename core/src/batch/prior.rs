//! What earlier runs left in a journal, for a program that wants to know before it begins a batch.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use crate::batch::append_log::JOURNAL;
use crate::batch::item::Item;
use crate::batch::key_set::{Key, KeyMap, Keys};
use crate::batch::reading::{self, Entry, Scope};
use crate::batch::settled::PriorState;
use crate::call::options::Call;
use crate::client::Client;
use crate::error::Error;

/// What earlier runs left in a journal.
#[derive(Default)]
pub struct PriorRuns {
    keys: Keys,
    states: KeyMap<PriorState>,
    /// Whether "no such contact" counts as gone.
    missing_ok: bool,
    /// The ids that may be gone, with the number of the line that says so first: for their order.
    maybe_deleted: HashMap<Key, (usize, String)>,
}

impl Client {
    /// Reads a journal as a batch would, and leaves it as it is. One that does not exist is
    /// empty.
    ///
    /// # Errors
    ///
    /// `journal`, where a batch would refuse the file; but not where another run has it in use.
    #[doc(hidden)]
    pub fn prior_runs(&self, journal: &Path) -> Result<PriorRuns, Error> {
        let missing_ok = self.missing_ok(&Call::new());
        let (mut runs, mut number) = (PriorRuns { missing_ok, ..PriorRuns::default() }, 0);
        if !JOURNAL.exists_at(journal)? {
            return Ok(runs);
        }
        let file = File::open(journal).map_err(|error| JOURNAL.unopened(journal, error))?;
        let scope = Scope { endpoint: &self.endpoint(), app_key: self.app_key() };
        reading::read(journal, &file, scope, |entry| {
            number += 1;
            runs.note(number, entry);
        })?;
        Ok(runs)
    }
}

impl PriorRuns {
    fn note(&mut self, number: usize, mut entry: Entry<'_>) {
        if self.missing_ok {
            // As a batch with the same options would tell it.
            entry.ended = entry.ended.map(Item::with_missing_ok);
        }
        let (key, id, state) = (self.keys.of(entry.user_id), entry.user_id, entry.state());
        self.states.insert(key, state);
        if state == PriorState::MaybeDeleted {
            self.maybe_deleted.entry(key).or_insert_with(|| (number, id.to_owned()));
        } else {
            self.maybe_deleted.remove(&key);
        }
    }

    /// The state of an id, which is removed: an id that comes again is not counted again.
    pub fn take(&mut self, user_id: &str) -> Option<PriorState> {
        self.states.remove(self.keys.of(user_id))
    }

    /// The ids that may be gone, in the order of the journal.
    pub fn maybe_deleted(&self) -> Vec<String> {
        let mut ids: Vec<_> = self.maybe_deleted.values().collect();
        ids.sort_unstable();
        ids.into_iter().map(|(_, id)| id.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        r#"{"endpoint":"http://127.0.0.1:9","journal":"dingtalk-extcontact","version":1}"#;

    fn runs(lines: &[String], torn: &str) -> Result<PriorRuns, Error> {
        runs_with(lines, torn, false)
    }

    fn runs_with(lines: &[String], torn: &str, missing_ok: bool) -> Result<PriorRuns, Error> {
        let name = format!("dtx-prior-{}-{:?}", std::process::id(), std::thread::current().id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, format!("{HEADER}\n{}{torn}", lines.concat())).unwrap();
        let client = Client::builder().access_token("t").endpoint("http://127.0.0.1:9");
        let runs = client.missing_ok(missing_ok).build().unwrap().prior_runs(&path);
        std::fs::remove_file(&path).unwrap();
        runs
    }

    fn announced(id: &str) -> String {
        format!("{{\"event\":\"announced\",\"user_id\":\"{id}\"}}\n")
    }

    fn ended(id: &str, status: &str, maybe_deleted: bool, more: &str) -> String {
        format!(
            "{{\"event\":\"ended\",\"attempts\":1,\"maybe_deleted\":{maybe_deleted},\
             \"status\":\"{status}\",\"user_id\":\"{id}\",\"time\":\"2026-01-01T00:00:00Z\"{more}}}\n"
        )
    }

    #[test]
    fn every_id_has_the_state_that_its_last_line_says() {
        let missing = r#","kind":"invalid_user_id","message":"m","code":"33012""#;
        let lost = r#","kind":"timeout","message":"m""#;
        let lines = [
            announced("9"),
            announced("2") + &ended("2", "deleted", false, ""),
            announced("3") + &ended("3", "absent", true, ""),
            announced("4") + &ended("4", "failed", false, missing),
            announced("1") + &ended("1", "failed", true, lost),
            announced("5") + &ended("5", "failed", false, lost),
        ];
        let mut found = runs(&lines, "").unwrap();
        assert_eq!(found.maybe_deleted(), ["9", "1"], "in their order");
        for (id, state) in [
            ("1", Some(PriorState::MaybeDeleted)),
            ("2", Some(PriorState::Gone)),
            ("3", Some(PriorState::Gone)),
            ("4", Some(PriorState::Refused)),
            ("5", Some(PriorState::Open)),
            ("6", None),
            ("9", Some(PriorState::MaybeDeleted)),
        ] {
            assert_eq!((found.take(id), found.take(id)), (state, None), "{id}");
        }
        let mut found = runs_with(&lines, "", true).unwrap();
        assert_eq!(found.take("4"), Some(PriorState::Gone), "as a batch would tell it");
        let later = [
            lines.concat(),
            "{\"event\":\"resumed\"}\n".to_owned(),
            announced("9") + &ended("9", "absent", true, "") + &announced("4"),
        ];
        assert_eq!(runs(&later, "").unwrap().maybe_deleted(), ["1", "4"], "the last line counts");
    }

    #[test]
    fn it_is_read_as_a_batch_reads_it() {
        let torn = ended("1", "deleted", false, "");
        let found = runs(&[announced("1")], torn.trim_end()).unwrap();
        assert_eq!(found.maybe_deleted(), ["1"], "the next run cuts it off");
        let damaged = runs(&["{}\n".to_owned(), announced("1")], "").err().unwrap();
        assert!(damaged.message().contains("damaged at line 2"), "{damaged}");
        let client = Client::builder().access_token("t").build().unwrap();
        assert!(client.prior_runs(Path::new("/nonexistent/j")).unwrap().maybe_deleted().is_empty());
        assert!(client.prior_runs(&std::env::temp_dir()).is_err());
    }
}
