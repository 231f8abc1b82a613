//! One attempt of a call: a token, a request, a reply.

use std::fmt;
use std::time::Duration;

use crate::call::rate::{Api, Permit, Rate};
use crate::call::token::{AppToken, TokenError};
use crate::error::{Error, ErrorKind};
use crate::options::fixed_token::Token;
use crate::options::{Credentials, Settings};
use crate::outcome::{Deletion, Status};
use crate::runtime::wait::{Stop, Wait};
use crate::secret::{Secret, Secrets};
use crate::text::{one_line, seconds};
use crate::transport::{Exchange, Transport, TransportError};
use crate::wire::errcode::Retry;
use crate::wire::request::{self, Request};
use crate::wire::response::{self, Answer, Failure, NewToken};

/// What an attempt works with.
pub(crate) struct AttemptContext<'a> {
    pub settings: &'a Settings,
    pub topapi: &'a Transport,
    pub oauth: &'a Transport,
    pub app_token: &'a AppToken,
}

/// What this attempt does differently from an ordinary one.
#[derive(Default)]
pub(crate) struct AttemptOptions {
    /// Use another token than this one.
    pub refused: Option<Token>,
    /// Use a new connection.
    pub fresh: bool,
}

/// What a call remembers of its attempts.
#[derive(Default)]
pub(crate) struct CallState {
    /// Delete requests written to a connection.
    pub attempts: u32,
    /// Some attempt was uncertain: the contact may be gone.
    pub uncertain: bool,
    /// The token of the last attempt.
    pub token: Option<Token>,
    secrets: Secrets,
}

impl CallState {
    /// The good end.
    pub fn end(&self, user_id: &str, status: Status, request_id: Option<String>) -> Deletion {
        Deletion {
            user_id: user_id.to_owned(),
            status,
            request_id,
            attempts: self.attempts,
            maybe_deleted: status == Status::Absent && self.uncertain,
        }
    }
}

/// What is asked of the service, and how the answer is read. Its text form is for the log.
pub(crate) trait Ask: fmt::Display {
    type Answer;
    const API: Api;
    /// It may delete a contact: such requests are counted.
    const DELETES: bool = matches!(Self::API, Api::Delete);

    /// The one contact that it is about, a field of its log lines.
    fn user_id(&self) -> Option<&str> {
        None
    }

    fn request(&self, token: &Secret) -> Request;
    fn read(&self, answer: &Answer, secrets: &Secrets) -> Result<Self::Answer, Failure>;
}

/// The deletion of this contact; the answer is the request id.
pub(crate) struct Delete<'a>(pub &'a str);

impl fmt::Display for Delete<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contact {}", self.0)
    }
}

impl Ask for Delete<'_> {
    type Answer = Option<String>;
    const API: Api = Api::Delete;

    fn user_id(&self) -> Option<&str> {
        Some(self.0)
    }

    fn request(&self, token: &Secret) -> Request {
        request::delete(self.0, token)
    }

    fn read(&self, answer: &Answer, secrets: &Secrets) -> Result<Option<String>, Failure> {
        response::deletion(answer, secrets)
    }
}

/// How an attempt ended.
pub(crate) enum Attempt<T> {
    Done(T),
    Failed(Failed),
    /// The next turn would come after the call's time.
    TooLate,
    /// While doing this.
    Cancelled(&'static str),
    /// Code below panicked.
    Panicked(String),
}

pub(crate) struct Failed {
    pub failure: Failure,
    /// A kept connection died before a byte of the reply.
    pub kept_died: bool,
}

/// A call's time. It begins to run when the call has its first turn; what was spent on a
/// token before is taken off.
pub(crate) struct CallDeadline<'a> {
    unlimited: Wait,
    /// The wait for the first turn, where there is a gate.
    gate: Option<Wait>,
    pub wait: Wait,
    /// Whose turns are waited for.
    rate: &'a Rate,
    had_turn: bool,
}

impl<'a> CallDeadline<'a> {
    pub fn new(
        unlimited: Wait,
        gate: Option<Wait>,
        limit: Duration,
        rate: &'a Rate,
    ) -> CallDeadline<'a> {
        CallDeadline { wait: unlimited.within(limit), unlimited, gate, rate, had_turn: false }
    }

    /// Waits for a turn.
    fn turn(&mut self) -> Result<Permit<'a>, Stop> {
        if self.had_turn {
            return self.rate.turn(&self.wait);
        }
        let left = self.wait.left();
        let turn = self.rate.turn(self.gate.as_ref().unwrap_or(&self.unlimited))?;
        self.gate.as_ref().map_or(Ok(()), Wait::ask)?;
        self.wait = self.unlimited.within(left);
        self.had_turn = true;
        Ok(turn)
    }
}

