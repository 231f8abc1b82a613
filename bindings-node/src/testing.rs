//! The sandbox for people's own tests. `testing.js` has its methods; what they ask and what they
//! are told crosses as JSON.

use std::sync::Mutex;

use dingtalk_extcontact_sandbox::Sandbox;
use napi_derive::napi;

use crate::bridge::lock;

/// A running sandbox, until it is closed.
#[napi(js_name = "Sandbox")]
pub struct NativeSandbox(Mutex<Option<Sandbox>>);

// Named here as well: napi keeps the name of whichever it meets last.
#[napi(js_name = "Sandbox")]
impl NativeSandbox {
    /// Starts one with these options, a JSON object.
    #[napi(constructor, catch_unwind)]
    pub fn new(options: String) -> napi::Result<NativeSandbox> {
        let options = serde_json::from_str(&options).map_err(refused)?;
        let builder = Sandbox::builder().options(&options).map_err(refused)?;
        Ok(NativeSandbox(Mutex::new(Some(builder.start().map_err(refused)?))))
    }

    /// Asks it something or changes it; argument and answer are JSON.
    #[napi(catch_unwind)]
    pub fn ask(&self, name: String, argument: String) -> napi::Result<String> {
        let sandbox = lock(&self.0);
        let sandbox = sandbox.as_ref().ok_or_else(|| refused("the sandbox is closed"))?;
        let argument = serde_json::from_str(&argument).map_err(refused)?;
        Ok(sandbox.ask(&name, argument).map_err(refused)?.to_string())
    }

    /// Ends it.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        let sandbox = lock(&self.0).take();
        drop(sandbox);
    }
}

fn refused(problem: impl ToString) -> napi::Error {
    napi::Error::from_reason(problem.to_string())
}
