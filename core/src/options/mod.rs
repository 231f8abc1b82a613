//! All options by name, checked once. Every language, the environment and the command come
//! through here, so that a default, a bound or a sentence stands nowhere else.

pub(crate) mod endpoint;
pub(crate) mod environment;
pub(crate) mod fixed_token;
pub(crate) mod pem;
pub(crate) mod proxy;
pub(crate) mod roots;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::options::endpoint::Base;
use crate::options::environment::Environment;
use crate::options::fixed_token::FixedToken;
use crate::options::proxy::Proxy;
use crate::options::roots::Roots;
use crate::secret::Secret;
use crate::text::excerpt;

/// The names of all options, in the order of the documentation.
pub const OPTION_NAMES: [&str; 13] = [
    "access_token",
    "app_key",
    "app_secret",
    "region",
    "endpoint",
    "timeout",
    "attempt_timeout",
    "connect_timeout",
    "max_attempts",
    "rate",
    "missing_ok",
    "proxy",
    "ca_file",
];

/// The language on whose behalf options are set: its units of time, and its spelling of names
/// in messages and advice.
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
    fn key(self, name: &str) -> String {
        if self == Binding::Node { camel(name) } else { name.to_owned() }
    }

    /// Advice with what it names spelt as this language does. Names of one word, such as
    /// `rate`, read well in each as they are, but for flags where they can be nothing else.
    pub(crate) fn speak(self, advice: &str) -> String {
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
        let is_option = OPTION_NAMES.contains(&word) && word.contains('_');
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

    fn unit(self) -> (f64, &'static str) {
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

/// The value of an option as a binding hands it on. Its `Debug` output shows no text: it may
/// be a secret.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Not given: the default. For `rate`: no limit.
    None,
    /// Text.
    Text(String),
    /// A number; a time is in the unit of the [`Binding`].
    Number(f64),
    /// A truth value.
    Flag(bool),
    /// A path, which need not be Unicode.
    Path(PathBuf),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("None"),
            Value::Text(_) => f.write_str("Text(***)"),
            Value::Number(number) => write!(f, "Number({number})"),
            Value::Flag(flag) => write!(f, "Flag({flag})"),
            Value::Path(_) => f.write_str("Path(***)"),
        }
    }
}

/// The options of a client, set one by one and checked by
/// [`Client::with_options`](crate::Client::with_options).
///
/// Rust programs use [`ClientBuilder`](crate::ClientBuilder); this is what it and every
/// binding are made of.
#[derive(Clone)]
pub struct Options {
    pub(crate) binding: Binding,
    pub(crate) environment: Environment,
    pub(crate) access_token: Option<Secret>,
    pub(crate) app_key: Option<String>,
    pub(crate) app_secret: Option<Secret>,
    pub(crate) region: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_attempts: u32,
    pub(crate) rate: Option<u32>,
    pub(crate) missing_ok: bool,
    pub(crate) proxy: Option<Secret>,
    pub(crate) ca_file: Option<PathBuf>,
    /// What errors call an option whose value comes from elsewhere: a variable, a file.
    pub(crate) origins: BTreeMap<&'static str, String>,
}

pub(crate) const DEFAULT_REGION: &str = "international";
pub(crate) const DEFAULT_PROXY: &str = "environment";
const LONGEST_TIME: Duration = Duration::from_secs(24 * 60 * 60);
const SHORTEST_TIME: Duration = Duration::from_millis(1);
/// Well over what DingTalk issues, and short enough for the address that it goes into.
const LONGEST_CREDENTIAL: usize = 4096;
const MOST_ATTEMPTS: u32 = 100;
const HIGHEST_RATE: u32 = 10_000;

impl Default for Options {
    fn default() -> Options {
        Options {
            binding: Binding::Rust,
            environment: Arc::new(|name| std::env::var_os(name)),
            access_token: None,
            app_key: None,
            app_secret: None,
            region: None,
            endpoint: None,
            timeout: Duration::from_secs(30),
            attempt_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            max_attempts: 3,
            rate: Some(20),
            missing_ok: false,
            proxy: None,
            ca_file: None,
            origins: BTreeMap::new(),
        }
    }
}

impl Options {
    /// The defaults, for Rust.
    pub fn new() -> Options {
        Options::default()
    }

    /// The defaults, with the names and units of a language.
    pub fn for_binding(binding: Binding) -> Options {
        Options { binding, ..Options::default() }
    }

