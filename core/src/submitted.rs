//! Deletions that nobody's thread waits for: their outcome is handed to a callback.

use crate::call::api_call::Delete;
use crate::call::driver::Driver;
use crate::call::options::Call;
use crate::call::steps::Throttling;
use crate::client::{Client, end_of_delete};
use crate::error::Error;
use crate::outcome::Deletion;
use crate::runtime::pool::Start;
use crate::runtime::task::{Progress, Ran, Task, Waker, Work};

/// Begins a deletion; `done` is handed its outcome, once.
pub(crate) fn start(
    client: &Client,
    user_id: String,
    call: Call,
    done: impl FnOnce(Result<Deletion, Error>) + Send + 'static,
) {
    let driver = client.driver(Delete { user_id }, Throttling::Wait);
    let flag = call.cancel_flag().clone();
    Task::start(&flag, Submitted { client: client.clone(), driver, call, done: Some(done) });
}

struct Submitted<F> {
    client: Client,
    driver: Driver<Delete>,
    call: Call,
    done: Option<F>,
}

impl<F: FnOnce(Result<Deletion, Error>) + Send> Work for Submitted<F> {
    fn look(&mut self, waker: &Waker) -> Progress<()> {
        self.client.look(&mut self.driver, &self.call, waker)
    }

    fn run(&mut self, start: Start, waker: &Waker) -> Ran {
        let outcome = match start {
            Start::Run => match self.client.advance_delete(&mut self.driver, &self.call, waker) {
                Progress::Ready(outcome) => outcome,
                Progress::Wait(until) => return Ran::Wait(until),
            },
            Start::Cancelled => {
                end_of_delete(&self.driver.state, Err(self.driver.state.cancelled()))
            }
            Start::NoThread(why) => end_of_delete(&self.driver.state, Err(why)),
        };
        // Before it is told: a call that `done` makes must not wait behind this one.
        self.driver.release();
        if let Some(done) = self.done.take() {
            done(outcome);
        }
        Ran::Done
    }
}
