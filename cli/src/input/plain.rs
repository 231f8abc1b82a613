//! A list with one id a line.

use std::io::{BufRead, Read};

use crate::input::damage::{
    NAME_THE_COLUMN, SPREADSHEET_ERRORS, are_digits, find_damage, looks_like_data,
};
use crate::input::error::ListError;
use crate::input::lines::{FirstLine, next_line};
use crate::input::list::List;
use crate::input::text::{self, excerpt};

impl List {
    pub(crate) fn read_lines(
        &mut self,
        first: FirstLine,
        from: impl BufRead,
    ) -> Result<(), ListError> {
        let mut from = first.bytes.chain(from);
        let (mut line, mut heading) = (Vec::new(), None);
        let (mut lines, mut all_digits) = (0, true);
        for number in first.number.. {
            if !next_line(&mut from, &mut line)? {
                break;
            }
            let text = match text::check(&line) {
                Ok(text) => text,
                Err(what) => {
                    self.refuse(number, what.problem(), what.advice());
                    continue;
                }
            };
            let comment = text.starts_with('#') && !SPREADSHEET_ERRORS.contains(&text);
            if comment || text.trim().is_empty() {
                continue;
            }
            lines += 1;
            if lines == 1 && is_headings(text) {
                let problem =
                    format!("line {number}: these are the headings of a table: {}", excerpt(text));
                return Err(ListError::new(problem, NAME_THE_COLUMN));
            }
            let digitless = !text.contains(|c: char| c.is_ascii_digit());
            if lines == 1 && digitless && !SPREADSHEET_ERRORS.contains(&text) {
                heading = Some((number, text.to_owned()));
                continue;
            }
            all_digits &= are_digits(text);
            self.add(number, text)?;
        }
        // Only the other lines tell whether the first is an id without a digit.
        match heading {
            Some((number, text)) if is_userid(&text) || (lines > 1 && all_digits) => {
                let text = excerpt(text.trim());
                let wrong = format!("{text} is the heading of a column; give --column '{text}'");
                self.refuse(number, &wrong, "");
                Ok(())
            }
            Some((number, text)) => Ok(self.add(number, &text)?),
            None => Ok(()),
        }
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

fn is_userid(text: &str) -> bool {
    ["userid", "user_id"].iter().any(|name| text.trim().eq_ignore_ascii_case(name))
}
