//! Ids as numbers of fixed size: a set of a million of them must stay small.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// 96 bits of keyed hash. That two of a million ids share one has a chance of 10^-17.
pub(crate) type Key = [u32; 3];

/// Makes keys; those of different `Keys` do not compare.
#[derive(Default)]
pub(crate) struct Keys(RandomState, RandomState);

impl Keys {
    pub fn of(&self, id: &str) -> Key {
        let (first, second) = (self.0.hash_one(id), self.1.hash_one(id));
        [first as u32, (first >> 32) as u32, second as u32]
    }
}

/// Keys that have come. They are kept in parts, as a table that grows needs the old and the new
/// one at once: so it is those of one part.
pub(crate) struct KeySet([HashSet<Key>; 64]);

impl Default for KeySet {
    fn default() -> KeySet {
        KeySet(std::array::from_fn(|_| HashSet::new()))
    }
}

impl KeySet {
    /// Adds a key; whether it is new.
    pub fn insert(&mut self, key: Key) -> bool {
        let [first, ..] = key;
        // There is a part for each remainder.
        self.0.get_mut(first as usize % 64).is_none_or(|part| part.insert(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_new_once() {
        let (keys, mut set) = (Keys::default(), KeySet::default());
        for id in 0..1000 {
            assert!(set.insert(keys.of(&id.to_string())));
        }
        for id in 0..1000 {
            assert!(!set.insert(keys.of(&id.to_string())));
        }
    }
}
