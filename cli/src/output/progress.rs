//! The progress bar.

use std::fmt::Write;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use console::Term;
use indicatif::{
    FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, TermLike,
};
use textwrap::core::display_width;

use crate::language::said;
use crate::output;

/// The width of the bar, in columns.
const BAR: usize = 30;

/// The bar on the screen, for log lines that any thread writes.
static VISIBLE_BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Runs `write`, which writes to the terminal, with the bar on the screen hidden if there is one.
pub(crate) fn with_bar_hidden<T>(write: impl FnOnce() -> T) -> T {
    let bar = VISIBLE_BAR.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// A progress bar on standard error; hidden where that is no terminal that can draw it.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// What failed so far, in words. Shared with the closure that draws the line: indicatif hands
    /// that no message.
    problems: Arc<Mutex<String>>,
}

impl Progress {
    /// No bar.
    pub(crate) fn hidden() -> Progress {
        Progress { bar: ProgressBar::hidden(), problems: Arc::default() }
    }

    /// A bar for `total` contacts.
    pub(crate) fn new(total: u64) -> Progress {
        let terminal = Terminal(Term::buffered_stderr());
        if !output::supports_escapes(&terminal.0) {
            return Progress::hidden();
        }
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let problems: Arc<Mutex<String>> = Arc::default();
        let shown = problems.clone();
        let draw = move |state: &ProgressState, to: &mut dyn Write| {
            let width = usize::from(terminal.width());
            let problems = shown.lock().unwrap_or_else(PoisonError::into_inner);
            let pace = Some(state.per_sec()).filter(|rate| *rate > 0.0);
            let pace = pace.map(|rate| (rate, state.eta()));
            let _ = to.write_str(&line(width, state.pos(), total, pace, &problems));
        };
        if let Ok(style) = ProgressStyle::with_template("{line}") {
            bar.set_style(style.with_key("line", draw));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        *VISIBLE_BAR.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar.clone());
        Progress { bar, problems }
    }

    /// Counts a contact as done. One that an earlier run settled took no time, and does not count
    /// for the time left.
    pub(crate) fn step(&mut self, earlier: bool, problems: String) {
        *self.problems.lock().unwrap_or_else(PoisonError::into_inner) = problems;
        self.bar.inc(1);
        if earlier {
            self.bar.reset_eta();
        }
    }

    /// Runs `write`, which writes to the terminal, with the bar hidden.
    pub(crate) fn hide_while<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Removes the bar.
    pub(crate) fn end(&self) {
        *VISIBLE_BAR.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// A terminal that claims to be narrower than it is. indicatif fills the bar's line up to the
/// width, and a terminal prints `^C` behind it on Ctrl-C. Without room for that the line would
/// wrap, and a copy of the bar would stay on the screen.
#[derive(Clone, Debug)]
struct Terminal(Term);

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub(4)
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_left(columns)
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        self.0.write_line(line)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The bar's line, cut to a width. `pace` is calls a second and the time left, and is not known
/// before the first reply.
fn line(
    width: usize,
    done: u64,
    total: u64,
    pace: Option<(f64, Duration)>,
    problems: &str,
) -> String {
    let count = format!("{done}/{total}");
    let rate = pace.map_or("--/s".to_owned(), |(rate, _)| format!("{rate:.1}/s"));
    let time = pace.map_or("--:--:--".to_owned(), |(_, left)| FormattedDuration(left).to_string());
    let left = said!("{time} left", time);
    let filled = usize::try_from(BAR as u64 * done / total.max(1)).unwrap_or(BAR).min(BAR);
    let bar = "█".repeat(filled) + &"░".repeat(BAR - filled);
    // The longest of these that fits.
    for parts in [
        [bar.as_str(), &count, &rate, &left, problems].as_slice(),
        &[&count, &rate, &left, problems],
        &[&count, &left, problems],
        &[&count, &left],
        &[&count],
    ] {
        let parts: Vec<_> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
        let line = parts.join("  ");
        if display_width(&line) <= width {
            return line;
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_terminal_has_fewer_parts() {
        let pace = Some((19.96, Duration::from_secs(3725)));
        let fit = |width| line(width, 150, 1000, pace, "3 failed");
        assert_eq!(
            fit(76),
            format!(
                "{}{}  150/1000  20.0/s  01:02:05 left  3 failed",
                "█".repeat(4),
                "░".repeat(26)
            )
        );
        assert_eq!(fit(60), "150/1000  20.0/s  01:02:05 left  3 failed");
        assert_eq!(fit(36), "150/1000  01:02:05 left  3 failed");
        assert_eq!(fit(26), "150/1000  01:02:05 left");
        assert_eq!(fit(10), "150/1000");
        assert_eq!(fit(0), "");
    }

    #[test]
    fn the_pace_is_unknown_before_the_first_reply() {
        assert_eq!(line(36, 0, 40, None, ""), "0/40  --/s  --:--:-- left");
        assert!(line(80, 40, 40, None, "").starts_with(&"█".repeat(BAR)));
        assert!(line(80, 41, 40, None, "").starts_with(&"█".repeat(BAR)));
    }
}
