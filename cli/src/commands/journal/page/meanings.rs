//! What happened to an id or ended a run, in the language of the page. The English words are the
//! core's.

use serde_json::{Map, Value};

use crate::args::Lang;

pub(super) struct Meanings(Map<String, Value>);

impl Meanings {
    pub(super) fn of(lang: Lang) -> Meanings {
        Meanings(match lang {
            Lang::En => Map::new(),
            Lang::Zh => serde_json::from_str(include_str!("meanings.zh.json")).unwrap_or_default(),
        })
    }

    pub(super) fn told<'a>(&'a self, meaning: &'a str) -> &'a str {
        self.0.get(meaning).and_then(Value::as_str).unwrap_or(meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_codes_are_told_in_chinese() {
        let meanings = Meanings::of(Lang::Zh);
        let kinds = dingtalk_extcontact::ErrorKind::ALL.iter().map(|kind| kind.meaning());
        let codes = include_str!("../../../../../core/errcodes.tsv").lines().skip(1);
        let codes: Vec<_> = codes.map(|row| row.split('\t').nth(4).unwrap()).collect();
        assert!(codes.len() > 400);
        for meaning in kinds.chain(codes) {
            let told = meanings.told(meaning);
            assert!(told.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{meaning}");
        }
    }
}
