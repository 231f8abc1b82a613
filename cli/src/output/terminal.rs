//! What a terminal can do, and how wide it is.

use console::Term;

/// Whether a terminal obeys escape sequences: for colours and the progress bar.
pub(crate) fn supports_escapes(terminal: &Term) -> bool {
    let name = std::env::var_os("TERM").unwrap_or_default();
    terminal.is_term() && (cfg!(windows) || !name.is_empty() && name != "dumb")
}

/// The width that text for people is wrapped to, in columns.
pub(crate) fn width() -> usize {
    /// Longer lines are hard to read.
    const WIDEST: usize = 100;
    /// Without a terminal.
    const USUAL: usize = 80;
    columns_from_env().unwrap_or_else(|| {
        let known = [Term::stdout(), Term::stderr()].iter().find_map(columns_of);
        known.map_or(USUAL, |columns| columns.min(WIDEST))
    })
}

/// The width in the environment variable `COLUMNS`, as other programs read it.
pub(crate) fn columns_from_env() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0)
}

/// The width of a terminal; `None` where it is a file or a pipe.
pub(crate) fn columns_of(terminal: &Term) -> Option<usize> {
    let size = terminal.is_term().then(|| terminal.size_checked()).flatten();
    size.map(|(_, columns)| columns.into())
}
