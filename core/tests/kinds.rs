//! What a kind of error means is said for each language; all say it in the words of the core.

use std::path::Path;

use dingtalk_extcontact::ErrorKind;

/// A file of the repository as one line, without the marks of its comments.
fn words(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let words = text.split_whitespace().filter(|word| !["///", "/**", "*", "*/"].contains(word));
    words.collect::<Vec<_>>().join(" ")
}

/// `no whole reply in time` as `No whole reply in time`.
fn capitalised(meaning: &str) -> String {
    let (first, rest) = meaning.split_at(1);
    first.to_uppercase() + rest
}

/// `permission_denied` as `PermissionDenied`.
fn camel(name: &str) -> String {
    name.split('_').map(capitalised).collect()
}

#[test]
fn every_file_gives_the_meanings_of_the_core() {
    let [core, readme, header, python, node] = [
        "core/src/error.rs",
        "README.md",
        "include/dingtalk_extcontact.h",
        "bindings-python/python/dingtalk_extcontact/errors.py",
        "bindings-node/index.d.ts",
    ]
    .map(words);
    for kind in ErrorKind::ALL {
        let (name, meaning, number) = (kind.as_str(), kind.meaning(), kind.number());
        let (sentence, constant) = (capitalised(meaning), name.to_ascii_uppercase());
        for (file, expected) in [
            (&core, format!("{sentence}. {} = {number},", camel(name))),
            (&readme, format!("| `{name}` | {meaning} |")),
            (&header, format!("{sentence}. DTX_{constant} = {number},")),
            (&node, format!("- `{constant}`: {meaning}.")),
        ] {
            assert!(file.contains(&expected), "{expected}");
        }
        // Python may add what is its own, such as which exception has it as its cause.
        let (before, _) = python.split_once(&format!("kind = \"{name}\"")).unwrap();
        let (_, text) = before.rsplit_once("class ").unwrap();
        let starts = format!("\"\"\"{sentence}");
        assert!(text.contains(&starts), "{text} instead of {starts}");
    }
}
