//! Looks, before anything is deleted, at what a deletion needs, step by step.

mod network;
mod report;
pub(crate) mod step;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::call::failure::{cancelled, closed, panicked};
use crate::call::options::Call;
use crate::call::replies::{Replies, Reply};
use crate::call::steps::{Throttling, add_secrets};
use crate::check::network::Way;
use crate::check::step::{CheckName, CheckStatus, CheckStep};
use crate::client::Client;
use crate::contacts::List;
use crate::error::{Error, ErrorKind};
use crate::language::Phrase;
use crate::options::endpoint::{Base, Region};
use crate::options::{Credentials, Settings};
use crate::outcome::Status;
use crate::runtime::task::block_on;
use crate::secret::{Secret, Secrets};
use crate::text::{panic_text, seconds};
use crate::wire::request::ACCESS_TOKEN;
use crate::wire::response;

/// Clocks that differ by no more than this agree: the service tells whole seconds, and its reply
/// takes a while.
const CLOCKS_AGREE: Duration = Duration::from_secs(60);
fn not_reached(name: CheckName) -> CheckStep {
    skipped(name, phrase!("a step before it failed"))
}
/// The codes of a call from an address that is not on the white list.
const NOT_WHITE_LISTED: [&str; 2] = ["60020", "Forbidden.AccessDenied.IpNotInWhiteList"];
/// The codes of a missing permission to delete.
const NO_WRITE: [&str; 2] = ["60011", "43007"];

/// What stands and what is missing before contacts can be deleted.
///
/// As JSON: `{"ok": true, "steps": [...], "report": {...}}`.
#[non_exhaustive]
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Whether no step failed, and none is left unknown.
    pub ok: bool,
    /// The steps, in the order in which a call needs them.
    pub steps: Vec<CheckStep>,
    /// What the service really answered, fit to be shown to others: codes, request ids, sizes and
    /// types. Of every other value it has the type and the length; of errmsg the text without the
    /// credentials and without addresses.
    pub report: Map<String, Value>,
}

impl Client {
    /// Says what stands and what is missing before contacts can be deleted: credentials, name
    /// lookup, proxy, connection, TLS, clock, token, the permission to read, white list, limits.
    /// It reads a page of one contact, and deletes nothing.
    ///
    /// With `write` it looks at the permission to delete, too, by a deletion of an id that cannot
    /// exist (`dtx-check-` and 32 hexadecimal digits), and only after `get` of the same id has said
    /// that there is no such contact. It counts what the service then answers: 33012 shows the
    /// permission, 60011 and 43007 its lack, anything else is *unknown*.
    ///
    /// It has connections, a token and a rate of its own. A step that fails is no error of the
    /// check.
    ///
    /// ```no_run
    /// use dingtalk_extcontact::{Call, Client};
    ///
    /// let check = Client::from_env()?.check(true, &Call::new())?;
    /// for step in &check.steps {
    ///     println!("{}: {}, {}", step.name, step.status, step.text);
    /// }
    /// # Ok::<(), dingtalk_extcontact::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `cancelled`; `invalid_argument` where the client is closed, or for an option of the call.
    pub fn check(&self, write: bool, call: &Call) -> Result<Check, Error> {
        let settings = self.settings();
        if self.is_closed() {
            return Err(settings.advise(closed()));
        }
        if let Some(wrong) = &call.wrong {
            return Err(settings.advise(wrong.clone()));
        }
        let replies = Arc::<Replies>::default();
        let checked = Checked { client: self.keeping(&replies), call, settings };
        // TLS runs below, and the caller's probe: a panic must not pass into an interpreter.
        let ended = catch_unwind(AssertUnwindSafe(|| checked.steps(write, &replies)));
        let ended = ended.unwrap_or_else(|panic| Err(panicked(&panic_text(panic.as_ref()))));
        let (mut steps, seen) = ended.map_err(|error| settings.advise(error))?;
        steps.iter_mut().for_each(|step| step.say(settings.language, settings.binding));
        steps.sort_by_key(|step| step.name);
        let report = report::of(settings, &steps, &seen, &secrets(settings, &seen));
        let fine =
            |step: &CheckStep| !matches!(step.status, CheckStatus::Failed | CheckStatus::Unknown);
        Ok(Check { ok: steps.iter().all(fine), steps, report })
    }
}

