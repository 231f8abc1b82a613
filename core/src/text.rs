//! Texts as they may stand in messages.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// What stays as it is in a form or a query value: letters, digits and `-._~`.
pub(crate) const FORM_VALUE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Somebody else's text as it may stand in a message: one line, cut, with its length where it
/// was. It may be anything: a whole document where an id, a path or a region was meant.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 200;
    let escaped: String = text
        .chars()
        .take(LONGEST)
        .flat_map(|c| {
            let plain = !c.is_control() && !is_invisible(c);
            if plain { vec![c] } else { c.escape_unicode().collect() }
        })
        .collect();
    match text.chars().nth(LONGEST) {
        Some(_) => format!("{escaped}... ({} bytes)", text.len()),
        None => escaped,
    }
}

/// A time as people read it: `5 s`, `0.25 s`.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{} s", (time.as_secs_f64() * 1000.0).round() / 1000.0)
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    one_line(text.unwrap_or("without a text"))
}

/// Text without line breaks and other control characters.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Characters without width or shape that a copy from a page or a spreadsheet brings along:
/// soft hyphen, joiners, direction marks, invisible operators, byte order mark, tags.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
