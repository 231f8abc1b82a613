//! Many deletions: driven by its consumer, who pushes ids and takes items.
//!
//! `worker` has what its threads do, `deleter` the way of one id, `pace` how many ids may be
//! under way, `journal` what is kept of them.

pub(crate) mod append_log;
pub(crate) mod backup;
mod deleter;
mod item;
mod journal;
mod journal_entry;
mod journal_reader;
pub(crate) mod key_set;
pub(crate) mod missing;
pub(crate) mod options;
mod pace;
mod prior;
mod reading;
mod run_record;
mod settled;
mod state;
mod summary;
pub(crate) mod whole_lines;
mod worker;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
use std::task::Poll;
use std::time::Duration;

pub use self::item::{Item, Outcome};
pub use self::journal_entry::{JournalEntry, JournalState};
pub use self::journal_reader::{JournalFile, JournalReader, read_journal};
use self::missing::Missing;
pub use self::options::BatchOptions;
use self::options::MOST_CONCURRENT;
pub use self::prior::PriorRuns;
pub use self::run_record::{
    Closed, ListRecord, RunRecord, RunRequest, StopReason, Stopped, ThrottledSpan,
};
pub use self::settled::PriorState;
use self::state::{EarlyStop, State};
pub use self::summary::Summary;
use self::worker::Shared;
use crate::batch::backup::Owner;
use crate::batch::deleter::{Deleter, Queued};
use crate::batch::journal::Journal;
use crate::batch::key_set::Keys;
use crate::batch::reading::Scope;
use crate::call::failure;
use crate::call::options::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::options::check_integer;
use crate::runtime::fork::Process;
use crate::runtime::pool;
use crate::runtime::wait::{Stop, Wait};

/// Many deletions under way.
///
/// The consumer drives it: it pushes ids while [`wants`](Batch::wants) says so, says
/// [`finish`](Batch::finish) after the last, and takes items with [`next`](Batch::next) until
/// there is none left. The methods may be called from any thread. Dropping a batch stops it;
/// calls under way finish on the library's threads and are recorded. After `fork` a child has
/// none of these threads: it can begin a batch of its own. Its copy of this one may be dropped, which
/// does nothing to the parent's; it takes no ids, and [`next`](Batch::next) is an error.
#[must_use = "a batch that is dropped stops"]
pub struct Batch(Arc<Shared>);

impl Client {
    /// Begins a batch, to be driven by hand; [`delete_many`](Client::delete_many) is the
    /// iterator over it.
    ///
    /// # Errors
    ///
    /// `invalid_argument` for a bad option; `journal` where journal or backup cannot be read,
    /// written or locked, or is another kind of file. Nothing was called then.
    pub fn batch(&self, options: BatchOptions) -> Result<Batch, Error> {
        self.begin_batch(options).map_err(|error| self.settings().advise(error))
    }

    fn begin_batch(&self, options: BatchOptions) -> Result<Batch, Error> {
        check_integer(options.binding, "concurrency", options.concurrency.into(), MOST_CONCURRENT)?;
        let request = self.run_request(&options);
        let BatchOptions { concurrency, journal, backup, stop_on_missing, call, .. } = options;
        let (keys, endpoint) = (Keys::default(), self.endpoint());
        let scope = Scope { endpoint: &endpoint, app_key: self.app_key() };
        let journal =
            journal.map(|path| Journal::open(&path, scope, &request, &keys)).transpose()?;
        let owner = Owner { endpoint: &endpoint, app_key: self.app_key() };
        let backup = backup.map(|path| backup::open(&path, owner)).transpose()?;
        let missing = stop_on_missing.then(|| Missing::new(self.settings().binding));
        let summary = Summary::new(endpoint, self.app_key());
        Ok(Batch(Arc::new_cyclic(|shared: &Weak<Shared>| {
            let shared = shared.clone();
            let held = move || shared.upgrade().is_some_and(|shared| shared.lock().is_held());
            Shared {
                deleter: Deleter {
                    client: self.clone(),
                    call: call.start_check(held),
                    journal,
                    backup,
                },
                concurrency: concurrency as usize,
                keys,
                process: Process::current(),
                state: Mutex::new(State::new(concurrency, missing, summary)),
                changed: Condvar::new(),
            }
        })))
    }

    /// What a run with these options is asked for, for its journal.
    fn run_request(&self, options: &BatchOptions) -> RunRequest {
        let mut fields = self.options_on_record();
        fields.insert("missing_ok".into(), self.missing_ok(&options.call).into());
        fields.insert("concurrency".into(), options.concurrency.into());
        fields.insert("stop_on_missing".into(), options.stop_on_missing.into());
        fields.insert("backup".into(), options.backup.is_some().into());
        RunRequest {
            library: Some(crate::VERSION.to_owned()),
            options: fields,
            ..options.request.clone()
        }
    }

