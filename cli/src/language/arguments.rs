//! What is wrong with the arguments, in the words of this run's language. clap says it in English
//! alone; of errors that do not stand here its own words are kept.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::language::said;

/// clap's error in other words; `None` where there are no others.
pub(crate) fn told(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(" ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let arg = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    let problem = match error.kind() {
        ErrorKind::UnknownArgument => said!("there is no argument {arg}", arg = arg?),
        ErrorKind::InvalidSubcommand => {
            let name = text(ContextKind::InvalidSubcommand)?;
            said!("there is no subcommand {name}", name)
        }
        ErrorKind::MissingRequiredArgument => said!("these are missing: {arg}", arg = arg?),
        ErrorKind::ArgumentConflict => {
            let (arg, other) = (arg?, text(ContextKind::PriorArg)?);
            said!("{arg} cannot be given along with {other}", arg, other)
        }
        ErrorKind::InvalidValue if value.as_deref() == Some("") => {
            said!("{arg} lacks its value", arg = arg?)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(|why| super::told(&why.to_string()));
            let why = why.or_else(|| text(ContextKind::ValidValue)).unwrap_or_default();
            let (arg, value) = (arg?, value?);
            said!("the value {value} of {arg} is no good: {why}", value, arg, why)
        }
        ErrorKind::TooManyValues => {
            let (arg, value) = (arg?, value?);
            said!("{arg} takes no value {value}", arg, value)
        }
        _ => return None,
    };
    let mut told = said!("error: {problem}", problem);
    let similar = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand];
    if let Some(similar) = similar.into_iter().find_map(text) {
        told.push_str("\n\n  ");
        told.push_str(&said!("tip: did you mean {similar}?", similar));
    }
    if let Some(usage) = text(ContextKind::Usage) {
        let usage = usage.trim_start_matches("Usage: ").to_owned();
        told.push_str("\n\n");
        told.push_str(&said!("Usage: {usage}", usage));
    }
    Some(told + "\n\n" + &said!("For more, try --help."))
}
