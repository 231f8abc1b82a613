//! The sum of a run, for the record.

use std::path::PathBuf;
use std::time::Duration;

use dingtalk_extcontact::Summary;
use serde_json::json;

use crate::output::report::Report;
use crate::output::report::ending::{Count, End};
use crate::output::{self, Exit, Style};

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

impl Report<'_> {
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
