//! The names, types and units of all options, as each language has them.

use crate::error::Error;
use crate::language::Language;
use crate::text::excerpt;

/// What the value of an option is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Text.
    Text,
    /// A path.
    Path,
    /// A time, in the unit of the [`Binding`].
    Time,
    /// A whole number.
    Integer,
    /// A truth value.
    Flag,
}

/// An option: its name in the documentation, and the type of its value.
pub type Spec = (&'static str, ValueType);

/// All options of a client, in the order of the documentation.
pub const CLIENT_OPTIONS: &[Spec] = &[
    ("access_token", ValueType::Text),
    ("app_key", ValueType::Text),
    ("app_secret", ValueType::Text),
    ("region", ValueType::Text),
    ("endpoint", ValueType::Text),
    ("timeout", ValueType::Time),
    ("attempt_timeout", ValueType::Time),
    ("connect_timeout", ValueType::Time),
    ("max_attempts", ValueType::Integer),
    ("rate", ValueType::Integer),
    ("missing_ok", ValueType::Flag),
    ("proxy", ValueType::Text),
    ("ca_file", ValueType::Path),
    ("language", ValueType::Text),
];

/// The language that sets the options. It decides the unit of times, and how names are spelt in
/// messages and advice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Binding {
    /// `attempt_timeout`, seconds.
    #[default]
    Rust,
    /// `attempt_timeout`, seconds.
    Python,
    /// `attemptTimeout`, milliseconds.
    Node,
    /// `attempt_timeout`, milliseconds; `dtx_options_set_attempt_timeout_ms` in advice.
    C,
    /// `attempt_timeout`, milliseconds.
    Cpp,
    /// `attemptTimeout`, milliseconds.
    Java,
    /// `attemptTimeoutMs`, milliseconds.
    Php,
    /// `AttemptTimeout`, milliseconds.
    Go,
    /// `AttemptTimeout`, milliseconds.
    DotNet,
    /// `--max-attempts`, seconds.
    Command,
}

/// What the packages over the C library, and their languages, are called there.
const PACKAGES: [(&str, Binding); 6] = [
    ("c", Binding::C),
    ("cpp", Binding::Cpp),
    ("java", Binding::Java),
    ("php", Binding::Php),
    ("go", Binding::Go),
    ("dotnet", Binding::DotNet),
];

impl Binding {
    /// The language of a package over the C library. All of these share the names and the units
    /// by which options are set there, and differ in what messages call them.
    pub(crate) fn of_package(name: &str) -> Result<Binding, Error> {
        let found = PACKAGES.iter().find(|(own, _)| *own == name);
        found.map(|(_, binding)| *binding).ok_or_else(|| {
            Error::invalid(
                format!("there is no binding \"{}\"", excerpt(name)),
                phrase!(
                    "The bindings are {names}.",
                    names = PACKAGES.map(|(own, _)| own).join(", ")
                ),
            )
        })
    }

    /// The option's name as this language writes it.
    pub fn spell(self, name: &str) -> String {
        let words = name.split('_');
        match self {
            Binding::Rust | Binding::Python | Binding::C | Binding::Cpp => name.to_owned(),
            Binding::Node | Binding::Java => camel(name),
            Binding::Php if name.ends_with("timeout") => camel(name) + "Ms",
            Binding::Php => camel(name),
            Binding::Go => words
                .map(|word| match word {
                    "ca" | "id" | "ok" => word.to_ascii_uppercase(),
                    _ => capital(word),
                })
                .collect(),
            Binding::DotNet => words.map(capital).collect(),
            Binding::Command => match name {
                // A secret stands in a file, not on a command line.
                "access_token" => "--token-file".to_owned(),
                "app_secret" => "--app-secret-file".to_owned(),
                // It has no such flags.
                "attempt_timeout" | "connect_timeout" => name.to_owned(),
                _ => format!("--{}", name.replace('_', "-")),
            },
        }
    }

    /// The name by which this language sets the option.
    pub(crate) fn key(self, name: &str) -> String {
        if self == Binding::Node { camel(name) } else { name.to_owned() }
    }

