//! Text wrapped for people.

use textwrap::core::{Word, display_width};
use textwrap::{WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthChar;

use crate::output::terminal::width;
use crate::output::text::padded;

/// Wraps text and indents all of its lines.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    let indent = " ".repeat(indent);
    match text {
        "" => String::new(),
        _ => in_columns(width(), &indent, &indent, text),
    }
}

/// Wraps text behind a prefix, with the other lines indented by its width.
pub(crate) fn hanging(prefix: &str, text: &str) -> String {
    let indent = " ".repeat(display_width(prefix));
    in_columns(width(), prefix, &indent, text).trim_end().to_owned()
}

/// A line break, a name, and text wrapped beside it.
pub(crate) fn labelled(name: &str, text: &str) -> String {
    format!("\n{}", hanging(&format!("  {} ", padded(name, 15)), text))
}

/// Wraps each line of a text. Continued lines keep its indent; in a list of names and meanings (two
/// spaces between) they are indented to the meaning, which stands below a long name. A command, which
/// is to be pasted into a shell, stays in one piece.
pub(crate) fn reflowed(text: &str) -> String {
    text.lines().map(reflowed_line).collect::<Vec<_>>().join("\n")
}

fn reflowed_line(line: &str) -> String {
    let width = width();
    let text = line.trim_start_matches(' ');
    let indent = line.len() - text.len();
    let (name, meaning) = text.split_once("  ").unwrap_or((text, ""));
    let meaning = meaning.trim_start_matches(' ');
    let beside = display_width(line) - display_width(meaning);
    let wrapped = |first: usize, others: usize, text: &str| {
        in_columns(width, &" ".repeat(first), &" ".repeat(others), text)
    };
    if display_width(line) <= width || meaning.is_empty() && is_command(text) {
        line.trim_end().to_owned()
    } else if !meaning.is_empty() && beside < width / 2 {
        wrapped(indent, beside, text)
    } else if !meaning.is_empty() && indent > 0 {
        let name = if is_command(name) {
            " ".repeat(indent) + name
        } else {
            wrapped(indent, indent, name)
        };
        format!("{name}\n{}", wrapped(indent + 4, indent + 4, meaning))
    } else {
        wrapped(indent, indent, text)
    }
}

/// Whether a line is a command of a shell.
fn is_command(line: &str) -> bool {
    ["dingtalk-extcontact ", "export "].iter().any(|command| line.starts_with(command))
}

/// Wraps text to a width. Words too long for a line, such as URLs and paths, stay whole so that
/// they can be copied.
pub(crate) fn in_columns(width: usize, first: &str, others: &str, text: &str) -> String {
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(others)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation)
        .word_separator(WordSeparator::Custom(words))
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(text, options)
}

/// Splits at spaces, and in Chinese anywhere but before punctuation.
///
/// Unicode's rules for line breaks, which textwrap has too, would also break URLs and options at
/// slashes and hyphens.
fn words<'a>(line: &'a str) -> Box<dyn Iterator<Item = Word<'a>> + 'a> {
    const NEVER_FIRST: &str = "，。、：；！？）》」』”";
    const NEVER_LAST: &str = "（《「『“";
    Box::new(WordSeparator::AsciiSpace.find_words(line).flat_map(|word| {
        let mut pieces = Vec::new();
        let mut start = 0;
        let text: &'a str = word.word;
        for (before, (at, c)) in text.chars().zip(text.char_indices().skip(1)) {
            let fits = !NEVER_FIRST.contains(c) && !NEVER_LAST.contains(before);
            if before.width() == Some(2) && fits {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn wrap_40(first: &str, others: &str, text: &str) -> String {
        in_columns(40, first, others, text)
    }

    #[test]
    fn text_is_wrapped_between_words_and_indented() {
        let text = "word ".repeat(40);
        let lines = wrap_40("    ", "    ", &text);
        assert!(lines.lines().count() > 1);
        for line in lines.lines() {
            assert!(line.starts_with("    word"), "{line:?}");
            assert!(line.len() <= 40 && !line.ends_with(' '), "{line:?}");
        }
        assert_eq!(lines.split_whitespace().count(), 40);
        assert_eq!(wrap_40("a: ", "   ", "x --missing-ok y"), "a: x --missing-ok y");
        assert_eq!(wrapped("", 2), "");
    }

    #[test]
    fn urls_paths_and_options_stay_whole() {
        let long = format!("/some/where/{}-list.txt", "x".repeat(60));
        assert_eq!(wrap_40("  ", "  ", &long), format!("  {long}"));
        assert_eq!(
            wrap_40("", " ", "give --journal-of-some-kind or --missing-ok").lines().count(),
            2
        );
        let lines = wrap_40("", " ", "it is called --an-option-of-some-length-here");
        assert_eq!(lines, "it is called\n --an-option-of-some-length-here");
    }

    #[test]
    fn chinese_is_broken_anywhere_but_before_punctuation() {
        let text = "应用尚未开通所需的权限，请在开发者后台申请。".repeat(6);
        let lines = wrap_40("  ", "  ", &text);
        for line in lines.lines() {
            assert!(display_width(line) <= 40, "{line}");
            assert!(!line.trim_start().starts_with(['，', '。']), "{line}");
        }
        assert_eq!(lines.lines().count(), 7);
        assert_eq!(lines.replace("\n  ", ""), format!("  {text}"));
    }

    #[test]
    fn what_is_pasted_into_a_shell_stays_in_one_piece() {
        let secret = "s".repeat(width());
        for command in [
            format!("  export DINGTALK_APP_SECRET={secret}"),
            format!("  dingtalk-extcontact get {secret} {secret}"),
        ] {
            assert_eq!(reflowed(&command), command);
            let meaning = "word ".repeat(width() / 4);
            let told = reflowed(&format!("Run:\n{command}  {meaning}"));
            assert!(told.starts_with(&format!("Run:\n{command}\n      word word")), "{told}");
            assert!(told.lines().skip(2).all(|line| line.len() <= width()), "{told}");
        }
    }

    #[test]
    fn continued_lines_keep_the_indent_of_the_line_or_its_meaning() {
        let indented = reflowed(&format!("  {}", "word ".repeat(width() / 4)));
        assert!(indented.lines().count() > 1, "{indented}");
        assert!(indented.lines().all(|line| line.starts_with("  word")), "{indented}");
        let entry = reflowed(&format!("  name   {}", "word ".repeat(width() / 4)));
        assert!(entry.lines().skip(1).all(|line| line.starts_with("         word")), "{entry}");
        assert_eq!(reflowed("a\n\n  b  c"), "a\n\n  b  c");
    }
}
