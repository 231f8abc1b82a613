//! Tables.

use comfy_table::{ColumnConstraint, ContentArrangement, Row, presets};

use crate::output::text::escaped;

/// Spaces between two columns.
const GAP: u16 = 2;

/// A heading and rows. Where lines must fit into a width, cells are cut, except in the first
/// column: an id that is cut is useless.
pub(crate) struct Table(comfy_table::Table);

impl Table {
    /// A table with a heading; `width` is in columns, `None` for no limit.
    pub(crate) fn new(width: Option<usize>, heading: &[&str]) -> Table {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        if let Some(width) = width {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            // The gap behind the last column is trimmed.
            table.set_width(u16::try_from(width).unwrap_or(u16::MAX).saturating_add(GAP));
        }
        table.set_header(row(heading));
        for column in table.column_iter_mut() {
            // Cells are cut between words; escaped text has no NUL, so each is one word.
            column.set_padding((0, GAP)).set_delimiter('\0');
        }
        if let Some(ids) = table.column_mut(0) {
            ids.set_constraint(ColumnConstraint::ContentWidth);
        }
        Table(table)
    }

    /// Adds a row; missing cells at its end are empty.
    pub(crate) fn push(&mut self, cells: &[&str]) {
        self.0.add_row(row(cells));
    }

    /// The lines, the heading first.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.0.lines().map(|line| line.trim_end().to_owned())
    }
}

fn row(cells: &[&str]) -> Row {
    let mut row = Row::from(cells.iter().map(|cell| escaped(cell)));
    row.max_height(1);
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(width: Option<usize>, rows: &[&[&str]]) -> Vec<String> {
        let mut table = Table::new(width, rows[0]);
        rows[1..].iter().for_each(|row| table.push(row));
        table.lines().collect()
    }

    #[test]
    fn cells_stand_below_each_other_whatever_the_script() {
        let rows =
            [["id", "name", "x"], ["0125", "Jo", "x"], ["01", "张三", "x"], ["02", "Jo", ""]];
        let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
        for width in [None, Some(80)] {
            let expected = ["id    name  x", "0125  Jo    x", "01    张三  x", "02    Jo"];
            assert_eq!(lines(width, &rows), expected);
        }
    }

    #[test]
    fn a_row_is_cut_to_fit_and_an_id_is_not() {
        let id = "0125400001012540000101254000010125400001";
        let rows =
            [["userid", "name", "company"], [id, "张三丰李四王五赵六", "Example & Sons Ltd"]];
        let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
        let cut = lines(Some(60), &rows);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].starts_with(&format!("{id}  张")) && cut[1].contains('…'), "{cut:?}");
        let cut = lines(Some(14), &[&["id", "name"], &["01", "Jane O'Example"]]);
        assert_eq!(cut[1], "01  Jane O'Ex…", "the room is used");
        assert!(cut.iter().all(|line| textwrap::core::display_width(line) <= 60), "{cut:?}");
        assert!(lines(None, &rows)[1].ends_with("Ltd"));
    }

    #[test]
    fn a_cell_cannot_break_its_row_or_drive_the_terminal() {
        let cells = ["a\tb", "c\nd", "\x1b[31me\u{9b}m", "\u{202e}f"];
        let lines = lines(None, &[&["a", "b", "c", "d"], &cells]);
        assert_eq!(lines.len(), 2);
        assert!(!lines[1].chars().any(|c| c.is_control() || c == '\u{202e}'), "{lines:?}");
        assert!(lines[1].contains("c\\u{a}d"), "{lines:?}");
    }
}
