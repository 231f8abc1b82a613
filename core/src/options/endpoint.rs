//! Where requests go: the hosts of a region, or an endpoint in their place.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;
use http::uri::Authority;

use crate::error::Error;
use crate::text::excerpt;

/// The longest name of a host, in bytes (RFC 1035), and the longest path of an endpoint.
const LONGEST_HOST: usize = 255;
const LONGEST_PATH: usize = 1024;

/// The part of DingTalk's service that an organisation belongs to.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Region {
    /// `international`: oapi.dingtalk.io and api.dingtalk.io.
    #[default]
    International,
    /// `china`: oapi.dingtalk.com and api.dingtalk.com.
    China,
}

impl Region {
    /// The name, as it is given in every language: `international` or `china`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Region::International => "international",
            Region::China => "china",
        }
    }

    /// The region with this name. Errors call the option `option`.
    fn parse(option: &str, name: &str) -> Result<Region, Error> {
        let mut all = [Region::International, Region::China].into_iter();
        all.find(|region| region.as_str() == name).ok_or_else(|| {
            Error::invalid(
                format!("{option} \"{}\" is not known", excerpt(name)),
                phrase!("Give international (the default) or china."),
            )
        })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Region {
    type Err = Error;

    /// # Errors
    ///
    /// `invalid_argument`: no region has this name.
    fn from_str(name: &str) -> Result<Region, Error> {
        Region::parse("region", name)
    }
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

impl Base {
    /// The hosts of the two APIs in a region: topapi, and the token call. Errors call the
    /// option `option`.
    pub fn of_region(option: &str, region: Option<&str>) -> Result<(Base, Base), Error> {
        let region = region.map(|name| Region::parse(option, name)).transpose()?;
        let tld = match region.unwrap_or_default() {
            Region::International => "io",
            Region::China => "com",
        };
        let official = |host: &str| Base {
            https: true,
            authority: format!("{host}.dingtalk.{tld}"),
            host: format!("{host}.dingtalk.{tld}"),
            port: 443,
            path: String::new(),
        };
        Ok((official("oapi"), official("api")))
    }

    /// An endpoint given as a URL. Errors call it `name`.
    pub fn parse(name: &str, endpoint: &str) -> Result<Base, Error> {
        let base = Base::of_url(endpoint).map_err(|problem| {
            Error::invalid(
                format!("{name} {problem}"),
                phrase!(
                    "Give a base URL such as https://gateway.example or http://127.0.0.1:8080."
                ),
            )
        })?;
        if !base.https && !is_loopback(&base.host) {
            return Err(Error::invalid(
                format!(
                    "{name} is http to a host that is not loopback: the token would travel in the clear"
                ),
                phrase!("Use https; http is for 127.0.0.0/8, ::1 and localhost alone."),
            ));
        }
        Ok(base)
    }

    fn of_url(endpoint: &str) -> Result<Base, &'static str> {
        let uri = endpoint.parse::<Uri>().map_err(|_| "is not a URL")?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("is not a whole URL");
        };
        let https = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err("is neither https nor http"),
        };
        if authority.as_str().contains('@') {
            return Err("holds a user name, which would be sent to the service");
        }
        if uri.query().is_some() || endpoint.contains('#') {
            return Err("holds a query or a fragment");
        }
        let (host, port) = host_and_port(authority)?;
        if uri.path().len() > LONGEST_PATH {
            return Err("has a path that is too long");
        }
        Ok(Base {
            https,
            authority: authority.to_string(),
            port: port.unwrap_or(if https { 443 } else { 80 }),
            host,
            path: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority, self.path)
    }
}

/// The host of a URL, without brackets, and its port where it has one; or what is wrong with
/// them.
pub(super) fn host_and_port(authority: &Authority) -> Result<(String, Option<u16>), &'static str> {
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() {
        return Err("has no host");
    }
    if host.len() > LONGEST_HOST {
        return Err("has a host that is too long");
    }
    let after_login = authority.as_str().rsplit('@').next().unwrap_or_default();
    match authority.port_u16() {
        None | Some(0) if after_login.len() > authority.host().len() => {
            Err("has a port that is not valid")
        }
        port => Ok((host.to_owned(), port)),
    }
}

/// 127.0.0.0/8, ::1, or the literal name localhost.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use crate::error::ErrorKind;
    use crate::options::tests::{options, with};
    use proptest::prelude::*;

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
