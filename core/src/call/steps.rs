//! One call as steps. Here stand the rules of a call: what is tried again, its two extra
//! attempts, when it is uncertain whether the contact is gone, and when its time begins and is
//! over. The steps know no thread, no socket and no clock: whoever drives a call asks what is
//! [next](CallState::next), does it, and says what came of it and when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::call::api_call::{ApiCall, Delete};
use crate::call::deadline::CallDeadline;
use crate::call::failure::{cancelled, no_answer, panicked, timed_out, too_late};
use crate::call::options::Call;
use crate::call::retry::{Next, RetryPlan};
use crate::call::token::TokenError;
use crate::error::{Error, ErrorKind};
use crate::options::fixed_token::Token;
use crate::options::{self, Credentials, Settings};
use crate::outcome::{Deletion, Status};
use crate::runtime::wait::Stop;
use crate::secret::Secrets;
use crate::transport::{Exchange, TransportError};
use crate::wire::errcode::Retry;
use crate::wire::request::Request;
use crate::wire::response::Failure;

/// What to do next for a call. Every wait but the first one for a permit has an end.
pub(crate) enum Step<T> {
    /// Take a token, not the `refused` one; then [`CallState::token_taken`].
    TakeToken {
        refused: Option<Token>,
        until: Instant,
    },
    /// Wait for a permit; then [`CallState::permit_taken`]. The permit comes right before the
    /// request: one that was given earlier would wait for the token together with others, and
    /// all would leave at once.
    TakePermit {
        until: Option<Instant>,
    },
    /// Send this, on a new connection where `fresh`; then [`CallState::exchanged`].
    Send {
        request: Request,
        fresh: bool,
        until: Instant,
    },
    /// Wait; then [`CallState::waited`].
    Wait {
        until: Instant,
    },
    Done(Result<T, Error>),
}

/// Who waits when the service throttles.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Throttling {
    /// The call, as one of its attempts.
    Wait,
    /// The batch, with all of its calls; it costs no attempt.
    GiveBack,
}

/// A call, and what has come of it so far.
pub(crate) struct CallState<A: ApiCall> {
    pub api_call: A,
    /// Requests written to a connection.
    pub attempts: u32,
    /// Some attempt was uncertain: what was asked for may have been done.
    pub uncertain: bool,
    pub settings: Arc<Settings>,
    throttling: Throttling,
    missing_ok: bool,
    plan: RetryPlan,
    deadline: CallDeadline,
    attempt: AttemptOptions,
    /// The token of the last attempt.
    token: Option<Token>,
    secrets: Secrets,
    last_error: Option<Error>,
    phase: Phase<A::Answer>,
}

/// The deletion of a contact.
pub(crate) type DeleteState = CallState<Delete>;

/// What an attempt does differently from an ordinary one.
#[derive(Default)]
struct AttemptOptions {
    /// Use another token than this one.
    refused: Option<Token>,
    /// Use a new connection.
    fresh: bool,
}

/// How far the request of a failed attempt came.
struct Sent {
    /// A byte of it was written to a connection.
    written: bool,
    /// A kept connection broke before a byte of the reply.
    kept_died: bool,
}

impl Sent {
    const NOTHING: Sent = Sent { written: false, kept_died: false };

    /// Whether what was asked for may have been done. Only these refusals are certain enough to ask
    /// again: throttling, and that of a token.
    fn may_be_done(&self, failure: &Failure) -> bool {
        let refused =
            failure.error.kind() == ErrorKind::Throttled || failure.retry == Retry::NewToken;
        self.written && (failure.uncertain || !refused)
    }
}

enum Phase<T> {
    Token,
    Permit,
    Send,
    Pause(Instant),
    /// The result, until it is taken.
    Done(Option<Result<T, Error>>),
}

impl<A: ApiCall> CallState<A> {
    /// A call that has yet to [begin](Self::begin).
    pub fn new(
        settings: &Arc<Settings>,
        api_call: A,
        throttling: Throttling,
        now: Instant,
    ) -> CallState<A> {
        CallState {
            api_call,
            attempts: 0,
            uncertain: false,
            settings: settings.clone(),
            throttling,
            missing_ok: false,
            plan: RetryPlan::new(settings.max_attempts),
            deadline: CallDeadline::new(now, Duration::ZERO),
            attempt: AttemptOptions::default(),
            token: None,
            secrets: Secrets::default(),
            last_error: None,
            phase: Phase::Done(None),
        }
    }

