//! Ctrl-C, SIGTERM and SIGHUP, owned for a while.

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

use crate::output::{self, Exit};

/// How often a wait looks whether a signal has come.
const SLICE: Duration = Duration::from_millis(50);

/// Signals that set a flag instead of ending the process, until this is dropped. One that is
/// ignored stays so: whoever started the command wanted that (`nohup`, `command &` in a script).
#[derive(Default)]
pub(crate) struct Interrupt {
    flag: Arc<AtomicBool>,
    /// A flag of its own: of a terminal that closes, the shell and the system both tell, and
    /// that must not count as somebody who asks twice.
    hung_up: Arc<AtomicBool>,
    hang_up_taken: AtomicBool,
    owned: Vec<SigId>,
}

/// What ended a wait.
#[derive(Debug, PartialEq)]
pub(crate) enum Waited<T> {
    /// This came.
    Got(T),
    /// A signal came first.
    Interrupted,
    /// Nobody is left to send anything.
    Over,
}

impl Interrupt {
    /// Owns SIGINT, SIGTERM and SIGHUP; where that fails, it is said.
    pub(crate) fn watched() -> Result<Interrupt, Exit> {
        Interrupt::own().map_err(|error| {
            output::complain(&format!("Ctrl-C cannot be watched for: {error}"), "");
            Exit::Usage
        })
    }

    fn own() -> io::Result<Interrupt> {
        let mut interrupt = Interrupt::default();
        let signals = [
            (SIGINT, &interrupt.flag),
            (SIGTERM, &interrupt.flag),
            #[cfg(unix)]
            (SIGHUP, &interrupt.hung_up),
        ];
        for (signal, flag) in signals {
            if !is_ignored(signal)? {
                interrupt.owned.push(signal_hook::flag::register(signal, flag.clone())?);
            }
        }
        Ok(interrupt)
    }

    /// Whether a signal has come.
    pub(crate) fn came(&self) -> bool {
        self.probe()()
    }

    /// Whether a signal has come; from here on, whether another one has. The terminal hangs up
    /// once.
    pub(crate) fn take(&self) -> bool {
        let hung_up = self.hung_up.swap(false, Ordering::SeqCst)
            && !self.hang_up_taken.swap(true, Ordering::SeqCst);
        self.flag.swap(false, Ordering::SeqCst) || hung_up
    }

    /// The same question as [`came`](Self::came), as a closure, for a call to ask while it waits.
    pub(crate) fn probe(&self) -> impl Fn() -> bool + Send + Sync + use<> {
        let (flag, hung_up) = (self.flag.clone(), self.hung_up.clone());
        move || flag.load(Ordering::SeqCst) || hung_up.load(Ordering::SeqCst)
    }

    /// Does on a thread of its own what cannot be called off, such as a read of a terminal, and
    /// waits for it or for a signal, whichever comes first.
    pub(crate) fn wait_for<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Waited<T>, Exit> {
        let (sender, receiver) = mpsc::channel();
        // Nobody may be left who wants to know.
        let work = move || drop(sender.send(work()));
        spawn("dingtalk-command", work).map_err(|error| {
            output::complain_of(&error);
            Exit::Failed
        })?;
        Ok(self.wait(&receiver))
    }

    /// Waits for a message or a signal, whichever comes first.
    pub(crate) fn wait<T>(&self, from: &Receiver<T>) -> Waited<T> {
        loop {
            if self.came() {
                return Waited::Interrupted;
            }
            match from.recv_timeout(SLICE) {
                Ok(message) => return Waited::Got(message),
                Err(RecvTimeoutError::Disconnected) => return Waited::Over,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        for id in self.owned.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}

/// Whether a signal is without effect in this process, by the will of whoever started it.
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
    fn a_signal_is_seen_while_owned_and_by_the_next_owner_anew() {
        for _ in 0..2 {
            let interrupt = Interrupt::watched().unwrap();
            let probe = interrupt.probe();
            assert!(!interrupt.came() && !probe());
            signal_hook::low_level::raise(SIGINT).unwrap();
            assert!(interrupt.came() && probe());
            let (_sender, receiver) = mpsc::channel::<()>();
            assert_eq!(interrupt.wait(&receiver), Waited::Interrupted);
            assert!(interrupt.take() && !interrupt.take() && !probe());
            signal_hook::low_level::raise(SIGTERM).unwrap();
            assert!(interrupt.take());
        }
        // In one test: signals are for all that watch.
        #[cfg(unix)]
        a_terminal_that_hangs_up_is_seen_once_however_many_tell();
    }

    #[cfg(unix)]
    fn a_terminal_that_hangs_up_is_seen_once_however_many_tell() {
        let interrupt = Interrupt::watched().unwrap();
        signal_hook::low_level::raise(SIGHUP).unwrap();
        assert!(interrupt.came() && interrupt.take() && !interrupt.came());
        signal_hook::low_level::raise(SIGHUP).unwrap();
        assert!(!interrupt.take());
        signal_hook::low_level::raise(SIGTERM).unwrap();
        assert!(interrupt.take(), "that is another one");
    }

    #[test]
    fn a_wait_ends_with_what_it_waits_for() {
        let interrupt = Interrupt::default();
        let (sender, receiver) = mpsc::channel();
        sender.send(7).unwrap();
        assert_eq!(interrupt.wait(&receiver), Waited::Got(7));
        drop(sender);
        assert_eq!(interrupt.wait(&receiver), Waited::Over);
    }
}
