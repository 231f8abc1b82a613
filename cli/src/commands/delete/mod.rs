//! `delete`: deletes one contact or thousands, and keeps a journal of it.

mod calls;
mod confirm;
mod dry_run;
mod files;
mod likeness;
mod lookup;
mod prior;
mod repaired;
mod selection;

use dingtalk_extcontact::binding::{Binding, Value};
use dingtalk_extcontact::{BatchOptions, Client, Error};

use crate::args::Delete;
use crate::commands::delete::calls::Calls;
use crate::commands::delete::confirm::Question;
use crate::commands::delete::dry_run::DryRun;
use crate::commands::delete::files::{check_files, list_record, run_info};
use crate::commands::delete::prior::PriorCounts;
use crate::commands::delete::selection::Selection;
use crate::connection;
use crate::input::damage::AS_TEXT;
use crate::input::{Ids, Source, filter};
use crate::language::{self, said};
use crate::output::log_lines::TARGET;
use crate::output::report::{Report, RunInfo};
use crate::output::{self, Exit, Output};
use crate::signals::{Signals, Wait};

/// Runs the subcommand.
pub(crate) fn run(args: &Delete, output: &mut Output) -> Exit {
    try_run(args, output).unwrap_or_else(|exit| exit)
}

/// An `Err` ends the command before the first deletion; its reason was printed.
fn try_run(args: &Delete, output: &mut Output) -> Result<Exit, Exit> {
    let source = Source::of(args).map_err(|problem| {
        output::print_error(&problem, &said!("Nothing was sent."));
        Exit::Usage
    })?;
    let client = connection::client(&args.connection, |options| {
        options.set("missing_ok", Value::Flag(args.missing_ok))
    })?;
    let options = batch_options(args).map_err(|error| output::usage_error(&error))?;
    check_files(args, source.as_ref())?;
    let signals = Signals::install()?;

    let (mut ids, selection) = find_ids(args, source.as_ref(), &client, &signals)?;
    let run = run_info(args, source.as_ref(), ids.count, selection.as_ref());
    let prior = prior::read_journal(&client, run.journal.as_deref())?;
    let no_match = source.is_none() && ids.count == 0;

    let exit = if args.dry_run {
        let dry_run = DryRun {
            client: &client,
            signals: &signals,
            json: args.json,
            repaired: args.write_repaired.as_deref(),
            output,
        };
        dry_run.show(&mut ids, selection, prior)?;
        Exit::Success
    } else {
        refuse_doubtful(&ids)?;
        let prior = PriorCounts::of(prior, &mut ids)?;
        prior.note(ids.count);
        let left = ids.count.saturating_sub(prior.settled());
        if left > 0 && !args.yes && needs_confirmation(source.as_ref(), &ids) {
            let from_stdin = matches!(source, Some(Source::Stdin { .. }));
            let backup = run.backup.is_some();
            Question { client: &client, count: left, from_stdin, backup }.ask(&signals)?;
        }
        let single = is_single(source.as_ref(), &ids, &run);
        let report = Report::new(output, args.json, ids.count);
        let filters = filter::without_values(&args.filters);
        let options = options.recorded_list(list_record(source.as_ref(), &ids), filters);
        let calls = Calls { client: &client, ids: &mut ids, signals: &signals, report };
        match single {
            true => calls.one(),
            false => calls.many(options, &run)?,
        }
    };
    Ok(if no_match && exit == Exit::Success { Exit::NoMatch } else { exit })
}

fn batch_options(args: &Delete) -> Result<BatchOptions, Error> {
    let mut options =
        BatchOptions::for_binding(Binding::Command).stop_on_missing(!args.ids_are_right);
    if let Some(concurrency) = args.concurrency {
        options.set("concurrency", Value::Number(concurrency))?;
    }
    Ok(options)
}

/// The ids of the list, or those that filters select.
fn find_ids(
    args: &Delete,
    source: Option<&Source>,
    client: &Client,
    signals: &Signals,
) -> Result<(Ids, Option<Selection>), Exit> {
    let (mut ids, selection) = match source {
        Some(source) => (read(source, signals)?, None),
        None => {
            let (ids, selection) = Selection::fetch(args, client, signals)?;
            (ids, Some(selection))
        }
    };
    log::info!(target: TARGET, "{} to delete", output::in_english(ids.count, "contact"));
    if args.ids_are_right {
        ids.doubt = None;
    }
    Ok((ids, selection))
}

/// Reads a list. A read of a terminal or a pipe cannot be cancelled, so it has its own thread.
fn read(source: &Source, signals: &Signals) -> Result<Ids, Exit> {
    let reader = source.clone();
    match signals.wait_for(move || reader.read())? {
        Wait::Ready(Ok(ids)) => Ok(ids),
        Wait::Ready(Err(error)) => {
            error.print(&output::escaped(&language::say(&source.name())));
            Err(Exit::Usage)
        }
        Wait::Interrupted => Err(output::interrupted()),
        Wait::Disconnected => Err(Exit::Failed),
    }
}

fn refuse_doubtful(ids: &Ids) -> Result<(), Exit> {
    let Some(doubt) = &ids.doubt else { return Ok(()) };
    output::print_error(
        &language::say(doubt),
        &said!(
            "Nothing was sent. {advice} If they are right, give --ids-are-right.",
            advice = language::told(AS_TEXT)
        ),
    );
    Err(Exit::Usage)
}

/// Whether to ask before deleting: more than one contact, or one that a filter has found, since
/// nobody has seen its id yet.
fn needs_confirmation(source: Option<&Source>, ids: &Ids) -> bool {
    ids.count > 1 || (source.is_none() && ids.count == 1)
}

/// Whether one call does without a batch. It then ends within its time limit, even if the service
/// asks to come back later.
fn is_single(source: Option<&Source>, ids: &Ids, run: &RunInfo) -> bool {
    matches!(source, Some(Source::Arguments(_)))
        && ids.count == 1
        && run.journal.is_none()
        && run.backup.is_none()
}
