//! Whether bytes are text, and what they are instead; and text made visible.

use dingtalk_extcontact::binding::is_invisible;

/// Why bytes are no text that can be read here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NoText {
    Utf16,
    NotUtf8,
    Binary,
    Workbook,
    OldWorkbook,
    Packed,
    Pdf,
    Markup,
}

impl NoText {
    pub(crate) const fn problem(self) -> &'static str {
        match self {
            NoText::Utf16 => "the text is UTF-16, as a spreadsheet saves \"Unicode text\"",
            NoText::NotUtf8 => "the text is not UTF-8",
            NoText::Binary => "this is no text: it has bytes of zero",
            NoText::Workbook => {
                "this is the workbook of a spreadsheet (.xlsx, .ods) or a packed file (.zip), \
                 and no text"
            }
            NoText::OldWorkbook => {
                "this is the workbook of a spreadsheet (.xls, or one with a password), and no \
                 text"
            }
            NoText::Packed => "this is a packed file, and no text",
            NoText::Pdf => "this is a PDF file, and no list",
            NoText::Markup => "this is a web page or XML, whatever its name ends in, and no list",
        }
    }

    pub(crate) const fn advice(self) -> &'static str {
        match self {
            NoText::Packed => "Unpack it, and give the list that is in it.",
            NoText::Utf16 | NoText::NotUtf8 | NoText::Binary => {
                "Save the list as UTF-8; a spreadsheet calls that \"CSV UTF-8\"."
            }
            NoText::Workbook | NoText::OldWorkbook | NoText::Pdf | NoText::Markup => {
                "Open it in a spreadsheet, save the sheet as \"CSV UTF-8\", and give that file \
                 with --column."
            }
        }
    }
}

/// What files begin with that are taken for lists.
const BEGINNINGS: [(&[u8], NoText); 14] = [
    (b"PK\x03\x04", NoText::Workbook),
    (b"PK\x05\x06", NoText::Workbook),
    (b"\xd0\xcf\x11\xe0", NoText::OldWorkbook),
    (b"\x1f\x8b", NoText::Packed),
    (b"BZh91AY&SY", NoText::Packed),
    (b"\xfd7zXZ", NoText::Packed),
    (b"7z\xbc\xaf", NoText::Packed),
    (b"Rar!\x1a", NoText::Packed),
    (b"\x28\xb5\x2f\xfd", NoText::Packed),
    (b"%PDF-", NoText::Pdf),
    (b"<!DOCTYPE", NoText::Markup),
    (b"<html", NoText::Markup),
    (b"<table", NoText::Markup),
    (b"<?xml", NoText::Markup),
];

/// Whether a file can be a list, by its first line.
pub(crate) fn check_beginning(line: &[u8]) -> Result<(), NoText> {
    let begins = |with: &[u8]| line.get(..with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with));
    match BEGINNINGS.iter().find(|(with, _)| begins(with)) {
        Some(&(_, what)) => Err(what),
        // Other text may have a line that is good: each is told by itself.
        None => match check(line) {
            Err(what @ (NoText::Utf16 | NoText::Binary)) => Err(what),
            _ => Ok(()),
        },
    }
}

/// Bytes as text.
pub(crate) fn check(bytes: &[u8]) -> Result<&str, NoText> {
    let marked = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let side_by_side = bytes.windows(2).any(|two| two == [0, 0]);
    match bytes.contains(&0) {
        // Every second byte of plain digits is zero in UTF-16, and none in UTF-8.
        zeros if marked || zeros && !side_by_side => Err(NoText::Utf16),
        true => Err(NoText::Binary),
        false => str::from_utf8(bytes).map_err(|_| NoText::NotUtf8),
    }
}

/// A byte order mark is not part of the text.
pub(crate) fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line)
}

/// Text for a message about it, cut to 40 characters: what cannot be seen, or is a space of
/// another kind than it looks, is shown by its number.
pub(crate) fn visible(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut visible = String::new();
    for (number, c) in text.chars().enumerate() {
        if number == LONGEST {
            visible.push_str("...");
            break;
        }
        if c != ' ' && (c.is_control() || c.is_whitespace() || is_invisible(c)) {
            visible.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            visible.push(c);
        }
    }
    visible
}
