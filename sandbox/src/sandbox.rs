//! The public face of the sandbox: a builder, and a running server that can be asked and changed.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::faults::{Faults, Hit, Kind, Plan};
use crate::http::{self, Reply, Request};
use crate::people;
use crate::rng::Rng;
use crate::server::{Connection, Server};
use crate::service::{Api, BlockRule, BlockShape, Permission, Service};

/// How long the block of an IP lasts (the page on limits).
const BLOCK: Duration = Duration::from_secs(300);
/// Over what a client should read of a reply.
const HUGE: usize = 1024 * 1024 + 1;

/// A running sandbox on 127.0.0.1.
///
/// It can be used from any number of threads. Dropping it closes all connections and waits for
/// its threads, whatever its clients do.
///
/// ```
/// use dingtalk_extcontact_sandbox::Sandbox;
///
/// # fn main() -> std::io::Result<()> {
/// let sandbox = Sandbox::builder().made_up(3).start()?;
/// // A client with sandbox.url() as its endpoint and sandbox.token() as its token ...
/// assert_eq!(sandbox.contacts().len(), 3);
/// assert!(sandbox.deleted().is_empty());
/// # Ok(())
/// # }
/// ```
pub struct Sandbox {
    shared: Arc<Shared>,
    server: Server,
}

struct Shared {
    started: Instant,
    latency: Duration,
    keep_requests: usize,
    state: Mutex<State>,
    came: Condvar,
}

struct State {
    service: Service,
    faults: Faults,
    /// The calls that the faults are about, counted since they were set.
    counted: u64,
    requests: VecDeque<Request>,
    /// All that ever came, also those no longer kept.
    total: u64,
}

/// Makes a [`Sandbox`]; see its methods for the defaults.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    contacts: Option<Vec<Value>>,
    made_up: usize,
    seed: u64,
    app_key: Option<String>,
    app_secret: Option<String>,
    token_life: Duration,
    calls_per_second: Option<u32>,
    port: u16,
    read: bool,
    write: bool,
    ip_allowed: bool,
    block_rule: Option<(usize, BlockShape)>,
    latency: Duration,
    faults: Faults,
    keep_requests: usize,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            contacts: None,
            made_up: 20,
            seed: 1,
            app_key: None,
            app_secret: None,
            token_life: Duration::from_secs(7200),
            calls_per_second: Some(20),
            port: 0,
            read: true,
            write: true,
            ip_allowed: true,
            block_rule: None,
            latency: Duration::ZERO,
            faults: Faults::default(),
            keep_requests: 100_000,
        }
    }
}

impl Builder {
    /// The contacts that the organisation has: objects as the get call answers them, of which
    /// only `userid` (text, unique) is needed. Default: made-up ones.
    pub fn contacts(mut self, records: impl IntoIterator<Item = Value>) -> Builder {
        self.contacts = Some(records.into_iter().collect());
        self
    }

    /// So many made-up contacts with all fields, in several scripts; userids are 12 to 20
    /// digits, most with leading zeros. Nobody among them exists. Default: 20.
    pub fn made_up(mut self, count: usize) -> Builder {
        self.contacts = None;
        self.made_up = count;
        self
    }

    /// The seed of the made-up contacts, credentials, tokens and request ids. Default: 1. The
    /// seed of the faults is their own.
    pub fn seed(mut self, seed: u64) -> Builder {
        self.seed = seed;
        self
    }

    /// The app's key. Default: made up from the seed.
    pub fn app_key(mut self, app_key: impl Into<String>) -> Builder {
        self.app_key = Some(app_key.into());
        self
    }

    /// The app's secret. Default: made up from the seed.
    pub fn app_secret(mut self, app_secret: impl Into<String>) -> Builder {
        self.app_secret = Some(app_secret.into());
        self
    }

    /// How long a token lives after it was last asked for. Default: 7200 s (the pages of the
    /// token calls). Replies state it in whole seconds, rounded down.
    pub fn token_life(mut self, life: Duration) -> Builder {
        self.token_life = life;
        self
    }

    /// How often the app may call each contact API in any one second. Default: 20, the limit
    /// of the standard edition (the page on limits). None: no limit. The token calls have none
    /// here; their real limit is not published.
    pub fn calls_per_second(mut self, limit: Option<u32>) -> Builder {
        self.calls_per_second = limit;
        self
    }

    /// The port. Default: 0, any free one.
    pub fn port(mut self, port: u16) -> Builder {
        self.port = port;
        self
    }

