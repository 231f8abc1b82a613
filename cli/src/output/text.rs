//! Numbers and foreign text as they may be shown.

use dingtalk_extcontact::binding::is_invisible;

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

    #[test]
    fn an_id_cannot_drive_the_terminal() {
        assert_eq!(shown("0125\x1b[2J\n"), "0125\\u{1b}[2J\\u{a}");
        assert_eq!(shown("张三\u{9b}1m\u{202e}"), "张三\\u{9b}1m\\u{202e}");
    }
}
