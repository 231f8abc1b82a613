//! Ids as numbers of fixed size: a set of a million of them must stay small.

use std::hash::{BuildHasher, RandomState};

/// 128 bits of keyed hash. That two of a million ids share one has a chance of 10^-27.
pub(crate) type Key = (u64, u64);

/// Makes keys; those of different `Keys` do not compare.
#[derive(Default)]
pub(crate) struct Keys(RandomState, RandomState);

impl Keys {
    pub fn of(&self, id: &str) -> Key {
        (self.0.hash_one(id), self.1.hash_one(id))
    }
}
