//! The client: one delete call from argument to outcome.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::call::api_call::{ApiCall, Delete};
use crate::call::context::AttemptContext;
use crate::call::driver::{Drive, Driver};
use crate::call::failure;
use crate::call::options::Call;
use crate::call::replies::Replies;
use crate::call::steps::{CallState, DeleteState, Throttling};
use crate::error::Error;
use crate::language::Language;
use crate::options::endpoint::Region;
use crate::options::names::Binding;
use crate::options::proxy::ProxySetting;
use crate::options::{self, Credentials, Options, Settings};
use crate::outcome::{Deletion, Status};
use crate::runtime::fork::PerProcess;
use crate::runtime::task::{Progress, Waker, block_on};
use crate::secret::Secret;
use crate::text::panic_text;

/// Deletes external contacts.
///
/// A client keeps its connections and its token, so make one and share it: it may be used by
/// any number of threads, and cloning it is cheap and shares all of that. After `fork` a
/// child may go on using it; it opens its own connections, fetches its own token and counts
/// its own rate.
///
/// ```no_run
/// use dingtalk_extcontact::{Client, Status};
///
/// let client = Client::builder().app_key("key").app_secret("secret").build()?;
/// let deletion = client.delete("0125400001")?;
/// assert_eq!(deletion.status, Status::Deleted);
/// # Ok::<(), dingtalk_extcontact::Error>(())
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    settings: Arc<Settings>,
    closed: AtomicBool,
    context: PerProcess<AttemptContext>,
}

impl Client {
    /// Sets options one by one; see [`ClientBuilder`].
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client with the options that the environment names: `DINGTALK_ACCESS_TOKEN`, or
    /// `DINGTALK_APP_KEY` and `DINGTALK_APP_SECRET`; `DINGTALK_REGION`, `DINGTALK_ENDPOINT`.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the variable or option.
    pub fn from_env() -> Result<Client, Error> {
        Client::with_options(Options::from_env(Binding::Rust)?)
    }

    /// A client with these options. Proxy, certificates and environment are read here, once;
    /// nothing is sent.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the option.
    #[doc(hidden)]
    pub fn with_options(options: Options) -> Result<Client, Error> {
        let (binding, language) = (options.binding, options.language);
        let settings = options.check().map_err(|error| binding.advise(language, error))?;
        let settings = Arc::new(settings);
        let context = PerProcess::new(AttemptContext::new(&settings));
        let closed = AtomicBool::new(false);
        Ok(Client(Arc::new(Inner { settings, closed, context })))
    }

    /// Deletes a contact, with the client's options.
    ///
    /// # Errors
    ///
    /// Whatever kept the contact from being deleted, and whether it may be gone all the
    /// same; see [`Error`].
    pub fn delete(&self, user_id: &str) -> Result<Deletion, Error> {
        self.delete_with(user_id, &Call::new())
    }

    /// Deletes a contact, with options of this call; it can be cancelled.
    ///
    /// # Errors
    ///
    /// As [`delete`](Client::delete); `cancelled` where the call was cancelled.
    pub fn delete_with(&self, user_id: &str, call: &Call) -> Result<Deletion, Error> {
        let mut driver = self.driver(Delete { user_id: user_id.to_owned() }, Throttling::Wait);
        block_on(|waker| self.advance_delete(&mut driver, call, waker))
    }

    /// A call that has not begun.
    pub(crate) fn driver<A: ApiCall>(&self, api_call: A, throttling: Throttling) -> Driver<A> {
        Driver::new(CallState::new(&self.0.settings, api_call, throttling, Instant::now()))
    }

    /// Drives a deletion until it has to wait, or to its end. Where throttling is given back, it can
    /// be begun again later and remembers what it did.
    pub(crate) fn advance_delete(
        &self,
        driver: &mut Driver<Delete>,
        call: &Call,
        waker: &Waker,
    ) -> Progress<Result<Deletion, Error>> {
        match self.advance(driver, call, waker) {
            Progress::Ready(result) => Progress::Ready(end_of_delete(&driver.state, result)),
            Progress::Wait(until) => Progress::Wait(until),
        }
    }

    /// Drives any call, which it begins. Errors speak the language of the client's caller.
    pub(crate) fn advance<A: ApiCall>(
        &self,
        driver: &mut Driver<A>,
        call: &Call,
        waker: &Waker,
    ) -> Progress<Result<A::Answer, Error>> {
        // The caller's probe runs below, wherever the call waits: its panic must not pass into
        // an interpreter.
        let advanced =
            catch_unwind(AssertUnwindSafe(|| driver.advance(&self.means(call, true, waker))));
        let result = match advanced {
            Ok(Progress::Wait(until)) => return Progress::Wait(until),
            Ok(Progress::Ready(Some(result))) => result,
            Ok(Progress::Ready(None)) => Err(failure::panicked("a call that works only looked")),
            Err(panic) => Err(failure::panicked(&panic_text(panic.as_ref()))),
        };
        Progress::Ready(result.map_err(|error| self.0.settings.advise(error)))
    }

