//! Many deletions: driven by its consumer, who pushes ids and takes items.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value as Json, json};

use crate::cancel::{Call, Stop, Wait};
use crate::client::{Client, Task, Throttling};
use crate::dispatch::{self, Turn};
use crate::error::{Error, ErrorKind, panic_text};
use crate::hash::{KeySet, Keys};
use crate::journal::{Journal, Past, is_settled, stops_batch};
use crate::options::{self, Host, Value};
use crate::outcome::{Deletion, Status, to_json};
use crate::record::Record;
use crate::request::check_user_id;
use crate::{attempt, errcode};

pub(crate) const MOST_CONCURRENT: u32 = 64;
/// So many ids in a row that ended in trouble of the network or the service stop the batch.
const TROUBLE_IN_A_ROW: u32 = 20;
/// After throttling without a known wait.
const THROTTLED_PAUSE: Duration = Duration::from_secs(1);
/// A pause that a log speaks of.
const LONG_PAUSE: Duration = Duration::from_secs(10);
/// However long the service wants the batch to wait, it is asked again after this.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// What the lines of a backup begin with, in whichever order their fields stand.
const BACKUP_STARTS: [&[u8]; 2] = [br#"{"record":"#, br#"{"user_id":"#];

/// The options of a batch.
#[derive(Clone, Debug)]
pub struct BatchOptions {
    host: Host,
    concurrency: u32,
    journal: Option<PathBuf>,
    backup: Option<PathBuf>,
    call: Call,
}

impl Default for BatchOptions {
    fn default() -> BatchOptions {
        BatchOptions {
            host: Host::Rust,
            concurrency: 8,
            journal: None,
            backup: None,
            call: Call::new(),
        }
    }
}

impl BatchOptions {
    /// The defaults: 8 calls side by side, no journal, the client's `missing_ok`.
    pub fn new() -> BatchOptions {
        BatchOptions::default()
    }

    /// The same for a binding: names and spellings of its language in [`set`](Self::set).
    pub fn for_host(host: Host) -> BatchOptions {
        BatchOptions { host, call: Call::for_host(host), ..BatchOptions::default() }
    }

    /// How many calls run side by side, at most; 1 to 64. 8.
    pub fn concurrency(mut self, concurrency: u32) -> BatchOptions {
        self.concurrency = concurrency;
        self
    }

    /// A file that records the batch, and from which a later run takes it up.
    pub fn journal(mut self, path: impl Into<PathBuf>) -> BatchOptions {
        self.journal = Some(path.into());
        self
    }

    /// A file that keeps the full record of each contact, JSON Lines: the only way back there
    /// is. A record is on disk before its contact is deleted; a contact whose record cannot be
    /// had is not deleted, unless there is no such contact. All of it is personal data, and
    /// its owner alone can read the file. The app needs the permission point
    /// `qyapi_ext_read`.
    pub fn backup(mut self, path: impl Into<PathBuf>) -> BatchOptions {
        self.backup = Some(path.into());
        self
    }

    /// Whether "no such contact" ends an id as absent, instead of the client's `missing_ok`.
    pub fn missing_ok(mut self, missing_ok: bool) -> BatchOptions {
        self.call = self.call.missing_ok(missing_ok);
        self
    }

    /// Sets `concurrency`, `journal` or `missing_ok` by name, for bindings. `Value::None`
    /// leaves the default.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the option.
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), Error> {
        let host = self.host;
        match (options::known(host, name, &["concurrency", "journal", "missing_ok"])?, value) {
            (_, Value::None) => {}
            ("concurrency", value) => {
                self.concurrency = options::integer(host, name, value, MOST_CONCURRENT)?;
            }
            ("journal", value) => {
                self.journal = options::text(host, name, value)?.map(PathBuf::from)
            }
            (_, value) => {
                let missing_ok = options::flag(host, name, value)?;
                self.call = self.call.clone().missing_ok(missing_ok);
            }
        }
        Ok(())
    }
}

/// What came of an id: exactly one of three.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// The contact is gone.
    Deletion(Deletion),
    /// It was called, or would have been; see the error.
    Error(Error),
    /// It was not called: the batch had stopped, or was finished.
    NotAttempted {
        /// The contact.
        user_id: String,
    },
}

