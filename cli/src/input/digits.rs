//! Zeros and digits that ids have lost, as only a whole list or the service tells.

use std::collections::{BTreeMap, HashMap};

use crate::input::damage::are_digits;
use crate::output;

/// A spreadsheet keeps so many digits of a number.
const SPREADSHEET_DIGITS: usize = 15;

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
