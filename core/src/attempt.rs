//! One attempt of a call: a token, a request, a reply.

use std::fmt;
use std::sync::Arc;

use crate::cancel::{Stop, Wait};
use crate::credentials::{AppToken, FixedToken, Token, TokenError};
use crate::errcode::Retry;
use crate::error::{Error, ErrorKind, one_line};
use crate::options::{Credentials, Settings};
use crate::outcome::{Deletion, Status};
use crate::request::{self, Request};
use crate::response::{self, Answer, Failure, NewToken};
use crate::secret::{Secret, Secrets};
use crate::transport::{Exchange, Transport, Trouble};

/// What an attempt works with.
pub(crate) struct Way<'a> {
    pub settings: &'a Settings,
    pub topapi: &'a Transport,
    pub oauth: &'a Transport,
    pub app_token: &'a AppToken,
    pub fixed_token: Option<&'a FixedToken>,
}

/// What this attempt does differently from an ordinary one.
#[derive(Default)]
pub(crate) struct Step {
    /// Use another token than this one.
    pub refused: Option<Token>,
    /// Use a new connection.
    pub fresh: bool,
}

/// What a call remembers of its attempts.
#[derive(Default)]
pub(crate) struct Story {
    /// Delete requests written to a connection.
    pub attempts: u32,
    /// Some attempt was uncertain: the contact may be gone.
    pub uncertain: bool,
    /// The token of the last attempt.
    pub token: Option<Token>,
    /// A request is on its way: after a panic, it may have been done.
    pub under_way: bool,
    secrets: Secrets,
}

impl Story {
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
    /// It may delete a contact: such requests are counted, and kept to the rate.
    const DELETES: bool;

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
    const DELETES: bool = true;

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
    /// While doing this.
    Cancelled(&'static str),
}

pub(crate) struct Failed {
    pub failure: Failure,
    /// A kept connection died before a byte of the reply.
    pub kept_died: bool,
}

/// Makes one attempt.
pub(crate) fn attempt<A: Ask>(
    way: &Way,
    ask: &A,
    step: Step,
    wait: &Wait,
    story: &mut Story,
) -> Attempt<A::Answer> {
    way.gather_secrets(&mut story.secrets);
    let token = match way.token(step.refused.as_ref(), wait, &mut story.secrets) {
        Ok(token) => token,
        Err(TokenError::Stopped(Stop::Cancelled)) => {
            return Attempt::Cancelled("waiting for a token");
        }
        Err(TokenError::Stopped(Stop::TimedOut)) => {
            return failed(timed_out(way, wait, false, "waiting for a token", false), false);
        }
        Err(TokenError::Failed(failure)) => return failed(failure, false),
    };
    story.secrets.add(&token);
    story.token = Some(token.clone());
    let request = ask.request(&token);
    story.under_way = A::DELETES;
    let Exchange { result, written, kept_died } = way.topapi.post(
        &request,
        &wait.within(way.settings.attempt_timeout),
        way.settings.connect_timeout,
        step.fresh,
        &story.secrets,
    );
    story.under_way = false;
    story.attempts += u32::from(written);
    match result {
        Ok(answer) => match ask.read(&answer, &story.secrets) {
            Ok(answer) => Attempt::Done(answer),
            Err(failure) => failed(failure, false),
        },
        Err(Trouble::Stopped { stop: Stop::Cancelled, .. }) => {
            story.uncertain |= written && A::DELETES;
            Attempt::Cancelled(if written { "waiting for the reply" } else { "connecting" })
        }
        Err(trouble) => failed(way.failure(trouble, wait, written, &story.secrets), kept_died),
    }
}

fn failed<T>(failure: Failure, kept_died: bool) -> Attempt<T> {
    Attempt::Failed(Failed { failure, kept_died })
}

impl Way<'_> {
    fn token(
        &self,
        refused: Option<&Token>,
        wait: &Wait,
        secrets: &mut Secrets,
    ) -> Result<Token, TokenError> {
        match (&self.settings.credentials, self.fixed_token) {
            (Credentials::App { key, secret }, _) => {
                let wait = wait.within(self.settings.attempt_timeout);
                self.app_token.get(refused, &wait, || {
                    let request = request::access_token(key, secret);
                    let post = |fresh| {
                        self.oauth.post(
                            &request,
                            &wait,
                            self.settings.connect_timeout,
                            fresh,
                            secrets,
                        )
                    };
                    let mut exchange = post(false);
                    if exchange.kept_died {
                        // Asking for a token twice does no harm.
                        exchange = post(true);
                    }
                    self.new_token(exchange, &wait, secrets)
                })
            }
            (Credentials::Fixed(_), Some(fixed)) => Ok(fixed.get()),
            (Credentials::Fixed(token), None) => Ok(Arc::new(token.clone())),
        }
    }

