//! Arguments of all subcommands that call DingTalk.

use std::path::PathBuf;

use clap::Args;

use crate::args::number::number;
use crate::language::said;

/// How to reach DingTalk, and with which credentials.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// File with the access token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Key of the app [env: DINGTALK_APP_KEY]
    #[arg(long, value_name = "KEY")]
    pub(crate) app_key: Option<String>,
    /// File with the secret of the app
    #[arg(long, value_name = "FILE")]
    pub(crate) app_secret_file: Option<PathBuf>,
    /// Of the organisation: international or china [env: DINGTALK_REGION] [default:
    /// international]
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// Base URL of a sandbox or gateway [env: DINGTALK_ENDPOINT] [default: of the region]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// environment, none, or a URL: http, https or socks5 [default: environment]
    #[arg(long, value_name = "PROXY")]
    pub(crate) proxy: Option<String>,
    /// PEM bundle to trust instead [default: the system's roots]
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<String>,
    /// For one contact, or one page of a list, with all attempts and pauses [default: 30]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = number)]
    pub(crate) timeout: Option<f64>,
    /// How often a request is tried at most; 1 turns retries off, but for a
    /// kept connection that died and for a new token [default: 3]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number)]
    pub(crate) max_attempts: Option<f64>,
    /// Requests a second to each API, at most; none: no limit [default: 20]
    #[arg(long, value_name = "N|none", allow_negative_numbers = true, value_parser = rate)]
    pub(crate) rate: Option<Rate>,
}

/// A limit of calls a second. The library checks its bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rate {
    Unlimited,
    Calls(f64),
}

fn rate(text: &str) -> Result<Rate, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Rate::Unlimited);
    }
    number(text).map(Rate::Calls).map_err(|_| said!("give a number, or none"))
}

pub(crate) const CREDENTIALS: &str = "\
Credentials:
  An access token: --token-file, or the environment variable DINGTALK_ACCESS_TOKEN. Or an \
  app, whose token is then fetched and renewed for you: --app-key and --app-secret-file, or \
  DINGTALK_APP_KEY and DINGTALK_APP_SECRET. What is given here wins over the environment. No \
  option takes a token or a secret itself: other users of the machine can read the arguments \
  of a program.";
