//! All options by name, checked once. Every language, the environment and the command come
//! through here, so that a default, a bound or a sentence stands nowhere else.

use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use percent_encoding::percent_decode_str;

use crate::error::Error;
use crate::secret::Secret;

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

/// The language on whose behalf options are set: its units of time and its spelling of
/// names in messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Host {
    /// `attempt_timeout`, seconds.
    #[default]
    Rust,
    /// `attempt_timeout`, seconds.
    Python,
    /// `attemptTimeout`, milliseconds.
    Node,
    /// `attempt_timeout`, milliseconds.
    C,
}

impl Host {
    /// The option's name as this language writes it.
    pub fn spell(self, name: &str) -> String {
        if self != Host::Node {
            return name.to_owned();
        }
        let mut upper = false;
        name.chars()
            .filter_map(|c| {
                let spelt = if upper { c.to_ascii_uppercase() } else { c };
                upper = c == '_';
                (c != '_').then_some(spelt)
            })
            .collect()
    }

    fn unit(self) -> (f64, &'static str) {
        match self {
            Host::Rust | Host::Python => (1.0, "seconds"),
            Host::Node | Host::C => (1000.0, "milliseconds"),
        }
    }
}

/// The value of an option as a binding hands it on.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Not given: the default. For `rate`: no limit.
    None,
    /// Text.
    Text(String),
    /// A number; a time is in the unit of the [`Host`].
    Number(f64),
    /// A truth value.
    Flag(bool),
}

/// The options of a client, set one by one and checked by
/// [`Client::with_options`](crate::Client::with_options).
///
/// Rust programs use [`ClientBuilder`](crate::ClientBuilder); this is what it and every
/// binding are made of.
#[derive(Clone)]
pub struct Options {
    host: Host,
    environment: Environment,
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
}

/// Where environment variables are read; another source in tests.
type Environment = Arc<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

const LONGEST_TIME: Duration = Duration::from_secs(24 * 60 * 60);
const SHORTEST_TIME: Duration = Duration::from_millis(1);
/// Well over what DingTalk issues, and short enough for the address that it goes into.
const LONGEST_CREDENTIAL: usize = 4096;
const MOST_ATTEMPTS: u32 = 100;
const HIGHEST_RATE: u32 = 10_000;

impl Default for Options {
    fn default() -> Options {
        Options {
            host: Host::Rust,
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
        }
    }
}

impl Options {
    /// The defaults, for Rust.
    pub fn new() -> Options {
        Options::default()
    }

    /// The defaults, with the names and units of a language.
    pub fn for_host(host: Host) -> Options {
        Options { host, ..Options::default() }
    }

