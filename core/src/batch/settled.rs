//! What an outcome means to a batch: what is known of the contact, whether it is called again,
//! and whether the batch stops.

use crate::batch::item::{Item, Outcome};
use crate::error::{Error, ErrorKind};
use crate::outcome::{Deletion, Status};
use crate::wire::errcode;
use crate::wire::request::check_user_id;

/// What the last line of a journal about an id says of it, and so what a batch with this
/// journal does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriorState {
    /// It is gone, and is not called again.
    Gone,
    /// It was refused for a reason of its own, and is not called again.
    Refused,
    /// It is called again; an earlier call may have deleted it.
    MaybeDeleted,
    /// It is called again; no earlier call deleted it.
    Open,
}

impl PriorState {
    /// The state after a call; without an outcome, the run died during the call.
    pub(super) fn after(outcome: Option<&Outcome>) -> PriorState {
        match outcome {
            None => PriorState::MaybeDeleted,
            Some(Outcome::Deletion(_)) => PriorState::Gone,
            Some(Outcome::Error(error)) if error.maybe_deleted() => PriorState::MaybeDeleted,
            Some(Outcome::Error(error)) if is_refusal(error) => PriorState::Refused,
            Some(Outcome::Error(_) | Outcome::NotAttempted { .. }) => PriorState::Open,
        }
    }

    /// Whether a batch does not call the contact again.
    pub(super) fn is_settled(self) -> bool {
        matches!(self, PriorState::Gone | PriorState::Refused)
    }
}

impl Item {
    /// Whether a journal settles it, so that the next run with the same one does not call the
    /// contact again: it is gone, or was refused for a reason of its own.
    pub fn is_settled(&self) -> bool {
        PriorState::after(Some(&self.outcome)).is_settled()
    }

    /// What a run with `missing_ok` makes of what an earlier run without it recorded.
    pub(super) fn with_missing_ok(mut self) -> Item {
        if let Outcome::Error(error) = &self.outcome
            && error.is_missing()
            && is_refusal(error)
        {
            self.outcome = Outcome::Deletion(Deletion {
                user_id: self.user_id().to_owned(),
                status: Status::Absent,
                request_id: error.request_id().map(str::to_owned),
                attempts: error.attempts(),
                maybe_deleted: false,
            });
        }
        self
    }
}

/// Whether the service refused this contact for a reason of its own: another call would be
/// answered alike.
fn is_refusal(error: &Error) -> bool {
    let is_final = !error.is_retryable() && !error.maybe_deleted();
    error.code().is_some() && is_final && !error.stops_batch()
}

impl Error {
    /// Whether every further contact would be answered alike, so that a batch stops: the app
    /// may not delete, its credentials are refused, a quota is used up, the journal cannot be
    /// written, ...
    pub fn stops_batch(&self) -> bool {
        if self.kind() == ErrorKind::InvalidArgument {
            // With a good id it is not about the id: the client is closed.
            return self.user_id().is_some_and(|id| check_user_id(id).is_ok());
        }
        let by_code = self.code().and_then(errcode::explain).is_some_and(|row| row.stops_batch);
        let by_kind = matches!(
            self.kind(),
            ErrorKind::Authentication
                | ErrorKind::Configuration
                | ErrorKind::QuotaExceeded
                | ErrorKind::Journal
                | ErrorKind::Internal
        );
        by_code || by_kind
    }
}
