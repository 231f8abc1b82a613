//! Standard output: lines, tables and colours.

use std::io::{self, Write};

use console::Term;

use crate::language::{self, Phrase, phrase};
use crate::output::exit::Exit;
use crate::output::layout::in_columns;
use crate::output::stderr::print_error;
use crate::output::table::Table;
use crate::output::terminal::{columns_from_env, columns_of, supports_escapes};

/// Standard output. Unlike with `println!`, a closed pipe is an error, not a panic.
pub(crate) struct Output {
    stdout: io::Stdout,
    colour: bool,
    /// In columns; `None` for a file or a pipe, where lines may have any length.
    width: Option<usize>,
}

impl Output {
    pub(crate) fn new() -> Output {
        let terminal = Term::stdout();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let width = columns_from_env().or_else(|| columns_of(&terminal));
        Output { stdout: io::stdout(), colour: supports_escapes(&terminal) && !plain, width }
    }

    /// The width that lines must fit into, in columns; `None` where there is no limit.
    pub(crate) const fn width(&self) -> Option<usize> {
        self.width
    }

    /// Wraps text on a terminal. In a file or a pipe it stays one line, which programs can search.
    pub(crate) fn fit_to_terminal(&self, text: &str) -> String {
        self.width.map_or_else(|| text.to_owned(), |width| in_columns(width, "", "    ", text))
    }

    /// Writes a line and flushes it.
    pub(crate) fn line(&mut self, line: &str) -> io::Result<()> {
        let mut stdout = self.stdout.lock();
        stdout.write_all(format!("{line}\n").as_bytes())?;
        stdout.flush()
    }

    /// Writes a table.
    pub(crate) fn table(&mut self, table: &Table) -> io::Result<()> {
        let mut lines = table.lines();
        let heading = lines.next().map(|line| self.style(Style::Heading, &line));
        heading.into_iter().chain(lines).try_for_each(|line| self.line(&line))
    }

    /// To be called last: a process that hosts the command may not flush Rust's buffer.
    pub(crate) fn flush(&mut self) {
        let _ = self.stdout.flush();
    }

    /// Text in a style, if standard output is a terminal with colours.
    pub(crate) fn style(&self, style: Style, text: &str) -> String {
        if self.colour { format!("\x1b[{}m{text}\x1b[0m", style.code()) } else { text.to_owned() }
    }
}

/// How text is highlighted.
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

/// Why standard output cannot be written.
pub(crate) fn stdout_problem(error: &io::Error) -> Phrase {
    match error.kind() {
        io::ErrorKind::BrokenPipe => phrase!("standard output was closed"),
        _ => phrase!("standard output cannot be written: {error}", error = error.to_string()),
    }
}

/// Ends the command because standard output cannot be written. A closed pipe is no error to
/// print: a reader such as `head` has enough.
pub(crate) fn stdout_failed(error: &io::Error) -> Exit {
    if error.kind() != io::ErrorKind::BrokenPipe {
        print_error(&language::say(&stdout_problem(error)), "");
    }
    Exit::Failed
}
