//! What all plain values have in common: their fields, by name, make their repr and pickle.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// `Name(field=value, ...)`.
pub fn repr(value: &Bound<'_, PyAny>, fields: &[&str]) -> PyResult<String> {
    let shown = |name: &&str| Ok(format!("{name}={}", value.getattr(*name)?.repr()?));
    let fields: Vec<_> = fields.iter().map(shown).collect::<PyResult<_>>()?;
    Ok(format!("{}({})", value.get_type().name()?, fields.join(", ")))
}

/// The class and the arguments that make it again.
pub fn reduce<'py>(
    value: &Bound<'py, PyAny>,
    fields: &[&str],
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
    let fields: Vec<_> = fields.iter().map(|name| value.getattr(*name)).collect::<PyResult<_>>()?;
    Ok((value.get_type().into_any(), PyTuple::new(value.py(), fields)?))
}

/// The core's one JSON form as a dict: what is not known is left out.
pub fn to_dict<'py>(value: &Bound<'py, PyAny>, fields: &[&str]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(value.py());
    for name in fields {
        let field = value.getattr(*name)?;
        if !field.is_none() {
            dict.set_item(name, field)?;
        }
    }
    Ok(dict)
}
