//! What the calls of one process share: connections, the app's token, the rate.

use std::sync::Arc;

use crate::call::failure;
use crate::call::rate::Rates;
use crate::call::replies::Replies;
use crate::call::token::{AppToken, Refresh, Taken, TokenError};
use crate::options::endpoint::Base;
use crate::options::fixed_token::Token;
use crate::options::proxy::Proxy;
use crate::options::{Credentials, Settings};
use crate::runtime::task::Waker;
use crate::runtime::wait::{Stop, Wait};
use crate::secret::Secrets;
use crate::transport::{Exchange, ExchangeOptions, Transport, TransportError};
use crate::wire::request::{self, Request};
use crate::wire::response::{self, NewToken};

/// What an attempt works with. A forked child has one of its own.
pub(crate) struct AttemptContext {
    pub settings: Arc<Settings>,
    pub topapi: Transport,
    /// Where the token call goes to another host.
    oauth: Option<Transport>,
    app_token: Arc<AppToken>,
    pub rates: Rates,
    /// Where a check wants to know what was answered.
    replies: Option<Arc<Replies>>,
}

impl AttemptContext {
    pub fn new(settings: &Arc<Settings>) -> AttemptContext {
        let dialer = Arc::default();
        let transport = |base, proxy: &Option<Proxy>| {
            Transport::new(base, proxy.as_ref(), &settings.roots, &dialer)
        };
        let apart = settings.oauth != settings.topapi;
        AttemptContext {
            topapi: transport(&settings.topapi, &settings.topapi_proxy),
            oauth: apart.then(|| transport(&settings.oauth, &settings.oauth_proxy)),
            app_token: Arc::default(),
            rates: Rates::new(settings.rate),
            settings: settings.clone(),
            replies: None,
        }
    }

    /// The same, which keeps what is answered.
    pub fn keeping(settings: &Arc<Settings>, replies: &Arc<Replies>) -> AttemptContext {
        AttemptContext { replies: Some(replies.clone()), ..AttemptContext::new(settings) }
    }

    /// Each host with the proxy on the way to it, first that of deletions.
    pub fn hosts(&self) -> Vec<(&Base, Option<&Proxy>, &Transport)> {
        let Settings { topapi, oauth, topapi_proxy, oauth_proxy, credentials, .. } =
            &*self.settings;
        let mut hosts = vec![(topapi, topapi_proxy.as_ref(), &self.topapi)];
        if let (Some(transport), Credentials::App { .. }) = (&self.oauth, credentials) {
            hosts.push((oauth, oauth_proxy.as_ref(), transport));
        }
        hosts
    }

    /// Takes note of what was answered, for a check.
    pub fn note(&self, request: &Request, exchange: &Exchange) {
        if let (Some(replies), Ok(answer)) = (&self.replies, &exchange.result) {
            replies.add(request.path, answer);
        }
    }

    /// Closes what is idle, and later what is under way now.
    pub fn close(&self) {
        self.topapi.close();
        self.oauth().close();
    }

    /// What there is for a call that wants a token, other than `refused`; see [`AppToken::take`].
    pub fn take_token(
        &self,
        refused: Option<&Token>,
        since: &mut Option<u64>,
        waker: &Waker,
    ) -> Taken {
        match &self.settings.credentials {
            Credentials::Fixed(token) => Taken::Token(token.get()),
            Credentials::App { .. } => self.app_token.take(refused, since, waker),
        }
    }

    /// Fetches a token for all calls; `call` ends with the time of this one.
    pub fn refresh_token(
        &self,
        refresh: Refresh,
        call: &Wait,
        secrets: &Secrets,
    ) -> Result<Token, TokenError> {
        let (key, secret) = match &self.settings.credentials {
            Credentials::Fixed(token) => return Ok(token.get()),
            Credentials::App { key, secret } => (key, secret),
        };
        let wait = call.within(self.settings.attempt_timeout);
        refresh.run(&wait, |wait| {
            let request = request::access_token(key, secret);
            self.new_token(self.ask_for_token(&request, wait, secrets), call, secrets)
        })
    }

    /// Asks for a token; again on a new connection where a kept one died, which does no harm.
    fn ask_for_token(&self, request: &Request, wait: &Wait, secrets: &Secrets) -> Exchange {
        let post = |fresh| {
            let options = ExchangeOptions {
                wait: wait.clone(),
                connect_timeout: self.settings.connect_timeout,
                fresh,
                secrets,
                times: None,
            };
            let exchange = self.oauth().post(request, options);
            self.note(request, &exchange);
            exchange
        };
        let exchange = post(false);
        if exchange.kept_died { post(true) } else { exchange }
    }

    fn new_token(
        &self,
        exchange: Exchange,
        call: &Wait,
        secrets: &Secrets,
    ) -> Result<NewToken, TokenError> {
        let over = call.left().is_zero();
        let answer = exchange.result.map_err(|error| match error {
            TransportError::Panic(text) => TokenError::Panicked(text),
            TransportError::Stopped { stop: Stop::Cancelled, .. } => {
                TokenError::Stopped(Stop::Cancelled)
            }
            // This call's time is over: that says nothing to the others that wait.
            TransportError::Stopped { .. } if over => TokenError::Stopped(Stop::TimedOut),
            error => {
                let mut failure = failure::no_answer(&self.settings, error, false, over);
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

    /// The host of the token call; one endpoint serves both.
    fn oauth(&self) -> &Transport {
        self.oauth.as_ref().unwrap_or(&self.topapi)
    }
}