    /// Whether the app has a permission point. Default: it has both. Without it: errcode 88
    /// with sub_code 60011.
    pub fn permission(mut self, permission: Permission, granted: bool) -> Builder {
        match permission {
            Permission::Read => self.read = granted,
            Permission::Write => self.write = granted,
        }
        self
    }

    /// Whether the caller's IP is on the app's white list. Default: true. Otherwise: errcode
    /// 88 with sub_code 60020.
    pub fn ip_allowed(mut self, allowed: bool) -> Builder {
        self.ip_allowed = allowed;
        self
    }

    /// Blocks the caller's IP for 300 s once it has made so many calls within 20 s (the real
    /// number is 10000, says the page on limits). Default: never.
    pub fn ip_block_after(mut self, calls: usize, shape: BlockShape) -> Builder {
        self.block_rule = Some((calls, shape));
        self
    }

    /// How long every call takes before it is worked on. Default: no time.
    pub fn latency(mut self, latency: Duration) -> Builder {
        self.latency = latency;
        self
    }

    /// What goes wrong. Default: nothing.
    pub fn faults(mut self, faults: Faults) -> Builder {
        self.faults = faults;
        self
    }

    /// How many requests are kept for [`Sandbox::requests`], the latest ones. Default: 100000.
    pub fn keep_requests(mut self, count: usize) -> Builder {
        self.keep_requests = count;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// `InvalidInput` for a contact without a text `userid` or with one that is taken, and for
    /// a blank key or secret; otherwise what the system says about the port.
    pub fn start(self) -> io::Result<Sandbox> {
        let invalid = |text: String| io::Error::new(io::ErrorKind::InvalidInput, text);
        let mut rng = Rng::new(self.seed);
        let letters = "abcdefghijklmnopqrstuvwxyz0123456789";
        // Drawn in any case: stating the key does not change the rest of the run.
        let (made_up_key, made_up_secret) = (rng.text(letters, 12), rng.text(letters, 40));
        let app_key = self.app_key.unwrap_or(format!("dingsandbox{made_up_key}"));
        let app_secret = self.app_secret.unwrap_or(format!("sandbox-secret-{made_up_secret}"));
        if app_key.trim().is_empty() || app_secret.trim().is_empty() {
            return Err(invalid("app_key and app_secret cannot be blank".into()));
        }
        let mut service = Service::new(app_key, app_secret, rng.next());
        service.token_life = self.token_life;
        service.calls_per_second = self.calls_per_second;
        service.read = self.read;
        service.write = self.write;
        service.ip_allowed = self.ip_allowed;
        service.block_rule =
            self.block_rule.map(|(after, shape)| BlockRule { after, shape, lasts: BLOCK });
        let contacts = self.contacts.unwrap_or_else(|| people::made_up(self.made_up, self.seed));
        for record in contacts {
            service.contacts.add(record).map_err(invalid)?;
        }
        let shared = Arc::new(Shared {
            started: Instant::now(),
            latency: self.latency,
            keep_requests: self.keep_requests,
            state: Mutex::new(State {
                service,
                faults: self.faults,
                counted: 0,
                requests: VecDeque::new(),
                total: 0,
            }),
            came: Condvar::new(),
        });
        let server = {
            let shared = Arc::clone(&shared);
            Server::start(self.port, move |connection| shared.serve(connection))?
        };
        Ok(Sandbox { shared, server })
    }
}

impl Sandbox {
    /// Starts one with all defaults: 20 made-up contacts, everything allowed.
    pub fn start() -> io::Result<Sandbox> {
        Sandbox::builder().start()
    }

    /// What can be chosen before the start.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// `http://127.0.0.1:PORT`: the base URL of both API hosts.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// A token that is valid now. As any other demand for one it prolongs the life of the token.
    pub fn token(&self) -> String {
        let now = self.shared.now();
        self.shared.state().service.issue_token(now)
    }

    /// The key of the one app that is known here.
    pub fn app_key(&self) -> String {
        self.shared.state().service.app_key.clone()
    }

    /// The secret of that app.
    pub fn app_secret(&self) -> String {
        self.shared.state().service.app_secret.clone()
    }

    /// The userids of the contacts that are left, in the order of the list call.
    pub fn contacts(&self) -> Vec<String> {
        self.shared.state().service.contacts.user_ids()
    }

