//! Cells of CSV text for spreadsheets, which run some of them as formulas.

/// What a formula begins with; some spreadsheets accept the full-width forms too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Makes text safe as a cell: line breaks and tabs become spaces, other control characters the
/// replacement character, and a formula gets an apostrophe before it.
pub(crate) fn escape(text: &str) -> String {
    let plain = text.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
    let plain = plain.replace(char::is_control, "\u{fffd}");
    if is_formula(&plain) { format!("'{plain}") } else { plain }
}

/// The text of a cell that [`escape`] made.
pub(crate) fn unescape(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

/// Whether text is a formula, also behind apostrophes or spaces.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches(|c: char| c == '\'' || c.is_whitespace()).starts_with(FORMULA)
}

/// Makes text safe as a cell for Excel. Excel turns whatever looks like a number or a date into
/// one, which loses leading zeros and digits after the fifteenth; such text becomes a formula
/// (`="0125"`) that yields it.
pub(crate) fn escape_for_excel(text: &str) -> String {
    let number = |c: char| c.is_ascii_digit() || "eE.,:/+-".contains(c);
    match text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(number) {
        true => format!("=\"{text}\""),
        false => escape(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_cells_are_no_formula_and_have_no_control_characters() {
        for (text, cell) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("+86", "'+86"),
            ("-1", "'-1"),
            ("@SUM(1)", "'@SUM(1)"),
            ("\t=1", "' =1"),
            ("\r\n=1", "' =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("a=1", "a=1"),
            ("'quoted'", "'quoted'"),
            ("a\tb\r\nc\nd", "a b c d"),
            ("\u{1b}[2J\u{9b}\0", "\u{fffd}[2J\u{fffd}\u{fffd}"),
            ("0125", "0125"),
            ("", ""),
        ] {
            assert_eq!(escape(text), cell, "{text:?}");
        }
    }

    #[test]
    fn an_escaped_id_is_unescaped_to_itself() {
        for id in ["0125", "@x", "-1", "+x", "'@x", "''-x", "'x", "x", "=x"] {
            assert_eq!(unescape(&escape(id)), id);
        }
    }

    #[test]
    fn text_that_looks_like_a_number_becomes_a_formula() {
        for text in ["0125400001", "12345678901234567890", "12e5", "1-2", "86", "1.5"] {
            assert_eq!(escape_for_excel(text), format!("=\"{text}\""));
        }
        for text in ["manager1", "1 Main Street", "-1", "", "10 20"] {
            assert_eq!(escape_for_excel(text), escape(text));
        }
    }
}
