//! The outcome of each contact as it comes in, in words or as JSON, and the summary at the end.

mod ending;
mod line;
mod summary;

use std::collections::HashSet;
use std::io;
use std::time::{Duration, SystemTime};

use dingtalk_extcontact::{Error, ErrorKind, Item, Outcome};

use crate::language::{self, said};
use crate::output::progress::Progress;
use crate::output::report::ending::{Count, Ending};
use crate::output::{self, Output};

pub(crate) use crate::output::report::line::json;
use crate::output::report::line::words;
pub(crate) use crate::output::report::summary::RunInfo;

/// Up to this many contacts get a line each. Of more, only those that this run did not delete.
const FEW: u64 = 20;

/// Shorter pauses are not mentioned.
const LONG_PAUSE: Duration = Duration::from_secs(10);

/// Prints outcomes one by one, and counts them.
pub(crate) struct Report<'a> {
    output: &'a mut Output,
    json: bool,
    total: u64,
    progress: Progress,
    /// By [`Ending`].
    counts: [Count; Ending::ALL.len()],
    /// How many failed for good: another call would be refused too.
    settled: u64,
    /// How many were refused before a request was sent.
    refused: u64,
    /// Errors that stop the batch, and were printed already.
    printed: Vec<(ErrorKind, Option<String>)>,
    /// Advice that was printed already.
    advised: HashSet<String>,
    /// Why the command stopped the run early.
    stopped: Option<String>,
    interrupted: bool,
    /// Whether the current pause was mentioned.
    paused: bool,
    /// Whether standard output failed.
    closed: bool,
}

