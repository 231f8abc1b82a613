//! What a journal says of the runs that wrote it, beside what became of each id: what each was
//! asked for, when the service throttled it, and how it ended.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::{Error, parse_name};
use crate::outcome::parse_utc;

/// What a run was asked for. It is part of the line that begins the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunRequest {
    /// The version of this library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// Where its ids came from, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<ListRecord>,
    /// The filters that chose its ids, without their values: these name people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
    /// Its options by name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub options: Map<String, Value>,
}

/// The ids of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListRecord {
    /// The name of the file, without its folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of all that was read, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How many ids there were, a repeated one counted once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

/// Why a run stopped before its last id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Its caller stopped it: a program, Ctrl-C, or a signal.
    Caller,
    /// The service refused a call for a reason that concerns every contact.
    Refused,
    /// Too many ids in a row were no contact.
    Missing,
    /// Too many calls in a row failed by the network or the service.
    Failures,
    /// The service let the app make no call for an hour.
    Blocked,
    /// The journal or the backup could not be written or read.
    File,
    /// The system had no thread for it.
    Thread,
}

impl StopReason {
    const ALL: &'static [StopReason] = &[
        StopReason::Caller,
        StopReason::Refused,
        StopReason::Missing,
        StopReason::Failures,
        StopReason::Blocked,
        StopReason::File,
        StopReason::Thread,
    ];

    /// The name as it stands in a journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            StopReason::Caller => "caller",
            StopReason::Refused => "refused",
            StopReason::Missing => "missing",
            StopReason::Failures => "failures",
            StopReason::Blocked => "blocked",
            StopReason::File => "file",
            StopReason::Thread => "thread",
        }
    }
}

impl std::str::FromStr for StopReason {
    type Err = Error;

    fn from_str(name: &str) -> Result<StopReason, Error> {
        parse_name("reason", StopReason::ALL, StopReason::as_str, name)
    }
}

/// An early end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Why, for programs.
    pub reason: StopReason,
    /// The service's code that decided.
    pub code: Option<String>,
}

impl Stopped {
    /// An end for this reason, which no code decided.
    pub(super) const fn because(reason: StopReason) -> Stopped {
        Stopped { reason, code: None }
    }
}

/// The line that ends a run.
pub(super) fn closed_line(stopped: Option<&Stopped>) -> Value {
    let mut line = json!({"event": "closed"});
    if let (Some(object), Some(Stopped { reason, code })) = (line.as_object_mut(), stopped) {
        object.insert("stopped".into(), reason.as_str().into());
        object.extend(code.as_ref().map(|code| ("code".to_owned(), code.as_str().into())));
    }
    line
}

/// The batch slowed down, because the service throttled a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SlowDown {
    /// No call begins for so long.
    pub pause: Duration,
    /// How many calls run side by side afterwards.
    pub concurrency: usize,
    pub code: Option<String>,
}

impl SlowDown {
    pub fn line(&self) -> Value {
        let mut line = json!({
            "event": "throttled",
            "pause": self.pause.as_millis() as f64 / 1000.0,
            "concurrency": self.concurrency,
        });
        if let (Some(object), Some(code)) = (line.as_object_mut(), &self.code) {
            object.insert("code".into(), code.as_str().into());
        }
        line
    }
}

/// What a journal says of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    /// Which one of those that wrote the file, from 1.
    pub number: u64,
    /// What it was asked for; nothing of that in a journal of format 1.
    pub request: RunRequest,
    /// When it began.
    pub begun: SystemTime,
    /// When its last line was written.
    pub last: SystemTime,
    /// How it ended; `None` where that is not on record: it was killed, or runs.
    pub closed: Option<Closed>,
    /// When it was throttled, in order.
    pub throttled: Vec<ThrottledSpan>,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Why it ended before its last id, if it did.
    pub stopped: Option<Stopped>,
}

/// A time in which the service throttled a run, from the first refusal up to the end of the last
/// pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThrottledSpan {
    /// The first refusal.
    pub from: SystemTime,
    /// The end of the last pause.
    pub until: SystemTime,
    /// How often the run slowed down.
    pub times: u64,
}

/// Pauses that are no farther apart than this are one span.
const APART: Duration = Duration::from_secs(5);
/// More spans than these are one: a run may be throttled for days.
const MOST_SPANS: usize = 200;

impl RunRecord {
    /// From the line that begins a run; `None` where a run writes no such line.
    pub(super) fn begin(number: u64, line: &Value, begun: SystemTime) -> Option<RunRecord> {
        let request = RunRequest::deserialize(line).ok()?;
        Some(RunRecord { number, request, begun, last: begun, closed: None, throttled: Vec::new() })
    }

    /// Learns from a line about the run; `None` where a run writes no such line.
    pub(super) fn learn(&mut self, line: &Value, time: SystemTime) -> Option<()> {
        match text(line, "event")? {
            "throttled" => {
                let pause = line.get("pause")?.as_f64()?;
                let pause = Duration::try_from_secs_f64(pause).ok()?;
                self.add_pause(time, time.checked_add(pause)?);
            }
            "closed" => {
                let reason = text(line, "stopped").map(str::parse).transpose().ok()?;
                let code = text(line, "code").map(str::to_owned);
                let stopped = reason.map(|reason| Stopped { reason, code });
                self.closed = Some(Closed { stopped });
            }
            _ => return None,
        }
        Some(())
    }

    fn add_pause(&mut self, from: SystemTime, until: SystemTime) {
        let is_full = self.throttled.len() >= MOST_SPANS;
        match self.throttled.last_mut() {
            Some(last) if is_full || from <= last.until + APART => {
                last.until = last.until.max(until);
                last.times += 1;
            }
            _ => self.throttled.push(ThrottledSpan { from, until, times: 1 }),
        }
    }
}

/// Whether a line is about a run, and neither about an id nor the beginning of one.
pub(super) fn is_about_run(line: &Value) -> bool {
    matches!(text(line, "event"), Some("throttled" | "closed"))
}

/// A field of a line that is text.
pub(super) fn text<'a>(line: &'a Value, name: &str) -> Option<&'a str> {
    line.get(name).and_then(Value::as_str)
}

/// The time of a line.
pub(super) fn time_of(line: &Value) -> Option<SystemTime> {
    text(line, "time").and_then(parse_utc)
}
