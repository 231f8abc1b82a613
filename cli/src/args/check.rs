//! Arguments of `check`.

use std::path::PathBuf;

use clap::Args;

use crate::args::connection::{CREDENTIALS, Connection};
use crate::output;

#[derive(Args, Debug)]
#[command(after_help = check_help())]
pub(crate) struct Check {
    /// Try the permission to delete, too, with an id that cannot exist
    #[arg(long)]
    pub(crate) write: bool,
    /// Print one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Write what the service answered, without names, ids or secrets, to attach to an issue
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

fn check_help() -> String {
    output::reflowed(&format!(
        "\
{CREDENTIALS}

It looks at credentials, name lookup, proxy, connection, TLS, clock, token, the permission \
qyapi_ext_read (by a page of one contact), the app's white list, and limits. Nothing is deleted.

With --write, an id that cannot exist (dtx-check- and 32 hexadecimal digits) is asked for; only if \
the service knows no such contact, its deletion is asked for, too. \"No such contact\" again \
(33012) shows the permission qyapi_ext_write, 60011 or 43007 its lack; any other answer leaves it \
unknown.

The report has codes, request ids, sizes and types. Of every other value it has the type and \
the length; of errmsg the text without credentials and addresses. Read it before you pass it on.

Exit status:
  0    all stands; there may be warnings
  1    something is missing, or not known
  2    usage or a bad argument; nothing was sent
  130  interrupted

Examples:
  dingtalk-extcontact check
  dingtalk-extcontact check --write --report report.json"
    ))
}
