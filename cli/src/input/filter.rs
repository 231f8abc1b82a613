//! Filters on contacts: `name=Jane Doe`, `company~acme`, `no-follower`.

use crate::language::said;
use std::collections::HashMap;

use dingtalk_extcontact::Contact;
use unicode_normalization::UnicodeNormalization;

/// Printed where no contact matches; that has its own exit status.
pub(crate) fn no_match() -> String {
    said!("no contact matches; list without --where shows who there is")
}

/// A condition on one field of a contact.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filter {
    /// As it was given.
    text: String,
    /// The field's name in a record.
    field: &'static str,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// Holds normalized text.
    Is(String),
    /// Holds text without case.
    Contains(String),
    Missing,
}

/// The names of labels, by their ids.
pub(crate) type LabelNames = HashMap<String, String>;

/// The field of a record that lists the ids of labels.
pub(crate) const LABELS: &str = "label_ids";

/// Names of fields on the command line, and in a record.
const FIELDS: [(&str, &str); 11] = [
    ("userid", "userid"),
    ("name", "name"),
    ("company", "company_name"),
    ("title", "title"),
    ("label", LABELS),
    ("follower", "follower_user_id"),
    ("mobile", "mobile"),
    ("email", "email"),
    ("remark", "remark"),
    ("address", "address"),
    ("department", "share_dept_ids"),
];

impl Filter {
    /// Reads a filter as it stands on the command line.
    pub(crate) fn parse(text: &str) -> Result<Filter, String> {
        let (name, test) = match text.find(['=', '~']).map(|at| text.split_at(at)) {
            Some((name, rest)) => {
                let contains = rest.starts_with('~');
                let value = rest.get(1..).unwrap_or_default().trim();
                if value.is_empty() {
                    return Err(said!(
                        "nothing to look for; for an empty field say no-{name}",
                        name
                    ));
                }
                match contains {
                    true => (name, Test::Contains(case_folded(value))),
                    false => (name, Test::Is(normalized(value))),
                }
            }
            None => match text.strip_prefix("no-") {
                Some(name) => (name, Test::Missing),
                None => return Err(said!("say FIELD=TEXT, FIELD~TEXT or no-FIELD")),
            },
        };
        let name = name.trim();
        let field = FIELDS.iter().find(|(known, _)| *known == name).map(|(_, field)| *field);
        let field = field.ok_or_else(|| {
            let known: Vec<_> = FIELDS.iter().map(|(known, _)| *known).collect();
            said!(
                "there is no field {name}; the fields are {fields}",
                name = format!("{name:?}"),
                fields = known.join(", ")
            )
        })?;
        Ok(Filter { text: text.to_owned(), field, test })
    }

    /// The filter without its value, which may name somebody: `name=`, `company~`, `no-follower`.
    fn without_value(&self) -> String {
        let name = |sign| self.text.split(sign).next().unwrap_or_default().trim();
        match self.test {
            Test::Is(_) => format!("{}=", name('=')),
            Test::Contains(_) => format!("{}~", name('~')),
            Test::Missing => self.text.clone(),
        }
    }

    /// Whether it asks for labels by name: a label that is given by digits alone is an id.
    fn asks_for_label_names(&self) -> bool {
        self.field == LABELS
            && match &self.test {
                Test::Is(wanted) => !wanted.bytes().all(|byte| byte.is_ascii_digit()),
                Test::Contains(_) => true,
                Test::Missing => false,
            }
    }

    fn matches(&self, contact: &Contact, names: &LabelNames) -> bool {
        // A field is either text or a list of ids; of a list, one that matches is enough.
        let text = contact.text(self.field).map(str::to_owned);
        let ids = contact.ids(self.field);
        let names =
            ids.iter().filter(|_| self.asks_for_label_names()).filter_map(|id| names.get(id));
        let names: Vec<_> = names.cloned().collect();
        let mut values = text.into_iter().chain(ids).chain(names);
        match &self.test {
            Test::Is(wanted) => values.any(|value| normalized(&value) == *wanted),
            Test::Contains(part) => values.any(|value| case_folded(&value).contains(part)),
            Test::Missing => values.next().is_none(),
        }
    }
}

/// Text in Unicode's form NFC, in which an umlaut is one character and not a letter and a mark.
fn normalized(text: &str) -> String {
    text.nfc().collect()
}

