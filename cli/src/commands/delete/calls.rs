//! The calls of a run: a single one, or a batch.

use std::io;
use std::time::{Duration, Instant};

use dingtalk_extcontact::{Batch, BatchOptions, Call, Client, Item};

use crate::input::Ids;
use crate::language::{self, phrase, said};
use crate::output::report::{Report, RunInfo};
use crate::output::{self, Exit};
use crate::signals::Signals;

/// How often to check for a pause while no item comes.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// What calls need.
pub(crate) struct Calls<'a> {
    pub(crate) client: &'a Client,
    pub(crate) ids: &'a mut Ids,
    pub(crate) signals: &'a Signals,
    pub(crate) report: Report<'a>,
}

impl Calls<'_> {
    /// Deletes one contact, without a batch. A signal cancels the call.
    pub(crate) fn one(mut self) -> Exit {
        let call = Call::new().probe(self.signals.probe());
        match self.ids.iter().and_then(|mut ids| ids.next().transpose()) {
            Ok(id) => {
                let outcome = self.client.delete_with(&id.unwrap_or_default(), &call);
                // If standard output fails, it is printed on standard error.
                let _ = self.report.item(&Item::new(outcome));
            }
            Err(error) => self.report.stopped(unreadable(&error)),
        }
        self.report.end()
    }

    /// Deletes contacts as a batch. An `Err` means that it could not begin.
    pub(crate) fn many(mut self, mut options: BatchOptions, run: &RunInfo) -> Result<Exit, Exit> {
        if let Some(path) = &run.journal {
            options = options.journal(path);
            let path = output::escaped(&path.to_string_lossy());
            output::note_unwrapped(&said!("journal: {path}", path));
        }
        if let Some(path) = &run.backup {
            options = options.backup(path);
        }
        let batch = self.client.batch(options).map_err(|error| output::usage_error(&error))?;
        self.report.show_progress();
        self.drive(&batch);
        Ok(self.report.end_with(batch.summary(), run))
    }

    /// Feeds the batch, reports its items, and obeys signals.
    fn drive(&mut self, batch: &Batch) {
        let report = &mut self.report;
        let mut ids = match self.ids.iter() {
            Ok(ids) => ids,
            Err(error) => return report.stopped(unreadable(&error)),
        };
        let (mut interrupts, mut closed) = (0, false);
        loop {
            if self.signals.take() {
                interrupts += 1;
                interrupt(batch, report, interrupts);
            }
            report.pause(batch.paused());
            feed(batch, &mut ids, report);
            let (signal, until) = (self.signals.probe(), Instant::now() + POLL_INTERVAL);
            let call = Call::new().probe(move || signal() || Instant::now() >= until);
            match batch.next(&call) {
                Ok(Some(item)) => {
                    if let Err(error) = report.item(&item)
                        && !closed
                    {
                        closed = true;
                        // Deletions that cannot be reported must not go on.
                        let why = output::stdout_problem(&error);
                        stop(batch, report, &why.to_string());
                        let why = language::say(&why);
                        report.note(&said!("stopped: {why}", why));
                    }
                }
                Ok(None) => break,
                // A signal, or the end of the interval.
                Err(_) => {}
            }
        }
    }
}

/// The first signal lets the calls in flight finish, another one cancels them.
fn interrupt(batch: &Batch, report: &mut Report, interrupts: u32) {
    report.interrupted();
    if interrupts == 1 {
        stop(batch, report, "interrupted");
        report.note(&said!("interrupted: what is under way finishes; Ctrl-C again cancels it"));
    } else {
        batch.cancel();
    }
}

/// Hands on as many ids as the batch wants.
fn feed(batch: &Batch, ids: &mut impl Iterator<Item = io::Result<String>>, report: &mut Report) {
    while batch.wants() {
        match ids.next() {
            Some(Ok(id)) => batch.push(&id),
            Some(Err(error)) => {
                report.stopped(unreadable(&error));
                batch.finish();
            }
            None => batch.finish(),
        }
    }
}

/// Stops a batch. A reason for which it has stopped already stays.
fn stop(batch: &Batch, report: &mut Report, why: &str) {
    if batch.summary().stopped.is_none() {
        report.stopped(why.to_owned());
    }
    batch.stop();
}

fn unreadable(error: &io::Error) -> String {
    // A field of the summary, which is the same in every language.
    let error = error.to_string();
    phrase!("the list that was set aside cannot be read again: {error}", error).to_string()
}
