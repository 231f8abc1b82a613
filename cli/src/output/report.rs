//! What became of each contact, in words or as JSON, and the sum of it all for the record.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use dingtalk_extcontact::{Deletion, Error, ErrorKind, Item, Outcome, Status, Summary};
use serde_json::json;

use crate::output::progress::Progress;
use crate::output::{self, Exit, Output, Style};

/// Up to so many contacts have a line each; of more, only those that were not deleted now.
const FEW: u64 = 20;
/// A shorter pause needs no word.
const LONG_PAUSE: Duration = Duration::from_secs(10);

/// Says what became of contacts, one by one, and counts.
pub(crate) struct Report<'a> {
    output: &'a mut Output,
    json: bool,
    total: u64,
    progress: Progress,
    /// By [`End`].
    counts: [Count; End::ALL.len()],
    /// Of those that failed, those of which a further call would be refused alike.
    settled: u64,
    /// What every contact is refused for, told already.
    told: Vec<(ErrorKind, Option<String>)>,
    /// Those that failed without being worth a request.
    refused: u64,
    /// What was advised already.
    advised: HashSet<String>,
    /// Why the command ended it early.
    stopped: Option<String>,
    interrupted: bool,
    /// It was said that a pause has begun.
    paused: bool,
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
    pub(crate) again: String,
}

/// The ends that a contact can come to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Deleted,
    /// Absent, probably by an earlier request of ours.
    Gone,
    /// Absent, and no request of ours can have been the reason.
    NoContact,
    /// A request went out, and no certain answer came.
    MaybeGone,
    Failed,
    NotAttempted,
}

impl End {
    const ALL: [End; 6] =
        [End::Deleted, End::Gone, End::NoContact, End::MaybeGone, End::Failed, End::NotAttempted];

    fn of(item: &Item) -> End {
        match &item.outcome {
            Outcome::Deletion(deletion) => End::of_deletion(deletion),
            Outcome::Error(error) if error.maybe_deleted() => End::MaybeGone,
            // Its request never went out.
            Outcome::Error(error)
                if error.kind() == ErrorKind::Cancelled && error.attempts() == 0 =>
            {
                End::NotAttempted
            }
            Outcome::Error(_) => End::Failed,
            Outcome::NotAttempted { .. } => End::NotAttempted,
        }
    }

    fn of_deletion(deletion: &Deletion) -> End {
        match deletion.status {
            Status::Deleted => End::Deleted,
            Status::Absent if deletion.maybe_deleted => End::Gone,
            Status::Absent => End::NoContact,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            End::Deleted => "deleted",
            End::Gone => "gone",
            End::NoContact => "no such contact",
            End::MaybeGone => "may be gone",
            End::Failed => "failed",
            End::NotAttempted => "not attempted",
        }
    }

    const fn style(self) -> Style {
        match self {
            End::Deleted => Style::Good,
            End::Gone | End::NoContact | End::MaybeGone => Style::Warning,
            End::Failed => Style::Bad,
            End::NotAttempted => Style::Quiet,
        }
    }
}

/// How many contacts came to an end.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    all: u64,
    /// Of these, by an earlier run on the same journal.
    earlier: u64,
}