    /// Sets an option by its name, as the language of the [`Binding`] spells it.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the option: an unknown name, a value of another type,
    /// or one out of bounds. What only shows in the whole (two kinds of credentials, a
    /// file that is not there) is found when the client is made.
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), Error> {
        let binding = self.binding;
        let fresh = Options::default();
        let name = known(binding, name, &OPTION_NAMES)?;
        self.origins.remove(name);
        match name {
            "access_token" => self.access_token = secret(binding, name, value)?,
            "app_key" => self.app_key = text(binding, name, value)?,
            "app_secret" => self.app_secret = secret(binding, name, value)?,
            "region" => self.region = text(binding, name, value)?,
            "endpoint" => self.endpoint = text(binding, name, value)?,
            "proxy" => self.proxy = secret(binding, name, value)?,
            "ca_file" => self.ca_file = path(binding, name, value)?,
            "timeout" => self.timeout = duration_or(binding, name, value, fresh.timeout)?,
            "attempt_timeout" => {
                self.attempt_timeout = duration_or(binding, name, value, fresh.attempt_timeout)?;
            }
            "connect_timeout" => {
                self.connect_timeout = duration_or(binding, name, value, fresh.connect_timeout)?;
            }
            "max_attempts" => {
                self.max_attempts = match value {
                    Value::None => fresh.max_attempts,
                    value => integer(binding, name, value, MOST_ATTEMPTS)?,
                }
            }
            "rate" => {
                self.rate = match value {
                    Value::None => None,
                    value => Some(integer(binding, name, value, HIGHEST_RATE)?),
                }
            }
            "missing_ok" => {
                self.missing_ok = match value {
                    Value::None => fresh.missing_ok,
                    value => flag(binding, name, value)?,
                }
            }
            _ => return Err(unknown(binding, name, &OPTION_NAMES)),
        }
        Ok(())
    }

    /// The same with a value that comes from `origin`, a variable or a file: whoever is told
    /// that it is wrong has to look there.
    #[doc(hidden)]
    pub fn set_from(&mut self, name: &str, value: Value, origin: &str) -> Result<(), Error> {
        self.set(name, value)?;
        let name = known(self.binding, name, &OPTION_NAMES)?;
        self.origins.insert(name, origin.to_owned());
        Ok(())
    }

    /// What an option is where it is not given, in the unit of the [`Binding`]; `Value::None`
    /// where it is nothing. For bindings, which show it in their signatures.
    pub fn default_of(binding: Binding, name: &str) -> Value {
        let fresh = Options::default();
        let in_unit = |time: Duration| Value::Number(time.as_secs_f64() * binding.unit().0);
        match name {
            "region" => Value::Text(DEFAULT_REGION.to_owned()),
            "proxy" => Value::Text(DEFAULT_PROXY.to_owned()),
            "timeout" => in_unit(fresh.timeout),
            "attempt_timeout" => in_unit(fresh.attempt_timeout),
            "connect_timeout" => in_unit(fresh.connect_timeout),
            "max_attempts" => Value::Number(fresh.max_attempts.into()),
            "rate" => fresh.rate.map_or(Value::None, |rate| Value::Number(rate.into())),
            "missing_ok" => Value::Flag(fresh.missing_ok),
            _ => Value::None,
        }
    }

    /// Checks all options as a whole.
    pub(crate) fn check(self) -> Result<Settings, Error> {
        let credentials = self.credentials()?;
        let (topapi, oauth) = self.endpoints()?;
        for (name, time) in [
            ("timeout", self.timeout),
            ("attempt_timeout", self.attempt_timeout),
            ("connect_timeout", self.connect_timeout),
        ] {
            check_duration(self.binding, name, time)?;
        }
        check_integer(self.binding, "max_attempts", self.max_attempts.into(), MOST_ATTEMPTS)?;
        if let Some(rate) = self.rate {
            check_integer(self.binding, "rate", rate.into(), HIGHEST_RATE)?;
        }
        let roots = self.roots(&topapi)?;
        let topapi_proxy = self.proxy_for(&topapi)?;
        Ok(Settings {
            credentials,
            oauth_proxy: match oauth == topapi {
                true => topapi_proxy.clone(),
                false => self.proxy_for(&oauth)?,
            },
            topapi_proxy,
            topapi,
            oauth,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            connect_timeout: self.connect_timeout,
            max_attempts: self.max_attempts,
            rate: self.rate,
            missing_ok: self.missing_ok,
            roots,
            binding: self.binding,
        })
    }

    fn credentials(&self) -> Result<Credentials, Error> {
        let [token, key, secret] =
            ["access_token", "app_key", "app_secret"].map(|name| self.name_of(name));
        match (&self.access_token, &self.app_key, &self.app_secret) {
            (Some(given), None, None) => {
                check_graphic(&token, given.expose())?;
                Ok(Credentials::Fixed(FixedToken::new(given.clone())))
            }
            (None, Some(app_key), Some(app_secret)) => {
                check_graphic(&key, app_key)?;
                check_graphic(&secret, app_secret.expose())?;
                Ok(Credentials::App { key: app_key.clone(), secret: app_secret.clone() })
            }
            (None, None, None) => Err(Error::invalid(
                "no credentials",
                format!(
                    "Give {token}, or {key} and {secret}; from the environment: DINGTALK_ACCESS_TOKEN, or DINGTALK_APP_KEY and DINGTALK_APP_SECRET."
                ),
            )),
            (Some(_), _, _) => Err(Error::invalid(
                format!("{token} and {key} or {secret} are both given"),
                format!("Give either {token}, or {key} and {secret}."),
            )),
            (None, Some(_), None) => Err(Error::invalid(
                format!("{secret} is missing"),
                format!("Give it along with {key}."),
            )),
            (None, None, Some(_)) => Err(Error::invalid(
                format!("{key} is missing"),
                format!("Give it along with {secret}."),
            )),
        }
    }

    pub(crate) fn bad(&self, name: &str, problem: &str, advice: &str) -> Error {
        Error::invalid(format!("{} {problem}", self.name_of(name)), advice)
    }

    /// What an error calls an option.
    pub(crate) fn name_of(&self, name: &str) -> String {
        self.origins.get(name).cloned().unwrap_or_else(|| self.binding.spell(name))
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("access_token", &self.access_token)
            .field("app_key", &self.app_key.as_deref().map(excerpt))
            .field("app_secret", &self.app_secret)
            .field("region", &self.region.as_deref().map(excerpt))
            .field("endpoint", &self.endpoint.as_deref().map(without_secrets))
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_attempts", &self.max_attempts)
            .field("rate", &self.rate)
            .field("missing_ok", &self.missing_ok)
            .field("proxy", &self.proxy)
            .field("ca_file", &self.ca_file.as_deref().map(|path| excerpt(&path.to_string_lossy())))
            .finish()
    }
}