/// A check under way.
struct Checked<'a> {
    client: Client,
    call: &'a Call,
    settings: &'a Settings,
}

impl Checked<'_> {
    fn steps(&self, write: bool, replies: &Replies) -> Result<(Vec<CheckStep>, Vec<Reply>), Error> {
        let limit = self.call.timeout.unwrap_or(self.settings.timeout);
        let wait = self.call.wait().within(limit);
        let way = network::look(self.client.context(), &wait, &secrets(self.settings, &[]));
        if self.call.wait().ask().is_err() {
            return Err(cancelled("checking the connection"));
        }
        let Way { steps: mut found, stands, untimely } = way;
        found.push(credentials(self.settings));
        let read = match stands {
            true => Some(self.read()?),
            false => None,
        };
        let mut seen = replies.take();
        found.push(token(self.settings, read.as_ref(), &seen));
        found.push(read_permission(read.as_ref(), &seen));
        found.push(match (write, &read) {
            (false, _) => skipped(CheckName::WritePermission, phrase!("not asked for")),
            (true, Some(Ok(()))) => self.write_permission()?,
            (true, _) => skipped(
                CheckName::WritePermission,
                phrase!("it takes the permission to read, so that nobody has the id that is tried"),
            ),
        });
        seen.extend(replies.take());
        found.push(clock(&seen, untimely));
        let errors = || found.iter().filter_map(|step| step.error.as_ref());
        let (white_list, limits) =
            (white_list(errors(), &found), limits(errors(), &seen, &secrets(self.settings, &seen)));
        found.extend([white_list, limits]);
        Ok((found, seen))
    }

    /// Reads a page of one contact.
    fn read(&self) -> Result<Result<(), Error>, Error> {
        let mut driver = self.client.driver(List { offset: 0, size: 1 }, Throttling::Wait);
        let read = block_on(|waker| self.client.advance(&mut driver, self.call, waker));
        unless_cancelled(read.map(drop))
    }

    /// Deletes an id that cannot exist, once it is known that it does not.
    fn write_permission(&self) -> Result<CheckStep, Error> {
        let name = CheckName::WritePermission;
        let id = format!("dtx-check-{:032x}", fastrand::u128(..));
        match unless_cancelled(self.client.get(&id, self.call))? {
            Err(error) if error.is_missing() => {}
            Err(error) => return Ok(CheckStep::of_error(name, CheckStatus::Unknown, error)),
            Ok(_) => {
                let text = phrase!(
                    "the service knows a contact {id}, which nobody has made; nothing was deleted",
                    id
                );
                return Ok(CheckStep::new(name, CheckStatus::Unknown, text)
                    .advise(phrase!("Check what answers at this endpoint.")));
            }
        }
        let call = self.call.clone().missing_ok(false);
        let deleted = unless_cancelled(self.client.delete_with(&id, &call))?;
        let shown = || {
            let text = phrase!(
                "the deletion of an id that nobody has was answered with \"no such contact\""
            );
            CheckStep::new(name, CheckStatus::Ok, text)
        };
        Ok(match deleted {
            // After a reply that was lost.
            Ok(deletion) if deletion.status == Status::Absent => shown(),
            Ok(_) => CheckStep::new(
                name,
                CheckStatus::Unknown,
                phrase!("the service says that it deleted an id that nobody has"),
            )
            .advise(phrase!("Check what answers at this endpoint.")),
            Err(error) if error.is_missing() => shown(),
            Err(error) => {
                let lacks = error.code().is_some_and(|code| NO_WRITE.contains(&code));
                let status = if lacks { CheckStatus::Failed } else { CheckStatus::Unknown };
                CheckStep::of_error(name, status, error)
            }
        })
    }
}

