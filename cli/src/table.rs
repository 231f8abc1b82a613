//! Rows for people, in columns.

use unicode_width::UnicodeWidthStr;

use crate::output;

/// A row: each cell but the last filled up to its width. A cell that is too long is not cut,
/// since half an id is none; it moves the rest of its row.
pub(crate) fn row(widths: &[usize], cells: &[&str]) -> String {
    let mut row = String::new();
    let mut widths = widths.iter();
    for (number, cell) in cells.iter().enumerate() {
        if number > 0 {
            row.push_str("  ");
        }
        let cell = output::shown(cell);
        let width = widths.next().copied().unwrap_or_default();
        row.push_str(&cell);
        row.push_str(&" ".repeat(width.saturating_sub(cell.width())));
    }
    row.truncate(row.trim_end().len());
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_below_each_other_whatever_the_script() {
        assert_eq!(row(&[6, 4], &["0125", "Jo", "x"]), "0125    Jo    x");
        assert_eq!(row(&[6, 4], &["0125", "张三", "x"]), "0125    张三  x");
        assert_eq!(row(&[2, 4], &["0125", "Jo", ""]), "0125  Jo");
    }

    #[test]
    fn a_cell_cannot_break_its_row_or_drive_the_terminal() {
        let cells = ["a\tb", "c\nd", "\x1b[31me\u{9b}m", "\u{202e}f"];
        let row = row(&[1, 1, 1], &cells);
        assert!(!row.chars().any(|c| c.is_control() || c == '\u{202e}'), "{row:?}");
        assert!(row.contains("c\\u{a}d"), "{row}");
    }
}
