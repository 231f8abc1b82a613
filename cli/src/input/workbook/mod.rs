//! Reads the ids in a column of a workbook (.xlsx).
//!
//! Only what a cell has as text is an id. A number has lost its zeros, what a formula has made may
//! be out of date, and a hidden row may be one that a filter took out: all of these are refused.

mod sheet_xml;

use crate::language::{said, sentence};
use std::io::{Read, Seek};

use calamine::{
    DataRef, Dimensions, Reader, SheetType, Xlsx, XlsxCellReader, XlsxError, XlsxFormulaMetadata,
};

use crate::input::column::{is_named, not_one_column};
use crate::input::damage::AS_TEXT;
use crate::input::error::ListError;
use crate::input::list::List;
use crate::input::place::Place;
use crate::input::text::excerpt;

/// How many of the first rows may be titles above the headings.
const TITLES: usize = 20;

const AS_VALUES: &str = sentence!("Copy the column, paste it as values, and save the workbook.");
const SHOW_ROWS: &str =
    sentence!("Show all rows if all are meant; else copy those that are to a new sheet.");

type Row = Vec<(u32, Cell)>;

/// A cell that is not empty.
enum Cell {
    Text(String),
    /// No text: what it is, and what to do.
    Other(String, &'static str),
}

/// Whether a file begins as a packed one, which a workbook is.
pub(crate) fn is_packed(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"PK\x05\x06")
}

/// Adds the ids in a column of a sheet to a list.
pub(crate) fn read(
    list: &mut List,
    mut from: impl Read + Seek,
    sheet: Option<&str>,
    column: Option<&str>,
) -> Result<(), ListError> {
    let mut book = Xlsx::new(&mut from).map_err(unreadable)?;
    let sheet = choose_sheet(&mut book, sheet)?;
    let merged = book.merge_cells_by_sheet_name(&sheet).map_err(unreadable)?;
    let mut rows = Rows::of(&mut book, &sheet)?;
    let heading = find_heading(&mut rows, column)?;
    list.place = Place::Cell(letters(heading.column));
    let added = add_rows(list, rows, &heading)?;
    for range in merged.iter().filter(|range| heading.is_above(range)) {
        let wrong = said!("it is merged with others ({range})", range = name_of(range));
        let advice = sentence!("Split the merged cells, and give each row its id.");
        list.refuse(number_of(range.start.0), &wrong, advice);
    }
    drop(book);
    let marks = sheet_xml::marks(&mut from, &sheet).map_err(|why| broken(&why))?;
    for range in marks.filled.iter().filter(|range| heading.is_above(range)) {
        let wrong = said!(
            "a formula that fills several cells ({range}) has made it, and it may be out of date",
            range = name_of(range)
        );
        // The formula itself, in the first cell, is refused already.
        let is_first = |row: u32| range.start == (row, heading.column);
        let rows = added.iter().skip(added.partition_point(|row| *row < range.start.0));
        for &row in rows.take_while(|row| **row <= range.end.0).filter(|row| !is_first(**row)) {
            list.refuse(number_of(row), &wrong, AS_VALUES);
        }
    }
    for row in marks.hidden {
        if added.binary_search(&row).is_ok() {
            let wrong = sentence!("its row is hidden, perhaps by a filter, so it may not be meant");
            list.refuse(number_of(row), wrong, SHOW_ROWS);
        }
    }
    Ok(())
}

/// The cell with the name of the column; both counted from 0.
struct Heading {
    row: u32,
    column: u32,
    /// As the cell has it.
    text: String,
}

impl Heading {
    /// Whether a range of cells has one of the column below the heading.
    fn is_above(&self, range: &Dimensions) -> bool {
        range.end.0 > self.row && (range.start.1..=range.end.1).contains(&self.column)
    }
}

fn find_heading<R: Read + Seek>(
    rows: &mut Rows<R>,
    column: Option<&str>,
) -> Result<Heading, ListError> {
    let mut titles = Vec::new();
    while titles.len() < TITLES {
        let Some((row, cells)) = rows.next()? else { break };
        let named = cells.iter().filter_map(|(at, cell)| match cell {
            Cell::Text(text) if column.is_some_and(|column| is_named(text, column)) => {
                Some((*at, text))
            }
            _ => None,
        });
        match named.collect::<Vec<_>>().as_slice() {
            [] => titles.push((row, cells)),
            &[(column, text)] => return Ok(Heading { row, column, text: text.clone() }),
            _ => return Err(not_one(&cells, column.unwrap_or_default(), row)),
        }
    }
    Err(no_heading(&titles, column))
}

