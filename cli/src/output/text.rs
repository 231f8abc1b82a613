//! Numbers, and text from elsewhere made safe to print.

use dingtalk_extcontact::binding::is_invisible;

/// "1 contact", "2,000 contacts".
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
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
