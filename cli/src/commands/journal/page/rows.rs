//! The rows of the table, ready to be written: as many as a page can bear, and first what is not
//! gone.

use std::collections::HashMap;

use dingtalk_extcontact::{JournalEntry, JournalState};
use serde_json::{Value, json};

use crate::output;

/// A page stays usable with so many.
const LIMIT: usize = 100_000;

/// How many states there are.
pub(super) const PLACES: usize = 4;

/// The states in the order of the table, and of `STATES` in `page.js`.
const STATES: [JournalState; PLACES] = [
    JournalState::MayBeGone,
    JournalState::NotDeleted,
    JournalState::WasNotThere,
    JournalState::Gone,
];

/// Which of them it is.
pub(super) fn place_of(state: JournalState) -> usize {
    STATES.iter().position(|it| *it == state).unwrap_or_default()
}

pub(super) struct Rows {
    limit: usize,
    kept: [Vec<Row>; PLACES],
    totals: [u64; PLACES],
    /// What happened, each phrase once.
    meanings: Vec<&'static str>,
    numbers: HashMap<&'static str, usize>,
    /// Whether names are to be added.
    with_names: bool,
}

/// A row as JSON without its end, so that names can follow.
struct Row {
    json: Box<str>,
    /// Where names are to be added.
    user_id: Box<str>,
    names: Option<Box<str>>,
}

impl Rows {
    pub(super) fn new(with_names: bool) -> Rows {
        Rows {
            limit: LIMIT,
            kept: Default::default(),
            totals: [0; PLACES],
            meanings: Vec::new(),
            numbers: HashMap::new(),
            with_names,
        }
    }

    /// Adds an entry, unless there is no room for it. It may take the place of one that is less
    /// urgent.
    pub(super) fn add(&mut self, entry: &JournalEntry, file: usize, time: u64) {
        let place = place_of(entry.state);
        if let Some(total) = self.totals.get_mut(place) {
            *total += 1;
        }
        if self.len() >= self.limit {
            let last = self.kept.iter().rposition(|rows| !rows.is_empty()).unwrap_or_default();
            if last <= place {
                return;
            }
            self.kept.get_mut(last).and_then(Vec::pop);
        }
        let row = self.row(entry, place, file, time);
        if let Some(rows) = self.kept.get_mut(place) {
            rows.push(row);
        }
    }

    fn row(&mut self, entry: &JournalEntry, place: usize, file: usize, time: u64) -> Row {
        let next = self.meanings.len();
        let meaning = *self.numbers.entry(entry.meaning).or_insert(next);
        if meaning == next {
            self.meanings.push(entry.meaning);
        }
        let id = output::escaped(&entry.user_id);
        let request_id = entry.request_id.as_deref().map(output::escaped);
        let code = entry.code.as_deref().map(output::escaped);
        let row =
            json!([id, place, time, file, entry.run, entry.attempts, request_id, code, meaning]);
        let json = row.to_string();
        let user_id = if self.with_names { entry.user_id.as_str() } else { "" };
        Row { json: json.trim_end_matches(']').into(), user_id: user_id.into(), names: None }
    }

    fn len(&self) -> usize {
        self.kept.iter().map(Vec::len).sum()
    }

    /// The ids of the rows, each with where its names go.
    pub(super) fn by_id(&mut self) -> HashMap<&str, &mut Option<Box<str>>> {
        let rows = self.kept.iter_mut().flatten();
        rows.map(|row| (&*row.user_id, &mut row.names)).collect()
    }

    /// All rows as JSON, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = String> {
        self.kept.iter().flatten().map(|Row { json, names, .. }| {
            format!("{json}{}]", names.as_deref().unwrap_or_default())
        })
    }

    pub(super) fn meanings(&self) -> &[&'static str] {
        &self.meanings
    }

    pub(super) fn left_out(&self) -> u64 {
        self.totals.iter().sum::<u64>() - self.len() as u64
    }

    pub(super) fn totals(&self) -> Value {
        let totals = STATES.iter().zip(self.totals);
        totals.map(|(state, total)| (state.as_str().to_owned(), Value::from(total))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_states_are_in_the_order_of_the_script() {
        let names = STATES.map(|state| format!("'{}'", state.as_str())).join(", ");
        assert!(super::super::SCRIPT.contains(&format!("const STATES = [{names}];")));
    }
}