/// Adds the ids of the rows that are left, and returns these rows.
fn add_rows<R: Read + Seek>(
    list: &mut List,
    mut rows: Rows<R>,
    heading: &Heading,
) -> Result<Vec<u32>, ListError> {
    let mut added = Vec::new();
    while let Some((row, mut cells)) = rows.next()? {
        if cells.is_empty() {
            continue;
        }
        let number = number_of(row);
        // The columns of another list may be in another order.
        if cells.iter().any(|(_, cell)| cell.is(&heading.text)) {
            list.refuse_heading(number);
            continue;
        }
        match cells
            .iter()
            .position(|(at, _)| *at == heading.column)
            .map(|at| cells.swap_remove(at).1)
        {
            Some(Cell::Text(id)) => list.add(number, &id)?,
            Some(Cell::Other(what, advice)) => list.refuse(number, &what, advice),
            None => list.refuse(
                number,
                sentence!("the row has no id"),
                sentence!("Add it, or remove the row."),
            ),
        }
        added.push(row);
    }
    Ok(added)
}

/// The rows of a sheet that have cells, from the first to the last.
struct Rows<'a, R: Read + Seek> {
    cells: XlsxCellReader<'a, R>,
    /// The first cell of the next row.
    ahead: Option<(u32, u32, Option<Cell>)>,
}

impl<'a, R: Read + Seek> Rows<'a, R> {
    fn of(book: &'a mut Xlsx<R>, sheet: &str) -> Result<Rows<'a, R>, ListError> {
        let cells = book.worksheet_cells_reader(sheet).map_err(unreadable)?;
        let mut rows = Rows { cells, ahead: None };
        rows.ahead = rows.cell()?;
        Ok(rows)
    }

    /// The next row, counted from 0, with its cells that are not empty.
    fn next(&mut self) -> Result<Option<(u32, Row)>, ListError> {
        let Some((row, column, cell)) = self.ahead.take() else { return Ok(None) };
        let mut cells: Row = cell.map(|cell| (column, cell)).into_iter().collect();
        loop {
            self.ahead = self.cell()?;
            match &mut self.ahead {
                Some((at, column, cell)) if *at == row => {
                    cells.extend(cell.take().map(|cell| (*column, cell)));
                }
                // No spreadsheet writes that, and which cells belong together is not certain.
                Some((at, ..)) if *at < row => {
                    return Err(broken(&said!("row {row} stands too late", row = number_of(*at))));
                }
                _ => return Ok(Some((row, cells))),
            }
        }
    }

    fn cell(&mut self) -> Result<Option<(u32, u32, Option<Cell>)>, ListError> {
        let found = self.cells.next_cell_with_formula_metadata().map_err(unreadable)?;
        Ok(found.map(|cell| {
            let (row, column) = cell.pos;
            let cell = match cell.formula {
                Some(formula) => Some(Cell::formula(&formula)),
                None => Cell::of(cell.value),
            };
            (row, column, cell)
        }))
    }
}

impl Cell {
    /// A cell with a formula, whatever its value is.
    fn formula(formula: &XlsxFormulaMetadata) -> Cell {
        let text = match formula {
            XlsxFormulaMetadata::Normal { formula }
            | XlsxFormulaMetadata::Shared { formula, .. } => formula,
            // Its text stands in another cell.
            _ => "",
        };
        let what = match text {
            "" => said!("a formula, whose result may be out of date"),
            text => said!(
                "a formula, whose result may be out of date: ={formula}",
                formula = excerpt(text)
            ),
        };
        Cell::Other(what, AS_VALUES)
    }

    fn of(value: DataRef) -> Option<Cell> {
        let number = |number: &dyn std::fmt::Display| {
            let what = said!(
                "{number}: a number and no text, so its zeros may be lost",
                number = number.to_string()
            );
            Cell::Other(what, AS_TEXT)
        };
        let other = |what: &str| Cell::Other(what.to_owned(), AS_TEXT);
        Some(match value {
            DataRef::Empty => return None,
            DataRef::String(text) => return Cell::text(&text),
            DataRef::SharedString(text) => return Cell::text(text),
            DataRef::Int(value) => number(&value),
            DataRef::Float(value) => number(&value),
            DataRef::Bool(_) => other(sentence!("a truth value, and no id")),
            DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => {
                other(sentence!(
                    "a date or a time: a spreadsheet has made it from an id, or it is not an id at all"
                ))
            }
            DataRef::Error(error) => Cell::Other(
                said!(
                    "{error}: a spreadsheet's error stands where an id should",
                    error = error.to_string()
                ),
                sentence!("Correct that cell in the spreadsheet."),
            ),
        })
    }