impl<'a> Report<'a> {
    /// A report on `total` contacts.
    pub(crate) fn new(output: &'a mut Output, json: bool, total: u64) -> Report<'a> {
        Report {
            output,
            json,
            total,
            progress: Progress::hidden(),
            counts: Default::default(),
            settled: 0,
            refused: 0,
            printed: Vec::new(),
            advised: HashSet::new(),
            stopped: None,
            interrupted: false,
            paused: false,
            closed: false,
        }
    }

    /// Shows a progress bar from now on, for several contacts in words.
    pub(crate) fn show_progress(&mut self) {
        if !self.json && self.total > 1 {
            self.progress = Progress::new(self.total);
        }
    }

    /// Counts an item and prints it.
    ///
    /// # Errors
    ///
    /// Standard output failed. The item was printed on standard error instead.
    pub(crate) fn item(&mut self, item: &Item) -> io::Result<()> {
        let ending = Ending::of(item);
        self.add(item, ending);
        let repeated = !self.json && self.already_printed(item);
        let written = match self.is_worth_a_line(ending, repeated) {
            true => self.line(&self.line_of(item, ending, repeated)),
            false => Ok(()),
        };
        if let (Outcome::Error(error), false) = (&item.outcome, self.json) {
            self.advise(error, ending);
        }
        if ending != Ending::NotAttempted {
            self.progress.step(item.settled_before, self.problems());
        }
        written
    }

    fn add(&mut self, item: &Item, ending: Ending) {
        if let Some(count) = self.counts.get_mut(ending as usize) {
            count.all += 1;
            count.earlier += u64::from(item.settled_before);
        }
        if let Outcome::Error(error) = &item.outcome {
            self.settled += u64::from(item.is_settled());
            self.refused += u64::from(error.kind() == ErrorKind::InvalidArgument);
            self.interrupted |= error.kind() == ErrorKind::Cancelled;
        }
    }

    fn is_worth_a_line(&self, ending: Ending, repeated: bool) -> bool {
        let expected = match ending {
            Ending::NotAttempted => !self.json || self.closed,
            Ending::Deleted => !self.json,
            _ => repeated,
        };
        !expected || self.total <= FEW
    }

    fn line_of(&self, item: &Item, ending: Ending, repeated: bool) -> String {
        if self.json {
            return json(item);
        }
        let word = self.output.style(ending.style(), &ending.word());
        let words = match repeated {
            true => said!("contact {id}, as above", id = output::escaped(item.user_id())),
            false => words(item),
        };
        self.output.fit_to_terminal(&match item.settled_before {
            true => said!("{word} (earlier run): {words}", word, words),
            false => said!("{word}: {words}", word, words),
        })
    }

    /// Whether an item failed by an error that every contact meets, and which was printed before:
    /// calls in flight at the same time end by the same one.
    fn already_printed(&mut self, item: &Item) -> bool {
        let Outcome::Error(error) = &item.outcome else { return false };
        if !error.stops_batch() || error.maybe_deleted() {
            return false;
        }
        let cause = (error.kind(), error.code().map(str::to_owned));
        let printed = self.printed.contains(&cause);
        if !printed {
            self.printed.push(cause);
        }
        printed
    }

    /// Prints each advice once, and not more than a few.
    fn advise(&mut self, error: &Error, ending: Ending) {
        if matches!(ending, Ending::Failed | Ending::MaybeGone)
            && !self.advised.contains(&language::advice(error))
            && self.advised.len() < FEW as usize
        {
            let advice = language::advice(error);
            self.note(&output::wrapped(&advice, 4));
            self.advised.insert(advice);
        }
    }

    /// What went wrong so far: "2 no such contact, 1 failed".
    fn problems(&self) -> String {
        let problems: Vec<_> = [Ending::Gone, Ending::NoContact, Ending::MaybeGone, Ending::Failed]
            .into_iter()
            .filter(|ending| self.count(*ending) > 0)
            .map(|ending| format!("{} {}", self.count(ending), ending.word()))
            .collect();
        problems.join(&said!(", "))
    }

    /// Mentions a long pause when it begins: without a word the run would seem to hang.
    pub(crate) fn pause(&mut self, left: Option<Duration>) {
        let long = left.filter(|left| *left >= LONG_PAUSE);
        if let (Some(left), false) = (long, self.paused) {
            let until = humantime::format_rfc3339_seconds(SystemTime::now() + left).to_string();
            let seconds = left.as_secs_f64().round();
            self.note(&said!(
                "throttled: no calls until {until}, for {seconds} s; the run goes on by itself",
                until,
                seconds
            ));
        }
        self.paused = long.is_some();
    }

    fn count(&self, ending: Ending) -> u64 {
        self.counts.get(ending as usize).map_or(0, |count| count.all)
    }

    /// How many contacts are gone.
    fn gone(&self) -> u64 {
        [Ending::Deleted, Ending::Gone, Ending::NoContact]
            .map(|ending| self.count(ending))
            .iter()
            .sum()
    }

    /// Prints something else on standard error.
    pub(crate) fn note(&self, line: &str) {
        self.progress.hide_while(|| output::note(line));
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        let written = self.progress.hide_while(|| self.output.line(line));
        if written.is_err() {
            self.closed = true;
            // JSON is for programs there, too.
            let print = if self.json { output::note_unwrapped } else { output::note };
            self.progress.hide_while(|| print(line));
        }
        written
    }

    /// Remembers why the command stopped the run early.
    pub(crate) fn stopped(&mut self, why: String) {
        self.stopped = Some(why);
    }

    /// Remembers that a signal stopped the run.
    pub(crate) fn interrupted(&mut self) {
        self.interrupted = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Exit;

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
        assert_eq!(report(&mut output, [2, 1, 1, 0, 0, 0]).end(), Exit::Success);
        assert_eq!(report(&mut output, [2, 0, 0, 0, 1, 0]).end(), Exit::Failed);
        assert_eq!(report(&mut output, [2, 0, 0, 1, 0, 0]).end(), Exit::Failed, "it may be there");
        assert_eq!(report(&mut output, [2, 0, 0, 0, 0, 1]).end(), Exit::Failed);
        let mut late = report(&mut output, [2, 0, 0, 0, 0, 0]);
        late.interrupted();
        assert_eq!(late.end(), Exit::Success, "it changed nothing");
        let mut early = report(&mut output, [1, 0, 0, 0, 0, 1]);
        early.interrupted();
        assert_eq!(early.end(), Exit::Interrupted);
        let mut unreported = report(&mut output, [1, 0, 0, 0, 0, 0]);
        unreported.total = 2;
        assert_eq!(unreported.end(), Exit::Failed, "one of two is missing");
    }

    #[test]
    fn the_exit_status_is_usage_only_if_nothing_was_sent() {
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
        assert_eq!(Ending::of(&cancelled), Ending::NotAttempted);
    }

    #[test]
    fn json_has_the_form_of_the_library() {
        let bad = refused(" ");
        let line: serde_json::Value = serde_json::from_str(&json(&bad)).unwrap();
        assert_eq!(line, bad.to_json());
    }
}