/// A URL that nobody has checked yet, without what may be a login or a token in it.
fn without_secrets(url: &str) -> String {
    let url = url.split_once(['?', '#']).map_or(url.to_owned(), |(url, _)| format!("{url}?***"));
    let start = url.find("//").map_or(0, |at| at + 2);
    match (url.get(..start), url.rsplit_once('@')) {
        (Some(scheme), Some((_, rest))) => excerpt(&format!("{scheme}***@{rest}")),
        _ => excerpt(&url),
    }
}

/// Options as a whole, checked.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub binding: Binding,
    pub credentials: Credentials,
    pub topapi: Base,
    pub oauth: Base,
    pub topapi_proxy: Option<Proxy>,
    pub oauth_proxy: Option<Proxy>,
    pub timeout: Duration,
    pub attempt_timeout: Duration,
    pub connect_timeout: Duration,
    pub max_attempts: u32,
    pub rate: Option<u32>,
    pub missing_ok: bool,
    pub roots: Roots,
}

#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    Fixed(FixedToken),
    App { key: String, secret: Secret },
}

/// Checks a token that a caller gives; it goes into an address.
pub(crate) fn check_token(binding: Binding, token: &str) -> Result<(), Error> {
    check_graphic(&binding.spell("access_token"), token)
}

fn check_graphic(name: &str, text: &str) -> Result<(), Error> {
    let problem = if text.is_empty() {
        "is empty"
    } else if text.len() > LONGEST_CREDENTIAL {
        "is longer than 4096 bytes"
    } else if !text.bytes().all(|b| b.is_ascii_graphic()) {
        "holds white space, a line break or another character that cannot be part of it"
    } else {
        return Ok(());
    };
    Err(Error::invalid(
        format!("{name} {problem}"),
        "Give it exactly as DingTalk issued it; a file read whole often ends with a line break.",
    ))
}

fn wrong_type(binding: Binding, name: &str, wanted: &str) -> Error {
    let name = binding.spell(name);
    Error::invalid(format!("{name} is not {wanted}"), format!("Give {wanted}."))
}

/// The name in the documentation of what a language spells as `spelt`.
pub(crate) fn known<'a>(
    binding: Binding,
    spelt: &str,
    names: &[&'a str],
) -> Result<&'a str, Error> {
    let found = names.iter().find(|name| binding.key(name) == spelt);
    found.copied().ok_or_else(|| unknown(binding, spelt, names))
}

