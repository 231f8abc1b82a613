//! Takes the steps of a call on the caller's own thread, which waits where they say so.

use std::time::Instant;

use crate::call::api_call::ApiCall;
use crate::call::context::AttemptContext;
use crate::call::failure::cancelled;
use crate::call::options::Call;
use crate::call::rate::{Permit, Rate};
use crate::call::steps::{CallState, Step};
use crate::error::Error;
use crate::runtime::wait::{Stop, Wait};
use crate::transport::ExchangeOptions;

/// Drives a call, which has begun, to its end.
pub(crate) fn drive<A: ApiCall>(
    state: &mut CallState<A>,
    context: &AttemptContext,
    call: &Call,
) -> Result<A::Answer, Error> {
    let wait = call.wait();
    wait.ask().map_err(|_| cancelled("beginning"))?;
    let rate = context.rates.of(A::API);
    let mut permit: Option<Permit> = None;
    loop {
        match state.next(Instant::now()) {
            Step::TakeToken { refused, until } => {
                let token = context.token(refused.as_ref(), &wait.until(until), state.secrets());
                state.token_taken(token, Instant::now());
            }
            Step::TakePermit { until } => {
                let taken = match until {
                    Some(until) => rate.permit(&wait.until(until)),
                    None => first_permit(rate, &wait, call),
                };
                let taken = taken.map(|taken| permit = Some(taken));
                state.permit_taken(taken, Instant::now());
            }
            Step::Send { request, fresh, until } => {
                let options = ExchangeOptions {
                    wait: wait.until(until),
                    connect_timeout: context.settings.connect_timeout,
                    fresh,
                    secrets: state.secrets(),
                    times: permit.as_ref().and_then(Permit::times),
                };
                let exchange = context.topapi.post(&request, options);
                if let Some(permit) = permit.take() {
                    permit.end(exchange.written, exchange.result.is_ok());
                }
                state.exchanged(exchange, Instant::now());
            }
            Step::Wait { until } => state.waited(wait.sleep_until(until)),
            Step::Done(result) => return result,
        }
    }
}

/// The permit that begins a call. It is waited for without a time limit, and given back where
/// something holds the call back by then.
fn first_permit<'a>(rate: &'a Rate, wait: &Wait, call: &Call) -> Result<Permit<'a>, Stop> {
    let Some(start_wait) = call.start_wait() else {
        return rate.permit(wait);
    };
    let permit = rate.permit(&start_wait)?;
    start_wait.ask()?;
    Ok(permit)
}