impl<'a> Report<'a> {
    /// For so many contacts.
    pub(crate) fn new(output: &'a mut Output, json: bool, total: u64) -> Report<'a> {
        Report {
            output,
            json,
            total,
            progress: Progress::hidden(),
            counts: Default::default(),
            settled: 0,
            told: Vec::new(),
            refused: 0,
            advised: HashSet::new(),
            stopped: None,
            interrupted: false,
            paused: false,
            closed: false,
        }
    }

    /// Shows a bar from now on, where there is somebody to see it and something to wait for.
    pub(crate) fn show_progress(&mut self) {
        if !self.json && self.total > 1 {
            self.progress = Progress::of(self.total);
        }
    }

    /// Counts an item and says what became of it, now or in an earlier run.
    ///
    /// # Errors
    ///
    /// Standard output is closed. The item is on standard error then.
    pub(crate) fn item(&mut self, item: &Item) -> io::Result<()> {
        let (end, earlier) = (End::of(item), item.settled_before);
        if let Some(count) = self.counts.get_mut(end as usize) {
            count.all += 1;
            count.earlier += u64::from(earlier);
        }
        if let Outcome::Error(error) = &item.outcome {
            self.settled += u64::from(item.is_settled());
            self.refused += u64::from(error.kind() == ErrorKind::InvalidArgument);
            self.interrupted |= error.kind() == ErrorKind::Cancelled;
        }
        let again = !self.json && self.is_told(item);
        let quiet = match end {
            End::NotAttempted => !self.json || self.closed,
            End::Deleted => !self.json,
            _ => again,
        };
        let said = if quiet && self.total > FEW {
            Ok(())
        } else {
            let line = match self.json {
                true => json(item),
                false => {
                    let word = self.output.style(end.style(), end.word());
                    let when = if earlier { " (earlier run)" } else { "" };
                    let words = match again {
                        true => format!("contact {}, as above", output::shown(item.user_id())),
                        false => words(item),
                    };
                    self.output.fitted(&format!("{word}{when}: {words}"))
                }
            };
            self.line(&line)
        };
        if let (Outcome::Error(error), End::Failed | End::MaybeGone, false) =
            (&item.outcome, end, self.json)
            && !self.advised.contains(error.advice())
            && self.advised.len() < FEW as usize
        {
            self.advised.insert(error.advice().to_owned());
            self.note(&output::wrapped(error.advice(), 4));
        }
        let trouble: Vec<_> = [End::Gone, End::NoContact, End::MaybeGone, End::Failed]
            .into_iter()
            .filter(|end| self.count(*end) > 0)
            .map(|end| format!("{} {}", self.count(end), end.word()))
            .collect();
        match end {
            // What nobody does is no progress.
            End::NotAttempted => {}
            _ => self.progress.step(earlier, trouble.join(", ")),
        }
        said
    }

    /// Whether an item has met what every contact meets, and that was said already: calls side
    /// by side end by the same refusal.
    fn is_told(&mut self, item: &Item) -> bool {
        let Outcome::Error(error) = &item.outcome else { return false };
        if !error.stops_batch() || error.maybe_deleted() {
            return false;
        }
        let met = (error.kind(), error.code().map(str::to_owned));
        let told = self.told.contains(&met);
        if !told {
            self.told.push(met);
        }
        told
    }

    /// Says that a pause begins, which without a word looks like an end.
    pub(crate) fn pause(&mut self, left: Option<Duration>) {
        let long = left.filter(|left| *left >= LONG_PAUSE);
        if let (Some(left), false) = (long, self.paused) {
            let until = humantime::format_rfc3339_seconds(SystemTime::now() + left);
            let seconds = left.as_secs_f64().round();
            self.note(&format!(
                "throttled: no calls until {until}, for {seconds} s; the run goes on by itself"
            ));
        }
        self.paused = long.is_some();
    }

    fn count(&self, end: End) -> u64 {
        self.counts.get(end as usize).map_or(0, |count| count.all)
    }

    /// How many contacts are gone.
    fn gone(&self) -> u64 {
        [End::Deleted, End::Gone, End::NoContact].map(|end| self.count(end)).iter().sum()
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

    /// Notes why the command ends it early.
    pub(crate) fn stopped(&mut self, why: String) {
        self.stopped = Some(why);
    }

    /// Notes that the person wants no more.
    pub(crate) fn interrupted(&mut self) {
        self.interrupted = true;
    }

    /// Ends without a summary, and says how the command ends.
    pub(crate) fn end(self) -> Exit {
        self.progress.end();
        if let (Some(warning), false) = (self.warning(), self.json) {
            output::note(&format!("warning: {warning}"));
        }
        if self.gone() >= self.total {
            Exit::Done
        } else if self.interrupted {
            Exit::Interrupted
        } else if self.refused == self.total {
            Exit::Usage
        } else {
            Exit::Failed
        }
    }

    /// That an id without a contact proves nothing.
    fn warning(&self) -> Option<String> {
        let ids = output::counted(self.count(End::NoContact), "id");
        (self.count(End::NoContact) > 0).then(|| {
            format!(
                "for {ids} there was no contact: gone before, or never there; that does not prove \
                 that there ever was one"
            )
        })
    }

    /// Sums up, for whoever is asked later what was done, and ends.
    pub(crate) fn end_with(mut self, mut summary: Summary, record: &Record) -> Exit {
        self.progress.end();
        // The library does not know why it was told to stop.
        summary.stopped = self.stopped.take().or(summary.stopped);
        let told = match self.json {
            true => self.json_summary(&summary, record),
            false => self.summary(&summary, record),
        };
        // Every item has been said; that the sum cannot be is no failure of the command.
        let _ = self.line(&told);
        self.end()
    }

    fn summary(&self, summary: &Summary, record: &Record) -> String {
        let contacts = output::counted(self.counts.iter().map(|count| count.all).sum(), "contact");
        let parts: Vec<_> = End::ALL
            .into_iter()
            .zip(self.counts)
            .filter(|(_, count)| count.all > 0)
            .map(|(end, Count { all, earlier })| match earlier {
                0 => format!("{} {}", output::number(all), end.word()),
                _ if earlier == all => {
                    format!("{} {} (by earlier runs)", output::number(all), end.word())
                }
                _ => format!(
                    "{} {} ({} of them by earlier runs)",
                    output::number(all),
                    end.word(),
                    output::number(earlier)
                ),
            })
            .collect();
        let heading = format!("{contacts}: {}", parts.join(", "));
        let heading = output::laid_out(heading.trim_end_matches([':', ' ']));
        let mut told = self.output.style(Style::Heading, &heading);
        let mut fact = |name: &str, value: &str| {
            told.push_str(&format!("\n{}", output::hung(&format!("  {name:<13} "), value)));
        };
        fact("ids from", &output::shown(&record.ids_from));
        fact("service", &output::shown(&summary.endpoint));
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
            let settled = output::number(summary.settled_before);
            let settled = format!("{settled}, on record in the journal");
            fact("earlier runs", &settled);
        }
        if summary.repeated > 0 {
            let ids = output::counted(summary.repeated, "id");
            fact("repeated", &format!("{ids} given again, and dropped"));
        }
        if self.count(End::Gone) > 0 {
            fact("gone", "probably by an earlier request of ours, whose reply was lost");
        }
        if self.count(End::MaybeGone) > 0 {
            fact("may be gone", "no certain answer came; the next run looks into it");
        }
        if let Some(warning) = self.warning() {
            fact("warning", &warning);
        }
        for (name, path) in [("journal", &record.journal), ("backup", &record.backup)] {
            let path = path.as_ref().map(|path| output::shown(&path.to_string_lossy()));
            fact(name, path.as_deref().unwrap_or("none"));
        }
        if summary.unrecorded > 0 {
            let ids = output::counted(summary.unrecorded, "id");
            let lost = format!("what came of {ids}; the next run looks into that");
            fact("not on record", &lost);
        }
        if let Some(why) = &summary.stopped {
            fact("stopped", &output::shown(why));
        }
        let mut name = "to go on";
        for line in self.to_go_on(record) {
            fact(std::mem::take(&mut name), &line);
        }
        told
    }

    /// What helps now.
    fn to_go_on(&self, record: &Record) -> Vec<String> {
        let left = self.total.saturating_sub(self.gone() + self.settled);
        let mut lines = Vec::new();
        if left > 0 {
            lines.push(record.again.clone());
        } else if self.settled > 0 {
            lines.push("nothing is left to do".to_owned());
        }
        if self.settled > 0 && record.journal.is_some() {
            let failures = output::counted(self.settled, "settled failure");
            lines.push(format!(
                "{failures} will not be called again: give another journal to have that done"
            ));
        }
        lines
    }

    /// The library's summary and what the command knows beside it.
    fn json_summary(&self, summary: &Summary, record: &Record) -> String {
        let mut told = serde_json::to_value(summary).unwrap_or_default();
        if let Some(fields) = told.as_object_mut() {
            fields.insert("absent_maybe_deleted".to_owned(), self.count(End::Gone).into());
            fields.insert("ids_from".to_owned(), record.ids_from.clone().into());
            for (name, path) in [("journal", &record.journal), ("backup", &record.backup)] {
                if let Some(path) = path {
                    fields.insert(name.to_owned(), path.to_string_lossy().into());
                }
            }
        }
        json!({"summary": told}).to_string()
    }
}

/// An item as a line of JSON: the library's own form of it.
pub(crate) fn json(item: &Item) -> String {
    // Maps with text keys and plain values cannot fail to serialise.
    serde_json::to_string(item).unwrap_or_default()
}

fn words(item: &Item) -> String {
    match &item.outcome {
        Outcome::Deletion(deletion) => of_deletion(deletion),
        Outcome::Error(error) => of_error(error),
        Outcome::NotAttempted { user_id } => format!("contact {}", output::shown(user_id)),
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
    words.push_str(match End::of_deletion(deletion) {
        End::Gone => "; probably by an earlier request of ours, whose reply was lost",
        End::NoContact => "; gone before, or never there",
        _ => "",
    });
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
        Item::new(client.delete(id))
    }

    fn report(output: &mut Output, counts: [u64; 6]) -> Report<'_> {
        let total = counts.iter().sum();
        let counts = counts.map(|all| Count { all, earlier: 0 });
        Report { counts, ..Report::new(output, false, total) }
    }

