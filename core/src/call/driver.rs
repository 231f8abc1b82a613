//! Takes the steps of a call up to where it has to wait: for a token, its turn, or the next attempt.
//! Whoever drives it sleeps then, or has no thread until it is woken.

use std::time::Instant;

use crate::call::api_call::ApiCall;
use crate::call::context::AttemptContext;
use crate::call::failure::{cancelled, closed};
use crate::call::options::Call;
use crate::call::rate::{Permit, Ticket};
use crate::call::steps::{CallState, Step};
use crate::call::token::{Refresh, Taken, TokenError};
use crate::error::Error;
use crate::options::fixed_token::Token;
use crate::runtime::task::{Progress, Waker};
use crate::runtime::wait::{SLICE, Stop, Wait};
use crate::transport::ExchangeOptions;

/// A call on its way.
pub(crate) struct Driver<A: ApiCall> {
    pub state: CallState<A>,
    /// The right to write the next request.
    permit: Option<Permit>,
    waiting: Waiting,
}

/// What a step keeps while it waits.
#[derive(Default)]
struct Waiting {
    has_waited: bool,
    /// The place in the line for a permit.
    ticket: Option<Ticket>,
    /// How many refreshes of the token had finished when it began to wait for one.
    refreshes: Option<u64>,
    /// When its wait for a token ends.
    token_until: Option<Instant>,
    /// It is to fetch the token, once it works.
    refresh: Option<Refresh>,
}

/// How a call is driven.
pub(crate) struct Drive<'a> {
    pub context: &'a AttemptContext,
    pub call: &'a Call,
    /// Whether the client is closed, so that no call begins.
    pub closed: bool,
    /// Whether it may block and run code of the program (probes, log handlers). Else it only looks
    /// whether there is anything to do.
    pub works: bool,
    pub waker: &'a Waker<'a>,
}

/// What came of a step that may wait.
enum Took {
    /// It is over.
    Step,
    /// Who only looks has found something to do.
    Work,
}

impl<A: ApiCall> Driver<A> {
    /// Of a call that has yet to begin.
    pub fn new(state: CallState<A>) -> Driver<A> {
        Driver { state, permit: None, waiting: Waiting::default() }
    }

    /// Takes steps until the call has to wait, or is done; a call that is not under way begins.
    /// `Ready(None)`: who only looks has found something to do.
    pub fn advance(&mut self, drive: &Drive) -> Progress<Option<Result<A::Answer, Error>>> {
        if !self.state.is_under_way() {
            // The probe is for a thread that works.
            if !drive.works && drive.call.has_probe() {
                return Progress::Ready(None);
            }
            self.begin(drive);
        }
        loop {
            if !drive.works && !self.state.waits() {
                return Progress::Ready(None);
            }
            let took = match self.state.next(Instant::now()) {
                Step::TakeToken { refused, until } => self.take_token(drive, refused, until),
                Step::TakePermit { until } => self.take_permit(drive, until),
                Step::Wait { until } => self.pause(drive, until),
                Step::Send { request, fresh, until } => {
                    let options = ExchangeOptions {
                        wait: drive.call.wait().until(until),
                        connect_timeout: drive.context.settings.connect_timeout,
                        fresh,
                        secrets: self.state.secrets(),
                        times: self.permit.as_ref().and_then(Permit::times),
                    };
                    let exchange = drive.context.topapi.post(&request, options);
                    drive.context.note(&request, &exchange);
                    if let Some(permit) = self.permit.take() {
                        permit.end(exchange.written, exchange.result.is_ok());
                    }
                    self.state.exchanged(exchange, Instant::now());
                    continue;
                }
                Step::Done(result) => return Progress::Ready(Some(result)),
            };
            match took {
                Progress::Ready(Took::Step) => self.waiting = Waiting::default(),
                Progress::Ready(Took::Work) => return Progress::Ready(None),
                Progress::Wait(until) => {
                    self.waiting.has_waited = true;
                    return Progress::Wait(drive.look_again(until));
                }
            }
        }
    }

    /// Gives to others what a call holds that ended where it waited: its place in the line, its
    /// permit, the refresh of the token.
    pub fn release(&mut self) {
        self.permit = None;
        self.waiting = Waiting::default();
    }

    fn begin(&mut self, drive: &Drive) {
        self.state.begin(drive.call, Instant::now());
        if !self.state.waits() {
            return;
        }
        if drive.closed {
            self.state.end(Err(closed()));
        } else if drive.call.wait().ask().is_err() {
            self.state.end(Err(cancelled("beginning")));
        }
    }

