//! The way of one id of a batch: backed up, announced, called, recorded.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;

use crate::batch::append_log::AppendLog;
use crate::batch::item::{Item, Outcome};
use crate::batch::journal::{Journal, LastLine};
use crate::batch::run_record::{SlowDown, Stopped};
use crate::batch::settled::PriorState;
use crate::call::api_call::Delete;
use crate::call::driver::Driver;
use crate::call::failure;
use crate::call::options::Call;
use crate::call::steps::{DeleteState, Throttling};
use crate::client::Client;
use crate::contacts::Get;
use crate::error::{Error, ErrorKind};
use crate::runtime::task::{Progress, Waker};
use crate::text::panic_text;
use crate::wire::request::check_user_id;

/// What all deletions of a batch have in common.
pub(super) struct Deleter {
    pub client: Client,
    /// The options of every call, and their cancel.
    pub call: Call,
    pub journal: Option<Journal>,
    pub backup: Option<AppendLog>,
}

/// An id that waits for its call.
pub(super) struct Queued {
    deletion: Driver<Delete>,
    /// The call for its record, while that is under way.
    record: Option<Driver<Get>>,
    announced: bool,
    backed_up: bool,
    /// How many requests it had made when its call began, while that is under way.
    began_with: Option<u32>,
    /// The last answer, if that is why the id is back in the queue.
    throttled: Option<Error>,
}

/// What came of an id that was taken from the queue.
pub(super) enum Processed {
    Ended(Ended),
    /// It has ended, and the journal is to have that before its item can be taken.
    ToRecord(Item),
    /// It is to be called again, after a pause of the whole batch.
    Throttled(Error),
    /// The batch has stopped or pauses, and nothing was sent.
    NotBegun,
}

/// How an id ended.
pub(super) struct Ended {
    pub item: Item,
    /// Whether it is missing in the journal.
    pub unrecorded: bool,
    /// Why journal or backup could not be written or read; the batch stops then.
    pub file_error: Option<Error>,
}

impl From<Item> for Ended {
    fn from(item: Item) -> Ended {
        Ended { item, unrecorded: false, file_error: None }
    }
}

impl Deleter {
    /// An id to be called, after what the journal says of it.
    pub fn queued(&self, user_id: &str, prior: Option<LastLine>) -> Queued {
        let delete = Delete { user_id: user_id.to_owned() };
        let mut deletion = self.client.driver(delete, Throttling::GiveBack);
        deletion.state.uncertain = prior.is_some_and(|line| line.state == PriorState::MaybeDeleted);
        Queued {
            deletion,
            record: None,
            announced: false,
            backed_up: false,
            began_with: None,
            throttled: None,
        }
    }

    /// The end of an id that an earlier run settled, as the journal has it.
    pub fn settled_before(&self, journal: &Journal, user_id: &str, line: LastLine) -> Ended {
        let (mut item, file_error) = match journal.read_again(line) {
            Ok(item) => (item, None),
            // That it is settled is known, but no longer how.
            Err(error) => {
                let error = self.client.settings().advise(error);
                (Item::new(Err(error.clone().about_contact(user_id, 0, true))), Some(error))
            }
        };
        item.settled_before = true;
        if self.client.missing_ok(&self.call) {
            item = item.with_missing_ok();
        }
        Ended { item, unrecorded: false, file_error }
    }

    /// Backs up, announces, calls and records an id, as far as it has not been done, up to where it
    /// has to wait.
    pub fn process(&self, queued: &mut Queued, waker: &Waker) -> Progress<Processed> {
        let processed = catch_unwind(AssertUnwindSafe(|| match self.prepare(queued, waker) {
            Ok(Progress::Ready(())) => self.delete(queued, waker),
            Ok(Progress::Wait(until)) => Progress::Wait(until),
            Err(instead) => Progress::Ready(instead),
        }));
        processed.unwrap_or_else(|panic| {
            Progress::Ready(Processed::Ended(self.panicked(&queued.deletion.state, &*panic)))
        })
    }

    /// Whether an id that waits has anything to do for a thread.
    pub fn look(&self, queued: &mut Queued, waker: &Waker) -> Progress<()> {
        match &mut queued.record {
            Some(record) => self.client.look(record, &self.call, waker),
            None if queued.deletion.state.is_under_way() => {
                self.client.look(&mut queued.deletion, &self.call, waker)
            }
            None => Progress::Ready(()),
        }
    }

