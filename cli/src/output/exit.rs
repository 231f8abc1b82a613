//! How the command ends.

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is as asked.
    Done,
    /// Some of it is not.
    Failed,
    /// Nothing was sent: the arguments do not allow it.
    Usage,
    /// No contact matches the filters.
    NobodyMatched,
    /// Ctrl-C came in between.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) const fn status(self) -> i32 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::NobodyMatched => 3,
            Exit::Interrupted => 130,
        }
    }
}