    /// Deletes many contacts: an iterator over what came of each, in the order of completion. Ids
    /// are taken as calls have room for them; an id that comes again is not called again.
    ///
    /// ```no_run
    /// use dingtalk_extcontact::{BatchOptions, Client, Outcome};
    ///
    /// let client = Client::from_env()?;
    /// let ids = std::io::stdin().lines().map_while(Result::ok);
    /// let mut items = client.delete_many(ids, BatchOptions::new().journal("erasure.jsonl"))?;
    /// for item in &mut items {
    ///     match item.outcome {
    ///         Outcome::Deletion(deletion) => println!("{}: {}", deletion.user_id, deletion.status),
    ///         Outcome::Error(error) => eprintln!("{error}"),
    ///         Outcome::NotAttempted { user_id } => eprintln!("{user_id}: not attempted"),
    ///     }
    /// }
    /// println!("{} deleted", items.summary().deleted);
    /// # Ok::<(), dingtalk_extcontact::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`batch`](Client::batch).
    pub fn delete_many<I>(
        &self,
        ids: I,
        options: BatchOptions,
    ) -> Result<DeleteMany<I::IntoIter>, Error>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        Ok(DeleteMany { ids: ids.into_iter(), batch: self.batch(options)? })
    }
}

/// The items of [`Client::delete_many`]. Dropping it stops the batch.
#[must_use = "ids are called as items are taken"]
pub struct DeleteMany<I> {
    ids: I,
    batch: Batch,
}

impl<I> DeleteMany<I> {
    /// The batch in numbers, up to now.
    pub fn summary(&self) -> Summary {
        self.batch.summary()
    }

    /// The batch, to stop or cancel it.
    pub fn batch(&self) -> &Batch {
        &self.batch
    }
}

impl<I: Iterator> DeleteMany<I>
where
    I::Item: AsRef<str>,
{
    /// Hands the batch as many ids as it takes now.
    pub(crate) fn push_wanted(&mut self) {
        while self.batch.wants() {
            match self.ids.next() {
                Some(id) => self.batch.push(id.as_ref()),
                None => self.batch.finish(),
            }
        }
    }
}

impl<I: Iterator> Iterator for DeleteMany<I>
where
    I::Item: AsRef<str>,
{
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        self.push_wanted();
        // Nothing cancels this wait, so it returns no error.
        self.batch.next(&Call::new()).ok().flatten()
    }
}

impl Batch {
    /// Whether the batch takes another id now. It takes about twice as many as run side by
    /// side, so that its memory is bounded whatever the number of ids.
    pub fn wants(&self) -> bool {
        let Some(state) = self.state() else { return false };
        let held = state.queue.len() + state.running + state.done.len();
        !state.finished && held < 2 * self.0.concurrency
    }

    /// Adds an id. One that was added before is dropped and counted as `repeated`; one that is added
    /// after [`finish`](Batch::finish) is not attempted.
    pub fn push(&self, user_id: &str) {
        let shared = &self.0;
        if !shared.process.is_current() {
            return;
        }
        let key = shared.keys.of(user_id);
        let prior = shared.deleter.journal.as_ref().and_then(|journal| journal.last_line(key));
        let mut state = shared.lock();
        if state.seen.insert(key, ()).is_some() {
            state.summary.repeated += 1;
            return;
        }
        let settled = prior.filter(|line| line.state.is_settled());
        if let (Some(line), Some(journal)) = (settled, &shared.deleter.journal) {
            // Not under the lock: the journal is read.
            drop(state);
            return shared.complete(shared.deleter.settled_before(journal, user_id, line), 0);
        }
        // After the end another run may have the journal.
        if state.is_stopped() && !state.owes_reason || state.finished {
            let not_attempted = Outcome::NotAttempted { user_id: user_id.to_owned() };
            return shared.deliver(state, Item::new(not_attempted).into(), 0);
        }
        state.queue.push_back(shared.deleter.queued(user_id, prior));
        shared.spawn_worker(state);
    }

    /// Says that there are no more ids.
    pub fn finish(&self) {
        let Some(mut state) = self.state() else { return };
        state.finished = true;
        self.0.notice_end(state);
    }

    /// Starts no more calls; those under way finish. What was not called comes out as
    /// [`Outcome::NotAttempted`].
    pub fn stop(&self) {
        let Some(state) = self.state() else { return };
        // A batch that has ended did not stop early.
        if state.summary.end.is_some() {
            return;
        }
        let why = &EarlyStop::new(StopReason::Caller, "stopped by the caller");
        // The end of an announced id is written to the journal, which may take long: that is for
        // one of the batch's threads, where it has one.
        let is_quick = state.queue.iter().all(Queued::is_quick_to_abandon);
        if is_quick || state.serving == 0 {
            return self.0.stop_now(state, why);
        }
        self.0.stop_soon(state, why);
    }