    /// Does what must be done before the call. An error is what came of the id instead.
    fn prepare(&self, queued: &mut Queued, waker: &Waker) -> Result<Progress<()>, Processed> {
        if queued.deletion.state.is_under_way() {
            return Ok(Progress::Ready(()));
        }
        check_user_id(queued.user_id()).map_err(|error| queued.not_called(error))?;
        if let Progress::Wait(until) = self.back_up(queued, waker)? {
            return Ok(Progress::Wait(until));
        }
        self.announce(queued).map(Progress::Ready)
    }

    /// Writes the contact's record to the backup. No such contact is no error: it has no record.
    fn back_up(&self, queued: &mut Queued, waker: &Waker) -> Result<Progress<()>, Processed> {
        let Some(backup) = self.backup.as_ref().filter(|_| !queued.backed_up) else {
            return Ok(Progress::Ready(()));
        };
        let user_id = queued.user_id().to_owned();
        let fresh = || self.client.get_driver(&user_id, Throttling::GiveBack);
        let record = queued.record.get_or_insert_with(fresh);
        let record = match self.client.advance_get(record, &self.call, waker) {
            Progress::Ready(record) => record,
            Progress::Wait(until) => return Ok(Progress::Wait(until)),
        };
        queued.record = None;
        let kept = match record {
            Ok(contact) => backup.write(json!({"user_id": user_id, "record": contact.record()})),
            Err(error) if error.is_missing() => Ok(()),
            Err(error) => Err(error),
        };
        kept.map_err(|error| match error.kind() {
            ErrorKind::Throttled => Processed::Throttled(queued.about_contact(error)),
            ErrorKind::Cancelled => Processed::NotBegun,
            _ => queued.not_called(error),
        })?;
        queued.backed_up = true;
        Ok(Progress::Ready(()))
    }

    fn announce(&self, queued: &mut Queued) -> Result<(), Processed> {
        if let Some(journal) = self.journal.as_ref().filter(|_| !queued.announced) {
            let announced = journal.announce(queued.user_id());
            announced.map_err(|error| queued.not_called(error))?;
            queued.announced = true;
        }
        Ok(())
    }

    fn delete(&self, queued: &mut Queued, waker: &Waker) -> Progress<Processed> {
        let before = queued.attempts_before();
        let outcome = match self.client.advance_delete(&mut queued.deletion, &self.call, waker) {
            Progress::Ready(outcome) => outcome,
            Progress::Wait(until) => return Progress::Wait(until),
        };
        queued.began_with = None;
        Progress::Ready(match outcome {
            Err(error) if error.kind() == ErrorKind::Throttled => Processed::Throttled(error),
            Err(error) if error.kind() == ErrorKind::Cancelled && error.attempts() == before => {
                Processed::NotBegun
            }
            outcome if self.journal.is_some() => Processed::ToRecord(Item::new(outcome)),
            outcome => Processed::Ended(Item::new(outcome).into()),
        })
    }

    /// Whether the announcement of an id can be written with the end of another: nothing else is to
    /// be done before its call.
    pub fn can_announce(&self, queued: &Queued) -> bool {
        let backed_up = self.backup.is_none() || queued.backed_up;
        backed_up && !queued.announced && check_user_id(queued.user_id()).is_ok()
    }

    /// Writes the end of an id to the journal, and that the next one is about to be called.
    pub fn record(&self, item: Item, next: Option<&mut Queued>) -> Ended {
        let next_id = next.as_deref().map(Queued::user_id);
        let recorded = self.journal.as_ref().map_or(Ok(()), |it| it.record(&item, next_id));
        if let Some(next) = next {
            next.announced = recorded.is_ok();
        }
        Ended { item, unrecorded: recorded.is_err(), file_error: recorded.err() }
    }

