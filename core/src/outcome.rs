//! The good outcome of a call, and the JSON form of outcomes.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::error::{Error, parse_name};

/// How a contact came to be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The service deleted it now (errcode 0).
    Deleted,
    /// The service knows no such contact (33012), and that is fine: `missing_ok` is set, or
    /// an earlier request of this same call may have deleted it.
    Absent,
}

impl Status {
    /// The name as it stands in JSON: `deleted` or `absent`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Deleted => "deleted",
            Status::Absent => "absent",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Status {
    type Err = Error;

    /// # Errors
    ///
    /// `invalid_argument`: no status has this name.
    fn from_str(name: &str) -> Result<Status, Error> {
        parse_name("status", &[Status::Deleted, Status::Absent], Status::as_str, name)
    }
}

/// The good outcome of a call: the contact is gone.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Deletion {
    /// The contact, as it was given.
    pub user_id: String,
    /// Deleted by this call, or absent.
    pub status: Status,
    /// The id under which DingTalk's support finds the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// How many delete requests were written to a connection.
    pub attempts: u32,
    /// With [`Status::Absent`]: this call may have deleted it, in an earlier request whose
    /// reply was lost. Always false with [`Status::Deleted`].
    pub maybe_deleted: bool,
}

/// A point in time as it stands in JSON: UTC, RFC 3339, to the millisecond.
pub fn in_utc(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

/// Writes a time so, as a field.
pub(crate) fn serialize_time<S: Serializer>(
    time: &SystemTime,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&humantime::format_rfc3339_millis(*time))
}

/// Reads such a time back.
pub(crate) fn parse_utc(text: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339(text).ok()
}

/// Reads the JSON form back, as it stands in a journal; `None` where it is not one.
pub(crate) fn from_json(value: &Value) -> Option<Result<Deletion, Error>> {
    match value.get("status")?.as_str()? {
        "failed" => Error::from_json(value).map(Err),
        _ => Deletion::deserialize(value).ok().map(Ok),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binding::to_json;
    use crate::error::ErrorKind;
    use serde_json::json;
    use std::time::Duration;

    #[test]
    fn a_deletion_in_json() {
        let deletion = Deletion {
            user_id: "0125".into(),
            status: Status::Absent,
            request_id: None,
            attempts: 2,
            maybe_deleted: true,
        };
        let expected =
            json!({"user_id": "0125", "status": "absent", "attempts": 2, "maybe_deleted": true});
        assert_eq!(to_json(&Ok(deletion)), expected);
    }

    #[test]
    fn the_json_form_leads_back() {
        let deletion = Deletion {
            user_id: "0125".into(),
            status: Status::Absent,
            request_id: Some("r".into()),
            attempts: 2,
            maybe_deleted: true,
        };
        let error = Error::new(ErrorKind::Throttled, "slow down").with(|f| {
            f.code = Some("90018".into());
            f.errcode = Some(88);
            f.errmsg = Some("e".into());
            f.sub_code = Some("90018".into());
            f.sub_msg = Some("s".into());
            f.request_id = Some("r".into());
            f.http_status = Some(200);
            f.retry_after = Some(Duration::from_millis(1500));
        });
        for outcome in [Ok(deletion), Err(error.about_contact("0125", 3, true))] {
            assert_eq!(from_json(&to_json(&outcome)), Some(outcome));
        }
        assert_eq!(
            from_json(&json!({"status": "gone", "attempts": 1, "maybe_deleted": false})),
            None
        );
    }

    #[test]
    fn an_error_in_json_leaves_out_what_is_not_known() {
        let error = Error::new(ErrorKind::Throttled, "slow down").with(|f| {
            f.retry_after = Some(Duration::from_millis(1500));
            f.code = Some("90018".into());
        });
        let value = to_json(&Err(error));
        assert_eq!(value["retry_after"], json!(1.5));
        assert_eq!(value["status"], json!("failed"));
        assert_eq!(value["retryable"], json!(true));
        assert!(value.get("errcode").is_none());
        assert!(value.get("user_id").is_none());
    }
}
