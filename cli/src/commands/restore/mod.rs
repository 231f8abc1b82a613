//! `restore`: creates contacts of a backup again, each once at most.

mod plan;
mod report;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use dingtalk_extcontact::{Backup, Call, Client, Error, ErrorKind, Restorer, read_backup};

use crate::args::Restore;
use crate::commands::question;
use crate::commands::restore::plan::Plan;
use crate::commands::restore::report::Report;
use crate::connection;
use crate::language::{said, sentence};
use crate::output::{self, Exit, Output};
use crate::signals::{Signals, Wait};

fn nothing() -> String {
    said!("nothing was created")
}
/// How long after a signal the request that is under way may still be answered.
const GRACE: Duration = Duration::from_secs(5);

/// Runs the subcommand.
pub(crate) fn run(args: &Restore, output: &mut Output) -> Exit {
    try_run(args, output).unwrap_or_else(|exit| exit)
}

/// An `Err` ends the command before the first contact is created; its reason was printed.
fn try_run(args: &Restore, output: &mut Output) -> Result<Exit, Exit> {
    let journal = journal_file(args)?;
    let client = connection::client(&args.connection, |_| Ok(()))?;
    let signals = Signals::install()?;
    let backup = open(args, &client, &signals)?;
    let call = Call::new().probe(grace_after(&signals));
    // A dry run makes no file.
    let restorer = match args.dry_run && !journal.exists() {
        true => client.restorer(None, call.clone()),
        false => client.restorer(Some(&journal), call.clone()),
    };
    let restorer = restorer.map_err(|error| output::usage_error(&error))?;

    let plan = Plan::of(args, &backup, &restorer)?;
    plan.refuse_incomplete(args)?;
    if args.dry_run {
        plan.note();
        missing_labels(&client, &plan, &call)?;
        return dry_run(args, &client, &backup, &restorer, &call, output);
    }
    may_read(&client, &plan, &call)?;
    plan.note();
    missing_labels(&client, &plan, &call)?;
    if plan.count > 1 && !args.yes {
        confirm(&client, &plan, &signals)?;
    }
    let report = Report::new(output, args.json);
    restore(args, &client, &backup, restorer, report, &signals, &journal)
}

/// The journal of the run: beside the backup, unless one is named.
fn journal_file(args: &Restore) -> Result<PathBuf, Exit> {
    let beside = || {
        let mut name = args.backup.as_os_str().to_owned();
        name.push(".restore.jsonl");
        PathBuf::from(name)
    };
    let journal = args.journal.clone().unwrap_or_else(beside);
    for (name, path) in [("--journal", &journal), ("--backup", &args.backup)] {
        if path.as_os_str() == OsStr::new("-") {
            let problem = said!("{name} takes the name of a file, not -", name);
            output::print_error(&problem, &said!("Name a file. Nothing was sent."));
            return Err(Exit::Usage);
        }
    }
    Ok(journal)
}

/// Reads the backup, and refuses one of other contacts.
fn open(args: &Restore, client: &Client, signals: &Signals) -> Result<Backup, Exit> {
    let (path, ids) = (args.backup.clone(), args.ids.clone());
    let backup = match signals.wait_for(move || read_backup(path, &ids))? {
        Wait::Ready(backup) => backup.map_err(|error| output::usage_error(&error))?,
        Wait::Interrupted => return Err(interrupted()),
        Wait::Disconnected => return Err(Exit::Failed),
    };
    backup.check_owner(client, args.backup_is_ours).map_err(|error| {
        match args.backup_is_ours {
            true => output::print_library_error(&error),
            false => output::print_error(
                error.message(),
                &said!(
                    "Use the credentials that it was written with. Where nothing tells whose it \
                     is, and you are certain that it is of this organisation, give \
                     --backup-is-ours. Nothing was sent."
                ),
            ),
        }
        Exit::Usage
    })?;
    let unknown: Vec<_> = args.ids.iter().filter(|id| !backup.contains(id)).collect();
    if let Some(first) = unknown.first() {
        let id = output::escaped(first);
        let problem = match unknown.len() {
            1 => said!("the backup has no record of contact {id}", id),
            count => {
                let count = count - 1;
                said!("the backup has no record of contact {id} (and of {count} more)", id, count)
            }
        };
        let advice = said!("Check the id, with its leading zeros. Nothing was sent.");
        output::print_error(&problem, &advice);
        return Err(Exit::Usage);
    }
    if let Some(line) = backup.torn_line() {
        output::note(&said!(
            "line {line} of the backup is not whole; it and what follows do not count: the run that \
             wrote them was cut off there, before it deleted these contacts",
            line
        ));
    }
    Ok(backup)
}

/// A probe that ends a call some seconds after a signal.
fn grace_after(signals: &Signals) -> impl Fn() -> bool + Send + Sync + use<> {
    let (pending, since) = (signals.probe(), Mutex::new(None));
    move || {
        pending()
            && since
                .lock()
                .is_ok_and(|mut since| since.get_or_insert_with(Instant::now).elapsed() >= GRACE)
    }
}

