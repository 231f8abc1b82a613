//! Ctrl-C and SIGTERM, owned for a while.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use signal_hook::SigId;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::output::{self, Exit};

/// How often a wait looks whether a signal has come.
const SLICE: Duration = Duration::from_millis(50);

/// Signals that set a flag instead of ending the process, until this is dropped.
pub(crate) struct Interrupt {
    flag: Arc<AtomicBool>,
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
    /// Owns SIGINT and SIGTERM; where that fails, it is said.
    pub(crate) fn watched() -> Result<Interrupt, Exit> {
        Interrupt::own(&[SIGINT, SIGTERM]).map_err(|error| {
            output::complain(&format!("Ctrl-C cannot be watched for: {error}"), "");
            Exit::Usage
        })
    }

    fn own(signals: &[i32]) -> io::Result<Interrupt> {
        let mut interrupt = Interrupt { flag: Arc::default(), owned: Vec::new() };
        for &signal in signals {
            let id = signal_hook::flag::register(signal, interrupt.flag.clone())?;
            interrupt.owned.push(id);
        }
        Ok(interrupt)
    }

    /// Whether a signal has come.
    pub(crate) fn came(&self) -> bool {
        self.flag.load(Ordering::SeqCst)
    }

    /// Whether a signal has come; from here on, whether another one has.
    pub(crate) fn take(&self) -> bool {
        self.flag.swap(false, Ordering::SeqCst)
    }

    /// The same question as [`came`](Self::came), as a closure, for a call to ask while it waits.
    pub(crate) fn probe(&self) -> impl Fn() -> bool + Send + Sync + 'static {
        let flag = self.flag.clone();
        move || flag.load(Ordering::SeqCst)
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

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
    }

    #[test]
    fn a_wait_ends_with_what_it_waits_for() {
        let interrupt = Interrupt { flag: Arc::default(), owned: Vec::new() };
        let (sender, receiver) = mpsc::channel();
        sender.send(7).unwrap();
        assert_eq!(interrupt.wait(&receiver), Waited::Got(7));
        drop(sender);
        assert_eq!(interrupt.wait(&receiver), Waited::Over);
    }
}
