//! What became of each contact, in words or as JSON, and the sum of it all for the record.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use dingtalk_extcontact::{Deletion, Error, ErrorKind, Item, Status, Summary};
use serde_json::{Value, json};

use crate::output::{self, Exit, Output, Style};
use crate::progress::Progress;

/// Up to so many contacts have a line each; of more, only those that were not deleted now.
const FEW: u64 = 20;

/// Says what became of contacts, one by one, and counts.
pub(crate) struct Report<'a> {
    output: &'a mut Output,
    json: bool,
    total: u64,
    progress: Progress,
    /// How often each word of [`WORDS`] came.
    counts: [u64; WORDS.len()],
    /// Those that failed without being worth a request.
    refused: u64,
    /// Absent, and no earlier request of ours can have been the reason.
    never_seen: u64,
    /// What was advised already.
    advised: HashSet<String>,
    interrupted: bool,
    /// Standard output is.
    closed: bool,
}

/// What the summary says beside the library's own.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Where the ids came from.
    pub(crate) ids_from: String,
    pub(crate) journal: Option<PathBuf>,
    pub(crate) backup: Option<PathBuf>,
    /// How the next run takes up what this one left.
    pub(crate) to_go_on: String,
}

/// The ends that a contact can come to, in words.
const WORDS: [&str; 4] = ["deleted", "already gone", "failed", "not attempted"];
const DELETED: usize = 0;
const GONE: usize = 1;
const FAILED: usize = 2;
const NOT_ATTEMPTED: usize = 3;

