//! What became of each contact, in words or as JSON, and the count of it all.

use std::io;

use dingtalk_extcontact::{Deletion, Error, ErrorKind, Status};
use serde_json::Value;

use crate::output::{self, Exit, Output, Style};

/// What became of one contact.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'a> {
    /// It was called for.
    Tried(&'a Result<Deletion, Error>),
    /// It was not: what came before was reason to stop.
    NotAttempted(&'a str),
}

/// Says what became of contacts, one by one, and counts.
pub(crate) struct Report<'a> {
    output: &'a mut Output,
    json: bool,
    /// How often each word of [`WORDS`] came.
    counts: [usize; WORDS.len()],
    /// Those that failed without being worth a request.
    refused: usize,
    interrupted: bool,
}

/// The ends that a contact can come to, in words.
const WORDS: [&str; 4] = ["deleted", "already gone", "failed", "not attempted"];
const DELETED: usize = 0;
const GONE: usize = 1;
const FAILED: usize = 2;
const NOT_ATTEMPTED: usize = 3;

impl<'a> Report<'a> {
    pub(crate) fn new(output: &'a mut Output, json: bool) -> Report<'a> {
        Report { output, json, counts: [0; WORDS.len()], refused: 0, interrupted: false }
    }

    /// Counts an item and says what became of it.
    ///
    /// # Errors
    ///
    /// Standard output is closed. The item is on standard error then.
    pub(crate) fn item(&mut self, item: Item) -> io::Result<()> {
        let (word, style) = match item {
            Item::Tried(Ok(deletion)) if deletion.status == Status::Deleted => {
                (DELETED, Style::Good)
            }
            Item::Tried(Ok(_)) => (GONE, Style::Warning),
            Item::Tried(Err(_)) => (FAILED, Style::Bad),
            Item::NotAttempted(_) => (NOT_ATTEMPTED, Style::Quiet),
        };
        if let Some(count) = self.counts.get_mut(word) {
            *count += 1;
        }
        if let Item::Tried(Err(error)) = item {
            self.refused += usize::from(error.kind() == ErrorKind::InvalidArgument);
            self.interrupted |= error.kind() == ErrorKind::Cancelled;
        }
        let name = WORDS.get(word).copied().unwrap_or_default();
        let line = if self.json {
            json(item)
        } else {
            format!("{}: {}", self.output.style(style, name), words(item))
        };
        let said = self.output.line(&line);
        if said.is_err() {
            output::note(&line);
        }
        match item {
            Item::Tried(Ok(deletion)) if deletion.status == Status::Absent => warn(deletion),
            Item::Tried(Err(error)) if !self.json => {
                output::note(&output::wrapped(error.advice(), 4));
            }
            _ => {}
        }
        said
    }

    /// Notes that the person wants no more.
    pub(crate) fn interrupted(&mut self) {
        self.interrupted = true;
    }

    /// Sums up where there is more than one, and says how the command ends.
    pub(crate) fn end(self) -> Exit {
        let total: usize = self.counts.iter().sum();
        if total > 1 && !self.json {
            let parts: Vec<_> = WORDS
                .iter()
                .zip(self.counts)
                .filter(|(_, count)| *count > 0)
                .map(|(word, count)| format!("{count} {word}"))
                .collect();
            // Every item has been said; that the sum cannot be is no failure of the command.
            let _ = self.output.line(&format!("{total} contacts: {}", parts.join(", ")));
        }
        self.exit(total)
    }

    fn exit(&self, total: usize) -> Exit {
        let [deleted, gone, ..] = self.counts;
        if deleted + gone == total {
            Exit::Done
        } else if self.interrupted {
            Exit::Interrupted
        } else if self.refused == total {
            Exit::Usage
        } else {
            Exit::Failed
        }
    }
}

/// An item as a line of JSON: the library's own form of an outcome.
pub(crate) fn json(item: Item) -> String {
    let line = match item {
        Item::Tried(Ok(deletion)) => serde_json::to_string(deletion),
        Item::Tried(Err(error)) => serde_json::to_string(error),
        Item::NotAttempted(id) => {
            return format!(r#"{{"user_id":{},"status":"not_attempted"}}"#, Value::from(id));
        }
    };
    // Maps with text keys and plain values cannot fail to serialise.
    line.unwrap_or_default()
}

fn words(item: Item) -> String {
    match item {
        Item::Tried(Ok(deletion)) => {
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
            words
        }
        // Its message names the contact, the request id, and whether it may be gone.
        Item::Tried(Err(error)) => error.message().to_owned(),
        Item::NotAttempted(id) => format!("contact {}", output::shown(id)),
    }
}

fn warn(absent: &Deletion) {
    let id = output::shown(&absent.user_id);
    output::note(&if absent.maybe_deleted {
        format!(
            "warning: contact {id} was gone when it was asked for again; \
             an earlier request of this call, whose reply was lost, may have deleted it"
        )
    } else {
        format!(
            "warning: there is no contact {id}; \
             that does not prove that the id was ever right"
        )
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(id: &str) -> Result<Deletion, Error> {
        let client = dingtalk_extcontact::Client::builder().access_token("x").build().unwrap();
        client.delete(id)
    }

    fn report(output: &mut Output, counts: [usize; 4]) -> Report<'_> {
        Report { counts, ..Report::new(output, false) }
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
    }

    #[test]
    fn only_where_nothing_was_sent_it_is_a_matter_of_usage() {
        let mut output = Output::new();
        let bad = refused("not an id\n");
        let mut alone = Report::new(&mut output, true);
        alone.item(Item::Tried(&bad)).unwrap();
        assert_eq!(alone.end(), Exit::Usage);
        let mut among = report(&mut output, [1, 0, 0, 0]);
        among.item(Item::Tried(&bad)).unwrap();
        assert_eq!(among.end(), Exit::Failed);
    }

    #[test]
    fn json_is_the_form_of_the_library() {
        let bad = refused(" ");
        let line: Value = serde_json::from_str(&json(Item::Tried(&bad))).unwrap();
        assert_eq!(line, dingtalk_extcontact::to_json(&bad));
        let line = json(Item::NotAttempted("a\"b"));
        assert_eq!(line, r#"{"user_id":"a\"b","status":"not_attempted"}"#);
    }
}
