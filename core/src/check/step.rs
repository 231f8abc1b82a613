//! A step of a check, and what came of it.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::error::Error;
use crate::language::{Language, Phrase};
use crate::options::names::Binding;
use crate::text::one_line;

/// What a step of a check looks at.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckName {
    /// Which credentials there are, and where they are used.
    Credentials,
    /// Whether the name of the service, or of the proxy before it, has an address.
    Lookup,
    /// Whether the proxy leads to the service.
    Proxy,
    /// Whether the service can be connected to.
    Connection,
    /// Whether its certificate is trusted, and who issued it.
    Tls,
    /// Whether this machine's clock agrees with the service's.
    Clock,
    /// Whether the service accepts the token, or gives one for the app's credentials.
    Token,
    /// Whether contacts can be read: a page of one.
    ReadPermission,
    /// Whether the app's white list of addresses has this one.
    WhiteList,
    /// Whether a limit of calls was met.
    Limits,
    /// Whether contacts can be deleted.
    WritePermission,
}

impl CheckName {
    /// The name, as it stands in JSON: `read_permission`.
    pub const fn as_str(self) -> &'static str {
        match self {
            CheckName::Credentials => "credentials",
            CheckName::Lookup => "lookup",
            CheckName::Proxy => "proxy",
            CheckName::Connection => "connection",
            CheckName::Tls => "tls",
            CheckName::Clock => "clock",
            CheckName::Token => "token",
            CheckName::ReadPermission => "read_permission",
            CheckName::WhiteList => "white_list",
            CheckName::Limits => "limits",
            CheckName::WritePermission => "write_permission",
        }
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for CheckName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What came of a step of a check.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckStatus {
    /// As it should be.
    Ok,
    /// It keeps no call from passing, but should be seen to.
    Warning,
    /// It keeps calls from passing.
    Failed,
    /// What the service answered does not tell.
    Unknown,
    /// Not looked at, as it does not apply, was not asked for, or a step before it failed.
    Skipped,
}

impl CheckStatus {
    /// The name, as it stands in JSON: `failed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            CheckStatus::Ok => "ok",
            CheckStatus::Warning => "warning",
            CheckStatus::Failed => "failed",
            CheckStatus::Unknown => "unknown",
            CheckStatus::Skipped => "skipped",
        }
    }
}

impl fmt::Display for CheckStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for CheckStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A step of a check.
#[non_exhaustive]
#[derive(Clone, Debug, Serialize)]
pub struct CheckStep {
    /// What it looks at.
    #[serde(rename = "step")]
    pub name: CheckName,
    /// What came of it.
    pub status: CheckStatus,
    /// What was found, in one line for people.
    pub text: String,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The error that it ended with, with the service's own codes and request id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// The text and the advice, to be said in another language.
    #[serde(skip)]
    phrases: (Phrase, Option<Phrase>),
}

impl CheckStep {
    pub(crate) fn new(name: CheckName, status: CheckStatus, text: Phrase) -> CheckStep {
        let said = text.to_string();
        CheckStep { name, status, text: said, advice: None, error: None, phrases: (text, None) }
    }

    /// A step that ended with this error, and says so.
    pub(crate) fn of_error(name: CheckName, status: CheckStatus, error: Error) -> CheckStep {
        let step = CheckStep::new(name, status, Phrase::recorded(error.message().to_owned()))
            .advise(error.advice_phrase());
        CheckStep { error: Some(error), ..step }
    }

    /// The same step with another text.
    pub(crate) fn saying(self, text: Phrase) -> CheckStep {
        CheckStep { text: text.to_string(), phrases: (text, self.phrases.1), ..self }
    }

    pub(crate) fn advise(self, advice: Phrase) -> CheckStep {
        let said = Some(advice.to_string());
        CheckStep { advice: said, phrases: (self.phrases.0, Some(advice)), ..self }
    }

    /// Says the advice anew: in a language, and with the names of a binding.
    pub(crate) fn say(&mut self, language: Language, binding: Binding) {
        self.advice = self.advice_in(language, binding);
    }

    /// What to do, in a language and with the names of a binding.
    #[doc(hidden)]
    pub fn advice_in(&self, language: Language, binding: Binding) -> Option<String> {
        self.phrases.1.as_ref().map(|advice| binding.speak(&advice.told(language)))
    }

    /// What was found, in a language.
    #[doc(hidden)]
    pub fn text_in(&self, language: Language) -> String {
        match language {
            Language::English => self.text.clone(),
            _ => one_line(&self.phrases.0.told(language)),
        }
    }
}
