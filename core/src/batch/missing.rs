//! Notices a list of ids that is probably damaged: too many of them are no contact.

use crate::options::names::Binding;

/// A batch looks at this many of the last ids that were answered.
pub const MISSING_WINDOW: u32 = 40;
/// The batch stops when this many of them were no contact.
pub const MISSING_LIMIT: u32 = 20;

/// Which of the last ids that were answered in this run were no contact.
pub(super) struct Missing {
    binding: Binding,
    /// A bit for each id, the lowest for the last one.
    last: u64,
    answered: u32,
}

impl Missing {
    pub fn new(binding: Binding) -> Missing {
        Missing { binding, last: 0, answered: 0 }
    }

    /// Notes an answer. Returns why the batch stops, if it does.
    pub fn note(&mut self, missing: bool) -> Option<String> {
        self.last = (self.last << 1 | u64::from(missing)) & ((1 << MISSING_WINDOW) - 1);
        self.answered = (self.answered + 1).min(MISSING_WINDOW);
        let missing = self.last.count_ones();
        (missing >= MISSING_LIMIT).then(|| {
            let gone = self.binding.assign("missing_ok", true);
            let right = self.binding.assign("stop_on_missing", false);
            format!(
                "{missing} of the last {} ids were no contact: the list may be damaged, or its people are long gone; to go on all the same, give {gone} or {right}",
                self.answered
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn twenty_of_the_last_forty_stop_it(answers in prop::collection::vec(prop::bool::weighted(0.4), 0..200)) {
            let mut missing = Missing::new(Binding::Rust);
            for end in 1..=answers.len() {
                let last = &answers[end.saturating_sub(40)..end];
                let too_many = last.iter().filter(|missing| **missing).count() >= 20;
                prop_assert_eq!(missing.note(answers[end - 1]).is_some(), too_many);
            }
        }
    }

    #[test]
    fn the_way_to_go_on_is_told_in_the_callers_language() {
        for (binding, gone, right) in [
            (Binding::Rust, "missing_ok(true)", "stop_on_missing(false)"),
            (Binding::Python, "missing_ok=True", "stop_on_missing=False"),
            (Binding::Node, "missingOk: true", "stopOnMissing: false"),
            (
                Binding::C,
                "dtx_batch_options_set_missing_ok(1)",
                "dtx_batch_options_set_stop_on_missing(0)",
            ),
            (Binding::Cpp, "missing_ok(true)", "stop_on_missing(false)"),
            (Binding::Java, "missingOk(true)", "stopOnMissing(false)"),
            (Binding::Php, "missingOk: true", "stopOnMissing: false"),
            (Binding::Go, "MissingOK: true", "StopOnMissing: false"),
            (Binding::DotNet, "MissingOk = true", "StopOnMissing = false"),
            (Binding::Command, "--missing-ok", "--ids-are-right"),
        ] {
            let mut missing = Missing::new(binding);
            let why = (0..20).find_map(|_| missing.note(true)).unwrap();
            assert!(why.starts_with("20 of the last 20 ids"), "{why}");
            assert!(why.ends_with(&format!("give {gone} or {right}")), "{why}");
        }
    }
}
