//! Understands a reply, from its HTTP status and bytes: a success, a refusal, or something that
//! DingTalk did not send. No clock and no socket.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};
use crate::language::Phrase;
use crate::secret::{Secret, Secrets};
use crate::text::one_line;
use crate::wire::errcode::{self, CodeInfo, Retry};
use crate::wire::object::Object;

/// What came back over HTTP, its body decoded and of bounded size.
#[derive(Clone)]
pub(crate) struct Answer {
    pub status: u16,
    /// The Retry-After header, where it is a number of seconds.
    pub retry_after: Option<Duration>,
    /// The Date header.
    pub date: Option<SystemTime>,
    pub body: Vec<u8>,
}

/// Why an attempt failed, and what follows from it.
#[derive(Clone)]
pub(crate) struct Failure {
    pub error: Error,
    /// The contact may be gone all the same.
    pub uncertain: bool,
    /// The service is certain that there is no such contact.
    pub missing: bool,
    pub retry: Retry,
}

impl Failure {
    /// A failure that says nothing about whether the contact exists.
    pub fn new(error: Error, uncertain: bool, retry: Retry) -> Failure {
        Failure { error, uncertain, missing: false, retry }
    }
}

/// The good reply to a token request.
pub(crate) struct NewToken {
    pub token: Secret,
    /// How long it lives; `None` where the reply does not say.
    pub life: Option<Duration>,
}

/// The code of the block of an IP address.
const IP_BLOCK: &str = "1111";
/// The longest life of a token that is believed, in seconds: a day. Real ones live 7200.
const LONGEST_LIFE: u64 = 24 * 60 * 60;
/// The longest text of the service that a field keeps, in characters.
const LONGEST_TEXT: usize = 2_000;

/// Reads the reply to a delete request: success is HTTP 200 and one JSON object with one
/// `errcode`, a number or digits, equal to 0. Its request id.
pub(crate) fn deletion(answer: &Answer, secrets: &Secrets) -> Result<Option<String>, Failure> {
    if answer.status == 200
        && let Ok(PlainSuccess { request_id }) = serde_json::from_slice(&answer.body)
    {
        return Ok(request_id.map(|text| clean(text, secrets)));
    }
    let reply = Reply::read(answer, secrets, Style::Topapi);
    reply.success()?;
    Ok(reply.text("request_id"))
}

/// Reads the reply to a request for a page of a list: the entries in `results`.
pub(crate) fn page(answer: &Answer, secrets: &Secrets) -> Result<Vec<Map<String, Value>>, Failure> {
    let mut reply = Reply::read(answer, secrets, Style::Topapi);
    reply.success()?;
    match reply.take("results") {
        // An organisation that has none.
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(records)) => records
            .into_iter()
            .map(|record| match record {
                Value::Object(record) => Ok(record),
                _ => Err(reply.not_dingtalk("an entry of the list is not an object")),
            })
            .collect(),
        Some(_) => Err(reply.not_dingtalk("what should be a list is none")),
    }
}

/// Reads the reply to a request for this contact: the record in `result`.
pub(crate) fn contact(
    user_id: &str,
    answer: &Answer,
    secrets: &Secrets,
) -> Result<Map<String, Value>, Failure> {
    let mut reply = Reply::read(answer, secrets, Style::Topapi);
    reply.success()?;
    let Some(Value::Object(record)) = reply.take("result") else {
        return Err(reply.not_dingtalk("the reply holds no contact"));
    };
    // A backup must not take the record of somebody else for that of whom it deletes.
    match record.get("userid").and_then(Value::as_str) {
        Some(own) if own != user_id => {
            Err(reply.not_dingtalk("the reply holds another contact than the one asked for"))
        }
        _ => Ok(record),
    }
}

/// Reads the reply to a request to create a contact: its new id, where the reply has it, and the
/// request id.
pub(crate) fn creation(
    answer: &Answer,
    secrets: &Secrets,
) -> Result<(Option<String>, Option<String>), Failure> {
    let reply = Reply::read(answer, secrets, Style::Topapi);
    reply.success()?;
    Ok((reply.text("userid"), reply.text("request_id")))
}

