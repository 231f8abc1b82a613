//! Damage that people and spreadsheets do to ids.

use dingtalk_extcontact::binding::LONGEST_USER_ID;

use crate::language::sentence;

/// What a spreadsheet writes in place of a value.
pub(crate) const SPREADSHEET_ERRORS: [&str; 7] =
    ["#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!"];

/// Advice where digits are lost.
pub(crate) const AS_TEXT: &str = sentence!(
    "Take the ids from where they came from once more, as text: what \
                                  a number has lost cannot be put back."
);

/// Advice where a table is given as a list.
pub(crate) const NAME_THE_COLUMN: &str =
    sentence!("Say which column of a CSV file has the ids: --column NAME.");

/// Advice where several ids are given as one.
pub(crate) const EACH_BY_ITSELF: &str =
    sentence!("Give each id by itself: one a line, or one an argument.");

/// What is wrong with an id that is a table's row, or several ids. Most of a row is somebody's name and
/// number, so it is not printed.
pub(crate) const LIKE_A_ROW: &str = sentence!("it looks like the row of a table");

/// What damage an id shows, and what to do about it.
pub(crate) fn find_damage(id: &str) -> Option<(&'static str, &'static str)> {
    if is_scientific(id) {
        let wrong = sentence!("a spreadsheet made a rounded number of it, its digits are lost");
        return Some((wrong, AS_TEXT));
    }
    if is_grouped(id) {
        return Some((sentence!("it has thousands separators"), AS_TEXT));
    }
    if has_decimals(id) {
        let wrong = sentence!("it was made a number with decimals; leading zeros may be lost, too");
        return Some((wrong, AS_TEXT));
    }
    if SPREADSHEET_ERRORS.contains(&id) {
        let wrong = sentence!("a spreadsheet's error stands where an id should");
        return Some((wrong, sentence!("Correct that cell in the spreadsheet.")));
    }
    if id.starts_with(['=', '\'']) {
        let wrong = sentence!("it has a spreadsheet's mark for text or a formula");
        return Some((wrong, sentence!("Give the bare id.")));
    }
    if id.contains('\u{fffd}') {
        let wrong =
            sentence!("a character of it was lost when its text was read in another encoding");
        return Some((
            wrong,
            sentence!("Look at --encoding, or take the list from its source once more."),
        ));
    }
    if id.contains([',', ';', '\t', '"']) {
        return Some((LIKE_A_ROW, NAME_THE_COLUMN));
    }
    // Chinese keyboards type these; no CSV file is delimited by them.
    if id.contains(['，', '；', '、']) {
        return Some((LIKE_A_ROW, EACH_BY_ITSELF));
    }
    if id.trim().contains(char::is_whitespace) {
        let wrong = sentence!("white space stands inside it");
        return Some((wrong, EACH_BY_ITSELF));
    }
    if id.chars().any(|c| c.is_numeric() && !c.is_ascii()) {
        let wrong = sentence!("it has digits that are not 0 to 9, such as full-width ones");
        return Some((wrong, sentence!("Type its digits as 0 to 9.")));
    }
    None
}

/// Advice on an id that the library refuses.
pub(crate) fn advice_on_refused(id: &str) -> &'static str {
    if id.trim().is_empty() {
        sentence!("Leave out what is blank; a variable of the shell without a value is.")
    } else if id.len() > LONGEST_USER_ID {
        sentence!("Give one id a line, as DingTalk lists it.")
    } else if id.trim() != id {
        sentence!("Remove the white space around it.")
    } else {
        sentence!("Type it anew: it has a character that cannot be seen.")
    }
}

pub(crate) fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether text is data and no heading: it has a long number, or an e-mail address.
pub(crate) fn looks_like_data(text: &str) -> bool {
    const DIGITS: usize = 5;
    text.contains('@')
        || text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= DIGITS)
}

/// `1.25E+14`, `1,25E+14`, `1E+15`, `1.25e14`; not `12e5`, which may be an id.
fn is_scientific(id: &str) -> bool {
    let Some((mantissa, exponent)) = id.split_once(['e', 'E']) else { return false };
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    match mantissa.split_once(['.', ',']) {
        Some((whole, part)) => are_digits(whole) && are_digits(part) && are_digits(power),
        None => are_digits(mantissa) && are_digits(power) && power.len() < exponent.len(),
    }
}

/// `125,400,001`, with the separators of other countries too; in India groups have two digits.
fn is_grouped(id: &str) -> bool {
    let mut groups = id.split([',', '.', ' ', '\'', '’', '\u{a0}', '\u{202f}', '\u{2009}', '，']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<_> = groups.collect();
    are_digits(first)
        && first.len() <= 3
        && !rest.is_empty()
        && rest.iter().all(|group| are_digits(group) && (2..=3).contains(&group.len()))
        && rest.last().is_some_and(|group| group.len() == 3)
}

/// `125400001.0`, `125400001,00`, `125,400,001.0`.
fn has_decimals(id: &str) -> bool {
    id.rsplit_once(['.', ',']).is_some_and(|(whole, part)| {
        let zeros = part.bytes().all(|byte| byte == b'0');
        let whole = are_digits(whole) || is_grouped(whole);
        whole && are_digits(part) && (zeros || id.contains('.'))
    })
}
