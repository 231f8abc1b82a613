//! What a terminal can do, and how wide it is.

use console::Term;

/// Whether a terminal does what escapes say, rather than show them: for colours, and for a line
/// that is drawn again and again.
pub(crate) fn takes_escapes(terminal: &Term) -> bool {
    let name = std::env::var_os("TERM").unwrap_or_default();
    terminal.is_term() && (cfg!(windows) || !name.is_empty() && name != "dumb")
}

/// Columns that text for reading fits into.
pub(crate) fn width() -> usize {
    /// Nobody likes to read longer lines.
    const WIDEST: usize = 100;
    /// Where nothing is known.
    const USUAL: usize = 80;
    columns_asked_for().unwrap_or_else(|| {
        let known = [Term::stdout(), Term::stderr()].iter().find_map(columns_of);
        known.map_or(USUAL, |columns| columns.min(WIDEST))
    })
}

/// By the variable that shells and other programs know, too.
pub(crate) fn columns_asked_for() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0)
}

pub(crate) fn columns_of(terminal: &Term) -> Option<usize> {
    let size = terminal.is_term().then(|| terminal.size_checked()).flatten();
    size.map(|(_, columns)| columns.into())
}
