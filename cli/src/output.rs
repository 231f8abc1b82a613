//! Lines for people and lines for programs, and how the command ends.

use std::io::{self, IsTerminal, Write};

use dingtalk_extcontact::Error;
use unicode_width::UnicodeWidthStr;

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is as asked.
    Done,
    /// Some of it is not.
    Failed,
    /// Nothing was sent: the arguments do not allow it.
    Usage,
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
            Exit::Interrupted => 130,
        }
    }
}

/// Standard output. A closed pipe is an error to be handled, never a panic.
pub(crate) struct Output {
    stdout: io::Stdout,
    colour: bool,
}

impl Output {
    pub(crate) fn new() -> Output {
        let stdout = io::stdout();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Output { colour: stdout.is_terminal() && !plain, stdout }
    }

    /// A line that is out when this returns.
    pub(crate) fn line(&mut self, line: &str) -> io::Result<()> {
        let mut stdout = self.stdout.lock();
        stdout.write_all(format!("{line}\n").as_bytes())?;
        stdout.flush()
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

/// A line on standard error. That it cannot be written is nowhere to be said.
pub(crate) fn note(line: &str) {
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// A question on standard error; the answer goes into the same line.
pub(crate) fn ask(question: &str) {
    let _ = io::stderr().write_all(question.as_bytes());
}

/// A mistake and what to do about it, on standard error.
pub(crate) fn complain(message: &str, advice: &str) {
    note(&format!("error: {message}"));
    if !advice.is_empty() {
        note(&wrapped(advice, 7));
    }
}

/// An error of the library, on standard error.
pub(crate) fn complain_of(error: &Error) {
    complain(error.message(), &advice(error));
}

/// What to do about an error of the library, with options as the command spells them.
pub(crate) fn advice(error: &Error) -> String {
    ["missing_ok", "ca_file"].iter().fold(error.advice().to_owned(), |advice, name| {
        advice.replace(name, &format!("--{}", name.replace('_', "-")))
    })
}

/// Says that Ctrl-C came before the first deletion.
pub(crate) fn interrupted() -> Exit {
    note("interrupted; nothing was deleted");
    Exit::Interrupted
}

/// Text in lines of at most [`WIDTH`] columns, each indented. What has no place to break,
/// such as a URL, stays whole.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let mut gap = usize::from(column > 0);
        // Chinese text has no spaces, but it can be broken after its punctuation.
        for piece in word.split_inclusive(['，', '。', '：', '；']) {
            let width = piece.width();
            if column > 0 && column + gap + width > WIDTH {
                lines.push('\n');
                column = 0;
            }
            if column == 0 {
                lines.push_str(&" ".repeat(indent));
                column = indent;
            } else {
                lines.push_str(&" ".repeat(gap));
                column += gap;
            }
            lines.push_str(piece);
            column += width;
            gap = 0;
        }
    }
    lines
}

/// A line with a name and a text, the text wrapped beside the name; the line break comes first.
pub(crate) fn entry(name: &str, text: &str) -> String {
    const NAMES: usize = 18;
    format!("\n  {name:<15} {}", wrapped(text, NAMES).trim_start())
}

/// "1 contact", "2 contacts".
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Columns that text for reading fits into.
const WIDTH: usize = 88;

/// Text as it may stand on a terminal, on one line: what could drive the terminal, turn the
/// direction of the rest or not be seen is escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let unseen = matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if c.is_control() || unseen {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words_and_indented() {
        let text = "word ".repeat(40);
        let lines = wrapped(&text, 4);
        assert!(lines.lines().count() > 1);
        for line in lines.lines() {
            assert!(line.starts_with("    word"), "{line:?}");
            assert!(line.len() <= WIDTH && !line.ends_with(' '), "{line:?}");
        }
        assert_eq!(lines.split_whitespace().count(), 40);
        let long = "x".repeat(200);
        assert_eq!(wrapped(&long, 2), format!("  {long}"));
        assert_eq!(wrapped("", 2), "");
        let chinese = "应用尚未开通所需的权限，".repeat(9);
        let lines = wrapped(&chinese, 2);
        assert_eq!(lines.lines().count(), 3);
        assert_eq!(lines.replace("\n  ", ""), format!("  {chinese}"));
    }

    #[test]
    fn an_id_cannot_drive_the_terminal() {
        assert_eq!(shown("0125\x1b[2J\n"), "0125\\u{1b}[2J\\u{a}");
        assert_eq!(shown("张三\u{9b}1m\u{202e}"), "张三\\u{9b}1m\\u{202e}");
    }
}
