//! What a call ends as, and the one JSON form of it.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::error::Error;

/// How a contact came to be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The service deleted it now (errcode 0).
    Deleted,
    /// The service knows no such contact (33012), and that is fine: `missing_ok` is set, or
    /// an earlier request of this same call may have deleted it.
    Absent,
}

impl Status {
    /// The name as it stands in JSON: `deleted` or `absent`.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Deleted => "deleted",
            Status::Absent => "absent",
        }
    }
}

/// The good end of a call: the contact is gone.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Deletion {
    /// The contact, as it was given.
    pub user_id: String,
    /// Deleted by this call, or absent.
    pub status: Status,
    /// The id under which DingTalk's support finds the call.
    pub request_id: Option<String>,
    /// How many delete requests were written to a connection.
    pub attempts: u32,
    /// With [`Status::Absent`]: this call may have deleted it, in an earlier request whose
    /// reply was lost. Always false with [`Status::Deleted`].
    pub maybe_deleted: bool,
}

impl Serialize for Deletion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("user_id", &self.user_id)?;
        map.serialize_entry("status", self.status.name())?;
        entry(&mut map, "request_id", &self.request_id)?;
        map.serialize_entry("attempts", &self.attempts)?;
        map.serialize_entry("maybe_deleted", &self.maybe_deleted)?;
        map.end()
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.fields();
        let mut map = serializer.serialize_map(None)?;
        entry(&mut map, "user_id", &fields.user_id)?;
        map.serialize_entry("status", "failed")?;
        map.serialize_entry("kind", fields.kind.name())?;
        map.serialize_entry("message", &fields.message)?;
        map.serialize_entry("advice", &fields.advice)?;
        entry(&mut map, "code", &fields.code)?;
        entry(&mut map, "errcode", &fields.errcode)?;
        entry(&mut map, "errmsg", &fields.errmsg)?;
        entry(&mut map, "sub_code", &fields.sub_code)?;
        entry(&mut map, "sub_msg", &fields.sub_msg)?;
        entry(&mut map, "request_id", &fields.request_id)?;
        entry(&mut map, "http_status", &fields.http_status)?;
        entry(&mut map, "retry_after", &fields.retry_after.map(|wait| wait.as_secs_f64()))?;
        map.serialize_entry("attempts", &fields.attempts)?;
        map.serialize_entry("retryable", &fields.kind.is_retryable())?;
        map.serialize_entry("maybe_deleted", &fields.maybe_deleted)?;
        map.end()
    }
}

/// A field that is left out where it is not known.
fn entry<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &'static str,
    value: &Option<T>,
) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(name, value),
        None => Ok(()),
    }
}

/// The one JSON form of an outcome: an object in snake_case with `status` first among its
/// facts (`deleted`, `absent` or `failed`), times in seconds, and what is not known left out.
///
/// The command's `--json`, the journal of a batch and the conformance cases all use it.
/// `Deletion` and `Error` also implement serde's `Serialize` with the same fields.
pub fn to_json(outcome: &Result<Deletion, Error>) -> Value {
    let value = match outcome {
        Ok(deletion) => serde_json::to_value(deletion),
        Err(error) => serde_json::to_value(error),
    };
    // Maps with text keys and plain values cannot fail to serialise.
    value.unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
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
