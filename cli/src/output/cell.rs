//! Cells of CSV text, as a spreadsheet takes them.

/// What a spreadsheet takes for a formula at the beginning of a cell; some of them convert the
/// full-width forms.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Text as a cell that does nothing: a line break or tab is a space, another control character
/// the replacement character, and an apostrophe stands before what would be a formula.
pub(crate) fn harmless(text: &str) -> String {
    let plain = text.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
    let plain = plain.replace(char::is_control, "\u{fffd}");
    if is_formula(&plain) { format!("'{plain}") } else { plain }
}

/// The text of a cell that was made harmless.
pub(crate) fn bare(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

/// Whether it is a formula, or is one behind apostrophes of its own or spaces.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches(|c: char| c == '\'' || c.is_whitespace()).starts_with(FORMULA)
}

/// A cell as Excel keeps it: of what looks like a number or a date it would make one, without
/// the zeros at its beginning and with fifteen digits at most, so it gets a formula of that text.
pub(crate) fn for_excel(text: &str) -> String {
    let number = |c: char| c.is_ascii_digit() || "eE.,:/+-".contains(c);
    match text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(number) {
        true => format!("=\"{text}\""),
        false => harmless(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_cell_is_a_formula_or_drives_a_terminal() {
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
            assert_eq!(harmless(text), cell, "{text:?}");
        }
    }

    #[test]
    fn what_was_made_harmless_leads_back() {
        for id in ["0125", "@x", "-1", "+x", "'@x", "''-x", "'x", "x", "=x"] {
            assert_eq!(bare(&harmless(id)), id);
        }
    }

    #[test]
    fn what_excel_would_make_a_number_is_text() {
        for text in ["0125400001", "12345678901234567890", "12e5", "1-2", "86", "1.5"] {
            assert_eq!(for_excel(text), format!("=\"{text}\""));
        }
        for text in ["manager1", "1 Main Street", "-1", "", "10 20"] {
            assert_eq!(for_excel(text), harmless(text));
        }
    }
}
