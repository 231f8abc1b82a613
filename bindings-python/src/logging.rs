//! The core's log lines as records of Python's `logging`, under `dingtalk_extcontact`.

use log::{Level, LevelFilter, Log, Metadata, Record};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::host;

/// The logger's name, and the only target that is passed on: not what HTTP and TLS say.
const NAME: &str = "dingtalk_extcontact";
static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

struct Bridge;

pub fn init() {
    // Only a second import could fail here, and then the first one's logger serves.
    let _ = log::set_logger(&Bridge);
}

/// Takes over the level that is set in Python now. Below it a log line costs one atomic
/// read; where nobody has imported `logging` this costs a look into a dict.
pub fn refresh(py: Python<'_>) -> PyResult<()> {
    let mut level = LevelFilter::Off;
    if let Some(logger) = logger(py)? {
        for wanted in [Level::Debug, Level::Info, Level::Warn, Level::Error] {
            if logger.call_method1(intern!(py, "isEnabledFor"), (number(wanted),))?.is_truthy()? {
                level = wanted.to_level_filter();
                break;
            }
        }
    }
    log::set_max_level(level);
    Ok(())
}

fn logger(py: Python<'_>) -> PyResult<Option<&Bound<'_, PyAny>>> {
    if LOGGER.get(py).is_none()
        && let Some(logging) = host::imported(py, intern!(py, "logging").as_any())
    {
        // In the middle of its own import it has no loggers yet.
        let Ok(get) = logging.getattr("getLogger") else {
            return Ok(None);
        };
        let _ = LOGGER.set(py, get.call1((NAME,))?.unbind());
    }
    Ok(LOGGER.get(py).map(|logger| logger.bind(py)))
}

fn number(level: Level) -> u8 {
    match level {
        Level::Error => 40,
        Level::Warn => 30,
        Level::Info => 20,
        Level::Debug => 10,
        Level::Trace => 5,
    }
}

impl Log for Bridge {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == NAME && metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = record.args().to_string();
        host::attach(|py| {
            let passed_on = logger(py).and_then(|logger| {
                let Some(logger) = logger else { return Ok(()) };
                let values = (number(record.level()), intern!(py, "%s"), line);
                logger.call_method1(intern!(py, "log"), values).map(drop)
            });
            if let Err(error) = passed_on {
                host::keep(py, error);
            }
        });
    }

    fn flush(&self) {}
}
