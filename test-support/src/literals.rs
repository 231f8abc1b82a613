//! The texts that code marks for translation.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The first literal of every use of one of these macros in the code of a folder.
pub fn literals(folder: &Path, macros: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    each_source(folder, &mut |code| {
        for name in macros {
            let begin = format!("{name}!(");
            let uses = code.split(&begin).skip(1);
            found.extend(uses.filter_map(|it| it.trim_start().strip_prefix('"')).map(unescaped));
        }
    });
    found
}

/// The literals with words among the arguments of a function that are given to it as they are, and not
/// by this macro.
pub fn bare_arguments(folder: &Path, function: &str, by: &str) -> BTreeSet<String> {
    let (begin, by) = (format!("{function}("), format!("{by}!("));
    let mut found = BTreeSet::new();
    each_source(folder, &mut |code| {
        for call in code.split(&begin).skip(1) {
            let mut parts = call.split(';').next().unwrap_or_default().split('"');
            while let (Some(before), Some(literal)) = (parts.next(), parts.next()) {
                if !before.trim_end().ends_with(&by) && literal.contains(char::is_alphabetic) {
                    found.insert(literal.to_owned());
                }
            }
        }
    });
    found
}

fn each_source(folder: &Path, look: &mut dyn FnMut(&str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_source(&path, look);
        } else if path.extension().is_some_and(|end| end == "rs") {
            look(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// A literal up to its closing quote, as the compiler reads it.
fn unescaped(literal: &str) -> String {
    let (mut text, mut rest) = (String::new(), literal);
    loop {
        let at = rest.find(['"', '\\']).unwrap();
        text.push_str(&rest[..at]);
        let escaped = &rest[at + 1..];
        match (&rest[at..=at], escaped.chars().next()) {
            ("\"", _) => return text,
            (_, Some('\n')) => rest = escaped.trim_start(),
            (_, Some('n')) => {
                text.push('\n');
                rest = &escaped[1..];
            }
            (_, Some(c @ ('"' | '\\'))) => {
                text.push(c);
                rest = &escaped[1..];
            }
            (_, other) => panic!("\\{other:?} in a text"),
        }
    }
}

/// The names in the braces of a template.
pub fn placeholders(text: &str) -> BTreeSet<&str> {
    let names = text.split('{').skip(1).filter_map(|from| from.split_once('}'));
    names.map(|(name, _)| name).collect()
}

/// Whether a text has a Chinese character.
pub fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}
