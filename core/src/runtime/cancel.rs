//! The cancel of a call: set once, from any thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What else a cancel ends. It must not panic.
pub(crate) trait OnCancel: Send + Sync {
    /// Ends it, and says what this ends in turn: as calls within calls a long line of those would
    /// take a stack of any depth.
    fn cancelled(self: Arc<Self>) -> Others;
}

pub(crate) type Others = Vec<Weak<dyn OnCancel>>;

/// Whether something was cancelled; its clones share that.
#[derive(Clone, Default)]
pub(crate) struct CancelFlag(Arc<Flag>);

#[derive(Default)]
struct Flag {
    cancelled: AtomicBool,
    /// One whose cancel is a cancel of this, too. It lives as long as this, so that a cancel of those
    /// before it is told to this one.
    parent: Option<CancelFlag>,
    /// What else a cancel ends: a call that is still queued has no thread to look at the flag.
    others: Mutex<Others>,
}

impl CancelFlag {
    /// Sets it and tells all that asked to be told. Harmless when it is set already.
    pub fn cancel(&self) {
        let mut others = self.0.set();
        // In their order, and after each what it ends.
        others.reverse();
        while let Some(other) = others.pop() {
            if let Some(other) = other.upgrade() {
                others.extend(other.cancelled().into_iter().rev());
            }
        }
    }

    /// A flag that is set when this one is, and can be set alone.
    pub fn child(&self) -> CancelFlag {
        // All children are set at once: while one after the other is told, none may begin anything.
        let mut flag = Flag::default();
        flag.parent = Some(self.clone());
        let flag = Arc::new(flag);
        self.on_cancel(Arc::downgrade(&flag) as Weak<dyn OnCancel>);
        CancelFlag(flag)
    }

    pub fn is_cancelled(&self) -> bool {
        let mut flag = Some(self);
        while let Some(CancelFlag(own)) = flag {
            if own.cancelled.load(Ordering::Relaxed) {
                return true;
            }
            flag = own.parent.as_ref();
        }
        false
    }

    /// Tells `other` once when this is cancelled; at once if it is already.
    pub fn on_cancel(&self, other: Weak<dyn OnCancel>) {
        let mut others = self.0.others.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.0.cancelled.load(Ordering::SeqCst) {
            // One flag may serve any number of deletions: those that ended are forgotten.
            if others.len() == others.capacity() {
                others.retain(|other| other.strong_count() > 0);
            }
            others.push(other);
            return;
        }
        drop(others);
        if let Some(other) = other.upgrade() {
            other.cancelled();
        }
    }
}

impl Flag {
    /// Sets it, and hands out what that ends.
    fn set(&self) -> Others {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        self.cancelled.store(true, Ordering::SeqCst);
        std::mem::take(&mut *others)
    }
}

impl OnCancel for Flag {
    fn cancelled(self: Arc<Self>) -> Others {
        self.set()
    }
}

impl Drop for Flag {
    /// As drops within drops a long line of children would take a stack of any depth.
    fn drop(&mut self) {
        let mut parent = self.parent.take();
        while let Some(CancelFlag(flag)) = parent {
            parent = Arc::into_inner(flag).and_then(|mut flag| flag.parent.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    struct Told(mpsc::Sender<()>);

    impl OnCancel for Told {
        fn cancelled(self: Arc<Self>) -> Others {
            self.0.send(()).unwrap();
            Others::new()
        }
    }

    #[test]
    fn others_are_told_once_also_when_they_come_late() {
        let (sender, receiver) = mpsc::channel();
        let (early, late) = (Arc::new(Told(sender.clone())), Arc::new(Told(sender)));
        let flag = CancelFlag::default();
        flag.on_cancel(Arc::downgrade(&early) as Weak<dyn OnCancel>);
        flag.cancel();
        flag.cancel();
        assert_eq!(receiver.try_iter().count(), 1);
        flag.on_cancel(Arc::downgrade(&late) as Weak<dyn OnCancel>);
        assert_eq!(receiver.try_iter().count(), 1);
    }

    #[test]
    fn a_child_is_set_before_the_first_one_is_told() {
        struct Asks(CancelFlag, mpsc::Sender<bool>);

        impl OnCancel for Asks {
            fn cancelled(self: Arc<Self>) -> Others {
                self.1.send(self.0.is_cancelled()).unwrap();
                Others::new()
            }
        }

        let (parent, (sender, receiver)) = (CancelFlag::default(), mpsc::channel());
        let [alone, first, last] = [0; 3].map(|_| parent.child());
        let asks = Arc::new(Asks(last, sender));
        let told = || Arc::downgrade(&asks) as Weak<dyn OnCancel>;
        alone.on_cancel(told());
        alone.cancel();
        assert_eq!(receiver.try_recv(), Ok(false));
        first.on_cancel(told());
        parent.cancel();
        assert_eq!(receiver.try_recv(), Ok(true));
    }

    #[test]
    fn those_that_ended_are_forgotten() {
        let (flag, (sender, _receiver)) = (CancelFlag::default(), mpsc::channel());
        for _ in 0..10_000 {
            let told = Arc::new(Told(sender.clone()));
            flag.on_cancel(Arc::downgrade(&told) as Weak<dyn OnCancel>);
        }
        assert!(flag.0.others.lock().unwrap().capacity() < 100);
    }

    #[test]
    fn a_cancel_reaches_what_is_behind_a_child_that_nobody_has_any_more() {
        let (sender, receiver) = mpsc::channel();
        let told = Arc::new(Told(sender));
        let first = CancelFlag::default();
        let last = first.child().child();
        last.on_cancel(Arc::downgrade(&told) as Weak<dyn OnCancel>);
        first.cancel();
        assert!(last.is_cancelled());
        assert_eq!(receiver.try_iter().count(), 1);
    }

    #[test]
    fn a_long_line_of_children_takes_no_long_stack() {
        let first = CancelFlag::default();
        let last = (0..200_000).fold(first.clone(), |flag, _| flag.child());
        assert!(!last.is_cancelled());
        first.cancel();
        assert!(last.is_cancelled());
    }
}
