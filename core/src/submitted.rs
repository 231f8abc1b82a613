//! Calls that nobody's thread waits for: their outcome is handed to a callback.

use std::sync::{Arc, Mutex, PoisonError};

use crate::call::api_call::ApiCall;
use crate::call::driver::Driver;
use crate::call::options::Call;
use crate::call::steps::{CallState, Throttling};
use crate::client::Client;
use crate::error::Error;
use crate::runtime::pool::{self, Job, Start};
use crate::runtime::task::{Progress, Ran, Task, Waker, Work};

/// What a callback does with the thread of the pool that it is called on.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Callback {
    /// It runs code of the program, which may take its time.
    OfProgram,
    /// It returns at once.
    Brief,
}

/// Begins a call; `done` is handed its end, once.
pub(crate) fn start<A: ApiCall + Send + 'static>(
    client: &Client,
    api_call: A,
    call: Call,
    callback: Callback,
    done: impl FnOnce(&CallState<A>, Result<A::Answer, Error>) + Send + 'static,
) where
    A::Answer: Send,
{
    let driver = client.driver(api_call, Throttling::Wait);
    let flag = call.cancel_flag().clone();
    let client = client.clone();
    Task::start(&flag, Submitted { client, driver, call, callback, done: Some(done) });
}

struct Submitted<A: ApiCall, F> {
    client: Client,
    driver: Driver<A>,
    call: Call,
    callback: Callback,
    done: Option<F>,
}

impl<A, F> Work for Submitted<A, F>
where
    A: ApiCall + Send,
    A::Answer: Send,
    F: FnOnce(&CallState<A>, Result<A::Answer, Error>) + Send,
{
    fn look(&mut self, waker: &Waker) -> Progress<()> {
        self.client.look(&mut self.driver, &self.call, waker)
    }

    fn run(&mut self, start: Start, waker: &Waker) -> Ran {
        let has_thread = matches!(start, Start::Run);
        let result = match start {
            Start::Run => match self.client.advance(&mut self.driver, &self.call, waker) {
                Progress::Ready(result) => result,
                Progress::Wait(until) => return Ran::Wait(until),
            },
            Start::Cancelled => Err(self.driver.state.cancelled()),
            Start::NoThread(why) => Err(why),
        };
        let result = result.map_err(|error| self.client.settings().advise(error));
        // Before it is told: a call that `done` makes must not wait behind this one.
        self.driver.release();
        if let Some(done) = self.done.take() {
            let done = || done(&self.driver.state, result);
            match has_thread && self.callback == Callback::Brief {
                true => pool::finish(done),
                false => done(),
            }
        }
        Ran::Done
    }
}

/// Runs what blocks on a thread of the pool; or hands it the error, where there is no thread.
pub(crate) fn blocking(work: impl FnOnce(Option<Error>) + Send + 'static) {
    pool::submit(Arc::new(Blocking(Mutex::new(Some(work)))));
}

struct Blocking<F>(Mutex<Option<F>>);

impl<F: FnOnce(Option<Error>) + Send> Job for Blocking<F> {
    fn run(self: Arc<Self>, start: Start) {
        let work = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let refused = match start {
            Start::NoThread(why) => Some(why),
            Start::Run | Start::Cancelled => None,
        };
        if let Some(work) = work {
            pool::guarded(|| work(refused));
        }
    }
}