    /// Sets an option by its name, as the language of the [`Host`] spells it.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the option: an unknown name, a value of another type,
    /// or one out of bounds. What only shows in the whole (two kinds of credentials, a
    /// file that is not there) is found when the client is made.
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), Error> {
        let host = self.host;
        let fresh = Options::default();
        let name = known(host, name, &OPTION_NAMES)?;
        match name {
            "access_token" => self.access_token = secret(host, name, value)?,
            "app_key" => self.app_key = text(host, name, value)?,
            "app_secret" => self.app_secret = secret(host, name, value)?,
            "region" => self.region = text(host, name, value)?,
            "endpoint" => self.endpoint = text(host, name, value)?,
            "proxy" => self.proxy = secret(host, name, value)?,
            "ca_file" => self.ca_file = text(host, name, value)?.map(PathBuf::from),
            "timeout" => self.timeout = duration_or(host, name, value, fresh.timeout)?,
            "attempt_timeout" => {
                self.attempt_timeout = duration_or(host, name, value, fresh.attempt_timeout)?;
            }
            "connect_timeout" => {
                self.connect_timeout = duration_or(host, name, value, fresh.connect_timeout)?;
            }
            "max_attempts" => {
                self.max_attempts = match value {
                    Value::None => fresh.max_attempts,
                    value => integer(host, name, value, MOST_ATTEMPTS)?,
                }
            }
            "rate" => {
                self.rate = match value {
                    Value::None => None,
                    value => Some(integer(host, name, value, HIGHEST_RATE)?),
                }
            }
            "missing_ok" => {
                self.missing_ok = match value {
                    Value::None => fresh.missing_ok,
                    value => flag(host, name, value)?,
                }
            }
            _ => return Err(unknown(host, name, &OPTION_NAMES)),
        }
        Ok(())
    }

    /// The options that the environment names: `DINGTALK_ACCESS_TOKEN`, or
    /// `DINGTALK_APP_KEY` and `DINGTALK_APP_SECRET`; `DINGTALK_REGION`, `DINGTALK_ENDPOINT`.
    /// A variable that is empty counts as not set.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the variable, where it is not text.
    pub fn from_env(host: Host) -> Result<Options, Error> {
        Options::for_host(host).read_environment()
    }

    fn read_environment(mut self) -> Result<Options, Error> {
        for name in ["access_token", "app_key", "app_secret", "region", "endpoint"] {
            let variable = format!("DINGTALK_{}", name.to_ascii_uppercase());
            if let Some(value) = self.variable(&variable)? {
                self.set(&self.host.spell(name), Value::Text(value))?;
            }
        }
        Ok(self)
    }

    /// A variable of the environment, `None` where it is missing or empty.
    fn variable(&self, name: &str) -> Result<Option<String>, Error> {
        match (self.environment)(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value).filter(|value| !value.is_empty())),
            Some(Err(_)) => Err(Error::invalid(
                format!("the environment variable {name} is not valid text"),
                "Set it to UTF-8 text, or unset it.",
            )),
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
            check_duration(self.host, name, time)?;
        }
        check_integer(self.host, "max_attempts", self.max_attempts.into(), MOST_ATTEMPTS)?;
        if let Some(rate) = self.rate {
            check_integer(self.host, "rate", rate.into(), HIGHEST_RATE)?;
        }
        let roots = self.roots(&topapi)?;
        Ok(Settings {
            credentials,
            topapi_proxy: self.proxy_for(&topapi)?,
            oauth_proxy: self.proxy_for(&oauth)?,
            topapi,
            oauth,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            connect_timeout: self.connect_timeout,
            max_attempts: self.max_attempts,
            rate: self.rate,
            missing_ok: self.missing_ok,
            roots,
            host: self.host,
        })
    }

    fn credentials(&self) -> Result<Credentials, Error> {
        let spell = |name| self.host.spell(name);
        let (token, key, secret) = (spell("access_token"), spell("app_key"), spell("app_secret"));
        match (&self.access_token, &self.app_key, &self.app_secret) {
            (Some(given), None, None) => {
                check_token(self.host, given.expose())?;
                Ok(Credentials::Fixed(given.clone()))
            }
            (None, Some(app_key), Some(app_secret)) => {
                for (name, text) in
                    [("app_key", app_key.as_str()), ("app_secret", app_secret.expose())]
                {
                    check_graphic(self.host, name, text)?;
                }
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

    /// The hosts of the two APIs: topapi, and the token call.
    fn endpoints(&self) -> Result<(Base, Base), Error> {
        let tld = match self.region.as_deref() {
            None | Some("international") => "io",
            Some("china") => "com",
            Some(other) => {
                return Err(self.bad(
                    "region",
                    &format!("\"{}\" is none", crate::error::one_line(other)),
                    "Give international (the default) or china.",
                ));
            }
        };
        if let Some(endpoint) = &self.endpoint {
            let base = self.endpoint(endpoint)?;
            return Ok((base.clone(), base));
        }
        let official = |host: &str| Base {
            https: true,
            authority: format!("{host}.dingtalk.{tld}"),
            host: format!("{host}.dingtalk.{tld}"),
            port: 443,
            path: String::new(),
        };
        Ok((official("oapi"), official("api")))
    }

    fn endpoint(&self, endpoint: &str) -> Result<Base, Error> {
        const FORM: &str =
            "Give a base URL such as https://gateway.example or http://127.0.0.1:8080.";
        let bad = |problem: &str| Err(self.bad("endpoint", problem, FORM));
        let Ok(uri) = endpoint.parse::<Uri>() else {
            return bad("is not a URL");
        };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return bad("is not a whole URL");
        };
        let https = match scheme {
            "https" => true,
            "http" => false,
            _ => return bad("is neither https nor http"),
        };
        if authority.as_str().contains('@') {
            return bad("holds a user name, which would be sent to the service");
        }
        if uri.query().is_some() || endpoint.contains('#') {
            return bad("holds a query or a fragment");
        }
        let host = uri.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if bare.is_empty() {
            return bad("has no host");
        }
        if authority.as_str().len() > host.len()
            && authority.port_u16().is_none_or(|port| port == 0)
        {
            return bad("has a port that is none");
        }
        if !https && !is_loopback(&bare) {
            return Err(self.bad(
                "endpoint",
                "is http to a host that is not loopback: the token would travel in the clear",
                "Use https; http is for 127.0.0.0/8, ::1 and localhost alone.",
            ));
        }
        Ok(Base {
            https,
            authority: authority.to_string(),
            port: authority.port_u16().unwrap_or(if https { 443 } else { 80 }),
            host: bare,
            path: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// The way to a host: straight, or through a proxy.
    fn proxy_for(&self, base: &Base) -> Result<Option<Proxy>, Error> {
        let from_environment = match self.proxy.as_ref().map(Secret::expose) {
            Some("none") => return Ok(None),
            Some("environment") | None => true,
            Some(url) => {
                let proxy = self.proxy(&self.host.spell("proxy"), url)?;
                return Ok(Some(proxy).filter(|_| !is_loopback(&base.host)));
            }
        };
        if !from_environment || is_loopback(&base.host) || self.no_proxy(base)? {
            return Ok(None);
        }
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            if let Some(url) = self.variable(name)? {
                return self.proxy(name, url.trim()).map(Some);
            }
        }
        Ok(None)
    }

    fn proxy(&self, name: &str, url: &str) -> Result<Proxy, Error> {
        let bad = |problem: &str| {
            let advice = "Give http://host:port, https://host:port or socks5://host:port, with user:password@ before the host where the proxy asks for a login (percent-encoded), or none.";
            Err(Error::invalid(format!("{name} {problem}"), advice))
        };
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let Ok(uri) = format!("http://{rest}").parse::<Uri>() else {
            return bad("is not a URL");
        };
        let Some(authority) = uri.authority() else {
            return bad("has no host");
        };
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "http" => ProxyKind::Http,
            "https" => ProxyKind::Https,
            "socks5" | "socks5h" => ProxyKind::Socks5,
            _ => return bad("is neither http, https nor socks5"),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return bad("holds more than a host and a port");
        }
        let host = uri.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if bare.is_empty() {
            return bad("has no host");
        }
        let (login, address) = match authority.as_str().rsplit_once('@') {
            Some((login, address)) => (Some(login), address),
            None => (None, authority.as_str()),
        };
        if address.len() > host.len() && authority.port_u16().is_none_or(|port| port == 0) {
            return bad("has a port that is none");
        }
        let decode =
            |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| Secret::new(&text));
        let login = match login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
            None => None,
            Some((user, password)) => match (decode(user), decode(password)) {
                (Some(user), Some(password)) => Some((user, password)),
                _ => return bad("holds a login that is not percent-encoded UTF-8"),
            },
        };
        let default_port = match kind {
            ProxyKind::Http => 80,
            ProxyKind::Https => 443,
            ProxyKind::Socks5 => 1080,
        };
        let port = authority.port_u16().unwrap_or(default_port);
        Ok(Proxy { kind, host: bare, port, login })
    }

    /// Whether NO_PROXY exempts a host: `*`, the name or a parent of it, or the address;
    /// each with a port or without.
    fn no_proxy(&self, base: &Base) -> Result<bool, Error> {
        let list = match self.variable("NO_PROXY")? {
            Some(list) => list,
            None => self.variable("no_proxy")?.unwrap_or_default(),
        };
        let host = base.host.to_ascii_lowercase();
        Ok(list.split([',', ' ', '\t']).map(str::trim).filter(|entry| !entry.is_empty()).any(
            |entry| {
                let entry = entry.to_ascii_lowercase();
                let entry = match entry.rsplit_once(':') {
                    Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
                        if port.parse() != Ok(base.port) {
                            return false;
                        }
                        name.to_owned()
                    }
                    _ => entry,
                };
                let name = entry.trim_start_matches('[').trim_end_matches(']');
                let name = name.trim_start_matches('*').trim_start_matches('.');
                entry == "*"
                    || (!name.is_empty()
                        && (host == name
                            || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))))
            },
        ))
    }

    /// What certificates are trusted: read now, so that a bad file is found now.
    fn roots(&self, base: &Base) -> Result<Roots, Error> {
        if let Some(path) = &self.ca_file {
            return read_pem(&self.host.spell("ca_file"), path.clone()).map(Roots::Pem);
        }
        if !base.https {
            return Ok(Roots::System);
        }
        match (self.environment)("SSL_CERT_FILE").filter(|path| !path.is_empty()) {
            Some(path) => read_pem("SSL_CERT_FILE", PathBuf::from(path)).map(Roots::Pem),
            None => Ok(Roots::System),
        }
    }

    fn bad(&self, name: &str, problem: &str, advice: &str) -> Error {
        Error::invalid(format!("{} {problem}", self.host.spell(name)), advice)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("access_token", &self.access_token)
            .field("app_key", &self.app_key)
            .field("app_secret", &self.app_secret)
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_attempts", &self.max_attempts)
            .field("rate", &self.rate)
            .field("missing_ok", &self.missing_ok)
            .field("proxy", &self.proxy)
            .field("ca_file", &self.ca_file)
            .finish()
    }
}

