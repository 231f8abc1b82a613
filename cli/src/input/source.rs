//! Where ids are read from: the command line, a file, standard input, or the service.

use crate::language::{Phrase, phrase, said, sentence};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;

use crate::args::Delete;
use crate::input::error::{InputError, ListError};
use crate::input::lines::{LineBreaks, first_line};
use crate::input::list::{Ids, List, spool_failed, spooled};
use crate::input::place::Place;
use crate::input::sha256::Hashing;
use crate::input::text::{self, NotText};
use crate::input::{column, json_lines, plain, workbook};

/// Where a list of ids comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Arguments(Vec<String>),
    File { path: PathBuf, form: Form },
    Stdin { form: Form },
}

/// What is said about the form of a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    pub(crate) column: Option<String>,
    /// Of a workbook.
    pub(crate) sheet: Option<String>,
    /// Of a text; where it is not given, a byte order mark tells it, else it is UTF-8.
    pub(crate) encoding: Option<&'static Encoding>,
}

impl Source {
    /// The source that the arguments name; `None` if they give filters.
    pub(crate) fn of(args: &Delete) -> Result<Option<Source>, String> {
        let form = Form {
            column: args.column.clone(),
            sheet: args.sheet.clone(),
            encoding: args.encoding,
        };
        let dash = |path: &Path| path == Path::new("-");
        let source = match (&args.file, args.ids.as_slice()) {
            (Some(path), _) if !dash(path) => Source::File { path: path.clone(), form },
            (Some(_), _) => Source::Stdin { form },
            (None, [id]) if id == "-" => Source::Stdin { form },
            (None, ids) if ids.iter().any(|id| id == "-") => {
                return Err(said!("- stands for all ids and cannot be one among several"));
            }
            _ if form.given().is_some() => {
                let option = form.given().unwrap_or_default();
                return Err(said!("{option} is for --file FILE or -", option));
            }
            (None, []) => return Ok(None),
            (None, ids) => Source::Arguments(ids.to_vec()),
        };
        Ok(Some(source))
    }

    /// The source in words.
    pub(crate) fn name(&self) -> Phrase {
        match self {
            Source::Arguments(_) => phrase!("the command line"),
            Source::File { path, form } => {
                form.behind(Phrase::recorded(path.display().to_string()))
            }
            Source::Stdin { form } => form.behind(phrase!("standard input")),
        }
    }

    /// Reads and checks all ids.
    pub(crate) fn read(&self) -> Result<Ids, InputError> {
        let mut list = List::new(true);
        match self {
            Source::Arguments(ids) => {
                list.place = Place::Argument;
                list.add_all(ids.iter().map(String::as_str))?;
            }
            Source::File { path, form } => {
                list.read(File::open(path).map_err(ListError::from)?, form)?;
            }
            Source::Stdin { form } => list.read(io::stdin().lock(), form)?,
        }
        list.finish()
    }
}

/// Collects ids that the service has listed: they may be unusual, but are not damaged.
pub(crate) fn listed<'a>(ids: impl Iterator<Item = &'a str>) -> Result<Ids, InputError> {
    let mut list = List::new(false);
    list.place = Place::Contact;
    list.add_all(ids)?;
    list.finish()
}

impl Form {
    /// The first option that is given.
    fn given(&self) -> Option<&'static str> {
        let options = [
            ("--column", self.column.is_some()),
            ("--sheet", self.sheet.is_some()),
            ("--encoding", self.encoding.is_some()),
        ];
        options.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}

impl Form {
    /// The name of a list with what is to be read of it.
    fn behind(&self, mut list: Phrase) -> Phrase {
        if let Some(sheet) = &self.sheet {
            list = phrase!("{list}, sheet {sheet}", list, sheet);
        }
        if let Some(column) = &self.column {
            list = phrase!("{list}, column {column}", list, column);
        }
        list
    }
}

impl List {
    /// Reads a list, and takes its hash.
    fn read(&mut self, from: impl Read, form: &Form) -> Result<(), ListError> {
        let mut from = Hashing::new(from);
        self.read_form(&mut from, form)?;
        self.sha256 = Some(from.finish()?);
        Ok(())
    }

    /// Reads a list in any form: one id a line, the column of a CSV file or a workbook, JSON
    /// lines.
    fn read_form(&mut self, mut from: impl Read, form: &Form) -> Result<(), ListError> {
        let mut beginning = Vec::new();
        from.by_ref().take(4).read_to_end(&mut beginning)?;
        let mark = Encoding::for_bom(&beginning).map(|(encoding, _)| encoding);
        let is_packed = workbook::is_packed(&beginning);
        let mut from = beginning.as_slice().chain(from);
        if is_packed {
            // It is read from its end, which a pipe does not have yet.
            let mut spool = spooled();
            io::copy(&mut from, &mut spool).map_err(spool_failed)?;
            spool.rewind()?;
            let from = BufReader::new(spool);
            return workbook::read(self, from, form.sheet.as_deref(), form.column.as_deref());
        }
        if form.sheet.is_some() {
            let problem = said!("this is no workbook, so it has no sheets");
            return Err(ListError::new(problem, sentence!("Leave out --sheet.")));
        }
        let decoded = DecodeReaderBytesBuilder::new()
            .encoding(mark.or(form.encoding))
            .utf8_passthru(true)
            .build(from);
        self.read_text(decoded, form.column.as_deref())
    }

    fn read_text(&mut self, from: impl Read, column: Option<&str>) -> Result<(), ListError> {
        let mut from = BufReader::new(LineBreaks::new(from));
        let mut first = first_line(&mut from, 1)?;
        text::check_beginning(&first.bytes).map_err(|what| match what {
            NotText::Utf16 => ListError::text(first.number, what),
            // Not text, so a line number would be misleading.
            _ => ListError::new(what.problem().to_owned(), what.advice()),
        })?;
        let delimiter = column::named_delimiter(&first.bytes);
        if delimiter.is_some() {
            first = first_line(&mut from, first.number + 1)?;
        }
        match column {
            _ if json_lines::is_json(&first.bytes) => json_lines::read(self, first, from, column),
            Some(column) => column::read(self, first, from, column, delimiter),
            None => plain::read(self, first, from),
        }
    }
}

#[cfg(test)]
mod tests;
