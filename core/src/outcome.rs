//! The good outcome of a call, and the JSON form of outcomes.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::error::{Error, parse_name};

/// How a contact came to be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
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
    serializer.serialize_str(&in_utc(*time))
}

/// Reads such a time back.
pub(crate) fn parse_utc(text: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339(text).ok()
}

/// Reads the JSON form back, as it stands in a journal; `None` where it is not one.
pub(crate) fn from_json(value: &Value) -> Option<Result<Deletion, Error>> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let attempts = u32::try_from(value.get("attempts")?.as_u64()?).ok()?;
    let maybe_deleted = value.get("maybe_deleted")?.as_bool()?;
    let status = match text("status")?.as_str() {
        "deleted" => Status::Deleted,
        "absent" => Status::Absent,
        "failed" => {
            let error = Error::new(text("kind")?.parse().ok()?, text("message")?);
            return Some(Err(error.with(|fields| {
                fields.advice = text("advice").unwrap_or_default();
                fields.code = text("code");
                fields.errcode = value.get("errcode").and_then(Value::as_i64);
                fields.errmsg = text("errmsg");
                fields.sub_code = text("sub_code");
                fields.sub_msg = text("sub_msg");
                fields.request_id = text("request_id");
                let status = value.get("http_status").and_then(Value::as_u64);
                fields.http_status = status.and_then(|status| u16::try_from(status).ok());
                let wait = value.get("retry_after").and_then(Value::as_f64);
                fields.retry_after = wait.and_then(|wait| Duration::try_from_secs_f64(wait).ok());
                fields.attempts = attempts;
                fields.maybe_deleted = maybe_deleted;
                fields.user_id = text("user_id");
            })));
        }
        _ => return None,
    };
    let (user_id, request_id) = (text("user_id")?, text("request_id"));
    Some(Ok(Deletion { user_id, status, request_id, attempts, maybe_deleted }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binding::to_json;
    use crate::error::ErrorKind;
    use serde_json::json;

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
