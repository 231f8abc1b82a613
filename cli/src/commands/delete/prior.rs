//! What earlier runs left in the journal about the ids of this one.

use std::path::Path;

use dingtalk_extcontact::Client;
use dingtalk_extcontact::binding::{PriorRuns, PriorState};

use crate::input::Ids;
use crate::language::said;
use crate::output::{self, Exit};

/// How many ids are in the journal, by what it says of them.
#[derive(Debug, Default)]
pub(crate) struct PriorCounts {
    pub(crate) gone: u64,
    pub(crate) refused: u64,
    /// These are called again.
    pub(crate) maybe_gone: u64,
}

/// Reads the journal, if there is one.
pub(crate) fn read_journal(client: &Client, journal: Option<&Path>) -> Result<PriorRuns, Exit> {
    let runs = journal.map(|journal| client.prior_runs(journal)).transpose();
    runs.map(Option::unwrap_or_default).map_err(|error| output::usage_error(&error))
}

impl PriorCounts {
    /// Counts the ids.
    pub(crate) fn of(mut runs: PriorRuns, ids: &mut Ids) -> Result<PriorCounts, Exit> {
        let mut counts = PriorCounts::default();
        for id in ids.iter().map_err(|error| ids_unreadable(&error))? {
            counts.add(runs.take(&id.map_err(|error| ids_unreadable(&error))?));
        }
        Ok(counts)
    }

    pub(crate) fn add(&mut self, state: Option<PriorState>) {
        match state {
            Some(PriorState::Gone) => self.gone += 1,
            Some(PriorState::Refused) => self.refused += 1,
            Some(PriorState::MaybeDeleted) => self.maybe_gone += 1,
            Some(PriorState::Open) | None => {}
        }
    }

    /// How many are not called again.
    pub(crate) const fn settled(&self) -> u64 {
        self.gone + self.refused
    }

    /// Prints the counts, if there are any.
    pub(crate) fn note(&self, all: u64) {
        if let Some(words) = self.describe(all) {
            output::note(&words);
        }
    }

    /// "2,620 left to delete, 380 are on record as gone"; `None` if the journal has none of them.
    pub(crate) fn describe(&self, all: u64) -> Option<String> {
        if self.settled() + self.maybe_gone == 0 {
            return None;
        }
        let left = match all.saturating_sub(self.settled()) {
            0 => said!("nothing is left to delete"),
            left => said!("{count} left to delete", count = output::number(left)),
        };
        let mut words = match output::number(self.maybe_gone) {
            _ if self.maybe_gone == 0 => left,
            count => said!("{left} ({count} of them may be gone from an earlier run)", left, count),
        };
        for (count, what) in [(self.gone, said!("gone")), (self.refused, said!("refused"))] {
            let number = output::number(count);
            words = match count {
                0 => words,
                1 => said!("{words}, {number} is on record as {what}", words, number, what),
                _ => said!("{words}, {number} are on record as {what}", words, number, what),
            };
        }
        Some(words)
    }
}

/// Prints that the ids, which are spooled, cannot be read a second time.
pub(crate) fn ids_unreadable(error: &std::io::Error) -> Exit {
    let error = error.to_string();
    output::print_error(
        &said!("the ids cannot be read again: {error}", error),
        &said!("Nothing was sent."),
    );
    Exit::Failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_the_journal_are_described() {
        let words =
            |gone, refused, maybe_gone| PriorCounts { gone, refused, maybe_gone }.describe(3000);
        assert_eq!(words(0, 0, 0), None);
        assert_eq!(words(380, 0, 0).unwrap(), "2,620 left to delete, 380 are on record as gone");
        assert_eq!(
            words(1, 2, 1200).unwrap(),
            "2,997 left to delete (1,200 of them may be gone from an earlier run), 1 is on record \
             as gone, 2 are on record as refused"
        );
        assert_eq!(
            words(2999, 1, 0).unwrap(),
            "nothing is left to delete, 2,999 are on record as gone, 1 is on record as refused"
        );
    }
}
