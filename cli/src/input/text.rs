//! Tells text from other files, and quotes it in messages.

use dingtalk_extcontact::binding::is_invisible;

use crate::language::sentence;

/// Why bytes are not text that can be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NotText {
    Utf16,
    NotUtf8,
    Binary,
    OldWorkbook,
    Packed,
    Pdf,
    Markup,
}

impl NotText {
    pub(crate) const fn problem(self) -> &'static str {
        match self {
            NotText::Utf16 => {
                sentence!("the text is UTF-16, without the mark that would tell its order")
            }
            NotText::NotUtf8 => sentence!("the text is not UTF-8"),
            NotText::Binary => sentence!("this is no text: it has bytes of zero"),
            NotText::OldWorkbook => {
                sentence!(
                    "this is the workbook of a spreadsheet (.xls, or one with a password), and no \
                 text"
                )
            }
            NotText::Packed => sentence!("this is a packed file, and no text"),
            NotText::Pdf => sentence!("this is a PDF file, and no list"),
            NotText::Markup => {
                sentence!("this is a web page or XML, whatever its name ends in, and no list")
            }
        }
    }

    pub(crate) const fn advice(self) -> &'static str {
        match self {
            NotText::Packed => sentence!("Unpack it, and give the list that is in it."),
            NotText::Utf16 => sentence!("Say so: --encoding utf-16le, or utf-16be."),
            NotText::NotUtf8 => {
                sentence!(
                    "Say what it is, such as --encoding gbk; or save the list as UTF-8, which a \
                 spreadsheet calls \"CSV UTF-8\"."
                )
            }
            NotText::Binary => {
                sentence!("Save the list as UTF-8; a spreadsheet calls that \"CSV UTF-8\".")
            }
            NotText::OldWorkbook | NotText::Pdf | NotText::Markup => {
                sentence!(
                    "Open it in a spreadsheet, save it as .xlsx or \"CSV UTF-8\" without a password, \
                 and give that file with --column."
                )
            }
        }
    }
}

/// The first bytes of files that people give in place of a list.
const BEGINNINGS: [(&[u8], NotText); 12] = [
    (b"\xd0\xcf\x11\xe0", NotText::OldWorkbook),
    (b"\x1f\x8b", NotText::Packed),
    (b"\xfd7zXZ", NotText::Packed),
    (b"BZh91AY&SY", NotText::Packed),
    (b"7z\xbc\xaf", NotText::Packed),
    (b"Rar!\x1a", NotText::Packed),
    (b"\x28\xb5\x2f\xfd", NotText::Packed),
    (b"%PDF-", NotText::Pdf),
    (b"<!DOCTYPE", NotText::Markup),
    (b"<html", NotText::Markup),
    (b"<table", NotText::Markup),
    (b"<?xml", NotText::Markup),
];

/// Checks by its first line whether a file can be a list.
pub(crate) fn check_beginning(line: &[u8]) -> Result<(), NotText> {
    let begins = |with: &[u8]| line.get(..with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with));
    match BEGINNINGS.iter().find(|(with, _)| begins(with)) {
        Some(&(_, what)) => Err(what),
        // Text in another encoding may have good lines: each line is checked by itself.
        None => match check(line) {
            Err(what @ (NotText::Utf16 | NotText::Binary)) => Err(what),
            _ => Ok(()),
        },
    }
}

/// Decodes bytes as UTF-8.
pub(crate) fn check(bytes: &[u8]) -> Result<&str, NotText> {
    let side_by_side = bytes.windows(2).any(|two| two == [0, 0]);
    match bytes.contains(&0) {
        // In UTF-16 every second byte of ASCII is zero; in UTF-8 none is.
        true if !side_by_side => Err(NotText::Utf16),
        true => Err(NotText::Binary),
        false => str::from_utf8(bytes).map_err(|_| NotText::NotUtf8),
    }
}

/// A line without the byte order mark of UTF-8.
pub(crate) fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line)
}

/// Quotes text in a message about it, cut to 40 characters. Invisible characters and unusual
/// spaces are replaced by their code points.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut excerpt = String::new();
    for (number, c) in text.chars().enumerate() {
        if number == LONGEST {
            excerpt.push_str("...");
            break;
        }
        if c != ' ' && (c.is_control() || c.is_whitespace() || is_invisible(c)) {
            excerpt.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            excerpt.push(c);
        }
    }
    excerpt
}
