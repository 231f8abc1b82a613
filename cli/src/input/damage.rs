//! What hands and spreadsheets do to ids, and what helps then.

use std::collections::{BTreeMap, HashMap};

use dingtalk_extcontact::LONGEST_USER_ID;

use crate::output;

/// A spreadsheet keeps so many digits of a number.
const SPREADSHEET_DIGITS: usize = 15;
/// What a spreadsheet writes where it has no value.
pub(crate) const SPREADSHEET_ERRORS: [&str; 7] =
    ["#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!"];

/// What helps where digits are lost.
pub(crate) const AS_TEXT: &str = "Take the ids from where they came from once more, as text: what \
                                  a number has lost cannot be put back.";
/// Where a table stands for a list.
pub(crate) const NAME_THE_COLUMN: &str =
    "Say which column of a CSV file has the ids: --column NAME.";

/// What is wrong with an id that passed through people's hands, if anything that can be seen,
/// and what helps.
pub(crate) fn damage(id: &str) -> Option<(&'static str, &'static str)> {
    if is_scientific(id) {
        let wrong = "a spreadsheet made a rounded number of it, its digits are lost";
        return Some((wrong, AS_TEXT));
    }
    if is_grouped(id) {
        return Some(("it has thousands separators", AS_TEXT));
    }
    if has_decimals(id) {
        let wrong = "it was made a number with decimals; leading zeros may be lost, too";
        return Some((wrong, AS_TEXT));
    }
    if SPREADSHEET_ERRORS.contains(&id) {
        let wrong = "a spreadsheet's error stands where an id should";
        return Some((wrong, "Correct that cell in the spreadsheet."));
    }
    if id.starts_with(['=', '\'']) {
        let wrong = "it has a spreadsheet's mark for text or a formula";
        return Some((wrong, "Give the bare id."));
    }
    if id.contains([',', ';', '\t', '"']) {
        return Some(("it looks like the row of a table", NAME_THE_COLUMN));
    }
    if id.trim().contains(char::is_whitespace) {
        let wrong = "white space stands inside it";
        return Some((wrong, "Give each id by itself: one a line, or one an argument."));
    }
    if id.chars().any(|c| c.is_numeric() && !c.is_ascii()) {
        let wrong = "it has digits that are not 0 to 9, such as full-width ones";
        return Some((wrong, "Type its digits as 0 to 9."));
    }
    None
}

/// What helps with an id that the library refuses.
pub(crate) fn help(id: &str) -> &'static str {
    if id.trim().is_empty() {
        "Leave out what is blank; a variable of the shell without a value is."
    } else if id.len() > LONGEST_USER_ID {
        "Give one id a line, as DingTalk lists it."
    } else if id.trim() != id {
        "Remove the white space around it."
    } else {
        "Type it anew: it has a character that cannot be seen."
    }
}

pub(crate) fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it is rather data than a heading: a number as long as an id's, or an address.
pub(crate) fn is_data(text: &str) -> bool {
    const DIGITS: usize = 5;
    text.contains('@')
        || text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= DIGITS)
}

/// 1.25E+14, 1,25E+14, 1E+15, 1.25e14; not 12e5, which may be an id.
fn is_scientific(id: &str) -> bool {
    let Some((mantissa, exponent)) = id.split_once(['e', 'E']) else { return false };
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    match mantissa.split_once(['.', ',']) {
        Some((whole, part)) => are_digits(whole) && are_digits(part) && are_digits(power),
        None => are_digits(mantissa) && are_digits(power) && power.len() < exponent.len(),
    }
}

/// 125,400,001 and what other countries put for the comma; two digits a group in India.
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

/// 125400001.0, 125400001,00, 125,400,001.0.
fn has_decimals(id: &str) -> bool {
    id.rsplit_once(['.', ',']).is_some_and(|(whole, part)| {
        let zeros = part.bytes().all(|byte| byte == b'0');
        let whole = are_digits(whole) || is_grouped(whole);
        whole && are_digits(part) && (zeros || id.contains('.'))
    })
}

/// How the ids of a list look that are digits and nothing else: what a single id cannot
/// tell, the list can.
#[derive(Default)]
pub(crate) struct Shapes {
    /// By zeros at the beginning and digits in all: how many, and the first line.
    known: BTreeMap<(u8, usize), (u64, u64)>,
    /// Ids of more digits than a spreadsheet keeps.
    long: u64,
    first_long: u64,
    /// Whether all of these are zeros after what it keeps, and how many zeros in all.
    all_rounded: bool,
    zeros: usize,
}

