//! What can be asked of the service, and the deletion among it.

use std::fmt;

use crate::call::rate::Api;
use crate::error::Error;
use crate::outcome::Status;
use crate::secret::{Secret, Secrets};
use crate::wire::request::{self, Request};
use crate::wire::response::{self, Answer, Failure};

/// A call of one API: its request, and how the answer is read. Its text form is for the log.
pub(crate) trait ApiCall: fmt::Display {
    type Answer;
    const API: Api;
    /// It changes something, so that a lost reply leaves open whether that was done.
    const CHANGES: bool = matches!(Self::API, Api::Delete | Api::Create);
    /// Doing it twice is no worse than once. A request that is not repeatable is sent again only
    /// where it was certainly not done, and on new connections alone: a kept one may be dead, and
    /// nothing tells then whether the request arrived.
    const REPEATABLE: bool = !matches!(Self::API, Api::Create);

    /// The one contact that it is about, a field of its log lines.
    fn user_id(&self) -> Option<&str>;

    fn request(&self, token: &Secret) -> Request;
    fn read(&self, answer: &Answer, secrets: &Secrets) -> Result<Self::Answer, Failure>;

    /// What "no such contact" ends this call with where that is fine.
    fn absent(&self, _request_id: Option<&str>) -> Option<Self::Answer> {
        None
    }

    /// Refuses what cannot be sent.
    fn check(&self) -> Result<(), Error> {
        self.user_id().map_or(Ok(()), request::check_user_id)
    }
}

/// The deletion of this contact. It answers how it ended, and with which request id.
pub(crate) struct Delete {
    pub user_id: String,
}

impl fmt::Display for Delete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contact {}", self.user_id)
    }
}

impl ApiCall for Delete {
    type Answer = (Status, Option<String>);
    const API: Api = Api::Delete;

    fn user_id(&self) -> Option<&str> {
        Some(&self.user_id)
    }

    fn request(&self, token: &Secret) -> Request {
        request::delete(&self.user_id, token)
    }

    fn read(&self, answer: &Answer, secrets: &Secrets) -> Result<Self::Answer, Failure> {
        Ok((Status::Deleted, response::deletion(answer, secrets)?))
    }

    fn absent(&self, request_id: Option<&str>) -> Option<Self::Answer> {
        Some((Status::Absent, request_id.map(str::to_owned)))
    }
}
