//! The one error type: a kind to branch on, fields to record, a sentence for people.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::language::{self, Language, Phrase};
use crate::text::{excerpt, one_line};

/// What went wrong, as a stable name and number.
///
/// The numbers are those of the C library's result codes. They are never reused.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// Refused before anything was sent: an option, an argument, a closed client.
    InvalidArgument = 1,
    /// The service knows no such contact: already gone, never there, or a damaged id.
    InvalidUserId = 10,
    /// The access token or the app's credentials are not accepted.
    Authentication = 11,
    /// The app may not delete external contacts, or not this one.
    PermissionDenied = 12,
    /// Over a rate; it may pass later.
    Throttled = 13,
    /// A quota of the organisation is used up.
    QuotaExceeded = 14,
    /// Something around the call is set up wrongly: IP not white-listed, app disabled, wrong
    /// endpoint, proxy login or rules, no thread.
    Configuration = 15,
    /// DingTalk's own trouble; it may pass later.
    Service = 16,
    /// Any other code of the service.
    Api = 19,
    /// Lookup, connection or proxy failed, or the connection was lost.
    Connection = 30,
    /// A certificate is not trusted, or the TLS handshake was refused.
    Tls = 31,
    /// No whole reply in time.
    Timeout = 32,
    /// What came back is not DingTalk's: a login page, a redirect, half a reply.
    Protocol = 33,
    /// The caller cancelled the call.
    Cancelled = 34,
    /// The record of a batch cannot be read, written or locked.
    Journal = 40,
    /// A bug of this library, a caught panic included.
    Internal = 50,
}

