//! Reads a list with one id a line.

use crate::language::said;
use std::io::BufRead;

use crate::input::damage::{
    NAME_THE_COLUMN, SPREADSHEET_ERRORS, are_digits, find_damage, looks_like_data,
};
use crate::input::error::ListError;
use crate::input::lines::FirstLine;
use crate::input::list::List;
use crate::input::text::excerpt;

/// Adds the id of each line to a list. Lines that begin with # are comments.
pub(crate) fn read(list: &mut List, first: FirstLine, from: impl BufRead) -> Result<(), ListError> {
    list.may_be_table = true;
    let (mut lines, mut all_digits, mut heading) = (0, true, None);
    list.read_texts(first, from, |list, number, text| {
        let error_value = SPREADSHEET_ERRORS.contains(&text);
        if text.starts_with('#') && !error_value {
            return Ok(());
        }
        lines += 1;
        if lines == 1 && is_headings(text) {
            let problem = said!(
                "line {number}: these are the headings of a table: {headings}",
                number,
                headings = excerpt(text)
            );
            return Err(ListError::new(problem, NAME_THE_COLUMN));
        }
        if lines == 1 && !error_value && !text.contains(|c: char| c.is_ascii_digit()) {
            heading = Some((number, text.to_owned()));
            return Ok(());
        }
        if lines > 1 && is_userid(text) {
            list.refuse_heading(number);
            return Ok(());
        }
        all_digits &= are_digits(text);
        Ok(list.add(number, text)?)
    })?;
    // Only the other lines tell whether a first line without digits is an id.
    match heading {
        Some((number, text)) if is_userid(&text) || (lines > 1 && all_digits) => {
            let text = excerpt(text.trim());
            let wrong = said!("{text} is the heading of a column; give --column '{text}'", text);
            list.refuse(number, &wrong, "");
            Ok(())
        }
        Some((number, text)) => Ok(list.add(number, &text)?),
        None => Ok(()),
    }
}

/// Whether a first line is the headings of a table: several cells, and no data in them.
fn is_headings(text: &str) -> bool {
    let marks = [',', ';', '\t'];
    text.contains(marks)
        && !text.split(marks).any(|cell| are_digits(cell.trim_matches(['"', ' '])))
        && !looks_like_data(text)
        && find_damage(text).is_some_and(|(_, advice)| advice == NAME_THE_COLUMN)
}

/// Whether a line is the name of the field, and nobody's id.
fn is_userid(text: &str) -> bool {
    ["userid", "user_id"].iter().any(|name| text.trim().eq_ignore_ascii_case(name))
}
