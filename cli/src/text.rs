//! Whether bytes are text, and what they are instead.

/// Why bytes are no text that can be read here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NoText {
    Utf16,
    NotUtf8,
}

impl NoText {
    pub(crate) const fn problem(self) -> &'static str {
        match self {
            NoText::Utf16 => "the text is UTF-16, as a spreadsheet saves \"Unicode text\"",
            NoText::NotUtf8 => "the text is not UTF-8",
        }
    }

    pub(crate) const fn advice(self) -> &'static str {
        "Save the list as UTF-8; a spreadsheet calls that \"CSV UTF-8\"."
    }
}

/// Bytes as text.
pub(crate) fn check(bytes: &[u8]) -> Result<&str, NoText> {
    let marked = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    // Every second byte of plain digits is zero in UTF-16, and none in UTF-8.
    if marked || bytes.contains(&0) {
        return Err(NoText::Utf16);
    }
    str::from_utf8(bytes).map_err(|_| NoText::NotUtf8)
}

/// A byte order mark is not part of the text.
pub(crate) fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line)
}
