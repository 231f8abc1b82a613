//! The language that a caller names.

use std::str::FromStr;

use crate::error::{Error, parse_name};
use crate::language::Language;
use crate::text::excerpt;

/// The language with this name: `en` or `zh`.
///
/// ```
/// use dingtalk_extcontact::Language;
///
/// assert_eq!("zh".parse(), Ok(Language::Chinese));
/// assert!("zh_CN".parse::<Language>().is_err());
/// ```
impl FromStr for Language {
    type Err = Error;

    /// # Errors
    ///
    /// `invalid_argument`: no language has this name.
    fn from_str(name: &str) -> Result<Language, Error> {
        parse_name("language", Language::ALL, Language::as_str, name)
    }
}

/// The language that the option called `option` names.
pub(crate) fn parse(option: &str, name: &str) -> Result<Language, Error> {
    name.parse().map_err(|_| {
        Error::invalid(
            format!("{option} \"{}\" is not supported", excerpt(name)),
            phrase!("Give en (the default) or zh."),
        )
    })
}
