//! Log lines on standard error: `-v` and `DINGTALK_LOG`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use dingtalk_extcontact::binding::LOG_TARGET;
use log::{LevelFilter, Log, Metadata, Record};

use crate::output;
use crate::output::progress;

/// The target of the command's own lines, and the only one that is shown: lines of the HTTP and
/// TLS libraries may hold secrets.
pub(crate) const TARGET: &str = LOG_TARGET;
const VARIABLE: &str = "DINGTALK_LOG";

static LOGGER: StderrLogger = StderrLogger(AtomicUsize::new(LevelFilter::Off as usize));

/// The command's own logger. A process that has set another logger passes records on to this one
/// where it is [enabled](Log::enabled): only while [`run`](crate::run) was asked for log lines.
pub fn logger() -> &'static dyn Log {
    &LOGGER
}

/// Holds the highest level that is shown.
struct StderrLogger(AtomicUsize);

impl Log for StderrLogger {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.target() == TARGET && metadata.level() as usize <= self.0.load(Ordering::Relaxed)
    }

    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) {
            let time = humantime::format_rfc3339_millis(SystemTime::now());
            let (level, text) = (record.level(), output::escaped(&record.args().to_string()));
            progress::with_bar_hidden(|| {
                output::note_unwrapped(&format!("{time} {level:<5} {text}"))
            });
        }
    }

    fn flush(&self) {}
}

/// Log lines are shown until this is dropped.
pub(crate) struct LogGuard {
    /// The process's own, set again afterwards.
    max_level: LevelFilter,
}

impl LogGuard {
    /// Shows log lines by the number of `-v`; without any, by the environment variable.
    ///
    /// # Errors
    ///
    /// The variable has another value than the names of levels.
    pub(crate) fn install(times: u8) -> Result<LogGuard, String> {
        let level = match times {
            0 => level_from_env()?,
            1 => LevelFilter::Info,
            _ => LevelFilter::Debug,
        };
        let max_level = log::max_level();
        LOGGER.0.store(level as usize, Ordering::Relaxed);
        if level > max_level {
            // It fails if the host process has a logger: that one gets the records, and may pass
            // them on.
            let _ = log::set_logger(&LOGGER);
            log::set_max_level(level);
        }
        Ok(LogGuard { max_level })
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        LOGGER.0.store(LevelFilter::Off as usize, Ordering::Relaxed);
        log::set_max_level(self.max_level);
    }
}

fn level_from_env() -> Result<LevelFilter, String> {
    let wanted = std::env::var_os(VARIABLE).unwrap_or_default();
    if wanted.is_empty() {
        return Ok(LevelFilter::Off);
    }
    let wanted = wanted.to_string_lossy();
    match wanted.parse() {
        // At trace, libraries below print whole requests and replies.
        Ok(LevelFilter::Trace) | Err(_) => {
            Err(format!("{VARIABLE} is {:?}", output::escaped(&wanted)))
        }
        Ok(level) => Ok(level),
    }
}
