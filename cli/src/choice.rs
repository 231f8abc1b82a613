//! The contacts that filters choose, and those that an earlier run on the same journal left
//! open: what it deleted without learning so is listed no more, so that no filter finds it.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use dingtalk_extcontact::{Call, Client, Contact, ErrorKind};
use serde_json::Value;

use crate::args::Delete;
use crate::filter;
use crate::ids::{self, Ids};
use crate::output::{self, Exit};

/// Who was chosen.
pub(crate) struct Choice {
    pub(crate) matching: Vec<Contact>,
    pub(crate) left_open: HashSet<String>,
}

impl Choice {
    /// Reads all contacts and chooses.
    pub(crate) fn of(args: &Delete, client: &Client, call: &Call) -> Result<(Ids, Choice), Exit> {
        let contacts = client.contacts(call).map_err(|error| match error.kind() {
            ErrorKind::Cancelled => output::interrupted(),
            _ => {
                output::complain_of(&error);
                Exit::Failed
            }
        })?;
        let mut open = match &args.journal {
            Some(path) => left_open(path).map_err(|error| {
                output::complain(&format!("the journal {}: {error}", path.display()), "");
                Exit::Usage
            })?,
            None => Vec::new(),
        };
        // Who is listed is there; whether they are meant is for the filters to say.
        let listed: HashSet<_> = contacts.iter().map(Contact::user_id).collect();
        open.retain(|id| !listed.contains(id.as_str()));
        let matching = filter::matching(contacts, &args.filters);
        let all = open.iter().map(String::as_str).chain(matching.iter().map(Contact::user_id));
        let ids = ids::listed(all).map_err(|unusable| {
            unusable.complain("the contacts that match");
            Exit::Usage
        })?;
        if ids.count == 0 {
            output::note(filter::NOBODY);
        }
        Ok((ids, Choice { matching, left_open: open.into_iter().collect() }))
    }

    /// How many of both, where there are both.
    pub(crate) fn parts(&self) -> Option<String> {
        let matching = self.matching.len() as u64;
        let open = self.left_open.len();
        (open > 0).then(|| {
            format!(
                "{} the filters, {open} {} left open by the journal",
                match matching {
                    1 => "1 contact matches".to_owned(),
                    _ => format!("{matching} contacts match"),
                },
                if open == 1 { "is" } else { "are" }
            )
        })
    }
}

/// The ids of which a journal does not say whether they are gone: announced without an end, or
/// ended with `maybe_deleted`. A line that cannot be read is the end here: the library, when it
/// opens the journal, cuts it off there or refuses it.
fn left_open(journal: &Path) -> io::Result<Vec<String>> {
    let mut reader = match File::open(journal) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        file => BufReader::new(file?),
    };
    let (mut open, mut line) = (HashMap::new(), Vec::new());
    for number in 1.. {
        line.clear();
        reader.read_until(b'\n', &mut line)?;
        let whole = line.strip_suffix(b"\n").map(serde_json::from_slice::<Value>);
        let Some(Ok(line)) = whole else { break };
        let Some(id) = line.get("user_id").and_then(Value::as_str) else { continue };
        let failed = line.get("status").is_some_and(|status| status == "failed");
        let maybe_deleted = line.get("maybe_deleted") == Some(&Value::Bool(true));
        if line.get("event").is_some_and(|event| event == "announced") || failed && maybe_deleted {
            open.entry(id.to_owned()).or_insert(number);
        } else {
            open.remove(id);
        }
    }
    let mut open: Vec<(String, u64)> = open.into_iter().collect();
    open.sort_unstable_by_key(|(_, line)| *line);
    Ok(open.into_iter().map(|(id, _)| id).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn open(lines: &str) -> Vec<String> {
        let mut journal = tempfile::NamedTempFile::new().unwrap();
        journal.write_all(lines.as_bytes()).unwrap();
        left_open(journal.path()).unwrap()
    }

    fn announced(id: &str) -> String {
        format!("{{\"event\":\"announced\",\"user_id\":\"{id}\"}}\n")
    }

    fn ended(id: &str, status: &str, maybe_deleted: bool) -> String {
        format!(
            "{{\"event\":\"ended\",\"maybe_deleted\":{maybe_deleted},\"status\":\"{status}\",\
             \"user_id\":\"{id}\"}}\n"
        )
    }

    #[test]
    fn only_what_may_be_gone_is_left_open() {
        let mut lines = "{\"journal\":\"dingtalk-extcontact\",\"version\":1}\n".to_owned();
        for (id, end) in [
            ("9", None),
            ("2", Some(("deleted", false))),
            ("3", Some(("absent", true))),
            ("4", Some(("failed", false))),
            ("1", Some(("failed", true))),
        ] {
            lines += &announced(id);
            lines += &end.map(|(status, maybe)| ended(id, status, maybe)).unwrap_or_default();
        }
        assert_eq!(open(&lines), ["9", "1"], "in their order");
        lines += "{\"event\":\"resumed\"}\n";
        lines += &(announced("9") + &ended("9", "absent", true) + &announced("4"));
        assert_eq!(open(&lines), ["1", "4"], "the last line counts");
    }

    #[test]
    fn what_the_next_run_cuts_off_does_not_count() {
        let torn = ended("1", "deleted", false);
        assert_eq!(open(&(announced("1") + torn.trim_end())), ["1"]);
        assert_eq!(open(&(announced("1") + "\0\0\0\n" + &announced("2"))), ["1"]);
        assert_eq!(open("").len(), 0);
        assert_eq!(left_open(Path::new("/nonexistent/j")).unwrap().len(), 0);
    }
}
