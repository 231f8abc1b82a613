//! The progress bar.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A bar on standard error, where that is a terminal; otherwise nothing.
pub(crate) struct Progress {
    bar: ProgressBar,
}

const LOOK: &str = "{bar:30} {pos}/{len}  {rate}  {eta_precise} left  {msg}";

impl Progress {
    /// Nothing to be seen.
    pub(crate) fn hidden() -> Progress {
        Progress { bar: ProgressBar::hidden() }
    }

    /// A bar for so many contacts.
    pub(crate) fn of(total: u64) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(LOOK) {
            let rate = |state: &ProgressState, to: &mut dyn std::fmt::Write| {
                let _ = write!(to, "{:.1}/s", state.per_sec());
            };
            bar.set_style(style.with_key("rate", rate));
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Progress { bar }
    }

    /// One more is done. What an earlier run settled says nothing about the time left.
    pub(crate) fn step(&mut self, earlier: bool, message: String) {
        self.bar.inc(1);
        self.bar.set_message(message);
        if earlier {
            self.bar.reset_eta();
        }
    }

    /// Does what writes to the terminal, with the bar out of its way.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
