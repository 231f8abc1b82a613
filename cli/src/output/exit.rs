//! How the command ends.

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything is as asked.
    Success,
    /// Some of it is not.
    Failed,
    /// The arguments do not allow it; nothing was sent.
    Usage,
    /// No contact matches the filters.
    NoMatch,
    /// Ctrl-C, or another signal to stop.
    Interrupted,
}

impl Exit {
    /// The exit status that the shell sees.
    pub(crate) const fn status(self) -> i32 {
        match self {
            Exit::Success => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::NoMatch => 3,
            Exit::Interrupted => 130,
        }
    }
}
