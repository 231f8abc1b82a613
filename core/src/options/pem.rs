//! Parses the certificates of a PEM bundle. One that cannot be read makes the whole bundle an
//! error, with its line: if it were skipped, a connection would fail for it much later.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// The certificates of a bundle, DER. Keys, parameters and revocation lists are skipped.
///
/// # Errors
///
/// What is wrong and in which line, and how many of the certificates could be read.
pub(crate) fn certificates(bundle: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let text = String::from_utf8_lossy(bundle);
    let text = text.trim_start_matches('\u{feff}');
    let mut read = Vec::new();
    match collect(text, &mut read) {
        Ok(()) if read.is_empty() => Err(none(bundle)),
        Ok(()) => Ok(read),
        Err((line, problem)) => {
            let (count, all) = (read.len(), begun(text).max(read.len() + 1));
            Err(format!("line {line}: {problem}; {count} of {all} certificates could be read"))
        }
    }
}

/// A section between its first line and its last.
struct Section<'a> {
    label: &'a str,
    line: usize,
    text: String,
}

fn collect(text: &str, read: &mut Vec<Vec<u8>>) -> Result<(), (usize, String)> {
    let line_end = if text.contains('\n') { '\n' } else { '\r' };
    let mut section: Option<Section> = None;
    for (number, line) in (1..).zip(text.split(line_end)) {
        let line = line.trim_end();
        if let Some(label) = label(line, "-----BEGIN ") {
            if let Some(open) = section {
                return Err(without_end(&open));
            }
            check_label(label).map_err(|problem| (number, problem))?;
            section = Some(Section { label, line: number, text: String::new() });
        } else if begins(line) {
            return Err((number, "BEGIN does not have its line to itself".to_owned()));
        } else if let Some(label) = label(line, "-----END ") {
            let Some(mut open) = section.take().filter(|open| open.label == label) else {
                return Err((number, format!("END {} without its BEGIN", shown(label))));
            };
            if label == CERTIFICATE {
                open.text.push_str(line);
                read.push(certificate(&open.text).map_err(|problem| (open.line, problem))?);
            }
            continue;
        }
        if let Some(open) = &mut section {
            open.text.push_str(line);
            open.text.push('\n');
        }
    }
    section.map_or(Ok(()), |open| Err(without_end(&open)))
}

const CERTIFICATE: &str = "CERTIFICATE";

/// The label of a line such as `-----BEGIN CERTIFICATE-----`, which has nothing else on it.
fn label<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    line.strip_prefix(start)?.strip_suffix("-----").filter(|label| !label.contains('-'))
}

/// A line in which something begins, as it should or not.
fn begins(line: &str) -> bool {
    line.contains("--") && line.contains("BEGIN")
}

/// Refuses the labels of other formats that hold certificates.
fn check_label(label: &str) -> Result<(), String> {
    let holds_certificates = label.contains(CERTIFICATE) || matches!(label, "PKCS7" | "CMS");
    if label == CERTIFICATE || !holds_certificates {
        return Ok(());
    }
    Err(format!("{} is not read, only CERTIFICATE is", shown(label)))
}

fn without_end(section: &Section) -> (usize, String) {
    (section.line, format!("BEGIN {} without its END", shown(section.label)))
}

fn certificate(section: &str) -> Result<Vec<u8>, String> {
    let der = CertificateDer::from_pem_slice(section.as_bytes())
        .map_err(|_| "the certificate that begins here is not Base64".to_owned())?;
    rustls::RootCertStore::empty()
        .add(der.clone())
        .map_err(|error| format!("the certificate that begins here cannot be used: {error}"))?;
    Ok(der.to_vec())
}

/// How many certificates begin, well or not.
fn begun(text: &str) -> usize {
    let labels = text.split("BEGIN ").skip(1);
    labels.filter(|rest| rest.split('-').next().is_some_and(|l| l.contains(CERTIFICATE))).count()
}

/// The error for a file without certificates, with a guess at what it is instead.
fn none(bundle: &[u8]) -> String {
    let why = match bundle {
        // A sequence, as every certificate is one.
        [0x30, 0x80..=0x84, ..] => "; it looks like DER: openssl x509 -inform der makes PEM of it",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "; it is UTF-16",
        _ => "",
    };
    format!("holds no certificate in PEM form{why}")
}