    /// Begins the call, or begins it another time where throttling was given back: then the two
    /// extra attempts are there again, and what was sent before is remembered. Where its options or
    /// its contact's id are wrong, it ends at once.
    pub fn begin(&mut self, call: &Call, now: Instant) {
        self.missing_ok = call.allows_missing(&self.settings);
        self.plan.renew();
        self.attempt = AttemptOptions::default();
        self.last_error = None;
        self.phase = Phase::Token;
        match self.time_limit(call) {
            Ok(timeout) => self.deadline = CallDeadline::new(now, timeout),
            Err(error) => return self.end(Err(error)),
        }
        add_secrets(&self.settings, &mut self.secrets);
    }

    fn time_limit(&self, call: &Call) -> Result<Duration, Error> {
        self.api_call.check()?;
        call.wrong.clone().map_or(Ok(()), Err)?;
        let timeout = call.timeout.unwrap_or(self.settings.timeout);
        options::check_duration(call.binding, "timeout", timeout).map(|()| timeout)
    }

    /// Whether it has begun, and its result was not taken yet.
    pub fn is_under_way(&self) -> bool {
        !matches!(self.phase, Phase::Done(None))
    }

    /// Whether the next step may have to wait.
    pub fn waits(&self) -> bool {
        matches!(self.phase, Phase::Token | Phase::Permit | Phase::Pause(_))
    }

    /// The error of a call that is cancelled where it is now, without a thread.
    pub fn cancelled(&self) -> Error {
        cancelled(match &self.phase {
            Phase::Token => "waiting for a token",
            Phase::Permit => "waiting for its turn",
            Phase::Pause(_) => "waiting to try again",
            Phase::Send | Phase::Done(_) => "waiting for a thread",
        })
    }

    /// What must not be seen in a reply.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// What to do now.
    pub fn next(&mut self, now: Instant) -> Step<A::Answer> {
        match &mut self.phase {
            Phase::Token => {
                Step::TakeToken { refused: self.attempt.refused.clone(), until: self.deadline.at() }
            }
            Phase::Permit => Step::TakePermit { until: self.deadline.ask_for_permit(now) },
            Phase::Send => match &self.token {
                Some(token) => Step::Send {
                    request: self.api_call.request(token),
                    fresh: self.attempt.fresh || !A::REPEATABLE,
                    until: self.deadline.at().min(now + self.settings.attempt_timeout),
                },
                None => Step::Done(Err(out_of_turn())),
            },
            Phase::Pause(until) => Step::Wait { until: *until },
            Phase::Done(result) => Step::Done(result.take().unwrap_or_else(|| Err(out_of_turn()))),
        }
    }

    /// What came of taking a token.
    pub fn token_taken(&mut self, taken: Result<Token, TokenError>, now: Instant) {
        match taken {
            Ok(token) => {
                self.secrets.add(&token);
                self.token = Some(token);
                self.phase = Phase::Permit;
            }
            Err(TokenError::Stopped(Stop::Cancelled)) => {
                self.end(Err(cancelled("waiting for a token")));
            }
            Err(TokenError::Stopped(Stop::TimedOut)) => {
                let over = self.deadline.is_over(now);
                let error = timed_out(&self.settings, false, "waiting for a token", over);
                self.failed(Failure::new(error, false, Retry::Pause), Sent::NOTHING, now);
            }
            Err(TokenError::Failed(failure)) => self.failed(failure, Sent::NOTHING, now),
            Err(TokenError::Panicked(text)) => self.end(Err(panicked(&text))),
        }
    }

    /// What came of waiting for a permit.
    pub fn permit_taken(&mut self, taken: Result<(), Stop>, now: Instant) {
        match taken {
            Ok(()) => {
                self.deadline.had_permit(now);
                self.phase = Phase::Send;
            }
            Err(Stop::Cancelled) => self.end(Err(cancelled("waiting for its turn"))),
            Err(Stop::TimedOut) => self.too_late(),
        }
    }

