//! The way to a host: straight, or through a proxy, and what NO_PROXY exempts.
//!
//! NO_PROXY is read by hand, as curl reads it: what an HTTP client has for it cannot be asked
//! from outside, and ranges of addresses are known to few. The ranges themselves are `ipnet`'s.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;
use http::uri::Authority;
use ipnet::IpNet;
use percent_encoding::percent_decode_str;

use crate::error::Error;
use crate::options::endpoint::{Base, host_and_port, is_loopback};
use crate::options::environment::Environment;
use crate::secret::Secret;
use crate::text::excerpt;

/// The longest user name or password of a proxy, in bytes.
const LONGEST_LOGIN: usize = 1024;

/// Which proxy a client goes through. Its `Debug` output shows no URL, which may hold a login.
///
/// ```
/// use dingtalk_extcontact::ProxySetting;
///
/// assert_eq!("none".parse(), Ok(ProxySetting::None));
/// let url = "socks5://proxy.example:1080".parse::<ProxySetting>()?;
/// assert_eq!(url, ProxySetting::Url("socks5://proxy.example:1080".to_owned()));
/// assert!("proxy.example".parse::<ProxySetting>().is_err());
/// # Ok::<(), dingtalk_extcontact::Error>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub enum ProxySetting {
    /// `environment`: the one that HTTPS_PROXY or ALL_PROXY names, but for hosts in NO_PROXY.
    #[default]
    Environment,
    /// `none`: straight.
    None,
    /// A URL: http, https or socks5, with `user:password@` before the host where the proxy
    /// asks for a Basic login.
    Url(String),
}

impl ProxySetting {
    /// The text, as it is given in every language: `environment`, `none` or the URL.
    pub fn as_str(&self) -> &str {
        match self {
            ProxySetting::Environment => "environment",
            ProxySetting::None => "none",
            ProxySetting::Url(url) => url,
        }
    }

    /// What a text means, right or wrong.
    fn of(text: &str) -> ProxySetting {
        match text {
            "environment" => ProxySetting::Environment,
            "none" => ProxySetting::None,
            url => ProxySetting::Url(url.to_owned()),
        }
    }
}

impl fmt::Debug for ProxySetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProxySetting::Environment => f.write_str("Environment"),
            ProxySetting::None => f.write_str("None"),
            ProxySetting::Url(_) => f.write_str("Url(***)"),
        }
    }
}

impl FromStr for ProxySetting {
    type Err = Error;

    /// # Errors
    ///
    /// `invalid_argument` that says what is wrong with the URL, without quoting it.
    fn from_str(text: &str) -> Result<ProxySetting, Error> {
        let setting = ProxySetting::of(text);
        if let ProxySetting::Url(url) = &setting {
            Proxy::parse("proxy", url, None)?;
        }
        Ok(setting)
    }
}

/// The way to a host: straight, or through a proxy. `given` is what the caller said, which
/// errors call `name`; without it, or where it is `environment`, the variables say.
pub(crate) fn proxy_to(
    base: &Base,
    name: &str,
    given: Option<&str>,
    environment: &Environment,
) -> Result<Option<Proxy>, Error> {
    match given.map(ProxySetting::of).unwrap_or_default() {
        ProxySetting::None => Ok(None),
        ProxySetting::Environment => proxy_of_environment(base, environment),
        ProxySetting::Url(url) => {
            let proxy = Proxy::parse(name, &url, None)?;
            Ok(Some(proxy).filter(|_| !is_loopback(&base.host)))
        }
    }
}

fn proxy_of_environment(base: &Base, environment: &Environment) -> Result<Option<Proxy>, Error> {
    if is_loopback(&base.host) || is_exempt(base, environment)? {
        return Ok(None);
    }
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        if let Some(url) = environment.text(name)? {
            // In the environment many stand without a scheme.
            return Proxy::parse(name, url.trim(), Some("http")).map(Some);
        }
    }
    Ok(None)
}