    /// Whether a call has anything to do for a thread. This neither blocks nor runs code of the
    /// program.
    pub(crate) fn look<A: ApiCall>(
        &self,
        driver: &mut Driver<A>,
        call: &Call,
        waker: &Waker,
    ) -> Progress<()> {
        match driver.advance(&self.means(call, false, waker)) {
            Progress::Ready(_) => Progress::Ready(()),
            Progress::Wait(until) => Progress::Wait(until),
        }
    }

    fn means<'a>(&'a self, call: &'a Call, works: bool, waker: &'a Waker) -> Drive<'a> {
        Drive { context: self.context(), call, closed: self.is_closed(), works, waker }
    }

    /// Replaces the access token that the client was made with. Calls under way go on with
    /// the old one, and take the new one up if the old one is refused.
    ///
    /// # Errors
    ///
    /// `invalid_argument` if it cannot be a token, if the client has app credentials, or if it is
    /// closed.
    pub fn set_access_token(&self, token: &str) -> Result<(), Error> {
        let settings = &self.0.settings;
        if self.is_closed() {
            return Err(settings.advise(failure::closed()));
        }
        let Credentials::Fixed(fixed) = &settings.credentials else {
            return Err(settings.advise(Error::invalid(
                "the client fetches its own access token with app credentials",
                phrase!("Make a client with an access token to set it later."),
            )));
        };
        options::check_token(settings.binding, token).map_err(|error| settings.advise(error))?;
        fixed.set(Secret::new(token));
        Ok(())
    }

    /// Where the client's delete requests go: scheme, host and path.
    pub fn endpoint(&self) -> String {
        self.0.settings.topapi.to_string()
    }

    /// The key of the app whose credentials the client has; `None` with a fixed token.
    pub fn app_key(&self) -> Option<&str> {
        match &self.0.settings.credentials {
            Credentials::App { key, .. } => Some(key),
            Credentials::Fixed(_) => None,
        }
    }

    /// Whether [`close`](Self::close) was called.
    pub fn is_closed(&self) -> bool {
        self.0.closed.load(Ordering::SeqCst)
    }

    /// Closes the client: later calls are refused, calls under way finish, idle connections
    /// are closed. Doing it again does nothing. Dropping the last clone does it too.
    pub fn close(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
        self.context().close();
    }

    /// Whether "no such contact" is fine for this call.
    pub(crate) fn missing_ok(&self, call: &Call) -> bool {
        call.allows_missing(&self.0.settings)
    }

    /// The options that a journal records beside those of the batch.
    pub(crate) fn options_on_record(&self) -> serde_json::Map<String, serde_json::Value> {
        let Settings { timeout, max_attempts, rate, .. } = &*self.0.settings;
        let seconds = timeout.as_secs_f64();
        let options = [
            ("timeout", seconds.into()),
            ("max_attempts", (*max_attempts).into()),
            ("rate", (*rate).into()),
        ];
        options.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
    }

    /// The same client for a check: with connections, token and rate of its own, and a note of what
    /// is answered.
    pub(crate) fn keeping(&self, replies: &Arc<Replies>) -> Client {
        let settings = self.0.settings.clone();
        let closed = AtomicBool::new(self.is_closed());
        let context = PerProcess::new(AttemptContext::keeping(&settings, replies));
        Client(Arc::new(Inner { settings, closed, context }))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// This process's connections, token and rate.
    pub(crate) fn context(&self) -> &AttemptContext {
        self.0.context.get(|| AttemptContext::new(&self.0.settings))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { credentials, topapi, .. } = &*self.0.settings;
        let mut debug = f.debug_struct("Client");
        debug.field("endpoint", &topapi.to_string());
        match credentials {
            Credentials::Fixed(token) => debug.field("access_token", &token.get()),
            Credentials::App { key, secret } => {
                debug.field("app_key", key).field("app_secret", secret)
            }
        };
        debug.field("closed", &self.0.closed.load(Ordering::SeqCst)).finish()
    }
}

/// How a deletion ended: its result with the contact, logged.
pub(crate) fn end_of_delete(
    state: &DeleteState,
    result: Result<(Status, Option<String>), Error>,
) -> Result<Deletion, Error> {
    let result = result.map(|answer| state.deletion(answer)).map_err(|error| {
        error.about_contact(&state.api_call.user_id, state.attempts, state.uncertain)
    });
    log_outcome(state, &result);
    result
}

/// Logs how a deletion ended; one that goes back to its batch has not.
fn log_outcome(state: &DeleteState, result: &Result<Deletion, Error>) {
    let user_id = state.api_call.user_id.as_str();
    crate::logged(|| match result {
        Ok(deletion) => {
            let request_id = deletion.request_id.as_deref();
            log::info!(target: crate::LOG, user_id, request_id; "{}", deletion_text(deletion));
        }
        Err(error) => {
            let level = if state.gives_back(error) { log::Level::Debug } else { log::Level::Info };
            let (kind, request_id) = (error.kind().as_str(), error.request_id());
            log::log!(target: crate::LOG, level, user_id, kind, request_id; "{}", error.message());
        }
    });
}