/// Normalized text without case. Via upper case, since some capitals have two lower-case forms
/// (σ and ς); letter by letter, since the lower case of Σ in a whole word depends on its place.
fn case_folded(text: &str) -> String {
    text.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

/// The filters in words.
pub(crate) fn describe(filters: &[Filter]) -> String {
    let filters: Vec<_> = filters.iter().map(|filter| filter.text.as_str()).collect();
    filters.join(" and ")
}

/// The filters without their values, each once.
pub(crate) fn without_values(filters: &[Filter]) -> Vec<String> {
    let mut all = Vec::new();
    for filter in filters.iter().map(Filter::without_value) {
        if !all.contains(&filter) {
            all.push(filter);
        }
    }
    all
}

/// Whether the names of labels have to be known for these filters.
pub(crate) fn ask_for_label_names(filters: &[Filter]) -> bool {
    filters.iter().any(Filter::asks_for_label_names)
}

/// The contacts that all filters match.
pub(crate) fn matching(
    mut contacts: Vec<Contact>,
    filters: &[Filter],
    names: &LabelNames,
) -> Vec<Contact> {
    contacts.retain(|contact| filters.iter().all(|filter| filter.matches(contact, names)));
    contacts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_field_and_a_test() {
        for (text, field, test) in [
            ("name=Jane Doe", "name", Test::Is("Jane Doe".into())),
            ("company~ACME", "company_name", Test::Contains("acme".into())),
            ("company ~ a=b", "company_name", Test::Contains("a=b".into())),
            ("label=1000007", "label_ids", Test::Is("1000007".into())),
            ("mobile~138", "mobile", Test::Contains("138".into())),
            ("no-follower", "follower_user_id", Test::Missing),
            ("userid=0125", "userid", Test::Is("0125".into())),
            ("email~@ACME.example", "email", Test::Contains("@acme.example".into())),
            ("department=7", "share_dept_ids", Test::Is("7".into())),
            ("no-remark", "remark", Test::Missing),
        ] {
            let text = text.to_owned();
            assert_eq!(Filter::parse(&text), Ok(Filter { text, field, test }));
        }
    }

    #[test]
    fn values_can_be_left_out() {
        let filters = ["name=Jane ~ Doe", "company ~ a=b", "no-follower", "company~c"];
        let filters = filters.map(|text| Filter::parse(text).unwrap());
        assert_eq!(without_values(&filters), ["name=", "company~", "no-follower"]);
    }

    #[test]
    fn text_is_found_in_all_unicode_forms() {
        let forms = ["J\u{fc}rgen", "Ju\u{308}rgen"];
        for (typed, there) in [(forms[0], forms[1]), (forms[1], forms[0])] {
            assert_eq!(normalized(typed), normalized(there));
            assert!(case_folded(there).contains(&case_folded(typed)));
        }
        for (typed, there) in [
            ("JU\u{308}RGEN", "j\u{fc}rgen"),
            ("strasse", "Beispielstra\u{df}e"),
            ("ΟΔΟΣ", "οδος"),
            ("οδοσ", "ΟΔΟΣ 1"),
            ("пример", "ООО ПРИМЕР"),
            ("n\u{303}", "ESPA\u{d1}A"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}국"),
        ] {
            assert!(case_folded(there).contains(&case_folded(typed)), "{typed} in {there}");
        }
        assert!(!case_folded("Jurgen").contains(&case_folded("J\u{fc}")));
        assert_ne!(normalized("acme"), normalized("ACME"));
    }

    #[test]
    fn labels_are_asked_for_by_id_or_by_name() {
        let asks = |text: &str| ask_for_label_names(&[Filter::parse(text).unwrap()]);
        for text in ["label=VIP", "label~vip", "label~7", "label=Fair 2024"] {
            assert!(asks(text), "{text}");
        }
        for text in ["label=1000007", "no-label", "name~VIP", "department=7"] {
            assert!(!asks(text), "{text}");
        }
    }

    #[test]
    fn filters_that_match_everybody_or_name_no_field_are_refused() {
        for text in ["company~", "company= ", "acme", "", "=x", "name!=x", "planet~x", "no-"] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
        assert!(Filter::parse("nam=x").unwrap_err().contains("userid, name, company"));
    }
}
