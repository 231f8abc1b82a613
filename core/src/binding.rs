//! What the bindings and the command need and Rust programs do not: options by name, with the
//! names and units of a language; outcomes handed to a callback; the JSON of an outcome.
//!
//! No part of the stable interface.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::batch::options::{BatchOptions, MOST_CONCURRENT};
use crate::call::api_call::Delete;
use crate::call::options::Call;
use crate::check::Check;
use crate::client::{Client, end_of_delete};
use crate::contacts::Contact;
use crate::error::{Error, ErrorKind};
use crate::language::{Language, Phrase};
use crate::options::endpoint::Region;
use crate::options::language;
use crate::options::proxy::ProxySetting;
use crate::options::{HIGHEST_RATE, MOST_ATTEMPTS, bad_duration, check_duration, check_integer};
use crate::outcome::Deletion;
use crate::restore::Restoration;
use crate::secret::Secret;
use crate::submitted::{self, Callback};
use crate::text::excerpt;
use crate::wire::errcode::explain;

pub use crate::batch::missing::{MISSING_LIMIT, MISSING_WINDOW};
pub use crate::batch::{
    Closed, ListRecord, PriorRuns, PriorState, RunRecord, RunRequest, StopReason, Stopped,
    ThrottledSpan,
};
pub use crate::contacts::ContactPages;
pub use crate::options::Options;
pub use crate::options::names::{Binding, CLIENT_OPTIONS, Spec, ValueType};
pub use crate::outcome::in_utc;
pub use crate::runtime::fork::PerProcess;
pub use crate::runtime::thread::spawn;
pub use crate::shared::SharedClient;
pub use crate::text::is_invisible;
pub use crate::wire::errcode::meaning_in;
pub use crate::wire::object::Object as JsonObject;
pub use crate::wire::request::LONGEST_USER_ID;

/// The target of the library's log lines, by which a logger passes these on and no others.
pub const LOG_TARGET: &str = crate::LOG;

/// The options of one call, by name.
pub const CALL_OPTIONS: &[Spec] = &[("timeout", ValueType::Time), ("missing_ok", ValueType::Flag)];

/// The options of one call that reads, by name.
pub const READ_OPTIONS: &[Spec] = &[("timeout", ValueType::Time)];

/// The options of a batch, by name.
pub const BATCH_OPTIONS: &[Spec] = &[
    ("concurrency", ValueType::Integer),
    ("journal", ValueType::Path),
    ("backup", ValueType::Path),
    ("missing_ok", ValueType::Flag),
    ("stop_on_missing", ValueType::Flag),
];

/// Text as a program gives it, or what keeps it from being read, such as `is not UTF-8`.
pub type GivenText<'a> = Result<&'a str, &'static str>;

/// The name under which a package over the C library says whose it is. No option of its users.
const PACKAGE: &str = "binding";

/// The fields of a contact that are text, in the order of the service's documentation.
pub const CONTACT_TEXTS: [&str; 9] = [
    "name",
    "mobile",
    "state_code",
    "company_name",
    "title",
    "email",
    "address",
    "remark",
    "follower_user_id",
];

/// The fields of a contact that list ids.
pub const CONTACT_IDS: [&str; 3] = ["label_ids", "share_dept_ids", "share_user_ids"];

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

impl Value {
    /// The value of one of these options that is written as text: numbers in digits, times in the
    /// unit of the [`Binding`], truth values as `true` or `1` and `false` or `0`.
    fn of_text(
        binding: Binding,
        name: &str,
        options: &[Spec],
        text: GivenText,
    ) -> Result<Value, Error> {
        let name = known(binding, name, options)?;
        let text = readable(binding, name, text)?;
        let kind = options.iter().find(|(own, _)| *own == name).map(|(_, kind)| *kind);
        match kind.unwrap_or(ValueType::Text) {
            ValueType::Text | ValueType::Path => Ok(Value::Text(text.to_owned())),
            // As the setter of C has it.
            ValueType::Integer if name == "rate" && text == "0" => Ok(Value::None),
            ValueType::Integer => {
                number_of(text, || wrong_type(binding, name, phrase!("a whole number")))
            }
            ValueType::Time => number_of(text, || not_a_time(binding, name)),
            ValueType::Flag => match text {
                "true" | "1" => Ok(Value::Flag(true)),
                "false" | "0" => Ok(Value::Flag(false)),
                _ => Err(wrong_type(binding, name, phrase!("true or false"))),
            },
        }
    }
}

