//! The sandbox by names and JSON, for languages other than Rust: their classes ask here, and
//! convert nothing but the spelling of names.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::{BlockShape, Builder, Faults, Permission, Request, Sandbox};

impl Builder {
    /// The same with these options, an object by the names of the methods; times are in
    /// seconds, and `contacts` is a number of made-up ones or a list of records.
    ///
    /// # Errors
    /// What is wrong, and with which option.
    pub fn options(self, options: &Value) -> Result<Builder, String> {
        let options = options.as_object().ok_or("the options are not an object")?;
        options.iter().try_fold(self, |builder, (name, value)| builder.option(name, value))
    }

    fn option(self, name: &str, value: &Value) -> Result<Builder, String> {
        let wrong = |wanted: &str| format!("{name} is not {wanted}");
        let text = || text(name, value);
        let whole = || value.as_u64().ok_or_else(|| wrong("a whole number"));
        let small = |wanted: &str| {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            number.ok_or_else(|| wrong(wanted))
        };
        let port = || u16::try_from(small("a port")?).map_err(|_| wrong("a port"));
        Ok(match (name, value) {
            ("contacts", Value::Array(records)) => self.contacts(records.iter().cloned()),
            ("contacts", _) => self.made_up(small("a list of records or a whole number")? as usize),
            ("seed", _) => self.seed(whole()?),
            ("app_key", _) => self.app_key(text()?),
            ("app_secret", _) => self.app_secret(text()?),
            ("token_life", _) => self.token_life(seconds(name, value)?),
            ("calls_per_second", Value::Null) => self.calls_per_second(None),
            ("calls_per_second", _) => self.calls_per_second(Some(small("a whole number")?)),
            ("port", _) => self.port(port()?),
            ("latency", _) => self.latency(seconds(name, value)?),
            ("faults", _) => self.faults(Faults::parse(text()?)?),
            _ => return Err(format!("the sandbox has no option {name}")),
        })
    }
}

impl Sandbox {
    /// Asks something or changes it, by the name of the method; answers with JSON, `null` where
    /// something changed.
    ///
    /// # Errors
    /// There is no such method, the argument is none of its, or it says so itself.
    pub fn ask(&self, name: &str, argument: Value) -> Result<Value, String> {
        Ok(match name {
            "url" => self.url().into(),
            "access_token" => self.token().into(),
            "app_key" => self.app_key().into(),
            "app_secret" => self.app_secret().into(),
            "contacts" => json!(self.contacts()),
            "created" => json!(self.created()),
            "deleted" => json!(self.deleted()),
            "requests" => self.requests().iter().map(request).collect(),
            "request_count" => self.request_count().into(),
            "wait_for_requests" => {
                let count =
                    part(&argument, "count").as_u64().ok_or("count is not a whole number")?;
                self.wait_for_requests(count, seconds("timeout", part(&argument, "timeout"))?)
                    .into()
            }
            "remove_contact" => self.remove_contact(text(name, &argument)?).is_some().into(),
            _ => {
                self.change(name, &argument)?;
                Value::Null
            }
        })
    }

    fn change(&self, name: &str, argument: &Value) -> Result<(), String> {
        let flag = |value: &Value| value.as_bool().ok_or(format!("{name} wants true or false"));
        match name {
            "add_contact" => self.add_contact(argument.clone())?,
            "faults" => self.faults(Faults::parse(text(name, argument)?)?),
            "expire_tokens" => self.expire_tokens(),
            "refuse_tokens" => self.refuse_tokens(flag(argument)?),
            "revoke_app" => self.revoke_app(),
            "set_ip_allowed" => self.set_ip_allowed(flag(argument)?),
            "block_ip" => self.block_ip(BlockShape::Json),
            "unblock_ip" => self.unblock_ip(),
            "set_permission" => {
                let [scope, granted] = ["scope", "granted"].map(|name| part(argument, name));
                let known = [Permission::Read, Permission::Write];
                let permission = known.into_iter().find(|known| scope == known.scope());
                let unknown = || format!("there is no permission point {scope} here");
                self.set_permission(permission.ok_or_else(unknown)?, flag(granted)?);
            }
            _ => return Err(format!("the sandbox has no method {name}")),
        }
        Ok(())
    }
}

