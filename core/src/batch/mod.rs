//! Many deletions: driven by its consumer, who pushes ids and takes items.
//!
//! `work` is what its threads do, `pace` how many of them may.

mod append_log;
mod item;
mod journal;
mod key_set;
mod missing;
pub(crate) mod options;
mod pace;
mod prior;
mod reading;
mod settled;
mod state;
mod summary;
mod worker;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::time::{Duration, Instant, SystemTime};

pub use self::item::{Item, Outcome};
use self::missing::Missing;
pub use self::options::BatchOptions;
use self::options::MOST_CONCURRENT;
use self::pace::Pace;
pub use self::prior::PriorRuns;
pub use self::settled::PriorState;
use self::state::{Queued, State};
pub use self::summary::Summary;
use self::worker::Shared;
use crate::batch::append_log::{AppendLog, BACKUP};
use crate::batch::journal::Journal;
use crate::batch::key_set::{KeySet, Keys};
use crate::batch::reading::Scope;
use crate::call::attempt;
use crate::call::options::Call;
use crate::client::Client;
use crate::error::Error;
use crate::options::check_integer;
use crate::runtime::fork::Process;
use crate::runtime::pool;
use crate::runtime::wait::Stop;

/// Many deletions under way.
///
/// The consumer drives it: it pushes ids while [`wants`](Batch::wants) says so, says
/// [`finish`](Batch::finish) after the last, and takes items with [`next`](Batch::next) until
/// there is none left. The methods may be called from any thread. Dropping a batch stops it;
/// calls under way finish on the library's threads and are recorded. A batch is not for a
/// child after `fork`, which has none of these threads: begin one there. That a child drops it
/// is nothing to the parent.
pub struct Batch(Arc<Shared>);

impl Client {
    /// Begins a batch, to be driven by hand; [`delete_many`](Client::delete_many) is the
    /// iterator over it.
    ///
    /// # Errors
    ///
    /// `invalid_argument` for a bad option; `journal` where the record cannot be read, written
    /// or locked, or belongs to something else. Nothing has been called then.
    pub fn batch(&self, options: BatchOptions) -> Result<Batch, Error> {
        let BatchOptions { binding, concurrency, journal, backup, stop_on_missing, call } = options;
        check_integer(binding, "concurrency", concurrency.into(), MOST_CONCURRENT)?;
        let (keys, endpoint) = (Keys::default(), self.endpoint());
        let scope = Scope { endpoint: &endpoint, app_key: self.app_key() };
        let journal = journal.map(|path| Journal::open(&path, scope, &keys)).transpose()?;
        let backup = backup.map(|path| AppendLog::open(&BACKUP, &path)).transpose()?;
        if let Some(backup) = &backup {
            backup.go_on_from_last_line()?;
        }
        let summary = Summary {
            deleted: 0,
            absent: 0,
            maybe_deleted: 0,
            failed: 0,
            not_attempted: 0,
            settled_before: 0,
            repeated: 0,
            calls: 0,
            unrecorded: 0,
            start: SystemTime::now(),
            end: None,
            endpoint: self.endpoint(),
            app_key: self.app_key().map(str::to_owned),
            stopped: None,
        };
        let state = State {
            queue: VecDeque::new(),
            done: VecDeque::new(),
            running: 0,
            workers: 0,
            serving: 0,
            finished: false,
            stopped: None,
            pace: Pace::new(concurrency, Instant::now()),
            trouble: 0,
            missing: stop_on_missing.then(|| Missing::new(binding)),
            seen: KeySet::default(),
            summary,
            waker: None,
        };
        Ok(Batch(Arc::new_cyclic(|shared: &Weak<Shared>| {
            let shared = shared.clone();
            let held = move || shared.upgrade().is_some_and(|shared| shared.lock().is_held());
            Shared {
                client: self.clone(),
                call: call.start_check(held),
                concurrency: concurrency as usize,
                journal,
                backup,
                keys,
                process: Process::current(),
                state: Mutex::new(state),
                changed: Condvar::new(),
            }
        })))
    }

    /// Deletes many contacts: an iterator over what came of each, in the order of
    /// completion. Ids are taken as they are needed; one that comes again is called once.
    ///
    /// ```no_run
    /// use dingtalk_extcontact::{BatchOptions, Client, Outcome};
    ///
    /// let client = Client::from_env()?;
    /// let ids = std::io::stdin().lines().map_while(Result::ok);
    /// let mut items = client.delete_many(ids, BatchOptions::new().journal("erasure.jsonl"))?;
    /// for item in &mut items {
    ///     match item.outcome {
    ///         Outcome::Deletion(deletion) => println!("{}: {}", deletion.user_id, deletion.status.name()),
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

/// The items of [`Client::delete_many`].
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

impl<I: Iterator> Iterator for DeleteMany<I>
where
    I::Item: AsRef<str>,
{
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        while self.batch.wants() {
            match self.ids.next() {
                Some(id) => self.batch.push(id.as_ref()),
                None => self.batch.finish(),
            }
        }
        // Nobody can cancel this wait, so it ends with an item or the end.
        self.batch.next(&Call::new()).ok().flatten()
    }
}

impl Batch {
    /// Whether the batch takes another id now. It takes about twice as many as run side by
    /// side, so that its memory is bounded whatever the number of ids.
    pub fn wants(&self) -> bool {
        let state = self.0.lock();
        let held = state.queue.len() + state.running + state.done.len();
        !state.finished && held < 2 * self.0.concurrency
    }