/// Makes one attempt. The turn comes right before the request: one that was given earlier
/// would wait for the token together with others, and all would leave at once.
pub(crate) fn attempt<A: Ask>(
    way: &AttemptContext,
    ask: &A,
    step: AttemptOptions,
    clock: &mut CallDeadline,
    story: &mut CallState,
) -> Attempt<A::Answer> {
    way.gather_secrets(&mut story.secrets);
    let token = match way.token(step.refused.as_ref(), &clock.wait, &story.secrets) {
        Ok(token) => token,
        Err(TokenError::Stopped(Stop::Cancelled)) => {
            return Attempt::Cancelled("waiting for a token");
        }
        Err(TokenError::Stopped(Stop::TimedOut)) => {
            let failure = timed_out(way, &clock.wait, false, "waiting for a token", false);
            return failed(failure, false);
        }
        Err(TokenError::Failed(failure)) => return failed(failure, false),
        Err(TokenError::Panicked(text)) => return Attempt::Panicked(text),
    };
    story.secrets.add(&token);
    story.token = Some(token.clone());
    let turn = match clock.turn() {
        Ok(turn) => turn,
        Err(Stop::Cancelled) => return Attempt::Cancelled("waiting for its turn"),
        Err(Stop::TimedOut) => return Attempt::TooLate,
    };
    let Exchange { result, written, kept_died } = way.topapi.post(
        &ask.request(&token),
        &clock.wait.within(way.settings.attempt_timeout),
        way.settings.connect_timeout,
        step.fresh,
        &story.secrets,
        turn.written(),
    );
    turn.end(written, result.is_ok());
    story.attempts += u32::from(written);
    match result {
        Ok(answer) => match ask.read(&answer, &story.secrets) {
            Ok(answer) => Attempt::Done(answer),
            Err(failure) => failed(failure, false),
        },
        Err(TransportError::Stopped { stop: Stop::Cancelled, .. }) => {
            story.uncertain |= written && A::DELETES;
            Attempt::Cancelled(if written { "waiting for the reply" } else { "connecting" })
        }
        Err(TransportError::Panic(text)) => {
            story.uncertain |= written && A::DELETES;
            Attempt::Panicked(text)
        }
        Err(trouble) => failed(way.failure(trouble, &clock.wait, written), kept_died),
    }
}

fn failed<T>(failure: Failure, kept_died: bool) -> Attempt<T> {
    Attempt::Failed(Failed { failure, kept_died })
}