    /// The record of a contact that is left.
    pub fn contact(&self, userid: &str) -> Option<Value> {
        self.shared.state().service.contacts.get(userid).cloned()
    }

    /// Adds a contact at the end of the list, as if somebody else had created it.
    ///
    /// # Errors
    /// A sentence: the record has no text `userid`, or one that is taken.
    pub fn add_contact(&self, record: Value) -> Result<(), String> {
        self.shared.state().service.contacts.add(record)
    }

    /// Takes a contact away, as if somebody else had deleted it; it does not appear in
    /// [`Sandbox::deleted`]. Its record, or None if there is no such contact.
    pub fn remove_contact(&self, userid: &str) -> Option<Value> {
        self.shared.state().service.contacts.remove(userid)
    }

    /// Whether a contact with the number of another one is refused, as is inferred of the service.
    /// Without that, only the caller keeps anybody from being created twice.
    pub fn refuse_doubles(&self, refuse: bool) {
        self.shared.state().service.refuse_doubles = refuse;
    }

    /// The userids that calls have created, in order.
    pub fn created(&self) -> Vec<String> {
        self.shared.state().service.created.clone()
    }

    /// The userids that calls have deleted, in order.
    pub fn deleted(&self) -> Vec<String> {
        self.shared.state().service.deleted.clone()
    }

    /// The requests that have come, in order: all, or the latest ones of very many
    /// ([`Builder::keep_requests`]).
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.iter().cloned().collect()
    }

    /// How many requests have come, also those that are no longer kept.
    pub fn request_count(&self) -> u64 {
        self.shared.state().total
    }

    /// Waits until `count` requests have come since the start, `limit` at most; whether they have.
    /// A request has come when all of it was read; it may not have been answered yet.
    pub fn wait_for_requests(&self, count: u64, limit: Duration) -> bool {
        let state = self.shared.state();
        let waited = self.shared.came.wait_timeout_while(state, limit, |state| state.total < count);
        match waited {
            Ok((state, _)) => state.total >= count,
            Err(poisoned) => poisoned.into_inner().0.total >= count,
        }
    }

    /// Ends the life of every token that was handed out. The next demand gets a new one.
    pub fn expire_tokens(&self) {
        self.shared.state().service.expire_token();
    }

    /// From now on tokens are handed out as ever, but refused when they are used (or no longer
    /// so): the trouble that no refresh cures.
    pub fn refuse_tokens(&self, refuse: bool) {
        self.shared.state().service.refuse_tokens = refuse;
    }

    /// Ends the app: its token is refused, and its credentials are.
    pub fn revoke_app(&self) {
        self.shared.state().service.app_revoked = true;
    }

    /// Grants or takes away a permission point.
    pub fn set_permission(&self, permission: Permission, granted: bool) {
        let mut state = self.shared.state();
        match permission {
            Permission::Read => state.service.read = granted,
            Permission::Write => state.service.write = granted,
        }
    }

    /// Puts the caller's IP on the app's white list or takes it off.
    pub fn set_ip_allowed(&self, allowed: bool) {
        self.shared.state().service.ip_allowed = allowed;
    }

    /// Changes the rate limit; see [`Builder::calls_per_second`].
    pub fn set_calls_per_second(&self, limit: Option<u32>) {
        self.shared.state().service.calls_per_second = limit;
    }

    /// Blocks the caller's IP from now on for 300 s, or until [`Sandbox::unblock_ip`].
    pub fn block_ip(&self, shape: BlockShape) {
        let until = self.shared.now().saturating_add(BLOCK);
        self.shared.state().service.block_ip(shape, until);
    }

    /// Ends a block at once.
    pub fn unblock_ip(&self) {
        self.shared.state().service.unblock_ip();
    }

    /// Sets what goes wrong from now on, and counts calls from 0 again for it.
    pub fn faults(&self, faults: Faults) {
        let mut state = self.shared.state();
        state.faults = faults;
        state.counted = 0;
    }

    /// What a client needs, as one object: `url`, `access_token`, `app_key`, `app_secret`, and
    /// the number of `contacts`.
    pub fn describe(&self) -> Value {
        json!({
            "url": self.url(),
            "access_token": self.token(),
            "app_key": self.app_key(),
            "app_secret": self.app_secret(),
            "contacts": self.shared.state().service.contacts.len(),
        })
    }
}

