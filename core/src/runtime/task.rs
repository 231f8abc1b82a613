//! Work that is done in pieces. While it waits it has no thread: whatever it waits for wakes it, and
//! it asks the pool for a thread once there is something to do.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::Thread;
use std::time::Instant;

use crate::error::Error;
use crate::runtime::cancel::{CancelFlag, OnCancel, Others};
use crate::runtime::pool::{self, Job, Start};
use crate::runtime::timer::{self, Sleeper};
use crate::runtime::wait::SLICE;

/// How far something has come.
pub(crate) enum Progress<T> {
    Ready(T),
    /// It waits, and looks again at this moment at the latest.
    Wait(Option<Instant>),
}

/// What a thread has done for a task.
pub(crate) enum Ran {
    Done,
    /// It has registered its waker where it waits, and looks again at this moment at the latest.
    Wait(Option<Instant>),
    /// Others wait for a thread: it goes on behind them.
    Yield,
}

pub(crate) trait Work: Send {
    /// Whether there is something to do for a thread. It runs on whatever thread wakes the task, so
    /// it neither blocks nor runs code of the program: no callback, no probe, no log handler.
    fn look(&mut self, waker: &Waker) -> Progress<()>;

    /// Does what there is to do, on a thread of the pool.
    fn run(&mut self, start: Start, waker: &Waker) -> Ran;
}

/// Who is to be woken: this thread, which waits for its own call, or a task.
pub(crate) enum Waker<'a> {
    Thread,
    Task(&'a Arc<Task>),
}

/// A waker that is kept where something is waited for. It keeps a task alive, which nothing else
/// does while it waits.
pub(crate) enum Registered {
    Thread(Thread),
    Task(Arc<Task>),
}

impl Waker<'_> {
    pub fn register(&self) -> Registered {
        match self {
            Waker::Thread => Registered::Thread(std::thread::current()),
            Waker::Task(task) => Registered::Task(Arc::clone(task)),
        }
    }
}

impl Registered {
    /// Not under a lock: a task that is woken looks at once, and may take any.
    pub fn wake(&self) {
        match self {
            Registered::Thread(thread) => thread.unpark(),
            Registered::Task(task) => task.wake(),
        }
    }
}

/// Drives something on this thread, which sleeps where it has to wait.
pub(crate) fn block_on<T>(mut advance: impl FnMut(&Waker) -> Progress<T>) -> T {
    loop {
        match advance(&Waker::Thread) {
            Progress::Ready(result) => return result,
            Progress::Wait(until) => {
                let left = until.map_or(SLICE, |at| at.saturating_duration_since(Instant::now()));
                std::thread::park_timeout(left.min(SLICE));
            }
        }
    }
}

thread_local! {
    /// The tasks that this thread wakes, the first of them now. One that is woken may wake the next:
    /// as a call within a call that would take a stack of any depth.
    static WOKEN: RefCell<VecDeque<Arc<Task>>> = const { RefCell::new(VecDeque::new()) };
}

/// Work, and whether it has a thread.
pub(crate) struct Task(Mutex<State>);

struct State {
    status: Status,
    /// `None` while it runs, and after that.
    work: Option<Box<dyn Work>>,
    /// When the timer wakes it next.
    wakes_at: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq)]
enum Status {
    Waiting,
    /// The pool has it.
    Queued,
    /// It looks or runs.
    Running,
    /// The same, and it was woken meanwhile.
    Woken,
    /// The same, and it was cancelled meanwhile.
    Cancelled,
    Done,
}

impl Task {
    /// A task that has yet to be [woken](Task::wake).
    pub fn new(work: impl Work + 'static) -> Arc<Task> {
        let state = State { status: Status::Waiting, work: Some(Box::new(work)), wakes_at: None };
        Arc::new(Task(Mutex::new(state)))
    }

    /// Starts work that a cancel ends: where it has no thread then, on the one that cancels.
    pub fn start(flag: &CancelFlag, work: impl Work + 'static) {
        let task = Task::new(work);
        flag.on_cancel(Arc::downgrade(&task) as Weak<dyn OnCancel>);
        task.wake();
    }

    /// Looks whether there is something to do, and asks the pool for a thread then.
    pub fn wake(self: &Arc<Self>) {
        let is_first = WOKEN.try_with(|woken| {
            let mut woken = woken.borrow_mut();
            woken.push_back(self.clone());
            woken.len() == 1
        });
        match is_first {
            Ok(true) => {}
            // This thread is waking another, further up the stack, and goes on with this one.
            Ok(false) => return,
            // The thread is about to end, and has none of its variables any more.
            Err(_) => return self.look_if_waiting(),
        }
        while let Some(task) = WOKEN.with_borrow(|woken| woken.front().cloned()) {
            task.look_if_waiting();
            WOKEN.with_borrow_mut(VecDeque::pop_front);
        }
    }

    fn look_if_waiting(self: &Arc<Self>) {
        let mut state = self.lock();
        match state.status {
            Status::Running => state.status = Status::Woken,
            Status::Waiting => {
                if let Some(work) = state.begin() {
                    drop(state);
                    self.look(work);
                }
            }
            Status::Queued | Status::Woken | Status::Cancelled | Status::Done => {}
        }
    }