    /// Hands over an id. One that was handed over before is dropped and counted; one that comes
    /// after [`finish`](Batch::finish) is not attempted.
    pub fn push(&self, user_id: &str) {
        let shared = &self.0;
        let key = shared.keys.of(user_id);
        let prior = shared.journal.as_ref().and_then(|journal| journal.last_line(key));
        let mut state = shared.lock();
        if state.seen.insert(key, ()).is_some() {
            state.summary.repeated += 1;
            return;
        }
        if let (Some(line), Some(journal)) = (prior, &shared.journal)
            && line.state.is_settled()
        {
            drop(state);
            let mut unreadable = None;
            let mut item = journal.read_again(line).unwrap_or_else(|error| {
                // It is settled; how, can no longer be told.
                unreadable = Some(error.message().to_owned());
                Item::new(Err(error.about_contact(user_id, 0, true)))
            });
            item.settled_before = true;
            if shared.client.missing_ok(&shared.call) {
                item = item.with_missing_ok();
            }
            state = shared.lock();
            if let Some(why) = unreadable {
                state.stop(&why);
            }
            state.summary.settled_before += 1;
            return shared.deliver(state, item, 0);
        }
        // After the end the journal is no longer ours.
        if state.stopped.is_some() || state.finished {
            let left = Outcome::NotAttempted { user_id: user_id.to_owned() };
            return shared.deliver(state, Item::new(left), 0);
        }
        let mut task = shared.client.task(user_id);
        task.story.uncertain = prior.is_some_and(|line| line.state == PriorState::MaybeDeleted);
        state.queue.push_back(Queued { task, announced: false, backed_up: false, throttled: None });
        shared.hire(state);
    }

    /// Says that no more ids come.
    pub fn finish(&self) {
        let mut state = self.0.lock();
        state.finished = true;
        self.0.notice_end(state);
    }

    /// Starts no more calls; those under way finish. What was not called comes out as
    /// [`Outcome::NotAttempted`].
    pub fn stop(&self) {
        let mut state = self.0.lock();
        // A batch that has ended did not stop early.
        if state.summary.end.is_some() {
            return;
        }
        let why = "stopped by the caller";
        // What came of throttled ids is written to the journal, which may take long: that is
        // for one of the batch's threads, where it has one.
        let is_quick = state.queue.iter().all(|queued| queued.throttled.is_none());
        if is_quick || state.serving == 0 {
            return self.0.halt(state, why);
        }
        state.stop(why);
        drop(state);
        self.0.changed.notify_all();
    }

    /// Stops, and cancels the calls under way.
    pub fn cancel(&self) {
        self.stop();
        self.0.call.canceller().cancel();
    }

    /// The next item, `None` at the end of a finished batch. Waits for it; `call` may have
    /// a probe or be cancelled, which ends the wait and leaves the batch as it is.
    ///
    /// # Errors
    ///
    /// `cancelled`, where the wait was.
    pub fn next(&self, call: &Call) -> Result<Option<Item>, Error> {
        let wait = call.wait();
        let mut verdict = wait.check();
        loop {
            let mut state = self.0.lock();
            if let Some(item) = state.done.pop_front() {
                return Ok(Some(item));
            }
            if state.is_over() {
                return Ok(None);
            }
            if let Err(Stop::Cancelled | Stop::TimedOut) = verdict {
                return Err(attempt::cancelled("waiting for the next item"));
            }
            wait.on(&self.0.changed, state, Duration::MAX);
            verdict = wait.ask();
        }
    }

    /// The next item, if there is one already.
    pub fn try_next(&self) -> Option<Item> {
        self.0.lock().done.pop_front()
    }

    /// The next item, handed to `done` as soon as there is one: at once, or later on a
    /// thread of the library. One such wait at a time; a second one ends the first with
    /// `None`.
    pub fn next_with(&self, done: impl FnOnce(Option<Item>) + Send + 'static) {
        let mut state = self.0.lock();
        let earlier = state.waker.take();
        if let Some(item) = state.done.pop_front() {
            drop(state);
            pool::guarded(|| done(Some(item)));
        } else if state.is_over() {
            drop(state);
            pool::guarded(|| done(None));
        } else {
            state.waker = Some(Box::new(done));
            drop(state);
        }
        if let Some(earlier) = earlier {
            pool::guarded(|| earlier(None));
        }
    }

    /// How long no call begins from now on, where the service wants it so: it has throttled
    /// the batch, which goes on by itself afterwards.
    pub fn paused(&self) -> Option<Duration> {
        let state = self.0.lock();
        let left = state.pace.left(Instant::now());
        (!left.is_zero() && state.stopped.is_none()).then_some(left)
    }

    /// The batch in numbers, up to now.
    pub fn summary(&self) -> Summary {
        let state = self.0.lock();
        Summary { stopped: state.stopped.clone(), ..state.summary.clone() }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // A child's copy has none of the threads, perhaps a lock that one of them held, and
        // the lock of the journal in common with its parent.
        if self.0.process.is_current() {
            self.finish();
            self.stop();
        }
    }
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch")
            .field("client", &self.0.client)
            .field("summary", &self.summary())
            .finish()
    }
}
