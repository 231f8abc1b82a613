//! `journal --html`: the record as one page for people, which needs nothing from elsewhere.
//!
//! `page.html` is the frame, `page.css` how it looks, `page.js` what makes the page of the data,
//! `words.*.json` what it says in each language; what happened, the core says. Here the data is
//! gathered. It stands in the page as JSON and becomes text there, never HTML; a content security
//! policy lets no other script run.

mod backup;
mod histogram;
mod rows;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dingtalk_extcontact::binding::{RunRecord, Stopped, meaning_in};
use dingtalk_extcontact::{JournalEntry, JournalFile, JournalReader, Language, VERSION};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use self::histogram::Histogram;
use self::rows::{Rows, place_of};
use crate::input::sha256::Hashing;
use crate::language::said;
use crate::output::{self, Exit, file};

const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// So many runs are told in detail, of all files together; at least the last one of each file.
const RUNS: usize = 100;
/// And so many of one file.
const RUNS_OF_FILE: usize = 20;

/// What shows that a file is such a page; it stands in [`FRAME`] and within the first bytes.
const GENERATOR: &str = r#"<meta name="generator" content="dingtalk-extcontact">"#;
const FIRST_BYTES: u64 = 256;

/// What to make.
pub(crate) struct Page<'a> {
    pub(crate) path: &'a Path,
    pub(crate) lang: Language,
    /// Where names and numbers come from, which are left out otherwise.
    pub(crate) backup: Option<&'a Path>,
}

impl Page<'_> {
    /// Refuses to write over what is read, and over any file but an earlier page.
    pub(crate) fn check(&self, journals: &[PathBuf]) -> Result<(), Exit> {
        let mut read = journals.iter().map(PathBuf::as_path).chain(self.backup);
        let (problem, advice) = if self.path == Path::new("-") {
            let problem = said!("{name} takes the name of a file, not -", name = "--html");
            (problem, said!("Name another file."))
        } else if read.any(|path| file::is_same(path, self.path)) {
            let problem = said!("the file of --html is one of those that are read");
            (problem, said!("Name another file."))
        } else if self.path.is_file() && !is_page(self.path) {
            let problem = said!("the file of --html is there already, and is no earlier report");
            (problem, said!("Name another file, or remove that one first. Nothing was written."))
        } else {
            return Ok(());
        };
        output::print_error(&problem, &advice);
        Err(Exit::Usage)
    }

    /// Writes the page of all entries, each of which is handed on.
    pub(crate) fn write(
        &self,
        reader: &mut JournalReader,
        mut each: impl FnMut(&JournalEntry),
    ) -> Result<(), Exit> {
        let files = reader.files().to_vec();
        let mut runs = runs_in_detail(&files);
        let mut rows = Rows::new(self.backup.is_some());
        let mut numbers = FileNumbers { files: &files, last: 0 };
        for entry in reader {
            let entry = entry.map_err(|error| output::usage_error(&error))?;
            let (number, place) = (numbers.of(&entry.journal), place_of(entry.state));
            let time = in_ms(entry.time);
            if let Some(histogram) = runs.get_mut(&(number, entry.run)) {
                histogram.add(time, place);
            }
            rows.add(&entry, number, time);
            each(&entry);
        }
        if let Some(path) = self.backup {
            backup::add_names(path, &files, &mut rows)?;
        }
        let words = words(self.lang);
        let mut told = Vec::new();
        for (number, file) in files.iter().enumerate() {
            let described = describe(file, number, &runs, self.lang);
            told.push(described.map_err(|error| unreadable(file, &error))?);
        }
        let happened: Vec<_> =
            rows.meanings().iter().map(|it| meaning_in(it, self.lang).unwrap_or(it)).collect();
        let written = file::write_whole(self.path, |out| {
            self.write_frame(out, &words, |out| {
                self.write_data(out, &words, &told, &rows, &happened)
            })
        });
        written.map_err(|error| {
            let path = output::escaped(&self.path.to_string_lossy());
            let error = error.to_string();
            let problem = said!("the report {path} cannot be written: {error}", path, error);
            output::print_error(&problem, "");
            Exit::Failed
        })
    }

    fn write_frame(
        &self,
        out: &mut dyn Write,
        words: &Value,
        data: impl Fn(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let word = |name: &str| words.get(name).and_then(Value::as_str).unwrap_or_default();
        for piece in FRAME.split("{{") {
            let (name, rest) = piece.split_once("}}").unwrap_or(("", piece));
            match name {
                "" => {}
                "lang" => out.write_all(self.lang.as_str().as_bytes())?,
                "csp" => out.write_all(policy().as_bytes())?,
                "style" => out.write_all(STYLE.as_bytes())?,
                "script" => out.write_all(SCRIPT.as_bytes())?,
                "data" => data(out)?,
                word_of => out.write_all(word(word_of).as_bytes())?,
            }
            out.write_all(rest.as_bytes())?;
        }
        Ok(())
    }

    fn write_data(
        &self,
        out: &mut dyn Write,
        words: &Value,
        files: &[Value],
        rows: &Rows,
        meanings: &[&str],
    ) -> io::Result<()> {
        let head = json!({
            "files": files,
            "lang": self.lang.as_str(),
            "leftOut": rows.left_out(),
            "made": in_ms(SystemTime::now()),
            "meanings": meanings,
            "totals": rows.totals(),
            "version": VERSION,
            "withBackup": self.backup.is_some(),
            "words": words,
        });
        let head = head.to_string();
        embed(out, head.strip_suffix('}').unwrap_or_default())?;
        embed(out, ",\"rows\":[\n")?;
        for (number, row) in rows.iter().enumerate() {
            embed(out, if number == 0 { "" } else { ",\n" })?;
            embed(out, &row)?;
        }
        embed(out, "]}")
    }
}

