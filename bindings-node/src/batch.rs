//! The core's batch, for the loop in `batch.js`.

use dingtalk_extcontact::binding::spawn;
use dingtalk_extcontact::{Batch, BatchOptions, Call, Client, Error, Item};
use napi::bindgen_prelude::Either;
use napi_derive::napi;

use crate::json;
use crate::bridge::Bridge;

/// A batch of the core. Forgotten by JavaScript it is stopped, and calls under way finish.
#[napi(js_name = "Batch")]
pub struct NativeBatch(Batch);

// Named here as well: napi keeps the name of whichever it meets last.
#[napi(js_name = "Batch")]
impl NativeBatch {
    /// Whether another id is wanted now.
    #[napi(catch_unwind)]
    pub fn wants(&self) -> bool {
        self.0.wants()
    }

    /// Hands over an id.
    #[napi(catch_unwind)]
    pub fn push(&self, user_id: String) {
        self.0.push(&user_id);
    }

    /// Says that no more ids come.
    #[napi(catch_unwind)]
    pub fn finish(&self) {
        self.0.finish();
    }

    /// Starts no more calls.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        self.0.stop();
    }

    /// Ends the calls under way, too.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// The next item in JSON, `null` at the end; nothing, if there is none yet.
    #[napi(catch_unwind)]
    pub fn take(&self) -> Option<String> {
        let no_wait = Call::new();
        no_wait.canceller().cancel();
        self.0.next(&no_wait).ok().map(item)
    }

    /// Has the next item come through the bridge, in the same form.
    #[napi(catch_unwind)]
    pub fn wait(&self, bridge: &Bridge, id: u32) {
        let bridge = bridge.clone();
        self.0.next_with(move |next| bridge.send(id, Either::A(item(next))));
    }

    /// The batch in numbers, in JSON.
    #[napi(catch_unwind)]
    pub fn summary(&self) -> napi::Result<String> {
        let text = serde_json::to_string(&self.0.summary());
        text.map_err(|error| napi::Error::from_reason(error.to_string()))
    }
}

/// Begins a batch, on a thread of its own, as a long journal takes a while to read.
pub fn begin(client: Client, bridge: Bridge, id: u32, options: Result<BatchOptions, Error>) {
    let failed = bridge.clone();
    let begin = move || {
        bridge.send(
            id,
            match options.and_then(|options| client.batch(options)) {
                Ok(batch) => Either::B(NativeBatch(batch)),
                Err(error) => Either::A(json(&Err(error))),
            },
        );
    };
    if let Err(error) = spawn("dingtalk-batch", begin) {
        failed.send(id, Either::A(json(&Err(error))));
    }
}

fn item(item: Option<Item>) -> String {
    // Maps with text keys and plain values cannot fail to serialise.
    serde_json::to_string(&item).unwrap_or_default()
}
