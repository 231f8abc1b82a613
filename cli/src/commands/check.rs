//! `check`: says what stands and what is missing before anything is deleted.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use dingtalk_extcontact::binding::Binding;
use dingtalk_extcontact::{Call, CheckStatus, CheckStep, ErrorKind};
use serde_json::json;

use crate::args::Check;
use crate::connection;
use crate::language::{self, said};
use crate::output::{self, Exit, Output, Style, escaped, hanging};
use crate::signals::Signals;

/// Runs the subcommand.
pub(crate) fn run(args: &Check, output: &mut Output) -> Exit {
    try_run(args, output).unwrap_or_else(|exit| exit)
}

fn try_run(args: &Check, output: &mut Output) -> Result<Exit, Exit> {
    if let Some(path) = args.report.as_deref().filter(|path| path.exists()) {
        output::print_error(
            &said!("the file of --report, {path}, is there already", path = shown(path)),
            &said!("Name another file. Nothing was sent."),
        );
        return Err(Exit::Usage);
    }
    let client = connection::client(&args.connection, |_| Ok(()))?;
    let signals = Signals::install()?;
    let call = Call::new().probe(signals.probe());
    let check = client.check(args.write, &call).map_err(|error| match error.kind() {
        ErrorKind::Cancelled => Exit::Interrupted,
        _ => output::usage_error(&error),
    })?;
    let printed = match args.json {
        true => output.line(&json!({"ok": check.ok, "steps": check.steps}).to_string()),
        false => check.steps.iter().try_for_each(|step| print_step(step, output)),
    };
    printed.map_err(|error| output::stdout_failed(&error))?;
    if let Some(path) = &args.report {
        write_report(path, &json!(check.report))?;
    }
    Ok(if check.ok { Exit::Success } else { Exit::Failed })
}

fn print_step(step: &CheckStep, output: &mut Output) -> io::Result<()> {
    let style = match step.status {
        CheckStatus::Ok => Style::Good,
        CheckStatus::Warning => Style::Warning,
        CheckStatus::Skipped => Style::Quiet,
        _ => Style::Bad,
    };
    let language = language::current();
    let name = language::told(&step.name.as_str().replace('_', " "));
    // Wrapped without the escapes of the style, which have no width.
    let status = output::padded(&language::told(step.status.as_str()), 7);
    let begin = format!("{status}  {}  ", output::padded(&name, 16));
    let mut text = step.text_in(language);
    if let Some(meaning) = step.error.as_ref().and_then(language::meaning) {
        text.push_str(&format!(" [{meaning}]"));
    }
    let text = hanging(&begin, &escaped(&text));
    let rest = text.get(status.len()..).unwrap_or_default();
    output.line(&format!("{}{rest}", output.style(style, &status)))?;
    let advice = step.advice_in(language, Binding::Command);
    match advice.filter(|_| step.status != CheckStatus::Skipped) {
        Some(advice) => output.line(&hanging(&" ".repeat(27), &escaped(&advice))),
        None => Ok(()),
    }
}

/// Writes the report to a file that is not there yet.
fn write_report(path: &Path, report: &serde_json::Value) -> Result<(), Exit> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(format!("{report:#}\n").as_bytes())
    };
    write().map_err(|error| {
        let (path, error) = (shown(path), error.to_string());
        output::print_error(
            &said!("the report {path} cannot be written: {error}", path, error),
            "",
        );
        Exit::Failed
    })?;
    let path = shown(path);
    output::note(&said!("The report is in {path}. Read it before you pass it on.", path));
    Ok(())
}

fn shown(path: &Path) -> String {
    escaped(&path.to_string_lossy())
}