impl Options {
    /// Sets an option by its name, as the language of the [`Binding`] spells it.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the option: an unknown name, a value of another type,
    /// or one out of bounds. What only shows in the whole (two kinds of credentials, a
    /// file that is not there) is found when the client is made.
    #[doc(hidden)]
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), Error> {
        self.set_any(name, value).map_err(|error| self.binding.advise(self.language, error))
    }

    fn set_any(&mut self, name: &str, value: Value) -> Result<(), Error> {
        let binding = self.binding;
        let fresh = Options::default();
        let name = known(binding, name, CLIENT_OPTIONS)?;
        self.origins.remove(name);
        match name {
            "access_token" => self.access_token = secret(binding, name, value)?,
            "app_key" => self.app_key = text(binding, name, value)?,
            "app_secret" => self.app_secret = secret(binding, name, value)?,
            "region" => self.region = text(binding, name, value)?,
            "endpoint" => self.endpoint = text(binding, name, value)?,
            "proxy" => self.proxy = secret(binding, name, value)?,
            "ca_file" => self.ca_file = path(binding, name, value)?,
            "language" => {
                self.language = match text(binding, name, value)? {
                    None => fresh.language,
                    Some(text) => language::parse(&self.name_of(name), &text)?,
                }
            }
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
            _ => return Err(unknown(binding, name, CLIENT_OPTIONS)),
        }
        Ok(())
    }

    /// The same with a value that is written as text, whatever its type is.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    #[doc(hidden)]
    pub fn set_text(&mut self, name: &str, text: GivenText) -> Result<(), Error> {
        let advised = |error| self.binding.advise(self.language, error);
        if name == PACKAGE {
            self.binding = package(self.binding, text).map_err(advised)?;
            return Ok(());
        }
        let value = Value::of_text(self.binding, name, CLIENT_OPTIONS, text).map_err(advised)?;
        self.set(name, value)
    }

    /// The same with a value that comes from `origin`, a variable or a file: whoever is told
    /// that it is wrong has to look there.
    #[doc(hidden)]
    pub fn set_from(&mut self, name: &str, value: Value, origin: &str) -> Result<(), Error> {
        self.set(name, value)?;
        let name = known(self.binding, name, CLIENT_OPTIONS)?;
        self.origins.insert(name, origin.to_owned());
        Ok(())
    }

    /// What an option is where it is not given, in the unit of the [`Binding`]; `Value::None`
    /// where it is nothing. For bindings, which show it in their signatures.
    #[doc(hidden)]
    pub fn default_of(binding: Binding, name: &str) -> Value {
        let fresh = Options::default();
        let in_unit = |time: Duration| Value::Number(time.as_secs_f64() * binding.unit().0);
        match name {
            "region" => Value::Text(Region::default().as_str().to_owned()),
            "proxy" => Value::Text(ProxySetting::default().as_str().to_owned()),
            "timeout" => in_unit(fresh.timeout),
            "attempt_timeout" => in_unit(fresh.attempt_timeout),
            "connect_timeout" => in_unit(fresh.connect_timeout),
            "max_attempts" => Value::Number(fresh.max_attempts.into()),
            "rate" => fresh.rate.map_or(Value::None, |rate| Value::Number(rate.into())),
            "missing_ok" => Value::Flag(fresh.missing_ok),
            "language" => Value::Text(fresh.language.as_str().to_owned()),
            _ => Value::None,
        }
    }
}

impl Error {
    /// What to do in a language, whatever that of the client is, with the names of the `binding`.
    #[doc(hidden)]
    pub fn advice_in(&self, language: Language, binding: Binding) -> String {
        let phrase = self.known_advice(binding).map(Phrase::known);
        binding.speak(&phrase.unwrap_or_else(|| self.advice_phrase()).told(language))
    }

    /// The sentence that the advice was made of, where it is that of the code or of the kind. An error
    /// of a journal has no other trace of it than the text, in which options are spelt already.
    fn known_advice(&self, binding: Binding) -> Option<&'static str> {
        let of_code = self.code().and_then(explain).map(|known| known.advice);
        let mut known = of_code.into_iter().chain([self.kind().advice()]);
        known.find(|advice| binding.speak(advice) == self.advice())
    }
}

