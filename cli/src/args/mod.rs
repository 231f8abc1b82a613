//! The arguments of the command line.

mod check;
mod connection;
mod delete;
mod get;
mod journal;
mod list;
mod number;
mod restore;
mod sandbox;

use std::ffi::OsString;
use std::io;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

pub(crate) use crate::args::check::Check;
pub(crate) use crate::args::connection::{Connection, Rate};
pub(crate) use crate::args::delete::Delete;
pub(crate) use crate::args::get::Get;
pub(crate) use crate::args::journal::Journal;
pub(crate) use crate::args::list::List;
pub(crate) use crate::args::restore::Restore;
pub(crate) use crate::args::sandbox::{Limit, Sandbox};
use crate::language::{self, Language, said};
use crate::output::{self, Exit, Output};

/// Deletes external contacts of a DingTalk organisation, and says exactly what happened.
#[derive(Debug, Parser)]
#[command(
    bin_name = "dingtalk-extcontact",
    name = "dingtalk-extcontact",
    version,
    term_width = output::width(),
    after_help = output::reflowed("\
The environment variable DINGTALK_LOG (error, warn, info or debug) shows what it does, too: \
-v is info, -vv is debug. No line holds a token or a secret.

Try it without any account: dingtalk-extcontact demo")
)]
pub(crate) struct Cli {
    /// Show what it does on standard error; -vv shows more
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// The language of what people read: en or zh [default: by LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, global = true, value_name = "LANG", value_parser = ["en", "zh"], hide_possible_values = true)]
    lang: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what stands and what is missing, before anything is deleted
    Check(Check),
    /// Delete external contacts; there is no undo
    Delete(Delete),
    /// Tell what became of each id, by the journals that runs left behind
    Journal(Journal),
    /// Create contacts of a backup again, each once at most
    Restore(Restore),
    /// List external contacts
    List(List),
    /// Show the records of external contacts, or that there are none
    Get(Get),
    /// Say what a return code or a kind of error means, and what to do
    Explain(Explain),
    /// Serve a DingTalk to try against, on this machine
    Sandbox(Sandbox),
    /// Show what deleting contacts is like, against a sandbox of its own
    Demo(Demo),
    /// Say which version this is, and for which system: for a report of a fault
    Version(Version),
}

#[derive(Args, Debug)]
#[command(after_help = output::reflowed("\
Examples:
  dingtalk-extcontact explain 60011
  dingtalk-extcontact explain 88/60011            errcode and sub_code
  dingtalk-extcontact explain isp.-1
  dingtalk-extcontact explain --json -1
  dingtalk-extcontact explain permission_denied   a kind of error"))]
pub(crate) struct Explain {
    /// A code (60011, 88/60011, isp.-1, -1) or a kind of error (permission_denied)
    #[arg(value_name = "CODE", allow_hyphen_values = true)]
    pub(crate) code: String,
    /// Print one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = output::reflowed("\
It needs no account and reaches nothing but this machine. Exit status 0 if every step ended \
as it should.

Examples:
  dingtalk-extcontact demo
  dingtalk-extcontact demo --json    the outcomes alone, as programs see them"))]
pub(crate) struct Demo {
    /// Print the outcomes as lines of JSON, and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  dingtalk-extcontact version --json")]
pub(crate) struct Version {
    /// Print one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Parses the arguments. `--help`, `--version` and errors are printed and end the command.
pub(crate) fn parse(
    args: impl IntoIterator<Item = OsString>,
    output: &mut Output,
) -> Result<Cli, Exit> {
    let args: Vec<OsString> = args.into_iter().collect();
    language::choose(&args);
    if let Some(name) = secret_option(&args) {
        output::print_error(
            &said!("{name} is no option: other users can read the arguments of a program", name),
            &said!(
                "Put the token into a file and give --token-file FILE, or set \
             DINGTALK_ACCESS_TOKEN; for an app, --app-key KEY and --app-secret-file FILE, or \
             DINGTALK_APP_KEY and DINGTALK_APP_SECRET. What was just given has been seen: \
             replace it if others use this machine."
            ),
        );
        return Err(Exit::Usage);
    }
    let command = match language::current() {
        Language::Chinese => language::help::in_chinese(Cli::command()),
        // clap would break the commands of the examples; what it renders is wrapped below.
        _ => Cli::command().term_width(usize::MAX),
    };
    let matches = command.try_get_matches_from(args);
    match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => Ok(cli),
        Err(error) => {
            let text = match language::current() {
                Language::English if error.exit_code() != 0 => error.render().to_string(),
                _ if error.exit_code() != 0 => language::told_of_arguments(&error)
                    .unwrap_or_else(|| error.render().to_string()),
                _ => output::reflowed(&error.render().to_string()),
            };
            if error.exit_code() != 0 {
                output::note(text.trim_end());
                return Err(Exit::Usage);
            }
            match output.line(text.trim_end()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(output::stdout_failed(&error))
                }
                _ => Err(Exit::Success),
            }
        }
    }
}

/// Finds an option that people guess to pass a secret by. It is looked for before clap parses the
/// arguments, so that no error quotes the secret.
fn secret_option(args: &[OsString]) -> Option<&'static str> {
    const GUESSED: [&str; 6] =
        ["--token", "--access-token", "--access_token", "--app-secret", "--app_secret", "--secret"];
    args.iter()
        .skip(1)
        .map_while(|arg| match arg.to_str() {
            Some("--") => None,
            text => Some(text.unwrap_or_default()),
        })
        .find_map(|arg| {
            let name = arg.split_once('=').map_or(arg, |(name, _)| name);
            GUESSED.into_iter().find(|guess| *guess == name)
        })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use dingtalk_extcontact::BatchOptions;
    use dingtalk_extcontact::binding::Options;

    use super::*;

    #[test]
    fn the_help_states_the_defaults_of_the_libraries() {
        let client = format!("{:?} {:?}", Options::new(), BatchOptions::new());
        let sandbox = format!("{:?}", dingtalk_extcontact_sandbox::Sandbox::builder());
        for (subcommand, library, option, told, default) in [
            ("delete", &client, "--timeout", "30", "timeout: 30s"),
            ("delete", &client, "--max-attempts", "3", "max_attempts: 3"),
            ("delete", &client, "--rate", "20", "rate: Some(20)"),
            ("delete", &client, "--concurrency", "8", "concurrency: 8"),
            ("sandbox", &sandbox, "--contacts", "20", "made_up: 20"),
            ("sandbox", &sandbox, "--seed", "1", "seed: 1,"),
            ("sandbox", &sandbox, "--token-life", "7200", "token_life: 7200s"),
            ("sandbox", &sandbox, "--rate", "20", "calls_per_second: Some(20)"),
        ] {
            let mut command = Cli::command();
            let help = command.find_subcommand_mut(subcommand).unwrap().render_help().to_string();
            let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
            let (_, about) = help.split_once(&format!("{option} <")).unwrap();
            let (about, _) = about.split_once(" --").unwrap_or((about, ""));
            assert!(about.contains(&format!("[default: {told}]")), "{option}: {about}");
            assert!(library.contains(default), "{default}: {library}");
        }
    }
}
