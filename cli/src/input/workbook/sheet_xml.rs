//! Finds the hidden rows of a sheet, which the crate that reads workbooks does not tell.

use std::io::{BufReader, Read, Seek};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

/// Where a workbook lists its sheets, and the files that these are in.
const SHEETS: &str = "xl/workbook.xml";
const FILES: &str = "xl/_rels/workbook.xml.rels";

/// The rows that are hidden by hand or by a filter, counted from 0; or why they cannot be told.
pub(super) fn hidden_rows(from: impl Read + Seek, sheet: &str) -> Result<Vec<u32>, String> {
    let mut zip = ZipArchive::new(from).map_err(|error| error.to_string())?;
    let (mut id, mut path) = (None, None);
    each_element(&mut zip, SHEETS, "sheet", |element| {
        if attribute(element, "name").as_deref() == Some(sheet) {
            id = attribute(element, "id");
        }
    })?;
    each_element(&mut zip, FILES, "Relationship", |element| {
        if id.is_some() && attribute(element, "Id") == id {
            path = attribute(element, "Target");
        }
    })?;
    let path = path.ok_or_else(|| "it does not say where its sheet is".to_owned())?;
    let path = match path.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{path}"),
    };
    let (mut hidden, mut next) = (Vec::new(), 0);
    each_element(&mut zip, &path, "row", |element| {
        let number = attribute(element, "r").and_then(|number| number.parse::<u32>().ok());
        let row = number.map_or(next, |number| number.saturating_sub(1));
        next = row + 1;
        if matches!(attribute(element, "hidden").as_deref(), Some("1" | "true")) {
            hidden.push(row);
        }
    })?;
    Ok(hidden)
}

/// Hands each element with this name to `look`.
fn each_element<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    path: &str,
    name: &str,
    mut look: impl FnMut(&BytesStart),
) -> Result<(), String> {
    let file = zip.by_name(path).map_err(|error| format!("{path}: {error}"))?;
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(file));
    let mut bytes = Vec::new();
    loop {
        match xml.read_event_into(&mut bytes).map_err(|error| error.to_string())? {
            Event::Start(element) | Event::Empty(element)
                if element.local_name().as_ref() == name =>
            {
                look(&element);
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