/// Reads the reply to a token request.
pub(crate) fn access_token(answer: &Answer, secrets: &Secrets) -> Result<NewToken, Failure> {
    let reply = Reply::read(answer, secrets, Style::OAuth);
    reply.new_token().map_err(|failure| Failure {
        // No delete request was sent: nothing can be gone, and nobody spoke of a contact.
        uncertain: false,
        missing: false,
        retry: if failure.error.kind() == ErrorKind::Protocol { Retry::No } else { failure.retry },
        error: failure.error,
    })
}

/// A reply, its JSON parsed.
struct Reply<'a> {
    answer: &'a Answer,
    secrets: &'a Secrets,
    style: Style,
    object: Option<Object>,
}

/// The two families of APIs, which report errors differently.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// oapi: `errcode`, whatever the HTTP status.
    Topapi,
    /// api: an HTTP status and a text in `code`.
    OAuth,
}

/// Why an `errcode` cannot be used.
struct NoErrcode(&'static str);

impl<'a> Reply<'a> {
    fn read(answer: &'a Answer, secrets: &'a Secrets, style: Style) -> Reply<'a> {
        Reply { answer, secrets, style, object: serde_json::from_slice(&answer.body).ok() }
    }

    /// Whether topapi says that it went well.
    fn success(&self) -> Result<(), Failure> {
        match self.errcode() {
            Ok(Some(0)) if self.answer.status == 200 => Ok(()),
            errcode => Err(self.failure(errcode)),
        }
    }

    /// Takes a field out of the reply.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.object.as_mut()?.get_mut(name).map(Value::take)
    }

    /// The token in the reply to a token request.
    fn new_token(&self) -> Result<NewToken, Failure> {
        let errcode = self.errcode();
        if self.answer.status != 200 || !matches!(errcode, Ok(None | Some(0))) || self.is_ip_block()
        {
            return Err(self.failure(errcode));
        }
        let odd = |why: &str| self.not_dingtalk(&format!("the token call's reply {why}"));
        let Some(object) = &self.object else {
            return Err(odd("is not a JSON object"));
        };
        let Some(Value::String(token)) = object.get("accessToken") else {
            return Err(odd("holds no accessToken"));
        };
        // It goes into an address as it is; white space or a line break means damage.
        if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(odd("holds an accessToken that cannot be one"));
        }
        let life = match object.get("expireIn") {
            Some(Value::Number(seconds)) => seconds.as_u64(),
            Some(Value::String(digits)) => digits.parse().ok(),
            _ => None,
        };
        let life = life.filter(|seconds| *seconds > 0).map(|life| life.min(LONGEST_LIFE));
        let life = life.map(Duration::from_secs);
        Ok(NewToken { token: Secret::new(token), life })
    }

    /// A text field, masked and bounded; `None` where it is missing, empty or not text.
    fn text(&self, name: &str) -> Option<String> {
        match self.object.as_ref()?.get(name)? {
            Value::String(text) if !text.is_empty() => Some(clean(text, self.secrets)),
            _ => None,
        }
    }

    /// The errcode, `None` where there is none.
    fn errcode(&self) -> Result<Option<i64>, NoErrcode> {
        let Some(object) = &self.object else {
            return Ok(None);
        };
        if object.count("errcode") > 1 {
            return Err(NoErrcode("has errcode twice"));
        }
        match object.get("errcode") {
            None => Ok(None),
            Some(Value::Number(number)) => {
                number.as_i64().map(Some).ok_or(NoErrcode("has an errcode that is not an integer"))
            }
            Some(Value::String(text)) if is_integer(text) => {
                text.parse().map(Some).map_err(|_| NoErrcode("has an errcode out of range"))
            }
            Some(_) => Err(NoErrcode("has an errcode that is not a number")),
        }
    }

    /// The sub_code as text, sent as text or as a number.
    fn sub_code(&self) -> Option<String> {
        match self.object.as_ref()?.get("sub_code")? {
            Value::Number(number) => Some(number.to_string()),
            _ => self.text("sub_code"),
        }
    }

    /// The code that decides. Errcode 88 is the gateway's envelope: its sub_code does, and
    /// where that is missing, the one in errmsg. In 15 a sub_code of the family `isp.` or
    /// `isv.` does.
    fn effective_code(&self, errcode: Option<i64>) -> Option<String> {
        let sub_code = self.sub_code();
        match errcode {
            Some(88) => {
                let quoted = || sub_code_in(&self.text("errmsg")?).map(str::to_owned);
                Some(sub_code.or_else(quoted).unwrap_or_else(|| "88".to_owned()))
            }
            Some(15) => sub_code
                .filter(|code| code.starts_with("isp.") || code.starts_with("isv."))
                .or_else(|| Some("15".to_owned())),
            Some(errcode) => Some(errcode.to_string()),
            None if self.is_ip_block() => Some(IP_BLOCK.to_owned()),
            None if self.style == Style::OAuth => self.text("code"),
            None => None,
        }
    }

    /// The block of an IP address that made over 10,000 calls in 20 s: JSON with status
    /// 1111, or a page of the same firewall, recognised by its word for it (inferred).
    fn is_ip_block(&self) -> bool {
        match &self.object {
            Some(object) => {
                matches!(object.get("status"), Some(Value::Number(n)) if n.as_i64() == Some(1111))
            }
            None => {
                let page = String::from_utf8_lossy(&self.answer.body);
                page.trim_start().starts_with('<') && page.contains("punish")
            }
        }
    }

    /// A reply that is not a success, by status and code.
    fn failure(&self, errcode: Result<Option<i64>, NoErrcode>) -> Failure {
        let status = self.answer.status;
        let errcode = match errcode {
            Ok(errcode) => errcode,
            Err(NoErrcode(_)) if matches!(status, 407 | 429 | 500..) => None,
            Err(NoErrcode(why)) => return self.not_dingtalk(&format!("the reply {why}")),
        };
        let code = self.effective_code(errcode).filter(|_| errcode != Some(0));
        let row = code.as_deref().and_then(errcode::explain);
        let wait = self.wait(code.as_deref(), row.as_ref());
        let Some((kind, retry)) = self.kind_and_retry(code.is_some(), row.as_ref(), wait) else {
            return self.not_dingtalk(&self.why_not());
        };
        let problem = self.problem(kind, code.as_deref(), row.map(|row| row.meaning));
        let error = Error::new(kind, problem).with(|fields| {
            fields.errcode = errcode;
            fields.errmsg = self.text("errmsg").or_else(|| self.text("message"));
            fields.sub_code = self.sub_code().map(|code| clean(&code, self.secrets));
            fields.sub_msg = self.text("sub_msg");
            fields.request_id = self.text("request_id").or_else(|| self.text("requestid"));
            fields.http_status = Some(status);
            fields.retry_after = wait.filter(|_| kind.is_retryable());
            fields.code = code;
        });
        let error = match self.advice(kind, row.as_ref(), error.errmsg()) {
            Some(advice) => error.advise(advice),
            None => error,
        };
        let uncertain = status >= 500 || matches!(errcode, Some(-1 | 15 | 400_001));
        let retry = if uncertain && retry == Retry::No { Retry::Pause } else { retry };
        let missing = error.is_missing();
        Failure { error, uncertain, missing: missing && !uncertain, retry }
    }

    /// How long the caller has to wait, where that is known.
    fn wait(&self, code: Option<&str>, row: Option<&CodeInfo>) -> Option<Duration> {
        let of_table = match row.map(|row| row.retry) {
            Some(Retry::After(wait)) => Some(wait),
            _ => None,
        };
        // A header may know better, but not than the block of an address: its own `wait`
        // and whatever stands before it are far too short.
        match code {
            Some(IP_BLOCK) => of_table,
            _ => self.answer.retry_after.or(of_table),
        }
    }

    /// What kind of error it is, and whether to try again; `None` where it is no reply of
    /// DingTalk's.
    fn kind_and_retry(
        &self,
        has_code: bool,
        row: Option<&CodeInfo>,
        wait: Option<Duration>,
    ) -> Option<(ErrorKind, Retry)> {
        let later = wait.map_or(Retry::Pause, Retry::After);
        Some(match (self.answer.status, row) {
            (407, _) => (ErrorKind::Configuration, Retry::No),
            (429, _) => (ErrorKind::Throttled, later),
            (500.., _) => (ErrorKind::Service, later),
            (300..=399, _) => return None,
            (_, Some(row)) if row.kind.is_retryable() => (row.kind, later),
            (_, Some(row)) => (row.kind, row.retry),
            (_, None) if has_code => (ErrorKind::Api, Retry::No),
            (_, None) => return None,
        })
    }

    /// What to do, where something better is known than the advice of the kind.
    fn advice(
        &self,
        kind: ErrorKind,
        row: Option<&CodeInfo>,
        errmsg: Option<&str>,
    ) -> Option<Phrase> {
        let of_table = row.filter(|row| row.kind == kind && !row.advice.is_empty());
        let known = match self.answer.status {
            407 => Some(phrase!("Give the proxy's user name and password in its URL.")),
            500.. => Some(phrase!("Call again later.")),
            _ => of_table.map(|row| Phrase::known(row.advice)),
        };
        match errmsg.and_then(required_scopes) {
            Some(scopes) => {
                let advice = known.unwrap_or_else(|| Phrase::known(kind.advice()));
                Some(phrase!("{advice} DingTalk asks for: {scopes}.", advice, scopes))
            }
            None => known,
        }
    }

    /// One line on what was said.
    fn problem(&self, kind: ErrorKind, code: Option<&str>, meaning: Option<&str>) -> String {
        let status = self.answer.status;
        let mut text = match status {
            407 => "the proxy asks for a login".to_owned(),
            429 => "too many calls".to_owned(),
            500.. => format!("the server answered with HTTP status {status}"),
            _ => meaning.unwrap_or("DingTalk refused").to_owned(),
        };
        if let Some(code) = code {
            text.push_str(&format!(" ({kind}, code {})", one_line(code)));
        }
        let said =
            self.text("sub_msg").or_else(|| self.text("errmsg")).or_else(|| self.text("message"));
        if let Some(said) = said {
            const LONGEST: usize = 300;
            let short: String = said.chars().take(LONGEST).collect();
            text.push_str(&format!("; DingTalk said: {}", one_line(&short)));
        }
        text
    }

    fn why_not(&self) -> String {
        let Answer { status, body, .. } = self.answer;
        match (&self.object, body.is_empty()) {
            _ if (300..400).contains(status) => {
                format!("the reply, HTTP status {status}, leads elsewhere")
            }
            (_, true) => format!("the reply, HTTP status {status}, is empty"),
            (None, _) => format!("the reply, HTTP status {status}, is not one JSON object"),
            (Some(_), _) if *status != 200 => {
                format!("the reply has HTTP status {status}, not 200, and no code")
            }
            (Some(_), _) => "the reply has no errcode".to_owned(),
        }
    }

    /// The failure for a reply that is not from DingTalk: a proxy or a gateway answered. The request
    /// was sent, so the contact may be gone.
    fn not_dingtalk(&self, why: &str) -> Failure {
        let error =
            Error::new(ErrorKind::Protocol, format!("{why}; this is not DingTalk speaking")).with(
                |fields| {
                    fields.http_status = Some(self.answer.status);
                    fields.request_id = self.text("request_id");
                },
            );
        Failure::new(error, true, Retry::Pause)
    }
}

