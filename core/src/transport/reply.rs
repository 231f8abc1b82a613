//! What the head of a reply says of its body. Pure.

use std::io::{self, Read};
use std::time::{Duration, SystemTime};

use flate2::read::MultiGzDecoder;
use http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, DATE, HeaderMap, RETRY_AFTER, TRANSFER_ENCODING,
};

/// The largest body that is read, after decoding. Real ones have some hundred bytes.
pub(super) const LARGEST_BODY: usize = 1024 * 1024;

/// Whether the headers leave no doubt about where the reply ends. Two claims, or a coding
/// that is not undone here: somebody may have slipped in another reply.
pub(super) fn check_framing<B>(response: &http::Response<B>) -> Result<(), &'static str> {
    let headers = response.headers();
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else {
        // That one of several lengths is another has been refused by ureq-proto.
        return Ok(());
    };
    if headers.contains_key(CONTENT_LENGTH) {
        return Err("the reply contradicts itself on its length");
    }
    let chunked = coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    if !chunked || codings.next().is_some() || response.version() != http::Version::HTTP_11 {
        return Err("the reply has a transfer coding other than chunked alone");
    }
    Ok(())
}

/// The wait that the reply asks for, in whole seconds; a date says nothing.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse::<u32>().ok()?;
    Some(Duration::from_secs(seconds.into()))
}

/// When the reply was made, by its maker's clock.
pub(super) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}

/// By either of its names, in any spelling (RFC 9110, section 8.4.1).
pub(super) fn is_gzip(headers: &HeaderMap) -> bool {
    let names = |value: &http::HeaderValue| {
        [&b"gzip"[..], b"x-gzip"].iter().any(|name| value.as_bytes().eq_ignore_ascii_case(name))
    };
    headers.get(CONTENT_ENCODING).is_some_and(names)
}

/// Undoes gzip, up to one byte over the largest body.
pub(super) fn unzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(body).take(LARGEST_BODY as u64 + 1).read_to_end(&mut plain)?;
    Ok(plain)
}