/// The error for a name that is no option.
fn unknown(binding: Binding, name: &str, known: &[&str]) -> Error {
    let list: Vec<_> = known.iter().map(|name| binding.spell(name)).collect();
    Error::invalid(
        format!("there is no option \"{}\"", excerpt(name)),
        format!("The options are {}.", list.join(", ")),
    )
}

/// Text.
pub(crate) fn text(binding: Binding, name: &str, value: Value) -> Result<Option<String>, Error> {
    match value {
        Value::None => Ok(None),
        Value::Text(text) => Ok(Some(text)),
        _ => Err(wrong_type(binding, name, "text")),
    }
}

fn secret(binding: Binding, name: &str, value: Value) -> Result<Option<Secret>, Error> {
    Ok(text(binding, name, value)?.map(|text| Secret::new(&text)))
}

/// A path, as it is or as text.
pub(crate) fn path(binding: Binding, name: &str, value: Value) -> Result<Option<PathBuf>, Error> {
    match value {
        Value::Path(path) => Ok(Some(path)),
        value => Ok(text(binding, name, value)?.map(PathBuf::from)),
    }
}

/// A truth value.
pub(crate) fn flag(binding: Binding, name: &str, value: Value) -> Result<bool, Error> {
    match value {
        Value::Flag(flag) => Ok(flag),
        _ => Err(wrong_type(binding, name, "true or false")),
    }
}

fn duration_or(
    binding: Binding,
    name: &str,
    value: Value,
    default: Duration,
) -> Result<Duration, Error> {
    match value {
        Value::None => Ok(default),
        value => duration(binding, name, value),
    }
}

/// A time in the host's unit.
pub(crate) fn duration(binding: Binding, name: &str, value: Value) -> Result<Duration, Error> {
    let (per_second, unit) = binding.unit();
    match value {
        Value::Number(number) => match Duration::try_from_secs_f64(number / per_second) {
            Ok(time) => check_duration(binding, name, time).map(|()| time),
            Err(_) => Err(bad_duration(binding, name)),
        },
        _ => Err(wrong_type(binding, name, &format!("a number of {unit}"))),
    }
}

/// A time within its bounds.
pub(crate) fn check_duration(binding: Binding, name: &str, time: Duration) -> Result<(), Error> {
    if (SHORTEST_TIME..=LONGEST_TIME).contains(&time) {
        Ok(())
    } else {
        Err(bad_duration(binding, name))
    }
}

fn bad_duration(binding: Binding, name: &str) -> Error {
    let (per_second, unit) = binding.unit();
    let shortest = SHORTEST_TIME.as_secs_f64() * per_second;
    let longest = LONGEST_TIME.as_secs_f64() * per_second;
    Error::invalid(
        format!("{} is out of bounds", binding.spell(name)),
        format!("Give a time from {shortest} to {longest} {unit}."),
    )
}

/// A whole number from 1 to `most`.
pub(crate) fn integer(binding: Binding, name: &str, value: Value, most: u32) -> Result<u32, Error> {
    match value {
        Value::Number(number) => {
            check_integer(binding, name, number, most)?;
            // In bounds and whole, so nothing is lost.
            Ok(number as u32)
        }
        _ => Err(wrong_type(binding, name, "a whole number")),
    }
}