impl Item {
    /// The contact, as it was given.
    pub fn user_id(&self) -> &str {
        match self {
            Item::Deletion(deletion) => &deletion.user_id,
            Item::Error(error) => error.user_id().unwrap_or_default(),
            Item::NotAttempted { user_id } => user_id,
        }
    }

    /// Whether a journal settles it, so that the next run with the same one does not call the
    /// contact again: it is gone, or was refused for a reason of its own.
    pub fn is_settled(&self) -> bool {
        match self {
            Item::Deletion(_) => true,
            Item::Error(error) => is_settled(error),
            Item::NotAttempted { .. } => false,
        }
    }

    /// The JSON form of the outcome; for an id that was not called, `status` is
    /// `not_attempted`.
    pub fn to_json(&self) -> Json {
        match self {
            Item::Deletion(deletion) => to_json(&Ok(deletion.clone())),
            Item::Error(error) => to_json(&Err(error.clone())),
            Item::NotAttempted { user_id } => {
                json!({"user_id": user_id, "status": "not_attempted"})
            }
        }
    }
}

/// A batch in numbers.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Ids deleted, by this run or, where the journal says so, by an earlier one.
    pub deleted: u64,
    /// Ids that were no contact, where that is fine.
    pub absent: u64,
    /// Ids that ended in an error.
    pub failed: u64,
    /// Ids that were not called, as the batch had stopped.
    pub not_attempted: u64,
    /// Of all these, those that were settled by an earlier run and not called again.
    pub settled_before: u64,
    /// Ids that were pushed again and dropped.
    pub repeated: u64,
    /// Delete requests written by this run.
    pub calls: u64,
    /// Ids of which the journal does not say what came of them, as it could not be written;
    /// the next run takes them for uncertain.
    pub unrecorded: u64,
    /// When the batch began.
    pub start: SystemTime,
    /// When its last item was done; `None` while it runs.
    pub end: Option<SystemTime>,
    /// Where the requests went.
    pub endpoint: String,
    /// The app, where the client has app credentials.
    pub app_key: Option<String>,
    /// Why the batch stopped early.
    pub stopped: Option<String>,
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = |at: SystemTime| humantime::format_rfc3339_millis(at).to_string();
        let mut map = serializer.serialize_map(None)?;
        for (name, number) in [
            ("deleted", self.deleted),
            ("absent", self.absent),
            ("failed", self.failed),
            ("not_attempted", self.not_attempted),
            ("settled_before", self.settled_before),
            ("repeated", self.repeated),
            ("calls", self.calls),
            ("unrecorded", self.unrecorded),
        ] {
            map.serialize_entry(name, &number)?;
        }
        map.serialize_entry("start", &time(self.start))?;
        if let Some(end) = self.end {
            map.serialize_entry("end", &time(end))?;
        }
        map.serialize_entry("endpoint", &self.endpoint)?;
        if let Some(app_key) = &self.app_key {
            map.serialize_entry("app_key", app_key)?;
        }
        if let Some(stopped) = &self.stopped {
            map.serialize_entry("stopped", stopped)?;
        }
        map.end()
    }
}

/// Many deletions under way.
///
/// The consumer drives it: it pushes ids while [`wants`](Batch::wants) says so, says
/// [`finish`](Batch::finish) after the last, and takes items with [`next`](Batch::next) until
/// there is none left. The methods may be called from any thread. Dropping a batch stops it;
/// calls under way finish on the library's threads and are recorded. A batch is not for a
/// child after `fork`, which has none of these threads: begin one there.
pub struct Batch(Arc<Shared>);

struct Shared {
    client: Client,
    /// The options of every call, and their cancel.
    call: Call,
    concurrency: usize,
    journal: Option<Journal>,
    backup: Option<Record>,
    keys: Keys,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    queue: VecDeque<Queued>,
    done: VecDeque<Item>,
    /// Calls under way, and threads of the pool that serve this batch.
    running: usize,
    workers: usize,
    finished: bool,
    stopped: Option<String>,
    pace: Pace,
    trouble: u32,
    seen: KeySet,
    summary: Summary,
    waker: Option<Waker>,
}

type Waker = Box<dyn FnOnce(Option<Item>) + Send>;

struct Queued {
    task: Task,
    announced: bool,
    backed_up: bool,
    /// Why it is back in the queue.
    throttled: Option<Error>,
}