/// Whether NO_PROXY exempts a host.
fn is_exempt(base: &Base, environment: &Environment) -> Result<bool, Error> {
    let list = match environment.text("NO_PROXY")? {
        Some(list) => list,
        None => environment.text("no_proxy")?.unwrap_or_default(),
    };
    let mut entries = list.split([',', ' ', '\t']).filter(|entry| !entry.is_empty());
    Ok(entries.any(|entry| is_named(base, &entry.to_ascii_lowercase())))
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
    /// The option or the variable that named it.
    pub source: String,
}

impl ProxyKind {
    fn of_scheme(scheme: &str) -> Option<ProxyKind> {
        match scheme.to_ascii_lowercase().as_str() {
            "http" => Some(ProxyKind::Http),
            "https" => Some(ProxyKind::Https),
            "socks5" | "socks5h" => Some(ProxyKind::Socks5),
            _ => None,
        }
    }

    fn default_port(self) -> u16 {
        match self {
            ProxyKind::Http => 80,
            ProxyKind::Https => 443,
            ProxyKind::Socks5 => 1080,
        }
    }
}

impl Proxy {
    /// A proxy's URL, which errors call `name`. One without a scheme has `default_scheme`;
    /// where there is none, it is more likely a word that was meant as none.
    fn parse(name: &str, url: &str, default_scheme: Option<&str>) -> Result<Proxy, Error> {
        Proxy::of_url(name, url, default_scheme).map_err(|problem| {
            Error::invalid(
                format!("{name} {problem}"),
                phrase!("Give http://host:port, https://host:port or socks5://host:port, with user:password@ before the host where the proxy asks for a login (percent-encoded), or none."),
            )
        })
    }

    fn of_url(
        source: &str,
        url: &str,
        default_scheme: Option<&str>,
    ) -> Result<Proxy, &'static str> {
        let (scheme, rest) = url
            .split_once("://")
            .or(default_scheme.map(|scheme| (scheme, url)))
            .ok_or("is neither a URL nor none nor environment")?;
        let uri = format!("http://{rest}").parse::<Uri>().map_err(|_| "is not a URL")?;
        let authority = uri.authority().ok_or("has no host")?;
        let kind = ProxyKind::of_scheme(scheme).ok_or("is neither http, https nor socks5")?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err("holds more than a host and a port");
        }
        let (host, port) = host_and_port(authority)?;
        Ok(Proxy {
            kind,
            host,
            port: port.unwrap_or(kind.default_port()),
            login: login(authority)?,
            source: source.to_owned(),
        })
    }
}

/// User and password before the host, decoded.
fn login(authority: &Authority) -> Result<Option<(Secret, Secret)>, &'static str> {
    let Some((login, _)) = authority.as_str().rsplit_once('@') else {
        return Ok(None);
    };
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let decode = |text| {
        let decoded = percent_decode_str(text).decode_utf8();
        decoded.map_err(|_| "holds a login that is not percent-encoded UTF-8")
    };
    let (user, password) = (decode(user)?, decode(password)?);
    if user.len().max(password.len()) > LONGEST_LOGIN {
        return Err("holds a login that is too long");
    }
    Ok(Some((Secret::new(&user), Secret::new(&password))))
}

/// Whether an entry of NO_PROXY, in lower case, names a host: `*`; the name or a parent of it;
/// the address, or a range that holds it. Each may have a port. A dot at the end of a name is
/// ignored, and addresses are compared as addresses, not as text.
fn is_named(base: &Base, entry: &str) -> bool {
    let name = match entry.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
            if port.parse() != Ok(base.port) {
                return false;
            }
            name
        }
        _ => entry,
    };
    if name == "*" {
        return true;
    }
    let name = name.replace(['[', ']'], "");
    if let Ok(address) = base.host.parse::<IpAddr>() {
        return is_in(address, &name);
    }
    let host = base.host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let name = name.trim_start_matches('*').trim_start_matches('.');
    let name = name.strip_suffix('.').unwrap_or(name);
    !name.is_empty()
        && host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether an address is the one that is named, or in the range. One of version 4 that is
