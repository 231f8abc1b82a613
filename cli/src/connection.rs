//! A client made from the command line and the environment.

use std::path::Path;

use dingtalk_extcontact::binding::{Binding, Options, Value};
use dingtalk_extcontact::{Client, Error};

use crate::args::{Connection, Rate};
use crate::input::text;
use crate::output;
use crate::output::log_lines::TARGET;

/// Why no client could be made. Nothing was sent.
#[derive(Debug)]
pub(crate) enum NoClient {
    /// The library does not accept an option.
    Refused(Error),
    /// A file with a secret cannot be used.
    File { file: String, problem: String },
    /// There are no credentials at all.
    NoCredentials(Error),
}

impl From<Error> for NoClient {
    fn from(error: Error) -> NoClient {
        NoClient::Refused(error)
    }
}

impl NoClient {
    /// Says it on standard error.
    pub(crate) fn complain(&self) {
        match self {
            NoClient::Refused(error) => output::complain_of(error),
            NoClient::File { file, problem } => output::complain(
                &format!("{file} {problem}"),
                "Give the name of a readable file with the credential and nothing else.",
            ),
            NoClient::NoCredentials(error) => {
                output::complain_of(error);
                output::note(
                    "       On the command line: --token-file FILE, or --app-key KEY with \
                     --app-secret-file FILE.",
                );
            }
        }
    }
}

/// Makes a client; `more` sets further options. Credentials on the command line win over
/// those in the environment.
pub(crate) fn client(
    args: &Connection,
    more: impl FnOnce(&mut Options) -> Result<(), Error>,
) -> Result<Client, NoClient> {
    let mut options = Options::from_env(Binding::Command)?;
    if args.token_file.is_some() {
        options.set("app_key", Value::None)?;
        options.set("app_secret", Value::None)?;
    }
    if args.app_key.is_some() || args.app_secret_file.is_some() {
        options.set("access_token", Value::None)?;
    }
    for (name, option, path) in [
        ("access_token", "--token-file", &args.token_file),
        ("app_secret", "--app-secret-file", &args.app_secret_file),
    ] {
        if let Some(path) = path {
            let file = called(option, path);
            options.set_from(name, secret(&file, path)?, &file)?;
        }
    }
    let texts = [
        ("app_key", &args.app_key),
        ("region", &args.region),
        ("endpoint", &args.endpoint),
        ("proxy", &args.proxy),
        ("ca_file", &args.ca_file),
    ];
    for (name, value) in texts {
        if let Some(value) = value {
            let option = format!("--{}", name.replace('_', "-"));
            options.set_from(name, Value::Text(value.clone()), &option)?;
        }
    }
    for (name, value) in [("timeout", args.timeout), ("max_attempts", args.max_attempts)] {
        if let Some(value) = value {
            options.set(name, Value::Number(value))?;
        }
    }
    match args.rate {
        None => {}
        Some(Rate::None) => options.set("rate", Value::None)?,
        Some(Rate::Calls(calls)) => options.set("rate", Value::Number(calls))?,
    }
    more(&mut options)?;
    let client = Client::with_options(options).map_err(|error| match has_credentials(args) {
        true => NoClient::Refused(error),
        false => NoClient::NoCredentials(error),
    })?;
    let who = client.app_key().map_or("an access token".to_owned(), |key| format!("app {key}"));
    log::info!(target: TARGET, "calls go to {} with {who}", client.endpoint());
    Ok(client)
}

fn has_credentials(args: &Connection) -> bool {
    args.token_file.is_some()
        || args.app_key.is_some()
        || args.app_secret_file.is_some()
        || ["ACCESS_TOKEN", "APP_KEY", "APP_SECRET"]
            .into_iter()
            .any(|name| variable(name).is_some())
}

/// A variable of the environment that is not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(format!("DINGTALK_{name}")).ok().filter(|text| !text.is_empty())
}

/// What to call the file of an option. A name that is none of a file is not repeated: people
/// give the token itself where its file belongs.
fn called(option: &str, path: &Path) -> String {
    match path.exists() {
        true => format!("the file {} of {option}", output::shown(&path.to_string_lossy())),
        false => format!("the file of {option}"),
    }
}

/// What a file holds, without the line break at its end, and without what PowerShell puts
/// before it: a byte order mark, of UTF-8 or UTF-16.
fn secret(file: &str, path: &Path) -> Result<Value, NoClient> {
    let bad = |problem| NoClient::File { file: file.to_owned(), problem };
    let bytes = std::fs::read(path).map_err(|error| bad(format!("cannot be read: {error}")))?;
    let text = decoded(&bytes).ok_or_else(|| bad("holds bytes that are not text".into()))?;
    Ok(Value::Text(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn decoded(bytes: &[u8]) -> Option<String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (units, rest) = bytes.as_chunks();
        let units: Vec<u16> = units.iter().copied().map(unit).collect();
        String::from_utf16(&units).ok().filter(|_| rest.is_empty())
    };
    match bytes {
        [0xff, 0xfe, bytes @ ..] => utf16(bytes, u16::from_le_bytes),
        [0xfe, 0xff, bytes @ ..] => utf16(bytes, u16::from_be_bytes),
        _ => str::from_utf8(text::without_mark(bytes)).ok().map(str::to_owned),
    }
}
