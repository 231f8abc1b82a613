//! A call's deadline and cancel. Every wait of a call (turn, back-off, token, lookup,
//! connect, read) waits here, in slices short enough that a cancel ends it within 100 ms.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::options::{self, Binding, Value};

/// The longest time that a wait goes without asking whether it should end. Half of the
/// promised 100 ms: the rest is for the machine.
pub(crate) const SLICE: Duration = Duration::from_millis(50);
const _: () = assert!(SLICE.as_millis() <= 50, "a cancel is seen within 100 ms");

type Probe = Arc<dyn Fn() -> bool + Send + Sync>;

/// What else a cancel ends. It must not panic.
pub(crate) trait OnCancel: Send + Sync {
    fn cancelled(&self);
}

/// The options of one call, and the way to cancel it.
///
/// One `Call` may serve several deletions, one after the other or at the same time; a cancel
/// ends them all.
///
/// ```
/// use dingtalk_extcontact::Call;
/// use std::time::Duration;
///
/// let call = Call::new().timeout(Duration::from_secs(5)).missing_ok(true);
/// let canceller = call.canceller();
/// std::thread::spawn(move || canceller.cancel());
/// ```
#[derive(Clone, Default)]
pub struct Call {
    pub(crate) binding: Binding,
    pub(crate) timeout: Option<Duration>,
    pub(crate) missing_ok: Option<bool>,
    /// What was set wrongly, first.
    pub(crate) wrong: Option<Error>,
    flag: Arc<Flag>,
    probe: Option<Probe>,
    /// Asked like the probe before the call's first turn; `true` keeps it from beginning.
    gate: Option<Probe>,
}

impl Call {
    /// A call with the client's own options.
    pub fn new() -> Call {
        Call::default()
    }

    /// The same for a binding: names and units of its language in [`set`](Call::set).
    pub fn for_binding(binding: Binding) -> Call {
        Call { binding, ..Call::default() }
    }

    /// How long this call may take, instead of the client's `timeout`.
    pub fn timeout(mut self, timeout: Duration) -> Call {
        self.timeout = Some(timeout);
        self
    }

    /// Whether "no such contact" ends this call as absent, instead of the client's
    /// `missing_ok`.
    pub fn missing_ok(mut self, missing_ok: bool) -> Call {
        self.missing_ok = Some(missing_ok);
        self
    }

    /// A closure that a waiting call asks every 50 ms, and whenever a signal interrupts it;
    /// `true` cancels the call. It runs on the thread that makes the call.
    pub fn probe(mut self, probe: impl Fn() -> bool + Send + Sync + 'static) -> Call {
        self.probe = Some(Arc::new(probe));
        self
    }

    /// Sets `timeout` or `missing_ok` by name, spelt as the host does, for bindings. `Value::None` leaves the
    /// client's own. An unknown name or a bad value is reported by the deletion, as
    /// `invalid_argument` that names the option.
    pub fn set(&mut self, name: &str, value: Value) {
        let binding = self.binding;
        let set = options::known(binding, name, &["timeout", "missing_ok"]).and_then(|name| {
            match (name, value) {
                (_, Value::None) => {}
                ("timeout", value) => self.timeout = Some(options::duration(binding, name, value)?),
                (_, value) => self.missing_ok = Some(options::flag(binding, name, value)?),
            }
            Ok(())
        });
        self.wrong = self.wrong.take().or(set.err());
    }

    /// The same options, with a cancel and a gate of its own: closed, it ends a call that has
    /// not begun as cancelled.
    pub(crate) fn gated(self, closed: impl Fn() -> bool + Send + Sync + 'static) -> Call {
        Call { flag: Arc::default(), gate: Some(Arc::new(closed)), ..self }
    }

    /// A handle that cancels this call from any thread, any number of times.
    pub fn canceller(&self) -> Canceller {
        Canceller(self.flag.clone())
    }

    /// Tells `other` once when the call is cancelled; at once if it is already.
    pub(crate) fn on_cancel(&self, other: Weak<dyn OnCancel>) {
        let mut others = self.flag.others.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.flag.cancelled.load(Ordering::SeqCst) {
            // One call may serve any number of deletions: those that ended are forgotten.
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

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("timeout", &self.timeout)
            .field("missing_ok", &self.missing_ok)
            .field("cancelled", &self.flag.cancelled.load(Ordering::SeqCst))
            .field("probe", &self.probe.is_some())
            .finish()
    }
}

/// Cancels a [`Call`]. Cloned and sent freely.
#[derive(Clone)]
pub struct Canceller(Arc<Flag>);

impl Canceller {
    /// Ends the call in whatever it waits for, within 100 ms. Its error is of the kind
    /// `cancelled` and says whether the contact may be gone. Harmless after the call.
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
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Canceller").field(&self.0.cancelled.load(Ordering::SeqCst)).finish()
    }
}

#[derive(Default)]
struct Flag {
    cancelled: AtomicBool,
    /// What else a cancel ends: a call that is still queued has no thread to look at the flag.
    others: Mutex<Vec<Weak<dyn OnCancel>>>,
}

/// Why a wait ended before what it waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Cancelled,
    TimedOut,
}

/// The right to wait, up to a deadline and until a cancel.
#[derive(Clone)]
pub(crate) struct Wait {
    flag: Arc<Flag>,
    probe: Option<Probe>,
    deadline: Option<Instant>,
}

impl Wait {
    /// Waits of a call that has not got its turn yet: they end by cancel alone.
    pub fn for_turn(call: &Call) -> Wait {
        Wait { flag: call.flag.clone(), probe: call.probe.clone(), deadline: None }
    }

