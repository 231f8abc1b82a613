//! `delete`: one contact or thousands, on record, until something says stop.

mod calls;
mod confirm;
mod dry_run;
mod files;
mod prior;
mod selection;

use dingtalk_extcontact::binding::{Binding, Value};
use dingtalk_extcontact::{BatchOptions, Call, Client, Error};

use crate::args::Delete;
use crate::commands::delete::calls::{many, one};
use crate::commands::delete::confirm::ask;
use crate::commands::delete::files::{check_files, record};
use crate::commands::delete::prior::OnRecord;
use crate::commands::delete::selection::Choice;
use crate::connection;
use crate::input::damage::AS_TEXT;
use crate::input::{Ids, Source};
use crate::output::log_lines::TARGET;
use crate::output::report::Report;
use crate::output::{self, Exit, Output};
use crate::signals::{Interrupt, Waited};

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
