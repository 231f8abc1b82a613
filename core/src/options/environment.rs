//! What the environment says: options of a client, and variables that stand in for them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::Error;
use crate::options::{Binding, Options, Value};

/// Where environment variables are read; another source in tests.
pub(crate) type Environment = Arc<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

impl Options {
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

    pub(super) fn read_environment(mut self) -> Result<Options, Error> {
        for name in ["access_token", "app_key", "app_secret", "region", "endpoint"] {
            let variable = format!("DINGTALK_{}", name.to_ascii_uppercase());
            if let Some(value) = self.variable(&variable)? {
                self.set_from(&self.binding.key(name), Value::Text(value), &variable)?;
            }
        }
        Ok(self)
    }

    /// A variable of the environment, `None` where it is missing or empty.
    pub(crate) fn variable(&self, name: &str) -> Result<Option<String>, Error> {
        match (self.environment)(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value).filter(|value| !value.is_empty())),
            Some(Err(_)) => Err(Error::invalid(
                format!("the environment variable {name} is not valid text"),
                "Set it to UTF-8 text, or unset it.",
            )),
        }
    }

    pub(super) fn path_variable(&self, name: &str) -> Option<PathBuf> {
        (self.environment)(name).filter(|path| !path.is_empty()).map(PathBuf::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Credentials;
    use crate::options::tests::options;
    use std::time::Duration;

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
            let options =
                Options { environment: Arc::new(given), ..Options::for_binding(Binding::Node) };
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