/// A label in a message.
fn shown(label: &str) -> String {
    crate::text::excerpt(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

    fn pem() -> String {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem().replace("\r\n", "\n")
    }

    fn count(bundle: &str) -> Result<usize, String> {
        certificates(bundle.as_bytes()).map(|read| read.len())
    }

    #[test]
    fn every_certificate_is_read_whatever_stands_around() {
        let (one, other) = (pem(), pem());
        let key = KeyPair::generate().unwrap().serialize_pem();
        assert_eq!(count(&format!("{one}{other}")), Ok(2));
        assert_eq!(count(&format!("{one}{other}").replace('\n', "\r\n")), Ok(2));
        assert_eq!(count(&format!("{one}{other}").replace('\n', "\r")), Ok(2));
        assert_eq!(count(&format!("\u{feff}# Roots\n{key}\n{one}subject=x\n{other} \n")), Ok(2));
        assert_eq!(count(one.trim_end()), Ok(1));
        assert_eq!(count(&one.replace("-----\n", "-----  \t\n")), Ok(1));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line_and_counted() {
        let (one, other) = (pem(), pem());
        let lines = one.lines().count();
        let trusted = other.replace("CERTIFICATE", "TRUSTED CERTIFICATE");
        let x509 = other.replace("CERTIFICATE", "X509 CERTIFICATE");
        let torn = other.replace("-----END", "");
        let second: Vec<_> = other.lines().collect();
        for (bundle, expected) in [
            (
                format!("{}{other}", one.trim_end()),
                format!("line {lines}: BEGIN does not have its line to itself; 0 of 2"),
            ),
            (
                format!("{one}{trusted}"),
                format!(
                    "line {}: TRUSTED CERTIFICATE is not read, only CERTIFICATE is; 1 of 2",
                    lines + 1
                ),
            ),
            (
                format!("{one}{x509}"),
                format!(
                    "line {}: X509 CERTIFICATE is not read, only CERTIFICATE is; 1 of 2",
                    lines + 1
                ),
            ),
            (
                format!("{one}\n{torn}"),
                format!("line {}: BEGIN CERTIFICATE without its END; 1 of 2", lines + 2),
            ),
            (format!("{torn}{one}"), "line 1: BEGIN CERTIFICATE without its END; 0 of 2".into()),
            (
                format!("{one}{}", second[1..].join("\n")),
                format!("line {}: END CERTIFICATE without its BEGIN; 1 of 2", 2 * lines - 1),
            ),
            (format!(" {one}"), "line 1: BEGIN does not have its line to itself; 0 of 1".into()),
            (
                one.replace("-----BEGIN CERTIFICATE-----", "----BEGIN CERTIFICATE----"),
                "line 1: BEGIN does not have its line to itself; 0 of 1".into(),
            ),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".into(),
                "line 1: the certificate that begins here cannot be used: ".into(),
            ),
            (
                one.replace("\nMI", "\n??"),
                "line 1: the certificate that begins here is not Base64; 0 of 1".into(),
            ),
            (
                "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"
                    .into(),
                "line 1: CERTIFICATE REQUEST is not read".into(),
            ),
            ("-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----".into(), "line 1: PKCS7".into()),
        ] {
            let error = count(&bundle).unwrap_err();
            assert!(error.starts_with(&expected), "{expected}\n{error}\n{bundle}");
        }
    }

    #[test]
    fn files_without_any() {
        for (bundle, why) in [
            (&b""[..], "holds no certificate"),
            (b"not a certificate", "holds no certificate"),
            (b"\x30\x82\x01\x00", "looks like DER"),
            (b"\xff\xfe-\0-\0", "UTF-16"),
        ] {
            assert!(certificates(bundle).unwrap_err().contains(why));
        }
        let key = KeyPair::generate().unwrap().serialize_pem();
        assert!(count(&key).unwrap_err().contains("holds no certificate"));
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic(bundle in "(-----(BEGIN|END) (CERTIFICATE|X|)-----|-|[\r\n]|AAAA|é){0,20}") {
            let _ = count(&bundle);
        }
    }
}