    /// The error with its advice in a language, and with the names of this one.
    pub(crate) fn advise(self, language: Language, error: Error) -> Error {
        error.with(|fields| fields.advice.say(language, |advice| self.speak(advice)))
    }

    /// Advice with the names of options and fields spelt as in this language.
    pub(crate) fn speak(self, advice: &str) -> String {
        let advice = match self {
            // It has one flag for both.
            Binding::Command => ["or", "或"].iter().fold(advice.to_owned(), |advice, or| {
                advice.replace(&format!("timeout {or} attempt_timeout"), "--timeout")
            }),
            _ => advice.to_owned(),
        };
        let in_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (mut spoken, mut rest) = (String::new(), advice.as_str());
        while let Some(start) = rest.find(in_a_name) {
            let (between, from) = rest.split_at(start);
            let (word, after) = from.split_at(from.find(|c| !in_a_name(c)).unwrap_or(from.len()));
            let before = advice.strip_suffix(from).unwrap_or_default();
            spoken.push_str(between);
            spoken.push_str(&match is_option(before, word) {
                true => self.option(word),
                false => self.field(word),
            });
            rest = after;
        }
        spoken + rest
    }

    fn field(self, word: &str) -> String {
        match (self, word) {
            (Binding::Command, _) => word.to_owned(),
            (Binding::C, "set_access_token") => "dtx_client_set_access_token".to_owned(),
            (Binding::C, "request_id" | "retry_after" | "maybe_deleted") => {
                format!("dtx_error_{word}")
            }
            (_, "set_access_token" | "request_id" | "retry_after" | "maybe_deleted") => {
                self.spell(word)
            }
            _ => word.to_owned(),
        }
    }

    /// What sets an option, in advice.
    fn option(self, name: &str) -> String {
        match self {
            Binding::C if name.ends_with("timeout") => format!("dtx_options_set_{name}_ms"),
            Binding::C => format!("dtx_options_set_{name}"),
            _ => self.spell(name),
        }
    }

    /// A truth value of a batch's option, as this language writes it.
    pub(crate) fn assign(self, name: &str, value: bool) -> String {
        let spelt = self.spell(name);
        match self {
            Binding::Rust | Binding::Cpp | Binding::Java => format!("{spelt}({value})"),
            Binding::Python => format!("{spelt}={}", if value { "True" } else { "False" }),
            Binding::Node | Binding::Php | Binding::Go => format!("{spelt}: {value}"),
            Binding::DotNet => format!("{spelt} = {value}"),
            Binding::C => format!("dtx_batch_options_set_{name}({})", i32::from(value)),
            // A flag is only ever given to differ from the default.
            Binding::Command if name == "stop_on_missing" => "--ids-are-right".to_owned(),
            Binding::Command => spelt,
        }
    }

    /// How many of this language's units of time make a second, and their name.
    pub fn unit(self) -> (f64, &'static str) {
        match self {
            Binding::Rust | Binding::Python | Binding::Command => (1.0, sentence!("seconds")),
            _ => (1000.0, sentence!("milliseconds")),
        }
    }
}

/// Whether a word of a sentence is the name of an option, by what stands before it. One that may be
/// an ordinary word, such as `rate`, is a name after a verb ("lower rate") or joined to another name
/// ("app_secret and region"); in Chinese, where only names are Latin, always.
fn is_option(before: &str, word: &str) -> bool {
    let is_known = |word: &str| CLIENT_OPTIONS.iter().any(|(name, _)| *name == word);
    if !is_known(word) || word.contains('_') {
        return is_known(word);
    }
    let Some(before) = before.strip_suffix(' ') else { return false };
    let mut words = before.rsplit(' ');
    match words.next().unwrap_or_default() {
        "Check" | "check" | "Lower" | "lower" | "raise" | "that" => true,
        "and" | "or" => words.next().is_some_and(is_known),
        other => other.ends_with(|c: char| !c.is_ascii()),
    }
}

