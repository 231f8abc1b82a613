//! The language that people are talked to in. What programs read is the same in every language.
//!
//! The English stands where it is said, in a [`said!`]; `zh.tsv` has its Chinese beside the core's
//! own, and `help/` that of the long helps. Tests fail where one is missing.

mod arguments;
pub(crate) mod help;

use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};

use dingtalk_extcontact::binding::{Binding, meaning_in};
pub(crate) use dingtalk_extcontact::language::Phrase;
use dingtalk_extcontact::language::{CHINESE, Catalogue};
use dingtalk_extcontact::{Error, explain};
pub(crate) use dingtalk_extcontact::{Language, phrase, sentence};

pub(crate) use self::arguments::told as told_of_arguments;

/// The Chinese of what the command says.
const COMMAND: Catalogue = Catalogue(include_str!("zh.tsv"));

/// One for the process, as its locale is.
static IS_CHINESE: AtomicBool = AtomicBool::new(false);

/// A sentence in the language of this run: a literal, and values for its `{name}`s.
macro_rules! said {
    ($($phrase:tt)*) => {
        $crate::language::say(&dingtalk_extcontact::phrase!($($phrase)*))
    };
}
pub(crate) use said;

/// Sets the language of this run: by `--lang`, else by the locale.
pub(crate) fn choose(args: &[OsString]) {
    let variable = |name: &str| std::env::var(name).ok();
    let language = of_option(args).unwrap_or_else(|| of_locale(variable));
    IS_CHINESE.store(language == Language::Chinese, Ordering::Relaxed);
}

/// The language of this run.
pub(crate) fn current() -> Language {
    match IS_CHINESE.load(Ordering::Relaxed) {
        true => Language::Chinese,
        false => Language::English,
    }
}

/// What `--lang` says. It is looked for before clap parses the arguments, whose help and errors
/// have a language, too; what is wrong with it, clap tells.
fn of_option(args: &[OsString]) -> Option<Language> {
    let args: Vec<_> = args.iter().map(|arg| arg.to_str().unwrap_or_default()).collect();
    let args = args.split(|arg| *arg == "--").next().unwrap_or_default();
    let names = args.windows(2).filter_map(|pair| match pair {
        ["--lang", name] => Some(*name),
        _ => None,
    });
    let joined = args.iter().filter_map(|arg| arg.strip_prefix("--lang="));
    names.chain(joined).last()?.parse().ok()
}

/// The language of the locale: the first of the variables that is set decides, as POSIX has it.
fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Language {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let locale = names.into_iter().filter_map(variable).find(|value| !value.is_empty());
    let language = locale.as_deref().and_then(|it| it.split(['_', '.', '@', '-']).next());
    match language {
        Some("zh") => Language::Chinese,
        _ => Language::English,
    }
}

/// A phrase in the language of this run.
pub(crate) fn say(phrase: &Phrase) -> String {
    phrase.told_by(current(), &[COMMAND, CHINESE])
}

/// Words of a table, or of the core, in the language of this run; as they are where the catalogues
/// have no others.
pub(crate) fn told(words: &str) -> String {
    say(&Phrase::recorded(words.to_owned()))
}

/// Why a run ended early: the meaning of a code, or the command's own words.
pub(crate) fn why_stopped(why: &str) -> String {
    meaning_in(why, current()).map_or_else(|| told(why), str::to_owned)
}

/// What an error means, where the language of this run is not that of its message.
pub(crate) fn meaning(error: &Error) -> Option<&'static str> {
    let language = current();
    let of_code = || error.code().and_then(explain).map(|known| known.meaning_in(language));
    (language != Language::English)
        .then(|| of_code().unwrap_or_else(|| error.kind().meaning_in(language)))
}