    /// Ends an id that is not called any more: throttled or cut off where a request was made,
    /// otherwise not attempted. An announcement gets its end, so that the next run knows.
    pub fn abandon(&self, queued: Queued) -> Ended {
        let Queued { deletion, announced, throttled, began_with, .. } = queued;
        let call = deletion.state;
        let cancelled = || {
            let error = call.settings.advise(failure::cancelled("waiting for its turn"));
            error.about_contact(&call.api_call.user_id, call.attempts, call.uncertain)
        };
        // Where it waited for its next attempt, the contact may be gone.
        let is_cut_off = began_with.is_some_and(|before| call.attempts > before);
        let sent = if is_cut_off { Some(cancelled()) } else { throttled };
        let mut unrecorded = false;
        if announced {
            let end = sent.clone().unwrap_or_else(cancelled);
            // The batch has stopped already: a failure of the journal cannot stop it more.
            let item = Item::new(Err(end));
            unrecorded = self.journal.as_ref().is_some_and(|it| it.record_at_once(&item).is_err());
        }
        let not_attempted = Outcome::NotAttempted { user_id: call.api_call.user_id };
        let item = Item::new(sent.map_or(not_attempted, Outcome::Error));
        Ended { item, unrecorded, file_error: None }
    }

    /// The end of an id whose call panicked, in a log handler, say. The contact may be gone if a
    /// request was sent before.
    fn panicked(&self, call: &DeleteState, panic: &(dyn Any + Send)) -> Ended {
        let error = Error::new(ErrorKind::Internal, format!("a panic: {}", panic_text(panic)));
        let error = call.settings.advise(error);
        let uncertain = call.uncertain || call.attempts > 0;
        let item =
            Item::new(Err(error.about_contact(&call.api_call.user_id, call.attempts, uncertain)));
        Ended { item, unrecorded: self.journal.is_some(), file_error: None }
    }

    /// Records that the batch slowed down, where there is a journal.
    pub fn slow_down(&self, slowed: &SlowDown) -> Result<(), Error> {
        self.journal.as_ref().map_or(Ok(()), |journal| journal.slow_down(slowed))
    }

    /// Ends the files and unlocks them for another run.
    pub fn close(&self, stopped: Option<&Stopped>) {
        if let Some(journal) = &self.journal {
            journal.close(stopped);
            journal.release();
        }
        if let Some(backup) = &self.backup {
            backup.release();
        }
    }
}

impl Queued {
    /// The same id after a throttled call.
    pub fn throttled(self, error: Error) -> Queued {
        Queued { throttled: Some(error), ..self }
    }

    /// Whether abandoning it writes nothing to the journal.
    pub fn is_quick_to_abandon(&self) -> bool {
        !self.announced
    }

    /// The end of an id that cannot be called. It was not announced, so it needs no record.
    fn not_called(&self, error: Error) -> Processed {
        let file_error = Some(error.clone()).filter(|error| error.kind() == ErrorKind::Journal);
        let item = Item::new(Err(self.about_contact(error)));
        Processed::Ended(Ended { item, unrecorded: false, file_error })
    }

    fn about_contact(&self, error: Error) -> Error {
        let state = &self.deletion.state;
        state.settings.advise(error).about_contact(self.user_id(), 0, state.uncertain)
    }

    fn user_id(&self) -> &str {
        &self.deletion.state.api_call.user_id
    }

    /// How many requests it had made before this run of its call.
    fn attempts_before(&mut self) -> u32 {
        *self.began_with.get_or_insert(self.deletion.state.attempts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No thread can be had for its next attempt, say.
    #[test]
    fn an_id_that_is_cut_off_between_attempts_is_not_told_as_not_attempted() {
        let client = Client::builder().access_token("token").build().unwrap();
        let deleter = Deleter { client, call: Call::new(), journal: None, backup: None };
        for (attempts, began_with) in [(0, None), (0, Some(0)), (1, Some(1))] {
            let mut queued = deleter.queued("01", None);
            queued.deletion.state.attempts = attempts;
            queued.began_with = began_with;
            let outcome = deleter.abandon(queued).item.outcome;
            assert!(matches!(outcome, Outcome::NotAttempted { .. }), "{attempts}");
        }
        let mut queued = deleter.queued("01", None).throttled(failure::cancelled("pausing"));
        queued.began_with = Some(1);
        queued.deletion.state.attempts = 2;
        queued.deletion.state.uncertain = true;
        let Outcome::Error(error) = deleter.abandon(queued).item.outcome else {
            panic!("it was attempted");
        };
        assert_eq!((error.attempts(), error.maybe_deleted()), (2, true));
    }
}