    fn new_token(
        &self,
        exchange: Exchange,
        wait: &Wait,
        secrets: &Secrets,
    ) -> Result<NewToken, TokenError> {
        let answer: Answer = exchange.result.map_err(|trouble| match trouble {
            Trouble::Stopped { stop: Stop::Cancelled, .. } => TokenError::Stopped(Stop::Cancelled),
            trouble => {
                let mut failure = self.failure(trouble, wait, false, secrets);
                failure.error = failure.error.with(|fields| {
                    fields.message = format!("no access token: {}", fields.message);
                });
                TokenError::Failed(failure)
            }
        })?;
        log::debug!(target: crate::LOG, "token call: HTTP status {}", answer.status);
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
    fn failure(&self, trouble: Trouble, wait: &Wait, written: bool, secrets: &Secrets) -> Failure {
        let mut status_seen = None;
        let (kind, text) = match trouble {
            Trouble::Stopped { connecting, .. } => {
                return timed_out(self, wait, connecting, "waiting for the reply", written);
            }
            Trouble::WireLogged => {
                let error = Error::new(ErrorKind::Configuration, "log lines of the target ureq_proto are on at trace level, which prints the bytes of replies, tokens among them")
                    .advise("Set that target to debug or less, for example RUST_LOG=trace,ureq_proto=debug; nothing was sent.");
                return Failure::new(error, false, Retry::No);
            }
            Trouble::ProxyLogin => {
                (ErrorKind::Configuration, "the proxy asks for a login".to_owned())
            }
            Trouble::Connect(text) => (ErrorKind::Connection, text),
            Trouble::Lost(text) => (ErrorKind::Connection, text),
            Trouble::Tls(text) => (ErrorKind::Tls, format!("TLS: {text}")),
            Trouble::NotHttp(text, status) => {
                status_seen = status;
                (ErrorKind::Protocol, text)
            }
        };
        let mut error = Error::new(kind, one_line(&secrets.mask(&text)))
            .with(|fields| fields.http_status = status_seen);
        if kind == ErrorKind::Configuration {
            error = error.advise("Give the proxy's user name and password in its URL.");
        }
        let again = written || kind.is_retryable();
        Failure::new(error, written, if again { Retry::Pause } else { Retry::No })
    }
}

/// The time-out that was hit, by the name of its option.
fn timed_out(way: &Way, wait: &Wait, connecting: bool, doing: &str, written: bool) -> Failure {
    let settings = way.settings;
    let text = if wait.left().is_zero() {
        format!(
            "the time limit of the call was over while {}",
            if connecting { "connecting" } else { doing }
        )
    } else if connecting {
        let name = settings.host.spell("connect_timeout");
        format!("no connection within {name} ({:?})", settings.connect_timeout)
    } else {
        let name = settings.host.spell("attempt_timeout");
        format!("no whole reply within {name} ({:?})", settings.attempt_timeout)
    };
    Failure::new(Error::new(ErrorKind::Timeout, text), written, Retry::Pause)
}

/// The error of a call that its caller cancelled.
pub(crate) fn cancelled(doing: &str) -> Error {
    Error::new(ErrorKind::Cancelled, format!("cancelled while {doing}"))
}
