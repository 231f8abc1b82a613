//! On which line the last record of each key stands: 16 bytes a record, as a third of a table would
//! be empty.

use crate::batch::key_set::Key;

/// Filled in the order of the file, then finished, then asked.
#[derive(Default)]
pub(super) struct LastLines(Vec<(Key, u32)>);

impl LastLines {
    pub fn push(&mut self, key: Key, line: u32) {
        self.0.push((key, line));
    }

    /// Keeps the last line of each key.
    pub fn finish(&mut self) {
        self.0.sort_unstable();
        self.0.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                kept.1 = next.1;
            }
            is_same
        });
    }

    pub fn get(&self, key: Key) -> Option<u32> {
        let at = self.0.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.0.get(at).map(|(_, line)| *line)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_last_line_of_each_key_counts(keys in prop::collection::vec(0_u32..50, 0..200)) {
            let (mut lines, mut expected) = (LastLines::default(), HashMap::new());
            for (line, key) in (0..).zip(&keys) {
                lines.push([*key, 0, 0], line);
                expected.insert(*key, line);
            }
            lines.finish();
            prop_assert_eq!(lines.len(), expected.len());
            for key in 0..50 {
                prop_assert_eq!(lines.get([key, 0, 0]), expected.get(&key).copied());
            }
        }
    }
}
