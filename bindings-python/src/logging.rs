//! The core's log lines as records of Python's `logging`, under `dingtalk_extcontact`.
//!
//! A line is not passed on where it is written. A thread of the pool must not take a lock of
//! `logging`: under gevent or eventlet that is a greenlet's, and waits for ever. And a handler
//! that switches greenlets must not do so inside a call. So lines are kept until a thread is
//! back in Python: that of the call, one that waits for an item, or an event loop's.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{SystemTime, UNIX_EPOCH};

use dingtalk_extcontact::binding::{LOG_TARGET, PerProcess};
use log::{Level, LevelFilter, Log, Metadata, Record};
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::host;
use crate::waker::Waker;

/// The logger's name, and the only target that is passed on: not what HTTP and TLS say.
const NAME: &str = LOG_TARGET;
/// So many lines of the pool are kept at most, where nobody takes them.
const MOST_KEPT: usize = 1 << 16;

static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
/// Of all loggers: what `logging.disable` sets.
static MANAGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
/// Passes one line on; loaded with the first one.
static HANDLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
/// What the pool's threads wrote. A forked child begins with none of it.
static KEPT: LazyLock<PerProcess<Mutex<Kept>>> =
    LazyLock::new(|| PerProcess::new(Mutex::default()));

thread_local! {
    /// What the call on this thread wrote.
    static OWN: RefCell<VecDeque<Line>> = const { RefCell::new(VecDeque::new()) };
}

struct Line {
    level: Level,
    text: String,
    /// Seconds since 1970.
    time: f64,
    user_id: Option<String>,
    kind: Option<String>,
    request_id: Option<String>,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<Line>,
    /// How many there was no room for.
    lost: usize,
    /// A thread is passing lines on; others would change their order.
    passing: bool,
    /// The event loop that is told of lines, and whether it was.
    event_loop: Weak<Waker>,
    told: bool,
}

struct Bridge;

pub fn init() {
    LazyLock::force(&KEPT);
    // Only a second import could fail here, and then the first one's logger serves.
    let _ = log::set_logger(&Bridge);
}

/// Takes over the level that is set in Python now. Below it a log line costs one atomic
/// read; where nobody has imported `logging` this costs a look into a dict.
pub fn refresh(py: Python<'_>) -> PyResult<()> {
    let level = logger(py)?.map_or(Ok(LevelFilter::Off), level_of)?;
    log::set_max_level(level);
    Ok(())
}

/// The level that a logger has. Read from its attributes and those of its parents, as each
/// call does it: a method would run Python code.
fn level_of(logger: &Bound<'_, PyAny>) -> PyResult<LevelFilter> {
    let py = logger.py();
    let number = |of: &Bound<'_, PyAny>, name| of.getattr(name)?.extract::<i64>();
    if logger.getattr(intern!(py, "disabled"))?.is_truthy()? {
        return Ok(LevelFilter::Off);
    }
    let manager = MANAGER.get_or_try_init(py, || logger.getattr("manager").map(Bound::unbind))?;
    let disabled = number(manager.bind(py), intern!(py, "_disable"))?;
    let mut at = logger.clone();
    let mut level = number(&at, intern!(py, "level"))?;
    while level == 0 {
        at = at.getattr(intern!(py, "parent"))?;
        if at.is_none() {
            break;
        }
        level = number(&at, intern!(py, "level"))?;
    }
    let lowest = level.max(disabled.saturating_add(1));
    let wanted = [Level::Debug, Level::Info, Level::Warn, Level::Error];
    let wanted = wanted.into_iter().find(|wanted| i64::from(self::number(*wanted)) >= lowest);
    Ok(wanted.map_or(LevelFilter::Off, |wanted| wanted.to_level_filter()))
}