    /// What came of a pause.
    pub fn waited(&mut self, waited: Result<(), Stop>) {
        match waited {
            Ok(()) => self.phase = Phase::Token,
            Err(Stop::Cancelled) => self.end(Err(cancelled("waiting to try again"))),
            Err(Stop::TimedOut) => self.too_late(),
        }
    }

    /// What came of a request.
    pub fn exchanged(&mut self, exchange: Exchange, now: Instant) {
        let Exchange { result, written, kept_died } = exchange;
        self.attempts += u32::from(written);
        match result {
            Ok(answer) => match self.api_call.read(&answer, &self.secrets) {
                Ok(answer) => self.end(Ok(answer)),
                Err(failure) => self.failed(failure, Sent { written, kept_died }, now),
            },
            Err(TransportError::Stopped { stop: Stop::Cancelled, .. }) => {
                self.uncertain |= written && A::CHANGES;
                let doing = if written { "waiting for the reply" } else { "connecting" };
                self.end(Err(cancelled(doing)));
            }
            Err(TransportError::Panic(text)) => {
                self.uncertain |= written && A::CHANGES;
                self.end(Err(panicked(&text)));
            }
            Err(error) => {
                let over = self.deadline.is_over(now);
                let failure = no_answer(&self.settings, error, written, over);
                self.failed(failure, Sent { written, kept_died }, now);
            }
        }
    }

    /// Decides after a failed attempt.
    fn failed(&mut self, failure: Failure, sent: Sent, now: Instant) {
        if failure.missing
            && (self.missing_ok || self.uncertain)
            && let Some(answer) = self.api_call.absent(failure.error.request_id())
        {
            return self.end(Ok(answer));
        }
        self.uncertain |= failure.uncertain && A::CHANGES;
        if self.gives_back(&failure.error) {
            return self.end(Err(failure.error));
        }
        let left = self.deadline.left(now);
        let next = match sent.kept_died {
            _ if !A::REPEATABLE && sent.may_be_done(&failure) => Some(Next::GiveUp),
            true => self.plan.next_on_new_connection(),
            false => None,
        };
        let next = next.unwrap_or_else(|| self.plan.next(&failure, left, fastrand::f64()));
        let error = failure.error;
        self.log(&error, &next);
        self.attempt = AttemptOptions::default();
        self.phase = match next {
            Next::GiveUp => return self.end(Err(error)),
            Next::WithNewToken if !self.can_renew_token() => return self.end(Err(error)),
            Next::WithNewToken => {
                self.attempt.refused = self.token.clone();
                Phase::Token
            }
            Next::Reconnected => {
                self.attempt.fresh = true;
                Phase::Token
            }
            Next::Again(pause) => Phase::Pause(now + pause),
        };
        self.last_error = Some(error);
    }

    /// Whether the error is for the batch to wait for, and the call goes on later.
    pub fn gives_back(&self, error: &Error) -> bool {
        self.throttling == Throttling::GiveBack && error.kind() == ErrorKind::Throttled
    }

    fn log(&self, error: &Error, next: &Next) {
        let (kind, request_id) = (error.kind().as_str(), error.request_id());
        crate::logged(
            || log::debug!(target: crate::LOG, user_id = self.api_call.user_id(), kind, request_id; "{}: {}; {next}", self.api_call, error.message()),
        );
    }

    /// Ends a call that has no time for another request. What went wrong before says more than
    /// that.
    fn too_late(&mut self) {
        let error = self.last_error.take().unwrap_or_else(too_late);
        self.end(Err(error));
    }

    /// Ends the call, as far as it has come.
    pub fn end(&mut self, result: Result<A::Answer, Error>) {
        self.phase = Phase::Done(Some(result));
    }

    /// Whether there may be another token than the one that was refused: the app's next one, or
    /// a fixed one that the program has set meanwhile.
    fn can_renew_token(&self) -> bool {
        match (&self.settings.credentials, &self.token) {
            (Credentials::Fixed(fixed), Some(refused)) => fixed.get() != *refused,
            _ => true,
        }
    }
}

