//! The one place that starts threads.

use std::io;
use std::thread::Builder;

use crate::error::{Error, ErrorKind};

/// Runs `work` on a thread that takes no signals: a program's handlers run on its own threads,
/// which expect to be interrupted. For the bindings and the command, too.
///
/// # Errors
///
/// `configuration`, where there is no thread to be had. It is not retryable: a limit does not
/// rise by itself, and the next call would need a thread as well.
#[doc(hidden)]
pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    // A thread has the signals blocked that are blocked where it is made.
    #[cfg(unix)]
    let _blocked = signals::Blocked::new().map_err(|errno| no_thread(errno.into()))?;
    Builder::new().name(name.to_owned()).spawn(work).map(drop).map_err(no_thread)
}

fn no_thread(why: io::Error) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("no thread could be started (limit of processes or threads): {why}"),
    )
    .advise(phrase!(
        "Raise the limit (ulimit -u, a container's pids limit) or end what uses it up, then \
         call again."
    ))
    .caused_by(why)
}

#[cfg(unix)]
mod signals {
    use nix::sys::signal::{SigSet, SigmaskHow, Signal};

    /// What concerns the thread that it is sent to: its own faults, and the clock of a
    /// profiler. A virtual machine whose code runs in a callback lives by some of them. It also
    /// stops threads by real-time signals, which have no names here and are never blocked: mono
    /// would wait for ever.
    pub(super) const NEVER_BLOCKED: [Signal; 7] = [
        Signal::SIGSEGV,
        Signal::SIGBUS,
        Signal::SIGFPE,
        Signal::SIGILL,
        Signal::SIGTRAP,
        Signal::SIGSYS,
        Signal::SIGPROF,
    ];

    /// While it lives, this thread has all other signals blocked.
    pub(super) struct Blocked(SigSet);

    impl Blocked {
        pub(super) fn new() -> nix::Result<Blocked> {
            let blocked = |signal: &Signal| !NEVER_BLOCKED.contains(signal);
            let set: SigSet = Signal::iterator().filter(blocked).collect();
            set.thread_swap_mask(SigmaskHow::SIG_BLOCK).map(Blocked)
        }
    }

    impl Drop for Blocked {
        fn drop(&mut self) {
            // It can fail by a wrong argument only.
            let _ = self.0.thread_set_mask();
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use nix::sys::signal::{SigSet, Signal};
    use std::sync::mpsc::channel;

    #[test]
    fn a_thread_takes_no_signal_but_what_concerns_itself() {
        let mut own = SigSet::empty();
        own.add(Signal::SIGUSR1);
        own.thread_block().unwrap();
        let (sender, masks) = channel();
        spawn("test", move || sender.send(SigSet::thread_get_mask().unwrap()).unwrap()).unwrap();
        let mask = masks.recv().unwrap();
        let kernels = [Signal::SIGKILL, Signal::SIGSTOP];
        for signal in Signal::iterator().filter(|signal| !kernels.contains(signal)) {
            let taken = signals::NEVER_BLOCKED.contains(&signal);
            assert_eq!(mask.contains(signal), !taken, "{signal}");
        }
        assert_eq!(SigSet::thread_get_mask().unwrap(), own, "the caller's own mask is as it was");
    }
}
