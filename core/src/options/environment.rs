//! The environment of the process, as options read it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::Error;

/// Where environment variables are read: the process's own, or another source in tests.
#[derive(Clone)]
pub(crate) struct Environment(Arc<Lookup>);

type Lookup = dyn Fn(&str) -> Option<OsString> + Send + Sync;

impl Default for Environment {
    fn default() -> Environment {
        Environment(Arc::new(|name| std::env::var_os(name)))
    }
}

impl Environment {
    /// Another source.
    #[cfg(test)]
    pub fn of(read: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Environment {
        Environment(Arc::new(read))
    }

    /// A variable, `None` where it is missing or empty.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names it, where it is not UTF-8.
    pub fn text(&self, name: &str) -> Result<Option<String>, Error> {
        match (self.0)(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value).filter(|value| !value.is_empty())),
            Some(Err(_)) => Err(Error::invalid(
                format!("the environment variable {name} is not valid text"),
                phrase!("Set it to UTF-8 text, or unset it."),
            )),
        }
    }

    /// Whether a variable is there, but has nothing in it.
    pub fn is_empty(&self, name: &str) -> bool {
        (self.0)(name).is_some_and(|value| value.is_empty())
    }

    /// A variable that holds a path, which need not be Unicode; `None` where it is missing or
    /// empty.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        (self.0)(name).filter(|path| !path.is_empty()).map(PathBuf::from)
    }
}
