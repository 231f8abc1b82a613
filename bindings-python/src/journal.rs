//! What journals say, for `_journal.py`: entries cross in the core's JSON form, many at a time.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use dingtalk_extcontact::{Error, JournalEntry};
use pyo3::prelude::*;
use pyo3::types::PyList;
use serde_json::to_value;

use crate::{errors, json};

/// What journals say of each id, from the first to the last.
#[pyclass(frozen, module = "dingtalk_extcontact._native")]
pub struct JournalReader(Mutex<dingtalk_extcontact::JournalReader>);

#[pymethods]
impl JournalReader {
    /// Reads the files from end to end.
    #[new]
    fn new(py: Python<'_>, paths: Vec<PathBuf>) -> PyResult<JournalReader> {
        let reader = py.detach(|| dingtalk_extcontact::read_journal(paths));
        let reader = reader.map_err(|error| errors::to_python(py, &error))?;
        Ok(JournalReader(Mutex::new(reader)))
    }

    /// The next entries, at most this many; none at the end.
    fn take<'py>(&self, py: Python<'py>, count: usize) -> PyResult<Bound<'py, PyList>> {
        let entries: Result<Vec<JournalEntry>, Error> = py.detach(|| {
            let mut reader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            reader.by_ref().take(count).collect()
        });
        let list = PyList::empty(py);
        for entry in entries.map_err(|error| errors::to_python(py, &error))? {
            list.append(json::object(py, to_value(entry))?)?;
        }
        Ok(list)
    }
}