    fn take_token(
        &mut self,
        drive: &Drive,
        refused: Option<Token>,
        until: Instant,
    ) -> Progress<Took> {
        let refused = refused.as_ref();
        if let Some(until) = self.waiting.token_until
            && let Err(stop) = drive.verdict(&drive.call.wait().until(until), true)
        {
            return drive.step(|| {
                self.state.token_taken(Err(TokenError::Stopped(stop)), Instant::now());
            });
        }
        let taken = match self.waiting.refresh.take() {
            Some(refresh) => Taken::Refresh(refresh),
            None => drive.context.take_token(refused, &mut self.waiting.refreshes, drive.waker),
        };
        match taken {
            Taken::Token(token) => {
                self.state.token_taken(Ok(token), Instant::now());
                Progress::Ready(Took::Step)
            }
            Taken::Failed(failure) => drive.step(|| {
                self.state.token_taken(Err(TokenError::Failed(failure)), Instant::now());
            }),
            Taken::Refresh(refresh) if !drive.works => {
                self.waiting.refresh = Some(refresh);
                Progress::Ready(Took::Work)
            }
            Taken::Refresh(refresh) => {
                let wait = drive.call.wait().until(until);
                let secrets = self.state.secrets();
                let token = drive.context.refresh_token(refresh, &wait, secrets);
                self.state.token_taken(token, Instant::now());
                Progress::Ready(Took::Step)
            }
            Taken::Later => {
                let most = Instant::now() + drive.context.settings.attempt_timeout;
                Progress::Wait(Some(*self.waiting.token_until.get_or_insert(until.min(most))))
            }
        }
    }

    /// The permit that begins a call is waited for without a time limit, and not taken where
    /// something holds the call back by then.
    fn take_permit(&mut self, drive: &Drive, until: Option<Instant>) -> Progress<Took> {
        let wait = drive.call.wait();
        let start_wait = if until.is_none() { drive.call.start_wait() } else { None };
        let verdict = match (&start_wait, until) {
            (Some(start_wait), _) => start_wait.ask(),
            (None, Some(until)) => drive.verdict(&wait.until(until), self.waiting.has_waited),
            (None, None) => drive.verdict(&wait, self.waiting.has_waited),
        };
        if let Err(stop) = verdict {
            return drive.step(|| {
                self.permit = None;
                self.state.permit_taken(Err(stop), Instant::now());
            });
        }
        let rate = drive.context.rates.of(A::API);
        let permit = match self.permit.take() {
            Some(permit) => permit,
            None => match rate.poll(&mut self.waiting.ticket, drive.waker) {
                Progress::Ready(permit) => permit,
                Progress::Wait(at) => return Progress::Wait(at.into_iter().chain(until).min()),
            },
        };
        // Until it has a thread it may be stopped all the same.
        if !drive.works {
            self.permit = Some(permit);
            return Progress::Ready(Took::Work);
        }
        let taken = start_wait.map_or(Ok(()), |wait| wait.ask()).map(|()| {
            self.permit = Some(permit);
        });
        self.state.permit_taken(taken, Instant::now());
        Progress::Ready(Took::Step)
    }

    fn pause(&mut self, drive: &Drive, until: Instant) -> Progress<Took> {
        match drive.verdict(&drive.call.wait(), true) {
            Err(stop) => drive.step(|| self.state.waited(Err(stop))),
            Ok(()) if Instant::now() < until => Progress::Wait(Some(until)),
            Ok(()) => {
                self.state.waited(Ok(()));
                Progress::Ready(Took::Step)
            }
        }
    }
}

impl Drive<'_> {
    /// Does what only who works may do.
    fn step(&self, work: impl FnOnce()) -> Progress<Took> {
        if !self.works {
            return Progress::Ready(Took::Work);
        }
        work();
        Progress::Ready(Took::Step)
    }

    /// Whether to go on. Who has waited asks the probe, too, where it may.
    fn verdict(&self, wait: &Wait, has_waited: bool) -> Result<(), Stop> {
        match self.works && has_waited {
            true => wait.ask(),
            // A probe is for a thread that works.
            false if has_waited && self.call.has_probe() => Err(Stop::Cancelled),
            false => wait.check(),
        }
    }

    /// A probe is asked once a slice.
    fn look_again(&self, until: Option<Instant>) -> Option<Instant> {
        match self.call.has_probe() {
            true => until.into_iter().chain([Instant::now() + SLICE]).min(),
            false => until,
        }
    }
}