/// Options as a whole, checked.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub host: Host,
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
    Fixed(Secret),
    App { key: String, secret: Secret },
}

/// Where an API is: scheme, host, port and the start of its paths.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Base {
    pub https: bool,
    /// Host and port as they stand in a URL.
    pub authority: String,
    /// The name or address, without brackets.
    pub host: String,
    pub port: u16,
    /// Empty, or with a slash at its start and none at its end.
    pub path: String,
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority, self.path)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ProxyKind {
    Http,
    Https,
    Socks5,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Proxy {
    pub kind: ProxyKind,
    pub host: String,
    pub port: u16,
    /// User and password, decoded.
    pub login: Option<(Secret, Secret)>,
}

/// What a server's certificate must lead to.
#[derive(Clone)]
pub(crate) enum Roots {
    /// The system's store, or Mozilla's roots where the system has none.
    System,
    /// These alone, DER.
    Pem(Vec<Vec<u8>>),
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Roots::System => f.write_str("System"),
            Roots::Pem(certificates) => write!(f, "Pem({})", certificates.len()),
        }
    }
}

fn read_pem(name: &str, path: PathBuf) -> Result<Vec<Vec<u8>>, Error> {
    let bad = |problem: String| {
        Error::invalid(
            format!("{name} {}: {problem}", path.display()),
            "Give a readable file with at least one certificate in PEM form.",
        )
    };
    let bytes = std::fs::read(&path).map_err(|error| bad(format!("cannot be read: {error}")))?;
    let certificates = crate::transport::certificates_in(&bytes).map_err(bad)?;
    if certificates.is_empty() {
        return Err(bad("holds no certificate".to_owned()));
    }
    Ok(certificates)
}

