//! The options of a client. Rust, the environment, the bindings and the command all set them here,
//! and they are checked once, when the client is made: defaults, bounds and messages are nowhere
//! else.

pub(crate) mod endpoint;
mod environment;
pub(crate) mod fixed_token;
pub(crate) mod language;
pub(crate) mod names;
mod pem;
pub(crate) mod proxy;
pub(crate) mod roots;

use std::collections::BTreeMap;
use std::fmt;
use std::hash::Hash;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::Error;
use crate::language::{Language, Phrase};
use crate::options::endpoint::Base;
use crate::options::environment::Environment;
use crate::options::fixed_token::FixedToken;
use crate::options::names::Binding;
use crate::options::proxy::{Proxy, proxy_to};
use crate::options::roots::{Roots, roots};
use crate::secret::Secret;
use crate::text::excerpt;

/// The options of a client. [`Client::with_options`](crate::Client::with_options) checks them.
///
/// Rust programs use [`ClientBuilder`](crate::ClientBuilder), which wraps this.
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
    pub(crate) language: Language,
    /// What errors call an option whose value comes from elsewhere: a variable, a file.
    pub(crate) origins: BTreeMap<&'static str, String>,
}

const LONGEST_TIME: Duration = Duration::from_secs(24 * 60 * 60);
const SHORTEST_TIME: Duration = Duration::from_millis(1);
/// Far more than DingTalk issues, and short enough for a URL.
const LONGEST_CREDENTIAL: usize = 4096;
pub(crate) const MOST_ATTEMPTS: u32 = 100;
pub(crate) const HIGHEST_RATE: u32 = 10_000;