/// Whether a file is an earlier page, or has nothing in it that could be lost.
fn is_page(path: &Path) -> bool {
    let mut begin = Vec::new();
    let read = File::open(path).and_then(|file| file.take(FIRST_BYTES).read_to_end(&mut begin));
    read.is_ok() && (begin.is_empty() || String::from_utf8_lossy(&begin).contains(GENERATOR))
}

/// Writes JSON so that nothing in it ends the element that it stands in.
fn embed(out: &mut dyn Write, json: &str) -> io::Result<()> {
    for (number, piece) in json.split('<').enumerate() {
        if number > 0 {
            out.write_all(b"\\u003c")?;
        }
        out.write_all(piece.as_bytes())?;
    }
    Ok(())
}

/// The content security policy: this script and this style, and nothing from anywhere.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}

fn words(lang: Language) -> Value {
    let text = match lang {
        Language::Chinese => include_str!("words.zh.json"),
        _ => include_str!("words.en.json"),
    };
    serde_json::from_str(text).unwrap_or_default()
}

/// An empty histogram for each run that is told in detail, by its file and number.
fn runs_in_detail(files: &[JournalFile]) -> HashMap<(usize, u64), Histogram> {
    let mut runs = HashMap::new();
    let of_each = (RUNS / files.len().max(1)).clamp(1, RUNS_OF_FILE);
    for (number, file) in files.iter().enumerate() {
        for run in file.records().rev().take(of_each) {
            runs.insert((number, run.number), Histogram::new(in_ms(run.begun)));
        }
    }
    runs
}

/// The numbers of files by their paths. Entries come in the order of the files.
struct FileNumbers<'a> {
    files: &'a [JournalFile],
    last: usize,
}

impl FileNumbers<'_> {
    fn of(&mut self, path: &Path) -> usize {
        let is_at = |number: usize| self.files.get(number).is_some_and(|file| file.path == path);
        if !is_at(self.last) {
            self.last = (0..self.files.len()).find(|number| is_at(*number)).unwrap_or_default();
        }
        self.last
    }
}