    /// The same wait before the call's gate, where it has one.
    pub fn at_gate(&self, call: &Call) -> Option<Wait> {
        let probe = Some(call.gate.clone()?);
        Some(Wait { probe, ..self.clone() })
    }

    /// The same call with a deadline, `limit` from now or its own, whichever is earlier.
    pub fn within(&self, limit: Duration) -> Wait {
        let until = Instant::now() + limit;
        let deadline = self.deadline.map_or(until, |own| own.min(until));
        Wait { deadline: Some(deadline), ..self.clone() }
    }

    /// The time left; `Duration::MAX` without a deadline.
    pub fn left(&self) -> Duration {
        self.deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether to go on, without asking the probe: for the quick path of a warm call.
    pub fn check(&self) -> Result<(), Stop> {
        if self.flag.cancelled.load(Ordering::Relaxed) {
            return Err(Stop::Cancelled);
        }
        if self.deadline.is_some_and(|at| Instant::now() >= at) {
            return Err(Stop::TimedOut);
        }
        Ok(())
    }

    /// Whether to go on, the probe included.
    pub fn ask(&self) -> Result<(), Stop> {
        if self.probe.as_ref().is_some_and(|stop| stop()) {
            return Err(Stop::Cancelled);
        }
        self.check()
    }

    /// The next piece of waiting: never longer than [`SLICE`], never zero.
    pub fn slice(&self) -> Duration {
        self.left().clamp(Duration::from_millis(1), SLICE)
    }

    /// Sleeps.
    pub fn sleep(&self, time: Duration) -> Result<(), Stop> {
        let end = Instant::now() + time;
        loop {
            self.ask()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(self.slice()));
        }
    }

    /// Waits for a message, `until` at the latest; `None` when that moment came first or
    /// when nobody is left to send one.
    pub fn receive<T>(
        &self,
        from: &Receiver<T>,
        until: Option<Instant>,
    ) -> Result<Option<T>, Stop> {
        loop {
            let left = until.map_or(SLICE, |at| at.saturating_duration_since(Instant::now()));
            match from.recv_timeout(left.min(self.slice())) {
                Ok(message) => return Ok(Some(message)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Ok(None),
                Err(RecvTimeoutError::Timeout) => self.ask()?,
            }
        }
    }

    /// Waits on a condition variable for one slice, or `at_most`, and lets go of the lock.
    /// The caller asks whether to go on and looks at its condition again.
    pub fn on<T>(&self, condvar: &Condvar, guard: MutexGuard<'_, T>, at_most: Duration) {
        let time = self.slice().min(at_most.max(Duration::from_micros(100)));
        drop(condvar.wait_timeout(guard, time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc;

    /// Well over the promised 100 ms, as machines are slow; well under a wait that is not
    /// ended.
    const SOON: Duration = Duration::from_secs(1);

    #[test]
    fn a_cancel_ends_a_sleep() {
        let call = Call::new();
        let wait = Wait::for_turn(&call);
        let canceller = call.canceller();
        let start = Instant::now();
        let sleeper = std::thread::spawn(move || wait.sleep(Duration::from_secs(60)));
        canceller.cancel();
        assert_eq!(sleeper.join().unwrap(), Err(Stop::Cancelled));
        assert!(start.elapsed() < SOON);
    }

    #[test]
    fn a_probe_ends_a_wait_for_a_message() {
        let (_sender, receiver) = mpsc::channel::<()>();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let call = Call::new().probe(move || count.fetch_add(1, Ordering::SeqCst) == 2);
        let (start, wait) = (Instant::now(), Wait::for_turn(&call));
        assert_eq!(wait.slice(), SLICE);
        assert_eq!(wait.receive(&receiver, None), Err(Stop::Cancelled));
        assert_eq!(asked.load(Ordering::SeqCst), 3, "asked once a slice, and not after");
        assert!(start.elapsed() >= 2 * SLICE && start.elapsed() < SOON);
    }

    #[test]
    fn a_deadline_only_ever_gets_nearer() {
        let wait = Wait::for_turn(&Call::new()).within(Duration::from_millis(5));
        assert!(wait.within(Duration::from_secs(60)).left() <= Duration::from_millis(5));
        assert_eq!(wait.sleep(Duration::from_secs(60)), Err(Stop::TimedOut));
        assert_eq!(wait.left(), Duration::ZERO);
        assert!(wait.slice() > Duration::ZERO);
    }

    struct Told(mpsc::Sender<()>);

    impl OnCancel for Told {
        fn cancelled(&self) {
            self.0.send(()).unwrap();
        }
    }

    #[test]
    fn others_are_told_once_also_when_they_come_late() {
        let (sender, receiver) = mpsc::channel();
        let (early, late) = (Arc::new(Told(sender.clone())), Arc::new(Told(sender)));
        let call = Call::new();
        call.on_cancel(Arc::downgrade(&early) as Weak<dyn OnCancel>);
        call.canceller().cancel();
        call.canceller().cancel();
        assert_eq!(receiver.try_iter().count(), 1);
        call.on_cancel(Arc::downgrade(&late) as Weak<dyn OnCancel>);
        assert_eq!(receiver.try_iter().count(), 1);
    }

    #[test]
    fn those_that_ended_are_forgotten() {
        let (call, (sender, _receiver)) = (Call::new(), mpsc::channel());
        for _ in 0..10_000 {
            let told = Arc::new(Told(sender.clone()));
            call.on_cancel(Arc::downgrade(&told) as Weak<dyn OnCancel>);
        }
        assert!(call.flag.others.lock().unwrap().capacity() < 100);
    }
}
