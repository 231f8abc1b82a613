//! The way to a host: straight, or through a proxy, and what NO_PROXY exempts.

use std::net::IpAddr;

use http::Uri;
use ipnet::IpNet;
use percent_encoding::percent_decode_str;

use crate::error::Error;
use crate::options::endpoint::{Base, LONGEST_HOST, is_loopback};
use crate::options::{DEFAULT_PROXY, Options};
use crate::secret::Secret;
use crate::text::excerpt;

/// The longest user name or password of a proxy, in bytes.
const LONGEST_LOGIN: usize = 1024;

impl Options {
    /// The way to a host: straight, or through a proxy.
    pub(crate) fn proxy_for(&self, base: &Base) -> Result<Option<Proxy>, Error> {
        match self.proxy.as_ref().map(Secret::expose) {
            Some("none") => return Ok(None),
            Some(DEFAULT_PROXY) | None => {}
            Some(url) => {
                let name = self.name_of("proxy");
                // Without a scheme it is more likely a word that was meant as none.
                let proxy = self.proxy(&name, url, false)?;
                return Ok(Some(proxy).filter(|_| !is_loopback(&base.host)));
            }
        }
        if is_loopback(&base.host) || self.no_proxy(base)? {
            return Ok(None);
        }
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            if let Some(url) = self.variable(name)? {
                return self.proxy(name, url.trim(), true).map(Some);
            }
        }
        Ok(None)
    }

    /// A proxy's URL; in the environment many stand without a scheme.
    fn proxy(&self, name: &str, url: &str, bare: bool) -> Result<Proxy, Error> {
        let bad = |problem: &str| {
            let advice = "Give http://host:port, https://host:port or socks5://host:port, with user:password@ before the host where the proxy asks for a login (percent-encoded), or none.";
            Err(Error::invalid(format!("{name} {problem}"), advice))
        };
        let (scheme, rest) = match url.split_once("://") {
            Some(parts) => parts,
            None if bare => ("http", url),
            None => return bad("is neither a URL nor none nor environment"),
        };
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
        if bare.len() > LONGEST_HOST {
            return bad("has a host that is too long");
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
                (Some(user), Some(password))
                    if user.expose().len().max(password.expose().len()) <= LONGEST_LOGIN =>
                {
                    Some((user, password))
                }
                (Some(_), Some(_)) => return bad("holds a login that is too long"),
                _ => return bad("holds a login that is not percent-encoded UTF-8"),
            },
        };
        let default_port = match kind {
            ProxyKind::Http => 80,
            ProxyKind::Https => 443,
            ProxyKind::Socks5 => 1080,
        };
        let port = authority.port_u16().unwrap_or(default_port);
        Ok(Proxy { kind, host: bare, port, login, source: name.to_owned() })
    }

    /// Whether NO_PROXY exempts a host.
    fn no_proxy(&self, base: &Base) -> Result<bool, Error> {
        let list = match self.variable("NO_PROXY")? {
            Some(list) => list,
            None => self.variable("no_proxy")?.unwrap_or_default(),
        };
        let mut entries = list.split([',', ' ', '\t']).filter(|entry| !entry.is_empty());
        Ok(entries.any(|entry| is_named(base, &entry.to_ascii_lowercase())))
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
    /// The option or the variable that named it.
    pub source: String,
}

/// Whether an entry of NO_PROXY, in lower case, names a host: `*`; the name or a parent of it;
/// the address, or a range that holds it. Each may have a port. A dot at the end of a name says
/// no more than that it is whole, and an address is the same in any spelling.
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
    use crate::options::Value;
    use crate::options::tests::{options, with};
    use std::sync::Arc;

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
                environment: Arc::new(move |name| match name {
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
