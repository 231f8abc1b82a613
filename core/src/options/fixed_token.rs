//! An access token that the program gives, and replaces while the client is in use.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::secret::Secret;

/// A token as it is in use.
pub(crate) type Token = Arc<Secret>;

/// A token that the caller keeps fresh, shared by the clones of its settings. Reading it takes
/// no lock, so that a forked child can.
#[derive(Clone)]
pub(crate) struct FixedToken(Arc<ArcSwap<Secret>>);

impl FixedToken {
    pub fn new(token: Secret) -> FixedToken {
        FixedToken(Arc::new(ArcSwap::from_pointee(token)))
    }

    pub fn get(&self) -> Token {
        self.0.load_full()
    }

    pub fn set(&self, token: Secret) {
        self.0.store(Arc::new(token));
    }
}

impl fmt::Debug for FixedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