    fn look(self: &Arc<Self>, mut work: Box<dyn Work>) {
        loop {
            // A panic must not cost this thread, which may be the timer's: the pool's can bear it.
            let look = AssertUnwindSafe(|| work.look(&Waker::Task(self)));
            match catch_unwind(look).unwrap_or(Progress::Ready(())) {
                Progress::Ready(()) => return self.queue(work),
                Progress::Wait(until) => match self.rest(work, until) {
                    Some(woken) => work = woken,
                    None => return,
                },
            }
        }
    }

    /// Runs it, on a thread of the pool; or ends it where it cannot have one.
    fn run(self: &Arc<Self>, start: Start) {
        let begun = self.lock().begin();
        let Some(mut work) = begun else { return };
        let mut ran = Ran::Done;
        // What it does not catch itself must not cost the thread.
        pool::guarded(|| ran = work.run(start, &Waker::Task(self)));
        match ran {
            Ran::Done => self.lock().status = Status::Done,
            Ran::Yield => self.queue(work),
            Ran::Wait(until) => {
                if let Some(woken) = self.rest(work, until) {
                    self.look(woken);
                }
            }
        }
    }

    /// Asks the pool for a thread. One that was cancelled meanwhile does not wait for it.
    fn queue(self: &Arc<Self>, work: Box<dyn Work>) {
        let mut state = self.lock();
        let is_cancelled = state.status == Status::Cancelled;
        state.work = Some(work);
        state.status = Status::Queued;
        drop(state);
        match is_cancelled {
            true => self.run(Start::Cancelled),
            false => pool::submit(self.clone()),
        }
    }

    /// Waits from now on, unless it was woken meanwhile: then the work comes back.
    fn rest(
        self: &Arc<Self>,
        work: Box<dyn Work>,
        until: Option<Instant>,
    ) -> Option<Box<dyn Work>> {
        let mut state = self.lock();
        match state.status {
            Status::Woken => {
                state.status = Status::Running;
                return Some(work);
            }
            Status::Cancelled => return Some(work),
            _ => {}
        }
        state.status = Status::Waiting;
        state.work = Some(work);
        // An earlier look asks for the later one itself.
        let until = until.filter(|until| state.wakes_at.is_none_or(|earlier| *until < earlier));
        state.wakes_at = until.or(state.wakes_at);
        drop(state);
        if let Some(until) = until {
            timer::wake_at(until, self.clone());
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job for Task {
    fn run(self: Arc<Self>, start: Start) {
        Task::run(&self, start);
    }
}

impl OnCancel for Task {
    fn cancelled(self: Arc<Self>) -> Others {
        let mut state = self.lock();
        match state.status {
            Status::Running | Status::Woken => state.status = Status::Cancelled,
            _ => {
                drop(state);
                Task::run(&self, Start::Cancelled);
            }
        }
        Others::new()
    }
}

impl Sleeper for Task {
    fn wake(self: Arc<Self>) {
        let now = Instant::now();
        let mut state = self.lock();
        state.wakes_at = state.wakes_at.filter(|at| *at > now);
        drop(state);
        Task::wake(&self);
    }

    fn no_timer(self: Arc<Self>, why: &Error) {
        let mut state = self.lock();
        state.wakes_at = None;
        let is_waiting = state.status == Status::Waiting;
        drop(state);
        // One that the pool has gets its thread.
        if is_waiting {
            Task::run(&self, Start::NoThread(why.clone()));
        }
    }
}

impl State {
    /// Takes the work out to look or to run.
    fn begin(&mut self) -> Option<Box<dyn Work>> {
        let work = self.work.take()?;
        self.status = Status::Running;
        Some(work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};

    /// Work that is cancelled while it runs, right before it waits.
    struct Overtaken {
        flag: CancelFlag,
        told: Sender<&'static str>,
    }

    impl Work for Overtaken {
        fn look(&mut self, _: &Waker) -> Progress<()> {
            Progress::Ready(())
        }

        fn run(&mut self, start: Start, _: &Waker) -> Ran {
            match start {
                Start::Run => {
                    self.told.send("runs").unwrap();
                    self.flag.cancel();
                    Ran::Wait(None)
                }
                Start::Cancelled => {
                    self.told.send("cancelled").unwrap();
                    Ran::Done
                }
                Start::NoThread(_) => Ran::Done,
            }
        }
    }

    /// All threads of the pool may be busy, and a cancel ends a call at once.
    #[test]
    fn what_is_cancelled_while_it_runs_waits_for_no_other_thread() {
        let (flag, (told, tells)) = (CancelFlag::default(), channel());
        Task::start(&flag, Overtaken { flag: flag.clone(), told });
        assert_eq!(tells.iter().collect::<Vec<_>>(), ["runs", "cancelled"]);
    }

    struct Panics(Sender<()>);

    impl Work for Panics {
        fn look(&mut self, _: &Waker) -> Progress<()> {
            panic!("on purpose");
        }

        fn run(&mut self, _: Start, _: &Waker) -> Ran {
            self.0.send(()).unwrap();
            Ran::Done
        }
    }

    #[test]
    fn a_panic_in_a_look_keeps_no_other_task_waiting() {
        let (told, tells) = channel();
        for _ in 0..2 {
            Task::new(Panics(told.clone())).wake();
            tells.recv().unwrap();
        }
    }
}
