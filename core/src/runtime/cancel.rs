//! The cancel of a call: set once, from any thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What else a cancel ends. It must not panic.
pub(crate) trait OnCancel: Send + Sync {
    fn cancelled(self: Arc<Self>);
}

/// Whether something was cancelled; its clones share that.
#[derive(Clone, Default)]
pub(crate) struct CancelFlag(Arc<Flag>);

#[derive(Default)]
struct Flag {
    cancelled: AtomicBool,
    /// One whose cancel is a cancel of this, too.
    parent: Option<CancelFlag>,
    /// What else a cancel ends: a call that is still queued has no thread to look at the flag.
    others: Mutex<Vec<Weak<dyn OnCancel>>>,
}

impl CancelFlag {
    /// Sets it and tells all that asked to be told. Harmless when it is set already.
    pub fn cancel(&self) {
        let others = {
            let mut others = self.0.others.lock().unwrap_or_else(PoisonError::into_inner);
            self.0.cancelled.store(true, Ordering::SeqCst);
            std::mem::take(&mut *others)
        };
        for other in others.iter().filter_map(Weak::upgrade) {
            other.cancelled();
        }
    }

    /// A flag that is set when this one is, and can be set alone. What asks to be told by it hears
    /// of this one while the second part of the result lives.
    pub fn child(&self) -> (CancelFlag, Arc<dyn Send + Sync>) {
        // All children are set at once: while one after the other is told, none may begin anything.
        let child = CancelFlag(Arc::new(Flag { parent: Some(self.clone()), ..Flag::default() }));
        let link = Arc::new(Link(child.clone()));
        self.on_cancel(Arc::downgrade(&link) as Weak<dyn OnCancel>);
        (child, link)
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
            || self.0.parent.as_ref().is_some_and(CancelFlag::is_cancelled)
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

struct Link(CancelFlag);

impl OnCancel for Link {
    fn cancelled(self: Arc<Self>) {
        self.0.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    struct Told(mpsc::Sender<()>);

    impl OnCancel for Told {
        fn cancelled(self: Arc<Self>) {
            self.0.send(()).unwrap();
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
            fn cancelled(self: Arc<Self>) {
                self.1.send(self.0.is_cancelled()).unwrap();
            }
        }

        let (parent, (sender, receiver)) = (CancelFlag::default(), mpsc::channel());
        let [(alone, _), (first, _first), (last, _last)] = [0; 3].map(|_| parent.child());
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
}