/// `-` and digits.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text != "-0" && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// The code in `ding talk error[subcode=40014,submsg=...]`.
fn sub_code_in(errmsg: &str) -> Option<&str> {
    let (_, rest) = errmsg.split_once("subcode=")?;
    let end = rest.find([',', ']', ' ', ';']).unwrap_or(rest.len());
    rest.get(..end).filter(|code| !code.is_empty())
}

/// What stands in `requiredScopes=[...]`, where the refusal names the missing permission.
fn required_scopes(errmsg: &str) -> Option<&str> {
    let (_, rest) = errmsg.split_once("requiredScopes=[")?;
    let (scopes, _) = rest.split_once(']')?;
    Some(scopes.trim()).filter(|scopes| {
        !scopes.is_empty()
            && scopes.len() <= 200
            && scopes.chars().all(|c| c.is_ascii_graphic() || c == ' ')
    })
}

/// A text of the service, masked and bounded.
fn clean(text: &str, secrets: &Secrets) -> String {
    let masked = secrets.mask(text);
    if masked.len() <= LONGEST_TEXT {
        return masked;
    }
    match masked.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => masked.get(..end).unwrap_or_default().to_owned() + "...",
        None => masked,
    }
}

/// A success as the service says it: the fields that are known, once each, without escapes.
/// Read without a tree of values; whatever else there may be is for [`Object`].
struct PlainSuccess<'a> {
    request_id: Option<&'a str>,
}

