//! State that a forked child must not share with its parent.
//!
//! After `fork` the child has the parent's memory but only one of its threads: a lock that
//! another thread held stays locked for ever, and a connection is shared with the parent.
//! So everything with a lock or a connection is kept once a process, and a child makes its
//! own at first use without looking at the parent's.

use once_cell::race::OnceBox;

/// One `T` for each process, made on demand. Reading takes no lock: a lock could be one that
/// the parent held when it forked. For the core and the bindings.
pub struct PerProcess<T> {
    process: Process,
    value: T,
    child: OnceBox<PerProcess<T>>,
}

impl<T> PerProcess<T> {
    /// For the process that runs now.
    pub fn new(value: T) -> PerProcess<T> {
        PerProcess { process: Process::current(), value, child: OnceBox::new() }
    }

    /// This process's own.
    pub fn get(&self, make: impl Fn() -> T) -> &T {
        let mut node = self;
        while !node.process.is_current() {
            node = node.child.get_or_init(|| Box::new(PerProcess::new(make())));
        }
        &node.value
    }
}

/// Tells this process from its forked children without a system call: a handler that
/// `fork` runs in the child counts. Where that cannot be had, by the process's number.
#[cfg(unix)]
pub(crate) enum Process {
    Counted(forkguard::atfork::Guard),
    Numbered(u32),
}

#[cfg(unix)]
impl Process {
    pub fn current() -> Process {
        match forkguard::atfork::Guard::try_new() {
            Ok(guard) => Process::Counted(guard),
            Err(_) => Process::Numbered(std::process::id()),
        }
    }

    pub fn is_current(&self) -> bool {
        match self {
            Process::Counted(guard) => !guard.clone().detected_fork(),
            Process::Numbered(id) => *id == std::process::id(),
        }
    }
}

/// There is no `fork`.
#[cfg(not(unix))]
pub(crate) struct Process;

#[cfg(not(unix))]
impl Process {
    pub fn current() -> Process {
        Process
    }

    pub fn is_current(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_has_one_value() {
        let state = PerProcess::new(1);
        assert_eq!(*state.get(|| 2), 1);
        assert_eq!(*state.get(|| 3), 1);
    }
}
