//! Collects ids. All of them are checked before the first is called, and spooled: in memory up to
//! a size, then in an unnamed temporary file.
//!
//! So a million ids need little memory, and what is deleted is what was checked and asked about,
//! even if the list changes meanwhile.

use crate::language::{self, Phrase, said, sentence};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};

use dingtalk_extcontact::check_user_id;
use tempfile::SpooledTempFile;

use crate::input::damage::{
    self, AS_TEXT, EACH_BY_ITSELF, LIKE_A_ROW, NAME_THE_COLUMN, are_digits, find_damage,
};
use crate::input::digits::DigitStats;
use crate::input::error::{InputError, ListError, PRINTED};
use crate::input::lines::{FirstLine, next_line};
use crate::input::place::Place;
use crate::input::text::{self, excerpt};

/// How many bytes of a list stay in memory.
const IN_MEMORY: usize = 4 * 1024 * 1024;

/// A file for what a list has, in memory as long as it is small.
pub(crate) fn spooled() -> SpooledTempFile {
    SpooledTempFile::new(IN_MEMORY)
}

/// Checked ids.
pub(crate) struct Ids {
    spool: SpooledTempFile,
    /// How many there are, a repeated one counted once.
    pub(crate) count: u64,
    /// The SHA-256 of what was read, where that was a file or standard input.
    pub(crate) sha256: Option<String>,
    /// Why the list may be damaged.
    pub(crate) doubt: Option<Phrase>,
}

impl Ids {
    /// All ids in order. Repeated ones are included: the library drops them.
    pub(crate) fn iter(&mut self) -> io::Result<impl Iterator<Item = io::Result<String>>> {
        self.spool.rewind()?;
        Ok(BufReader::new(&mut self.spool).lines())
    }
}

/// Collects the ids of a list.
pub(crate) struct List {
    /// Whether to look for damage that people and spreadsheets do.
    check_damage: bool,
    pub(crate) place: Place,
    /// Whether it is read as one id a line, and may be a table whose column nobody has named.
    pub(crate) may_be_table: bool,
    spool: BufWriter<SpooledTempFile>,
    hasher: RandomState,
    /// By the hash of an id without leading zeros: how many zeros, and the line. Only for counts and
    /// doubts; which ids are the same is for the library to decide.
    seen: HashMap<u64, (u8, u32)>,
    digits: DigitStats,
    /// Of what was read.
    pub(crate) sha256: Option<String>,
    wrong: u64,
    first_wrong: Vec<String>,
    /// What to do about the wrong ids, each advice once.
    advice: Vec<&'static str>,
}

impl List {
    pub(crate) fn new(check_damage: bool) -> List {
        List {
            check_damage,
            place: Place::Line,
            may_be_table: false,
            spool: BufWriter::new(spooled()),
            hasher: RandomState::new(),
            seen: HashMap::new(),
            digits: DigitStats::default(),
            sha256: None,
            wrong: 0,
            first_wrong: Vec::new(),
            advice: Vec::new(),
        }
    }

    /// Checks ids and spools them.
    pub(crate) fn add_all<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<(), ListError> {
        for (number, id) in (1..).zip(ids) {
            self.add(number, id)?;
        }
        Ok(())
    }

