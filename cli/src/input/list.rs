//! The ids that are to be deleted, checked all of them before the first is called, and set aside.
//!
//! They are set aside so that a million of them need no memory, and so that what is deleted
//! is what was checked and asked about, even if the file changes meanwhile: in memory up to
//! a size, then in a temporary file without a name.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};

use dingtalk_extcontact::check_user_id;
use tempfile::SpooledTempFile;

use crate::input::damage::{self, AS_TEXT, NAME_THE_COLUMN, are_digits, damage};
use crate::input::digits::Shapes;
use crate::input::error::{NAMED, Unusable, Useless};
use crate::input::text::visible;

/// So many bytes of ids stay in memory.
const IN_MEMORY: usize = 4 * 1024 * 1024;

/// Ids that were checked.
pub(crate) struct Ids {
    set_aside: SpooledTempFile,
    /// How many there are, a repeated one counted once.
    pub(crate) count: u64,
    /// What looks damaged but may be right.
    pub(crate) doubt: Option<String>,
}

impl Ids {
    /// All ids in their order, repeated ones included: the library knows them.
    pub(crate) fn iter(&mut self) -> io::Result<impl Iterator<Item = io::Result<String>>> {
        self.set_aside.rewind()?;
        Ok(BufReader::new(&mut self.set_aside).lines())
    }
}

/// A list that is being read.
pub(crate) struct List {
    /// Whether it passed through people's hands.
    doubted: bool,
    /// What its numbers count.
    pub(crate) unit: &'static str,
    set_aside: BufWriter<SpooledTempFile>,
    hasher: RandomState,
    /// By the hash of an id without the zeros at its beginning: their number, and the line.
    /// A counting aid alone: which ids are the same is for the library to say.
    seen: HashMap<u64, (u8, u32)>,
    shapes: Shapes,
    wrong: u64,
    first_wrong: Vec<String>,
    /// What helps with all that is wrong, each thing once.
    advice: Vec<&'static str>,
}

impl List {
    pub(crate) fn new(doubted: bool) -> List {
        List {
            doubted,
            unit: "line",
            set_aside: BufWriter::new(SpooledTempFile::new(IN_MEMORY)),
            hasher: RandomState::new(),
            seen: HashMap::new(),
            shapes: Shapes::default(),
            wrong: 0,
            first_wrong: Vec::new(),
            advice: Vec::new(),
        }
    }

    /// Checks ids and sets them aside.
    pub(crate) fn add_all<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<(), Useless> {
        for (number, id) in (1..).zip(ids) {
            self.add(number, id)?;
        }
        Ok(())
    }

    /// Checks an id and sets it aside.
    pub(crate) fn add(&mut self, number: u64, id: &str) -> io::Result<()> {
        if self.doubted
            && let Some((wrong, advice)) = damage(id)
        {
            // Of the row of a table most is no id, but somebody's name and number.
            let quoted = match advice {
                NAME_THE_COLUMN => wrong.to_owned(),
                _ => format!("{}: {wrong}", visible(id)),
            };
            self.refuse(number, &quoted, advice);
            return Ok(());
        }
        if let Err(error) = check_user_id(id) {
            let advice = if self.doubted { damage::help(id) } else { "" };
            self.refuse(number, &format!("{}: {}", visible(id), error.message()), advice);
            return Ok(());
        }
        let digits = are_digits(id);
        // Two that differ by their zeros are a doubt about a list, not about the service.
        let bare = if digits && self.doubted { id.trim_start_matches('0') } else { id };
        // An id that passed has 128 bytes at most.
        let zeros = u8::try_from(id.len() - bare.len()).unwrap_or(u8::MAX);
        let line = u32::try_from(number).unwrap_or(u32::MAX);
        match self.seen.entry(self.hasher.hash_one(bare)) {
            Entry::Vacant(entry) => {
                entry.insert((zeros, line));
                if digits {
                    self.shapes.note(bare, zeros, number);
                }
            }
            Entry::Occupied(entry) => {
                let &(others, other) = entry.get();
                if others != zeros && self.doubted {
                    let wrong = format!(
                        "{}: it differs from {} {other} by zeros at the beginning alone; one of \
                         the two is damaged",
                        visible(id),
                        self.unit
                    );
                    self.refuse(number, &wrong, AS_TEXT);
                }
            }
        }
        writeln!(self.set_aside, "{id}").map_err(not_set_aside)
    }

    pub(crate) fn refuse(&mut self, number: u64, wrong: &str, advice: &'static str) {
        self.wrong += 1;
        if self.first_wrong.len() < NAMED {
            self.first_wrong.push(format!("{} {number}: {wrong}", self.unit));
        }
        if !advice.is_empty() && !self.advice.contains(&advice) {
            self.advice.push(advice);
        }
    }

    pub(crate) fn finish(mut self) -> Result<Ids, Unusable> {
        if self.doubted
            && self.wrong == 0
            && let Some((line, count, wrong)) = self.shapes.rounded()
        {
            self.refuse(line, &wrong, AS_TEXT);
            self.wrong = count;
        }
        if self.wrong > 0 {
            let List { wrong: count, first_wrong: first, advice, .. } = self;
            return Err(Unusable::Wrong { count, first, advice });
        }
        if self.doubted && self.seen.is_empty() {
            let advice = "If another program makes it, look whether that one failed.";
            return Err(Useless::new("the list is empty".to_owned(), advice).into());
        }
        let set_aside = self
            .set_aside
            .into_inner()
            .map_err(|error| Useless::from(not_set_aside(error.into_error())))?;
        let doubt = match self.doubted {
            true => self.shapes.shortened(self.unit),
            false => None,
        };
        Ok(Ids { set_aside, count: self.seen.len() as u64, doubt })
    }
}

fn not_set_aside(error: io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    io::Error::other(format!("cannot be set aside in {}: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_memory_takes_is_set_aside_in_a_file() {
        let count = 400_000;
        let all: Vec<_> = (0..count).map(|n| format!("0125{n:010}")).collect();
        let mut list = List::new(true);
        list.add_all(all.iter().map(String::as_str)).unwrap();
        let mut ids = list.finish().unwrap();
        assert!(ids.set_aside.is_rolled());
        assert_eq!(ids.count, count);
        assert!(ids.iter().unwrap().map(Result::unwrap).eq(all));
    }
}