/// A part of an object, `null` where there is none.
fn part<'a>(of: &'a Value, name: &str) -> &'a Value {
    of.get(name).unwrap_or(&Value::Null)
}

fn text<'a>(name: &str, value: &'a Value) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| format!("{name} is not text"))
}

fn seconds(name: &str, value: &Value) -> Result<Duration, String> {
    let number = value.as_f64().ok_or_else(|| format!("{name} is not a number of seconds"))?;
    Duration::try_from_secs_f64(number).map_err(|error| format!("{name}: {error}"))
}

fn request(request: &Request) -> Value {
    let object = |pairs: Vec<(String, String)>| -> Map<String, Value> {
        pairs.into_iter().map(|(name, value)| (name, value.into())).collect()
    };
    json!({
        "method": request.method,
        "path": request.path,
        "query": object(request.query()),
        "form": object(request.form()),
        "headers": request.headers,
        "body": request.body,
        "connection": request.connection,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(options: Value) -> Sandbox {
        Sandbox::builder().options(&options).unwrap().start().unwrap()
    }

    #[test]
    fn options_by_name() {
        let sandbox = started(json!({
            "contacts": [{"userid": "01"}], "seed": 7, "app_key": "key", "app_secret": "secret",
            "token_life": 60.5, "calls_per_second": null, "latency": 0.001, "port": 0,
            "faults": "busy=1",
        }));
        assert_eq!(sandbox.contacts(), ["01"]);
        assert_eq!((sandbox.app_key(), sandbox.app_secret()), ("key".into(), "secret".into()));
        for (wrong, words) in [
            (json!([]), "not an object"),
            (json!({"contacts": "01"}), "contacts is not a list of records or a whole number"),
            (json!({"port": 70_000}), "port is not a port"),
            (json!({"latency": -1}), "latency"),
            (json!({"faults": "nonsense=1"}), "nonsense"),
            (json!({"nonsense": 1}), "no option nonsense"),
        ] {
            let refused = Sandbox::builder().options(&wrong).unwrap_err();
            assert!(refused.contains(words), "{refused}");
        }
    }

    #[test]
    fn methods_by_name() {
        let sandbox = started(json!({"contacts": [{"userid": "01"}]}));
        let ask = |name: &str, argument: Value| sandbox.ask(name, argument);
        assert_eq!(ask("url", Value::Null), Ok(sandbox.url().into()));
        assert_eq!(ask("add_contact", json!({"userid": "02"})), Ok(Value::Null));
        assert_eq!(ask("remove_contact", json!("01")), Ok(json!(true)));
        assert_eq!(ask("contacts", Value::Null), Ok(json!(["02"])));
        assert_eq!(ask("wait_for_requests", json!({"count": 0, "timeout": 1})), Ok(json!(true)));
        let permission = |scope: &str, granted: Value| json!({"scope": scope, "granted": granted});
        let read = permission("qyapi_ext_read", json!(false));
        assert_eq!(ask("set_permission", read), Ok(Value::Null));
        for (name, wrong) in [
            ("nonsense", Value::Null),
            ("remove_contact", json!(1)),
            ("refuse_tokens", json!("yes")),
            ("set_permission", permission("nonsense", json!(true))),
            ("set_permission", permission("qyapi_ext_read", Value::Null)),
            ("set_permission", Value::Null),
            ("wait_for_requests", json!({"count": 1})),
            ("add_contact", json!({"userid": "02"})),
        ] {
            assert!(ask(name, wrong.clone()).is_err(), "{name} {wrong}");
        }
    }
}
