//! Arguments from Python: strict about types, silent about values, which are the core's.

use std::path::PathBuf;

use dingtalk_extcontact::binding::{Binding, CLIENT_OPTIONS, Options, Value, ValueType};
use dingtalk_extcontact::{BatchOptions, Call};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyUnicodeEncodeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString};

use crate::errors;

/// Sets what the caller gave by keyword.
pub fn options(
    options: &mut Options,
    given: Option<&Bound<'_, PyDict>>,
    function: &str,
) -> PyResult<()> {
    for (name, value) in given.into_iter().flatten() {
        let name = text("option", &name)?;
        let Some((_, kind)) = CLIENT_OPTIONS.iter().find(|(known, _)| *known == name) else {
            let problem = format!("{function}() got an unexpected keyword argument '{name}'");
            return Err(PyTypeError::new_err(problem));
        };
        // Not given: what the environment names stays. For the rate it is a value.
        if value.is_none() && name != "rate" {
            continue;
        }
        let set = options.set(&name, convert(&name, *kind, &value)?);
        set.map_err(|error| errors::to_python(value.py(), &error))?;
    }
    Ok(())
}

/// The options of one call.
pub fn call(
    timeout: Option<&Bound<'_, PyAny>>,
    missing_ok: Option<&Bound<'_, PyAny>>,
) -> PyResult<Call> {
    let mut call = Call::for_binding(Binding::Python);
    if let Some(value) = timeout {
        call.set("timeout", convert("timeout", ValueType::Time, value)?);
    }
    if let Some(value) = missing_ok {
        call.set("missing_ok", convert("missing_ok", ValueType::Flag, value)?);
    }
    Ok(call)
}

/// The options of a batch.
pub fn batch(
    options: &mut BatchOptions,
    concurrency: Option<&Bound<'_, PyAny>>,
    journal: Option<&Bound<'_, PyAny>>,
    missing_ok: Option<&Bound<'_, PyAny>>,
    stop_on_missing: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    for (name, kind, value) in [
        ("concurrency", ValueType::Integer, concurrency),
        ("journal", ValueType::Path, journal),
        ("missing_ok", ValueType::Flag, missing_ok),
        ("stop_on_missing", ValueType::Flag, stop_on_missing),
    ] {
        if let Some(value) = value {
            let set = options.set(name, convert(name, kind, value)?);
            set.map_err(|error| errors::to_python(value.py(), &error))?;
        }
    }
    Ok(())
}

/// A contact's id: text and nothing else.
pub fn user_id(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if value.is_instance_of::<pyo3::types::PyInt>() {
        let problem = "user_id must be str, not int: a number has lost its leading zeros, and may lose digits on its way";
        return Err(PyTypeError::new_err(problem));
    }
    text("user_id", value)
}

/// Text, which must be Unicode.
pub fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let Ok(text) = value.cast::<PyString>() else {
        return Err(wrong_type(name, "str", value));
    };
    let unicode = text.extract::<String>();
    unicode.map_err(|_| errors::lone_surrogate(name, value))
}

/// A number of seconds.
pub fn seconds(name: &str, value: &Bound<'_, PyAny>) -> PyResult<f64> {
    number(name, "a number of seconds", value, value.extract())
}

/// A whole number, as it is handed on.
pub fn integer(name: &str, value: &Bound<'_, PyAny>) -> PyResult<f64> {
    number(name, "int", value, value.extract::<i64>().map(|number| number as f64))
}

fn convert(name: &str, kind: ValueType, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if value.is_none() {
        return Ok(Value::None);
    }
    Ok(match kind {
        ValueType::Text => Value::Text(text(name, value)?),
        ValueType::Path => Value::Path(path(name, value)?),
        ValueType::Time => Value::Number(seconds(name, value)?),
        ValueType::Integer => Value::Number(integer(name, value)?),
        ValueType::Flag => match value.cast::<PyBool>() {
            Ok(flag) => Value::Flag(flag.is_true()),
            Err(_) => return Err(wrong_type(name, "bool", value)),
        },
    })
}

/// A path, in the bytes that os.fsencode makes of it.
fn path(name: &str, value: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    let py = value.py();
    value.extract::<PathBuf>().map_err(|error| {
        if error.is_instance_of::<PyUnicodeEncodeError>(py) {
            errors::lone_surrogate(name, value)
        } else if error.is_instance_of::<PyTypeError>(py) {
            wrong_type(name, "str or os.PathLike", value)
        } else {
            // What the __fspath__ of the program raised.
            error
        }
    })
}

/// The defaults of the core, by name.
pub fn defaults(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let defaults = PyDict::new(py);
    for (name, kind) in CLIENT_OPTIONS {
        match (Options::default_of(Binding::Python, name), kind) {
            (Value::Text(text), _) => defaults.set_item(name, text)?,
            (Value::Number(number), ValueType::Integer) => {
                defaults.set_item(name, number as i64)?
            }
            (Value::Number(number), _) => defaults.set_item(name, number)?,
            (Value::Flag(flag), _) => defaults.set_item(name, flag)?,
            (Value::None | Value::Path(_), _) => defaults.set_item(name, py.None())?,
        }
    }
    defaults.set_item("concurrency", BatchOptions::default_concurrency())?;
    Ok(defaults)
}

/// True is an int in Python, but no number that anybody means. What is too large for a float
/// is out of bounds, and the core says which.
fn number(
    name: &str,
    wanted: &str,
    value: &Bound<'_, PyAny>,
    number: PyResult<f64>,
) -> PyResult<f64> {
    match number {
        Ok(_) if value.is_instance_of::<PyBool>() => Err(wrong_type(name, wanted, value)),
        Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => Ok(f64::INFINITY),
        Err(_) => Err(wrong_type(name, wanted, value)),
        Ok(number) => Ok(number),
    }
}

/// Names the type and never the value, which may be a secret.
fn wrong_type(name: &str, wanted: &str, value: &Bound<'_, PyAny>) -> PyErr {
    let given = value.get_type().name().map_or_else(|_| "this".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("{name} must be {wanted}, not {given}"))
}
