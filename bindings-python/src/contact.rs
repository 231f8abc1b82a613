//! Contacts, for `_contact.py`: they cross in the core's JSON form, many at a time.

use dingtalk_extcontact::binding::contact_to_json;
use dingtalk_extcontact::{Call, Client, Contact, Error};
use pyo3::prelude::*;
use pyo3::types::PyList;
use serde_json::to_value;

use crate::inbox::Inbox;
use crate::{call, errors, json, logging};

/// The pages of all contacts, from the first to the last.
#[pyclass(frozen, module = "dingtalk_extcontact._native")]
pub struct ContactPages {
    pages: dingtalk_extcontact::binding::ContactPages,
    call: Call,
}

impl ContactPages {
    pub fn new(client: &Client, call: Call) -> ContactPages {
        ContactPages { pages: dingtalk_extcontact::binding::ContactPages::new(client), call }
    }
}

#[pymethods]
impl ContactPages {
    /// Waits for the next page; None at the end.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let next = |call: &Call| self.pages.next(call);
        let page = ended(py, call::calling(py, self.call.clone(), None, next)?)?;
        page.map(|page| list(py, &page)).transpose()
    }

    /// The event loop of the inbox settles the next page, or None at the end; or an error in its
    /// JSON form.
    fn _submit(&self, py: Python<'_>, inbox: &Bound<'_, Inbox>, settle: Py<PyAny>) -> PyResult<()> {
        let inbox = inbox.get();
        logging::refresh_for(py, inbox.waker())?;
        let sender = inbox.expect(settle);
        self.pages.submit_next(self.call.clone(), move |next| {
            sender.send(move |py| match next {
                Ok(page) => {
                    let page = page.map(|page| list(py, &page)).transpose()?;
                    (page, py.None()).into_pyobject(py)
                }
                Err(error) => (py.None(), json::object(py, to_value(&error))?).into_pyobject(py),
            });
        });
        Ok(())
    }

    /// Ends the call under way soon, and those after it; its outcome still comes.
    fn cancel(&self) {
        self.call.canceller().cancel();
    }
}

/// A contact as `_contact.py` takes it.
pub fn form<'py>(py: Python<'py>, contact: &Contact) -> PyResult<Bound<'py, PyAny>> {
    json::plain(py, &contact_to_json(contact))
}

fn list<'py>(py: Python<'py>, page: &[Contact]) -> PyResult<Bound<'py, PyAny>> {
    let list = PyList::empty(py);
    page.iter().try_for_each(|contact| list.append(form(py, contact)?))?;
    Ok(list.into_any())
}

/// What a call that reads came to. What a signal handler raised comes out, with our error behind
/// it.
pub fn ended<T>(
    py: Python<'_>,
    (outcome, raised): (Result<T, Error>, Option<PyErr>),
) -> PyResult<T> {
    let outcome = outcome.map_err(|error| errors::to_python(py, &error));
    match (raised, outcome) {
        (None, outcome) => outcome,
        (Some(interrupt), outcome) => {
            interrupt.set_cause(py, outcome.err());
            Err(interrupt)
        }
    }
}
