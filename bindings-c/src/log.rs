//! The library's log lines, handed to a function of the program.

use std::ffi::{c_char, c_int, c_void};
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use dingtalk_extcontact::ErrorKind;
use dingtalk_extcontact::binding::LOG_TARGET;
use log::{LevelFilter, Log, Metadata, Record};

use crate::ffi;
use crate::result::dtx_log_level::{self, *};

/// A function that takes log lines: the level (DTX_LOG_ERROR to DTX_LOG_DEBUG), one line of UTF-8
/// text without a line break and without secrets, and the context that was given along with it.
/// Owner: the library owns the text, which is valid until the function returns. Threads: it is
/// called on the thread that makes a call, and for a batch on threads of the library, which have
/// signals blocked; on several at once. It must return in the ordinary way: no C++ exception and no
/// longjmp may leave it.
pub type dtx_log_fn =
    Option<unsafe extern "C" fn(level: c_int, message: *const c_char, context: *mut c_void)>;

/// Sets the one sink of this process for log lines up to a level (DTX_LOG_OFF to DTX_LOG_DEBUG);
/// without it nothing is logged. NULL, or DTX_LOG_OFF, ends it. DTX_INVALID_ARGUMENT for another
/// number, and then nothing changes.
/// Owner: context stays yours. Lines that are on their way when the sink is replaced still come with
/// the old one: keep it until every call that began before has returned and every batch has given its
/// last item. Where a batch was freed before, for as long as the process lives. Threads: any, at any
/// time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_set_log(level: c_int, log: dtx_log_fn, context: *mut c_void) -> c_int {
    ffi::guard(ErrorKind::Internal.number(), || {
        let Some((_, filter)) = LEVELS.iter().find(|(own, _)| *own as c_int == level) else {
            return ErrorKind::InvalidArgument.number();
        };
        // Refused when it is there already.
        let _ = log::set_logger(&Border);
        let sink = log.map(|log| Arc::new(Sink { log, context }));
        log::set_max_level(if sink.is_some() { *filter } else { LevelFilter::Off });
        SINK.store(sink);
        ffi::OK
    })
}

const LEVELS: [(dtx_log_level, LevelFilter); 5] = [
    (DTX_LOG_OFF, LevelFilter::Off),
    (DTX_LOG_ERROR, LevelFilter::Error),
    (DTX_LOG_WARN, LevelFilter::Warn),
    (DTX_LOG_INFO, LevelFilter::Info),
    (DTX_LOG_DEBUG, LevelFilter::Debug),
];

/// Read without a lock, which a forked child could find held.
static SINK: ArcSwapOption<Sink> = ArcSwapOption::const_empty();

struct Sink {
    log: unsafe extern "C" fn(c_int, *const c_char, *mut c_void),
    context: *mut c_void,
}

// SAFETY: the header says that the function is called on any thread, with this context.
unsafe impl Send for Sink {}
// SAFETY: as above, and on several at once.
unsafe impl Sync for Sink {}

struct Border;

impl Log for Border {
    fn enabled(&self, of: &Metadata<'_>) -> bool {
        // The transport's own lines hold addresses, and the token stands in the address.
        of.target() == LOG_TARGET
    }

    fn log(&self, record: &Record<'_>) {
        let Some(sink) = SINK.load_full().filter(|_| self.enabled(record.metadata())) else {
            return;
        };
        let named = LEVELS.iter().find(|(_, filter)| *filter == record.level());
        let level = named.map_or(DTX_LOG_DEBUG, |(own, _)| *own);
        let message = ffi::c_text(&record.args().to_string());
        // SAFETY: a function of this type and its context, as dtx_set_log was given them.
        unsafe { (sink.log)(level as c_int, message.as_ptr(), sink.context) }
    }

    fn flush(&self) {}
}