impl Default for Options {
    fn default() -> Options {
        Options {
            binding: Binding::Rust,
            environment: Environment::default(),
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
            language: Language::default(),
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

    /// The options that the environment names: `DINGTALK_ACCESS_TOKEN`, or
    /// `DINGTALK_APP_KEY` and `DINGTALK_APP_SECRET`; `DINGTALK_REGION`, `DINGTALK_ENDPOINT`.
    /// A variable that is empty counts as not set; one whose value is no good is named in the
    /// error of making the client.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the variable, where it is not text.
    pub fn from_env(binding: Binding) -> Result<Options, Error> {
        Options::for_binding(binding).read_environment()
    }

    fn read_environment(mut self) -> Result<Options, Error> {
        for name in ["access_token", "app_key", "app_secret", "region", "endpoint"] {
            let variable = format!("DINGTALK_{}", name.to_ascii_uppercase());
            let Some(value) = self.environment.text(&variable)? else {
                continue;
            };
            match name {
                "access_token" => self.access_token = Some(Secret::new(&value)),
                "app_key" => self.app_key = Some(value),
                "app_secret" => self.app_secret = Some(Secret::new(&value)),
                "region" => self.region = Some(value),
                _ => self.endpoint = Some(value),
            }
            self.origins.insert(name, variable);
        }
        Ok(self)
    }

    /// All that makes a client another one, for a keyed hash.
    pub(crate) fn identity(&self) -> impl Hash + '_ {
        // A new option is missed by the compiler, not by us.
        let Options {
            binding: _,
            environment: _,
            access_token,
            app_key,
            app_secret,
            region,
            endpoint,
            timeout,
            attempt_timeout,
            connect_timeout,
            max_attempts,
            rate,
            missing_ok,
            proxy,
            ca_file,
            language,
            origins: _,
        } = self;
        let secrets = [access_token, app_secret, proxy].map(|it| it.as_ref().map(Secret::expose));
        let texts = (secrets, app_key, region, endpoint, ca_file, language);
        let numbers = (timeout, attempt_timeout, connect_timeout, max_attempts, rate, missing_ok);
        (texts, numbers)
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
        let roots = self.roots(topapi.https)?;
        let topapi_proxy = self.proxy_to(&topapi)?;
        Ok(Settings {
            credentials,
            oauth_proxy: match oauth == topapi {
                true => topapi_proxy.clone(),
                false => self.proxy_to(&oauth)?,
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
            language: self.language,
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
                phrase!(
                    "Give {token}, or {key} and {secret}; from the environment: DINGTALK_ACCESS_TOKEN, or DINGTALK_APP_KEY and DINGTALK_APP_SECRET.",
                    token,
                    key,
                    secret
                ),
            )),
            (Some(_), _, _) => Err(Error::invalid(
                format!("{token} and {key} or {secret} are both given"),
                phrase!("Give either {token}, or {key} and {secret}.", token, key, secret),
            )),
            (None, Some(_), None) => Err(Error::invalid(
                format!("{secret} is missing"),
                phrase!("Give it along with {key}.", key),
            )),
            (None, None, Some(_)) => Err(Error::invalid(
                format!("{key} is missing"),
                phrase!("Give it along with {secret}.", secret),
            )),
        }
    }

    /// The hosts of the two APIs: topapi, and the token call. An endpoint serves both.
    fn endpoints(&self) -> Result<(Base, Base), Error> {
        let of_region = Base::of_region(&self.name_of("region"), self.region.as_deref())?;
        match &self.endpoint {
            None => Ok(of_region),
            Some(endpoint) => {
                let base = Base::parse(&self.name_of("endpoint"), endpoint)?;
                Ok((base.clone(), base))
            }
        }
    }

    fn proxy_to(&self, base: &Base) -> Result<Option<Proxy>, Error> {
        let given = self.proxy.as_ref().map(Secret::expose);
        proxy_to(base, &self.name_of("proxy"), given, &self.environment)
    }

    fn roots(&self, https: bool) -> Result<Roots, Error> {
        let name = self.name_of("ca_file");
        let ca_file = self.ca_file.as_deref().map(|path| (name.as_str(), path));
        roots(ca_file, https, &self.environment)
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
            .field("language", &self.language)
            .finish()
    }
}

/// An unchecked URL without its user name, password, query and fragment, which may be secrets.
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
    pub language: Language,
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

impl Settings {
    /// The error with its advice as this client's caller is to read it.
    pub fn advise(&self, error: Error) -> Error {
        self.binding.advise(self.language, error)
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    Fixed(FixedToken),
    App { key: String, secret: Secret },
}

/// Checks a token that a caller gives. It becomes part of a URL.
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
        phrase!(
            "Give it exactly as DingTalk issued it; a file read whole often ends with a line break."
        ),
    ))
}

/// A time within its bounds.
pub(crate) fn check_duration(binding: Binding, name: &str, time: Duration) -> Result<(), Error> {
    if (SHORTEST_TIME..=LONGEST_TIME).contains(&time) {
        Ok(())
    } else {
        Err(bad_duration(binding, name))
    }
}