/// 127.0.0.0/8, ::1, or the literal name localhost.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Checks a token that a caller gives; it goes into an address.
pub(crate) fn check_token(host: Host, token: &str) -> Result<(), Error> {
    check_graphic(host, "access_token", token)
}

fn check_graphic(host: Host, name: &str, text: &str) -> Result<(), Error> {
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
        format!("{} {problem}", host.spell(name)),
        "Give it exactly as DingTalk issued it; a file read whole often ends with a line break.",
    ))
}

fn wrong_type(host: Host, name: &str, wanted: &str) -> Error {
    let name = host.spell(name);
    Error::invalid(format!("{name} is not {wanted}"), format!("Give {wanted}."))
}

/// The name in the documentation of what a language spells as `spelt`.
pub(crate) fn known<'a>(host: Host, spelt: &str, names: &[&'a str]) -> Result<&'a str, Error> {
    let found = names.iter().find(|name| host.spell(name) == spelt);
    found.copied().ok_or_else(|| unknown(host, spelt, names))
}

/// The error for a name that is no option.
fn unknown(host: Host, name: &str, known: &[&str]) -> Error {
    let list: Vec<_> = known.iter().map(|name| host.spell(name)).collect();
    Error::invalid(
        format!("there is no option {:?}", name.chars().take(60).collect::<String>()),
        format!("The options are {}.", list.join(", ")),
    )
}

