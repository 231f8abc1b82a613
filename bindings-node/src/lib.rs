//! The native half of the npm package `dingtalk-extcontact`, private to it: `index.js` is what
//! people use. Arguments are converted, the core is called, and outcomes go back in the one
//! JSON form; JavaScript makes its objects and errors of that.

// A macro of napi-rs registers each function in code of its own, without documentation.
#![allow(missing_docs)]

// Public, as who calls them is JavaScript.
pub mod batch;
pub mod logging;
pub mod bridge;
pub mod testing;

use std::ffi::OsString;

use dingtalk_extcontact::binding::{Binding, CLIENT_OPTIONS, Options, Value, to_json};
use dingtalk_extcontact::{BatchOptions, Call, Client, Deletion, Error, ErrorKind};
use napi::bindgen_prelude::{Either, Either5, Null, Unknown};
use napi_derive::napi;

use bridge::Bridge;

/// The value of an option, as JavaScript has it.
type Given<'a> = Either5<String, f64, bool, Null, Unknown<'a>>;

/// A client of the core.
#[napi(js_name = "Client")]
pub struct NativeClient(Client);

/// Makes a client of these options, those of the environment first where that is wanted; or
/// says in JSON why not.
#[napi(catch_unwind)]
pub fn connect(
    from_environment: bool,
    names: Vec<String>,
    values: Vec<Given>,
) -> Either<NativeClient, String> {
    let start = if from_environment {
        Options::from_env(Binding::Node)
    } else {
        Ok(Options::for_binding(Binding::Node))
    };
    let made = start.and_then(|mut options| {
        for (name, value) in names.iter().zip(values) {
            options.set(name, plain(value))?;
        }
        Client::with_options(options)
    });
    match made {
        Ok(client) => Either::A(NativeClient(client)),
        Err(error) => Either::B(json(&Err(error))),
    }
}

// Named here as well: napi keeps the name of whichever it meets last.
#[napi(js_name = "Client")]
impl NativeClient {
    /// Starts a deletion, cancelled from the first where that is wanted. The outcome comes
    /// through the bridge.
    #[napi(catch_unwind)]
    pub fn submit(
        &self,
        bridge: &Bridge,
        id: u32,
        user_id: String,
        names: Vec<String>,
        values: Vec<Given>,
        cancelled: bool,
    ) {
        let mut call = Call::for_binding(Binding::Node);
        for (name, value) in names.iter().zip(values) {
            call.set(name, plain(value));
        }
        let canceller = call.canceller();
        if cancelled {
            canceller.cancel();
        }
        let done = bridge.begin(id, canceller);
        self.0.submit(user_id, call, move |outcome| done(json(&outcome)));
    }

    /// Begins a batch. It comes through the bridge, or in JSON why there is none.
    #[napi(catch_unwind)]
    pub fn batch(&self, bridge: &Bridge, id: u32, names: Vec<String>, values: Vec<Given>) {
        let mut options = BatchOptions::for_binding(Binding::Node);
        let mut given = names.iter().zip(values);
        let set = given.try_for_each(|(name, value)| options.set(name, plain(value)));
        batch::begin(self.0.clone(), bridge.clone(), id, set.map(|()| options));
    }

    /// Replaces the token; says in JSON why not.
    #[napi(catch_unwind)]
    pub fn set_access_token(&self, token: String) -> Option<String> {
        self.0.set_access_token(&token).err().map(|error| json(&Err(error)))
    }

    /// Closes the client.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.0.close();
    }

    /// Where its delete requests go.
    #[napi(getter, catch_unwind)]
    pub fn endpoint(&self) -> String {
        self.0.endpoint()
    }

    /// The app, where it has app credentials.
    #[napi(getter, catch_unwind)]
    pub fn app_key(&self) -> Option<String> {
        self.0.app_key().map(str::to_owned)
    }
}

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

fn plain(given: Given) -> Value {
    match given {
        Either5::A(text) => Value::Text(text),
        Either5::B(number) => Value::Number(number),
        Either5::C(flag) => Value::Flag(flag),
        Either5::D(_) => Value::None,
        // An object, a BigInt or a function: every option refuses this, by its name.
        Either5::E(_) => Value::Number(f64::NAN),
    }
}

/// The one JSON form, with the fields in its order.
fn json(outcome: &Result<Deletion, Error>) -> String {
    let text = match outcome {
        Ok(deletion) => serde_json::to_string(deletion),
        Err(error) => serde_json::to_string(error),
    };
    text.unwrap_or_else(|_| to_json(outcome).to_string())
}