    /// Hands each line that is not blank to `add`. Lines that are not text are refused.
    pub(crate) fn read_texts(
        &mut self,
        first: FirstLine,
        from: impl BufRead,
        mut add: impl FnMut(&mut List, u64, &str) -> Result<(), ListError>,
    ) -> Result<(), ListError> {
        let mut from = first.bytes.chain(from);
        let mut line = Vec::new();
        for number in first.number.. {
            if !next_line(&mut from, &mut line)? {
                break;
            }
            match text::check(&line) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => add(self, number, text)?,
                Err(what) => self.refuse(number, what.problem(), what.advice()),
            }
        }
        Ok(())
    }

    /// Checks an id and spools it.
    pub(crate) fn add(&mut self, number: u64, id: &str) -> io::Result<()> {
        match self.problem(id) {
            Some((wrong, advice)) => self.refuse(number, &wrong, advice),
            None => {
                self.count(number, id);
                writeln!(self.spool, "{id}").map_err(spool_failed)?;
            }
        }
        Ok(())
    }

    /// What is wrong with an id by itself, and what to do about it.
    fn problem(&self, id: &str) -> Option<(String, &'static str)> {
        if self.check_damage
            && let Some((wrong, advice)) = find_damage(id)
        {
            let advice = match advice {
                NAME_THE_COLUMN if !self.may_be_table => EACH_BY_ITSELF,
                advice => advice,
            };
            let wrong = match wrong {
                LIKE_A_ROW => wrong.to_owned(),
                _ => format!("{}: {}", excerpt(id), language::told(wrong)),
            };
            return Some((wrong, advice));
        }
        let error = check_user_id(id).err()?;
        let advice = if self.check_damage { damage::advice_on_refused(id) } else { "" };
        Some((format!("{}: {}", excerpt(id), error.message()), advice))
    }

    /// Counts an id, and refuses it where another one differs only by leading zeros. From the
    /// service both may be right.
    fn count(&mut self, number: u64, id: &str) {
        let digits = are_digits(id);
        let bare = if digits && self.check_damage { id.trim_start_matches('0') } else { id };
        // The library's check has bounded the length of an id.
        let zeros = u8::try_from(id.len() - bare.len()).unwrap_or(u8::MAX);
        let line = u32::try_from(number).unwrap_or(u32::MAX);
        match self.seen.entry(self.hasher.hash_one(bare)) {
            Entry::Vacant(entry) => {
                entry.insert((zeros, line));
                if digits {
                    self.digits.note(bare, zeros, number);
                }
            }
            Entry::Occupied(entry) => {
                let &(others, other) = entry.get();
                if others != zeros && self.check_damage {
                    let wrong = said!(
                        "{id}: it differs from {other} by zeros at the beginning alone; one of the \
                         two is damaged",
                        id = excerpt(id),
                        other = self.place.phrase(other.into())
                    );
                    self.refuse(number, &wrong, AS_TEXT);
                }
            }
        }
    }

    /// Refuses a heading among the ids, which may have been given after others.
    pub(crate) fn refuse_heading(&mut self, number: u64) {
        let wrong = sentence!("this is a heading again, as where one list is put behind another");
        self.refuse(number, wrong, sentence!("Give each of the lists by itself."));
    }

    pub(crate) fn refuse(&mut self, number: u64, wrong: &str, advice: &'static str) {
        self.wrong += 1;
        if self.first_wrong.len() < PRINTED {
            let (place, wrong) = (self.place.at(number), language::told(wrong));
            self.first_wrong.push(said!("{place}: {wrong}", place, wrong));
        }
        if !advice.is_empty() && !self.advice.contains(&advice) {
            self.advice.push(advice);
        }
    }

    pub(crate) fn finish(mut self) -> Result<Ids, InputError> {
        if self.check_damage
            && self.wrong == 0
            && let Some((line, count, wrong)) = self.digits.rounded()
        {
            self.refuse(line, &wrong, AS_TEXT);
            self.wrong = count;
        }
        if self.wrong > 0 {
            let List { wrong: count, first_wrong: first, advice, .. } = self;
            return Err(InputError::Ids { count, first, advice });
        }
        if self.check_damage && self.seen.is_empty() {
            let advice = sentence!("If another program makes it, look whether that one failed.");
            return Err(ListError::new(said!("the list is empty"), advice).into());
        }
        let spool = self
            .spool
            .into_inner()
            .map_err(|error| ListError::from(spool_failed(error.into_error())))?;
        let doubt = match self.check_damage {
            true => self.digits.shortened(&self.place),
            false => None,
        };
        Ok(Ids { spool, count: self.seen.len() as u64, sha256: self.sha256, doubt })
    }
}

pub(crate) fn spool_failed(error: io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    let (folder, error) = (folder.display().to_string(), error.to_string());
    io::Error::other(said!("cannot be set aside in {folder}: {error}", folder, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_ids_are_spooled_to_a_file() {
        let count = 400_000;
        let all: Vec<_> = (0..count).map(|n| format!("0125{n:010}")).collect();
        let mut list = List::new(true);
        list.add_all(all.iter().map(String::as_str)).unwrap();
        let mut ids = list.finish().unwrap();
        assert!(ids.spool.is_rolled());
        assert_eq!(ids.count, count);
        assert!(ids.iter().unwrap().map(Result::unwrap).eq(all));
    }
}
