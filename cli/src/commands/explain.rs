//! `explain`: prints what the library knows of a return code or a kind of error.

use dingtalk_extcontact::{CodeInfo, ErrorKind, codes, explain};
use serde_json::json;

use crate::args::Explain;
use crate::language::{self, said};
use crate::output::{self, Exit, Output};

/// Runs the subcommand.
pub(crate) fn run(args: &Explain, output: &mut Output) -> Exit {
    let asked = args.code.trim();
    if effective(asked).is_empty() {
        let problem = match asked.is_empty() {
            true => said!("an empty text is no code"),
            false => said!("what stands before a slash alone is no code"),
        };
        output::print_error(
            &problem,
            &said!("Give a code (60011, 88/60011, isp.-1) or a kind of error."),
        );
        return Exit::Usage;
    }
    let text = match (asked.parse::<ErrorKind>().ok(), explain(effective(asked))) {
        (Some(kind), _) => of_kind(kind, args.json),
        (None, Some(known)) => of_code(asked, &known, args.json),
        (None, None) => {
            let similar = match similar(effective(asked)) {
                names if names.is_empty() => String::new(),
                names => {
                    said!("Did you mean {names}? ", names = names.join(&said!(" or ")))
                }
            };
            output::print_error(
                &said!("nothing is known of the code {code}", code = output::escaped(asked)),
                &said!(
                    "{similar}A code that is not in the table ends as an error of the kind api, \
                     with its number and the service's own words.",
                    similar
                ),
            );
            return Exit::Failed;
        }
    };
    match output.line(&text) {
        Ok(()) => Exit::Success,
        Err(error) => output::stdout_failed(&error),
    }
}

/// The code that counts: in `88/60011` the second, since the first is only the gateway's wrapper.
fn effective(asked: &str) -> &str {
    asked.split_once('/').map_or(asked, |(_, code)| code.trim())
}

/// What was probably meant: similar names of kinds, or else similar codes.
fn similar(asked: &str) -> Vec<&'static str> {
    const SEVERAL: usize = 3;
    let nearest = |names: Vec<&'static str>, most: usize| -> Vec<&'static str> {
        let asked = asked.to_lowercase().replace([' ', '-'], "_");
        let distance = |name: &str| strsim::damerau_levenshtein(&asked, &name.to_lowercase());
        let near = names.into_iter().map(|name| (distance(name), name));
        let mut near: Vec<_> = near.filter(|(distance, _)| *distance <= most).collect();
        near.sort_unstable();
        near.into_iter().map(|(_, name)| name).take(SEVERAL).collect()
    };
    let kinds = nearest(ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect(), asked.len() / 4);
    if kinds.is_empty() { nearest(codes().collect(), 1) } else { kinds }
}

fn of_code(asked: &str, known: &CodeInfo, json: bool) -> String {
    let code = effective(asked);
    let advice = Some(known.advice).filter(|advice| !advice.is_empty());
    if json {
        return code_as_json(code, known, advice);
    }
    let language = language::current();
    let mut text = output::escaped(code);
    if let Some((errcode, _)) = asked.split_once('/') {
        let errcode = output::escaped(errcode.trim());
        text.push_str(&said!(", the sub_code under errcode {errcode}", errcode));
    }
    if code != known.code {
        text.push_str(&said!(", one of {codes}", codes = known.code));
    }
    text.push_str(&output::labelled(&said!("kind"), known.kind.as_str()));
    text.push_str(&output::labelled(&said!("meaning"), known.meaning_in(language)));
    if advice.is_some() {
        text.push_str(&output::labelled(&said!("advice"), known.advice_in(language)));
    }
    text.push_str(&output::labelled(&said!("may pass later"), &later(known.kind)));
    let stops = match known.stops_batch {
        true => said!("yes, every further contact would be refused alike"),
        false => said!("no, other contacts may pass"),
    };
    text.push_str(&output::labelled(&said!("stops a batch"), &stops));
    text
}

fn code_as_json(code: &str, known: &CodeInfo, advice: Option<&str>) -> String {
    let mut value = json!({
        "code": code,
        "kind": known.kind.as_str(),
        "retryable": known.kind.is_retryable(),
        "stops_batch": known.stops_batch,
        "meaning": known.meaning,
    });
    if let (Some(advice), Some(fields)) = (advice, value.as_object_mut()) {
        fields.insert("advice".to_owned(), advice.into());
    }
    value.to_string()
}

fn of_kind(kind: ErrorKind, json: bool) -> String {
    if json {
        let text = json!({
            "kind": kind.as_str(),
            "number": kind.number(),
            "retryable": kind.is_retryable(),
            "meaning": kind.meaning(),
            "advice": kind.advice(),
        });
        return text.to_string();
    }
    let mut text = kind.as_str().to_owned();
    let language = language::current();
    text.push_str(&output::labelled(&said!("meaning"), kind.meaning_in(language)));
    text.push_str(&output::labelled(&said!("advice"), kind.advice_in(language)));
    text.push_str(&output::labelled(&said!("may pass later"), &later(kind)));
    text.push_str(&output::labelled(&said!("number in C"), &kind.number().to_string()));
    text
}

fn later(kind: ErrorKind) -> String {
    match kind.is_retryable() {
        true => said!("yes, unchanged"),
        false => said!("no"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_after_the_slash_counts() {
        for (asked, code) in [
            ("60011", "60011"),
            ("88/60011", "60011"),
            ("88 / 60011", "60011"),
            ("15/isp.-1", "isp.-1"),
            ("-1", "-1"),
        ] {
            assert_eq!(effective(asked), code);
        }
    }

    #[test]
    fn a_code_is_explained_with_all_that_is_known() {
        let known = explain("60011").unwrap();
        let text = of_code("88/60011", &known, false);
        assert!(text.starts_with("60011, the sub_code under errcode 88\n"), "{text}");
        for part in ["permission_denied", "qyapi_ext_write", "yes, every further"] {
            assert!(text.contains(part), "{text}");
        }
        let json: serde_json::Value =
            serde_json::from_str(&of_code("60011", &known, true)).unwrap();
        assert_eq!(json["stops_batch"], true);
        assert_eq!(json["retryable"], false);
        assert_eq!(json["advice"], known.advice);
    }

    #[test]
    fn every_explanation_fits_into_the_width() {
        for code in codes() {
            let text = of_code(code, &explain(code).unwrap(), false);
            for line in text.lines() {
                assert!(textwrap::core::display_width(line) <= output::width(), "{line}");
            }
        }
    }

    #[test]
    fn similar_names_and_codes_are_suggested() {
        assert_eq!(similar("permision_denied"), ["permission_denied"]);
        assert_eq!(similar("Permission denied"), ["permission_denied"]);
        assert_eq!(similar("60101"), ["40101", "60001", "60011"]);
        assert_eq!(similar("33O12"), ["33012"]);
        assert!(similar("what").is_empty() && similar("1234567").is_empty());
    }

    #[test]
    fn every_kind_is_explained() {
        for kind in ErrorKind::ALL {
            assert!(of_kind(*kind, false).starts_with(kind.as_str()));
            let json: serde_json::Value = serde_json::from_str(&of_kind(*kind, true)).unwrap();
            assert_eq!(json["number"], kind.number());
        }
    }
}
