//! Ids as numbers of fixed size: a set of a million of them must stay small.

use std::collections::HashMap;
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

/// A map by key. It is kept in parts, as a table that grows needs the old and the new one at
/// once: so it is those of one part.
pub(crate) struct KeyMap<V>([HashMap<Key, V>; 64]);

/// Keys that have come.
pub(crate) type KeySet = KeyMap<()>;

impl<V> Default for KeyMap<V> {
    fn default() -> KeyMap<V> {
        KeyMap(std::array::from_fn(|_| HashMap::new()))
    }
}

impl<V> KeyMap<V> {
    /// Keeps a value for a key; the one that was there before.
    pub fn insert(&mut self, key: Key, value: V) -> Option<V> {
        // There is a part for each remainder.
        self.0.get_mut(part(key)).and_then(|part| part.insert(key, value))
    }

    pub fn remove(&mut self, key: Key) -> Option<V> {
        self.0.get_mut(part(key)).and_then(|part| part.remove(&key))
    }

    pub fn get(&self, key: Key) -> Option<&V> {
        self.0.get(part(key)).and_then(|part| part.get(&key))
    }
}

fn part([first, ..]: Key) -> usize {
    first as usize % 64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_new_once() {
        let (keys, mut map) = (Keys::default(), KeyMap::default());
        for id in 0..1000 {
            assert_eq!(map.insert(keys.of(&id.to_string()), id), None);
        }
        for id in 0..1000 {
            assert_eq!(map.get(keys.of(&id.to_string())), Some(&id));
            assert_eq!(map.insert(keys.of(&id.to_string()), 0), Some(id));
        }
        assert_eq!(map.get(keys.of("1000")), None);
        assert_eq!((map.remove(keys.of("7")), map.get(keys.of("7"))), (Some(0), None));
    }
}