/// A result of a call; a cancel ends the check.
fn unless_cancelled<T>(result: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match result {
        Err(error) if error.kind() == ErrorKind::Cancelled => Err(error),
        result => Ok(result),
    }
}

fn skipped(name: CheckName, text: Phrase) -> CheckStep {
    CheckStep::new(name, CheckStatus::Skipped, text)
}

fn credentials(settings: &Settings) -> CheckStep {
    let what = match &settings.credentials {
        Credentials::App { key, .. } => phrase!("key and secret of app {key}", key),
        Credentials::Fixed(_) => phrase!("an access token"),
    };
    let place = match region(&settings.topapi) {
        Some(region) => phrase!("the region {region}", region = region.as_str()),
        None => phrase!("an endpoint of its own"),
    };
    let host = &settings.topapi.host;
    let text = phrase!("{what} for {place} ({host})", what, place, host);
    CheckStep::new(CheckName::Credentials, CheckStatus::Ok, text)
}

/// The region that these hosts are of.
fn region(topapi: &Base) -> Option<Region> {
    [Region::International, Region::China].into_iter().find(|region| {
        Base::of_region("region", Some(region.as_str())).is_ok_and(|(base, _)| base == *topapi)
    })
}

/// What the reading of a page says of the token.
fn token(settings: &Settings, read: Option<&Result<(), Error>>, seen: &[Reply]) -> CheckStep {
    let name = CheckName::Token;
    let is_app = matches!(settings.credentials, Credentials::App { .. });
    let given = seen.iter().any(|reply| new_token(reply).is_some());
    let error = match read {
        None => return not_reached(name),
        Some(Ok(())) => return token_ok(is_app),
        Some(Err(error)) => error.clone(),
    };
    match error.kind() {
        ErrorKind::Authentication => {
            let advice = phrase!(
                "{advice} An app and its tokens are of one region: check that {host} is theirs.",
                advice = error.advice_phrase(),
                host = &settings.topapi.host
            );
            CheckStep::of_error(name, CheckStatus::Failed, error).advise(advice)
        }
        ErrorKind::PermissionDenied => token_ok(is_app),
        _ if is_app && given => token_ok(is_app),
        // No page was asked for.
        _ if is_app => CheckStep::of_error(name, CheckStatus::Failed, error),
        _ => CheckStep::new(
            name,
            CheckStatus::Unknown,
            phrase!("no answer tells whether it is accepted"),
        ),
    }
}

fn token_ok(is_app: bool) -> CheckStep {
    let text = match is_app {
        true => phrase!("the service gives one for the app"),
        false => phrase!("the service accepts it"),
    };
    CheckStep::new(CheckName::Token, CheckStatus::Ok, text)
}

fn read_permission(read: Option<&Result<(), Error>>, seen: &[Reply]) -> CheckStep {
    let name = CheckName::ReadPermission;
    match read {
        None => not_reached(name),
        Some(Ok(())) => {
            CheckStep::new(name, CheckStatus::Ok, phrase!("a page of one contact was read"))
        }
        Some(Err(error)) => match error.kind() {
            ErrorKind::PermissionDenied => {
                let step = CheckStep::of_error(name, CheckStatus::Failed, error.clone());
                step.advise(phrase!(
                    "Add the permission point qyapi_ext_read to the app in the developer console."
                ))
            }
            ErrorKind::Authentication => not_reached(name),
            _ if seen.iter().all(|reply| reply.path == ACCESS_TOKEN) && !seen.is_empty() => {
                not_reached(name)
            }
            _ => CheckStep::of_error(name, CheckStatus::Unknown, error.clone()),
        },
    }
}