/// What to do about an error. The clients of the command have English errors, whose JSON is the
/// same in every language.
pub(crate) fn advice(error: &Error) -> String {
    match current() {
        Language::English => error.advice().to_owned(),
        language => error.advice_in(language, Binding::Command),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use clap::{Command, CommandFactory};
    use dingtalk_extcontact::{CheckName, CheckStatus};
    use dingtalk_extcontact_sandbox::Faults;
    use dingtalk_extcontact_test_support::literals::{
        bare_arguments, is_chinese, literals, placeholders,
    };

    use super::*;
    use crate::args::Cli;
    use crate::output::NOUNS;

    /// The help of a command and of those below it.
    fn helps(command: &Command, found: &mut BTreeSet<String>) {
        found.extend(command.get_about().map(ToString::to_string));
        found.extend(
            command.get_arguments().filter_map(|arg| arg.get_help()).map(|it| it.to_string()),
        );
        command.get_subcommands().for_each(|command| helps(command, found));
    }

    /// Words that stand in tables elsewhere.
    fn tables() -> BTreeSet<String> {
        use CheckName::*;
        let steps = [
            Credentials,
            Lookup,
            Proxy,
            Connection,
            Tls,
            Clock,
            Token,
            ReadPermission,
            WhiteList,
            Limits,
            WritePermission,
        ];
        let states = [
            CheckStatus::Ok,
            CheckStatus::Warning,
            CheckStatus::Failed,
            CheckStatus::Unknown,
            CheckStatus::Skipped,
        ];
        let steps = steps.iter().map(|name| name.as_str().replace('_', " "));
        let states = states.iter().map(|status| status.as_str().to_owned());
        let faults = Faults::known().iter().flat_map(|it| [it.about, it.deletes.name()]);
        // A bare errcode needs no words.
        let faults = faults.filter(|it| !it.starts_with("errcode") || it.contains("sub_code"));
        steps.chain(states).chain(faults.map(str::to_owned)).collect()
    }

    #[test]
    fn all_that_is_said_has_its_chinese_and_nothing_else_stands_there() {
        let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut said = literals(&code, &["said", "phrase", "sentence"]);
        said.extend(tables());
        let mut command = Cli::command();
        command.build();
        helps(&command, &mut said);
        said.extend(NOUNS.map(str::to_owned));
        let of = |catalogue: Catalogue| catalogue.entries().map(|(english, _)| english.to_owned());
        let (own, core): (BTreeSet<_>, BTreeSet<_>) =
            (of(COMMAND).collect(), of(CHINESE).collect());
        let missing: Vec<_> =
            said.iter().filter(|it| !own.contains(*it) && !core.contains(*it)).collect();
        let unused: Vec<_> = own.difference(&said).collect();
        assert!(
            missing.is_empty() && unused.is_empty(),
            "missing: {missing:#?}\nunused: {unused:#?}"
        );
    }

    /// What is wrong and what to do is read by people, so no text of it is in English alone.
    #[test]
    fn every_error_is_said_in_both_languages() {
        let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let bare = bare_arguments(&code, "print_error", "said");
        assert!(bare.is_empty(), "these stand in no said!: {bare:#?}");
    }

    #[test]
    fn both_languages_have_the_same_placeholders() {
        let english: BTreeSet<_> = COMMAND.entries().map(|(english, _)| english).collect();
        assert_eq!(english.len(), COMMAND.0.lines().count(), "no tab, or a sentence twice");
        for (english, chinese) in COMMAND.entries() {
            assert_eq!(placeholders(english), placeholders(chinese), "{english}");
            let words = english.split(['{', '}']).step_by(2);
            let has_words = words.flat_map(str::chars).any(char::is_alphabetic);
            assert!(is_chinese(chinese) || !has_words, "{english}");
        }
    }

    /// What stands for `{ids}` ends in a Latin word, "2 个 userid", and Chinese is set apart from those.
    #[test]
    fn a_space_stands_between_a_latin_word_and_chinese() {
        for (_, chinese) in COMMAND.entries() {
            let behind = chinese.split("{ids}").skip(1).filter_map(|rest| rest.chars().next());
            assert!(!behind.into_iter().any(char::is_alphabetic), "{chinese}");
        }
    }

    /// Options, codes and examples of the long helps are the same in both languages.
    #[test]
    fn the_long_helps_tell_of_the_same_options_and_examples() {
        let facts = |text: &str| -> BTreeSet<String> {
            let words = text.split(|c: char| !c.is_ascii_graphic() || "()[],;:\"'".contains(c));
            let words = words.map(|word| word.trim_end_matches(['.', '!', '?']));
            let is_fact = |word: &&str| {
                word.starts_with("--") || word.contains('_') || word.parse::<u64>().is_ok()
            };
            words.filter(is_fact).map(str::to_owned).collect()
        };
        let examples = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| line.starts_with("  dingtalk-extcontact "));
            lines.map(|line| line.trim().split("  ").next().unwrap().to_owned()).collect()
        };
        let help = |command: &Command| command.get_after_help().map(ToString::to_string);
        let (english, chinese) = (Cli::command(), help::in_chinese(Cli::command()));
        let mut told = 0;
        for command in english.get_subcommands() {
            let Some(in_english) = help(command) else { continue };
            let in_chinese = help(chinese.find_subcommand(command.get_name()).unwrap()).unwrap();
            assert!(is_chinese(&in_chinese), "{}", command.get_name());
            assert_eq!(examples(&in_chinese), examples(&in_english), "{}", command.get_name());
            assert_eq!(facts(&in_chinese), facts(&in_english), "{}", command.get_name());
            told += 1;
        }
        let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/language/help"));
        // Of all commands together, credentials, filters.
        assert_eq!(told + 3, files.unwrap().count());
    }

    fn args(args: &str) -> Vec<OsString> {
        args.split(' ').map(Into::into).collect()
    }

    #[test]
    fn the_option_is_found_wherever_it_stands() {
        for (given, language) in [
            ("dtx --lang zh delete 1", Some(Language::Chinese)),
            ("dtx delete 1 --lang=zh", Some(Language::Chinese)),
            ("dtx --lang zh delete --lang en", Some(Language::English)),
            ("dtx delete -- --lang zh", None),
            ("dtx delete --lang", None),
            ("dtx --lang fr delete", None),
        ] {
            assert_eq!(of_option(&args(given)), language, "{given}");
        }
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        for (all, messages, lang, language) in [
            ("", "", "zh_CN.UTF-8", Language::Chinese),
            ("", "zh_TW", "en_US.UTF-8", Language::Chinese),
            ("C", "zh_CN", "zh_CN", Language::English),
            ("zh", "C", "C", Language::Chinese),
            ("", "", "zhuang", Language::English),
            ("", "", "", Language::English),
        ] {
            let variable = |name: &str| match name {
                "LC_ALL" => Some(all.to_owned()),
                "LC_MESSAGES" => Some(messages.to_owned()),
                "LANG" => Some(lang.to_owned()),
                _ => None,
            };
            assert_eq!(of_locale(variable), language, "{all} {messages} {lang}");
        }
        assert_eq!(of_locale(|_| None), Language::English);
    }
}