impl DeleteState {
    /// The good end.
    pub fn deletion(&self, (status, request_id): (Status, Option<String>)) -> Deletion {
        Deletion {
            user_id: self.api_call.user_id.clone(),
            status,
            request_id,
            attempts: self.attempts,
            maybe_deleted: status == Status::Absent && self.uncertain,
        }
    }
}

/// Adds what the client was made with; a call's token comes later.
pub(crate) fn add_secrets(settings: &Settings, secrets: &mut Secrets) {
    if let Credentials::App { secret, .. } = &settings.credentials {
        secrets.add(secret);
    }
    for proxy in [&settings.topapi_proxy, &settings.oauth_proxy].into_iter().flatten() {
        if let Some((_, password)) = &proxy.login {
            secrets.add(password);
        }
    }
}

/// A driver's mistake.
fn out_of_turn() -> Error {
    Error::new(ErrorKind::Internal, "a call was asked for a step that it does not have")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::secret::Secret;
    use crate::wire::response::Answer;

    const TIMEOUT: u64 = 30;

    /// A deletion with an app's token, on a clock that stands still until it is moved.
    struct Simulated {
        state: DeleteState,
        now: Instant,
    }

    type DeleteStep = Step<(Status, Option<String>)>;

    impl Simulated {
        fn new(set: impl FnOnce(&mut Options)) -> Simulated {
            Simulated::with(Throttling::Wait, set)
        }

        fn with(throttling: Throttling, set: impl FnOnce(&mut Options)) -> Simulated {
            let mut options = Options {
                app_key: Some("key".to_owned()),
                app_secret: Some(Secret::new("secret")),
                ..Options::default()
            };
            set(&mut options);
            let (settings, now) = (Arc::new(options.check().unwrap()), Instant::now());
            let delete = Delete { user_id: "0125".to_owned() };
            let mut state = CallState::new(&settings, delete, throttling, now);
            state.begin(&Call::new(), now);
            Simulated { state, now }
        }

        fn next(&mut self) -> DeleteStep {
            self.state.next(self.now)
        }

        fn pass(&mut self, seconds: u64) {
            self.now += Duration::from_secs(seconds);
        }

        /// Seconds from now to then.
        fn left_until(&self, at: Instant) -> f64 {
            at.saturating_duration_since(self.now).as_secs_f64()
        }

        /// Takes this token; which one was refused before, and when the wait for it ends.
        fn token(&mut self, token: &str) -> (Option<String>, f64) {
            let Step::TakeToken { refused, until } = self.next() else { panic!("no token") };
            let until = self.left_until(until);
            self.state.token_taken(Ok(Arc::new(Secret::new(token))), self.now);
            (refused.map(|token| token.expose().to_owned()), until)
        }

        /// Takes a permit after so many seconds; when the wait for it ends.
        fn permit(&mut self, after: u64) -> Option<f64> {
            let Step::TakePermit { until } = self.next() else { panic!("no permit") };
            let until = until.map(|until| self.left_until(until));
            self.pass(after);
            self.state.permit_taken(Ok(()), self.now);
            until
        }

        /// Sends; whether on a new connection, and when the attempt ends.
        fn send(&mut self, exchange: Exchange) -> (bool, f64) {
            let Step::Send { request, fresh, until } = self.next() else { panic!("no request") };
            assert_eq!(request.body, "user_id=0125");
            let until = self.left_until(until);
            self.state.exchanged(exchange, self.now);
            (fresh, until)
        }

        /// An attempt in which nothing takes time.
        fn attempt(&mut self, exchange: Exchange) {
            self.token("token");
            self.permit(0);
            self.send(exchange);
        }

        /// Waits as long as it says.
        fn pause(&mut self) -> f64 {
            let Step::Wait { until } = self.next() else { panic!("no pause") };
            let pause = self.left_until(until);
            self.now = until;
            self.state.waited(Ok(()));
            pause
        }

        fn done(&mut self) -> Result<Deletion, Error> {
            let Step::Done(result) = self.next() else { panic!("it is not done") };
            result.map(|answer| self.state.deletion(answer))
        }
    }

    fn answered(body: &str) -> Exchange {
        let answer = Answer { status: 200, retry_after: None, date: None, body: body.into() };
        Exchange { result: Ok(answer), written: true, kept_died: false }
    }

    fn deleted() -> Exchange {
        answered(r#"{"errcode":0,"request_id":"r1"}"#)
    }

    fn missing() -> Exchange {
        answered(r#"{"errcode":33012,"errmsg":"none"}"#)
    }

    fn bad_token() -> Exchange {
        answered(r#"{"errcode":88,"sub_code":"40014","errmsg":"bad token"}"#)
    }

    fn throttled(wait: u64) -> Exchange {
        let retry_after = Some(Duration::from_secs(wait));
        let answer = Answer { status: 429, retry_after, date: None, body: Vec::new() };
        Exchange { result: Ok(answer), written: true, kept_died: false }
    }

    fn lost(written: bool, kept_died: bool) -> Exchange {
        let error = TransportError::Lost("the connection was reset".to_owned(), None);
        Exchange { result: Err(error), written, kept_died }
    }

    fn stopped(stop: Stop, written: bool) -> Exchange {
        let error = TransportError::Stopped { stop, connecting: !written };
        Exchange { result: Err(error), written, kept_died: false }
    }

    #[test]
    fn a_call_takes_a_token_then_a_permit_and_sends() {
        let mut call = Simulated::new(|_| ());
        assert_eq!(call.token("token"), (None, 30.0));
        assert_eq!(call.permit(0), None);
        assert_eq!(call.send(deleted()), (false, 10.0));
        let deletion = call.done().unwrap();
        assert_eq!((deletion.status, deletion.attempts), (Status::Deleted, 1));
        assert_eq!(deletion.request_id.as_deref(), Some("r1"));
        assert!(!deletion.maybe_deleted);
        assert_eq!(call.done().unwrap_err().kind(), ErrorKind::Internal, "a result is taken once");
    }

    #[test]
    fn the_time_begins_with_the_first_permit_less_what_the_token_took() {
        let mut call = Simulated::new(|options| options.attempt_timeout = options.timeout);
        call.pass(10);
        assert_eq!(call.token("token"), (None, 20.0));
        assert_eq!(call.permit(100), None, "the first permit is waited for without limit");
        assert_eq!(call.send(throttled(5)), (false, 20.0));
        assert_eq!(call.pause(), 5.0);
        assert_eq!(call.token("token"), (None, 15.0));
        assert_eq!(call.permit(5), Some(15.0), "and every other one within the time left");
        assert_eq!(call.send(deleted()), (false, 10.0));
        assert_eq!(call.done().unwrap().attempts, 2);
    }

    #[test]
    fn a_permit_that_comes_too_late_tells_what_went_wrong_before() {
        let mut call = Simulated::new(|_| ());
        call.attempt(throttled(5));
        call.pause();
        call.token("token");
        assert!(matches!(call.next(), Step::TakePermit { until: Some(_) }));
        call.state.permit_taken(Err(Stop::TimedOut), call.now);
        assert_eq!(call.done().unwrap_err().kind(), ErrorKind::Throttled);
    }

    #[test]
    fn a_kept_connection_that_died_costs_no_attempt_once() {
        let mut call = Simulated::new(|options| options.max_attempts = 1);
        call.attempt(lost(false, true));
        call.token("token");
        assert_eq!(call.permit(0), Some(30.0));
        assert_eq!(call.send(lost(true, true)), (true, 10.0), "at once, on a new connection");
        let error = call.done().unwrap_err();
        assert_eq!((error.kind(), call.state.attempts), (ErrorKind::Connection, 1));
        assert!(call.state.uncertain);
    }

    #[test]
    fn a_refused_token_costs_no_attempt_once() {
        let mut call = Simulated::new(|options| options.max_attempts = 1);
        call.attempt(bad_token());
        assert_eq!(call.token("newer"), (Some("token".to_owned()), 30.0));
        call.permit(0);
        assert_eq!(call.send(bad_token()), (false, 10.0));
        assert_eq!(call.done().unwrap_err().kind(), ErrorKind::Authentication);
        assert!(!call.state.uncertain);
    }

    /// As a creation is: its request is sent again only after a refusal that is certain.
    #[test]
    fn what_is_not_repeatable_is_sent_again_only_where_it_was_certainly_not_done() {
        struct Create;
        impl std::fmt::Display for Create {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a creation")
            }
        }
        impl ApiCall for Create {
            type Answer = ();
            const API: crate::call::rate::Api = crate::call::rate::Api::Create;
            fn user_id(&self) -> Option<&str> {
                None
            }
            fn request(&self, token: &Secret) -> Request {
                crate::wire::request::create(&serde_json::Map::new(), token)
            }
            fn read(&self, answer: &Answer, secrets: &Secrets) -> Result<(), Failure> {
                crate::wire::response::creation(answer, secrets).map(drop)
            }
        }
        for (exchange, again, uncertain) in [
            (bad_token(), true, false),
            (throttled(1), true, false),
            (lost(false, false), true, false),
            (lost(true, false), false, true),
            (lost(true, true), false, true),
            (stopped(Stop::TimedOut, true), false, true),
            (stopped(Stop::TimedOut, false), true, false),
            (answered(r#"{"errcode":-1}"#), false, true),
            (answered("<html>"), false, true),
            (answered(r#"{"errcode":22005}"#), false, false),
        ] {
            let options = Options {
                app_key: Some("key".to_owned()),
                app_secret: Some(Secret::new("secret")),
                ..Options::default()
            };
            let (settings, now) = (Arc::new(options.check().unwrap()), Instant::now());
            let mut state = CallState::new(&settings, Create, Throttling::Wait, now);
            state.begin(&Call::new(), now);
            state.token_taken(Ok(Arc::new(Secret::new("token"))), now);
            state.permit_taken(Ok(()), now);
            assert!(matches!(state.next(now), Step::Send { fresh: true, .. }));
            state.exchanged(exchange, now);
            assert_eq!(state.uncertain, uncertain);
            assert_eq!(!matches!(state.next(now), Step::Done(_)), again);
        }
    }

    #[test]
    fn a_fixed_token_is_sent_again_only_where_another_was_set() {
        let access_token = Some(Secret::new("token"));
        let options = Options { access_token, ..Options::default() };
        let settings = Arc::new(options.check().unwrap());
        let Credentials::Fixed(fixed) = &settings.credentials else { panic!("it is fixed") };
        for set in [false, true] {
            let (now, delete) = (Instant::now(), Delete { user_id: "0125".to_owned() });
            let mut state = CallState::new(&settings, delete, Throttling::Wait, now);
            state.begin(&Call::new(), now);
            let mut call = Simulated { state, now };
            call.token("token");
            call.permit(0);
            if set {
                fixed.set(Secret::new("newer"));
            }
            call.send(bad_token());
            assert_eq!(matches!(call.next(), Step::TakeToken { refused: Some(_), .. }), set);
        }
    }

    #[test]
    fn no_such_contact_after_an_uncertain_attempt_is_absent_and_maybe_deleted() {
        let mut call = Simulated::new(|_| ());
        call.attempt(lost(true, false));
        assert!(call.pause() <= 0.1);
        call.attempt(missing());
        let deletion = call.done().unwrap();
        assert_eq!((deletion.status, deletion.attempts), (Status::Absent, 2));
        assert!(deletion.maybe_deleted);
    }

    #[test]
    fn no_such_contact_at_once_is_an_error_unless_it_is_fine() {
        for fine in [false, true] {
            let mut call = Simulated::new(|options| options.missing_ok = fine);
            call.attempt(missing());
            match call.done() {
                Ok(deletion) => assert!(fine && !deletion.maybe_deleted),
                Err(error) => assert!(!fine && error.kind() == ErrorKind::InvalidUserId),
            }
        }
    }

    #[test]
    fn what_was_not_written_is_not_uncertain() {
        for written in [false, true] {
            let mut call = Simulated::new(|options| options.max_attempts = 1);
            call.attempt(stopped(Stop::TimedOut, written));
            assert_eq!(call.done().unwrap_err().kind(), ErrorKind::Timeout);
            assert_eq!((call.state.uncertain, call.state.attempts), (written, written.into()));
        }
    }

    #[test]
    fn a_time_limit_is_told_by_its_name() {
        for (passes, named) in [(5, "connect_timeout"), (30, "the time limit of the call")] {
            let mut call = Simulated::new(|options| options.max_attempts = 1);
            call.token("token");
            call.permit(0);
            assert!(matches!(call.next(), Step::Send { .. }));
            call.pass(passes);
            call.state.exchanged(stopped(Stop::TimedOut, false), call.now);
            let error = call.done().unwrap_err();
            assert!(error.message().contains(named), "{error}");
        }
    }

    #[test]
    fn a_cancel_ends_every_step_and_tells_which() {
        let cancelled = |call: &mut Simulated, doing: &str| {
            let error = call.done().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Cancelled);
            assert!(error.message().ends_with(doing), "{error}");
        };
        let mut call = Simulated::new(|_| ());
        call.state.token_taken(Err(TokenError::Stopped(Stop::Cancelled)), call.now);
        cancelled(&mut call, "waiting for a token");
        let mut call = Simulated::new(|_| ());
        call.token("token");
        call.state.permit_taken(Err(Stop::Cancelled), call.now);
        cancelled(&mut call, "waiting for its turn");
        let mut call = Simulated::new(|_| ());
        call.attempt(throttled(5));
        call.state.waited(Err(Stop::Cancelled));
        cancelled(&mut call, "waiting to try again");
        for (written, doing) in [(false, "connecting"), (true, "waiting for the reply")] {
            let mut call = Simulated::new(|_| ());
            call.attempt(stopped(Stop::Cancelled, written));
            cancelled(&mut call, doing);
            assert_eq!(call.state.uncertain, written);
        }
    }

    #[test]
    fn a_panic_below_tells_whether_the_request_was_written() {
        for written in [false, true] {
            let mut call = Simulated::new(|_| ());
            let result = Err(TransportError::Panic("on purpose".to_owned()));
            call.attempt(Exchange { result, written, kept_died: false });
            assert_eq!(call.done().unwrap_err().kind(), ErrorKind::Internal);
            assert_eq!(call.state.uncertain, written);
        }
    }

    #[test]
    fn a_token_that_fails_is_tried_again_within_the_attempts() {
        let mut call = Simulated::new(|options| options.max_attempts = 2);
        let down = || {
            let error = Error::new(ErrorKind::Service, "down");
            Err(TokenError::Failed(Failure::new(error, false, Retry::Pause)))
        };
        call.state.token_taken(down(), call.now);
        call.pause();
        call.state.token_taken(down(), call.now);
        assert_eq!(call.done().unwrap_err().kind(), ErrorKind::Service);
        assert_eq!(call.state.attempts, 0);
    }

    #[test]
    fn a_call_that_gives_throttling_back_begins_again_where_it_was() {
        let mut call = Simulated::with(Throttling::GiveBack, |options| options.max_attempts = 2);
        call.attempt(lost(true, true));
        call.attempt(throttled(1));
        assert_eq!(call.done().unwrap_err().kind(), ErrorKind::Throttled);
        call.pass(600);
        call.state.begin(&Call::new(), call.now);
        assert_eq!(call.token("token"), (None, 30.0), "with all of its time");
        assert_eq!(call.permit(600), None);
        assert_eq!(call.send(lost(true, true)), (false, 10.0));
        // The extra attempt is there again, and being throttled has cost none.
        call.attempt(lost(true, false));
        call.pause();
        call.attempt(missing());
        let deletion = call.done().unwrap();
        assert_eq!((deletion.attempts, deletion.maybe_deleted), (5, true));
    }

    #[test]
    fn a_pause_that_does_not_fit_ends_the_call() {
        let mut call = Simulated::new(|_| ());
        call.attempt(throttled(TIMEOUT));
        let error = call.done().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(TIMEOUT)));
    }

    #[test]
    fn what_cannot_be_sent_does_not_begin() {
        let mut call = Simulated::new(|_| ());
        call.state.api_call.user_id = "0125 ".to_owned();
        call.state.begin(&Call::new(), call.now);
        assert!(matches!(call.next(), Step::Done(Err(_))));
        call.state.api_call.user_id = "0125".to_owned();
        let too_short = Call::new().timeout(Duration::ZERO);
        call.state.begin(&too_short, call.now);
        assert!(matches!(call.next(), Step::Done(Err(_))));
    }
}
