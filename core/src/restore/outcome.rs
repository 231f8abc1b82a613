//! What came of a record that was to be restored.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, parse_name};

/// What came of a record that was to be restored.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestoreStatus {
    /// The contact was created again, under a new id.
    Created,
    /// The contact of the record exists, so nothing was created.
    StillThere,
    /// The one request to create it went out, and no certain answer came. It was not sent again:
    /// the contact would be there twice if the first one was done after all.
    MayBeCreated,
}

impl RestoreStatus {
    /// The name as it stands in JSON: `created`, `still_there` or `may_be_created`.
    pub const fn as_str(self) -> &'static str {
        match self {
            RestoreStatus::Created => "created",
            RestoreStatus::StillThere => "still_there",
            RestoreStatus::MayBeCreated => "may_be_created",
        }
    }
}

impl fmt::Display for RestoreStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for RestoreStatus {
    type Err = Error;

    /// # Errors
    ///
    /// `invalid_argument`: no status has this name.
    fn from_str(name: &str) -> Result<RestoreStatus, Error> {
        use RestoreStatus::*;
        parse_name("status", &[Created, StillThere, MayBeCreated], RestoreStatus::as_str, name)
    }
}

/// How the restoring of a record ended.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Restoration {
    /// The id that the record has.
    pub old_user_id: String,
    /// Created, still there, or not known.
    pub status: RestoreStatus,
    /// The id of the contact now: a new one where it was created, the old one where it is still
    /// there. `None` where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The id under which DingTalk's support finds the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// How many requests to create it were written to a connection: more than one only where all
    /// but the last were certainly refused.
    pub attempts: u32,
    /// Why something is not known, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl Restoration {
    pub(super) fn still_there(user_id: &str) -> Restoration {
        Restoration {
            old_user_id: user_id.to_owned(),
            status: RestoreStatus::StillThere,
            user_id: Some(user_id.to_owned()),
            request_id: None,
            attempts: 0,
            problem: None,
        }
    }
}
