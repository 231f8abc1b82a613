//! Arguments of `get`.

use clap::Args;

use crate::args::connection::{CREDENTIALS, Connection};
use crate::output;

#[derive(Args, Debug)]
#[command(after_help = get_help())]
pub(crate) struct Get {
    /// Userids, exactly as DingTalk has them, with their leading zeros
    #[arg(value_name = "ID", required = true)]
    pub(crate) ids: Vec<String>,
    /// Print each record as a line of JSON, whole and as DingTalk sends it
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

fn get_help() -> String {
    output::reflowed(&format!(
        "\
{CREDENTIALS}
  The app needs the permission point qyapi_ext_read.

It tells whether a contact that may be gone is gone: its id is asked for, and what is not there \
is \"no such contact\".

Exit status:
  0    each contact is there
  1    some are not there, or could not be read
  2    usage or a bad argument; nothing was sent
  130  interrupted

Examples:
  dingtalk-extcontact get 0125400001
  dingtalk-extcontact get --json 0125400001 0125400002 > records.jsonl"
    ))
}