impl BatchOptions {
    /// How many calls run side by side where nobody says, for the signatures of bindings.
    #[doc(hidden)]
    pub fn default_concurrency() -> u32 {
        BatchOptions::default().concurrency
    }

    /// Sets one of [`BATCH_OPTIONS`] by its name, as the language spells it. `Value::None`
    /// leaves the default.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the option.
    #[doc(hidden)]
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), Error> {
        let binding = self.binding;
        match (known(binding, name, BATCH_OPTIONS)?, value) {
            (_, Value::None) => {}
            ("concurrency", value) => {
                self.concurrency = integer(binding, name, value, MOST_CONCURRENT)?;
            }
            ("journal", value) => {
                self.journal = path(binding, name, value)?;
            }
            ("backup", value) => {
                self.backup = path(binding, name, value)?;
            }
            ("missing_ok", value) => {
                let missing_ok = flag(binding, name, value)?;
                self.call = self.call.clone().missing_ok(missing_ok);
            }
            (_, value) => self.stop_on_missing = flag(binding, name, value)?,
        }
        Ok(())
    }

    /// The same with a value that is written as text, whatever its type is.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    #[doc(hidden)]
    pub fn set_text(&mut self, name: &str, text: GivenText) -> Result<(), Error> {
        if name == PACKAGE {
            self.binding = package(self.binding, text)?;
            return Ok(());
        }
        self.set(name, Value::of_text(self.binding, name, BATCH_OPTIONS, text)?)
    }
}

impl Call {
    /// Sets one of [`CALL_OPTIONS`] by its name, as the language spells it. `Value::None`
    /// leaves the client's own. An unknown name or a bad value is reported by the deletion, as
    /// `invalid_argument` that names the option.
    #[doc(hidden)]
    pub fn set(&mut self, name: &str, value: Value) {
        self.set_one_of(CALL_OPTIONS, name, value);
    }

    /// Sets one of [`READ_OPTIONS`] so.
    #[doc(hidden)]
    pub fn set_for_reading(&mut self, name: &str, value: Value) {
        self.set_one_of(READ_OPTIONS, name, value);
    }

    fn set_one_of(&mut self, options: &[Spec], name: &str, value: Value) {
        let binding = self.binding;
        let set = known(binding, name, options).and_then(|name| {
            match (name, value) {
                (_, Value::None) => {}
                ("timeout", value) => self.timeout = Some(duration(binding, name, value)?),
                (_, value) => self.missing_ok = Some(flag(binding, name, value)?),
            }
            Ok(())
        });
        self.note(set);
    }

    /// The same with a value that is written as text, whatever its type is.
    #[doc(hidden)]
    pub fn set_text(&mut self, name: &str, text: GivenText) {
        if name == PACKAGE {
            let set = package(self.binding, text).map(|binding| self.binding = binding);
            return self.note(set);
        }
        match Value::of_text(self.binding, name, CALL_OPTIONS, text) {
            Ok(value) => self.set(name, value),
            wrong => self.note(wrong.map(drop)),
        }
    }

    /// Keeps what was set wrongly first, for the deletion to report.
    #[doc(hidden)]
    pub fn note(&mut self, set: Result<(), Error>) {
        self.wrong = self.wrong.take().or(set.err());
    }
}

impl Client {
    /// Deletes a contact on the library's threads, and hands the outcome to `done` on one of them,
    /// once. For bindings with promises or futures.
    ///
    /// At most 64 requests of such calls and of batches run at a time in a process. A call that
    /// waits (for its turn within `rate`, a token, its next attempt) has no thread. A call that is
    /// cancelled while it has none is handed to `done` by the thread that cancels it; where no
    /// thread can be started, by the one that submits or wakes it.
    ///
    /// `done` must not wait for other submitted calls, nor for a blocking call of this client: what
    /// that waits behind may need the thread that `done` has.
    #[doc(hidden)]
    pub fn submit(
        &self,
        user_id: String,
        call: Call,
        done: impl FnOnce(Result<Deletion, Error>) + Send + 'static,
    ) {
        self.submit_for(Callback::OfProgram, user_id, call, done);
    }