fn describe(
    file: &JournalFile,
    number: usize,
    runs: &HashMap<(usize, u64), Histogram>,
    lang: Language,
) -> io::Result<Value> {
    let read = File::open(&file.path)?.take(file.length());
    let records = file.records().filter_map(|run| {
        runs.get(&(number, run.number)).map(|histogram| describe_run(run, histogram, lang))
    });
    let name = file.path.file_name().unwrap_or_default().to_string_lossy();
    Ok(json!({
        "appKey": file.app_key.as_deref().map(output::escaped),
        "bytes": file.length(),
        "endpoint": output::escaped(&file.endpoint),
        "name": output::escaped(&name),
        "records": records.collect::<Vec<_>>(),
        "runs": file.runs(),
        "sha256": Hashing::new(read).finish()?,
        "torn": file.torn_line,
    }))
}

fn describe_run(run: &RunRecord, histogram: &Histogram, lang: Language) -> Value {
    let mut request = run.request.clone();
    if let Some(name) = request.list.as_mut().and_then(|list| list.name.as_mut()) {
        *name = output::escaped(name);
    }
    let spans = run.throttled.iter();
    let throttled = spans.map(|span| json!([in_ms(span.from), in_ms(span.until), span.times]));
    let stopped = run.closed.as_ref().and_then(|closed| closed.stopped.as_ref());
    json!({
        "begun": in_ms(run.begun),
        "closed": run.closed.is_some(),
        "last": in_ms(run.last),
        "number": run.number,
        "plot": histogram.to_json(),
        "request": request,
        "stopped": stopped.map(|it| describe_stop(it, lang)),
        "throttled": throttled.collect::<Vec<_>>(),
    })
}

fn describe_stop(stopped: &Stopped, lang: Language) -> Value {
    let code = stopped.code.as_deref();
    let known = code.and_then(dingtalk_extcontact::explain);
    json!({
        "code": code,
        "meaning": known.map(|known| known.meaning_in(lang)),
        "reason": stopped.reason.as_str(),
    })
}

fn unreadable(file: &JournalFile, error: &io::Error) -> Exit {
    let path = output::escaped(&file.path.to_string_lossy());
    let error = error.to_string();
    let problem = said!("the journal {path} cannot be read again: {error}", path, error);
    output::print_error(&problem, "");
    Exit::Failed
}

/// Milliseconds since 1970, as a page counts them.
fn in_ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every name in a tree of words, with the places to fill in.
    fn names(words: &Value, path: &str, into: &mut Vec<String>) {
        match words {
            Value::Object(fields) => {
                for (name, value) in fields {
                    names(value, &format!("{path}.{name}"), into);
                }
            }
            Value::String(text) => {
                let mut places: Vec<_> =
                    text.split('{').skip(1).map(|it| it.split('}').next()).collect();
                places.sort_unstable();
                into.push(format!("{path} {places:?}"));
            }
            other => panic!("{path}: {other}"),
        }
    }

    #[test]
    fn both_languages_have_the_same_words() {
        let all = [Language::English, Language::Chinese].map(|lang| {
            let words = words(lang);
            let mut all = Vec::new();
            names(&words, "", &mut all);
            all
        });
        assert!(all[0].len() > 60);
        assert_eq!(all[0], all[1]);
    }

    #[test]
    fn nothing_in_the_page_needs_to_be_escaped() {
        for words in [words(Language::English), words(Language::Chinese)] {
            for name in ["title", "noscript"] {
                assert!(!words[name].as_str().unwrap().contains(['<', '&']), "{name}");
            }
        }
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--") && !STYLE.contains("</"));
        for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("]
        {
            assert!(!SCRIPT.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn json_ends_no_element() {
        let mut out = Vec::new();
        embed(&mut out, r#"["</script><!--"]"#).unwrap();
        assert_eq!(out, br#"["\u003c/script>\u003c!--"]"#);
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), json!(["</script><!--"]));
    }
}
