//! A client of the core, for `index.js`.

use dingtalk_extcontact::binding::{Binding, ContactPages, Options, spawn};
use dingtalk_extcontact::{BatchOptions, Call, Client, Error};
use napi::bindgen_prelude::{Either, Either3};
use napi_derive::napi;

use crate::batch::NativeBatch;
use crate::bridge::Bridge;
use crate::convert::{Given, check, contact, json, page, plain, restoration};

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
        let done = begin(bridge, id, &call, cancelled);
        self.0.submit_to_loop(user_id, call, move |outcome| done(json(&outcome)));
    }

    /// The same for a record.
    #[napi(catch_unwind)]
    pub fn submit_get(
        &self,
        bridge: &Bridge,
        id: u32,
        user_id: String,
        names: Vec<String>,
        values: Vec<Given>,
        cancelled: bool,
    ) {
        let call = reading(&names, values);
        let done = begin(bridge, id, &call, cancelled);
        self.0.submit_get(user_id, call, move |outcome| done(contact(outcome)));
    }

    /// Checks what a deletion needs; it comes over as an outcome does.
    #[napi(catch_unwind)]
    pub fn submit_check(
        &self,
        bridge: &Bridge,
        id: u32,
        write: bool,
        names: Vec<String>,
        values: Vec<Given>,
        cancelled: bool,
    ) {
        let call = reading(&names, values);
        let done = begin(bridge, id, &call, cancelled);
        self.0.submit_check(write, call, move |outcome| done(check(outcome)));
    }

    /// The same for the restoring of a record, which is JSON text.
    // Each is a value of JavaScript.
    #[allow(clippy::too_many_arguments)]
    #[napi(catch_unwind)]
    pub fn submit_restore(
        &self,
        bridge: &Bridge,
        id: u32,
        record: String,
        look_first: bool,
        names: Vec<String>,
        values: Vec<Given>,
        cancelled: bool,
    ) {
        let call = reading(&names, values);
        let done = begin(bridge, id, &call, cancelled);
        self.0.submit_restore(record, look_first, call, move |outcome| done(restoration(outcome)));
    }

    /// The pages of all records; nothing is sent yet.
    #[napi(catch_unwind)]
    pub fn pages(&self) -> NativePages {
        NativePages(ContactPages::new(&self.0))
    }

    /// Begins a batch. It comes through the bridge, or in JSON why there is none.
    #[napi(catch_unwind)]
    pub fn batch(&self, bridge: &Bridge, id: u32, names: Vec<String>, values: Vec<Given>) {
        let mut options = BatchOptions::for_binding(Binding::Node);
        let mut given = names.iter().zip(values);
        let set = given.try_for_each(|(name, value)| options.set(name, plain(value)));
        begin_batch(self.0.clone(), bridge.clone(), id, set.map(|()| options));
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

/// The pages of all records, from the first to the last.
#[napi(js_name = "ContactPages")]
pub struct NativePages(ContactPages);

// Named here as well: napi keeps the name of whichever it meets last.
#[napi(js_name = "ContactPages")]
impl NativePages {
    /// Has the next page come over, as an outcome does; `null` at the end.
    #[napi(catch_unwind)]
    pub fn submit_next(
        &self,
        bridge: &Bridge,
        id: u32,
        names: Vec<String>,
        values: Vec<Given>,
        cancelled: bool,
    ) {
        let call = reading(&names, values);
        let done = begin(bridge, id, &call, cancelled);
        self.0.submit_next(call, move |outcome| done(page(outcome)));
    }
}

/// A call that reads, with these options.
fn reading(names: &[String], values: Vec<Given>) -> Call {
    let mut call = Call::for_binding(Binding::Node);
    for (name, value) in names.iter().zip(values) {
        call.set_for_reading(name, plain(value));
    }
    call
}

/// Notes a call, cancelled from the first where that is wanted; returns what hands its outcome
/// over.
fn begin(
    bridge: &Bridge,
    id: u32,
    call: &Call,
    cancelled: bool,
) -> impl FnOnce(String) + Send + 'static {
    let canceller = call.canceller();
    if cancelled {
        canceller.cancel();
    }
    bridge.begin(id, canceller)
}

/// Begins a batch, on a thread of its own, as a long journal takes a while to read.
fn begin_batch(client: Client, bridge: Bridge, id: u32, options: Result<BatchOptions, Error>) {
    let failed = bridge.clone();
    let begin = move || {
        bridge.send(
            id,
            match options.and_then(|options| client.batch(options)) {
                Ok(batch) => Either3::C(NativeBatch(batch)),
                Err(error) => Either3::B(json(&Err(error))),
            },
        );
    };
    if let Err(error) = spawn("dingtalk-batch", begin) {
        failed.send(id, Either3::B(json(&Err(error))));
    }
}