pub(crate) fn bad_duration(binding: Binding, name: &str) -> Error {
    let (per_second, unit) = binding.unit();
    let unit = Phrase::known(unit);
    let shortest = SHORTEST_TIME.as_secs_f64() * per_second;
    let longest = LONGEST_TIME.as_secs_f64() * per_second;
    Error::invalid(
        format!("{} is out of bounds", binding.spell(name)),
        phrase!("Give a time from {shortest} to {longest} {unit}.", shortest, longest, unit),
    )
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
    let none = match binding {
        Binding::Node => "null",
        Binding::Rust | Binding::Python => "None",
        Binding::Command => "none",
        // There 0 is a field that was not set.
        Binding::Go => "NoLimit",
        _ => "0",
    };
    let advice = match name {
        "rate" => {
            phrase!("Give a whole number from 1 to {most}, or {none} for no limit.", most, none)
        }
        _ => phrase!("Give a whole number from 1 to {most}.", most),
    };
    Err(Error::invalid(format!("{spelt} is out of bounds"), advice))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::binding::Value;
    use crate::options::names::CLIENT_OPTIONS;
    use crate::options::proxy::ProxySetting;

    pub(crate) fn options(variables: &'static [(&'static str, &'static str)]) -> Options {
        let mut options = Options {
            environment: Environment::of(|name| {
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
            let mut options =
                Options { environment: Environment::of(|_| None), ..Options::default() };
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
    fn no_value_is_echoed_whole() {
        let long = "x".repeat(1 << 20);
        let name = Options::new().set(&long, Value::None).unwrap_err();
        for error in [name]
            .into_iter()
            .chain(CLIENT_OPTIONS.iter().filter_map(|(name, _)| with(name, &long).err()))
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
            let builder = crate::Client::builder().endpoint(endpoint);
            let builder = builder.proxy(ProxySetting::Url(endpoint.to_owned()));
            let shown = format!("{builder:?}");
            assert!(!shown.contains("hu"), "{shown}");
        }
    }

    #[test]
    fn the_environment_sets_credentials_and_place() {
        let options = Options {
            access_token: None,
            ..options(&[
                ("DINGTALK_APP_KEY", "k"),
                ("DINGTALK_APP_SECRET", "s"),
                ("DINGTALK_ACCESS_TOKEN", ""),
                ("DINGTALK_REGION", "china"),
                ("DINGTALK_TIMEOUT", "1"),
            ])
        };
        let settings = options.read_environment().unwrap().check().unwrap();
        assert!(matches!(settings.credentials, Credentials::App { .. }));
        assert_eq!(settings.topapi.host, "oapi.dingtalk.com");
        assert_eq!(settings.timeout, Duration::from_secs(30));
    }

    #[test]
    fn trouble_with_a_variable_is_told_under_its_name() {
        let read = |variables| {
            Options { access_token: None, ..options(variables) }.read_environment().unwrap()
        };
        for (variables, told) in [
            (&[("DINGTALK_ACCESS_TOKEN", "a b")][..], "DINGTALK_ACCESS_TOKEN holds"),
            (&[("DINGTALK_APP_KEY", "k"), ("DINGTALK_APP_SECRET", "s\n")], "DINGTALK_APP_SECRET"),
            (&[("DINGTALK_APP_KEY", "k")], "app_secret is missing"),
            (&[("DINGTALK_ACCESS_TOKEN", "t"), ("DINGTALK_REGION", "x")], "DINGTALK_REGION "),
            (&[("DINGTALK_ACCESS_TOKEN", "t"), ("DINGTALK_ENDPOINT", "x")], "DINGTALK_ENDPOINT "),
        ] {
            let error = read(variables).check().unwrap_err();
            assert!(error.message().starts_with(told), "{error}");
        }
        let mut options = read(&[("DINGTALK_ACCESS_TOKEN", "a b")]);
        options.set("access_token", Value::Text("a b".into())).unwrap();
        assert!(options.check().unwrap_err().message().starts_with("access_token holds"));
    }

    #[test]
    fn what_the_environment_gave_is_called_by_its_variable() {
        for (name, value) in [
            ("DINGTALK_ACCESS_TOKEN", "to ken"),
            ("DINGTALK_REGION", "moon"),
            ("DINGTALK_ENDPOINT", "ftp://h"),
        ] {
            let given = move |asked: &str| match asked {
                "DINGTALK_ACCESS_TOKEN" if name != asked => Some("t".into()),
                _ => (asked == name).then(|| value.into()),
            };
            let options = Options {
                environment: Environment::of(given),
                ..Options::for_binding(Binding::Node)
            };
            let mut options = options.read_environment().unwrap();
            let error = options.clone().check().unwrap_err();
            assert!(error.message().starts_with(&format!("{name} ")), "{error}");
            // What the caller sets is the caller's.
            let own =
                if name.ends_with("TOKEN") { "accessToken" } else { &name[9..].to_lowercase() };
            options.set(own, Value::Text(value.into())).unwrap();
            let error = options.check().unwrap_err();
            assert!(error.message().starts_with(&format!("{own} ")), "{error}");
        }
    }
}