    /// A cell of blanks is as good as empty.
    fn text(text: &str) -> Option<Cell> {
        (!text.trim().is_empty()).then(|| Cell::Text(text.to_owned()))
    }

    fn is(&self, other: &str) -> bool {
        matches!(self, Cell::Text(text) if text == other)
    }
}

/// The sheet that is meant: the one with this name, or the only one with cells.
fn choose_sheet<R: Read + Seek>(
    book: &mut Xlsx<R>,
    wanted: Option<&str>,
) -> Result<String, ListError> {
    let sheets = book.sheets_metadata().iter();
    let sheets: Vec<_> = sheets
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    let listed = |names: &[String]| {
        let names: Vec<_> = names.iter().map(|name| excerpt(name)).collect();
        names.join(", ")
    };
    if let Some(wanted) = wanted {
        let found = sheets.iter().find(|name| is_named(name, wanted));
        return found.cloned().ok_or_else(|| {
            let problem = said!(
                "no sheet {wanted}; the sheets are {sheets}",
                wanted = excerpt(wanted),
                sheets = listed(&sheets)
            );
            ListError::new(problem, sentence!("Give --sheet as the tab of the sheet has it."))
        });
    }
    let mut with_cells = Vec::new();
    for name in sheets {
        let mut rows = Rows::of(book, &name)?;
        while let Some((_, cells)) = rows.next()? {
            if !cells.is_empty() {
                with_cells.push(name);
                break;
            }
        }
    }
    match with_cells.as_slice() {
        [only] => Ok(only.clone()),
        [] => {
            Err(ListError::new(said!("the workbook is empty"), sentence!("Look at what made it.")))
        }
        several => Err(ListError::new(
            said!("it has several sheets: {sheets}", sheets = listed(several)),
            sentence!("Say which one has the ids: --sheet NAME."),
        )),
    }
}

/// Why no row has a cell that is named like the column, or no column was named.
fn no_heading(titles: &[(u32, Row)], column: Option<&str>) -> ListError {
    // Titles have few cells, headings have many.
    let widest = titles.iter().rev().max_by_key(|(_, cells)| cells.len());
    let Some((row, cells)) = widest.filter(|(_, cells)| !cells.is_empty()) else {
        return ListError::new(
            said!("the sheet is empty"),
            sentence!("Name another with --sheet."),
        );
    };
    let error = not_one(cells, column.unwrap_or(&said!("was named")), *row);
    match column {
        Some(_) => error,
        None => {
            ListError::new(error.problem, sentence!("Say which column has the ids: --column NAME."))
        }
    }
}

fn not_one(cells: &Row, column: &str, row: u32) -> ListError {
    let names: Vec<_> = cells
        .iter()
        .map(|(_, cell)| match cell {
            Cell::Text(text) => text.as_str(),
            Cell::Other(what, _) => what.split(':').next().unwrap_or_default(),
        })
        .collect();
    not_one_column(&names, column, &said!("row {row}", row = number_of(row)))
}

/// The number of a row as a spreadsheet shows it.
fn number_of(row: u32) -> u64 {
    u64::from(row) + 1
}

/// The name of a range: `A2:A3`.
fn name_of(range: &Dimensions) -> String {
    let name = |(row, column)| format!("{}{}", letters(column), number_of(row));
    format!("{}:{}", name(range.start), name(range.end))
}

/// The letters of a column, counted from 0: A to Z, AA, AB.
fn letters(mut column: u32) -> String {
    let mut letters = Vec::new();
    loop {
        letters.extend(char::from_digit(column % 26 + 10, 36));
        match (column / 26).checked_sub(1) {
            Some(rest) => column = rest,
            None => break,
        }
    }
    letters.iter().rev().map(char::to_ascii_uppercase).collect()
}

fn unreadable(error: XlsxError) -> ListError {
    match error {
        XlsxError::Password => {
            let problem = said!("the workbook has a password");
            ListError::new(problem, sentence!("Save it without one, or as \"CSV UTF-8\"."))
        }
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => {
            let problem =
                said!("this is a packed file (.zip), or a workbook of another kind than .xlsx");
            ListError::new(problem, sentence!("Save it as .xlsx or as \"CSV UTF-8\"."))
        }
        error => broken(&error.to_string()),
    }
}

fn broken(why: &str) -> ListError {
    ListError::new(
        said!("the workbook cannot be read: {why}", why),
        sentence!("Open it in a spreadsheet and save it anew, as .xlsx or \"CSV UTF-8\"."),
    )
}

#[cfg(test)]
mod tests;
