//! The names, types and units of all options, as each language has them.

use crate::error::Error;

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
    /// `--max-attempts`, seconds.
    Command,
}

impl Binding {
    /// The option's name as this language writes it.
    pub fn spell(self, name: &str) -> String {
        match self {
            Binding::Rust | Binding::Python | Binding::C => name.to_owned(),
            Binding::Node => camel(name),
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

    /// The error with its advice in this language.
    pub(crate) fn advise(self, error: Error) -> Error {
        error.with(|fields| fields.advice = self.speak(&fields.advice))
    }

    /// Advice with the names of options and fields spelt as in this language. Names of one word,
    /// such as `rate`, are left alone, because they may be ordinary words; two phrases of the
    /// command in which they are flags are the exception.
    fn speak(self, advice: &str) -> String {
        let flags: &[(&str, &str)] = match self {
            Binding::Command => {
                &[("timeout or attempt_timeout", "--timeout"), ("lower rate", "lower --rate")]
            }
            _ => &[],
        };
        let advice =
            flags.iter().fold(advice.to_owned(), |text, (name, flag)| text.replace(name, flag));
        let in_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (mut spoken, mut rest) = (String::new(), advice.as_str());
        while let Some(start) = rest.find(in_a_name) {
            let (before, from) = rest.split_at(start);
            let (word, after) = from.split_at(from.find(|c| !in_a_name(c)).unwrap_or(from.len()));
            spoken.push_str(before);
            spoken.push_str(&self.word(word));
            rest = after;
        }
        spoken + rest
    }

    fn word(self, word: &str) -> String {
        let is_option = word.contains('_') && CLIENT_OPTIONS.iter().any(|(name, _)| *name == word);
        let is_field = matches!(word, "request_id" | "retry_after" | "maybe_deleted");
        match self {
            Binding::Node if is_option || is_field || word == "set_access_token" => camel(word),
            Binding::C if is_option && word.ends_with("timeout") => {
                format!("dtx_options_set_{word}_ms")
            }
            Binding::C if is_option => format!("dtx_options_set_{word}"),
            Binding::C if is_field => format!("dtx_error_{word}"),
            Binding::Command if is_option => self.spell(word),
            Binding::C if word == "set_access_token" => "dtx_client_set_access_token".to_owned(),
            _ => word.to_owned(),
        }
    }

    /// A truth value of a batch's option, as this language writes it.
    pub(crate) fn assign(self, name: &str, value: bool) -> String {
        let spelt = self.spell(name);
        match self {
            Binding::Rust => format!("{spelt}({value})"),
            Binding::Python => format!("{spelt}={}", if value { "True" } else { "False" }),
            Binding::Node => format!("{spelt}: {value}"),
            Binding::C => format!("dtx_batch_options_set_{name}({})", i32::from(value)),
            // A flag is only ever given to differ from the default.
            Binding::Command if name == "stop_on_missing" => "--ids-are-right".to_owned(),
            Binding::Command => spelt,
        }
    }

    /// How many of this language's units of time make a second, and their name.
    pub fn unit(self) -> (f64, &'static str) {
        match self {
            Binding::Rust | Binding::Python | Binding::Command => (1.0, "seconds"),
            Binding::Node | Binding::C => (1000.0, "milliseconds"),
        }
    }
}

/// `attempt_timeout` as `attemptTimeout`.
fn camel(name: &str) -> String {
    let mut upper = false;
    name.chars()
        .filter_map(|c| {
            let spelt = if upper { c.to_ascii_uppercase() } else { c };
            upper = c == '_';
            (c != '_').then_some(spelt)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_speaks_the_language_of_the_caller() {
        let advice = "Set missing_ok, ca_file or timeout (connect_timeout), give the request_id; qyapi_ext_write and set_access_token.";
        for (binding, spoken) in [
            (Binding::Rust, advice),
            (Binding::Python, advice),
            (
                Binding::Node,
                "Set missingOk, caFile or timeout (connectTimeout), give the requestId; qyapi_ext_write and setAccessToken.",
            ),
            (
                Binding::C,
                "Set dtx_options_set_missing_ok, dtx_options_set_ca_file or timeout (dtx_options_set_connect_timeout_ms), give the dtx_error_request_id; qyapi_ext_write and dtx_client_set_access_token.",
            ),
            (
                Binding::Command,
                "Set --missing-ok, --ca-file or timeout (connect_timeout), give the request_id; qyapi_ext_write and set_access_token.",
            ),
        ] {
            assert_eq!(binding.speak(advice), spoken);
            assert_eq!(binding.speak(spoken), spoken, "twice is no more than once");
        }
    }
}
