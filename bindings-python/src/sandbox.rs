//! The sandbox for people's own tests.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dingtalk_extcontact_sandbox::{BlockShape, Faults, Permission};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyInt;
use serde_json::{Value, json};

use crate::convert;

/// A request that a sandbox has seen.
#[pyclass(frozen, get_all, module = "dingtalk_extcontact.testing")]
pub struct Request {
    /// POST or GET.
    method: String,
    /// The path, without the query.
    path: String,
    /// The query, decoded; it holds the access token.
    query: BTreeMap<String, String>,
    /// The body, decoded as a form.
    form: BTreeMap<String, String>,
    /// Names and values in the order of sending.
    headers: Vec<(String, String)>,
    /// The body as it came.
    body: Vec<u8>,
    /// The number of the connection that it came on, from 1.
    connection: u64,
}

#[pymethods]
impl Request {
    fn __repr__(&self) -> String {
        format!("<Request {} {} {:?}>", self.method, self.path, self.form)
    }
}

/// A DingTalk to try against, on 127.0.0.1: contacts, tokens, limits, and faults on demand.
///
/// Use it in a with statement. It knows one organisation with one app.
///
/// :param contacts: how many made-up contacts (the default: 20), or an iterable of userids
///     or of records (dicts with at least userid)
/// :param seed: of the made-up contacts, credentials, tokens and request ids
/// :param app_key: the app's key; made up unless given
/// :param app_secret: the app's secret; made up unless given
/// :param token_life: seconds that a token lives
/// :param calls_per_second: the app's limit for each API (the default: 20); None: none
/// :param latency: seconds that each call takes before it is worked on
/// :param faults: what goes wrong; see the method faults
/// :param port: any free one unless given
#[pyclass(frozen, module = "dingtalk_extcontact.testing")]
pub struct Sandbox {
    held: Mutex<Option<Arc<dingtalk_extcontact_sandbox::Sandbox>>>,
    /// A forked child has the object but none of its threads, and perhaps a lock of theirs.
    process: u32,
}

impl Sandbox {
    fn running(&self) -> PyResult<Arc<dingtalk_extcontact_sandbox::Sandbox>> {
        if std::process::id() != self.process {
            return Err(PyRuntimeError::new_err("the sandbox runs in the process that forked"));
        }
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone().ok_or_else(|| PyRuntimeError::new_err("the sandbox is closed"))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let held = self.held.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if std::process::id() != self.process {
            std::mem::forget(held);
        }
    }
}

