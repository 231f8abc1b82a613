//! What the command does, line by line on standard error: `-v` and `DINGTALK_LOG`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use log::{LevelFilter, Log, Metadata, Record};

use crate::output;
use crate::output::progress;

/// Nothing of the HTTP and TLS libraries: they know more than may be shown.
pub(crate) const TARGET: &str = "dingtalk_extcontact";
const VARIABLE: &str = "DINGTALK_LOG";

static SINK: Sink = Sink(AtomicUsize::new(LevelFilter::Off as usize));

/// The command's own sink of log lines, to which a process that has set a logger before passes
/// on what this one is [enabled](Log::enabled) for. That is nothing but while [`run`](crate::run)
/// was asked for lines.
pub fn logger() -> &'static dyn Log {
    &SINK
}

/// With the level up to which lines are shown.
struct Sink(AtomicUsize);

impl Log for Sink {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.target() == TARGET && metadata.level() as usize <= self.0.load(Ordering::Relaxed)
    }

    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) {
            let time = humantime::format_rfc3339_millis(SystemTime::now());
            let (level, text) = (record.level(), output::shown(&record.args().to_string()));
            progress::beside(|| output::note_whole(&format!("{time} {level:<5} {text}")));
        }
    }

    fn flush(&self) {}
}

/// While it lives, lines are shown.
pub(crate) struct Lines {
    /// What the process had before.
    max_level: LevelFilter,
}

impl Lines {
    /// With `-v` so many times, or what the environment says.
    ///
    /// # Errors
    ///
    /// That the variable has no value that it may have.
    pub(crate) fn shown(times: u8) -> Result<Lines, String> {
        let level = match times {
            0 => in_environment()?,
            1 => LevelFilter::Info,
            _ => LevelFilter::Debug,
        };
        let max_level = log::max_level();
        SINK.0.store(level as usize, Ordering::Relaxed);
        if level > max_level {
            // It fails where the host has a logger: the lines go there, and it may pass them on.
            let _ = log::set_logger(&SINK);
            log::set_max_level(level);
        }
        Ok(Lines { max_level })
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        SINK.0.store(LevelFilter::Off as usize, Ordering::Relaxed);
        log::set_max_level(self.max_level);
    }
}

fn in_environment() -> Result<LevelFilter, String> {
    let wanted = std::env::var_os(VARIABLE).unwrap_or_default();
    match wanted.to_string_lossy().to_lowercase().as_str() {
        "" | "off" => Ok(LevelFilter::Off),
        "error" => Ok(LevelFilter::Error),
        "warn" => Ok(LevelFilter::Warn),
        "info" => Ok(LevelFilter::Info),
        "debug" => Ok(LevelFilter::Debug),
        // No trace: at that level libraries below print whole requests and replies.
        other => Err(format!("{VARIABLE} is {:?}", output::shown(other))),
    }
}
