//! What journals say, for `journal.js`. Files are read on threads of libuv, and entries cross in
//! the core's JSON form, many at a time.

use std::sync::{Arc, Mutex};

use dingtalk_extcontact::{Error, JournalEntry, JournalReader};
use napi::bindgen_prelude::{AsyncTask, Either};
use napi::{Env, Task};
use napi_derive::napi;

use crate::bridge::lock;
use crate::convert::json;

/// Journals that were read.
#[napi(js_name = "Journal")]
pub struct NativeJournal(Arc<Mutex<JournalReader>>);

pub struct Read(Vec<String>);

impl Task for Read {
    type Output = Result<JournalReader, Error>;
    type JsValue = Either<NativeJournal, String>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(dingtalk_extcontact::read_journal(std::mem::take(&mut self.0)))
    }

    fn resolve(&mut self, _: Env, read: Self::Output) -> napi::Result<Self::JsValue> {
        Ok(match read {
            Ok(reader) => Either::A(NativeJournal(Arc::new(Mutex::new(reader)))),
            Err(error) => Either::B(json(&Err(error))),
        })
    }
}

/// Reads the files; or says in JSON why not.
#[napi(catch_unwind)]
pub fn read_journal(paths: Vec<String>) -> AsyncTask<Read> {
    AsyncTask::new(Read(paths))
}

pub struct Take(Arc<Mutex<JournalReader>>, u32);

impl Task for Take {
    type Output = Result<Vec<JournalEntry>, Error>;
    type JsValue = String;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(lock(&self.0).by_ref().take(self.1 as usize).collect())
    }

    fn resolve(&mut self, _: Env, taken: Self::Output) -> napi::Result<Self::JsValue> {
        match taken {
            Ok(entries) => serde_json::to_string(&entries)
                .map_err(|error| napi::Error::from_reason(error.to_string())),
            Err(error) => Ok(json(&Err(error))),
        }
    }
}

// Named here as well: napi keeps the name of whichever it meets last.
#[napi(js_name = "Journal")]
impl NativeJournal {
    /// The next entries in JSON, at most this many; an empty array at the end.
    #[napi(catch_unwind)]
    pub fn take(&self, count: u32) -> AsyncTask<Take> {
        AsyncTask::new(Take(self.0.clone(), count))
    }
}