/// A deletion as the log tells it.
fn deletion_text(deletion: &Deletion) -> String {
    let Deletion { user_id, status, request_id, attempts, maybe_deleted } = deletion;
    let mut text = format!("contact {user_id}: {}", status.as_str());
    if *maybe_deleted {
        text.push_str(" (an earlier request of this call may have deleted it)");
    }
    if let Some(id) = request_id {
        text.push_str(&format!(", request id {id}"));
    }
    text + &format!(", {attempts} request{}", if *attempts == 1 { "" } else { "s" })
}

/// Makes a [`Client`]: each method sets the option of its name, [`build`](Self::build)
/// checks them all.
///
/// ```
/// use dingtalk_extcontact::Client;
/// use std::time::Duration;
///
/// let client = Client::builder()
///     .access_token("0123456789abcdef")
///     .timeout(Duration::from_secs(20))
///     .rate(Some(10))
///     .build()?;
/// # Ok::<(), dingtalk_extcontact::Error>(())
/// ```
#[must_use = "it makes a client when it is built"]
#[derive(Clone, Debug, Default)]
pub struct ClientBuilder(Options);

impl ClientBuilder {
    /// The credentials and the place that the environment names, as
    /// [`Client::from_env`] has them, to set other options beside.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the variable, where it is not text.
    pub fn from_env() -> Result<Self, Error> {
        Options::from_env(Binding::Rust).map(ClientBuilder)
    }

    /// A token that the caller keeps fresh with [`Client::set_access_token`]. Either this,
    /// or `app_key` and `app_secret`.
    pub fn access_token(mut self, token: impl AsRef<str>) -> Self {
        self.0.origins.remove("access_token");
        self.0.access_token = Some(Secret::new(token.as_ref()));
        self
    }

    /// The app's key; the client fetches and refreshes the token.
    pub fn app_key(mut self, key: impl Into<String>) -> Self {
        self.0.origins.remove("app_key");
        self.0.app_key = Some(key.into());
        self
    }

    /// The app's secret.
    pub fn app_secret(mut self, secret: impl AsRef<str>) -> Self {
        self.0.origins.remove("app_secret");
        self.0.app_secret = Some(Secret::new(secret.as_ref()));
        self
    }

    /// The part of the service that the organisation belongs to; international where it is not
    /// given.
    pub fn region(mut self, region: Region) -> Self {
        self.0.origins.remove("region");
        self.0.region = Some(region.as_str().to_owned());
        self
    }

    /// A base URL in place of both hosts of the region: a sandbox or a gateway. https; http
    /// to a loopback address only.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.0.origins.remove("endpoint");
        self.0.endpoint = Some(endpoint.into());
        self
    }

    /// The whole call, from when it gets its turn: token, every attempt and pause. 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout = timeout;
        self
    }

    /// One attempt, from its start to the last byte of the reply. 10 s.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.0.attempt_timeout = timeout;
        self
    }

    /// Lookup, connection and TLS handshake together. 5 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.0.connect_timeout = timeout;
        self
    }

    /// How often a request is tried, the first time included; 1 turns retries off, but for a
    /// kept connection that died and for a new token: one request more for each. 3.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.0.max_attempts = attempts;
        self
    }

    /// Requests to one API in any one second, at most, as the service counts them: it counts
    /// delete, list, get and create each by itself. `None`: no limit. 20, the limit of the standard
    /// edition.
    pub fn rate(mut self, rate: Option<u32>) -> Self {
        self.0.rate = rate;
        self
    }

    /// Whether "no such contact" ends as [`Absent`](crate::Status::Absent) instead of an error. It does not
    /// tell a contact already gone from an id that never was one, so it hides damaged ids.
    pub fn missing_ok(mut self, missing_ok: bool) -> Self {
        self.0.missing_ok = missing_ok;
        self
    }

    /// The proxy; the one of the environment where it is not given. A loopback endpoint never
    /// goes through a proxy.
    pub fn proxy(mut self, proxy: ProxySetting) -> Self {
        self.0.proxy = Some(Secret::new(proxy.as_str()));
        self
    }

    /// A PEM bundle to trust instead of the system's roots. Each certificate in it is read, or
    /// refused with its line.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.ca_file = Some(path.into());
        self
    }

    /// The language of the advice of this client's errors and checks; English where it is not
    /// given. All else, messages too, is the same in every language.
    pub fn language(mut self, language: Language) -> Self {
        self.0.language = language;
        self
    }

    /// Checks the options and makes the client; nothing is sent.
    ///
    /// # Errors
    ///
    /// `invalid_argument` that names the option and says what to do.
    pub fn build(self) -> Result<Client, Error> {
        Client::with_options(self.0)
    }
}