impl ErrorKind {
    /// Every kind, in the order of the numbers.
    pub const ALL: &'static [ErrorKind] = &[
        ErrorKind::InvalidArgument,
        ErrorKind::InvalidUserId,
        ErrorKind::Authentication,
        ErrorKind::PermissionDenied,
        ErrorKind::Throttled,
        ErrorKind::QuotaExceeded,
        ErrorKind::Configuration,
        ErrorKind::Service,
        ErrorKind::Api,
        ErrorKind::Connection,
        ErrorKind::Tls,
        ErrorKind::Timeout,
        ErrorKind::Protocol,
        ErrorKind::Cancelled,
        ErrorKind::Journal,
        ErrorKind::Internal,
    ];

    /// The number of the kind, the result code of the C library.
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// The name of the kind in snake_case, as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            ErrorKind::InvalidArgument => "invalid_argument",
            ErrorKind::InvalidUserId => "invalid_user_id",
            ErrorKind::Authentication => "authentication",
            ErrorKind::PermissionDenied => "permission_denied",
            ErrorKind::Throttled => "throttled",
            ErrorKind::QuotaExceeded => "quota_exceeded",
            ErrorKind::Configuration => "configuration",
            ErrorKind::Service => "service",
            ErrorKind::Api => "api",
            ErrorKind::Connection => "connection",
            ErrorKind::Tls => "tls",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Protocol => "protocol",
            ErrorKind::Cancelled => "cancelled",
            ErrorKind::Journal => "journal",
            ErrorKind::Internal => "internal",
        }
    }

    /// Whether the same call may pass later, unchanged.
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            ErrorKind::Throttled | ErrorKind::Service | ErrorKind::Connection | ErrorKind::Timeout
        )
    }

    /// When an error is of this kind, as a phrase of one line: `no whole reply in time`.
    pub const fn meaning(self) -> &'static str {
        match self {
            ErrorKind::InvalidArgument => {
                "refused before anything was sent: an option, an argument, a closed client"
            }
            ErrorKind::InvalidUserId => {
                "the service knows no such contact: already gone, never there, or a damaged id"
            }
            ErrorKind::Authentication => {
                "the access token or the app's credentials are not accepted"
            }
            ErrorKind::PermissionDenied => {
                "the app may not delete external contacts, or not this one"
            }
            ErrorKind::Throttled => "over a rate; it may pass later",
            ErrorKind::QuotaExceeded => "a quota of the organisation is used up",
            ErrorKind::Configuration => {
                "something around the call is set up wrongly: IP not white-listed, app disabled, wrong endpoint, proxy login or rules, no thread"
            }
            ErrorKind::Service => "DingTalk's own trouble; it may pass later",
            ErrorKind::Api => "any other code of the service",
            ErrorKind::Connection => {
                "lookup, connection or proxy failed, or the connection was lost"
            }
            ErrorKind::Tls => "a certificate is not trusted, or the TLS handshake was refused",
            ErrorKind::Timeout => "no whole reply in time",
            ErrorKind::Protocol => {
                "what came back is not DingTalk's: a login page, a redirect, half a reply"
            }
            ErrorKind::Cancelled => "the caller cancelled the call",
            ErrorKind::Journal => "the record of a batch cannot be read, written or locked",
            ErrorKind::Internal => "a bug of this library, a caught panic included",
        }
    }

    /// The same in a language.
    ///
    /// ```
    /// use dingtalk_extcontact::{ErrorKind, Language};
    ///
    /// assert_eq!(ErrorKind::Timeout.meaning_in(Language::Chinese), "未在时限内收到完整答复");
    /// ```
    pub fn meaning_in(self, language: Language) -> &'static str {
        language::told(self.meaning(), language)
    }

    /// [`advice`](ErrorKind::advice) in a language.
    pub fn advice_in(self, language: Language) -> &'static str {
        language::told(self.advice(), language)
    }

    /// What to do where nothing better is known of the single case; options are spelt as in
    /// Rust.
    pub const fn advice(self) -> &'static str {
        match self {
            ErrorKind::InvalidArgument => "Correct the value; nothing was sent.",
            ErrorKind::Connection => {
                "Check the network, the endpoint and the proxy, then call again."
            }
            ErrorKind::Tls => {
                "If a proxy inspects TLS here, name its root certificate with ca_file; otherwise check the endpoint and the clock."
            }
            ErrorKind::Timeout => "Call again; raise timeout or attempt_timeout if this recurs.",
            ErrorKind::Protocol => {
                "Check the endpoint and what stands between here and DingTalk: a proxy, a gateway, a login page."
            }
            ErrorKind::Cancelled => "Call again if the contact is still to be deleted.",
            ErrorKind::Service => "Call again later.",
            ErrorKind::Throttled => "Call again later, and lower rate if this recurs.",
            ErrorKind::Authentication => {
                "Check the access token, or app_key and app_secret, and that they belong to this region."
            }
            ErrorKind::PermissionDenied => {
                "Grant the app the permission point qyapi_ext_write in the developer console."
            }
            ErrorKind::QuotaExceeded => "Wait until the quota is renewed, or have it raised.",
            ErrorKind::Configuration => {
                "Check the app's settings, the endpoint and the proxy, then call again."
            }
            ErrorKind::InvalidUserId => {
                "Check the id, or set missing_ok if a contact that is already gone is fine."
            }
            ErrorKind::Api => "Look the code up in DingTalk's list of return codes.",
            ErrorKind::Journal => "Check the journal's path, its permissions and the free space.",
            ErrorKind::Internal => "Please report this with the message.",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The kind with this name.
///
/// ```
/// use dingtalk_extcontact::ErrorKind;
///
/// assert_eq!("throttled".parse(), Ok(ErrorKind::Throttled));
/// assert!("no_such_kind".parse::<ErrorKind>().is_err());
/// ```
impl FromStr for ErrorKind {
    type Err = Error;

    /// # Errors
    ///
    /// `invalid_argument`: no kind has this name.
    fn from_str(name: &str) -> Result<ErrorKind, Error> {
        parse_name("kind of error", ErrorKind::ALL, ErrorKind::as_str, name)
    }
}

/// The one of `all` that is called `name`.
///
/// # Errors
///
/// `invalid_argument` that says what there is of this `sort`.
pub(crate) fn parse_name<T: Copy>(
    sort: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
    name: &str,
) -> Result<T, Error> {
    let found = all.iter().copied().find(|one| name_of(*one) == name);
    found.ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|one| name_of(*one)).collect();
        Error::invalid(
            format!("there is no {sort} \"{}\"", excerpt(name)),
            phrase!("Give one of {names}.", names = names.join(", ")),
        )
    })
}

/// Why a contact was not deleted, or a client not made.
///
/// Branch on [`kind`](Error::kind), record the rest. What is not known is `None`. No field
/// and no text holds a token, an app secret or a proxy's password: texts of the service are
/// searched for them and masked.
#[derive(Clone, PartialEq)]
pub struct Error(Box<Fields>);

/// The fields of an [`Error`], filled along the way of a call, and their JSON.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fields {
    #[serde(skip_serializing)]
    pub user_id: Option<String>,
    pub kind: ErrorKind,
    pub message: String,
    #[serde(default)]
    pub advice: Advice,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errcode: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_msg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    #[serde(with = "seconds", default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
    #[serde(skip_serializing)]
    pub attempts: u32,
    #[serde(skip_serializing)]
    pub maybe_deleted: bool,
    #[serde(skip)]
    pub cause: Option<Cause>,
}

/// What to do, as it was said: in the language and with the names of options that the caller has.
#[derive(Clone)]
pub(crate) struct Advice {
    phrase: Phrase,
    said: String,
}