impl Shapes {
    pub(crate) fn note(&mut self, bare: &str, zeros: u8, line: u64) {
        let length = bare.len() + usize::from(zeros);
        self.known.entry((zeros, length)).or_insert((0, line)).0 += 1;
        if zeros == 0
            && let Some(rest) = bare.get(SPREADSHEET_DIGITS..).filter(|r| !r.is_empty())
        {
            if self.long == 0 {
                (self.first_long, self.all_rounded) = (line, true);
            }
            self.long += 1;
            self.all_rounded &= rest.bytes().all(|byte| byte == b'0');
            self.zeros += rest.len();
        }
    }

    /// The first line and the number of ids that lost their last digits, and this in words: if
    /// all long ones end in zeros, that is no chance. Six zeros are one in a million.
    pub(crate) fn rounded(&self) -> Option<(u64, u64, String)> {
        let wrong = format!(
            "from here on, all {} ids of more than {SPREADSHEET_DIGITS} digits end in zeros after \
             those: a spreadsheet or a program has rounded them",
            self.long
        );
        (self.all_rounded && self.zeros >= 6).then_some((self.first_long, self.long, wrong))
    }

    /// A doubt about ids that may have lost zeros at their beginning, in words. No more than
    /// a doubt: the service says nowhere that the length of an id and its zeros have to do with
    /// each other.
    pub(crate) fn shortened(&self, unit: &str) -> Option<String> {
        let (with, without): (Vec<_>, Vec<_>) =
            self.known.iter().partition(|((zeros, _), _)| *zeros > 0);
        let line = without.iter().map(|(_, (_, line))| *line).min()?;
        let how = if all_shortened(&with, &without) {
            "all others begin with zeros, and are longer by as many".to_owned()
        } else {
            let (shortest, others) = shortest_by_no_chance(&with, &without)?;
            format!(
                "the {shortest} shortest are all among them, the other {others} begin with zeros"
            )
        };
        let count: u64 = without.iter().map(|(_, (count, _))| count).sum();
        let ids = output::counted(count, "id");
        Some(format!(
            "zeros may be lost at the beginning of {ids} (the first: {unit} {line}): {how}"
        ))
    }
}

/// Ids of one shape: zeros at the beginning and digits in all; how many, and the first line.
type Shape<'a> = (&'a (u8, usize), &'a (u64, u64));

/// Whether all ids that begin with zeros have one length, and all others are shorter by as
/// many zeros as some begin with.
fn all_shortened(with: &[Shape], without: &[Shape]) -> bool {
    let Some(&(&(_, length), _)) = with.first() else { return false };
    let lost =
        |other: usize| with.iter().any(|((zeros, _), _)| other + usize::from(*zeros) == length);
    !without.is_empty()
        && with.iter().all(|((_, other), _)| *other == length)
        && without.iter().all(|((_, other), _)| lost(*other))
}

/// How many ids without zeros are shorter than each of those with some, and how many these
/// are, where that is no chance: if zeros had nothing to do with lengths, it would be so in less
/// than one list of a hundred. Most of the short ones must be as long as lost zeros explain.
fn shortest_by_no_chance(with: &[Shape], without: &[Shape]) -> Option<(u64, u64)> {
    const CHANCE: f64 = 0.01;
    let shortest = with.iter().map(|((_, length), _)| *length).min()?;
    let zeros = usize::from(with.iter().map(|((zeros, _), _)| *zeros).max()?);
    let count = |from: usize| {
        let shapes = without.iter().filter(|((_, length), _)| (from..shortest).contains(length));
        shapes.map(|(_, (count, _))| count).sum::<u64>()
    };
    let total = |shapes: &[Shape]| shapes.iter().map(|(_, (count, _))| count).sum::<u64>();
    let (whole, bare) = (total(with), total(without));
    let (found, explained) = (count(0), count(shortest.saturating_sub(zeros)));
    let chance: f64 =
        (0..found).map(|drawn| (bare - drawn) as f64 / (whole + bare - drawn) as f64).product();
    (chance < CHANCE && explained * 2 > found).then_some((found, whole))
}

/// Whether it can be what is left of an id with zeros at its beginning.
pub(crate) fn may_lack_zeros(id: &str) -> bool {
    are_digits(id) && !id.starts_with('0')
}

/// Of ids without a contact those that are a contact's id but for zeros at the beginning: how
/// many, and the first with the contact's.
pub(crate) fn lost_zeros<'a>(
    missing: &'a [String],
    contacts: impl Iterator<Item = &'a str>,
) -> Option<(usize, &'a str, &'a str)> {
    let known: HashMap<_, _> =
        contacts.filter(|id| are_digits(id)).map(|id| (id.trim_start_matches('0'), id)).collect();
    let mut found =
        missing.iter().filter_map(|id| known.get(id.as_str()).map(|whole| (id.as_str(), *whole)));
    let (first, whole) = found.next()?;
    Some((1 + found.count(), first, whole))
}