impl<'de> Deserialize<'de> for PlainSuccess<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = PlainSuccess<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a plain success")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut errcode, mut errmsg, mut request_id) = (None, None, None);
                while let Some(name) = map.next_key::<&str>()? {
                    match name {
                        "errcode" if errcode.is_none() => errcode = Some(map.next_value::<u8>()?),
                        "errmsg" if errmsg.is_none() => errmsg = Some(map.next_value::<&str>()?),
                        "request_id" if request_id.is_none() => {
                            request_id = Some(map.next_value::<&str>()?);
                        }
                        _ => return Err(serde::de::Error::custom("another field")),
                    }
                }
                match errcode {
                    Some(0) => {
                        Ok(PlainSuccess { request_id: request_id.filter(|id| !id.is_empty()) })
                    }
                    _ => Err(serde::de::Error::custom("no success")),
                }
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, retry_after: None, date: None, body: body.into() }
    }

    fn refused(status: u16, body: &str) -> Failure {
        deletion(&answer(status, body), &Secrets::default()).err().unwrap()
    }

    #[test]
    fn success_is_errcode_zero_as_number_or_digits() {
        for body in [r#"{"errcode":0}"#, r#"{"errcode":"0","errmsg":"ok"}"#, " {\"errcode\" : 0}\n"]
        {
            assert!(deletion(&answer(200, body), &Secrets::default()).is_ok(), "{body}");
        }
    }

    #[test]
    fn nearly_success_is_none() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "0",
            r#"{"errcode":0.0}"#,
            r#"{"errcode":1e0}"#,
            r#"{"errcode":true}"#,
            r#"{"errcode":null}"#,
            r#"{"errcode":""}"#,
            r#"{"errcode":"ok"}"#,
            r#"{"errcode":" 0"}"#,
            r#"{"errcode":"-0"}"#,
            r#"{"errcode":-0}"#,
            r#"{"errcode":0,"errcode":0}"#,
            r#"{"errcode":0}{"errcode":0}"#,
            r#"{"errcode":0}x"#,
            r#"{"errcode":[0]}"#,
            "\u{feff}{\"errcode\":0}",
            r#"{"errcode":99999999999999999999}"#,
            r#"{"errcode":"99999999999999999999"}"#,
            "<html>",
        ] {
            let failure = refused(200, body);
            assert_eq!(failure.error.kind(), ErrorKind::Protocol, "{body}");
            assert!(failure.uncertain);
        }
        assert_eq!(refused(201, r#"{"errcode":0}"#).error.kind(), ErrorKind::Protocol);
        assert_eq!(refused(302, r#"{"errcode":0}"#).error.kind(), ErrorKind::Protocol);
        assert_eq!(refused(302, r#"{"errcode":33012}"#).error.kind(), ErrorKind::Protocol);
    }

    #[test]
    fn the_code_that_decides() {
        for (body, code) in [
            (r#"{"errcode":33012}"#, "33012"),
            (r#"{"errcode":"33012"}"#, "33012"),
            (r#"{"errcode":88,"sub_code":"60011"}"#, "60011"),
            (r#"{"errcode":88,"sub_code":60011}"#, "60011"),
            (r#"{"errcode":88,"errmsg":"ding talk error[subcode=90018,submsg=x]"}"#, "90018"),
            (r#"{"errcode":88,"errmsg":"ding talk error"}"#, "88"),
            (r#"{"errcode":88,"sub_code":"","errmsg":"subcode=40014"}"#, "40014"),
            (r#"{"errcode":15,"sub_code":"isp.-1"}"#, "isp.-1"),
            (r#"{"errcode":15}"#, "15"),
            (r#"{"errcode":15,"sub_code":"33012"}"#, "15"),
            (r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}"#, "1111"),
            ("<html><script src='/punish'></script></html>", "1111"),
        ] {
            assert_eq!(refused(200, body).error.code(), Some(code), "{body}");
        }
    }

    #[test]
    fn what_is_uncertain() {
        for (status, body, uncertain) in [
            (200, r#"{"errcode":-1}"#, true),
            (200, r#"{"errcode":15,"sub_code":"isv.x"}"#, true),
            (200, r#"{"errcode":400001}"#, true),
            (500, "", true),
            (503, r#"{"errcode":33012}"#, true),
            (403, "<html>", true),
            (200, r#"{"errcode":33012}"#, false),
            (400, r#"{"errcode":33012}"#, false),
            (407, "<html>", false),
            (429, "", false),
            (200, r#"{"status":1111}"#, false),
        ] {
            let failure = refused(status, body);
            assert_eq!(failure.uncertain, uncertain, "{status} {body}");
            assert!(!uncertain || failure.retry != Retry::No, "{status} {body}");
        }
    }

    #[test]
    fn waits_come_from_the_header_or_the_table() {
        let mut late = answer(503, "busy");
        late.retry_after = Some(Duration::from_secs(7));
        let failure = deletion(&late, &Secrets::default()).err().unwrap();
        assert_eq!(failure.retry, Retry::After(Duration::from_secs(7)));
        assert_eq!(failure.error.retry_after(), Some(Duration::from_secs(7)));
        let mut blocked = answer(429, r#"{"status":1111,"wait":5}"#);
        blocked.retry_after = Some(Duration::ZERO);
        let failure = deletion(&blocked, &Secrets::default()).err().unwrap();
        assert_eq!(failure.retry, Retry::After(Duration::from_secs(300)));
        let block = refused(200, r#"{"status":1111,"wait":5}"#);
        assert_eq!(block.error.retry_after(), Some(Duration::from_secs(300)));
        assert_eq!(refused(200, r#"{"errcode":33012}"#).error.retry_after(), None);
    }

    #[test]
    fn the_missing_scope_reaches_the_advice() {
        let failure = refused(
            200,
            r#"{"errcode":88,"sub_code":"60011","errmsg":"x requiredScopes=[qyapi_ext_write] y"}"#,
        );
        assert!(failure.error.advice().contains("DingTalk asks for: qyapi_ext_write."));
    }

    #[test]
    fn a_token_and_its_life() {
        for (body, seconds) in [
            (r#"{"accessToken":"t","expireIn":7200}"#, Some(7200)),
            (r#"{"accessToken":"t","expireIn":"60"}"#, Some(60)),
            (r#"{"accessToken":"t","expireIn":18446744073709551615}"#, Some(86400)),
            (r#"{"accessToken":"t","expireIn":0}"#, None),
            (r#"{"accessToken":"t","expireIn":-1}"#, None),
            (r#"{"accessToken":"t"}"#, None),
        ] {
            let new = access_token(&answer(200, body), &Secrets::default()).ok().unwrap();
            assert_eq!(new.token.expose(), "t");
            assert_eq!(new.life, seconds.map(Duration::from_secs), "{body}");
        }
    }

    #[test]
    fn token_replies_that_hold_none() {
        for body in [
            "",
            "{}",
            "<html>",
            r#"{"accessToken":""}"#,
            r#"{"accessToken":7}"#,
            r#"{"accessToken":"a\nb"}"#,
        ] {
            let failure = access_token(&answer(200, body), &Secrets::default()).err().unwrap();
            assert_eq!(failure.error.kind(), ErrorKind::Protocol, "{body}");
            assert!(!failure.uncertain);
        }
        let body = r#"{"code":"invalidClientIdOrSecret","message":"no","requestid":"r"}"#;
        let failure = access_token(&answer(400, body), &Secrets::default()).err().unwrap();
        assert_eq!(failure.error.kind(), ErrorKind::Authentication);
        assert_eq!(failure.error.code(), Some("invalidClientIdOrSecret"));
        assert_eq!(failure.error.request_id(), Some("r"));
        assert_eq!(failure.error.errmsg(), Some("no"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_understood_or_refused(status in 100u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
            let answer = Answer { status, retry_after: None, date: None, body };
            // Random bytes are never a success.
            prop_assert!(deletion(&answer, &Secrets::default()).is_err());
            prop_assert!(access_token(&answer, &Secrets::default()).is_err());
        }

        #[test]
        fn no_text_of_the_service_brings_a_secret_back(secret in "[!-~]{6,40}", before in "\\PC{0,20}") {
            let mut secrets = Secrets::default();
            secrets.add(&Secret::new(&secret));
            let body = serde_json::json!({
                "errcode": 88, "sub_code": secret, "sub_msg": secret,
                "errmsg": format!("{before}{secret}"), "request_id": format!("{secret}{before}"),
            });
            let failure = deletion(&answer(200, &body.to_string()), &secrets).err().unwrap();
            let error = failure.error.about_contact("1", 1, true);
            for text in [error.to_string(), format!("{error:?}"), crate::binding::to_json(&Err(error)).to_string()] {
                prop_assert!(!text.contains(&secret), "{text}");
            }
        }
    }
}
