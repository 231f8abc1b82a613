//! What is on record of the ids of a run before it begins.

use std::path::Path;

use dingtalk_extcontact::Client;
use dingtalk_extcontact::binding::{PriorRuns, PriorState};

use crate::input::Ids;
use crate::output::{self, Exit};

/// Of how many ids earlier runs on the same journal know something that matters.
#[derive(Debug, Default)]
pub(crate) struct OnRecord {
    pub(crate) gone: u64,
    pub(crate) refused: u64,
    /// They are called again.
    pub(crate) maybe_gone: u64,
}

/// Reads a journal, if there is one.
pub(crate) fn runs(client: &Client, journal: Option<&Path>) -> Result<PriorRuns, Exit> {
    let runs = journal.map(|journal| client.prior_runs(journal)).transpose();
    runs.map(Option::unwrap_or_default).map_err(|error| {
        output::complain_of(&error);
        Exit::Usage
    })
}

impl OnRecord {
    /// Looks for each id.
    pub(crate) fn of(mut runs: PriorRuns, ids: &mut Ids) -> Result<OnRecord, Exit> {
        let mut found = OnRecord::default();
        for id in ids.iter().map_err(|error| ids_unreadable(&error))? {
            found.count(runs.take(&id.map_err(|error| ids_unreadable(&error))?));
        }
        Ok(found)
    }

    pub(crate) fn count(&mut self, state: Option<PriorState>) {
        match state {
            Some(PriorState::Gone) => self.gone += 1,
            Some(PriorState::Refused) => self.refused += 1,
            Some(PriorState::MaybeDeleted) => self.maybe_gone += 1,
            Some(PriorState::Open) | None => {}
        }
    }

    /// Those that are not called again.
    pub(crate) const fn settled(&self) -> u64 {
        self.gone + self.refused
    }

    /// "2,620 left to delete, 380 are on record as gone"; nothing where nothing is known.
    pub(crate) fn in_words(&self, all: u64) -> Option<String> {
        if self.settled() + self.maybe_gone == 0 {
            return None;
        }
        let are = |count: u64| format!("{} {}", output::number(count), are(count));
        let mut words = match all.saturating_sub(self.settled()) {
            0 => "nothing is left to delete".to_owned(),
            left => format!("{} left to delete", output::number(left)),
        };
        if self.maybe_gone > 0 {
            let maybe_gone = output::number(self.maybe_gone);
            words.push_str(&format!(" ({maybe_gone} of them may be gone from an earlier run)"));
        }
        for (count, what) in [(self.gone, "gone"), (self.refused, "refused")] {
            if count > 0 {
                words.push_str(&format!(", {} on record as {what}", are(count)));
            }
        }
        Some(words)
    }
}

const fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// Says that a list that was set aside is not to be had any more.
pub(crate) fn ids_unreadable(error: &std::io::Error) -> Exit {
    output::complain(&format!("the ids cannot be read again: {error}"), "Nothing was sent.");
    Exit::Failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_record_is_told_apart() {
        let words =
            |gone, refused, maybe_gone| OnRecord { gone, refused, maybe_gone }.in_words(3000);
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
