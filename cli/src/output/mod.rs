//! Lines for people and lines for programs, and how the command ends.

pub(crate) mod cell;
pub(crate) mod log_lines;
pub(crate) mod progress;
pub(crate) mod report;
pub(crate) mod table;

use std::io::{self, Write};

use console::Term;
use dingtalk_extcontact::{Error, is_invisible};
use textwrap::core::{Word, display_width};
use textwrap::{WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthChar;

use crate::output::table::Table;

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

/// Whether a terminal does what escapes say, rather than show them: for colours, and for a line
/// that is drawn again and again.
pub(crate) fn takes_escapes(terminal: &Term) -> bool {
    let name = std::env::var_os("TERM").unwrap_or_default();
    terminal.is_term() && (cfg!(windows) || !name.is_empty() && name != "dumb")
}

/// Lines on standard error. That they cannot be written is nowhere to be said.
pub(crate) fn note(text: &str) {
    let _ = io::stderr().write_all(format!("{}\n", laid_out(text)).as_bytes());
}

/// A line on standard error, for programs that search it: not wrapped.
pub(crate) fn note_whole(line: &str) {
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// A question on standard error; the answer goes into the same line.
pub(crate) fn ask(question: &str) {
    let _ = io::stderr().write_all(format!("{} ", laid_out(question)).as_bytes());
}

/// A mistake and what to do about it, on standard error.
pub(crate) fn complain(message: &str, advice: &str) {
    let (first, more) = message.split_once('\n').unwrap_or((message, ""));
    note(&hung("error: ", first));
    for text in [more, &wrapped(advice, 7)] {
        if !text.is_empty() {
            note(text);
        }
    }
}

/// An error of the library, on standard error.
pub(crate) fn complain_of(error: &Error) {
    complain(error.message(), error.advice());
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

/// Says that Ctrl-C came before the first deletion.
pub(crate) fn interrupted() -> Exit {
    note("interrupted; nothing was deleted");
    Exit::Interrupted
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
fn columns_asked_for() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0)
}

fn columns_of(terminal: &Term) -> Option<usize> {
    let size = terminal.is_term().then(|| terminal.size_checked()).flatten();
    size.map(|(_, columns)| columns.into())
}

/// Text in lines that fit, each indented.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    let indent = " ".repeat(indent);
    match text {
        "" => String::new(),
        _ => in_columns(width(), &indent, &indent, text),
    }
}

/// Text behind a word or name, all its lines beside that.
pub(crate) fn hung(prefix: &str, text: &str) -> String {
    let indent = " ".repeat(display_width(prefix));
    in_columns(width(), prefix, &indent, text).trim_end().to_owned()
}

/// A line with a name and a text, the text wrapped beside the name; the line break comes first.
pub(crate) fn entry(name: &str, text: &str) -> String {
    format!("\n{}", hung(&format!("  {name:<15} "), text))
}

/// Lines that fit, made of lines of any length: each goes on where it began or, in a list of
/// names and what they mean, where the meaning began.
pub(crate) fn laid_out(text: &str) -> String {
    let width = width();
    let lines = text.lines().map(|line| {
        let text = line.trim_start_matches(' ');
        let meaning = text.split_once("  ").map(|(_, meaning)| meaning.trim_start_matches(' '));
        let before = |part: &str| line.get(..line.len() - part.len()).unwrap_or_default();
        let beside = meaning.map_or(0, |meaning| display_width(before(meaning)));
        let rest = if (1..width / 2).contains(&beside) { beside } else { before(text).len() };
        in_columns(width, before(text), &" ".repeat(rest), text)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Text in lines of so many columns. What has no place to break, such as a URL or the name of
/// a file, stays whole.
fn in_columns(width: usize, first: &str, others: &str, text: &str) -> String {
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(others)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation)
        .word_separator(WordSeparator::Custom(words))
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(text, options)
}

/// Words with a space between, and what Chinese has instead: it may be broken anywhere but
/// before punctuation.
fn words<'a>(line: &'a str) -> Box<dyn Iterator<Item = Word<'a>> + 'a> {
    const STAYS: &str = "，。、：；！？）》」』”";
    Box::new(WordSeparator::AsciiSpace.find_words(line).flat_map(|word| {
        let mut pieces = Vec::new();
        let mut start = 0;
        let text: &'a str = word.word;
        for (before, (at, c)) in text.chars().zip(text.char_indices().skip(1)) {
            if before.width() == Some(2) && !STAYS.contains(c) {
                pieces.extend(text.get(start..at).map(Word::from));
                start = at;
            }
        }
        let mut last = Word::from(text.get(start..).unwrap_or_default());
        last.whitespace = word.whitespace;
        pieces.push(last);
        pieces
    }))
}

/// "1 contact", "2,000 contacts".
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// "2,000".
pub(crate) fn number(count: u64) -> String {
    indicatif::HumanCount(count).to_string()
}

/// Text as it may stand on a terminal, on one line: what could drive the terminal, turn the
/// direction of the rest or not be seen is escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
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

    fn in_40(first: &str, others: &str, text: &str) -> String {
        in_columns(40, first, others, text)
    }

    #[test]
    fn text_is_wrapped_between_words_and_indented() {
        let text = "word ".repeat(40);
        let lines = in_40("    ", "    ", &text);
        assert!(lines.lines().count() > 1);
        for line in lines.lines() {
            assert!(line.starts_with("    word"), "{line:?}");
            assert!(line.len() <= 40 && !line.ends_with(' '), "{line:?}");
        }
        assert_eq!(lines.split_whitespace().count(), 40);
        assert_eq!(in_40("a: ", "   ", "x --missing-ok y"), "a: x --missing-ok y");
        assert_eq!(wrapped("", 2), "");
    }

    #[test]
    fn what_somebody_copies_stays_whole() {
        let long = format!("/some/where/{}-list.txt", "x".repeat(60));
        assert_eq!(in_40("  ", "  ", &long), format!("  {long}"));
        assert_eq!(
            in_40("", " ", "give --journal-of-some-kind or --missing-ok").lines().count(),
            2
        );
        let lines = in_40("", " ", "it is called --an-option-of-some-length-here");
        assert_eq!(lines, "it is called\n --an-option-of-some-length-here");
    }

    #[test]
    fn chinese_is_broken_anywhere_but_before_punctuation() {
        let text = "应用尚未开通所需的权限，请在开发者后台申请。".repeat(6);
        let lines = in_40("  ", "  ", &text);
        for line in lines.lines() {
            assert!(display_width(line) <= 40, "{line}");
            assert!(!line.trim_start().starts_with(['，', '。']), "{line}");
        }
        assert_eq!(lines.lines().count(), 7);
        assert_eq!(lines.replace("\n  ", ""), format!("  {text}"));
    }

    #[test]
    fn lines_go_on_where_they_began_or_where_the_meaning_did() {
        let indented = laid_out(&format!("  {}", "word ".repeat(width() / 4)));
        assert!(indented.lines().count() > 1, "{indented}");
        assert!(indented.lines().all(|line| line.starts_with("  word")), "{indented}");
        let entry = laid_out(&format!("  name   {}", "word ".repeat(width() / 4)));
        assert!(entry.lines().skip(1).all(|line| line.starts_with("         word")), "{entry}");
        assert_eq!(laid_out("a\n\n  b  c"), "a\n\n  b  c");
    }

    #[test]
    fn an_id_cannot_drive_the_terminal() {
        assert_eq!(shown("0125\x1b[2J\n"), "0125\\u{1b}[2J\\u{a}");
        assert_eq!(shown("张三\u{9b}1m\u{202e}"), "张三\\u{9b}1m\\u{202e}");
    }
}