/// `attempt_timeout` as `attemptTimeout`.
fn camel(name: &str) -> String {
    let (first, rest) = name.split_once('_').unwrap_or((name, ""));
    first.to_owned() + &rest.split('_').map(capital).collect::<String>()
}

/// `timeout` as `Timeout`.
fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_ascii_uppercase() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::CHINESE;

    #[test]
    fn advice_speaks_the_language_of_the_caller() {
        let advice = "Set missing_ok and ca_file, raise timeout or attempt_timeout, give the request_id; qyapi_ext_write and set_access_token.";
        for (binding, spoken) in [
            (Binding::Rust, advice),
            (Binding::Python, advice),
            (
                Binding::Node,
                "Set missingOk and caFile, raise timeout or attemptTimeout, give the requestId; qyapi_ext_write and setAccessToken.",
            ),
            (
                Binding::C,
                "Set dtx_options_set_missing_ok and dtx_options_set_ca_file, raise dtx_options_set_timeout_ms or dtx_options_set_attempt_timeout_ms, give the dtx_error_request_id; qyapi_ext_write and dtx_client_set_access_token.",
            ),
            (Binding::Cpp, advice),
            (
                Binding::Java,
                "Set missingOk and caFile, raise timeout or attemptTimeout, give the requestId; qyapi_ext_write and setAccessToken.",
            ),
            (
                Binding::Php,
                "Set missingOk and caFile, raise timeoutMs or attemptTimeoutMs, give the requestId; qyapi_ext_write and setAccessToken.",
            ),
            (
                Binding::Go,
                "Set MissingOK and CAFile, raise Timeout or AttemptTimeout, give the RequestID; qyapi_ext_write and SetAccessToken.",
            ),
            (
                Binding::DotNet,
                "Set MissingOk and CaFile, raise Timeout or AttemptTimeout, give the RequestId; qyapi_ext_write and SetAccessToken.",
            ),
            (
                Binding::Command,
                "Set --missing-ok and --ca-file, raise --timeout, give the request_id; qyapi_ext_write and set_access_token.",
            ),
        ] {
            assert_eq!(binding.speak(advice), spoken);
            assert_eq!(binding.speak(spoken), spoken, "twice is no more than once");
        }
    }

    #[test]
    fn names_that_may_be_ordinary_words_are_spelt_where_they_are_names() {
        for (advice, spoken) in [
            ("Check endpoint and region.", "Check Endpoint and Region."),
            (
                "Check app_secret and region, and lower rate.",
                "Check AppSecret and Region, and lower Rate.",
            ),
            ("Check that region is right.", "Check that Region is right."),
            (
                "请检查 endpoint 和 region，并调低 rate。",
                "请检查 Endpoint 和 Region，并调低 Rate。",
            ),
            ("请调大 timeout 或 attempt_timeout。", "请调大 Timeout 或 AttemptTimeout。"),
        ] {
            assert_eq!(Binding::Go.speak(advice), spoken);
            assert_eq!(Binding::DotNet.speak(advice), spoken);
        }
        for advice in [
            "Check the endpoint, the rate and the proxy of this organisation and region.",
            "Look for a gateway or proxy; look at /srv/rate and --rate.",
        ] {
            assert_eq!(Binding::Go.speak(advice), advice);
        }
        assert_eq!(Binding::Command.speak("Lower rate."), "Lower --rate.");
        assert_eq!(Binding::C.speak("Lower rate."), "Lower dtx_options_set_rate.");
    }

    /// In Chinese such a name cannot be mistaken, so that shows where it was in English.
    #[test]
    fn both_languages_have_the_same_names_in_every_sentence() {
        let names = |sentence: &str| {
            let spoken = Binding::DotNet.speak(sentence);
            CLIENT_OPTIONS
                .iter()
                .map(|(name, _)| Binding::DotNet.spell(name))
                .filter(|name| {
                    spoken.split(|c: char| !c.is_ascii_alphanumeric()).any(|it| it == name)
                })
                .collect::<Vec<_>>()
        };
        for (english, chinese) in CHINESE.entries() {
            assert_eq!(names(english), names(chinese), "{english}");
        }
    }
}
