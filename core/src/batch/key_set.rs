//! Sets and maps of ids that stay small with a million of them: an id is kept as a hash of 96 bits.
//!
//! Written by hand: a set of texts would take several times the memory, and filters that take
//! less can say that an id has come before when it has not, so that it would not be deleted.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

/// A keyed hash of an id. The chance that any two of a million ids have the same is about 10^-17.
pub(crate) type Key = [u32; 3];

/// Makes the keys of a map. The key of an id is another one with another `Keys`.
#[derive(Default)]
pub(crate) struct Keys(RandomState, RandomState);

impl Keys {
    pub fn of(&self, id: &(impl Hash + ?Sized)) -> Key {
        let (first, second) = (self.0.hash_one(id), self.1.hash_one(id));
        [first as u32, (first >> 32) as u32, second as u32]
    }
}

const PARTS: usize = 64;

/// A map by key, in parts: a table that grows needs its old and its new memory at once, and in
/// parts that is the memory of one part. The parts have different shares of the keys, so that
/// not all of them double at the same time: half of what was just doubled is empty.
pub(crate) struct KeyMap<V>([HashMap<Key, V>; PARTS]);

/// A set of keys.
pub(crate) type KeySet = KeyMap<()>;

impl<V> Default for KeyMap<V> {
    fn default() -> KeyMap<V> {
        KeyMap(std::array::from_fn(|_| HashMap::new()))
    }
}

impl<V> KeyMap<V> {
    /// Sets the value of a key; returns the one before.
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

    pub fn len(&self) -> usize {
        self.0.iter().map(HashMap::len).sum()
    }

    /// All keys and values. The memory of a part is free once they are taken.
    pub fn into_entries(self) -> impl Iterator<Item = (Key, V)> {
        self.0.into_iter().flatten()
    }
}

/// The part of a key. The shares of the parts grow evenly, by the factor of two in all.
fn part([first, ..]: Key) -> usize {
    let share = 1.0 + f64::from(first) / f64::from(u32::MAX);
    ((share.log2() * PARTS as f64) as usize).min(PARTS - 1)
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
        assert_eq!((map.get(keys.of("1000")), map.len()), (None, 1000));
        assert_eq!((map.remove(keys.of("7")), map.get(keys.of("7"))), (Some(0), None));
    }

    #[test]
    fn every_key_has_a_part_and_the_last_has_twice_the_share_of_the_first() {
        assert_eq!((part([0; 3]), part([u32::MAX; 3])), (0, PARTS - 1));
        let first_of = |wanted| (0..=u32::MAX >> 12).find(|it| part([it << 12, 0, 0]) == wanted);
        let (second, last) = (first_of(1).unwrap(), first_of(PARTS - 1).unwrap());
        let ratio = f64::from((u32::MAX >> 12) - last) / f64::from(second);
        assert!((1.9..2.1).contains(&ratio), "{ratio}");
    }
}
