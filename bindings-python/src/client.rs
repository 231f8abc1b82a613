//! The client, blocking; and the one step that `_async.py` builds its awaiting on.

use dingtalk_extcontact::Call;
use dingtalk_extcontact::binding::{Binding, CLIENT_OPTIONS, Options};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};
use serde_json::to_value;

use crate::batch::Batch;
use crate::check::PendingCheck;
use crate::contact::ContactPages;
use crate::deletion::Deletion;
use crate::inbox::Inbox;
use crate::restore::PendingRestore;
use crate::{call, contact, convert, errors, host, json, logging};

/// The loop of a batch; loaded with the first one.
static LOOP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
/// Make contacts; loaded with the first one.
static CONTACT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static CONTACTS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
/// Makes a check; loaded with the first one.
static CHECK: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
/// Make what came of a restoring, and a record's text; loaded with the first one.
static RESTORATION: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static RECORD_TEXT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Deletes external contacts of a DingTalk organisation.
///
/// A client keeps its connections and its token, so make one and share it among threads. It
/// works on in a forked child, with connections, a token and a rate of the child's own. All
/// options are checked here, nothing is sent. Times are in seconds.
///
/// :param access_token: a token that the caller keeps fresh with set_access_token; either
///     this, or app_key and app_secret
/// :param app_key: the app's key; the client fetches and refreshes the token
/// :param app_secret: the app's secret
/// :param region: 'international' (the default) or 'china'
/// :param endpoint: a base URL in place of the region's hosts: a sandbox or a gateway;
///     https, or http to loopback
/// :param timeout: the whole call, from when it gets its turn
/// :param attempt_timeout: one attempt, to the last byte of the reply
/// :param connect_timeout: lookup, connection and TLS handshake together
/// :param max_attempts: 1 turns retries off, but for a kept connection that died and for
///     a new token: one request more for each
/// :param rate: requests to each API in any one second, at most; None: no limit
/// :param missing_ok: "no such contact" ends as 'absent' instead of an error; it hides
///     damaged ids
/// :param proxy: 'environment' (the default), 'none' or a URL
/// :param ca_file: a PEM bundle to trust instead of the system's roots
/// :param language: of advice: 'en' (the default) or 'zh'
#[pyclass(frozen, module = "dingtalk_extcontact")]
pub struct Client(dingtalk_extcontact::Client);

/// One call of AsyncClient: its arguments, and the way to cancel it.
#[pyclass(frozen, module = "dingtalk_extcontact._native")]
pub struct PendingCall {
    user_id: String,
    call: Call,
}

