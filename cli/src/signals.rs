//! Handlers for Ctrl-C (SIGINT), SIGTERM and SIGHUP.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use dingtalk_extcontact::binding::spawn;
use signal_hook::SigId;
#[cfg(unix)]
use signal_hook::consts::SIGHUP;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::language::said;
use crate::output::{self, Exit};

/// How often a wait checks for a signal.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Until this is dropped, signals set a flag instead of ending the process. Ignored signals stay
/// ignored: whoever started the command wanted that (`nohup`, `command &` in a script).
#[derive(Default)]
pub(crate) struct Signals {
    flag: Arc<AtomicBool>,
    /// SIGHUP has its own flag: when a terminal closes, the shell and the system both send it, and
    /// that must not count as two requests to stop.
    hung_up: Arc<AtomicBool>,
    hang_up_taken: AtomicBool,
    handlers: Vec<SigId>,
}

/// What ended a wait.
#[derive(Debug, PartialEq)]
pub(crate) enum Wait<T> {
    /// The value is there.
    Ready(T),
    /// A signal came first.
    Interrupted,
    /// The sender is gone.
    Disconnected,
}

impl Signals {
    /// Installs the handlers. A failure is printed.
    pub(crate) fn install() -> Result<Signals, Exit> {
        Signals::try_install().map_err(|error| {
            let error = error.to_string();
            output::print_error(&said!("Ctrl-C cannot be watched for: {error}", error), "");
            Exit::Usage
        })
    }

    fn try_install() -> io::Result<Signals> {
        let mut installed = Signals::default();
        let signals = [
            (SIGINT, &installed.flag),
            (SIGTERM, &installed.flag),
            #[cfg(unix)]
            (SIGHUP, &installed.hung_up),
        ];
        for (signal, flag) in signals {
            if !is_ignored(signal)? {
                installed.handlers.push(signal_hook::flag::register(signal, flag.clone())?);
            }
        }
        Ok(installed)
    }

    /// Whether a signal has come and was not taken.
    pub(crate) fn pending(&self) -> bool {
        self.probe()()
    }

    /// Takes a signal, so that only the next one is pending. SIGHUP counts once.
    pub(crate) fn take(&self) -> bool {
        let hung_up = self.hung_up.swap(false, Ordering::SeqCst)
            && !self.hang_up_taken.swap(true, Ordering::SeqCst);
        self.flag.swap(false, Ordering::SeqCst) || hung_up
    }

    /// [`pending`](Self::pending) as a closure, for a call to check while it waits.
    pub(crate) fn probe(&self) -> impl Fn() -> bool + Send + Sync + use<> {
        let (flag, hung_up) = (self.flag.clone(), self.hung_up.clone());
        move || flag.load(Ordering::SeqCst) || hung_up.load(Ordering::SeqCst)
    }

    /// Runs what cannot be cancelled, such as a read of a terminal, on its own thread, and waits for
    /// that or for a signal, whichever comes first.
    pub(crate) fn wait_for<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Wait<T>, Exit> {
        let (sender, receiver) = mpsc::channel();
        // After a signal the receiver is gone.
        let work = move || drop(sender.send(work()));
        spawn("dingtalk-command", work).map_err(|error| {
            output::print_library_error(&error);
            Exit::Failed
        })?;
        Ok(self.wait(&receiver))
    }

    /// Waits for a message or a signal, whichever comes first.
    pub(crate) fn wait<T>(&self, from: &Receiver<T>) -> Wait<T> {
        loop {
            if self.pending() {
                return Wait::Interrupted;
            }
            match from.recv_timeout(POLL_INTERVAL) {
                Ok(message) => return Wait::Ready(message),
                Err(RecvTimeoutError::Disconnected) => return Wait::Disconnected,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for id in self.handlers.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}

/// Whether a signal is ignored in this process.
#[cfg(unix)]
#[expect(unsafe_code, reason = "no safe crate tells how a signal is handled without changing it")]
fn is_ignored(signal: i32) -> io::Result<bool> {
    let mut found = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: without a new action nothing is changed, and `found` has room for the old one.
    let failed = unsafe { libc::sigaction(signal, std::ptr::null(), found.as_mut_ptr()) } != 0;
    if failed {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above has filled it.
    let found = unsafe { found.assume_init() };
    Ok(found.sa_sigaction == libc::SIG_IGN)
}

#[cfg(not(unix))]
fn is_ignored(_: i32) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_pending_until_it_is_taken_and_for_each_owner() {
        // A shell that starts the tests in the background has these ignored.
        #[cfg(unix)]
        for signal in [SIGINT, SIGHUP] {
            signal_hook::flag::register(signal, Arc::default()).unwrap();
        }
        for _ in 0..2 {
            let signals = Signals::install().unwrap();
            let probe = signals.probe();
            assert!(!signals.pending() && !probe());
            signal_hook::low_level::raise(SIGINT).unwrap();
            assert!(signals.pending() && probe());
            let (_sender, receiver) = mpsc::channel::<()>();
            assert_eq!(signals.wait(&receiver), Wait::Interrupted);
            assert!(signals.take() && !signals.take() && !probe());
            signal_hook::low_level::raise(SIGTERM).unwrap();
            assert!(signals.take());
        }
        // Not a test of its own: signals reach all handlers of the process.
        #[cfg(unix)]
        several_hang_ups_count_as_one();
    }

    #[cfg(unix)]
    fn several_hang_ups_count_as_one() {
        let signals = Signals::install().unwrap();
        signal_hook::low_level::raise(SIGHUP).unwrap();
        assert!(signals.pending() && signals.take() && !signals.pending());
        signal_hook::low_level::raise(SIGHUP).unwrap();
        assert!(!signals.take());
        signal_hook::low_level::raise(SIGTERM).unwrap();
        assert!(signals.take(), "that is another one");
    }

    #[test]
    fn a_wait_ends_by_a_message_or_a_lost_sender() {
        let signals = Signals::default();
        let (sender, receiver) = mpsc::channel();
        sender.send(7).unwrap();
        assert_eq!(signals.wait(&receiver), Wait::Ready(7));
        drop(sender);
        assert_eq!(signals.wait(&receiver), Wait::Disconnected);
    }
}