impl<'a> Report<'a> {
    /// For so many contacts.
    pub(crate) fn new(output: &'a mut Output, json: bool, total: u64) -> Report<'a> {
        Report {
            output,
            json,
            total,
            progress: Progress::hidden(),
            counts: [0; WORDS.len()],
            refused: 0,
            never_seen: 0,
            advised: HashSet::new(),
            interrupted: false,
            closed: false,
        }
    }

    /// Shows a bar from now on, where there is somebody to see it and something to wait for.
    pub(crate) fn show_progress(&mut self) {
        if !self.json && self.total > 1 {
            self.progress = Progress::of(self.total);
        }
    }

    /// Counts an item and says what became of it; so many contacts were settled by an
    /// earlier run, up to now.
    ///
    /// # Errors
    ///
    /// Standard output is closed. The item is on standard error then.
    pub(crate) fn item(&mut self, item: &Item, settled_before: u64) -> io::Result<()> {
        let (word, style) = match item {
            Item::Deletion(deletion) if deletion.status == Status::Deleted => {
                (DELETED, Style::Good)
            }
            Item::Deletion(deletion) => {
                self.never_seen += u64::from(!deletion.maybe_deleted);
                (GONE, Style::Warning)
            }
            Item::Error(error) => {
                self.refused += u64::from(error.kind() == ErrorKind::InvalidArgument);
                self.interrupted |= error.kind() == ErrorKind::Cancelled;
                (FAILED, Style::Bad)
            }
            Item::NotAttempted { .. } => (NOT_ATTEMPTED, Style::Quiet),
        };
        if let Some(count) = self.counts.get_mut(word) {
            *count += 1;
        }
        let name = WORDS.get(word).copied().unwrap_or_default();
        let quiet = match word {
            NOT_ATTEMPTED => !self.json || self.closed,
            DELETED => !self.json,
            _ => false,
        };
        let quiet = quiet && self.total > FEW;
        let said = if quiet {
            Ok(())
        } else {
            let line = match self.json {
                true => json(item),
                false => format!("{}: {}", self.output.style(style, name), words(item)),
            };
            self.line(&line)
        };
        if let (Item::Error(error), false) = (item, self.json)
            && !self.advised.contains(error.advice())
            && self.advised.len() < FEW as usize
        {
            self.advised.insert(error.advice().to_owned());
            self.note(&output::wrapped(error.advice(), 4));
        }
        let [_, gone, failed, _] = self.counts;
        let mut trouble = Vec::new();
        for (count, word) in [(gone, GONE), (failed, FAILED)] {
            if count > 0 {
                trouble.push(format!("{count} {}", WORDS.get(word).copied().unwrap_or_default()));
            }
        }
        self.progress.step(settled_before, trouble.join(", "));
        said
    }

    /// Something else for the person, on standard error.
    pub(crate) fn note(&self, line: &str) {
        self.progress.aside(|| output::note(line));
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        let said = self.progress.aside(|| self.output.line(line));
        if said.is_err() {
            self.closed = true;
            self.note(line);
        }
        said
    }

    /// Notes that the person wants no more.
    pub(crate) fn interrupted(&mut self) {
        self.interrupted = true;
    }

    /// Ends without a summary, and says how the command ends.
    pub(crate) fn end(self) -> Exit {
        self.progress.end();
        if self.never_seen > 0 && !self.json {
            output::note(&format!(
                "warning: for {} there was no contact; that does not prove that there ever was",
                output::counted(self.never_seen, "id")
            ));
        }
        let [deleted, gone, ..] = self.counts;
        if deleted + gone >= self.total {
            Exit::Done
        } else if self.interrupted {
            Exit::Interrupted
        } else if self.refused == self.total {
            Exit::Usage
        } else {
            Exit::Failed
        }
    }

    /// Sums up, for whoever is asked later what was done, and ends.
    pub(crate) fn end_with(mut self, summary: &Summary, record: &Record) -> Exit {
        self.progress.end();
        let told = match self.json {
            true => json_summary(summary, record),
            false => self.summary(summary, record),
        };
        // Every item has been said; that the sum cannot be is no failure of the command.
        let _ = self.line(&told);
        self.end()
    }

    fn summary(&self, summary: &Summary, record: &Record) -> String {
        let parts: Vec<_> = WORDS
            .iter()
            .zip(self.counts)
            .filter(|(_, count)| *count > 0)
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        let contacts = output::counted(self.counts.iter().sum(), "contact");
        let heading = format!("{contacts}: {}", parts.join(", "));
        let mut told = self.output.style(Style::Heading, heading.trim_end_matches([':', ' ']));
        let mut fact = |name: &str, value: &str| told.push_str(&format!("\n  {name:<13} {value}"));
        fact("ids from", &output::shown(&record.ids_from));
        fact("deleted at", &output::shown(&summary.endpoint));
        match &summary.app_key {
            Some(key) => fact("app", &output::shown(key)),
            None => fact("app", "not known: an access token was given"),
        }
        let time = |at| humantime::format_rfc3339_seconds(at).to_string();
        fact("started", &time(summary.start));
        if let Some(end) = summary.end {
            let took = end.duration_since(summary.start).unwrap_or_default();
            let took = Duration::from_secs_f64(took.as_secs_f64().round());
            fact("ended", &format!("{}, after {}", time(end), humantime::format_duration(took)));
        }
        fact("calls", &output::counted(summary.calls, "delete request"));
        if summary.settled_before > 0 {
            let settled = format!("{}, on record in the journal", summary.settled_before);
            fact("earlier runs", &settled);
        }
        if summary.repeated > 0 {
            let ids = output::counted(summary.repeated, "id");
            fact("repeated", &format!("{ids} given again, and dropped"));
        }
        for (name, path) in [("journal", &record.journal), ("backup", &record.backup)] {
            let path = path.as_ref().map(|path| output::shown(&path.to_string_lossy()));
            fact(name, path.as_deref().unwrap_or("none"));
        }
        if let Some(why) = &summary.stopped {
            let signal = if self.interrupted { " (interrupted)" } else { "" };
            fact("stopped", &format!("{}{signal}", output::shown(why)));
        }
        let [deleted, gone, failed, _] = self.counts;
        if deleted + gone < self.total {
            fact("to go on", &record.to_go_on);
            if record.journal.is_some() && failed > 0 && !self.interrupted {
                fact(
                    "",
                    "Refusals that concern one contact are settled; to have them called again, \
                     give another journal.",
                );
            }
        }
        told
    }
}

/// The library's summary and what the command knows beside it.
fn json_summary(summary: &Summary, record: &Record) -> String {
    let mut told = serde_json::to_value(summary).unwrap_or_default();
    if let Some(fields) = told.as_object_mut() {
        fields.insert("ids_from".to_owned(), record.ids_from.clone().into());
        for (name, path) in [("journal", &record.journal), ("backup", &record.backup)] {
            if let Some(path) = path {
                fields.insert(name.to_owned(), path.to_string_lossy().into());
            }
        }
    }
    json!({"summary": told}).to_string()
}

/// An item as a line of JSON: the library's own form of an outcome.
pub(crate) fn json(item: &Item) -> String {
    let line = match item {
        Item::Deletion(deletion) => serde_json::to_string(deletion),
        Item::Error(error) => serde_json::to_string(error),
        Item::NotAttempted { user_id } => {
            return format!(
                r#"{{"user_id":{},"status":"not_attempted"}}"#,
                Value::from(&**user_id)
            );
        }
    };
    // Maps with text keys and plain values cannot fail to serialise.
    line.unwrap_or_default()
}

fn words(item: &Item) -> String {
    match item {
        Item::Deletion(deletion) => of_deletion(deletion),
        Item::Error(error) => of_error(error),
        Item::NotAttempted { user_id } => format!("contact {}", output::shown(user_id)),
    }
}

fn of_deletion(deletion: &Deletion) -> String {
    let mut words = format!("contact {}", output::shown(&deletion.user_id));
    let mut facts = Vec::new();
    if let Some(id) = &deletion.request_id {
        facts.push(format!("request id {id}"));
    }
    if deletion.attempts > 1 {
        facts.push(format!("after {} requests", deletion.attempts));
    }
    if !facts.is_empty() {
        words.push_str(&format!(" ({})", facts.join(", ")));
    }
    if deletion.maybe_deleted {
        words.push_str("; an earlier request, whose reply was lost, may have deleted it");
    }
    words
}

/// Its message names the contact, the request id, and whether it may be gone.
fn of_error(error: &Error) -> String {
    error.message().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(id: &str) -> Item {
        let client = dingtalk_extcontact::Client::builder().access_token("x").build().unwrap();
        Item::Error(client.delete(id).unwrap_err())
    }

    fn report(output: &mut Output, counts: [u64; 4]) -> Report<'_> {
        Report { counts, ..Report::new(output, false, counts.iter().sum()) }
    }

