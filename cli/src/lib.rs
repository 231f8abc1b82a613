//! The command `dingtalk-extcontact`: lists, shows, deletes and restores external contacts of a DingTalk
//! organisation, explains return codes, and serves a sandbox to try things against.
//!
//! It is a library so that the Python and Node packages ship the very same command: they
//! hand their arguments to [`run`]. Rules, defaults and codes come from the crate
//! `dingtalk-extcontact`; here are arguments, words and exit statuses.
#![deny(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable,
        clippy::string_slice
    )
)]

mod args;
mod commands;
mod connection;
mod input;
mod language;
mod output;
mod signals;

use std::ffi::OsString;

use args::{Cli, Command};
use commands::{check, delete, demo, explain, get, journal, list, restore, sandbox, version};
use output::log_lines::LogGuard;
pub use output::log_lines::logger;
use output::{Exit, Output};

/// Runs the command on the process's own standard streams and returns its exit status:
/// 0 every contact is gone, 1 some are not, 2 usage or a bad argument with nothing sent,
/// 3 no contact matches the filters, 130 interrupted.
///
/// The first item of `args` is the name of the program. It may be called more than once in a
/// process; it does not end the process. While it runs, SIGINT, SIGTERM and SIGHUP are its own,
/// but for those that are ignored when it begins (`nohup`, a job in the background): they stay
/// ignored. Afterwards a handler that the host had installed before works as ever. Where there
/// was none, the signal stays without effect from then on, so a host that lives on should have
/// a handler of its own.
///
/// ```
/// let status = dingtalk_extcontact_cli::run(["dingtalk-extcontact", "explain", "60011"].map(Into::into));
/// assert_eq!(status, 0);
/// ```
pub fn run<I: IntoIterator<Item = OsString>>(args: I) -> i32 {
    let mut output = Output::new();
    let exit = match args::parse(args, &mut output) {
        Ok(args) => start(&args, &mut output),
        Err(exit) => exit,
    };
    output.flush();
    exit.status()
}

fn start(args: &Cli, output: &mut Output) -> Exit {
    let _guard = match LogGuard::install(args.verbose) {
        Ok(lines) => lines,
        Err(problem) => {
            output::print_error(
                &problem,
                &language::said!("Set it to error, warn, info, debug or off, or unset it."),
            );
            return Exit::Usage;
        }
    };
    match &args.command {
        Command::Check(args) => check::run(args, output),
        Command::Delete(args) => delete::run(args, output),
        Command::Restore(args) => restore::run(args, output),
        Command::Journal(args) => journal::run(args, output),
        Command::List(args) => list::run(args, output),
        Command::Get(args) => get::run(args, output),
        Command::Explain(args) => explain::run(args, output),
        Command::Sandbox(args) => sandbox::run(args, output),
        Command::Demo(args) => demo::run(args, output),
        Command::Version(args) => version::run(args, output),
    }
}
