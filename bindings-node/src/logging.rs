//! The core's log lines, handed to one function of JavaScript in the process.

use std::sync::Mutex;

use dingtalk_extcontact::binding::LOG_TARGET;
use log::{LevelFilter, Log, Metadata, Record};
use napi_derive::napi;

use crate::bridge::{Bridge, lock};

static SINK: Mutex<Option<Bridge>> = Mutex::new(None);

struct Sink;

impl Log for Sink {
    /// Only the core's own lines: those of the HTTP and TLS libraries may hold addresses.
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.target() == LOG_TARGET
    }

    fn log(&self, record: &Record) {
        // The command shows its lines itself: nothing of JavaScript runs meanwhile.
        let command = dingtalk_extcontact_cli::logger();
        if command.enabled(record.metadata()) {
            return command.log(record);
        }
        let bridge = lock(&SINK).clone();
        if let Some(bridge) = bridge.filter(|_| self.enabled(record.metadata()))
            && !bridge.log(record.args().to_string(), record.level().as_str())
        {
            end(&bridge);
        }
    }

    fn flush(&self) {}
}

/// From now on lines of this level and above go through this bridge; false if there is no such
/// level.
#[napi(catch_unwind)]
pub fn log_to(bridge: &Bridge, level: String) -> bool {
    let Ok(level) = level.parse::<LevelFilter>() else { return false };
    // It fails when it has been done before.
    let _ = log::set_logger(&Sink);
    *lock(&SINK) = Some(bridge.clone());
    log::set_max_level(level);
    true
}

/// From now on no line goes anywhere.
#[napi(catch_unwind)]
pub fn log_off() {
    log::set_max_level(LevelFilter::Off);
    *lock(&SINK) = None;
}

/// Ends the logging over a bridge whose JavaScript is gone.
fn end(bridge: &Bridge) {
    let mut sink = lock(&SINK);
    if sink.as_ref().is_some_and(|current| current.is(bridge)) {
        log::set_max_level(LevelFilter::Off);
        *sink = None;
    }
}