/// How many calls may run now: all after success, half after each throttling.
struct Pace {
    most: f64,
    allowed: f64,
    not_before: Instant,
}

impl Pace {
    /// Whether a long pause begins.
    fn slow_down(&mut self, wait: Duration) -> bool {
        let (now, wait) = (Instant::now(), wait.min(LONGEST_PAUSE));
        let begins = self.not_before <= now && wait >= LONG_PAUSE;
        self.allowed = (self.allowed / 2.0).max(1.0);
        self.not_before = self.not_before.max(now + wait);
        begins
    }

    /// How many calls may run now.
    fn at_once(&self) -> usize {
        self.allowed.floor().max(1.0) as usize
    }

    fn speed_up(&mut self) {
        self.allowed = (self.allowed + 1.0 / self.allowed).min(self.most);
    }
}

impl Client {
    /// Begins a batch, to be driven by hand; [`delete_many`](Client::delete_many) is the
    /// iterator over it.
    ///
    /// # Errors
    ///
    /// `invalid_argument` for a bad option; `journal` where the record cannot be read, written
    /// or locked, or belongs to something else. Nothing has been called then.
    pub fn batch(&self, options: BatchOptions) -> Result<Batch, Error> {
        let BatchOptions { host, concurrency, journal, backup, call } = options;
        options::check_integer(host, "concurrency", concurrency.into(), MOST_CONCURRENT)?;
        let keys = Keys::default();
        let journal = journal
            .map(|path| Journal::open(&path, &self.endpoint(), self.app_key(), &keys))
            .transpose()?;
        let backup = backup.map(|path| Record::open("backup", &path)).transpose()?;
        if let Some(backup) = &backup {
            backup.cut_torn_line(&BACKUP_STARTS)?;
        }
        let summary = Summary {
            deleted: 0,
            absent: 0,
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
        let most = f64::from(concurrency);
        let state = State {
            queue: VecDeque::new(),
            done: VecDeque::new(),
            running: 0,
            workers: 0,
            finished: false,
            stopped: None,
            pace: Pace { most, allowed: most, not_before: Instant::now() },
            trouble: 0,
            seen: KeySet::default(),
            summary,
            waker: None,
        };
        Ok(Batch(Arc::new_cyclic(|shared: &Weak<Shared>| {
            let shared = shared.clone();
            let held = move || shared.upgrade().is_some_and(|shared| shared.lock().is_held());
            Shared {
                client: self.clone(),
                call: call.gated(held),
                concurrency: concurrency as usize,
                journal,
                backup,
                keys,
                state: Mutex::new(state),
                changed: Condvar::new(),
            }
        })))
    }

    /// Deletes many contacts: an iterator over what came of each, in the order of
    /// completion. Ids are taken as they are needed; one that comes again is called once.
    ///
    /// ```no_run
    /// use dingtalk_extcontact::{BatchOptions, Client, Item};
    ///
    /// let client = Client::from_env()?;
    /// let ids = std::io::stdin().lines().map_while(Result::ok);
    /// let mut items = client.delete_many(ids, BatchOptions::new().journal("erasure.jsonl"))?;
    /// for item in &mut items {
    ///     match item {
    ///         Item::Deletion(deletion) => println!("{}: {}", deletion.user_id, deletion.status.name()),
    ///         Item::Error(error) => eprintln!("{error}"),
    ///         Item::NotAttempted { user_id } => eprintln!("{user_id}: not attempted"),
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
        let past = shared.journal.as_ref().and_then(|journal| journal.past(key));
        let mut state = shared.lock();
        if state.seen.insert(key, ()).is_some() {
            state.summary.repeated += 1;
            return;
        }
        if let (Some(Past::Settled(at)), Some(journal)) = (past, &shared.journal) {
            drop(state);
            let mut unreadable = None;
            let item = match journal.settled(at) {
                Ok(Ok(deletion)) => Item::Deletion(deletion),
                // What the earlier run took for an error is fine for this one.
                Ok(Err(error)) if error.is_missing() && shared.client.missing_ok(&shared.call) => {
                    Item::Deletion(Deletion {
                        user_id: user_id.to_owned(),
                        status: Status::Absent,
                        request_id: error.request_id().map(str::to_owned),
                        attempts: error.attempts(),
                        maybe_deleted: false,
                    })
                }
                Ok(Err(error)) => Item::Error(error),
                // It is settled; how, can no longer be told.
                Err(error) => {
                    unreadable = Some(error.message().to_owned());
                    Item::Error(error.about_contact(user_id, 0, true))
                }
            };
            state = shared.lock();
            if let Some(why) = unreadable {
                state.stop(&why);
            }
            state.summary.settled_before += 1;
            return shared.deliver(state, item, 0);
        }
        // After the end the journal is no longer ours.
        if state.stopped.is_some() || state.finished {
            return shared.deliver(state, Item::NotAttempted { user_id: user_id.to_owned() }, 0);
        }
        let mut task = shared.client.task(user_id);
        task.story.uncertain = past == Some(Past::Uncertain);
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
    /// [`Item::NotAttempted`].
    pub fn stop(&self) {
        let mut state = self.0.lock();
        // A batch that has ended did not stop early.
        if state.summary.end.is_some() {
            return;
        }
        let why = "stopped by the caller";
        if state.queue.iter().all(|queued| queued.throttled.is_none()) {
            return self.0.halt(state, why);
        }
        // What came of throttled ids is written to the journal, which may take long: that is
        // not for the caller's thread, but for one of those that wait to try again.
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
        let wait = Wait::for_turn(call);
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
            done(Some(item));
        } else if state.is_over() {
            drop(state);
            done(None);
        } else {
            state.waker = Some(Box::new(done));
            drop(state);
        }
        if let Some(earlier) = earlier {
            earlier(None);
        }
    }

