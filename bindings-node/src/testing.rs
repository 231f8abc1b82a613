//! The sandbox for people's own tests. Options and answers travel as JSON: `testing.js` has
//! the methods, here their names meet those of the sandbox crate.

use std::sync::Mutex;
use std::time::Duration;

use dingtalk_extcontact_sandbox::{BlockShape, Builder, Faults, Permission, Request, Sandbox};
use napi_derive::napi;
use serde_json::{Map, Value, json};

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
        let options: Map<String, Value> = serde_json::from_str(&options).map_err(refused)?;
        let builder = options.iter().try_fold(Sandbox::builder(), |builder, (name, value)| {
            set(builder, name, value).map_err(|wanted| refused(format!("{name} is not {wanted}")))
        })?;
        Ok(NativeSandbox(Mutex::new(Some(builder.start().map_err(refused)?))))
    }

    /// Asks it something or changes it; argument and answer are JSON.
    #[napi(catch_unwind)]
    pub fn ask(&self, what: String, argument: String) -> napi::Result<String> {
        let sandbox = lock(&self.0);
        let sandbox = sandbox.as_ref().ok_or_else(|| refused("the sandbox is closed"))?;
        let argument = serde_json::from_str(&argument).map_err(refused)?;
        Ok(answer(sandbox, &what, argument).map_err(refused)?.to_string())
    }

    /// Ends it.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        let sandbox = lock(&self.0).take();
        drop(sandbox);
    }
}

/// Sets an option; the error says what its value must be.
fn set(builder: Builder, name: &str, value: &Value) -> Result<Builder, String> {
    let text = || value.as_str().ok_or("text");
    let whole = || value.as_u64().ok_or("a whole number");
    let time = || {
        let ms = value.as_f64().ok_or("a number of milliseconds")?;
        Duration::try_from_secs_f64(ms / 1000.0).map_err(|_| "a number of milliseconds")
    };
    Ok(match name {
        "contacts" => match value {
            Value::Array(records) => builder.contacts(records.iter().cloned()),
            _ => builder
                .made_up(whole().map_err(|_| "a list of records or a whole number")? as usize),
        },
        "seed" => builder.seed(whole()?),
        "appKey" => builder.app_key(text()?),
        "appSecret" => builder.app_secret(text()?),
        "tokenLife" => builder.token_life(time()?),
        "callsPerSecond" => match value {
            Value::Null => builder.calls_per_second(None),
            _ => builder.calls_per_second(Some(whole()?.try_into().map_err(|_| "a whole number")?)),
        },
        "port" => builder.port(whole()?.try_into().map_err(|_| "a port")?),
        "latency" => builder.latency(time()?),
        "faults" => builder.faults(Faults::parse(text()?)?),
        _ => return Err("an option of the sandbox".into()),
    })
}

fn answer(sandbox: &Sandbox, what: &str, argument: Value) -> Result<Value, String> {
    let text = || argument.as_str().ok_or("an argument is not text".to_owned());
    let flag = argument == true;
    Ok(match what {
        "url" => sandbox.url().into(),
        "accessToken" => sandbox.token().into(),
        "appKey" => sandbox.app_key().into(),
        "appSecret" => sandbox.app_secret().into(),
        "contacts" => json!(sandbox.contacts()),
        "deleted" => json!(sandbox.deleted()),
        "requests" => sandbox.requests().iter().map(request).collect(),
        "requestCount" => json!(sandbox.request_count()),
        "addContact" => sandbox.add_contact(argument)?.into(),
        "removeContact" => sandbox.remove_contact(text()?).is_some().into(),
        "expireTokens" => changed(|| sandbox.expire_tokens()),
        "refuseTokens" => changed(|| sandbox.refuse_tokens(flag)),
        "revokeApp" => changed(|| sandbox.revoke_app()),
        "qyapi_ext_read" => changed(|| sandbox.set_permission(Permission::Read, flag)),
        "qyapi_ext_write" => changed(|| sandbox.set_permission(Permission::Write, flag)),
        "setIpAllowed" => changed(|| sandbox.set_ip_allowed(flag)),
        "blockIp" => changed(|| sandbox.block_ip(BlockShape::Json)),
        "unblockIp" => changed(|| sandbox.unblock_ip()),
        "faults" => {
            let faults = Faults::parse(text()?)?;
            changed(|| sandbox.faults(faults))
        }
        _ => return Err(format!("there is no {what}")),
    })
}

/// The answer to what changes something.
fn changed(change: impl FnOnce()) -> Value {
    change();
    Value::Null
}

fn request(request: &Request) -> Value {
    let object = |pairs: Vec<(String, String)>| -> Map<String, Value> {
        pairs.into_iter().map(|(name, value)| (name, value.into())).collect()
    };
    let headers = request.headers.iter();
    let form = request.header("content-type").is_some_and(|kind| kind.contains("form"));
    json!({
        "method": request.method,
        "path": request.path,
        "query": object(request.query()),
        "headers": object(headers.map(|(name, value)| (name.to_lowercase(), value.clone())).collect()),
        "form": object(if form { request.form() } else { Vec::new() }),
        "json": request.json(),
        "connection": request.connection,
    })
}

fn refused(problem: impl ToString) -> napi::Error {
    napi::Error::from_reason(problem.to_string())
}
