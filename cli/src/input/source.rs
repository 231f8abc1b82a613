//! Where ids are read from: the command line, a file, standard input, or the service.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::args::Delete;
use crate::input::error::{InputError, ListError};
use crate::input::lines::{LineBreaks, first_line};
use crate::input::list::{Ids, List};
use crate::input::text::{self, NotText};
use crate::input::{column, json_lines, plain};

/// Where a list of ids comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Arguments(Vec<String>),
    File { path: PathBuf, column: Option<String> },
    Stdin { column: Option<String> },
}

impl Source {
    /// The source that the arguments name; `None` if they give filters.
    pub(crate) fn of(args: &Delete) -> Result<Option<Source>, String> {
        let column = args.column.clone();
        let dash = |path: &Path| path == Path::new("-");
        let source = match (&args.file, args.ids.as_slice()) {
            (Some(path), _) if !dash(path) => Source::File { path: path.clone(), column },
            (Some(_), _) => Source::Stdin { column },
            (None, [id]) if id == "-" => Source::Stdin { column },
            (None, ids) if ids.iter().any(|id| id == "-") => {
                return Err("- stands for all ids and cannot be one among several".to_owned());
            }
            _ if column.is_some() => {
                return Err("--column is for --file FILE or -".to_owned());
            }
            (None, []) => return Ok(None),
            (None, ids) => Source::Arguments(ids.to_vec()),
        };
        Ok(Some(source))
    }

    /// The source in words.
    pub(crate) fn name(&self) -> String {
        let of = |column: &Option<String>| {
            column.as_ref().map_or(String::new(), |name| format!(", column {name}"))
        };
        match self {
            Source::Arguments(_) => "the command line".to_owned(),
            Source::File { path, column } => format!("{}{}", path.display(), of(column)),
            Source::Stdin { column } => format!("standard input{}", of(column)),
        }
    }

    /// Reads and checks all ids.
    pub(crate) fn read(&self) -> Result<Ids, InputError> {
        let mut list = List::new(true);
        match self {
            Source::Arguments(ids) => {
                list.unit = "argument";
                list.add_all(ids.iter().map(String::as_str))?;
            }
            Source::File { path, column } => {
                let file = File::open(path).map_err(ListError::from)?;
                list.read(file, column.as_deref())?;
            }
            Source::Stdin { column } => {
                list.read(io::stdin().lock(), column.as_deref())?;
            }
        }
        list.finish()
    }
}

/// Collects ids that the service has listed: they may be unusual, but are not damaged.
pub(crate) fn listed<'a>(ids: impl Iterator<Item = &'a str>) -> Result<Ids, InputError> {
    let mut list = List::new(false);
    list.unit = "contact";
    list.add_all(ids)?;
    list.finish()
}

impl List {
    /// Reads a list in any form: one id a line, the column of a CSV file, JSON lines.
    fn read(&mut self, from: impl Read, column: Option<&str>) -> Result<(), ListError> {
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