#[pymethods]
impl PendingCall {
    #[new]
    fn new(
        user_id: &Bound<'_, PyAny>,
        timeout: Option<&Bound<'_, PyAny>>,
        missing_ok: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PendingCall> {
        let user_id = convert::user_id(user_id)?.to_string();
        Ok(PendingCall { user_id, call: convert::call(timeout, missing_ok)? })
    }

    /// Ends the call soon; its outcome still comes.
    fn cancel(&self) {
        self.call.canceller().cancel();
    }
}

impl Client {
    fn build(
        py: Python<'_>,
        mut options: Options,
        given: Option<&Bound<'_, PyDict>>,
        function: &str,
    ) -> PyResult<Client> {
        convert::options(given, function, CLIENT_OPTIONS, |name, value| options.set(name, value))?;
        // Files of certificates are read here.
        let client = py.detach(|| dingtalk_extcontact::Client::with_options(options));
        client.map(Client).map_err(|error| errors::to_python(py, &error))
    }
}

#[pymethods]
impl Client {
    #[new]
    #[pyo3(signature = (**options), text_signature = "(*, access_token=None, app_key=None, app_secret=None, region='international', endpoint=None, timeout=30.0, attempt_timeout=10.0, connect_timeout=5.0, max_attempts=3, rate=20, missing_ok=False, proxy='environment', ca_file=None, language='en')")]
    fn new(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Client> {
        Client::build(py, Options::for_binding(Binding::Python), options, "Client")
    }

    /// A client with the credentials and the place that the environment names.
    ///
    /// Reads DINGTALK_ACCESS_TOKEN, or DINGTALK_APP_KEY and DINGTALK_APP_SECRET;
    /// DINGTALK_REGION, DINGTALK_ENDPOINT. Options given here come on top.
    #[classmethod]
    #[pyo3(signature = (**options), text_signature = "(*, access_token=None, app_key=None, app_secret=None, region=None, endpoint=None, timeout=30.0, attempt_timeout=10.0, connect_timeout=5.0, max_attempts=3, rate=20, missing_ok=False, proxy='environment', ca_file=None, language='en')")]
    fn from_env(cls: &Bound<'_, PyType>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Client> {
        let py = cls.py();
        let named =
            Options::from_env(Binding::Python).map_err(|error| errors::to_python(py, &error))?;
        Client::build(py, named, options, "from_env")
    }

    /// Deletes a contact and says what happened. There is no undo.
    ///
    /// It blocks this thread and no other. Ctrl-C ends it within 100 ms; the
    /// KeyboardInterrupt has our error as its cause, which says whether the contact may be
    /// gone.
    ///
    /// :param user_id: the contact's userid: text, with its leading zeros
    /// :param timeout: seconds for this call instead of the client's timeout
    /// :param missing_ok: for this call instead of the client's missing_ok
    /// :raises DingTalkError: one subclass for each kind of trouble
    #[pyo3(signature = (user_id, *, timeout=None, missing_ok=None))]
    fn delete(
        &self,
        py: Python<'_>,
        user_id: &Bound<'_, PyAny>,
        timeout: Option<&Bound<'_, PyAny>>,
        missing_ok: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Deletion> {
        let user_id = convert::user_id(user_id)?;
        let call = convert::call(timeout, missing_ok)?;
        let work = |call: &Call| self.0.delete_with(&user_id, call);
        let (outcome, raised) = call::calling(py, call, None, work)?;
        match raised {
            None => outcome.map(Deletion::from).map_err(|error| errors::to_python(py, &error)),
            Some(interrupt) => {
                interrupt.set_cause(py, Some(errors::cause(py, outcome)));
                Err(interrupt)
            }
        }
    }

    /// Deletes many contacts: an iterator over what came of each, in the order of completion.
    ///
    /// Ids are taken as they are needed, so ids may be a generator; one that comes again is
    /// called once. An id that fails is an item with its error, and the next one is called;
    /// where no id could pass (a token refused, no permission, the network gone), or 20 of the
    /// last 40 were no contact, the batch stops, and the rest comes out as not attempted. There
    /// is no undo.
    ///
    /// :param ids: the contacts' userids: text, with their leading zeros
    /// :param concurrency: how many calls run side by side, at most
    /// :param journal: a file that records the batch; run it again with the same file, and
    ///     what is settled is not called again
    /// :param backup: a file that keeps the full record of each contact, on disk before its
    ///     deletion: the only way back there is. All of it is personal data. The app needs the
    ///     permission point qyapi_ext_read
    /// :param missing_ok: for this batch instead of the client's missing_ok
    /// :param stop_on_missing: False: go on where 20 of the last 40 ids that were answered were
    ///     no contact, as in a damaged list, or one of people who are long gone
    /// :raises InvalidArgumentError: for a bad option
    /// :raises JournalError: the journal or the backup cannot be read, written or locked, or is
    ///     another batch's; nothing has been called then
    #[pyo3(signature = (ids, **options), text_signature = "($self, ids, *, concurrency=8, journal=None, backup=None, missing_ok=None, stop_on_missing=True)")]
    fn delete_many<'py>(
        slf: &Bound<'py, Self>,
        ids: &Bound<'py, PyAny>,
        options: Option<Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let class = LOOP.import(slf.py(), "dingtalk_extcontact._batch", "DeleteMany")?;
        let arguments = (slf, ids).into_pyobject(slf.py())?;
        host::guarded(|| class.call(&arguments, options.as_ref()))
    }

    /// The record of a contact: to look whether it is still there, or to keep a copy.
    ///
    /// The app needs the permission point qyapi_ext_read. It blocks, and Ctrl-C ends it, as with
    /// delete.
    ///
    /// :param user_id: the contact's userid: text, with its leading zeros
    /// :param timeout: seconds for this call instead of the client's timeout
    /// :raises InvalidUserIdError: there is no such contact
    /// :raises DingTalkError: one subclass for each other kind of trouble
    #[pyo3(signature = (user_id, *, timeout=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        user_id: &Bound<'py, PyAny>,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let user_id = convert::user_id(user_id)?;
        let call = convert::call(timeout, None)?;
        let get = |call: &Call| self.0.get(&user_id, call);
        let contact = contact::ended(py, call::calling(py, call, None, get)?)?;
        let made = CONTACT.import(py, "dingtalk_extcontact._contact", "_contact")?;
        let form = contact::form(py, &contact)?;
        host::guarded(|| made.call1((form,)))
    }

