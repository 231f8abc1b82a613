//! Standard output: lines, tables and colours.

use std::io::{self, Write};

use console::Term;

use crate::output::exit::Exit;
use crate::output::layout::in_columns;
use crate::output::stderr::complain;
use crate::output::table::Table;
use crate::output::terminal::{columns_asked_for, columns_of, takes_escapes};

/// Standard output. A closed pipe is an error to be handled, never a panic.
pub(crate) struct Output {
    stdout: io::Stdout,
    colour: bool,
    /// Columns that a line has to fit into; in a file or a pipe it may have any length.
    width: Option<usize>,
}

impl Output {
    pub(crate) fn new() -> Output {
        let terminal = Term::stdout();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let width = columns_asked_for().or_else(|| columns_of(&terminal));
        Output { stdout: io::stdout(), colour: takes_escapes(&terminal) && !plain, width }
    }

    /// Columns that a line has to fit into, if there is a bound.
    pub(crate) const fn width(&self) -> Option<usize> {
        self.width
    }

    /// What is one line for programs that search it, in more than one where a terminal wants
    /// that.
    pub(crate) fn fitted(&self, text: &str) -> String {
        self.width.map_or_else(|| text.to_owned(), |width| in_columns(width, "", "    ", text))
    }

    /// A line that is out when this returns.
    pub(crate) fn line(&mut self, line: &str) -> io::Result<()> {
        let mut stdout = self.stdout.lock();
        stdout.write_all(format!("{line}\n").as_bytes())?;
        stdout.flush()
    }

    /// A table, its heading in a style of its own.
    pub(crate) fn table(&mut self, table: &Table) -> io::Result<()> {
        let mut lines = table.lines();
        let heading = lines.next().map(|line| self.style(Style::Heading, &line));
        heading.into_iter().chain(lines).try_for_each(|line| self.line(&line))
    }

    /// The last thing to do: a host process may not flush Rust's buffer.
    pub(crate) fn flush(&mut self) {
        let _ = self.stdout.flush();
    }

    /// Text in a style, where standard output is a terminal that may have it.
    pub(crate) fn style(&self, style: Style, text: &str) -> String {
        if self.colour { format!("\x1b[{}m{text}\x1b[0m", style.code()) } else { text.to_owned() }
    }
}

/// How a piece of text stands out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Style {
    Heading,
    Good,
    Warning,
    Bad,
    Quiet,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Style::Heading => "1",
            Style::Good => "32",
            Style::Warning => "33",
            Style::Bad => "31",
            Style::Quiet => "2",
        }
    }
}

/// Why standard output takes no more.
pub(crate) fn why_closed(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::BrokenPipe => "standard output was closed".to_owned(),
        _ => format!("standard output cannot be written: {error}"),
    }
}

/// Ends where standard output takes no more. Whoever reads may have enough, as `head` does:
/// that is nothing to complain of.
pub(crate) fn unwritten(error: &io::Error) -> Exit {
    if error.kind() != io::ErrorKind::BrokenPipe {
        complain(&why_closed(error), "");
    }
    Exit::Failed
}
