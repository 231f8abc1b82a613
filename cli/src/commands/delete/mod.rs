//! `delete`: one contact or thousands, on record, until something says stop.

mod dry_run;
mod prior;
mod selection;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use dingtalk_extcontact::binding::{Binding, Value};
use dingtalk_extcontact::{Batch, BatchOptions, Call, Client, Error, Item};

use crate::args::Delete;
use crate::commands::delete::prior::OnRecord;
use crate::commands::delete::selection::Choice;
use crate::connection;
use crate::input::damage::AS_TEXT;
use crate::input::filter;
use crate::input::{Ids, Source};
use crate::output::log_lines::TARGET;
use crate::output::report::{Record, Report};
use crate::output::{self, Exit, Output};
use crate::signals::{Interrupt, Waited};

/// How often one looks at what no item tells.
const LOOK: Duration = Duration::from_secs(1);

/// Deletes, and says what became of each contact.
pub(crate) fn run(args: &Delete, output: &mut Output) -> Exit {
    try_run(args, output).unwrap_or_else(|exit| exit)
}

/// Up to the first deletion anything may end the command, with all said.
fn try_run(args: &Delete, output: &mut Output) -> Result<Exit, Exit> {
    let source = Source::of(args).map_err(|problem| {
        output::complain(&problem, "Nothing was sent.");
        Exit::Usage
    })?;
    let client = connection::client(&args.connection, |options| {
        options.set("missing_ok", Value::Flag(args.missing_ok))
    });
    let client = client.map_err(|problem| {
        problem.complain();
        Exit::Usage
    })?;
    let options = batch_options(args).map_err(|error| {
        output::complain_of(&error);
        Exit::Usage
    })?;
    check_files(args, source.as_ref())?;
    let interrupt = Interrupt::watched()?;
    let (mut ids, choice) = chosen(args, source.as_ref(), &client, &interrupt)?;
    log::info!(target: TARGET, "{} to delete", output::counted(ids.count, "contact"));
    if args.ids_are_right {
        ids.doubt = None;
    }
    let nobody = source.is_none() && ids.count == 0;
    let ended = |exit| if nobody && exit == Exit::Done { Exit::NobodyMatched } else { exit };
    let parts = choice.as_ref().and_then(Choice::parts);
    let record = record(args, source.as_ref(), ids.count, parts.as_deref());
    let runs = prior::runs(&client, record.journal.as_deref())?;
    if args.dry_run {
        dry_run::show(&client, &mut ids, choice, runs, args.json, &interrupt, output)?;
        return Ok(ended(Exit::Done));
    }
    if let Some(doubt) = &ids.doubt {
        output::complain(
            doubt,
            &format!("Nothing was sent. {AS_TEXT} If they are right, give --ids-are-right."),
        );
        return Err(Exit::Usage);
    }
    let on_record = OnRecord::of(runs, &mut ids)?;
    let left = ids.count.saturating_sub(on_record.settled());
    if let Some(words) = on_record.in_words(ids.count) {
        output::note(&words);
    }
    // Whoever gave a filter has not seen even the one contact that it finds.
    let unseen = source.is_none() && ids.count == 1;
    if (ids.count > 1 || unseen) && left > 0 && !args.yes {
        let from_stdin = matches!(source, Some(Source::Stdin { .. }));
        ask(&client, left, from_stdin, &record, &interrupt)?;
    }
    let report = Report::new(output, args.json, ids.count);
    let alone = matches!(source, Some(Source::Arguments(_))) && ids.count == 1;
    if alone && record.journal.is_none() && record.backup.is_none() {
        // Without a batch the call ends within its time limit, even where the service asks to
        // come back later.
        return Ok(one(&client, &mut ids, &interrupt, report));
    }
    many(&client, options, &mut ids, &record, &interrupt, report).map(ended)
}

/// Who is meant, and where filters say it, what is known of them.
fn chosen(
    args: &Delete,
    source: Option<&Source>,
    client: &Client,
    interrupt: &Interrupt,
) -> Result<(Ids, Option<Choice>), Exit> {
    match source {
        Some(source) => Ok((read(source, interrupt)?, None)),
        None => {
            let call = Call::new().probe(interrupt.probe());
            let (ids, choice) = Choice::of(args, client, &call)?;
            Ok((ids, Some(choice)))
        }
    }
}

/// The files to write to must be files, and others than the list.
fn check_files(args: &Delete, source: Option<&Source>) -> Result<(), Exit> {
    for (name, file) in [("--journal", &args.journal), ("--backup", &args.backup)] {
        let Some(file) = file else { continue };
        let problem = match source {
            _ if file == Path::new("-") => {
                format!("{name} takes the name of a file, and - is none")
            }
            Some(Source::File { path, .. }) if is_same_file(path, file) => {
                format!("the file of {name} is the list of ids itself")
            }
            _ => continue,
        };
        output::complain(&problem, "Name another file. Nothing was sent.");
        return Err(Exit::Usage);
    }
    Ok(())
}

