//! A sentence with what stands in its braces, to be said in a language later.

use std::borrow::Cow;
use std::fmt;

use crate::language::{CHINESE, Catalogue, Language};

/// A sentence for people: its English template, and a value for each `{name}` of it. Made by
/// [`phrase!`](crate::phrase); its `Display` is the English.
#[derive(Clone, Debug)]
pub struct Phrase {
    template: Cow<'static, str>,
    values: Vec<(&'static str, Value)>,
}

/// What stands in place of a `{name}`: the same in every language, or a phrase of its own.
#[derive(Clone, Debug)]
pub enum Value {
    /// A number, a name, a path.
    Text(String),
    /// Words that are translated, too.
    Phrase(Phrase),
}

/// A [`Phrase`] of a literal, and of the values that its `{name}`s stand for. The literal has to
/// stand in the catalogue.
#[doc(hidden)]
#[macro_export]
macro_rules! phrase {
    ($template:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::language::Phrase::of($template, vec![
            $((stringify!($name), $crate::phrase!(@value $name $(= $value)?))),*
        ])
    };
    (@value $name:ident) => { $crate::language::Said::value(&$name) };
    (@value $name:ident = $value:expr) => { $crate::language::Said::value(&$value) };
}

/// A literal without placeholders that has to stand in the catalogue: [`told`](super::told) says
/// it in a language.
#[doc(hidden)]
#[macro_export]
macro_rules! sentence {
    ($sentence:literal) => {
        $sentence
    };
}

impl Phrase {
    /// For the macro, which makes sure that the template is a literal.
    pub fn of(template: &'static str, values: Vec<(&'static str, Value)>) -> Phrase {
        Phrase { template: Cow::Borrowed(template), values }
    }

    /// A sentence of a table, which has its own test that the catalogue knows it.
    pub fn known(sentence: &'static str) -> Phrase {
        Phrase::of(sentence, Vec::new())
    }

    /// Words from elsewhere: a journal, a reply. They stay as they are, unless they are a whole
    /// sentence of the catalogue.
    pub fn recorded(text: String) -> Phrase {
        Phrase { template: Cow::Owned(text), values: Vec::new() }
    }

    /// The sentence in a language; in English where the catalogue lacks it.
    pub fn told(&self, language: Language) -> String {
        self.told_by(language, &[CHINESE])
    }

    /// The same with the catalogues that may know it.
    pub fn told_by(&self, language: Language, catalogues: &[Catalogue]) -> String {
        let template = match language {
            Language::English => None,
            Language::Chinese => catalogues.iter().find_map(|it| it.find(&self.template)),
        };
        self.filled(template.unwrap_or(&self.template), &|value| match value {
            Value::Text(text) => text.clone(),
            Value::Phrase(phrase) => phrase.told_by(language, catalogues),
        })
    }

    /// A template with its values. Braces in a value are left alone.
    fn filled(&self, template: &str, told: &dyn Fn(&Value) -> String) -> String {
        if self.values.is_empty() {
            return template.to_owned();
        }
        let (mut text, mut rest) = (String::new(), template);
        while let Some((before, from)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, after)) = from.split_once('}') else {
                rest = from;
                break;
            };
            if let Some((_, value)) = self.values.iter().find(|(known, _)| *known == name) {
                text.push_str(&told(value));
            }
            rest = after;
        }
        text + rest
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(Language::English))
    }
}

/// What may stand in a phrase.
pub trait Said {
    /// As a value.
    fn value(&self) -> Value;
}

impl<T: Said + ?Sized> Said for &T {
    fn value(&self) -> Value {
        (*self).value()
    }
}

impl Said for Value {
    fn value(&self) -> Value {
        self.clone()
    }
}

impl Said for Phrase {
    fn value(&self) -> Value {
        Value::Phrase(self.clone())
    }
}

macro_rules! texts {
    ($($type:ty),*) => {
        $(impl Said for $type {
            fn value(&self) -> Value {
                Value::Text(self.to_string())
            }
        })*
    };
}

texts!(str, String, Cow<'_, str>, u16, u32, u64, usize, f64);