    #[test]
    fn the_exit_status_says_whether_every_contact_is_gone() {
        let mut output = Output::new();
        assert_eq!(report(&mut output, [2, 1, 1, 0, 0, 0]).end(), Exit::Done);
        assert_eq!(report(&mut output, [2, 0, 0, 0, 1, 0]).end(), Exit::Failed);
        assert_eq!(report(&mut output, [2, 0, 0, 1, 0, 0]).end(), Exit::Failed, "it may be there");
        assert_eq!(report(&mut output, [2, 0, 0, 0, 0, 1]).end(), Exit::Failed);
        let mut late = report(&mut output, [2, 0, 0, 0, 0, 0]);
        late.interrupted();
        assert_eq!(late.end(), Exit::Done, "it changed nothing");
        let mut early = report(&mut output, [1, 0, 0, 0, 0, 1]);
        early.interrupted();
        assert_eq!(early.end(), Exit::Interrupted);
        let mut untold = report(&mut output, [1, 0, 0, 0, 0, 0]);
        untold.total = 2;
        assert_eq!(untold.end(), Exit::Failed, "one of two is missing");
    }

    #[test]
    fn only_where_nothing_was_sent_it_is_a_matter_of_usage() {
        let mut output = Output::new();
        let bad = refused("not an id\n");
        let mut alone = Report::new(&mut output, true, 1);
        alone.item(&bad).unwrap();
        assert_eq!(alone.end(), Exit::Usage);
        let mut among = report(&mut output, [1, 0, 0, 0, 0, 0]);
        among.total = 2;
        among.item(&bad).unwrap();
        assert_eq!(among.end(), Exit::Failed);
    }

    #[test]
    fn a_cancelled_call_that_never_went_out_was_not_attempted() {
        let cancelled = Item::new(Err(Error::new(ErrorKind::Cancelled, "cancelled")));
        assert_eq!(End::of(&cancelled), End::NotAttempted);
    }

    #[test]
    fn json_is_the_form_of_the_library() {
        let bad = refused(" ");
        let line: serde_json::Value = serde_json::from_str(&json(&bad)).unwrap();
        assert_eq!(line, bad.to_json());
    }
}