    /// The same where `done` returns at once, as one does that only wakes an event loop. A call that
    /// the loop makes then is for the thread that woke it.
    #[doc(hidden)]
    pub fn submit_to_loop(
        &self,
        user_id: String,
        call: Call,
        done: impl FnOnce(Result<Deletion, Error>) + Send + 'static,
    ) {
        self.submit_for(Callback::Brief, user_id, call, done);
    }

    fn submit_for(
        &self,
        callback: Callback,
        user_id: String,
        call: Call,
        done: impl FnOnce(Result<Deletion, Error>) + Send + 'static,
    ) {
        submitted::start(self, Delete { user_id }, call, callback, |state, result| {
            done(end_of_delete(state, result));
        });
    }

    /// Replaces the access token as [`set_access_token`](Self::set_access_token) does, with text that
    /// may be none.
    ///
    /// # Errors
    ///
    /// As there.
    #[doc(hidden)]
    pub fn set_access_token_text(&self, token: GivenText) -> Result<(), Error> {
        let settings = self.settings();
        let token = readable(settings.binding, "access_token", token);
        self.set_access_token(token.map_err(|error| settings.advise(error))?)
    }

    /// Checks on one of the library's threads, which it holds to its end, and hands the outcome to
    /// `done`, as [`submit`](Self::submit) does.
    #[doc(hidden)]
    pub fn submit_check(
        &self,
        write: bool,
        call: Call,
        done: impl FnOnce(Result<Check, Error>) + Send + 'static,
    ) {
        let client = self.clone();
        submitted::blocking(move |refused| {
            let refused = refused.map(|error| client.settings().advise(error));
            done(refused.map_or_else(|| client.check(write, &call), Err));
        });
    }

    /// Restores a record, JSON as the service sent it or a line of a backup; looks for the contact
    /// first where an earlier call may have created it.
    ///
    /// # Errors
    ///
    /// As [`restore`](Self::restore); `invalid_argument` where the record is no JSON object.
    #[doc(hidden)]
    pub fn restore_json(
        &self,
        record: &str,
        look_first: bool,
        call: &Call,
    ) -> Result<Restoration, Error> {
        let refused = |_| {
            let advice = phrase!("Give the record of a contact as it was read; nothing was sent.");
            self.settings().advise(Error::invalid("the record is not a JSON object", advice))
        };
        let mut record: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(record).map_err(refused)?;
        // As a line of a backup has it; the service has no field of this name.
        if let Some(serde_json::Value::Object(own)) = record.get_mut("record") {
            record = std::mem::take(own);
        }
        match look_first {
            true => self.restore_again(&record, call),
            false => self.restore(&record, call),
        }
    }

    /// The same on one of the library's threads, which it holds to its end, and hands the outcome
    /// to `done`, as [`submit`](Self::submit) does.
    #[doc(hidden)]
    pub fn submit_restore(
        &self,
        record: String,
        look_first: bool,
        call: Call,
        done: impl FnOnce(Result<Restoration, Error>) + Send + 'static,
    ) {
        let client = self.clone();
        submitted::blocking(move |refused| {
            let restore = || client.restore_json(&record, look_first, &call);
            let refused = refused.map(|error| client.settings().advise(error));
            done(refused.map_or_else(restore, Err));
        });
    }
}

/// The one JSON form of an outcome: an object in snake_case with `status` first among its
/// facts (`deleted`, `absent` or `failed`), times in seconds, and what is not known left out.
///
/// The command's `--json`, the journal of a batch and the conformance cases all use it.
/// `Deletion` and `Error` also implement serde's `Serialize` with the same fields.
pub fn to_json(outcome: &Result<Deletion, Error>) -> serde_json::Value {
    let value = match outcome {
        Ok(deletion) => serde_json::to_value(deletion),
        Err(error) => serde_json::to_value(error),
    };
    // Maps with text keys and plain values cannot fail to serialise.
    value.unwrap_or(serde_json::Value::Null)
}

/// A contact as JSON: `user_id`; its fields of text and its lists of ids under their names, where
/// text that is missing or empty is left out; and `record`, as the service sent it. All of it is
/// personal data.
pub fn contact_to_json(contact: &Contact) -> serde_json::Value {
    let texts = CONTACT_TEXTS.iter().filter_map(|name| Some((*name, contact.text(name)?.into())));
    let ids = CONTACT_IDS.iter().map(|name| (*name, contact.ids(name).into()));
    let ends = [("user_id", contact.user_id().into()), ("record", contact.record().clone().into())];
    let fields = ends.into_iter().chain(texts).chain(ids);
    serde_json::Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Text that can be read, under a name in the documentation.
fn readable<'a>(binding: Binding, name: &str, text: GivenText<'a>) -> Result<&'a str, Error> {
    text.map_err(|problem| {
        let message = format!("{} {problem}", binding.spell(name));
        Error::new(ErrorKind::InvalidArgument, message)
    })
}