fn clock(seen: &[Reply], untimely: bool) -> CheckStep {
    let advice = || {
        phrase!("Set this machine's clock: certificates are judged by it, and journals record it.")
    };
    let name = CheckName::Clock;
    let told = seen.iter().find_map(|reply| Some((reply.answer.date?, reply.came)));
    let Some((theirs, ours)) = told else {
        return match untimely {
            true => CheckStep::new(
                name,
                CheckStatus::Unknown,
                phrase!("the certificate is out of its time, by this machine's clock"),
            )
            .advise(advice()),
            false if seen.is_empty() => not_reached(name),
            false => skipped(name, phrase!("the service's replies have no date")),
        };
    };
    let (apart, is_behind) = apart(theirs, ours);
    if apart <= CLOCKS_AGREE {
        return CheckStep::new(name, CheckStatus::Ok, phrase!("within a minute of the service's"));
    }
    let apart = seconds(apart);
    let text = match is_behind {
        true => phrase!("this machine's is {apart} behind the service's", apart),
        false => phrase!("this machine's is {apart} ahead of the service's", apart),
    };
    CheckStep::new(name, CheckStatus::Warning, text).advise(advice())
}

/// How far our clock is from theirs, and whether it is behind.
fn apart(theirs: SystemTime, ours: SystemTime) -> (Duration, bool) {
    let whole = |apart: Duration| Duration::from_secs(apart.as_secs());
    match theirs.duration_since(ours) {
        Ok(apart) => (whole(apart), true),
        Err(error) => (whole(error.duration()), false),
    }
}

/// What the calls say of the app's white list.
fn white_list<'a>(mut errors: impl Iterator<Item = &'a Error>, steps: &[CheckStep]) -> CheckStep {
    let name = CheckName::WhiteList;
    let is_refused = |error: &&Error| error.code().is_some_and(|c| NOT_WHITE_LISTED.contains(&c));
    if let Some(error) = errors.find(is_refused) {
        return CheckStep::of_error(name, CheckStatus::Failed, error.clone());
    }
    let read =
        |step: &CheckStep| step.name == CheckName::ReadPermission && step.status == CheckStatus::Ok;
    match steps.iter().any(read) {
        true => {
            CheckStep::new(name, CheckStatus::Ok, phrase!("calls from this address are let in"))
        }
        false => not_reached(name),
    }
}

/// Whether a limit was met, even if the call passed later.
fn limits<'a>(
    mut errors: impl Iterator<Item = &'a Error>,
    seen: &[Reply],
    secrets: &Secrets,
) -> CheckStep {
    let name = CheckName::Limits;
    let is_limit =
        |error: &Error| matches!(error.kind(), ErrorKind::Throttled | ErrorKind::QuotaExceeded);
    if let Some(error) = errors.find(|error| is_limit(error)) {
        return CheckStep::of_error(name, CheckStatus::Failed, error.clone());
    }
    match seen.iter().filter_map(|reply| refusal(reply, secrets)).find(is_limit) {
        Some(error) => {
            let text = phrase!("{message}; the next try passed", message = error.message());
            CheckStep::of_error(name, CheckStatus::Warning, error).saying(text)
        }
        None if seen.is_empty() => not_reached(name),
        None => CheckStep::new(name, CheckStatus::Ok, phrase!("none was met")),
    }
}

/// The error that a reply is, where it is one.
fn refusal(reply: &Reply, secrets: &Secrets) -> Option<Error> {
    let read = match reply.path {
        ACCESS_TOKEN => response::access_token(&reply.answer, secrets).map(drop),
        _ => response::deletion(&reply.answer, secrets).map(drop),
    };
    read.err().map(|failure| failure.error)
}

/// What must stand in no report: what the client was made with, and tokens that came.
fn secrets(settings: &Settings, seen: &[Reply]) -> Secrets {
    let mut secrets = Secrets::default();
    add_secrets(settings, &mut secrets);
    match &settings.credentials {
        Credentials::Fixed(token) => secrets.add(&token.get()),
        // No secret, but nobody else's business.
        Credentials::App { key, .. } => secrets.add(&Secret::new(key)),
    }
    seen.iter().filter_map(new_token).for_each(|token| secrets.add(&token));
    secrets
}

/// The token that a reply gives.
fn new_token(reply: &Reply) -> Option<Secret> {
    let is_token_call = reply.path == ACCESS_TOKEN;
    let new = is_token_call.then(|| response::access_token(&reply.answer, &Secrets::default()));
    new?.ok().map(|new| new.token)
}