/// Text.
pub(crate) fn text(host: Host, name: &str, value: Value) -> Result<Option<String>, Error> {
    match value {
        Value::None => Ok(None),
        Value::Text(text) => Ok(Some(text)),
        _ => Err(wrong_type(host, name, "text")),
    }
}

fn secret(host: Host, name: &str, value: Value) -> Result<Option<Secret>, Error> {
    Ok(text(host, name, value)?.map(|text| Secret::new(&text)))
}

/// A truth value.
pub(crate) fn flag(host: Host, name: &str, value: Value) -> Result<bool, Error> {
    match value {
        Value::Flag(flag) => Ok(flag),
        _ => Err(wrong_type(host, name, "true or false")),
    }
}

fn duration_or(host: Host, name: &str, value: Value, default: Duration) -> Result<Duration, Error> {
    match value {
        Value::None => Ok(default),
        value => duration(host, name, value),
    }
}

/// A time in the host's unit.
pub(crate) fn duration(host: Host, name: &str, value: Value) -> Result<Duration, Error> {
    let (per_second, unit) = host.unit();
    match value {
        Value::Number(number) => match Duration::try_from_secs_f64(number / per_second) {
            Ok(time) => check_duration(host, name, time).map(|()| time),
            Err(_) => Err(bad_duration(host, name)),
        },
        _ => Err(wrong_type(host, name, &format!("a number of {unit}"))),
    }
}

/// A time within its bounds.
pub(crate) fn check_duration(host: Host, name: &str, time: Duration) -> Result<(), Error> {
    if (SHORTEST_TIME..=LONGEST_TIME).contains(&time) {
        Ok(())
    } else {
        Err(bad_duration(host, name))
    }
}

fn bad_duration(host: Host, name: &str) -> Error {
    let (per_second, unit) = host.unit();
    let shortest = SHORTEST_TIME.as_secs_f64() * per_second;
    let longest = LONGEST_TIME.as_secs_f64() * per_second;
    Error::invalid(
        format!("{} is out of bounds", host.spell(name)),
        format!("Give a time from {shortest} to {longest} {unit}."),
    )
}

/// A whole number from 1 to `most`.
pub(crate) fn integer(host: Host, name: &str, value: Value, most: u32) -> Result<u32, Error> {
    match value {
        Value::Number(number) => {
            check_integer(host, name, number, most)?;
            // In bounds and whole, so nothing is lost.
            Ok(number as u32)
        }
        _ => Err(wrong_type(host, name, "a whole number")),
    }
}