/// written as one of version 6 is both.
fn is_in(address: IpAddr, named: &str) -> bool {
    let own = address.to_canonical();
    if let Ok(other) = named.parse::<IpAddr>() {
        return other.to_canonical() == own;
    }
    match named.parse::<IpNet>() {
        Ok(range) => {
            let mapped = match own {
                IpAddr::V4(own) => own.to_ipv6_mapped().into(),
                IpAddr::V6(_) => own,
            };
            range.contains(&own) || range.contains(&mapped)
        }
        Err(_) => {
            if named.contains('/') {
                log::warn!(target: crate::LOG, "NO_PROXY: {} is not a range of addresses", excerpt(named));
            }
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binding::Value;
    use crate::options::Options;
    use crate::options::tests::{options, with};

    fn proxy_of(variables: &'static [(&'static str, &'static str)]) -> Option<Proxy> {
        options(variables).check().unwrap().topapi_proxy
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
                environment: Environment::of(move |name| match name {
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
    fn no_proxy_names_addresses_and_ranges_and_minds_no_dot_at_the_end() {
        for (host, list, exempt) in [
            ("10.1.2.3", "10.0.0.0/8", true),
            ("10.1.2.3", "example.com, 10.0.0.0/8", true),
            ("10.1.2.3", "10.1.2.3/32", true),
            ("10.1.2.3", "10.1.2.99/24", true),
            ("10.1.2.3", "0.0.0.0/0", true),
            ("10.1.2.3", "10.0.0.0/8:443", true),
            ("10.1.2.3", "10.0.0.0/8:8443", false),
            ("11.1.2.3", "10.0.0.0/8", false),
            ("10.1.2.3", "10.0.0.0/33", false),
            ("10.1.2.3", "10.0.0.0/", false),
            ("10.1.2.3", "2.3", false),
            ("10.1.2.3", ".3", false),
            ("10.1.2.3", "::ffff:10.1.2.3", true),
            ("10.1.2.3", "::ffff:10.0.0.0/104", true),
            ("[::ffff:10.1.2.3]", "10.0.0.0/8", true),
            ("[2001:db8::1]", "2001:db8::/32", true),
            ("[2001:db8::1]", "[2001:db8::]/32", true),
            ("[2001:db8::1]", "2001:db9::/32", false),
            ("[2001:db8::1]", "2001:0DB8:0:0:0:0:0:1", true),
            ("[2001:db8:0:0::1]", "[2001:db8::1]", true),
            ("[2001:db8::1]", "[2001:db8::1]:443", true),
            ("[2001:db8::1]", "[2001:db8::1]:80", false),
            ("[2001:db8::1]", "10.0.0.0/8", false),
            ("gateway.example", "gateway.example.", true),
            ("gateway.example.", "gateway.example", true),
            ("gateway.example.", ".example.", true),
            ("a.gateway.example.", "*.gateway.example", true),
            ("gateway.example", "10.0.0.0/8", false),
            ("gateway.example", ".", false),
            ("gateway.example", "*:443", true),
        ] {
            let mut options = Options {
                environment: Environment::of(move |name| match name {
                    "HTTPS_PROXY" => Some("http://p:1".into()),
                    "NO_PROXY" => Some(list.into()),
                    _ => None,
                }),
                ..options(&[])
            };
            options.set("endpoint", Value::Text(format!("https://{host}"))).unwrap();
            let direct = options.check().unwrap().topapi_proxy.is_none();
            assert_eq!(direct, exempt, "{host} {list}");
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
    fn words_that_were_meant_as_none() {
        for word in ["None", "direct", "false", "ENVIRONMENT", "proxy:8080"] {
            assert!(with("proxy", word).unwrap_err().message().starts_with("proxy"), "{word}");
        }
    }
}