    /// How long no call begins from now on, where the service wants it so: it has throttled
    /// the batch, which goes on by itself afterwards.
    pub fn paused(&self) -> Option<Duration> {
        let state = self.0.lock();
        let left = state.pace.not_before.saturating_duration_since(Instant::now());
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
        self.finish();
        self.stop();
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

impl State {
    /// What an ended id means for the batch: why to stop it.
    fn account(&mut self, item: &Item) -> Option<String> {
        use ErrorKind::{Connection, Protocol, Service, Timeout, Tls};
        match item {
            Item::Deletion(deletion) => {
                self.summary.calls += u64::from(deletion.attempts);
                self.trouble = 0;
                self.pace.speed_up();
                None
            }
            Item::Error(error) => {
                self.summary.calls += u64::from(error.attempts());
                let kind = error.kind();
                let trouble = matches!(kind, Connection | Tls | Timeout | Protocol | Service);
                self.trouble = if trouble { self.trouble + 1 } else { 0 };
                if stops_batch(error) {
                    let known = error.code().and_then(errcode::explain);
                    return Some(known.map_or(error.message(), |row| row.meaning).to_owned());
                }
                (self.trouble >= TROUBLE_IN_A_ROW).then(|| {
                    let last = error.message();
                    format!("{TROUBLE_IN_A_ROW} contacts in a row failed, the last one: {last}")
                })
            }
            Item::NotAttempted { .. } => None,
        }
    }

    /// Notes why the batch stops; the first reason stays.
    fn stop(&mut self, why: &str) {
        self.stopped.get_or_insert_with(|| why.to_owned());
    }

    /// Whether no call may begin now, though it has a thread.
    fn is_held(&self) -> bool {
        self.stopped.is_some() || Instant::now() < self.pace.not_before
    }

    fn is_over(&self) -> bool {
        self.finished && self.running == 0 && self.queue.is_empty() && self.done.is_empty()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes another thread of the pool, if there is work for it.
    fn hire(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let work = state.running + state.queue.len();
        if state.workers >= state.pace.at_once().min(work) {
            drop(state);
            self.changed.notify_all();
            return;
        }
        state.workers += 1;
        drop(state);
        self.take_turn();
    }

    /// Has a worker run as soon as the pool has a thread for it.
    fn take_turn(self: &Arc<Self>) {
        let shared = self.clone();
        dispatch::run(move |turn| match turn {
            Turn::Run | Turn::Cancelled => shared.serve(),
            Turn::NoThread(why) => {
                let mut state = shared.lock();
                state.workers -= 1;
                shared.halt(state, &format!("no thread could be started: {why}"));
            }
        });
    }

    /// A thread's work for this batch: one id after the other, while there are any.
    fn serve(self: &Arc<Self>) {
        let mut state = self.lock();
        loop {
            let wait = state.pace.not_before.saturating_duration_since(Instant::now());
            let may_run = wait.is_zero() && state.running < state.pace.at_once();
            if state.stopped.is_some() {
                state = self.strand(state);
            }
            // One that waits is enough: others may have use for the thread.
            if state.queue.is_empty() || (!may_run && state.workers > state.pace.at_once()) {
                state.workers -= 1;
                return;
            }
            if !may_run {
                let time = if wait.is_zero() { Duration::from_millis(50) } else { wait };
                state = self
                    .changed
                    .wait_timeout(state, time)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
                continue;
            }
            let Some(mut queued) = state.queue.pop_front() else { continue };
            state.running += 1;
            drop(state);
            let called = catch_unwind(AssertUnwindSafe(|| self.call(&mut queued)));
            let outcome = called.unwrap_or_else(|panic| Outcome::panicked(&queued.task, &*panic));
            state = self.lock();
            state = match outcome {
                Outcome::Item { item, recorded, file_failed } => {
                    let journal = self.journal.is_some();
                    state.summary.unrecorded += u64::from(journal && !recorded);
                    let why = state.account(&item);
                    let why = file_failed.map(|error| error.message().to_owned()).or(why);
                    if let Some(why) = &why {
                        state.stop(why);
                    }
                    self.deliver(state, item, 1);
                    // Not under the lock: a log handler may ask for the summary.
                    if let Some(why) = why {
                        log::warn!(target: crate::LOG, "the batch stops: {why}");
                    }
                    self.hire(self.lock());
                    if dispatch::is_crowded() {
                        // To the end of the line: no batch has the threads for itself.
                        return self.take_turn();
                    }
                    self.lock()
                }
                Outcome::NotBegun => {
                    state.queue.push_front(queued);
                    state.running -= 1;
                    state
                }
                Outcome::Throttled(error) => {
                    let wait = error.retry_after().unwrap_or(THROTTLED_PAUSE);
                    let pauses = state.pace.slow_down(wait);
                    queued.throttled = Some(error);
                    state.queue.push_front(queued);
                    state.running -= 1;
                    drop(state);
                    if pauses {
                        log::warn!(target: crate::LOG, "the batch pauses for {wait:?}: throttled");
                    }
                    self.lock()
                }
            };
        }
    }

    /// One id: backed up, announced, called, recorded.
    fn call(&self, queued: &mut Queued) -> Outcome {
        let user_id = queued.task.user_id.clone();
        let uncertain = queued.task.story.uncertain;
        // Without a record there is no call, and so nothing to announce.
        let not_called = |error: Error| Outcome::Item {
            item: Item::Error(error.clone().about_contact(&user_id, 0, uncertain)),
            recorded: true,
            file_failed: Some(error).filter(|error| error.kind() == ErrorKind::Journal),
        };
        if let Err(error) = check_user_id(&user_id) {
            return not_called(error);
        }
        if let Some(backup) = &self.backup
            && !queued.backed_up
        {
            match self.back_up(backup, &user_id) {
                Ok(()) => queued.backed_up = true,
                Err(error) if error.kind() == ErrorKind::Throttled => {
                    return Outcome::Throttled(error.about_contact(&user_id, 0, uncertain));
                }
                Err(error) => return not_called(error),
            }
        }
        if let Some(journal) = &self.journal
            && !queued.announced
        {
            if let Err(error) = journal.announce(&user_id) {
                return not_called(error);
            }
            queued.announced = true;
        }
        let before = queued.task.story.attempts;
        let outcome = self.client.work(&mut queued.task, &self.call, Throttling::GiveBack);
        if let Err(error) = &outcome {
            match error.kind() {
                ErrorKind::Throttled => return Outcome::Throttled(error.clone()),
                // By the gate, or by a cancel of the batch: either way it was not called.
                ErrorKind::Cancelled if error.attempts() == before => return Outcome::NotBegun,
                _ => {}
            }
        }
        let file_failed = self.journal.as_ref().and_then(|journal| journal.record(&outcome).err());
        let item = outcome.map_or_else(Item::Error, Item::Deletion);
        Outcome::Item { item, recorded: file_failed.is_none(), file_failed }
    }

    /// Keeps a contact's record. Where there is no such contact, there is none to keep.
    fn back_up(&self, backup: &Record, user_id: &str) -> Result<(), Error> {
        match self.client.record_of(user_id, &self.call) {
            Ok(contact) => backup.write(json!({"user_id": user_id, "record": contact.record()})),
            Err(error) if error.is_missing() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Stops the batch from outside of a call.
    fn halt(&self, mut state: MutexGuard<'_, State>, why: &str) {
        state.stop(why);
        let state = self.strand(state);
        self.notice_end(state);
    }

    /// Ends what is queued: not attempted, or throttled where a request was made.
    fn strand<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let stranded = std::mem::take(&mut state.queue);
        // They count as running until they are delivered, so that nobody sees an early end.
        state.running += stranded.len();
        for Queued { task, throttled, announced, .. } in stranded {
            let Task { user_id, story, .. } = task;
            state.summary.calls +=
                throttled.as_ref().map_or(0, |error| u64::from(error.attempts()));
            if let Some(journal) = self.journal.as_ref().filter(|_| announced) {
                drop(state);
                let not_begun = || attempt::cancelled("waiting for its turn");
                let end = throttled.clone().unwrap_or_else(|| {
                    not_begun().about_contact(&user_id, story.attempts, story.uncertain)
                });
                let recorded = journal.record(&Err(end));
                state = self.lock();
                // The batch has stopped already; a record that fails cannot stop it more.
                state.summary.unrecorded += u64::from(recorded.is_err());
            }
            let item = throttled.map_or(Item::NotAttempted { user_id }, Item::Error);
            self.deliver(state, item, 1);
            state = self.lock();
        }
        state
    }

    /// Counts an item and hands it to who waits, or keeps it for who comes. `ran` calls
    /// under way end with it.
    fn deliver(&self, mut state: MutexGuard<'_, State>, item: Item, ran: usize) {
        state.running -= ran;
        let summary = &mut state.summary;
        match &item {
            Item::Deletion(deletion) if deletion.status == Status::Deleted => summary.deleted += 1,
            Item::Deletion(_) => summary.absent += 1,
            Item::Error(_) => summary.failed += 1,
            Item::NotAttempted { .. } => summary.not_attempted += 1,
        }
        self.note_end(&mut state);
        let waker = state.waker.take();
        let item = match waker {
            Some(_) => Some(item),
            None => {
                state.done.push_back(item);
                None
            }
        };
        drop(state);
        self.changed.notify_all();
        if let Some(waker) = waker {
            dispatch::guarded(|| waker(item));
        }
    }

    /// Notes the end with the last item, before anybody can see it: the journal is free for
    /// the next run then.
    fn note_end(&self, state: &mut State) {
        let over = state.finished && state.running == 0 && state.queue.is_empty();
        if over && state.summary.end.is_none() {
            state.summary.end = Some(SystemTime::now());
            if let Some(journal) = &self.journal {
                journal.release();
            }
            if let Some(backup) = &self.backup {
                backup.release();
            }
        }
    }

    /// Tells who waits that there will be no more.
    fn notice_end(&self, mut state: MutexGuard<'_, State>) {
        self.note_end(&mut state);
        let waker = if state.is_over() { state.waker.take() } else { None };
        drop(state);
        self.changed.notify_all();
        if let Some(waker) = waker {
            dispatch::guarded(|| waker(None));
        }
    }
}

enum Outcome {
    Item {
        item: Item,
        /// Whether the journal, where there is one, says so.
        recorded: bool,
        /// Why journal or backup could not be written.
        file_failed: Option<Error>,
    },
    Throttled(Error),
    /// The batch has stopped or pauses, and nothing was sent.
    NotBegun,
}

impl Outcome {
    /// A log handler's panic, say. What was sent must be told all the same.
    fn panicked(Task { user_id, story, .. }: &Task, panic: &(dyn Any + Send)) -> Outcome {
        let error = Error::new(ErrorKind::Internal, format!("a panic: {}", panic_text(panic)));
        let uncertain = story.uncertain || story.attempts > 0;
        let error = error.about_contact(user_id, story.attempts, uncertain);
        Outcome::Item { item: Item::Error(error), recorded: false, file_failed: None }
    }
}