impl Advice {
    pub fn new(phrase: Phrase) -> Advice {
        Advice { said: phrase.to_string(), phrase }
    }

    /// Says it anew, in a language and with these spellings.
    pub fn say(&mut self, language: Language, spell: impl Fn(&str) -> String) {
        self.said = spell(&self.phrase.told(language));
    }
}

impl Default for Advice {
    fn default() -> Advice {
        Advice::new(Phrase::recorded(String::new()))
    }
}

impl PartialEq for Advice {
    fn eq(&self, other: &Advice) -> bool {
        self.said == other.said
    }
}

impl Serialize for Advice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.said.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Advice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Advice, D::Error> {
        String::deserialize(deserializer).map(|text| Advice::new(Phrase::recorded(text)))
    }
}

/// The error of the system or of TLS that stands behind one of ours.
#[derive(Clone, Debug)]
pub(crate) struct Cause(pub Arc<dyn std::error::Error + Send + Sync>);

impl Cause {
    pub fn new(error: impl std::error::Error + Send + Sync + 'static) -> Cause {
        Cause(Arc::new(error))
    }

    /// An error that others have, too.
    pub fn shared(error: Arc<std::io::Error>) -> Cause {
        Cause(error)
    }
}

/// Errors are told apart by what they say, not by what stands behind them.
impl PartialEq for Cause {
    fn eq(&self, _: &Cause) -> bool {
        true
    }
}

impl Error {
    /// What went wrong; the field to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// One line for people: to which contact, what, and whether it may be gone.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do now, in the client's [`language`](crate::ClientBuilder::language); in English
    /// where there is no client yet.
    pub fn advice(&self) -> &str {
        &self.0.advice.said
    }

    /// The advice, to be said anew.
    pub(crate) fn advice_phrase(&self) -> Phrase {
        self.0.advice.phrase.clone()
    }

    /// The code that decides, as text: `33012`, `60011`, `isp.-1`, `invalidClientIdOrSecret`.
    ///
    /// The gateway wraps its refusals in errcode 88 (and trouble of the services behind it
    /// in 15); there the code is the sub_code.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The errcode as the service sent it.
    pub fn errcode(&self) -> Option<i64> {
        self.0.errcode
    }

    /// The service's own words, with secrets masked.
    pub fn errmsg(&self) -> Option<&str> {
        self.0.errmsg.as_deref()
    }

    /// The sub_code as the service sent it.
    pub fn sub_code(&self) -> Option<&str> {
        self.0.sub_code.as_deref()
    }

    /// The service's words on the sub_code.
    pub fn sub_msg(&self) -> Option<&str> {
        self.0.sub_msg.as_deref()
    }

    /// The id under which DingTalk's support finds the call.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The HTTP status of the last reply.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// How long to wait before the next call, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many requests to delete, or to create, were written to a connection.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the same call may pass later, unchanged.
    pub fn is_retryable(&self) -> bool {
        self.0.kind.is_retryable()
    }

    /// Whether the contact may be gone all the same: a request went out and no certain
    /// answer came back.
    pub fn maybe_deleted(&self) -> bool {
        self.0.maybe_deleted
    }

    /// The contact that the call was about; `None` for errors of making a client.
    pub fn user_id(&self) -> Option<&str> {
        self.0.user_id.as_deref()
    }

