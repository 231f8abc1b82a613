//! Arguments of `restore`.

use std::path::PathBuf;

use clap::Args;

use crate::args::connection::{CREDENTIALS, Connection};
use crate::args::number::whole_number;
use crate::output;

#[derive(Args, Debug)]
#[command(after_help = restore_help())]
pub(crate) struct Restore {
    /// The file that delete --backup wrote
    #[arg(long, value_name = "FILE")]
    pub(crate) backup: PathBuf,
    /// Ids that the contacts had; without any, all of the backup
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Label for contacts whose record has none: its number
    #[arg(long, value_name = "LABEL", value_parser = whole_number::<u64>)]
    pub(crate) label: Option<u64>,
    /// Leave out records that cannot be restored, instead of refusing all
    #[arg(long)]
    pub(crate) skip_incomplete: bool,
    /// The backup is of this organisation, though it does not say so
    #[arg(long)]
    pub(crate) backup_is_ours: bool,
    /// Show who would be created again, and create nobody
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask before creating more than one
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Record of the run, with old and new ids, and where the next run takes it up [default:
    /// beside the backup]
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// Print lines of JSON, see below
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

fn restore_help() -> String {
    output::reflowed(&format!(
        "\
{CREDENTIALS}
  The app needs the permission points qyapi_ext_read and qyapi_ext_write.

Nobody is created twice:
  Each old id is asked for first, and who is still there stays as they are. Of several records \
of an id, or of a telephone number, the last one counts. A request to create somebody is sent \
again only where it was certainly refused. One that had no certain answer ends as \"may be \
created\": the same command again looks for the contact, by state code and mobile number, \
before it creates anybody.

What does not come back:
  The userid: each contact gets a new one. Email and other fields that DingTalk does not take. \
Chats and history. A contact whose follower has left, or whose labels are gone, is refused by \
the service; labels that are gone are named before anybody is created. Somebody who was deleted on \
their own demand would come back, too: leave them out.

JSON lines:
  Each record: old_user_id, status (created, still_there, may_be_created, failed), user_id (the \
new one), request_id, attempts, problem, error. At the end a summary. With --dry-run the status \
is would_be_created, would_be_looked_for, still_there, created or failed.

Exit status:
  0    each contact is there
  1    some are not, or it is not known
  2    usage, a bad argument or a backup that cannot be used; nothing was created
  130  interrupted

Examples:
  dingtalk-extcontact restore --backup leavers.backup.jsonl --dry-run
  dingtalk-extcontact restore --backup leavers.backup.jsonl 0125400001"
    ))
}