    /// Stops, and cancels the calls under way.
    pub fn cancel(&self) {
        if !self.0.process.is_current() {
            return;
        }
        self.stop();
        self.0.deleter.call.canceller().cancel();
        // Those that wait between two attempts.
        self.0.wake_workers();
    }

    /// The next item, `None` at the end of a finished batch. Waits for it; `call` may have
    /// a probe or be cancelled, which ends the wait and leaves the batch as it is.
    ///
    /// # Errors
    ///
    /// `cancelled`, where the wait was; `invalid_argument` in a forked child.
    pub fn next(&self, call: &Call) -> Result<Option<Item>, Error> {
        let wait = call.wait();
        self.wait_for_next(&wait, wait.check())
    }

    /// The same within the time limit of the call, where it has one. The probe is asked, and a
    /// cancel heeded, even where an item could be taken at once: for programs of one thread, whose
    /// only look at a signal this may be.
    ///
    /// # Errors
    ///
    /// `cancelled` and `timeout`, which leave the batch as it is; `invalid_argument` for a wrong
    /// option of the call.
    #[doc(hidden)]
    pub fn next_within(&self, call: &Call) -> Result<Option<Item>, Error> {
        let wait = call.wait_within_limit();
        let next = wait.and_then(|wait| match wait.ask() {
            Err(Stop::Cancelled) => Err(not_awaited(Stop::Cancelled)),
            verdict => self.wait_for_next(&wait, verdict),
        });
        next.map_err(|error| self.0.deleter.client.settings().advise(error))
    }

    fn wait_for_next(
        &self,
        wait: &Wait,
        mut verdict: Result<(), Stop>,
    ) -> Result<Option<Item>, Error> {
        loop {
            let mut state = self.state().ok_or_else(of_the_parent)?;
            if let Poll::Ready(next) = state.try_next() {
                return Ok(next);
            }
            verdict.map_err(not_awaited)?;
            state.awaited = true;
            wait.on(&self.0.changed, state, Duration::MAX);
            // Replies come in bursts: the threads that have theirs deliver before one wait ends for
            // each. With 32 calls at a time on one processor a third of all switches are saved.
            std::thread::yield_now();
            verdict = wait.ask();
        }
    }

    /// The next item without waiting: `Poll::Pending` while there is none yet, and
    /// `Poll::Ready(None)` at the end of a finished batch.
    pub fn try_next(&self) -> Poll<Option<Item>> {
        self.state().map_or(Poll::Ready(None), |mut state| state.try_next())
    }

    /// The next item, handed to `done` as soon as there is one: at once, or later on a
    /// thread of the library. One such wait at a time; a second one ends the first with
    /// `None`.
    #[doc(hidden)]
    pub fn next_with(&self, done: impl FnOnce(Option<Item>) + Send + 'static) {
        let Some(mut state) = self.state() else { return pool::guarded(|| done(None)) };
        let earlier = state.waker.take();
        match state.try_next() {
            Poll::Ready(next) => {
                drop(state);
                pool::guarded(|| done(next));
            }
            Poll::Pending => {
                state.waker = Some(Box::new(done));
                drop(state);
            }
        }
        if let Some(earlier) = earlier {
            pool::guarded(|| earlier(None));
        }
    }

    /// How long the batch begins no call, because the service throttled it. It goes on by itself
    /// afterwards. `None` while it does not pause.
    pub fn paused(&self) -> Option<Duration> {
        let state = self.state()?;
        let pause = state.pause();
        (!pause.is_zero() && !state.is_stopped()).then_some(pause)
    }

    /// The batch in numbers, up to now.
    pub fn summary(&self) -> Summary {
        let nothing = || {
            let client = &self.0.deleter.client;
            Summary::new(client.endpoint(), client.app_key())
        };
        self.state().map_or_else(nothing, |state| state.summary.clone())
    }

    /// `None` in a forked child: it has none of the threads, one of which may have held the mutex.
    fn state(&self) -> Option<MutexGuard<'_, State>> {
        self.0.process.is_current().then(|| self.0.lock())
    }
}

/// The error of a forked child that waits for an item of its parent's batch.
fn of_the_parent() -> Error {
    Error::invalid(
        "the batch runs in the process that forked",
        phrase!("Begin a batch of its own in the child."),
    )
}

/// The error of a wait for an item that ended without one.
fn not_awaited(stop: Stop) -> Error {
    match stop {
        Stop::Cancelled => failure::cancelled("waiting for the next item"),
        Stop::TimedOut => Error::new(ErrorKind::Timeout, "no item of the batch came in time")
            .advise(phrase!("Wait for it again: the batch goes on.")),
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.finish();
        self.stop();
    }
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch")
            .field("client", &self.0.deleter.client)
            .field("summary", &self.summary())
            .finish()
    }
}
