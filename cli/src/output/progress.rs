//! The progress bar.

use std::fmt::Write;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, TermLike};

use crate::output;

const BAR: usize = 30;

/// The bar that is to be seen, for who writes beside it from elsewhere.
static SEEN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Does what writes to the terminal, with the bar, if there is one, out of its way.
pub(crate) fn beside<T>(write: impl FnOnce() -> T) -> T {
    let bar = SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// A bar on standard error, where that is a terminal that can draw; otherwise nothing.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// What did not go well, in words.
    trouble: Arc<Mutex<String>>,
}

impl Progress {
    /// Nothing to be seen.
    pub(crate) fn hidden() -> Progress {
        Progress { bar: ProgressBar::hidden(), trouble: Arc::default() }
    }

    /// A bar for so many contacts.
    pub(crate) fn of(total: u64) -> Progress {
        let terminal = Terminal(Term::buffered_stderr());
        if !output::takes_escapes(&terminal.0) {
            return Progress::hidden();
        }
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let trouble: Arc<Mutex<String>> = Arc::default();
        let told = trouble.clone();
        let draw = move |state: &ProgressState, to: &mut dyn Write| {
            let width = usize::from(terminal.width());
            let told = told.lock().unwrap_or_else(PoisonError::into_inner);
            let pace = Some(state.per_sec()).filter(|rate| *rate > 0.0);
            let pace = pace.map(|rate| (rate, state.eta()));
            let _ = to.write_str(&line(width, state.pos(), total, pace, &told));
        };
        if let Ok(style) = ProgressStyle::with_template("{line}") {
            bar.set_style(style.with_key("line", draw));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        *SEEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar.clone());
        Progress { bar, trouble }
    }

    /// One more is done. What an earlier run settled says nothing about the time left.
    pub(crate) fn step(&mut self, earlier: bool, trouble: String) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
        self.bar.inc(1);
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
        *SEEN.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// A terminal that says it is narrower than it is. The bar's line is filled up to its width,
/// and what the terminal shows of Ctrl-C, `^C`, goes behind that: were there no room, the
/// line would break, and a copy of the bar would stay.
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

/// As much as so many columns have room for. `pace`, calls a second and the time left, is not
/// known before the first reply.
fn line(
    width: usize,
    done: u64,
    total: u64,
    pace: Option<(f64, Duration)>,
    trouble: &str,
) -> String {
    let count = format!("{done}/{total}");
    let rate = pace.map_or("--/s".to_owned(), |(rate, _)| format!("{rate:.1}/s"));
    let left = pace.map_or("--:--:-- left".to_owned(), |(_, left)| {
        let left = left.as_secs();
        format!("{:02}:{:02}:{:02} left", left / 3600, left / 60 % 60, left % 60)
    });
    let filled = usize::try_from(BAR as u64 * done / total.max(1)).unwrap_or(BAR).min(BAR);
    let bar = "█".repeat(filled) + &"░".repeat(BAR - filled);
    // What there is no room for is left out, in this order.
    for parts in [
        [bar.as_str(), &count, &rate, &left, trouble].as_slice(),
        &[&count, &rate, &left, trouble],
        &[&count, &left, trouble],
        &[&count, &left],
        &[&count],
    ] {
        let parts: Vec<_> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
        let line = parts.join("  ");
        if line.chars().count() <= width {
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
        let told = |width| line(width, 150, 1000, pace, "3 failed");
        assert_eq!(
            told(76),
            format!(
                "{}{}  150/1000  20.0/s  01:02:05 left  3 failed",
                "█".repeat(4),
                "░".repeat(26)
            )
        );
        assert_eq!(told(60), "150/1000  20.0/s  01:02:05 left  3 failed");
        assert_eq!(told(36), "150/1000  01:02:05 left  3 failed");
        assert_eq!(told(26), "150/1000  01:02:05 left");
        assert_eq!(told(10), "150/1000");
        assert_eq!(told(0), "");
    }

    #[test]
    fn nothing_is_known_of_the_pace_before_the_first_reply() {
        assert_eq!(line(36, 0, 40, None, ""), "0/40  --/s  --:--:-- left");
        assert!(line(80, 40, 40, None, "").starts_with(&"█".repeat(BAR)));
        assert!(line(80, 41, 40, None, "").starts_with(&"█".repeat(BAR)));
    }
}
