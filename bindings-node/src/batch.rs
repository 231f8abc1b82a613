//! The core's batch, for the loop in `batch.js`.

use dingtalk_extcontact::{Batch, Call};
use napi_derive::napi;

use crate::convert::item;

/// A batch of the core. Forgotten by JavaScript it is stopped, and calls under way finish.
#[napi(js_name = "Batch")]
pub struct NativeBatch(pub(crate) Batch);

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

    /// The batch in numbers, in JSON.
    #[napi(catch_unwind)]
    pub fn summary(&self) -> napi::Result<String> {
        let text = serde_json::to_string(&self.0.summary());
        text.map_err(|error| napi::Error::from_reason(error.to_string()))
    }
}
