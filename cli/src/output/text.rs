//! Numbers, and text from elsewhere made safe to print.

use dingtalk_extcontact::binding::is_invisible;
use textwrap::core::display_width;

use crate::language::{self, Language};

/// What is counted, so that a test finds what has no Chinese.
pub(crate) const NOUNS: [&str; 7] =
    ["contact", "external contact", "id", "delete request", "settled failure", "record", "request"];

/// "1 contact", "2,000 contacts"; in Chinese the measure word belongs to the noun.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    debug_assert!(NOUNS.contains(&noun), "{noun}");
    match language::current() {
        Language::English => in_english(count, noun),
        _ => format!("{} {}", number(count), language::told(noun)),
    }
}

/// The same for the log, which has one language.
pub(crate) fn in_english(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// Text with spaces behind it up to a width, in columns.
pub(crate) fn padded(text: &str, width: usize) -> String {
    text.to_owned() + &" ".repeat(width.saturating_sub(display_width(text)))
}

/// "2,000".
pub(crate) fn number(count: u64) -> String {
    indicatif::HumanCount(count).to_string()
}

/// Text made safe to print on one line: control characters, direction marks and invisible
/// characters are escaped.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
            escaped.extend(c.escape_unicode());
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_invisible_characters_are_escaped() {
        assert_eq!(escaped("0125\x1b[2J\n"), "0125\\u{1b}[2J\\u{a}");
        assert_eq!(escaped("张三\u{9b}1m\u{202e}"), "张三\\u{9b}1m\\u{202e}");
    }
}
