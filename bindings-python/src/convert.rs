//! Arguments from Python: strict about types, silent about values, which are the core's.

use std::path::PathBuf;

use dingtalk_extcontact::binding::{
    Binding, CALL_OPTIONS, CLIENT_OPTIONS, Options, Spec, Value, ValueType,
};
use dingtalk_extcontact::{BatchOptions, Call, Error};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyUnicodeEncodeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyDict, PyInt, PyString};

use crate::errors;

/// Sets what the caller gave by keyword.
pub fn options(
    given: Option<&Bound<'_, PyDict>>,
    function: &str,
    specs: &[Spec],
    mut set: impl FnMut(&str, Value) -> Result<(), Error>,
) -> PyResult<()> {
    for (name, value) in given.into_iter().flatten() {
        let name = text("option", &name)?;
        let Some((_, kind)) = specs.iter().find(|(known, _)| *known == name) else {
            let problem = format!("{function}() got an unexpected keyword argument '{name}'");
            return Err(PyTypeError::new_err(problem));
        };
        // Not given: what the environment names stays. For the rate it is a value.
        if value.is_none() && name != "rate" {
            continue;
        }
        let set = set(&name, convert(&name, *kind, &value)?);
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
    if timeout.is_none() && missing_ok.is_none() {
        // The warm call of most programs.
        return Ok(call);
    }
    for ((name, kind), value) in CALL_OPTIONS.iter().zip([timeout, missing_ok]) {
        if let Some(value) = value {
            call.set(name, convert(name, *kind, value)?);
        }
    }
    Ok(call)
}

/// A contact's id: text and nothing else. Not copied, as the core does that.
pub fn user_id(value: &Bound<'_, PyAny>) -> PyResult<PyBackedStr> {
    if let Ok(text) = value.cast::<PyString>() {
        let unicode = PyBackedStr::try_from(text.clone());
        return unicode.map_err(|_| errors::lone_surrogate("user_id", value));
    }
    if value.is_instance_of::<PyInt>() {
        let problem = "user_id must be str, not int: a number has lost its leading zeros, and may lose digits on its way";
        return Err(PyTypeError::new_err(problem));
    }
    Err(wrong_type("user_id", "str", value))
}

/// Text, which must be Unicode.
pub fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let Ok(text) = value.cast::<PyString>() else {
        return Err(wrong_type(name, "str", value));
    };
    let unicode = text.extract::<String>();
    unicode.map_err(|_| errors::lone_surrogate(name, value))
}

fn convert(name: &str, kind: ValueType, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if value.is_none() {
        return Ok(Value::None);
    }
    let whole = || value.extract::<i64>().map(|number| number as f64);
    Ok(match kind {
        ValueType::Text => Value::Text(text(name, value)?),
        ValueType::Path => Value::Path(path(name, value)?),
        ValueType::Time => {
            Value::Number(number(name, "a number of seconds", value, value.extract())?)
        }
        ValueType::Integer => Value::Number(number(name, "int", value, whole())?),
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
