//! Arguments of `list`.

use clap::Args;

use crate::args::connection::{CREDENTIALS, Connection};
use crate::input::filter::Filter;
use crate::output;

#[derive(Args, Debug)]
#[command(after_help = list_help())]
pub(crate) struct List {
    /// Only contacts that match, see below; several must all match
    #[arg(long = "where", value_name = "FILTER", value_parser = Filter::parse)]
    pub(crate) filters: Vec<Filter>,
    /// Print each record as a line of JSON, whole and as DingTalk sends it
    #[arg(long, conflicts_with_all = ["csv", "excel"])]
    pub(crate) json: bool,
    /// Print CSV with a heading; a spreadsheet must import userid as text, see below
    #[arg(long, conflicts_with = "excel")]
    pub(crate) csv: bool,
    /// Print CSV that Excel may open by a double click: numbers stay text
    #[arg(long)]
    pub(crate) excel: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

impl List {
    /// Whether the contacts are shown in the table for people.
    pub(crate) fn is_table(&self) -> bool {
        !(self.json || self.csv || self.excel)
    }
}

fn list_help() -> String {
    output::reflowed(&format!(
        "\
{CREDENTIALS}
  The app needs the permission point qyapi_ext_read.

{FILTERS}

CSV:
  UTF-8 with a byte order mark, without which Excel takes it for another encoding. An \
  apostrophe stands before a cell that a spreadsheet would take for a formula, which begins \
  with = + - or @; line breaks and tabs are spaces, other control characters are replaced. \
  delete --file FILE --column userid takes such a file.
  A spreadsheet that opens it by a double click makes numbers of the ids, which lose zeros \
  and digits: import it, with text as the type of the columns. Or give --excel, by which \
  numbers are formulas such as =\"0125\"; Excel shows and saves them as 0125. For other \
  programs there is --json, without any of this.

Exit status:
  0    the contacts were listed; without --where there may be none
  1    they could not be read, or not be written
  2    usage or a bad argument; nothing was sent
  3    no contact matches the filters of --where
  130  interrupted

Examples:
  dingtalk-extcontact list
  dingtalk-extcontact list --where 'company~acme' --where no-follower
  dingtalk-extcontact list --csv > contacts.csv
  dingtalk-extcontact list --excel > contacts.csv
  dingtalk-extcontact list --where 'label=Level 7'"
    ))
}

pub(crate) const FILTERS: &str = "\
Filters:
  FIELD=TEXT   the field is exactly TEXT
  FIELD~TEXT   the field contains TEXT, in capitals or not
  no-FIELD     the field is empty
  The fields: userid, name, company, title, label, follower, mobile, email, remark, address, \
  department. A contact has several labels and departments: one that matches is enough. \
  A label is its name, or its id where FIELD=TEXT has digits alone. Followers and departments \
  are ids.";
