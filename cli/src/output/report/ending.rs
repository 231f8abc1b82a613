//! What a contact has come to, as it is counted and shown.

use dingtalk_extcontact::{Deletion, ErrorKind, Item, Outcome, Status};

use crate::output::Style;

/// The ends that a contact can come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    Deleted,
    /// Absent, probably by an earlier request of ours.
    Gone,
    /// Absent, and no request of ours can have been the reason.
    NoContact,
    /// A request went out, and no certain answer came.
    MaybeGone,
    Failed,
    NotAttempted,
}

impl End {
    pub(crate) const ALL: [End; 6] =
        [End::Deleted, End::Gone, End::NoContact, End::MaybeGone, End::Failed, End::NotAttempted];

    pub(crate) fn of(item: &Item) -> End {
        match &item.outcome {
            Outcome::Deletion(deletion) => End::of_deletion(deletion),
            Outcome::Error(error) if error.maybe_deleted() => End::MaybeGone,
            // Its request never went out.
            Outcome::Error(error)
                if error.kind() == ErrorKind::Cancelled && error.attempts() == 0 =>
            {
                End::NotAttempted
            }
            Outcome::Error(_) => End::Failed,
            Outcome::NotAttempted { .. } => End::NotAttempted,
        }
    }

    pub(crate) fn of_deletion(deletion: &Deletion) -> End {
        match deletion.status {
            Status::Deleted => End::Deleted,
            Status::Absent if deletion.maybe_deleted => End::Gone,
            Status::Absent => End::NoContact,
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            End::Deleted => "deleted",
            End::Gone => "gone",
            End::NoContact => "no such contact",
            End::MaybeGone => "may be gone",
            End::Failed => "failed",
            End::NotAttempted => "not attempted",
        }
    }

    pub(crate) const fn style(self) -> Style {
        match self {
            End::Deleted => Style::Good,
            End::Gone | End::NoContact | End::MaybeGone => Style::Warning,
            End::Failed => Style::Bad,
            End::NotAttempted => Style::Quiet,
        }
    }
}

/// How many contacts came to an end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) all: u64,
    /// Of these, by an earlier run on the same journal.
    pub(crate) earlier: u64,
}
