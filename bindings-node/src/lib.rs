//! The native half of the npm package `dingtalk-extcontact`, private to it: `index.js` is what
//! people use. Arguments are converted, the core is called, and outcomes go back in the one
//! JSON form; JavaScript makes its objects and errors of that.

// A macro of napi-rs registers each function in code of its own, without documentation.
#![allow(missing_docs)]

// Public, as who calls them is JavaScript.
pub mod batch;
pub mod bridge;
pub mod client;
mod convert;
pub mod journal;
pub mod logging;
pub mod testing;

use std::ffi::OsString;

use dingtalk_extcontact::binding::{Binding, CLIENT_OPTIONS, Options, Value};
use dingtalk_extcontact::{BatchOptions, ErrorKind};
use napi_derive::napi;

/// Runs the command and returns its exit status. The main thread is its own meanwhile.
#[napi(catch_unwind)]
pub fn run(args: Vec<String>) -> i32 {
    let name = OsString::from("dingtalk-extcontact");
    dingtalk_extcontact_cli::run(std::iter::once(name).chain(as_typed(args)))
}

/// The last arguments of this process as they were typed: JavaScript has them with U+FFFD in
/// place of what is not UTF-8, and a damaged id must be refused, not sent.
fn as_typed(args: Vec<String>) -> Vec<OsString> {
    let all: Vec<OsString> = std::env::args_os().collect();
    let typed = &all[all.len().saturating_sub(args.len())..];
    if typed.iter().map(|arg| arg.to_string_lossy()).eq(args.iter().map(String::as_str)) {
        return typed.to_vec();
    }
    args.into_iter().map(OsString::from).collect()
}

/// The names of all kinds of error, for a test that the types know them.
#[napi(catch_unwind)]
pub fn kinds() -> Vec<&'static str> {
    ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()
}

/// The defaults of all options in JSON, for a test that the types state them.
#[napi(catch_unwind)]
pub fn defaults() -> String {
    let concurrency = ("concurrency".to_owned(), BatchOptions::default_concurrency().into());
    let defaults = CLIENT_OPTIONS.iter().map(|(name, _)| {
        let value = match Options::default_of(Binding::Node, name) {
            Value::Text(text) => text.into(),
            Value::Number(number) => number.into(),
            Value::Flag(flag) => flag.into(),
            Value::None | Value::Path(_) => serde_json::Value::Null,
        };
        (Binding::Node.spell(name), value)
    });
    serde_json::Value::Object(defaults.chain([concurrency]).collect()).to_string()
}

/// The version of the core, for a test that the package has the same.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    dingtalk_extcontact::VERSION
}