/// The same for a call that an event loop awaits: it is told of lines that come meanwhile.
pub fn refresh_for(py: Python<'_>, event_loop: &Arc<Waker>) -> PyResult<()> {
    refresh(py)?;
    if log::max_level() == LevelFilter::Off {
        return Ok(());
    }
    let mut kept = kept();
    if !std::ptr::eq(kept.event_loop.as_ptr(), Arc::as_ptr(event_loop)) {
        kept.event_loop = Arc::downgrade(event_loop);
        kept.told = false;
    }
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
        // The command shows its lines itself, at once.
        let command = dingtalk_extcontact_cli::logger();
        if command.enabled(record.metadata()) {
            return command.log(record);
        }
        if !self.enabled(record.metadata()) {
            return;
        }
        let in_a_call = host::THREAD.with(|thread| {
            let in_a_call = thread.calls.get() > 0;
            thread.wrote.set(thread.wrote.get() || in_a_call);
            in_a_call
        });
        if in_a_call {
            return OWN.with_borrow_mut(|own| own.push_back(Line::of(record)));
        }
        let mut kept = kept();
        // Its time is taken in the order of the lines.
        let to_tell = kept.keep(Line::of(record));
        drop(kept);
        if let Some(event_loop) = to_tell {
            event_loop.wake();
        }
    }

    fn flush(&self) {}
}

impl Line {
    fn of(record: &Record<'_>) -> Line {
        let field = |name: &str| {
            let value = record.key_values().get(name.into())?;
            value.to_borrowed_str().map(str::to_owned)
        };
        Line {
            level: record.level(),
            text: record.args().to_string(),
            time: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64(),
            user_id: field("user_id"),
            kind: field("kind"),
            request_id: field("request_id"),
        }
    }

    /// Word of lines that there was no room for.
    fn lost(count: usize) -> Line {
        let text = format!("{count} log lines were lost, as nobody took them in time");
        Line::of(&Record::builder().level(Level::Warn).args(format_args!("{text}")).build())
    }

    /// What a handler raises is not the fault of who passes a line on: it would take the place of
    /// an outcome. It is reported as unraisable; but an interrupt comes out.
    fn pass_on(self, py: Python<'_>, of_caller: bool) -> PyResult<()> {
        let Some(logger) = logger(py)? else { return Ok(()) };
        let handle = HANDLE.import(py, "dingtalk_extcontact._logging", "handle")?;
        let Line { level, text, time, user_id, kind, request_id } = self;
        let fields = (user_id, kind, request_id);
        let line = (logger, number(level), text, time, fields, of_caller).into_pyobject(py)?;
        match host::guarded(|| handle.call1(&line)) {
            Err(error) if error.is_instance_of::<PyException>(py) => {
                error.write_unraisable(py, None);
                Ok(())
            }
            passed => passed.map(drop),
        }
    }
}

impl Kept {
    /// Keeps a line; the event loop that is to be told of it.
    fn keep(&mut self, line: Line) -> Option<Arc<Waker>> {
        if self.lines.len() >= MOST_KEPT {
            self.lost += 1;
            return None;
        }
        self.lines.push_back(line);
        if std::mem::replace(&mut self.told, true) {
            return None;
        }
        self.event_loop.upgrade()
    }
}

fn kept() -> MutexGuard<'static, Kept> {
    KEPT.get(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether there are lines of the pool to pass on, and nobody who does it.
pub fn is_waiting() -> bool {
    let kept = kept();
    !kept.lines.is_empty() && !kept.passing
}

/// Passes on what this thread's own call wrote.
pub fn pass_own(py: Python<'_>) -> PyResult<()> {
    let mut result = Ok(());
    while result.is_ok()
        && let Some(line) = OWN.with_borrow_mut(VecDeque::pop_front)
    {
        result = line.pass_on(py, true);
    }
    // The rest comes with the next call.
    host::THREAD.with(|thread| thread.wrote.set(result.is_err()));
    result
}

/// Passes on what the pool's threads wrote.
#[pyfunction]
pub fn pass_kept(py: Python<'_>) -> PyResult<()> {
    let (mut lines, lost) = {
        let mut kept = kept();
        kept.told = false;
        if kept.passing || kept.lines.is_empty() {
            return Ok(());
        }
        kept.passing = true;
        (std::mem::take(&mut kept.lines), std::mem::take(&mut kept.lost))
    };
    if lost > 0 {
        lines.push_back(Line::lost(lost));
    }
    let mut result = Ok(());
    while result.is_ok()
        && let Some(line) = lines.pop_front()
    {
        result = line.pass_on(py, false);
    }
    let mut kept = kept();
    lines.append(&mut kept.lines);
    kept.lines = lines;
    kept.passing = false;
    result
}
