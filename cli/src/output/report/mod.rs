//! What became of each contact, in words or as JSON, and the sum of it all for the record.

mod ending;
mod line;
mod summary;

use std::collections::HashSet;
use std::io;
use std::time::{Duration, SystemTime};

use dingtalk_extcontact::{ErrorKind, Item, Outcome};

use crate::output::progress::Progress;
use crate::output::report::ending::{Count, End};
use crate::output::{self, Output};

pub(crate) use crate::output::report::line::json;
use crate::output::report::line::words;
pub(crate) use crate::output::report::summary::Record;

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
}

#[cfg(test)]
mod tests {
    use dingtalk_extcontact::Error;

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