impl AttemptContext<'_> {
    fn token(
        &self,
        refused: Option<&Token>,
        call: &Wait,
        secrets: &Secrets,
    ) -> Result<Token, TokenError> {
        let (key, secret) = match &self.settings.credentials {
            Credentials::Fixed(token) => return Ok(token.get()),
            Credentials::App { key, secret } => (key, secret),
        };
        let wait = call.within(self.settings.attempt_timeout);
        self.app_token.get(refused, &wait, |wait| {
            let request = request::access_token(key, secret);
            let connect_timeout = self.settings.connect_timeout;
            let post =
                |fresh| self.oauth.post(&request, wait, connect_timeout, fresh, secrets, None);
            let mut exchange = post(false);
            if exchange.kept_died {
                // Asking for a token twice does no harm.
                exchange = post(true);
            }
            self.new_token(exchange, call, secrets)
        })
    }

    fn new_token(
        &self,
        exchange: Exchange,
        call: &Wait,
        secrets: &Secrets,
    ) -> Result<NewToken, TokenError> {
        let answer = exchange.result.map_err(|trouble| match trouble {
            TransportError::Panic(text) => TokenError::Panicked(text),
            TransportError::Stopped { stop: Stop::Cancelled, .. } => {
                TokenError::Stopped(Stop::Cancelled)
            }
            // This call's time is over: that says nothing to the others that wait.
            TransportError::Stopped { .. } if call.left().is_zero() => {
                TokenError::Stopped(Stop::TimedOut)
            }
            trouble => {
                let mut failure = self.failure(trouble, call, false);
                failure.error = failure.error.with(|fields| {
                    fields.message = format!("no access token: {}", fields.message);
                });
                TokenError::Failed(failure)
            }
        })?;
        crate::logged(
            || log::debug!(target: crate::LOG, "token call: HTTP status {}", answer.status),
        );
        response::access_token(&answer, secrets).map_err(TokenError::Failed)
    }

    fn gather_secrets(&self, secrets: &mut Secrets) {
        if let Credentials::App { secret, .. } = &self.settings.credentials {
            secrets.add(secret);
        }
        for proxy in [&self.settings.topapi_proxy, &self.settings.oauth_proxy].into_iter().flatten()
        {
            if let Some((_, password)) = &proxy.login {
                secrets.add(password);
            }
        }
    }

    /// An exchange without an answer, as a failure. What was written may have been done.
    fn failure(&self, trouble: TransportError, wait: &Wait, written: bool) -> Failure {
        let mut status_seen = None;
        let (kind, text) = match trouble {
            TransportError::Stopped { connecting, .. } => {
                return timed_out(self, wait, connecting, "waiting for the reply", written);
            }
            TransportError::Panic(text) => (ErrorKind::Internal, text),
            TransportError::WireLogged => {
                let error = Error::new(ErrorKind::Configuration, "log lines of the target ureq_proto are on at trace level, which prints the bytes of replies, tokens among them")
                    .advise("Set that target to debug or less, for example RUST_LOG=trace,ureq_proto=debug; nothing was sent.");
                return Failure::new(error, false, Retry::No);
            }
            TransportError::NoThread(why) => return Failure::new(why, false, Retry::No),
            TransportError::ProxyLogin { source, schemes, given } => {
                return Failure::new(proxy_login(&source, &schemes, given), false, Retry::No);
            }
            TransportError::ProxyRefused { source, text } => {
                let error = Error::new(ErrorKind::Configuration, text).advise(format!(
                    "Have this host allowed at the proxy that {source} names, or go without it."
                ));
                return Failure::new(error, false, Retry::No);
            }
            TransportError::Connect(text) => (ErrorKind::Connection, text),
            TransportError::Lost(text) => (ErrorKind::Connection, text),
            TransportError::Tls(text) => (ErrorKind::Tls, format!("TLS: {text}")),
            TransportError::NotHttp(text, status) => {
                status_seen = status;
                (ErrorKind::Protocol, text)
            }
        };
        let error =
            Error::new(kind, one_line(&text)).with(|fields| fields.http_status = status_seen);
        let again = written || kind.is_retryable();
        Failure::new(error, written, if again { Retry::Pause } else { Retry::No })
    }
}

/// The error of a proxy that wants another login than it was given, or one at all.
fn proxy_login(source: &str, schemes: &[String], given: bool) -> Error {
    let basic = schemes.is_empty() || schemes.iter().any(|s| s.eq_ignore_ascii_case("Basic"));
    let (message, advice) = match (basic, given) {
        (true, false) => (
            "the proxy asks for a login".to_owned(),
            format!("Give the proxy's user name and password in its URL ({source})."),
        ),
        (true, true) => (
            "the proxy does not accept the login".to_owned(),
            format!("Check the user name and password in the proxy's URL ({source})."),
        ),
        (false, _) => (
            format!("the proxy offers logins by {} alone", schemes.join(" and ")),
            format!(
                "This library logs in with Basic alone. Run a local helper that logs in to the proxy, such as px or cntlm, and name that as the proxy ({source})."
            ),
        ),
    };
    Error::new(ErrorKind::Configuration, message).advise(advice)
}

/// The time-out that was hit, by the name of its option.
fn timed_out(
    way: &AttemptContext,
    wait: &Wait,
    connecting: bool,
    doing: &str,
    written: bool,
) -> Failure {
    let settings = way.settings;
    let text = if wait.left().is_zero() {
        format!(
            "the time limit of the call was over while {}",
            if connecting { "connecting" } else { doing }
        )
    } else if connecting && settings.connect_timeout <= settings.attempt_timeout {
        let name = settings.binding.spell("connect_timeout");
        format!("no connection within {name} ({})", seconds(settings.connect_timeout))
    } else {
        let name = settings.binding.spell("attempt_timeout");
        format!("no whole reply within {name} ({})", seconds(settings.attempt_timeout))
    };
    Failure::new(Error::new(ErrorKind::Timeout, text), written, Retry::Pause)
}

/// The error of a call that its caller cancelled.
pub(crate) fn cancelled(doing: &str) -> Error {
    Error::new(ErrorKind::Cancelled, format!("cancelled while {doing}"))
}

/// The error of a call that had no time left for its first request.
pub(crate) fn too_late() -> Error {
    Error::new(ErrorKind::Timeout, "the time limit of the call was over before its first request")
}