/// A whole number within its bounds.
pub(crate) fn check_integer(
    binding: Binding,
    name: &str,
    number: f64,
    most: u32,
) -> Result<(), Error> {
    if number.fract() == 0.0 && (1.0..=f64::from(most)).contains(&number) {
        return Ok(());
    }
    let spelt = binding.spell(name);
    let none = match (name, binding) {
        ("rate", Binding::Node) => ", or null for no limit",
        ("rate", Binding::C) => ", or 0 for no limit",
        ("rate", Binding::Command) => ", or none for no limit",
        ("rate", _) => ", or None for no limit",
        _ => "",
    };
    Err(Error::invalid(
        format!("{spelt} is out of bounds"),
        format!("Give a whole number from 1 to {most}{none}."),
    ))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn options(variables: &'static [(&'static str, &'static str)]) -> Options {
        let mut options = Options {
            environment: Arc::new(|name| {
                variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
            }),
            ..Options::default()
        };
        options.set("access_token", Value::Text("t".into())).unwrap();
        options
    }

    pub(crate) fn with(name: &str, value: &str) -> Result<Settings, Error> {
        let mut options = options(&[]);
        options.set(name, Value::Text(value.into()))?;
        options.check()
    }

    #[test]
    fn credentials_are_one_kind_or_the_other() {
        let check = |pairs: &[(&str, &str)]| {
            let mut options = Options { environment: Arc::new(|_| None), ..Options::default() };
            for (name, value) in pairs {
                options.set(name, Value::Text((*value).into())).unwrap();
            }
            options.check()
        };
        assert!(check(&[("access_token", "t")]).is_ok());
        assert!(check(&[("app_key", "k"), ("app_secret", "s")]).is_ok());
        for (pairs, named) in [
            (&[][..], "no credentials"),
            (&[("access_token", "t"), ("app_key", "k")], "access_token"),
            (&[("app_key", "k")], "app_secret"),
            (&[("app_secret", "s")], "app_key"),
            (&[("access_token", "")], "access_token"),
            (&[("access_token", "to\nken")], "access_token"),
            (&[("access_token", &"t".repeat(4097))], "access_token"),
            (&[("app_key", "k"), ("app_secret", "hu sh")], "app_secret"),
        ] {
            let error = check(pairs).unwrap_err();
            assert!(error.message().contains(named), "{error}");
            assert!(
                !error.to_string().contains("hu sh") && !error.to_string().contains("ken\""),
                "{error}"
            );
        }
    }

    #[test]
    fn numbers_and_their_bounds() {
        let set = |binding, name: &str, value| Options::for_binding(binding).set(name, value);
        for name in ["timeout", "attempt_timeout", "connect_timeout"] {
            for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300, 0.0001] {
                let error = set(Binding::Python, name, Value::Number(bad)).unwrap_err();
                assert!(error.message().starts_with(name), "{error}");
            }
            assert!(set(Binding::Python, name, Value::Number(0.001)).is_ok());
            let spelt = Binding::Node.spell(name);
            assert!(set(Binding::Node, &spelt, Value::Number(1.0)).is_ok());
            assert!(set(Binding::Node, &spelt, Value::Text("1".into())).is_err());
        }
        for bad in [0.0, -1.0, 1.5, f64::NAN, 1e9] {
            assert!(
                set(Binding::C, "rate", Value::Number(bad))
                    .unwrap_err()
                    .message()
                    .starts_with("rate")
            );
            assert!(
                set(Binding::Node, "maxAttempts", Value::Number(bad))
                    .unwrap_err()
                    .message()
                    .starts_with("maxAttempts")
            );
        }
        assert!(
            set(Binding::Node, "missingOk", Value::Number(1.0))
                .unwrap_err()
                .message()
                .starts_with("missingOk")
        );
        let error = set(Binding::Node, "nonsense", Value::None).unwrap_err();
        assert!(error.advice().contains("attemptTimeout"));
        let error = set(Binding::Node, "access_token", Value::Text("t".into())).unwrap_err();
        assert!(error.message().contains("access_token"), "another language's spelling");
    }

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

    #[test]
    fn no_value_is_echoed_whole() {
        let long = "x".repeat(1 << 20);
        let name = Options::new().set(&long, Value::None).unwrap_err();
        for error in [name]
            .into_iter()
            .chain(OPTION_NAMES.iter().filter_map(|name| with(name, &long).err()))
            .chain(
                [
                    format!("https://{long}"),
                    format!("https://h/{long}"),
                    format!("https://u:{long}@h"),
                ]
                .iter()
                .flat_map(|url| ["endpoint", "proxy"].map(|name| with(name, url).unwrap_err())),
            )
        {
            assert!(error.to_string().len() < 1000, "{}", error.to_string().len());
        }
        let mut options = options(&[]);
        for name in ["region", "endpoint", "ca_file", "app_key"] {
            options.set(name, Value::Text(long.clone())).unwrap();
        }
        assert!(format!("{options:?}").len() < 2000);
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let mut options = options(&[]);
        options.set("access_token", Value::Text("hush-token".into())).unwrap();
        options.set("proxy", Value::Text("http://u:hush-pw@h".into())).unwrap();
        assert!(!format!("{options:?}").contains("hush"));
        assert!(!format!("{:?}", options.check().unwrap()).contains("hush"));
        // What nobody has checked may hold anything.
        for endpoint in [
            "https://me:hush@h",
            "https://me:hu@sh@h/",
            "https://hush@h",
            "me:hush@h",
            "https://h/?access_token=hush",
            "https://h/#hush",
            "https://h/?q=1#@hush",
        ] {
            let builder = crate::Client::builder().endpoint(endpoint).proxy(endpoint);
            let shown = format!("{builder:?}");
            assert!(!shown.contains("hu"), "{shown}");
        }
    }
}