/// A whole number within its bounds.
pub(crate) fn check_integer(host: Host, name: &str, number: f64, most: u32) -> Result<(), Error> {
    if number.fract() == 0.0 && (1.0..=f64::from(most)).contains(&number) {
        return Ok(());
    }
    let name = host.spell(name);
    let none = match (name.as_str(), host) {
        ("rate", Host::Node) => ", or null for no limit",
        ("rate", Host::C) => ", or 0 for no limit",
        ("rate", _) => ", or None for no limit",
        _ => "",
    };
    Err(Error::invalid(
        format!("{name} is out of bounds"),
        format!("Give a whole number from 1 to {most}{none}."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use proptest::prelude::*;

    fn options(variables: &'static [(&'static str, &'static str)]) -> Options {
        let mut options = Options {
            environment: Arc::new(|name| {
                variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
            }),
            ..Options::default()
        };
        options.set("access_token", Value::Text("t".into())).unwrap();
        options
    }

    fn with(name: &str, value: &str) -> Result<Settings, Error> {
        let mut options = options(&[]);
        options.set(name, Value::Text(value.into()))?;
        options.check()
    }

    fn proxy_of(variables: &'static [(&'static str, &'static str)]) -> Option<Proxy> {
        options(variables).check().unwrap().topapi_proxy
    }

    #[test]
    fn the_hosts_of_the_regions() {
        let settings = options(&[]).check().unwrap();
        assert_eq!(settings.topapi.to_string(), "https://oapi.dingtalk.io");
        assert_eq!(settings.oauth.to_string(), "https://api.dingtalk.io");
        let settings = with("region", "china").unwrap();
        assert_eq!(settings.topapi.to_string(), "https://oapi.dingtalk.com");
        assert_eq!(settings.oauth.to_string(), "https://api.dingtalk.com");
        assert!(with("region", "China").unwrap_err().message().contains("region"));
    }

    #[test]
    fn endpoints_good_and_bad() {
        for good in [
            "https://gateway.example",
            "https://gateway.example:8443/ding/",
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:80",
            "http://localhost:8080/",
            "http://LOCALHOST",
        ] {
            let settings = with("endpoint", good).unwrap();
            assert_eq!(settings.topapi, settings.oauth);
            assert!(!settings.topapi.to_string().ends_with('/'));
        }
        for bad in [
            "",
            "gateway.example",
            "ftp://gateway.example",
            "http://gateway.example",
            "http://localhost.example",
            "http://128.0.0.1",
            "https://",
            "https://a@b",
            "https://a/?q=1",
            "https://a/#f",
            "https://a b",
            "https://a:0",
            "https://a:99999",
            "https://a:",
            "//a",
        ] {
            let error = with("endpoint", bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{bad}");
            assert!(error.message().starts_with("endpoint"), "{bad}: {error}");
        }
    }

    #[test]
    fn proxies_of_the_environment() {
        assert_eq!(proxy_of(&[]), None);
        let proxy = proxy_of(&[
            ("ALL_PROXY", "socks5://a"),
            ("HTTPS_PROXY", "http://us%40er:p%3Aw@b:3128"),
        ])
        .unwrap();
        assert_eq!((proxy.kind, proxy.host.as_str(), proxy.port), (ProxyKind::Http, "b", 3128));
        let (user, password) = proxy.login.unwrap();
        assert_eq!((user.expose(), password.expose()), ("us@er", "p:w"));
        assert_eq!(proxy_of(&[("all_proxy", "socks5://a")]).unwrap().port, 1080);
        assert_eq!(proxy_of(&[("https_proxy", "proxy.corp:8080")]).unwrap().host, "proxy.corp");
        assert_eq!(proxy_of(&[("HTTPS_PROXY", "")]), None);
        let error = options(&[("HTTPS_PROXY", "gopher://x:pw@y")]).check().unwrap_err();
        assert!(error.message().contains("HTTPS_PROXY") && !error.to_string().contains("pw@"));
    }

    #[test]
    fn no_proxy_names_hosts_and_their_subdomains() {
        for (list, exempt) in [
            ("*", true),
            ("dingtalk.io", true),
            (".dingtalk.io", true),
            ("*.dingtalk.io", true),
            (" example.com , OAPI.dingtalk.io ", true),
            ("oapi.dingtalk.io:443", true),
            ("oapi.dingtalk.io:8443", false),
            ("talk.io", false),
            ("io", true),
            ("127.0.0.1,::1", false),
            ("", false),
        ] {
            let options = Options {
                environment: Arc::new(move |name| match name {
                    "HTTPS_PROXY" => Some("http://p:1".into()),
                    "NO_PROXY" => Some(list.into()),
                    _ => None,
                }),
                ..options(&[])
            };
            assert_eq!(options.check().unwrap().topapi_proxy.is_none(), exempt, "{list:?}");
        }
    }

    #[test]
    fn loopback_never_goes_through_a_proxy() {
        for (name, value) in [("proxy", "http://p:1"), ("proxy", "environment")] {
            let mut options = options(&[("HTTPS_PROXY", "http://p:1")]);
            options.set(name, Value::Text(value.into())).unwrap();
            options.set("endpoint", Value::Text("https://127.0.0.1:1".into())).unwrap();
            assert_eq!(options.check().unwrap().topapi_proxy, None);
        }
        let mut options = options(&[("HTTPS_PROXY", "http://p:1")]);
        options.set("proxy", Value::Text("none".into())).unwrap();
        assert_eq!(options.check().unwrap().topapi_proxy, None);
    }

    #[test]
    fn bad_proxies_name_the_option_and_not_the_password() {
        for bad in [
            "",
            "ftp://h",
            "http://",
            "http://u:hush@",
            "http://h:0",
            "http://h/path",
            "http://u%ff:hush@h",
        ] {
            let error = with("proxy", bad).unwrap_err();
            assert!(error.message().starts_with("proxy"), "{bad}: {error}");
            assert!(!error.to_string().contains("hush"), "{bad}: {error}");
        }
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
    fn files_of_certificates_are_read_when_the_client_is_made() {
        let error = with("ca_file", "/nowhere/at/all.pem").unwrap_err();
        assert!(error.message().starts_with("ca_file /nowhere/at/all.pem: cannot be read"));
        let error = options(&[("SSL_CERT_FILE", "/nowhere/at/all.pem")]).check().unwrap_err();
        assert!(error.message().starts_with("SSL_CERT_FILE"));
    }

    #[test]
    fn numbers_and_their_bounds() {
        let set = |host, name: &str, value| Options::for_host(host).set(name, value);
        for name in ["timeout", "attempt_timeout", "connect_timeout"] {
            for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300, 0.0001] {
                let error = set(Host::Python, name, Value::Number(bad)).unwrap_err();
                assert!(error.message().starts_with(name), "{error}");
            }
            assert!(set(Host::Python, name, Value::Number(0.001)).is_ok());
            let spelt = Host::Node.spell(name);
            assert!(set(Host::Node, &spelt, Value::Number(1.0)).is_ok());
            assert!(set(Host::Node, &spelt, Value::Text("1".into())).is_err());
        }
        for bad in [0.0, -1.0, 1.5, f64::NAN, 1e9] {
            assert!(
                set(Host::C, "rate", Value::Number(bad)).unwrap_err().message().starts_with("rate")
            );
            assert!(
                set(Host::Node, "maxAttempts", Value::Number(bad))
                    .unwrap_err()
                    .message()
                    .starts_with("maxAttempts")
            );
        }
        assert!(
            set(Host::Node, "missingOk", Value::Number(1.0))
                .unwrap_err()
                .message()
                .starts_with("missingOk")
        );
        let error = set(Host::Node, "nonsense", Value::None).unwrap_err();
        assert!(error.advice().contains("attemptTimeout"));
        let error = set(Host::Node, "access_token", Value::Text("t".into())).unwrap_err();
        assert!(error.message().contains("access_token"), "another language's spelling");
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let mut options = options(&[]);
        options.set("access_token", Value::Text("hush-token".into())).unwrap();
        options.set("proxy", Value::Text("http://u:hush-pw@h".into())).unwrap();
        assert!(!format!("{options:?}").contains("hush"));
        assert!(!format!("{:?}", options.check().unwrap()).contains("hush"));
    }

    proptest! {
        #[test]
        fn any_endpoint_or_proxy_is_taken_or_refused_by_name(text in any::<String>()) {
            for name in ["endpoint", "proxy", "region"] {
                if let Err(error) = with(name, &text) {
                    prop_assert!(error.message().starts_with(name));
                }
            }
        }
    }
}