/// The language of a package over the C library.
fn package(binding: Binding, text: GivenText) -> Result<Binding, Error> {
    Binding::of_package(readable(binding, PACKAGE, text)?)
}

fn wrong_type(binding: Binding, name: &str, wanted: Phrase) -> Error {
    let name = binding.spell(name);
    Error::invalid(format!("{name} is not {wanted}"), phrase!("Give {wanted}.", wanted))
}

/// The name in the documentation of what a language spells as `spelt`.
fn known(binding: Binding, spelt: &str, options: &[Spec]) -> Result<&'static str, Error> {
    let found = options.iter().find(|(name, _)| binding.key(name) == spelt);
    found.map(|(name, _)| *name).ok_or_else(|| unknown(binding, spelt, options))
}

/// The error for a name that is no option.
fn unknown(binding: Binding, name: &str, known: &[Spec]) -> Error {
    let list: Vec<_> = known.iter().map(|(name, _)| binding.spell(name)).collect();
    Error::invalid(
        format!("there is no option \"{}\"", excerpt(name)),
        phrase!("The options are {names}.", names = list.join(", ")),
    )
}

/// Text.
fn text(binding: Binding, name: &str, value: Value) -> Result<Option<String>, Error> {
    match value {
        Value::None => Ok(None),
        Value::Text(text) => Ok(Some(text)),
        _ => Err(wrong_type(binding, name, phrase!("text"))),
    }
}

fn secret(binding: Binding, name: &str, value: Value) -> Result<Option<Secret>, Error> {
    Ok(text(binding, name, value)?.map(|text| Secret::new(&text)))
}

/// A path, as it is or as text.
fn path(binding: Binding, name: &str, value: Value) -> Result<Option<PathBuf>, Error> {
    match value {
        Value::Path(path) => Ok(Some(path)),
        value => Ok(text(binding, name, value)?.map(PathBuf::from)),
    }
}

