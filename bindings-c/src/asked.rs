//! Whether a batch is to tell somebody its next item.

use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dingtalk_extcontact::Item;

use crate::ffi;
use crate::item::dtx_item;

/// Whom the next item is told.
pub struct Asker {
    pub done: unsafe extern "C" fn(*mut dtx_item, *mut c_void),
    pub context: *mut c_void,
}

// SAFETY: the header says that the function is called on any thread, with this context.
unsafe impl Send for Asker {}

impl Asker {
    pub fn tell(self, next: Option<Item>) {
        let item = next.map_or(std::ptr::null_mut(), |item| ffi::handle(item.into()));
        // SAFETY: a function of this type and its context, as dtx_batch_submit_next was given them.
        unsafe { (self.done)(item, self.context) }
    }
}

/// Whether somebody is to be told the next item.
#[derive(Default)]
pub struct Asked(Mutex<Asking>);

#[derive(Default)]
pub enum Asking {
    #[default]
    Nobody,
    Waits,
    /// Somebody is told, and may have asked again. That waits until the function has returned: one
    /// that asks again each time would nest as deep as there are items.
    IsTold(Option<Asker>),
}

impl Asked {
    pub fn lock(&self) -> MutexGuard<'_, Asking> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
