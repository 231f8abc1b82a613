//! Lost zeros and digits that a single id does not show, but a whole list or the service does.

use std::collections::BTreeMap;

use crate::input::place::Place;
use crate::language::{Phrase, phrase, said};
use crate::output;

/// How many digits of a number a spreadsheet keeps.
const SPREADSHEET_DIGITS: usize = 15;

/// Statistics of the ids of a list that have digits only.
#[derive(Default)]
pub(crate) struct DigitStats {
    /// By leading zeros and length: how many ids, and the first line.
    known: BTreeMap<(u8, usize), (u64, u64)>,
    /// How many ids have more digits than a spreadsheet keeps.
    long: u64,
    first_long: u64,
    /// Whether all of these end in zeros behind the digits that it keeps, and how many zeros that is
    /// in all.
    all_rounded: bool,
    zeros: usize,
}

impl DigitStats {
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

    /// Ids that were rounded: the first line, how many, and a description. If all long ids end in
    /// zeros, that is no coincidence: for six zeros the chance is one in a million.
    pub(crate) fn rounded(&self) -> Option<(u64, u64, String)> {
        let wrong = said!(
            "from here on, all {count} ids of more than {digits} digits end in zeros after those: \
             a spreadsheet or a program has rounded them",
            count = self.long,
            digits = SPREADSHEET_DIGITS
        );
        (self.all_rounded && self.zeros >= 6).then_some((self.first_long, self.long, wrong))
    }

    /// Describes ids that may have lost leading zeros. This is only a doubt: the service documents
    /// no relation between the length of an id and its zeros.
    pub(crate) fn shortened(&self, place: &Place) -> Option<Phrase> {
        let (with, without): (Vec<_>, Vec<_>) =
            self.known.iter().partition(|((zeros, _), _)| *zeros > 0);
        let line = without.iter().map(|(_, (_, line))| *line).min()?;
        let how = if all_shortened(&with, &without) {
            phrase!("all others begin with zeros, and are longer by as many")
        } else {
            let (shortest, others) = shortest_by_no_chance(&with, &without)?;
            phrase!(
                "the {shortest} shortest are all among them, the other {others} begin with zeros",
                shortest = shortest.to_string(),
                others = others.to_string()
            )
        };
        let count: u64 = without.iter().map(|(_, (count, _))| count).sum();
        let (count, first) = (output::number(count), place.phrase(line));
        Some(match count.as_str() {
            "1" => phrase!(
                "zeros may be lost at the beginning of 1 id (the first: {first}): {how}",
                first,
                how
            ),
            _ => phrase!(
                "zeros may be lost at the beginning of {count} ids (the first: {first}): {how}",
                count,
                first,
                how
            ),
        })
    }
}

/// Leading zeros and length; how many ids have these, and the first line.
type Group<'a> = (&'a (u8, usize), &'a (u64, u64));

/// Whether all ids with leading zeros have the same length, and each other id is shorter by a
/// number of zeros that occurs among them.
fn all_shortened(with: &[Group], without: &[Group]) -> bool {
    let Some(&(&(_, length), _)) = with.first() else { return false };
    let lost =
        |other: usize| with.iter().any(|((zeros, _), _)| other + usize::from(*zeros) == length);
    !without.is_empty()
        && with.iter().all(|((_, other), _)| *other == length)
        && without.iter().all(|((_, other), _)| lost(*other))
}

/// How many ids without leading zeros are shorter than every id with some, and how many there are
/// of the latter; `None` if that may be a coincidence. If zeros and lengths were independent, fewer
/// than one list in a hundred would look like this. Most of the short ids must have a length that
/// lost zeros explain.
fn shortest_by_no_chance(with: &[Group], without: &[Group]) -> Option<(u64, u64)> {
    const CHANCE: f64 = 0.01;
    let shortest = with.iter().map(|((_, length), _)| *length).min()?;
    let zeros = usize::from(with.iter().map(|((zeros, _), _)| *zeros).max()?);
    let count = |from: usize| {
        let shapes = without.iter().filter(|((_, length), _)| (from..shortest).contains(length));
        shapes.map(|(_, (count, _))| count).sum::<u64>()
    };
    let total = |shapes: &[Group]| shapes.iter().map(|(_, (count, _))| count).sum::<u64>();
    let (whole, bare) = (total(with), total(without));
    let (found, explained) = (count(0), count(shortest.saturating_sub(zeros)));
    let chance: f64 =
        (0..found).map(|drawn| (bare - drawn) as f64 / (whole + bare - drawn) as f64).product();
    (chance < CHANCE && explained * 2 > found).then_some((found, whole))
}