    /// All contacts of the organisation: an iterator that reads a page of a hundred when it is
    /// needed.
    ///
    /// Contacts may be deleted while it goes on: what is there from the start to the end comes
    /// out, and once. The app needs the permission point qyapi_ext_read.
    ///
    /// :param timeout: seconds for each page instead of the client's timeout
    /// :raises DingTalkError: as it goes on; one subclass for each kind of trouble
    #[pyo3(signature = (*, timeout=None))]
    fn contacts<'py>(
        &self,
        py: Python<'py>,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let pages = self._pages(timeout)?;
        let contacts = CONTACTS.import(py, "dingtalk_extcontact._contact", "_contacts")?;
        host::guarded(|| contacts.call1((pages,)))
    }

    /// What stands and what is missing before contacts can be deleted, step by step.
    ///
    /// Credentials, name lookup, proxy, connection, TLS, clock, token, the permission to read (by a
    /// page of one contact), white list, limits. Nothing is deleted. A step that fails raises
    /// nothing: it stands in the result. It blocks, and Ctrl-C ends it, as with delete.
    ///
    /// :param write: try the permission to delete, too, by a deletion of an id that cannot exist,
    ///     and only after the service has said that there is no such contact
    /// :param timeout: seconds for each call of it instead of the client's timeout
    /// :raises DingTalkError: the client is closed, or an option is no good
    #[pyo3(signature = (write=false, *, timeout=None))]
    fn check<'py>(
        &self,
        py: Python<'py>,
        write: bool,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let told = self._check(write, timeout)?.run(py)?;
        let made = CHECK.import(py, "dingtalk_extcontact._check", "_check")?;
        host::guarded(|| made.call1((told,)))
    }

    /// Creates the contact of a record again, under a new id.
    ///
    /// Nobody is created twice: the old id is asked for first, and who is still there stays. Then
    /// one request is sent, and sent again only where it was certainly refused. Without a certain
    /// answer it ends as 'may_be_created'; call again with look_first=True then. What the service
    /// does not take is lost: the id, the e-mail address, the history. The app needs the permission
    /// points qyapi_ext_read and qyapi_ext_write. It blocks, and Ctrl-C ends it, as with delete.
    ///
    /// :param record: the record as the service sent it: of a Contact, or of a line of a backup
    /// :param look_first: an earlier call may have created it: look through all contacts for one
    ///     with its number first
    /// :param timeout: seconds for each call of it instead of the client's timeout
    /// :raises InvalidArgumentError: the record lacks what a contact needs; nothing was sent
    /// :raises DingTalkError: one subclass for each other kind of trouble; it was not created
    #[pyo3(signature = (record, *, look_first=false, timeout=None))]
    fn restore<'py>(
        &self,
        py: Python<'py>,
        record: &Bound<'py, PyAny>,
        look_first: bool,
        timeout: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let told = self._restore(record, look_first, timeout)?.run(py)?;
        let made = RESTORATION.import(py, "dingtalk_extcontact._restore", "_restoration")?;
        host::guarded(|| made.call1((told,)))
    }

    /// A restoring that has not begun.
    #[pyo3(signature = (record, look_first, timeout))]
    fn _restore(
        &self,
        record: &Bound<'_, PyAny>,
        look_first: bool,
        timeout: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PendingRestore> {
        let text = RECORD_TEXT.import(record.py(), "dingtalk_extcontact._restore", "_text")?;
        let record = host::guarded(|| text.call1((record,)))?.extract()?;
        Ok(PendingRestore::new(&self.0, record, look_first, convert::call(timeout, None)?))
    }

    /// A check that has not begun.
    #[pyo3(signature = (write, timeout))]
    fn _check(&self, write: bool, timeout: Option<&Bound<'_, PyAny>>) -> PyResult<PendingCheck> {
        Ok(PendingCheck::new(&self.0, write, convert::call(timeout, None)?))
    }

    /// The pages of contacts. Nothing is sent yet.
    #[pyo3(signature = (timeout))]
    fn _pages(&self, timeout: Option<&Bound<'_, PyAny>>) -> PyResult<ContactPages> {
        Ok(ContactPages::new(&self.0, convert::call(timeout, None)?))
    }

    /// Begins the batch of delete_many. A journal is opened and read here and now.
    #[pyo3(signature = (**options))]
    fn _batch(&self, py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Batch> {
        Batch::begin(py, &self.0, options)
    }

    /// Starts a deletion on the pool. The event loop of the inbox settles its outcome: a
    /// deletion, or an error in its JSON form.
    fn _submit(
        &self,
        py: Python<'_>,
        pending: &Bound<'_, PendingCall>,
        inbox: &Bound<'_, Inbox>,
        settle: Py<PyAny>,
    ) -> PyResult<()> {
        let PendingCall { user_id, call } = pending.get();
        let inbox = inbox.get();
        logging::refresh_for(py, inbox.waker())?;
        let sender = inbox.expect(settle);
        self.0.submit_to_loop(user_id.clone(), call.clone(), move |outcome| {
            sender.send(move |py| match outcome {
                Ok(deletion) => (Deletion::from(deletion), py.None()).into_pyobject(py),
                Err(error) => (py.None(), json::object(py, to_value(&error))?).into_pyobject(py),
            });
        });
        Ok(())
    }

    /// The same for a record in the core's JSON form.
    fn _submit_get(
        &self,
        py: Python<'_>,
        pending: &Bound<'_, PendingCall>,
        inbox: &Bound<'_, Inbox>,
        settle: Py<PyAny>,
    ) -> PyResult<()> {
        let PendingCall { user_id, call } = pending.get();
        let inbox = inbox.get();
        logging::refresh_for(py, inbox.waker())?;
        let sender = inbox.expect(settle);
        self.0.submit_get(user_id.clone(), call.clone(), move |outcome| {
            sender.send(move |py| match outcome {
                Ok(contact) => (contact::form(py, &contact)?, py.None()).into_pyobject(py),
                Err(error) => (py.None(), json::object(py, to_value(&error))?).into_pyobject(py),
            });
        });
        Ok(())
    }

    /// Replaces the access token that the client was made with.
    ///
    /// Calls under way take the new one up if the old one is refused.
    fn set_access_token(&self, py: Python<'_>, token: &Bound<'_, PyAny>) -> PyResult<()> {
        let token = convert::text("token", token)?;
        let set = py.detach(|| self.0.set_access_token(&token));
        set.map_err(|error| errors::to_python(py, &error))
    }

    /// Closes the client: later calls are refused, calls under way finish.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.0.close());
        logging::pass_kept(py)
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let endpoint = self.0.endpoint().into_pyobject(py)?.repr()?;
        let app_key = self.0.app_key().into_pyobject(py)?.repr()?;
        let closed = if self.0.is_closed() { ", closed" } else { "" };
        Ok(format!("<dingtalk_extcontact.Client endpoint={endpoint}, app_key={app_key}{closed}>"))
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err(
            "a Client cannot be pickled: it would carry its secret into a broker or onto a disk; make one in the worker with Client.from_env()",
        ))
    }
}
