//! Reads the ids in a field of JSON lines, as `list --json` prints them.

use crate::language::{said, sentence};
use std::io::{self, BufRead};

use dingtalk_extcontact::binding::JsonObject;
use serde_json::Value;

use crate::input::damage::AS_TEXT;
use crate::input::error::ListError;
use crate::input::lines::FirstLine;
use crate::input::list::List;

const ONE_A_LINE: &str =
    sentence!("Give JSON lines, one object a line: jq -c '.[]' makes them of an array.");

/// Whether a list is JSON by its first line, which neither an id nor a heading looks like.
pub(crate) fn is_json(first: &[u8]) -> bool {
    let first = first.trim_ascii();
    first.starts_with(b"{") || first == b"[" || first.starts_with(b"[{")
}

/// Adds the field `userid` of each record to a list, or the one that `column` names.
pub(crate) fn read(
    list: &mut List,
    first: FirstLine,
    from: impl BufRead,
    column: Option<&str>,
) -> Result<(), ListError> {
    let field = column.unwrap_or("userid");
    let first_number = first.number;
    list.read_texts(first, from, |list, number, text| {
        match serde_json::from_str::<JsonObject>(text) {
            Ok(record) if record.count(field) > 1 => {
                let wrong = said!("the record has {field} twice", field);
                list.refuse(number, &wrong, sentence!("Look at what made it."));
            }
            Ok(record) => add(list, number, field, record.get(field))?,
            _ if number == first_number => {
                let problem =
                    said!("line {number}: this is JSON, but not one record a line", number);
                return Err(ListError::new(problem, ONE_A_LINE));
            }
            _ => list.refuse(number, sentence!("this is no record of JSON"), ONE_A_LINE),
        }
        Ok(())
    })
}

fn add(list: &mut List, number: u64, field: &str, id: Option<&Value>) -> io::Result<()> {
    match id {
        Some(Value::String(id)) => list.add(number, id)?,
        Some(Value::Number(_)) => {
            let wrong = said!("{field} is a number: zeros and digits may be lost", field);
            list.refuse(number, &wrong, AS_TEXT);
        }
        _ => {
            let wrong = said!("the record has no text {field}", field);
            list.refuse(number, &wrong, sentence!("Say which field has the ids: --column NAME."));
        }
    }
    Ok(())
}
