//! The ways in which a contact may end, as they are counted and shown.

use dingtalk_extcontact::{Deletion, ErrorKind, Item, Outcome, Status};

use crate::language::said;
use crate::output::Style;

/// How a contact ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ending {
    Deleted,
    /// Absent, probably by an earlier request of ours.
    Gone,
    /// Absent, and no request of ours can be the reason.
    NoContact,
    /// A request went out, and no certain answer came.
    MaybeGone,
    Failed,
    NotAttempted,
}

impl Ending {
    pub(crate) const ALL: [Ending; 6] = [
        Ending::Deleted,
        Ending::Gone,
        Ending::NoContact,
        Ending::MaybeGone,
        Ending::Failed,
        Ending::NotAttempted,
    ];

    pub(crate) fn of(item: &Item) -> Ending {
        match &item.outcome {
            Outcome::Deletion(deletion) => Ending::of_deletion(deletion),
            Outcome::Error(error) if error.maybe_deleted() => Ending::MaybeGone,
            // No request was sent.
            Outcome::Error(error)
                if error.kind() == ErrorKind::Cancelled && error.attempts() == 0 =>
            {
                Ending::NotAttempted
            }
            Outcome::Error(_) => Ending::Failed,
            Outcome::NotAttempted { .. } => Ending::NotAttempted,
        }
    }

    pub(crate) fn of_deletion(deletion: &Deletion) -> Ending {
        match deletion.status {
            Status::Deleted => Ending::Deleted,
            Status::Absent if deletion.maybe_deleted => Ending::Gone,
            Status::Absent => Ending::NoContact,
        }
    }

    pub(crate) fn word(self) -> String {
        match self {
            Ending::Deleted => said!("deleted"),
            Ending::Gone => said!("gone"),
            Ending::NoContact => said!("no such contact"),
            Ending::MaybeGone => said!("may be gone"),
            Ending::Failed => said!("failed"),
            Ending::NotAttempted => said!("not attempted"),
        }
    }

    pub(crate) const fn style(self) -> Style {
        match self {
            Ending::Deleted => Style::Good,
            Ending::Gone | Ending::NoContact | Ending::MaybeGone => Style::Warning,
            Ending::Failed => Style::Bad,
            Ending::NotAttempted => Style::Quiet,
        }
    }
}

/// How many contacts ended in one way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) all: u64,
    /// Of these, by an earlier run on the same journal.
    pub(crate) earlier: u64,
}
