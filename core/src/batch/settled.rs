//! What the outcome of a call means to a batch: whether its contact is settled, and whether the
//! batch stops.

use crate::error::{Error, ErrorKind};
use crate::wire::errcode;
use crate::wire::request::check_user_id;

impl Error {
    /// Whether every further contact would be answered alike, so that a batch stops: the app
    /// may not delete, its credentials are refused, a quota is used up, the journal cannot be
    /// written, ...
    pub fn stops_batch(&self) -> bool {
        stops_batch(self)
    }
}

/// Whether a refusal is this contact's own: nothing more can come of another call.
pub(crate) fn is_settled(error: &Error) -> bool {
    error.code().is_some() && !error.retryable() && !error.maybe_deleted() && !stops_batch(error)
}

/// Whether every further call would be answered alike.
pub(crate) fn stops_batch(error: &Error) -> bool {
    if error.kind() == ErrorKind::InvalidArgument {
        // Not the id: the client is closed.
        return error.user_id().is_some_and(|id| check_user_id(id).is_ok());
    }
    let by_code = error.code().and_then(errcode::explain).is_some_and(|row| row.stops_batch);
    let by_kind = matches!(
        error.kind(),
        ErrorKind::Authentication
            | ErrorKind::Configuration
            | ErrorKind::QuotaExceeded
            | ErrorKind::Journal
            | ErrorKind::Internal
    );
    by_code || by_kind
}
