//! A client made from the command line and the environment.

use std::path::Path;

use dingtalk_extcontact::binding::{Binding, Options, Value};
use dingtalk_extcontact::{Client, Error};

use crate::args::{Connection, Rate};
use crate::input::text;
use crate::language::said;
use crate::output::log_lines::TARGET;
use crate::output::{self, Exit};

/// Makes a client; `more` sets further options. What the command line gives wins over the
/// environment. If there can be no client, the reason is printed.
pub(crate) fn client(
    args: &Connection,
    more: impl FnOnce(&mut Options) -> Result<(), Error>,
) -> Result<Client, Exit> {
    let refused = |error: Error| output::usage_error(&error);
    let mut options = Options::from_env(Binding::Command).map_err(refused)?;
    set_credentials(&mut options, args)?;
    set_texts(&mut options, args).map_err(refused)?;
    set_numbers(&mut options, args).map_err(refused)?;
    more(&mut options).map_err(refused)?;
    let client = Client::with_options(options).map_err(refused)?;
    let who = client.app_key().map_or("an access token".to_owned(), |key| format!("app {key}"));
    log::info!(target: TARGET, "calls go to {} with {who}", client.endpoint());
    Ok(client)
}

/// Sets the credentials. One kind on the command line removes the other kind of the environment.
fn set_credentials(options: &mut Options, args: &Connection) -> Result<(), Exit> {
    let mut replaced = Vec::new();
    if args.token_file.is_some() {
        replaced.extend(["app_key", "app_secret"]);
    }
    if args.app_key.is_some() || args.app_secret_file.is_some() {
        replaced.push("access_token");
    }
    for name in replaced {
        options.set(name, Value::None).map_err(|error| output::usage_error(&error))?;
    }
    for (name, path) in [("access_token", &args.token_file), ("app_secret", &args.app_secret_file)]
    {
        if let Some(path) = path {
            let file = describe_file(name, path);
            let secret = read_secret(&file, path)?;
            options.set_from(name, secret, &file).map_err(|error| output::usage_error(&error))?;
        }
    }
    Ok(())
}

fn set_texts(options: &mut Options, args: &Connection) -> Result<(), Error> {
    for (name, value) in [
        ("app_key", &args.app_key),
        ("region", &args.region),
        ("endpoint", &args.endpoint),
        ("proxy", &args.proxy),
        ("ca_file", &args.ca_file),
    ] {
        if let Some(value) = value {
            options.set(name, Value::Text(value.clone()))?;
        }
    }
    Ok(())
}

fn set_numbers(options: &mut Options, args: &Connection) -> Result<(), Error> {
    for (name, value) in [("timeout", args.timeout), ("max_attempts", args.max_attempts)] {
        if let Some(value) = value {
            options.set(name, Value::Number(value))?;
        }
    }
    match args.rate {
        None => Ok(()),
        Some(Rate::Unlimited) => options.set("rate", Value::None),
        Some(Rate::Calls(calls)) => options.set("rate", Value::Number(calls)),
    }
}

/// How to name the file of an option in an error. A path that does not exist is not repeated:
/// people give the token itself in place of its file.
fn describe_file(name: &str, path: &Path) -> String {
    let option = Binding::Command.spell(name);
    match path.exists() {
        true => {
            let path = output::escaped(&path.to_string_lossy());
            said!("the file {path} of {option}", path, option)
        }
        false => said!("the file of {option}", option),
    }
}

/// The text of a file, without the line break at its end, and decoded by the byte order mark
/// (UTF-8 or UTF-16) that PowerShell writes.
fn read_secret(file: &str, path: &Path) -> Result<Value, Exit> {
    let failed = |problem: &str| {
        output::print_error(
            &said!("{file} {problem}", file, problem),
            &said!("Give the name of a readable file with the credential and nothing else."),
        );
        Exit::Usage
    };
    let bytes = std::fs::read(path)
        .map_err(|error| failed(&said!("cannot be read: {error}", error = error.to_string())))?;
    let text = decode(&bytes).ok_or_else(|| failed(&said!("holds bytes that are not text")))?;
    Ok(Value::Text(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn decode(bytes: &[u8]) -> Option<String> {
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