    /// An error of this kind, with the kind's own advice. For bindings: what only they can
    /// find, such as a null pointer or text that is not UTF-8.
    #[doc(hidden)]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Fields {
            kind,
            message: message.into(),
            advice: Advice::new(Phrase::known(kind.advice())),
            code: None,
            errcode: None,
            errmsg: None,
            sub_code: None,
            sub_msg: None,
            request_id: None,
            http_status: None,
            retry_after: None,
            attempts: 0,
            maybe_deleted: false,
            user_id: None,
            cause: None,
        }))
    }

    /// An `invalid_argument` that says what to do.
    pub(crate) fn invalid(message: impl Into<String>, advice: Phrase) -> Error {
        Error::new(ErrorKind::InvalidArgument, message).advise(advice)
    }

    /// The same error with better advice.
    pub(crate) fn advise(mut self, advice: Phrase) -> Error {
        self.0.advice = Advice::new(advice);
        self
    }

    /// The same error with what stands behind it.
    pub(crate) fn caused_by(self, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
        self.with(|fields| fields.cause = Some(Cause::new(cause)))
    }

    /// The same error with fields set.
    pub(crate) fn with(mut self, fill: impl FnOnce(&mut Fields)) -> Error {
        fill(&mut self.0);
        self
    }

    /// What the call as a whole knows: to which contact, after how many requests, and
    /// whether it may be gone. The last thing done to an error before a caller sees it.
    pub(crate) fn about_contact(mut self, user_id: &str, attempts: u32, uncertain: bool) -> Error {
        let fields = &mut *self.0;
        fields.attempts = attempts;
        fields.maybe_deleted = uncertain;
        fields.user_id = Some(user_id.to_owned());
        let mut message = fields.about(user_id);
        if uncertain {
            message.push_str("; it may have been deleted all the same");
        } else if fields.kind != ErrorKind::InvalidUserId {
            message.push_str("; it was not deleted");
        }
        fields.message = one_line(&message);
        self
    }

    /// The same for a call that only reads, and so cannot have deleted anything.
    pub(crate) fn about_record(mut self, user_id: &str) -> Error {
        let fields = &mut *self.0;
        fields.user_id = Some(user_id.to_owned());
        fields.message = one_line(&fields.about(user_id));
        self
    }

    /// The same for a call that was to create the contact of a record again, and did not.
    pub(crate) fn about_creation(mut self, old_user_id: &str, attempts: u32) -> Error {
        let fields = &mut *self.0;
        fields.attempts = attempts;
        fields.user_id = Some(old_user_id.to_owned());
        fields.message = one_line(&(fields.about(old_user_id) + "; it was not created again"));
        self
    }

    /// Whether the service said "no such contact". 33012 is the only code that says it.
    pub(crate) fn is_missing(&self) -> bool {
        self.kind() == ErrorKind::InvalidUserId && self.code() == Some("33012")
    }

    /// Reads the JSON of an error back; `None` where it is none.
    pub(crate) fn from_json(value: &Value) -> Option<Error> {
        Fields::deserialize(value).ok().map(|fields| Error(Box::new(fields)))
    }
}

impl Fields {
    fn about(&self, user_id: &str) -> String {
        let mut message = format!("contact {}: {}", excerpt(user_id), self.message);
        if let Some(id) = &self.request_id {
            message.push_str(&format!(" (request id {id})"));
        }
        message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.0.message, self.0.advice.said)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.0.kind);
        debug.field("message", &self.0.message);
        debug.field("json", &serde_json::to_string(self).unwrap_or_default());
        debug.finish()
    }
}

/// Its source is the error of the system or of TLS, where there is one: a `std::io::Error` or a
/// `rustls::Error`.
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let Cause(cause) = self.0.cause.as_ref()?;
        Some(&**cause)
    }
}

/// In the order of all outcomes: the contact, how it ended, what is known, how sure that is.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            user_id: Option<&'a str>,
            status: &'static str,
            #[serde(flatten)]
            fields: &'a Fields,
            attempts: u32,
            retryable: bool,
            maybe_deleted: bool,
        }
        Written {
            user_id: self.user_id(),
            status: "failed",
            fields: &self.0,
            attempts: self.attempts(),
            retryable: self.is_retryable(),
            maybe_deleted: self.maybe_deleted(),
        }
        .serialize(serializer)
    }
}

/// A time in seconds.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(
        time: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        time.map(|time| time.as_secs_f64()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let seconds = Option::<f64>::deserialize(deserializer)?;
        seconds.map(Duration::try_from_secs_f64).transpose().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique_and_lead_back() {
        for (i, kind) in ErrorKind::ALL.iter().enumerate() {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert!(!kind.advice().is_empty());
            for other in &ErrorKind::ALL[i + 1..] {
                assert!(kind.number() < other.number());
                assert_ne!(kind.as_str(), other.as_str());
            }
        }
    }

    #[test]
    fn the_message_says_to_whom_and_whether_it_may_be_gone() {
        let error = Error::new(ErrorKind::Timeout, "no reply within 10 s");
        let gone = error.clone().about_contact("0125", 1, true);
        assert_eq!(
            gone.message(),
            "contact 0125: no reply within 10 s; it may have been deleted all the same"
        );
        let kept = error.about_contact("0125", 0, false);
        assert_eq!(kept.message(), "contact 0125: no reply within 10 s; it was not deleted");
        assert!(kept.to_string().ends_with("if this recurs."));
    }

    #[test]
    fn a_message_is_one_line_of_bounded_length() {
        let id = "a\u{200b}\n".repeat(10_000);
        let error = Error::new(ErrorKind::InvalidArgument, "bad").about_contact(&id, 0, false);
        assert!(!error.message().contains('\n'));
        assert!(error.message().len() < 2_000);
        assert!(error.message().contains("\\u{200b}"));
        assert!(error.message().contains("... (50000 bytes)"), "{error}");
        assert_eq!(error.user_id(), Some(id.as_str()));
    }
}