#[pymethods]
impl Sandbox {
    #[new]
    #[pyo3(signature = (*, contacts=None, seed=None, app_key=None, app_secret=None, token_life=None, calls_per_second=Limit::Usual, latency=None, faults=None, port=None), text_signature = "(*, contacts=20, seed=1, app_key=None, app_secret=None, token_life=7200.0, calls_per_second=20, latency=0.0, faults='', port=0)")]
    #[allow(clippy::too_many_arguments)]
    fn new(
        py: Python<'_>,
        contacts: Option<&Bound<'_, PyAny>>,
        seed: Option<u64>,
        app_key: Option<String>,
        app_secret: Option<String>,
        token_life: Option<&Bound<'_, PyAny>>,
        calls_per_second: Limit,
        latency: Option<&Bound<'_, PyAny>>,
        faults: Option<&str>,
        port: Option<u16>,
    ) -> PyResult<Sandbox> {
        let mut builder = dingtalk_extcontact_sandbox::Sandbox::builder();
        match contacts {
            Some(count) if count.is_instance_of::<PyInt>() => {
                builder = builder.made_up(count.extract()?)
            }
            Some(records) => {
                let records: Vec<_> = records.try_iter()?.collect::<PyResult<_>>()?;
                builder =
                    builder.contacts(records.iter().map(record).collect::<PyResult<Vec<_>>>()?);
            }
            None => {}
        }
        if let Some(seed) = seed {
            builder = builder.seed(seed);
        }
        if let Some(app_key) = app_key {
            builder = builder.app_key(app_key);
        }
        if let Some(app_secret) = app_secret {
            builder = builder.app_secret(app_secret);
        }
        if let Some(life) = token_life {
            builder = builder.token_life(duration("token_life", life)?);
        }
        if let Limit::Given(limit) = calls_per_second {
            builder = builder.calls_per_second(limit);
        }
        if let Some(latency) = latency {
            builder = builder.latency(duration("latency", latency)?);
        }
        if let Some(text) = faults {
            builder = builder.faults(parse(text)?);
        }
        if let Some(port) = port {
            builder = builder.port(port);
        }
        let started = py.detach(|| builder.start()).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => PyValueError::new_err(error.to_string()),
            _ => error.into(),
        })?;
        Ok(Sandbox { held: Mutex::new(Some(Arc::new(started))), process: std::process::id() })
    }

    /// The base URL: the option endpoint of a client.
    #[getter]
    fn url(&self) -> PyResult<String> {
        Ok(self.running()?.url())
    }

    /// A token that is valid now.
    #[getter]
    fn access_token(&self) -> PyResult<String> {
        Ok(self.running()?.token())
    }

    /// The key of the app.
    #[getter]
    fn app_key(&self) -> PyResult<String> {
        Ok(self.running()?.app_key())
    }

    /// The secret of the app.
    #[getter]
    fn app_secret(&self) -> PyResult<String> {
        Ok(self.running()?.app_secret())
    }

    /// The userids of the contacts that are left.
    #[getter]
    fn contacts(&self) -> PyResult<Vec<String>> {
        Ok(self.running()?.contacts())
    }

    /// The userids that calls have deleted, in order.
    #[getter]
    fn deleted(&self) -> PyResult<Vec<String>> {
        Ok(self.running()?.deleted())
    }

    /// The requests that have come, in order.
    #[getter]
    fn requests(&self) -> PyResult<Vec<Request>> {
        let requests = self.running()?.requests().into_iter();
        Ok(requests
            .map(|request| Request {
                query: request.query().into_iter().collect(),
                form: request.form().into_iter().collect(),
                method: request.method,
                path: request.path,
                headers: request.headers,
                body: request.body,
                connection: request.connection,
            })
            .collect())
    }

    /// Waits until so many requests have come since the start; whether they have.
    ///
    /// It waits for timeout seconds at most.
    #[pyo3(signature = (count, timeout))]
    fn wait_for_requests(
        &self,
        py: Python<'_>,
        count: u64,
        timeout: &Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        let (sandbox, limit) = (self.running()?, duration("timeout", timeout)?);
        Ok(py.detach(|| sandbox.wait_for_requests(count, limit)))
    }

    /// Adds a contact, a userid or a record, as if somebody else had created it.
    fn add_contact(&self, contact: &Bound<'_, PyAny>) -> PyResult<()> {
        self.running()?.add_contact(record(contact)?).map_err(PyValueError::new_err)
    }

    /// Takes a contact away, as if somebody else had deleted it; whether it was there.
    fn remove_contact(&self, user_id: &str) -> PyResult<bool> {
        Ok(self.running()?.remove_contact(user_id).is_some())
    }

    /// Sets what goes wrong from now on: faults by name, how often, and a seed.
    ///
    /// For example 'lost-reply=first=1' or 'delay=50ms..200ms,http-502=0.1;seed=7'; an empty
    /// text ends them all. A name that is none is answered with the list of names.
    fn faults(&self, faults: &str) -> PyResult<()> {
        self.running()?.faults(parse(faults)?);
        Ok(())
    }

    /// Ends the life of every token that was handed out.
    fn expire_tokens(&self) -> PyResult<()> {
        self.running()?.expire_tokens();
        Ok(())
    }

    /// Hands tokens out as ever, but refuses them when they are used (or no longer so).
    #[pyo3(signature = (refuse=true))]
    fn refuse_tokens(&self, refuse: bool) -> PyResult<()> {
        self.running()?.refuse_tokens(refuse);
        Ok(())
    }

    /// Ends the app: its token is refused, and so are its credentials.
    fn revoke_app(&self) -> PyResult<()> {
        self.running()?.revoke_app();
        Ok(())
    }

    /// Grants or takes away a permission point: 'qyapi_ext_read' or 'qyapi_ext_write'.
    fn set_permission(&self, scope: &str, granted: bool) -> PyResult<()> {
        let known = [Permission::Read, Permission::Write];
        let permission = known.into_iter().find(|permission| permission.scope() == scope);
        let unknown =
            || PyValueError::new_err(format!("there is no permission point {scope:?} here"));
        self.running()?.set_permission(permission.ok_or_else(unknown)?, granted);
        Ok(())
    }

    /// Puts the caller's IP on the app's white list or takes it off.
    fn set_ip_allowed(&self, allowed: bool) -> PyResult<()> {
        self.running()?.set_ip_allowed(allowed);
        Ok(())
    }

    /// Blocks the caller's IP for 300 s, or until unblock_ip.
    fn block_ip(&self) -> PyResult<()> {
        self.running()?.block_ip(BlockShape::Json);
        Ok(())
    }

    /// Ends a block at once.
    fn unblock_ip(&self) -> PyResult<()> {
        self.running()?.unblock_ip();
        Ok(())
    }

    /// Ends it, and closes all connections. Doing it again does nothing.
    fn close(&self, py: Python<'_>) {
        if self.running().is_ok() {
            let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
            py.detach(|| drop(held));
        }
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) {
        self.close(py);
    }

    fn __repr__(&self) -> String {
        let state = self.running().map_or_else(|_| "closed".to_owned(), |sandbox| sandbox.url());
        format!("<dingtalk_extcontact.testing.Sandbox {state}>")
    }
}

/// None is a limit too: no limit.
enum Limit {
    Usual,
    Given(Option<u32>),
}

impl<'a, 'py> FromPyObject<'a, 'py> for Limit {
    type Error = PyErr;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Limit> {
        value.extract().map(Limit::Given)
    }
}

/// A contact as the sandbox keeps it, from a userid or a dict.
fn record(contact: &Bound<'_, PyAny>) -> PyResult<Value> {
    if let Ok(user_id) = contact.extract::<String>() {
        return Ok(json!({ "userid": user_id }));
    }
    let text = contact.py().import("json")?.call_method1("dumps", (contact,))?;
    serde_json::from_str(&text.extract::<String>()?)
        .map_err(|error| PyValueError::new_err(error.to_string()))
}

fn duration(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let seconds = convert::seconds(name, value)?;
    Duration::try_from_secs_f64(seconds)
        .map_err(|error| PyValueError::new_err(format!("{name}: {error}")))
}

fn parse(faults: &str) -> PyResult<Faults> {
    Faults::parse(faults).map_err(PyValueError::new_err)
}
