//! Sentences for people, in English and in Chinese.
//!
//! The English stands where it is said, in a [`phrase!`](crate::phrase), so that the code can be
//! read; `zh.tsv` has the Chinese of each, found by the English. Tests fail where one is missing,
//! or has other placeholders. The meaning of a return code stands in both languages in its row of
//! `errcodes.tsv`.

#[macro_use]
mod phrase;

use std::fmt;

pub use self::phrase::{Phrase, Said, Value};

/// The language of what is said to people: advice, and what codes and kinds mean.
///
/// Names, codes, messages and JSON are the same in every language, so that no program breaks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// `en`.
    #[default]
    English,
    /// `zh`: simplified Chinese.
    Chinese,
}

impl Language {
    /// Every language.
    pub const ALL: &'static [Language] = &[Language::English, Language::Chinese];

    /// The name as an option has it: `en` or `zh`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The Chinese of sentences: a line for each, the English, a tab, the Chinese. It is looked
/// through line by line: what is said to people is said seldom.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue(pub &'static str);

/// The Chinese of all that the core says.
pub const CHINESE: Catalogue = Catalogue(include_str!("zh.tsv"));

impl Catalogue {
    /// The Chinese of a sentence or template.
    pub fn find(self, english: &str) -> Option<&'static str> {
        self.entries().find(|(known, _)| *known == english).map(|(_, chinese)| chinese)
    }

    /// All sentences in both languages.
    pub fn entries(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.lines().filter_map(|line| line.split_once('\t'))
    }
}

/// A sentence without placeholders in a language; as it is where there is no other.
pub fn told(english: &'static str, language: Language) -> &'static str {
    match language {
        Language::English => english,
        Language::Chinese => CHINESE.find(english).unwrap_or(english),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use dingtalk_extcontact_test_support::literals::{is_chinese, literals, placeholders};

    use super::*;
    use crate::error::ErrorKind;
    use crate::wire::errcode;

    #[test]
    fn every_sentence_has_its_chinese_and_no_other_stands_there() {
        let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut said = literals(&code, &["phrase", "sentence"]);
        assert!(said.contains("Make a new client."), "{said:?}");
        for kind in ErrorKind::ALL {
            said.extend([kind.meaning().to_owned(), kind.advice().to_owned()]);
        }
        let codes = errcode::codes().filter_map(errcode::explain);
        said.extend(codes.map(|row| row.advice.to_owned()).filter(|advice| !advice.is_empty()));
        let known: BTreeSet<_> = CHINESE.entries().map(|(english, _)| english.to_owned()).collect();
        let missing: Vec<_> = said.difference(&known).collect();
        let unused: Vec<_> = known.difference(&said).collect();
        assert!(
            missing.is_empty() && unused.is_empty(),
            "missing: {missing:#?}\nunused: {unused:#?}"
        );
    }

    #[test]
    fn both_languages_have_the_same_placeholders() {
        let lines = CHINESE.0.lines().count();
        let english: BTreeSet<_> = CHINESE.entries().map(|(english, _)| english).collect();
        assert_eq!(english.len(), lines, "a line without a tab, or a sentence that stands twice");
        for (english, chinese) in CHINESE.entries() {
            assert_eq!(placeholders(english), placeholders(chinese), "{english}");
            let has_words =
                english.split(['{', '}']).step_by(2).any(|s| s.contains(char::is_alphabetic));
            assert!(is_chinese(chinese) || !has_words, "{english}");
        }
    }

    #[test]
    fn a_phrase_is_filled_in_each_language() {
        let unit = Phrase::known("seconds");
        let phrase = phrase!(
            "Give a time from {shortest} to {longest} {unit}.",
            shortest = 1_u32,
            longest = "{unit}",
            unit
        );
        assert_eq!(phrase.told(Language::English), "Give a time from 1 to {unit} seconds.");
        assert_eq!(phrase.to_string(), phrase.told(Language::English));
        assert_eq!(phrase.told(Language::Chinese), "请给出 1 到 {unit} 秒之间的时间。");
        let recorded = Phrase::recorded("Look at {this}.".to_owned());
        assert_eq!(recorded.told(Language::Chinese), "Look at {this}.");
    }
}