    #[test]
    fn the_exit_status_says_whether_every_contact_is_gone() {
        let mut output = Output::new();
        assert_eq!(report(&mut output, [2, 1, 0, 0]).end(), Exit::Done);
        assert_eq!(report(&mut output, [2, 0, 1, 0]).end(), Exit::Failed);
        assert_eq!(report(&mut output, [2, 0, 0, 1]).end(), Exit::Failed);
        let mut late = report(&mut output, [2, 0, 0, 0]);
        late.interrupted();
        assert_eq!(late.end(), Exit::Done, "it changed nothing");
        let mut early = report(&mut output, [1, 0, 0, 1]);
        early.interrupted();
        assert_eq!(early.end(), Exit::Interrupted);
        let mut untold = report(&mut output, [1, 0, 0, 0]);
        untold.total = 2;
        assert_eq!(untold.end(), Exit::Failed, "one of two is missing");
    }

    #[test]
    fn only_where_nothing_was_sent_it_is_a_matter_of_usage() {
        let mut output = Output::new();
        let bad = refused("not an id\n");
        let mut alone = Report::new(&mut output, true, 1);
        alone.item(&bad, 0).unwrap();
        assert_eq!(alone.end(), Exit::Usage);
        let mut among = report(&mut output, [1, 0, 0, 0]);
        among.total = 2;
        among.item(&bad, 0).unwrap();
        assert_eq!(among.end(), Exit::Failed);
    }

    #[test]
    fn json_is_the_form_of_the_library() {
        let bad = refused(" ");
        let line: Value = serde_json::from_str(&json(&bad)).unwrap();
        assert_eq!(line, bad.to_json());
        let left = Item::NotAttempted { user_id: "a\"b".to_owned() };
        assert_eq!(json(&left), r#"{"user_id":"a\"b","status":"not_attempted"}"#);
    }
}
