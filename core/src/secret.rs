//! Secrets, and masking them in texts from outside.

use std::cmp::Reverse;
use std::fmt;
use std::sync::Arc;

use percent_encoding::utf8_percent_encode;
use zeroize::Zeroizing;

use crate::text::FORM_VALUE;

/// A token, an app secret or a proxy's password. Its `Debug` output shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Arc<Spellings>);

/// The memory is overwritten when the last copy is dropped, such as a token that was replaced.
#[derive(PartialEq, Eq)]
struct Spellings {
    raw: Zeroizing<String>,
    /// As it stands in a query or a form; made once, as every request has it.
    encoded: Zeroizing<String>,
}

impl Secret {
    pub fn new(text: &str) -> Secret {
        let encoded = Zeroizing::new(utf8_percent_encode(text, FORM_VALUE).to_string());
        Secret(Arc::new(Spellings { raw: Zeroizing::new(text.to_owned()), encoded }))
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

    /// The text with each secret masked, with any of its characters percent-encoded (as a gateway or
    /// a proxy quotes an address).
    pub fn mask(&self, text: &str) -> String {
        let (mut masked, mut rest) = (String::with_capacity(text.len()), text);
        while let Some((before, after)) = self.split_at_first(rest) {
            masked.push_str(before);
            masked.push_str("***");
            rest = after;
        }
        masked + rest
    }

    /// What stands before the first secret in a text, and behind it.
    fn split_at_first<'a>(&self, text: &'a str) -> Option<(&'a str, &'a str)> {
        let places = self.0.iter().filter_map(|secret| place_of(secret.expose().as_bytes(), text));
        // The longest of those that begin there: one that begins with another must not leave its
        // tail.
        let (at, end) = places.min_by_key(|(at, end)| (*at, Reverse(*end)))?;
        Some((text.get(..at)?, text.get(end..)?))
    }
}

/// From where to where a secret stands in a text the first time, however it is spelt.
fn place_of(secret: &[u8], text: &str) -> Option<(usize, usize)> {
    let first = secret.first()?;
    // Every reply is searched: only where a secret can begin it is looked at closely.
    let begins = text.bytes().enumerate().filter(|(_, byte)| byte == first || *byte == b'%');
    begins.map(|(at, _)| at).find_map(|at| {
        let behind = after(secret, text.as_bytes().get(at..)?)?;
        Some((at, text.len() - behind.len()))
    })
}

/// What stands behind the secret that a text begins with, however that is spelt; `None` where it
/// begins with something else.
fn after<'a>(secret: &[u8], text: &'a [u8]) -> Option<&'a [u8]> {
    let Some((byte, secret)) = secret.split_first() else { return Some(text) };
    let raw = text.split_first().filter(|(first, _)| *first == byte);
    // A secret may have a `%` of its own, which says nothing of how that is spelt.
    raw.and_then(|(_, rest)| after(secret, rest)).or_else(|| match text {
        [b'%', high, low, rest @ ..] if byte_of(*high, *low) == Some(*byte) => after(secret, rest),
        _ => None,
    })
}

/// The byte that two hexadecimal digits are.
fn byte_of(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| (digit as char).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_spelling_is_masked() {
        let mut secrets = Secrets::default();
        secrets.add(&Secret::new("a/b+c-d"));
        for spelling in [
            "a/b+c-d",
            "a%2Fb%2Bc%2Dd",
            "a%2fb%2bc%2dd",
            "a%2Fb%2Bc-d",
            "a/b%2Bc-d",
            "%61/b%2bc%2Dd",
        ] {
            assert_eq!(secrets.mask(&format!("x{spelling}y")), "x***y", "{spelling}");
        }
        for other in ["a/b+c", "a/b+c-", "a%2", "%61%2Fb%2Bc%2D", "a/b%2Cc-d", "", "é%"] {
            assert_eq!(secrets.mask(other), other);
        }
    }

    #[test]
    fn text_beyond_ascii_is_masked_whole() {
        let mut secrets = Secrets::default();
        secrets.add(&Secret::new("gehéim"));
        assert_eq!(secrets.mask("é gehéim geh%C3%A9im gehé é"), "é *** *** gehé é");
    }

    proptest! {
        /// Whatever stands around it, and whichever of its characters are encoded.
        #[test]
        fn no_spelling_gets_through(
            secret in "[a-c/+é%]{4,8}",
            (before, after) in ("[a-c/+é% ]{0,6}", "[a-c/+é% ]{0,6}"),
            encoded in prop::collection::vec(any::<bool>(), 24),
        ) {
            let mut secrets = Secrets::default();
            secrets.add(&Secret::new(&secret));
            let bytes = secret.bytes().zip(&encoded);
            let spelt: Vec<u8> = bytes
                .flat_map(|(byte, encode)| match *encode || !byte.is_ascii() {
                    true => format!("%{byte:02X}").into_bytes(),
                    false => vec![byte],
                })
                .collect();
            let spelt = String::from_utf8(spelt).unwrap();
            let masked = secrets.mask(&format!("{before}{spelt}{after}"));
            prop_assert!(masked.contains("***") && !masked.contains(&secret));
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