/// A truth value.
fn flag(binding: Binding, name: &str, value: Value) -> Result<bool, Error> {
    match value {
        Value::Flag(flag) => Ok(flag),
        _ => Err(wrong_type(binding, name, phrase!("true or false"))),
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

/// A time in the language's unit.
fn duration(binding: Binding, name: &str, value: Value) -> Result<Duration, Error> {
    let (per_second, _) = binding.unit();
    match value {
        Value::Number(number) => match Duration::try_from_secs_f64(number / per_second) {
            Ok(time) => check_duration(binding, name, time).map(|()| time),
            Err(_) => Err(bad_duration(binding, name)),
        },
        _ => Err(not_a_time(binding, name)),
    }
}

fn not_a_time(binding: Binding, name: &str) -> Error {
    let unit = Phrase::known(binding.unit().1);
    wrong_type(binding, name, phrase!("a number of {unit}", unit))
}

/// Digits, with a point at most: not all that Rust reads as a number.
fn number_of(text: &str, wrong: impl FnOnce() -> Error) -> Result<Value, Error> {
    let number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.').then(|| text.parse());
    number.and_then(Result::ok).map(Value::Number).ok_or_else(wrong)
}

/// A whole number from 1 to `most`.
fn integer(binding: Binding, name: &str, value: Value, most: u32) -> Result<u32, Error> {
    match value {
        Value::Number(number) => {
            check_integer(binding, name, number, most)?;
            // In bounds and whole, so nothing is lost.
            Ok(number as u32)
        }
        _ => Err(wrong_type(binding, name, phrase!("a whole number"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_set_by_text() {
        let mut options = Options::for_binding(Binding::C);
        for (name, text) in [
            ("access_token", "t"),
            ("timeout", "20000"),
            ("max_attempts", "5"),
            ("rate", "0"),
            ("missing_ok", "true"),
            ("ca_file", "/etc/roots.pem"),
        ] {
            options.set_text(name, Ok(text)).unwrap();
        }
        assert_eq!(options.timeout, Duration::from_secs(20));
        assert_eq!((options.max_attempts, options.rate, options.missing_ok), (5, None, true));
        assert_eq!(options.ca_file, Some(PathBuf::from("/etc/roots.pem")));

        let mut batch = BatchOptions::for_binding(Binding::C);
        batch.set_text("concurrency", Ok("3")).unwrap();
        batch.set_text("stop_on_missing", Ok("0")).unwrap();
        assert_eq!((batch.concurrency, batch.stop_on_missing), (3, false));

        let mut call = Call::for_binding(Binding::Python);
        call.set_text("timeout", Ok("1.5"));
        assert_eq!(call.timeout, Some(Duration::from_millis(1500)));
        assert_eq!(call.wrong, None);
        call.set_text("timeout", Ok("soon"));
        assert_eq!(call.wrong.unwrap().message(), "timeout is not a number of seconds");
    }

    #[test]
    fn a_package_says_whose_it_is_and_hears_its_own_names() {
        let mut options = Options::for_binding(Binding::C);
        options.set_text("binding", Ok("php")).unwrap();
        // As before, under the names that the C library has for all.
        options.set_text("attempt_timeout", Ok("20000")).unwrap();
        assert_eq!(options.attempt_timeout, Duration::from_secs(20));
        let error = options.set_text("attempt_timeout", Ok("0")).unwrap_err();
        assert_eq!(error.message(), "attemptTimeoutMs is out of bounds");

        let mut batch = BatchOptions::for_binding(Binding::C);
        batch.set_text("binding", Ok("dotnet")).unwrap();
        let error = batch.set_text("stop_on_missing", Ok("yes")).unwrap_err();
        assert_eq!(error.message(), "StopOnMissing is not true or false");

        let mut call = Call::for_binding(Binding::C);
        call.set_text("binding", Ok("go"));
        call.set_text("missing_ok", Ok("yes"));
        assert_eq!(call.wrong.unwrap().message(), "MissingOK is not true or false");

        let unknown = options.set_text("binding", Ok("cobol")).unwrap_err();
        assert_eq!(unknown.message(), "there is no binding \"cobol\"");
        assert!(unknown.advice().contains("java"), "{unknown}");
        assert_eq!(batch.set_text("binding", Ok("node")).unwrap_err().kind(), unknown.kind());
        let mut call = Call::for_binding(Binding::C);
        call.set_text("binding", Ok(""));
        assert_eq!(call.wrong.unwrap().kind(), unknown.kind());
    }

    #[test]
    fn text_that_cannot_be_read_is_refused_by_name() {
        let bad = Err("is not UTF-8");
        let mut options = Options::for_binding(Binding::C);
        options.set_text("binding", Ok("go")).unwrap();
        for (name, message) in [
            ("app_key", "AppKey is not UTF-8"),
            ("region", "Region is not UTF-8"),
            ("timeout", "Timeout is not UTF-8"),
            ("speed", "there is no option \"speed\""),
        ] {
            assert_eq!(options.set_text(name, bad).unwrap_err().message(), message);
        }
        let mut batch = BatchOptions::for_binding(Binding::C);
        assert_eq!(batch.set_text("journal", bad).unwrap_err().message(), "journal is not UTF-8");
        assert_eq!(batch.set_text("binding", bad).unwrap_err().message(), "binding is not UTF-8");
        let mut call = Call::for_binding(Binding::C);
        call.set_text("missing_ok", bad);
        assert_eq!(call.wrong.unwrap().message(), "missing_ok is not UTF-8");
    }

    #[test]
    fn text_that_is_no_value_is_refused_by_name() {
        let mut options = Options::for_binding(Binding::C);
        for (name, text, message) in [
            ("speed", "1", "there is no option \"speed\""),
            ("timeout", "", "timeout is not a number of milliseconds"),
            ("timeout", "1e3", "timeout is not a number of milliseconds"),
            ("timeout", "-1", "timeout is not a number of milliseconds"),
            ("timeout", "0", "timeout is out of bounds"),
            ("rate", "many", "rate is not a whole number"),
            ("rate", "0.5", "rate is out of bounds"),
            ("max_attempts", "inf", "max_attempts is not a whole number"),
            ("missing_ok", "yes", "missing_ok is not true or false"),
        ] {
            assert_eq!(options.set_text(name, Ok(text)).unwrap_err().message(), message);
        }
    }
}
