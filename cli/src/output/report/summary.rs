//! The end of a run: its summary and the exit status.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use dingtalk_extcontact::Summary;
use serde_json::json;

use crate::language::{self, Phrase, said};
use crate::output::report::Report;
use crate::output::report::ending::{Count, Ending};
use crate::output::{self, Exit, Style};

/// What the summary tells beside the library's own.
#[derive(Debug)]
pub(crate) struct RunInfo {
    /// Where the ids came from.
    pub(crate) ids_from: Phrase,
    pub(crate) journal: Option<PathBuf>,
    pub(crate) backup: Option<PathBuf>,
    /// How to call what this run leaves open.
    pub(crate) resume: String,
}

/// A named line of the summary.
type Fact = (String, String);

impl Report<'_> {
    /// Ends the report without a summary, and returns how the command ends.
    pub(crate) fn end(self) -> Exit {
        self.progress.end();
        if let (Some(warning), false) = (self.warning(), self.json) {
            output::note(&said!("warning: {warning}", warning));
        }
        if self.gone() >= self.total {
            Exit::Success
        } else if self.interrupted {
            Exit::Interrupted
        } else if self.refused == self.total {
            Exit::Usage
        } else {
            Exit::Failed
        }
    }

    /// Prints the summary, which is a record for later questions, and ends the report.
    pub(crate) fn end_with(mut self, mut summary: Summary, run: &RunInfo) -> Exit {
        self.progress.end();
        // The library does not know why the command stopped it.
        summary.stopped = self.stopped.take().or(summary.stopped);
        let text = match self.json {
            true => self.json_summary(&summary, run),
            false => self.summary(&summary, run),
        };
        // Every item was printed: that the summary cannot be is no failure of the command.
        let _ = self.line(&text);
        self.end()
    }

    /// A missing contact is no proof of a deletion.
    fn warning(&self) -> Option<String> {
        let ids = output::counted(self.count(Ending::NoContact), "id");
        (self.count(Ending::NoContact) > 0).then(|| {
            said!(
                "for {ids} there was no contact: gone before, or never there; that does not prove \
                 that there ever was one",
                ids
            )
        })
    }

    fn summary(&self, summary: &Summary, run: &RunInfo) -> String {
        let mut text = self.output.style(Style::Heading, &output::reflowed(&self.heading()));
        let facts = [origin(summary, run), self.outcomes(summary), self.files(summary, run)];
        for (name, value) in facts.into_iter().flatten() {
            let prefix = format!("  {} ", output::padded(&name, 13));
            text.push_str(&format!("\n{}", output::hanging(&prefix, &value)));
        }
        text
    }

    /// "3 contacts: 2 deleted, 1 failed (by earlier runs)".
    fn heading(&self) -> String {
        let contacts = output::counted(self.counts.iter().map(|count| count.all).sum(), "contact");
        let parts: Vec<_> = Ending::ALL
            .into_iter()
            .zip(self.counts)
            .filter(|(_, count)| count.all > 0)
            .map(|(ending, Count { all, earlier })| {
                let part = format!("{} {}", output::number(all), ending.word());
                match output::number(earlier) {
                    _ if earlier == 0 => part,
                    _ if earlier == all => said!("{part} (by earlier runs)", part),
                    count => said!("{part} ({count} of them by earlier runs)", part, count),
                }
            })
            .collect();
        match parts.is_empty() {
            true => contacts,
            false => {
                said!("{contacts}: {parts}", contacts, parts = parts.join(&said!(", ")))
            }
        }
    }

    /// What happened to the ids.
    fn outcomes(&self, summary: &Summary) -> Vec<Fact> {
        let mut facts = vec![(said!("calls"), output::counted(summary.calls, "delete request"))];
        if summary.settled_before > 0 {
            let settled = output::number(summary.settled_before);
            facts.push((
                said!("earlier runs"),
                said!("{settled}, on record in the journal", settled),
            ));
        }
        if summary.repeated > 0 {
            let ids = output::counted(summary.repeated, "id");
            facts.push((said!("repeated"), said!("{ids} given again, and dropped", ids)));
        }
        if self.count(Ending::Gone) > 0 {
            let gone = said!("probably by an earlier request of ours, whose reply was lost");
            facts.push((said!("gone"), gone));
        }
        if self.count(Ending::MaybeGone) > 0 {
            let open = said!("no certain answer came; the next run looks into it");
            facts.push((said!("may be gone"), open));
        }
        facts.extend(self.warning().map(|warning| (said!("warning"), warning)));
        facts
    }

    /// What is on record, and how to go on from there.
    fn files(&self, summary: &Summary, run: &RunInfo) -> Vec<Fact> {
        let name = |path: &Option<PathBuf>| {
            let path = path.as_ref().map(|path| output::escaped(&path.to_string_lossy()));
            path.unwrap_or_else(|| said!("none"))
        };
        let mut facts =
            vec![(said!("journal"), name(&run.journal)), (said!("backup"), name(&run.backup))];
        if summary.unrecorded > 0 {
            let ids = output::counted(summary.unrecorded, "id");
            let lost = said!("what came of {ids}; the next run looks into that", ids);
            facts.push((said!("not on record"), lost));
        }
        let stopped =
            summary.stopped.as_ref().map(|why| output::escaped(&language::why_stopped(why)));
        facts.extend(stopped.map(|why| (said!("stopped"), why)));
        facts.extend([said!("to go on"), String::new()].into_iter().zip(self.next_steps(run)));
        facts
    }

    fn next_steps(&self, run: &RunInfo) -> Vec<String> {
        let left = self.total.saturating_sub(self.gone() + self.settled);
        let mut steps = Vec::new();
        if left > 0 {
            steps.push(run.resume.clone());
        } else if self.settled > 0 {
            steps.push(said!("nothing is left to do"));
        }
        if self.settled > 0 && run.journal.is_some() {
            let failures = output::counted(self.settled, "settled failure");
            steps.push(said!(
                "{failures} will not be called again: give another journal to have that done",
                failures
            ));
        }
        steps
    }

    /// The library's summary, and what only the command knows.
    fn json_summary(&self, summary: &Summary, run: &RunInfo) -> String {
        let mut value = serde_json::to_value(summary).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("absent_maybe_deleted".to_owned(), self.count(Ending::Gone).into());
            fields.insert("ids_from".to_owned(), run.ids_from.to_string().into());
            for (name, path) in [("journal", &run.journal), ("backup", &run.backup)] {
                if let Some(path) = path {
                    fields.insert(name.to_owned(), path.to_string_lossy().into());
                }
            }
        }
        json!({"summary": value}).to_string()
    }
}

/// Which ids were called where, as whom and when.
fn origin(summary: &Summary, run: &RunInfo) -> Vec<Fact> {
    let app = match &summary.app_key {
        Some(key) => output::escaped(key),
        None => said!("not known: an access token was given"),
    };
    let time = |at: SystemTime| humantime::format_rfc3339_seconds(at).to_string();
    let mut facts = vec![
        (said!("ids from"), output::escaped(&language::say(&run.ids_from))),
        (said!("service"), output::escaped(&summary.endpoint)),
        (said!("app"), app),
        (said!("started"), time(summary.start)),
    ];
    if let Some(end) = summary.end {
        let took = end.duration_since(summary.start).unwrap_or_default();
        let took = Duration::from_secs_f64(took.as_secs_f64().round());
        let (took, end) = (humantime::format_duration(took).to_string(), time(end));
        facts.push((said!("ended"), said!("{end}, after {took}", end, took)));
    }
    facts
}
