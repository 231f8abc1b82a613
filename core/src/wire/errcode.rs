//! The effective code of a refusal: kind, retry, meaning, advice.
//!
//! The table is `errcodes.tsv`, the only one in the project. It is parsed at every lookup:
//! refusals are rare, and the network call before one costs far more.

use std::time::Duration;

use crate::error::ErrorKind;
use crate::language::{self, CHINESE, Language};

const TABLE: &str = include_str!("../../errcodes.tsv");

/// Whether a refused request is tried again, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// The same request will be refused again.
    No,
    /// After an ordinary pause.
    Pause,
    /// After a wait that is known.
    After(Duration),
    /// At once, with a new token.
    NewToken,
    /// As after a pause; a batch rests for longer. The caller is shut out for a while.
    Blocked,
}

/// What is known of a return code of DingTalk.
///
/// From DingTalk's list of return codes and the page of the API; see `errcodes.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// The code as it stands in the table; a trailing `*` stands for any rest.
    pub code: &'static str,
    /// The kind of error that it ends as.
    pub kind: ErrorKind,
    /// What it means to a caller who deletes an external contact.
    pub meaning: &'static str,
    /// What to do; where the table has none of its own, empty.
    pub advice: &'static str,
    meaning_zh: &'static str,
    /// Whether it stops a batch: every further call would be answered alike.
    pub stops_batch: bool,
    pub(crate) retry: Retry,
}

impl CodeInfo {
    /// What it means, in a language.
    ///
    /// ```
    /// use dingtalk_extcontact::{Language, explain};
    ///
    /// let known = explain("60011").unwrap();
    /// assert_eq!(known.meaning_in(Language::English), known.meaning);
    /// assert!(known.meaning_in(Language::Chinese).contains("权限"));
    /// ```
    pub fn meaning_in(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.meaning,
            Language::Chinese => self.meaning_zh,
        }
    }

    /// What to do, in a language; options are spelt as in Rust.
    pub fn advice_in(&self, language: Language) -> &'static str {
        language::told(self.advice, language)
    }
}

/// What is known of a code, `None` for one that is not in the table.
///
/// Takes the code as [`Error::code`](crate::Error::code) gives it: `33012`, `60011`, `isp.-1`.
///
/// ```
/// let known = dingtalk_extcontact::explain("60011").unwrap();
/// assert_eq!(known.kind, dingtalk_extcontact::ErrorKind::PermissionDenied);
/// assert!(known.advice.contains("qyapi_ext_write"));
/// ```
pub fn explain(code: &str) -> Option<CodeInfo> {
    rows().find(|row| match row.code.strip_suffix('*') {
        Some(start) => code.starts_with(start),
        None => code == row.code,
    })
}

/// All codes that [`explain`] knows, as they stand in the table: a trailing `*` stands for any
/// rest.
///
/// ```
/// assert!(dingtalk_extcontact::codes().any(|code| code == "60011"));
/// ```
pub fn codes() -> impl Iterator<Item = &'static str> {
    rows().map(|row| row.code)
}

/// A meaning, of a code or another, in a language; `None` where there is no other than the English.
pub fn meaning_in(meaning: &str, language: Language) -> Option<&'static str> {
    let of_code = || rows().find(|row| row.meaning == meaning).map(|row| row.meaning_zh);
    match language {
        Language::English => None,
        Language::Chinese => CHINESE.find(meaning).or_else(of_code),
    }
}

fn rows() -> impl Iterator<Item = CodeInfo> {
    TABLE.lines().skip(1).filter_map(row)
}

/// A row of the table; `None` where it is malformed, which a test rules out.
fn row(line: &'static str) -> Option<CodeInfo> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let (code, kind, retry, stops) = (next()?, next()?, next()?, next()?);
    Some(CodeInfo {
        code,
        kind: kind.parse().ok()?,
        retry: match retry {
            "no" => Retry::No,
            "pause" => Retry::Pause,
            "token" => Retry::NewToken,
            "blocked" => Retry::Blocked,
            wait => Retry::After(Duration::from_secs(wait.strip_suffix('s')?.parse().ok()?)),
        },
        stops_batch: match stops {
            "yes" => true,
            "no" => false,
            _ => return None,
        },
        meaning: next()?,
        advice: next()?,
        meaning_zh: next()?,
    })
}

#[cfg(test)]
mod tests {
    use dingtalk_extcontact_test_support::literals::is_chinese;

    use super::*;

    #[test]
    fn every_line_is_a_row_and_no_code_stands_twice() {
        let lines: Vec<_> = TABLE.lines().collect();
        assert_eq!(lines[0], "code\tkind\tretry\tstops\tmeaning\tadvice\tmeaning_zh");
        let rows: Vec<_> = rows().collect();
        assert_eq!(rows.len(), lines.len() - 1);
        assert!(rows.len() > 400);
        let mut codes: Vec<_> = rows.iter().map(|row| row.code).collect();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), rows.len());
        for (row, line) in rows.iter().zip(&lines[1..]) {
            assert_eq!(line.split('\t').count(), 7, "{line}");
            assert!(!row.meaning.is_empty(), "{line}");
            assert!(!row.advice.is_empty() || row.kind == ErrorKind::Api, "{line}");
            assert!(is_chinese(row.meaning_zh), "{line}");
            let advice = row.advice_in(Language::Chinese);
            assert!(advice.is_empty() || is_chinese(advice), "{line}");
        }
    }

    #[test]
    fn retry_goes_with_the_kind() {
        for row in rows() {
            let fits = match row.retry {
                Retry::No => true,
                Retry::Pause | Retry::After(_) => row.kind.is_retryable(),
                Retry::NewToken => row.kind == ErrorKind::Authentication,
                Retry::Blocked => row.kind == ErrorKind::Throttled,
            };
            assert!(fits, "{row:?}");
            assert!(!(row.stops_batch && row.kind.is_retryable()), "{row:?}");
        }
    }

    #[test]
    fn the_codes_that_the_design_fixes() {
        use ErrorKind::*;
        for (code, kind) in [
            ("33012", InvalidUserId),
            ("60121", InvalidUserId),
            ("40003", InvalidUserId),
            ("41009", InvalidUserId),
            ("43007", PermissionDenied),
            ("60011", PermissionDenied),
            ("90018", Throttled),
            ("1111", Throttled),
            ("90020", QuotaExceeded),
            ("60020", Configuration),
            ("400001", Service),
            ("-1", Service),
            ("isp.-1", Service),
            ("isv.missing-parameter", Api),
            ("40014", Authentication),
            ("invalidClientIdOrSecret", Authentication),
        ] {
            assert_eq!(explain(code).map(|row| row.kind), Some(kind), "{code}");
        }
        let only: Vec<_> =
            rows().filter(|row| row.kind == InvalidUserId).map(|row| row.code).collect();
        assert_eq!(only.len(), 4);
        assert_eq!(
            explain("1111").map(|row| row.retry),
            Some(Retry::After(Duration::from_secs(300)))
        );
        for code in ["40014", "42001", "40001", "33001", "41001", "33009"] {
            assert_eq!(explain(code).map(|row| row.retry), Some(Retry::NewToken), "{code}");
        }
        for (code, stops) in [
            ("60011", true),
            ("43007", true),
            ("60020", true),
            ("50002", false),
            ("50004", false),
            ("33012", false),
        ] {
            assert_eq!(explain(code).map(|row| row.stops_batch), Some(stops), "{code}");
        }
        assert_eq!(explain("31337"), None);
    }
}
