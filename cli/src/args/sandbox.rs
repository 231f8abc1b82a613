//! Arguments of `sandbox`.

use std::time::Duration;

use clap::Args;
use dingtalk_extcontact_sandbox::Faults;

use crate::args::number::whole_number;
use crate::language::said;
use crate::output;

#[derive(Args, Debug)]
#[command(after_help = sandbox_help())]
pub(crate) struct Sandbox {
    /// Port on 127.0.0.1 [default: any free one]
    #[arg(long, value_parser = port)]
    pub(crate) port: Option<u16>,
    /// How many made-up contacts there are [default: 20]
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>)]
    pub(crate) contacts: Option<usize>,
    /// Another number makes other contacts and credentials [default: 1]
    #[arg(long, value_name = "N", value_parser = whole_number::<u64>)]
    pub(crate) seed: Option<u64>,
    /// How long an access token lives [default: 7200]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) token_life: Option<Duration>,
    /// Calls a second at most, else it throttles; none: any number [default: 20]
    #[arg(long, value_name = "N|none", value_parser = limit)]
    pub(crate) rate: Option<Limit>,
    /// The app lacks the permission point for deleting
    #[arg(long)]
    pub(crate) no_write_permission: bool,
    /// What goes wrong, and how often; see below
    #[arg(long, value_name = "SPEC", value_parser = Faults::parse)]
    pub(crate) faults: Option<Faults>,
    /// Stop when standard input is closed, as well
    #[arg(long)]
    pub(crate) until_stdin_closes: bool,
}

/// How many calls a second the sandbox allows; `None` for no limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(pub(crate) Option<u32>);

fn limit(text: &str) -> Result<Limit, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Limit(None));
    }
    text.parse().map(|limit| Limit(Some(limit))).map_err(|_| said!("give a whole number, or none"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| said!("give a number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|_| said!("give a number of seconds"))
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| said!("give a port from 0 to 65535"))
}

fn sandbox_help() -> String {
    let targets = Faults::targets().collect::<Vec<_>>().join("|");
    let mut help = format!(
        "\
It prints one line of JSON on standard output (url, access_token, app_key, app_secret, the \
number of contacts and the first user_ids), and on standard error how to use it. It serves \
this machine alone, until Ctrl-C or SIGTERM.

Faults are NAME=CHANCE, separated by commas; CHANCE is a probability or first=N, and may be \
followed by @TIME. Settings come after a semicolon: seed=N, on={targets}.
"
    );
    for fault in Faults::known() {
        let deletes = format!("{}; deletes: {}", fault.about, fault.deletes.name());
        help.push_str(&output::labelled(fault.name, &deletes));
    }
    help.push_str(
        "

Examples:
  dingtalk-extcontact sandbox --port 8080 --contacts 1000
  dingtalk-extcontact sandbox --faults 'lost-reply=0.1,delay=50ms..200ms;seed=7'
  dingtalk-extcontact sandbox --faults throttle=first=3 --token-life 10",
    );
    output::reflowed(&help)
}
