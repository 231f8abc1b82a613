//! Reads what the crate that reads workbooks does not tell of a sheet: which rows are hidden, and which
//! cells have the results of a formula that stands in another cell.

use std::io::{BufReader, Read, Seek};

use calamine::Dimensions;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::input::text::excerpt;

/// Where a workbook lists its sheets, and the files that these are in.
const SHEETS: &str = "xl/workbook.xml";
const FILES: &str = "xl/_rels/workbook.xml.rels";

/// What stands in the XML of a sheet beside its cells.
#[derive(Default)]
pub(super) struct Marks {
    /// The rows that are hidden by hand or by a filter, counted from 0.
    pub(super) hidden: Vec<u32>,
    /// The ranges that a formula fills. Its text stands in the first cell; the others look like values.
    pub(super) filled: Vec<Dimensions>,
}

/// Reads the marks of a sheet; or says why they cannot be told.
pub(super) fn marks(from: impl Read + Seek, sheet: &str) -> Result<Marks, String> {
    let mut zip = ZipArchive::new(from).map_err(|error| error.to_string())?;
    let path = path_of(&mut zip, sheet)?;
    let (mut marks, mut next, mut wrong) = (Marks::default(), 0, None);
    each_element(&mut zip, &path, |name, element| match name {
        "row" => {
            let number = attribute(element, "r").and_then(|number| number.parse::<u32>().ok());
            let row = number.map_or(next, |number| number.saturating_sub(1));
            next = row + 1;
            if is_hidden(element) {
                marks.hidden.push(row);
            }
        }
        // A shared formula stands in each of its cells.
        "f" if matches!(attribute(element, "t").as_deref(), Some("array" | "dataTable")) => {
            let range = attribute(element, "ref").unwrap_or_default();
            match range_of(&range) {
                Some(range) => marks.filled.push(range),
                None => wrong = Some(format!("{path}: <f ref=\"{}\">", excerpt(&range))),
            }
        }
        _ => {}
    })?;
    wrong.map_or(Ok(marks), Err)
}

/// Whether a row is hidden: spreadsheets say so, and some programs give it no height instead.
fn is_hidden(row: &BytesStart) -> bool {
    let height = attribute(row, "ht").and_then(|height| height.parse::<f64>().ok());
    matches!(attribute(row, "hidden").as_deref(), Some("1" | "true")) || height == Some(0.0)
}

/// The file that a sheet is in.
fn path_of(zip: &mut ZipArchive<impl Read + Seek>, sheet: &str) -> Result<String, String> {
    let (mut id, mut path) = (None, None);
    each_element(zip, SHEETS, |name, element| {
        if name == "sheet" && attribute(element, "name").as_deref() == Some(sheet) {
            id = attribute(element, "id");
        }
    })?;
    each_element(zip, FILES, |name, element| {
        if name == "Relationship" && id.is_some() && attribute(element, "Id") == id {
            path = attribute(element, "Target");
        }
    })?;
    let path = path.ok_or_else(|| "it does not say where its sheet is".to_owned())?;
    Ok(match path.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{path}"),
    })
}

/// Hands the name of each element and the element to `look`.
fn each_element<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    path: &str,
    mut look: impl FnMut(&str, &BytesStart),
) -> Result<(), String> {
    let file = zip.by_name(path).map_err(|error| format!("{path}: {error}"))?;
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(file));
    let mut bytes = Vec::new();
    loop {
        match xml.read_event_into(&mut bytes).map_err(|error| error.to_string())? {
            Event::Start(element) | Event::Empty(element) => {
                look(element.local_name().as_ref(), &element);
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
        bytes.clear();
    }
}

/// The value of an attribute, whatever namespace its name has.
fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|it| it.key.local_name().as_ref() == name)?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// The cells of a range such as `A2:C9`, or of `B2`.
fn range_of(range: &str) -> Option<Dimensions> {
    let (first, last) = range.split_once(':').unwrap_or((range, range));
    Some(Dimensions::new(cell_of(first)?, cell_of(last)?))
}

/// The row and the column of a cell such as `B2`, counted from 0.
fn cell_of(name: &str) -> Option<(u32, u32)> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = name.split_at_checked(digits)?;
    let mut column = 0_u32;
    for letter in letters.chars() {
        let value = letter.is_ascii_alphabetic().then(|| letter.to_digit(36))??;
        column = column.checked_mul(26)?.checked_add(value - 9)?;
    }
    Some((row.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}