/// Refuses to begin without the permission to read: it is what keeps anybody from being created
/// twice.
fn may_read(client: &Client, plan: &Plan, call: &Call) -> Result<(), Exit> {
    let Some(first) = &plan.first else { return Ok(()) };
    match client.get(first, call) {
        Ok(_) => Ok(()),
        Err(error) if is_missing(&error) => Ok(()),
        Err(error) if error.kind() == ErrorKind::Cancelled => Err(interrupted()),
        Err(error) => {
            output::print_library_error(&error);
            output::note(&match error.kind() {
                ErrorKind::PermissionDenied => said!(
                    "{nothing}: restoring needs the permission point qyapi_ext_read as well, to see \
                     that a contact is gone",
                    nothing = nothing()
                ),
                _ => nothing(),
            });
            Err(Exit::Failed)
        }
    }
}

fn missing_labels(client: &Client, plan: &Plan, call: &Call) -> Result<(), Exit> {
    plan.note_missing_labels(client, call).map_err(|_cancelled| interrupted())
}

fn confirm(client: &Client, plan: &Plan, signals: &Signals) -> Result<(), Exit> {
    let contacts = output::counted(plan.count, "external contact");
    if !question::can_be_asked() {
        output::print_error(
            &said!(
                "{contacts} would be created again, and there is no terminal to ask on",
                contacts
            ),
            &said!(
                "Give --yes if that is meant, or --dry-run to see who; {nothing}.",
                nothing = nothing()
            ),
        );
        return Err(Exit::Usage);
    }
    let (whose, endpoint) = (question::whose(client), output::escaped(&client.endpoint()));
    let question = said!(
        "Create {contacts} again in {whose} at {endpoint}? [y/N] ",
        contacts,
        whose,
        endpoint
    );
    question::ask(&question, &nothing(), signals)
}

/// Tells of each record what would come of it.
fn dry_run(
    args: &Restore,
    client: &Client,
    backup: &Backup,
    restorer: &Restorer,
    call: &Call,
    output: &mut Output,
) -> Result<Exit, Exit> {
    let mut report = Report::new(output, args.json);
    for record in backup.records() {
        let record = record.map_err(|error| output::usage_error(&error))?;
        let told = match plan::record_to_restore(args, &record) {
            Err(error) => report.refused(&record.user_id, &error),
            Ok(_) => match restorer.created_before(&record.user_id) {
                Err(error) => return Err(output::usage_error(&error)),
                Ok(Some(before)) => report.restored(&before),
                Ok(None) => match client.get(&record.user_id, call) {
                    Ok(_) => report.would(&record.user_id, "still_there"),
                    Err(error) if is_missing(&error) => {
                        let looks = restorer.may_be_created(&record.user_id);
                        let would = if looks { "would_be_looked_for" } else { "would_be_created" };
                        report.would(&record.user_id, would)
                    }
                    Err(error) if error.kind() == ErrorKind::Cancelled => return Err(interrupted()),
                    Err(error) => report.refused(&record.user_id, &error),
                },
            },
        };
        told.map_err(|error| output::stdout_failed(&error))?;
    }
    Ok(match report.dry_run() {
        true => Exit::Success,
        false => Exit::Failed,
    })
}

/// Restores one record after another.
fn restore(
    args: &Restore,
    client: &Client,
    backup: &Backup,
    mut restorer: Restorer,
    mut report: Report,
    signals: &Signals,
    journal: &Path,
) -> Result<Exit, Exit> {
    let (mut interrupted, mut stopped) = (false, None);
    for record in backup.records() {
        // Everything was read before: the file has changed.
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                output::print_library_error(&error);
                stopped = Some(error.message().to_owned());
                break;
            }
        };
        interrupted |= signals.pending();
        if interrupted || stopped.is_some() {
            report.not_attempted += 1;
            continue;
        }
        let result = plan::record_to_restore(args, &record).and_then(|it| restorer.restore(&it));
        let told = match &result {
            Ok(restoration) => report.restored(restoration),
            Err(error) if error.kind() == ErrorKind::Cancelled => {
                interrupted = true;
                report.not_attempted += 1;
                Ok(())
            }
            Err(error) => report.refused(&record.user_id, error),
        };
        if let Err(error) = told {
            stopped = Some(output::stdout_problem(&error).to_string());
        } else if !interrupted {
            stopped = restorer.stopped().map(str::to_owned);
        }
    }
    if interrupted {
        stopped = Some(sentence!("interrupted").to_owned());
    }
    report.end(client, &args.backup, journal, stopped.as_deref());
    Ok(match interrupted {
        true => Exit::Interrupted,
        false if report.is_good() && stopped.is_none() => Exit::Success,
        false => Exit::Failed,
    })
}

/// Whether the service knows no such contact.
fn is_missing(error: &Error) -> bool {
    error.kind() == ErrorKind::InvalidUserId && error.code() == Some("33012")
}

fn interrupted() -> Exit {
    output::note(&said!("interrupted; {nothing}", nothing = nothing()));
    Exit::Interrupted
}