fn batch_options(args: &Delete) -> Result<BatchOptions, Error> {
    let mut options =
        BatchOptions::for_binding(Binding::Command).stop_on_missing(!args.ids_are_right);
    if let Some(concurrency) = args.concurrency {
        options.set("concurrency", Value::Number(concurrency))?;
    }
    Ok(options)
}

/// Reads the list.
fn read(source: &Source, interrupt: &Interrupt) -> Result<Ids, Exit> {
    let reader = source.clone();
    match interrupt.wait_for(move || reader.read())? {
        Waited::Got(Ok(ids)) => Ok(ids),
        Waited::Got(Err(unusable)) => {
            unusable.complain(&output::shown(&source.name()));
            Err(Exit::Usage)
        }
        Waited::Interrupted => Err(output::interrupted()),
        Waited::Over => Err(Exit::Failed),
    }
}

/// What the summary says beside the library's own, the journal's path above all.
fn record(args: &Delete, source: Option<&Source>, count: u64, parts: Option<&str>) -> Record {
    let beside = match source {
        // Not a pipe, whose name stands in no real folder.
        Some(Source::File { path, .. }) if path.is_file() => Some(path),
        _ => None,
    };
    let journal = match &args.journal {
        Some(path) => Some(path.clone()),
        None if args.no_journal || count < 2 => None,
        None => Some(beside.map_or_else(journal_of_now, |list| journal_of(list))),
    };
    let mut again = "run the same command again".to_owned();
    match (&journal, source) {
        (Some(path), _) => {
            if args.journal.is_none() && beside.is_none() {
                again.push_str(&format!(
                    " with --journal {}",
                    output::shown(&path.to_string_lossy())
                ));
            }
            again.push_str("; what is settled in the journal is not called again");
        }
        (None, Some(_)) => again.push_str("; all ids are called again"),
        // Who is gone is listed no more.
        (None, None) => {}
    }
    let by_filters = || {
        let mut chosen = format!("contacts where {}", filter::in_words(&args.filters));
        if let Some(parts) = parts {
            chosen.push_str(&format!(": {parts}"));
        }
        chosen
    };
    Record {
        ids_from: source.map_or_else(by_filters, Source::name),
        journal,
        backup: args.backup.clone(),
        again,
    }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}

/// Beside the list.
fn journal_of(list: &Path) -> PathBuf {
    let mut name = list.as_os_str().to_owned();
    name.push(".journal.jsonl");
    name.into()
}

/// In the current directory, named with date and time, and the process for those that
/// begin in one second.
fn journal_of_now() -> PathBuf {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let now: String = now.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("dingtalk-extcontact-{now}-{}.journal.jsonl", std::process::id()).into()
}

/// Asks, unless there is nobody to ask.
fn ask(
    client: &Client,
    left: u64,
    from_stdin: bool,
    record: &Record,
    interrupt: &Interrupt,
) -> Result<(), Exit> {
    let contacts = output::counted(left, "external contact");
    let nobody = match from_stdin {
        true => Some((
            "standard input is the list, so that nobody can be asked there",
            "Give --yes if that is meant, or the list with --file",
        )),
        false if io::stdin().is_terminal() && io::stderr().is_terminal() => None,
        false => Some(("there is no terminal to ask on", "Give --yes if that is meant")),
    };
    if let Some((why, advice)) = nobody {
        output::complain(
            &format!("{contacts} would be deleted, and {why}"),
            &format!("{advice}, or --dry-run to see who would go. Nothing was sent."),
        );
        return Err(Exit::Usage);
    }
    let whose = client.app_key().map_or("your organisation".to_owned(), |key| {
        format!("the organisation of app {}", output::shown(key))
    });
    let backup = if record.backup.is_some() { "" } else { ", without a backup" };
    output::ask(&format!(
        "Delete {contacts} of {whose} at {}{backup}? There is no undo. [y/N] ",
        output::shown(&client.endpoint())
    ));
    let answer = || {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line).unwrap_or_default()
    };
    match interrupt.wait_for(answer)? {
        Waited::Got(line) if is_yes(&line) => Ok(()),
        Waited::Got(line) => {
            if !line.ends_with('\n') {
                // The cursor still stands behind the question.
                output::note("");
            }
            output::note("nothing was deleted");
            Err(Exit::Failed)
        }
        Waited::Interrupted => {
            output::note("");
            Err(output::interrupted())
        }
        Waited::Over => Err(Exit::Failed),
    }
}

fn is_yes(line: &str) -> bool {
    line.ends_with('\n') && matches!(line.trim().to_lowercase().as_str(), "y" | "yes")
}

/// One contact, without a batch; Ctrl-C cancels the call.
fn one(client: &Client, ids: &mut Ids, interrupt: &Interrupt, mut report: Report) -> Exit {
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
fn many(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for line in ["y\n", "Y\n", "yes\r\n", " YES "] {
            assert_eq!(is_yes(line), line.ends_with('\n'), "{line:?}");
        }
        for line in ["", "\n", "n\n", "yep\n", "yy\n", "y"] {
            assert!(!is_yes(line), "{line:?}");
        }
    }
}
