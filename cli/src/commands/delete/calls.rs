//! The calls of a run: one alone, or many as a batch.

use std::io;
use std::time::{Duration, Instant};

use dingtalk_extcontact::{Batch, BatchOptions, Call, Client, Item};

use crate::input::Ids;
use crate::output::report::{Record, Report};
use crate::output::{self, Exit};
use crate::signals::Interrupt;

/// How often one looks at what no item tells.
const LOOK: Duration = Duration::from_secs(1);

/// One contact, without a batch; Ctrl-C cancels the call.
pub(crate) fn one(
    client: &Client,
    ids: &mut Ids,
    interrupt: &Interrupt,
    mut report: Report,
) -> Exit {
    let call = Call::new().probe(interrupt.probe());
    match ids.iter().and_then(|mut ids| ids.next().transpose()) {
        Ok(id) => {
            let outcome = client.delete_with(&id.unwrap_or_default(), &call);
            // It is on standard error where standard output is closed.
            let _ = report.item(&Item::new(outcome));
        }
        Err(error) => report.stopped(unreadable(&error)),
    }
    report.end()
}

/// Many contacts, on record.
pub(crate) fn many(
    client: &Client,
    mut options: BatchOptions,
    ids: &mut Ids,
    record: &Record,
    interrupt: &Interrupt,
    mut report: Report,
) -> Result<Exit, Exit> {
    if let Some(path) = &record.journal {
        options = options.journal(path);
        output::note(&format!("journal: {}", output::shown(&path.to_string_lossy())));
    }
    if let Some(path) = &record.backup {
        options = options.backup(path);
    }
    let batch = client.batch(options).map_err(|error| {
        output::complain_of(&error);
        Exit::Usage
    })?;
    report.show_progress();
    drive(&batch, ids, interrupt, &mut report);
    Ok(report.end_with(batch.summary(), record))
}

/// Feeds the batch, tells what becomes of each contact, and heeds signals.
fn drive(batch: &Batch, ids: &mut Ids, interrupt: &Interrupt, report: &mut Report) {
    let mut ids = match ids.iter() {
        Ok(ids) => ids,
        Err(error) => return report.stopped(unreadable(&error)),
    };
    let (mut signals, mut closed) = (0, false);
    loop {
        if interrupt.take() {
            signals += 1;
            report.interrupted();
            if signals == 1 {
                stop(batch, report, "interrupted");
                report.note("interrupted: what is under way finishes; Ctrl-C again cancels it");
            } else {
                batch.cancel();
            }
        }
        report.pause(batch.paused());
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
        let (came, until) = (interrupt.probe(), Instant::now() + LOOK);
        let call = Call::new().probe(move || came() || Instant::now() >= until);
        match batch.next(&call) {
            Ok(Some(item)) => {
                if let Err(error) = report.item(&item)
                    && !closed
                {
                    closed = true;
                    // What cannot be told must not happen.
                    let why = output::why_closed(&error);
                    stop(batch, report, &why);
                    report.note(&format!("stopped: {why}"));
                }
            }
            Ok(None) => break,
            // A signal, or time for a look.
            Err(_) => {}
        }
    }
}

/// Stops a batch, for this reason unless it has stopped for another.
fn stop(batch: &Batch, report: &mut Report, why: &str) {
    if batch.summary().stopped.is_none() {
        report.stopped(why.to_owned());
    }
    batch.stop();
}

fn unreadable(error: &io::Error) -> String {
    format!("the list that was set aside cannot be read again: {error}")
}