impl Shared {
    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, connection: &mut Connection) {
        loop {
            match http::read_request(connection, self.started) {
                Ok(None) => return,
                Ok(Some(request)) => {
                    let plan = self.note(&request);
                    let stays = self.carry_out(plan, &request, connection).unwrap_or(false);
                    if !stays || request.closes() {
                        return;
                    }
                }
                Err(error) => {
                    let text = format!("not an HTTP request: {error}\n");
                    let reply =
                        Reply::new(400, "text/plain", text).with_header("Connection", "close");
                    let _ = connection.send(&reply.to_bytes());
                    return connection.close_in_order();
                }
            }
        }
    }

    /// Writes a request down and finds out what is to happen to it.
    fn note(&self, request: &Request) -> Plan {
        let mut state = self.state();
        state.total += 1;
        state.requests.push_back(request.clone());
        if state.requests.len() > self.keep_requests {
            state.requests.pop_front();
        }
        let mut plan = Plan::default();
        if state.faults.concern(Api::of(&request.path)) {
            plan = state.faults.plan(state.counted);
            state.counted += 1;
        }
        drop(state);
        self.came.notify_all();
        plan
    }

    /// Answers, or fails to, as planned; whether the connection stays open.
    fn carry_out(
        &self,
        plan: Plan,
        request: &Request,
        connection: &Connection,
    ) -> io::Result<bool> {
        let wait = self.latency.saturating_add(plan.delay);
        if !wait.is_zero() {
            connection.pause(wait);
        }
        // As of when it was due: whether a thread had time for it then is not the caller's doing.
        let now = request.when.saturating_add(wait);
        let Some(hit) = plan.hit else {
            let reply = self.state().service.answer(request, now);
            connection.send(&reply.to_bytes())?;
            return Ok(true);
        };
        let reply = self.faulty_reply(hit, request, now);
        match hit.kind {
            Kind::ResetBefore | Kind::ResetAfter => {
                connection.reset_on_close();
                return Ok(false);
            }
            Kind::LostReply => return Ok(false),
            Kind::Truncated => {
                let bytes = reply.to_bytes();
                let whole = bytes.len() - reply.body.len().div_ceil(2);
                connection.send(bytes.get(..whole).unwrap_or_default())?;
                return Ok(false);
            }
            Kind::Slow => {
                for byte in reply.to_bytes() {
                    if connection.is_stopping() {
                        return Ok(false);
                    }
                    connection.send(&[byte])?;
                    connection.pause(hit.amount);
                }
            }
            _ => connection.send(&reply.to_bytes())?,
        }
        Ok(true)
    }

    /// Does the work where the fault lets it, and makes the reply that is to be sent.
    fn faulty_reply(&self, hit: Hit, request: &Request, now: Duration) -> Reply {
        let service = &mut self.state().service;
        let worked = hit.works.then(|| service.answer(request, now));
        match hit.kind {
            Kind::Http500 => Reply::json(500, &json!({"message": "An unexpected error occurred"})),
            Kind::Http502 => Reply::html(502, "<html><body><h1>502 Bad Gateway</h1></body></html>"),
            Kind::Http503 => {
                Reply::html(503, "<html><body><h1>Service Unavailable</h1></body></html>")
                    .with_header("Retry-After", hit.amount.as_secs().to_string())
            }
            Kind::Html => {
                Reply::html(200, "<html><body>Please sign in to this network</body></html>")
            }
            Kind::Busy => service.busy(),
            Kind::SystemError => service.system_error(),
            Kind::Isp => service.no_answer_inside(),
            Kind::Throttle => service.throttled(),
            Kind::IpBlock if hit.coin => service.ip_block(BlockShape::Json),
            Kind::IpBlock => service.ip_block(BlockShape::Html),
            Kind::Huge => worked.map_or_else(|| service.busy(), padded),
            // These send the reply that is due, or a part of it, or nothing.
            Kind::Delay
            | Kind::ResetBefore
            | Kind::ResetAfter
            | Kind::LostReply
            | Kind::Truncated
            | Kind::Slow => worked.unwrap_or_else(|| service.busy()),
        }
    }
}

/// The same JSON with over 1 MiB more in it.
fn padded(mut reply: Reply) -> Reply {
    if let Ok(Value::Object(mut body)) = serde_json::from_slice(&reply.body) {
        body.insert("padding".into(), Value::from("x".repeat(HUGE)));
        reply.body = Value::Object(body).to_string().into_bytes();
    } else {
        reply.body.resize(reply.body.len() + HUGE, b' ');
    }
    reply
}
