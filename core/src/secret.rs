//! Secrets, and masking them in texts from outside.

use std::fmt;
use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::text::FORM_VALUE;

/// A token, an app secret or a proxy's password. Its `Debug` output shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Arc<Spellings>);

/// Made once: a secret is looked for in every text of a call that it serves. The memory is
/// overwritten when the last copy is dropped, such as a token that was replaced.
#[derive(PartialEq, Eq)]
struct Spellings {
    raw: Zeroizing<String>,
    /// As it stands in a query or a form.
    encoded: Zeroizing<String>,
    /// These and the others in which a gateway or a proxy may quote it.
    all: Vec<Zeroizing<String>>,
}

impl Secret {
    pub fn new(text: &str) -> Secret {
        let raw = Zeroizing::new(text.to_owned());
        let encode = |set| Zeroizing::new(utf8_percent_encode(text, set).to_string());
        let (encoded, encoded_whole) = (encode(FORM_VALUE), encode(NON_ALPHANUMERIC));
        let mut all = vec![
            Zeroizing::new(lower_case_escapes(&encoded)),
            Zeroizing::new(lower_case_escapes(&encoded_whole)),
            encoded.clone(),
            encoded_whole,
            raw.clone(),
        ];
        all.sort_by(|one, other| one.as_str().cmp(other));
        all.dedup();
        Secret(Arc::new(Spellings { raw, encoded, all }))
    }

    /// The text itself, for the wire alone.
    pub fn expose(&self) -> &str {
        &self.0.raw
    }

    /// The text as a value in a query, for the wire alone.
    pub fn expose_encoded(&self) -> &str {
        &self.0.encoded
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Shorter secrets are not masked: they would match inside ordinary words and request ids. Real
/// ones have at least 30 characters.
const SHORTEST: usize = 4;

/// The secrets that a call uses. Texts from outside are searched for them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Vec<Secret>);

impl Secrets {
    pub fn add(&mut self, secret: &Secret) {
        if secret.expose().len() >= SHORTEST && !self.0.contains(secret) {
            self.0.push(secret.clone());
        }
    }

    /// The text with each secret masked, raw and percent-encoded (as a gateway or a proxy
    /// quotes an address).
    pub fn mask(&self, text: &str) -> String {
        let spellings = self.0.iter().flat_map(|secret| &secret.0.all);
        let mut found: Vec<&str> = spellings.map(|spelling| spelling.as_str()).collect();
        found.retain(|spelling| text.contains(spelling));
        // The longest first: a secret that begins with another must not leave its tail.
        found.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
        found.iter().fold(text.to_owned(), |masked, spelling| masked.replace(spelling, "***"))
    }
}

/// `%2F` as `%2f`: both spellings are in use.
fn lower_case_escapes(encoded: &str) -> String {
    let mut after_percent = 0;
    encoded
        .chars()
        .map(|c| {
            if c == '%' {
                after_percent = 2;
                c
            } else if after_percent > 0 {
                after_percent -= 1;
                c.to_ascii_lowercase()
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_masked() {
        let mut secrets = Secrets::default();
        secrets.add(&Secret::new("a/b+c-d"));
        for spelling in ["a/b+c-d", "a%2Fb%2Bc%2Dd", "a%2fb%2bc%2dd", "a%2Fb%2Bc-d"] {
            assert_eq!(secrets.mask(&format!("x{spelling}y")), "x***y", "{spelling}");
        }
    }

    #[test]
    fn a_secret_that_begins_with_another_leaves_no_tail() {
        let mut secrets = Secrets::default();
        secrets.add(&Secret::new("abcd"));
        secrets.add(&Secret::new("abcdef"));
        assert_eq!(secrets.mask("abcdef abcd"), "*** ***");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("hush")), "***");
    }
}
