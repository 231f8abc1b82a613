//! The options of one call, and its cancel.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::options::names::Binding;
use crate::options::{Settings, check_duration};
use crate::runtime::cancel::CancelFlag;
use crate::runtime::wait::{Probe, Wait};

/// The options of one call, and the way to cancel it.
///
/// One `Call` may serve several deletions, one after the other or at the same time; a cancel
/// ends them all.
///
/// ```
/// use dingtalk_extcontact::Call;
/// use std::time::Duration;
///
/// let call = Call::new().timeout(Duration::from_secs(5)).missing_ok(true);
/// let canceller = call.canceller();
/// std::thread::spawn(move || canceller.cancel());
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Call {
    pub(crate) binding: Binding,
    pub(crate) timeout: Option<Duration>,
    pub(crate) missing_ok: Option<bool>,
    /// The first thing that was set wrongly.
    pub(crate) wrong: Option<Error>,
    flag: CancelFlag,
    probe: Option<Probe>,
    /// Asked like the probe until the call's first request may go out; `true` keeps the call
    /// from beginning. A batch holds its calls back with it.
    start_check: Option<Probe>,
}

impl Call {
    /// A call with the client's own options.
    pub fn new() -> Call {
        Call::default()
    }

    /// The same for a binding, with the names and units of its language.
    #[doc(hidden)]
    pub fn for_binding(binding: Binding) -> Call {
        Call { binding, ..Call::default() }
    }

    /// How long this call may take, instead of the client's `timeout`.
    pub fn timeout(mut self, timeout: Duration) -> Call {
        self.timeout = Some(timeout);
        self
    }

    /// Whether "no such contact" ends this call as absent, instead of the client's
    /// `missing_ok`.
    pub fn missing_ok(mut self, missing_ok: bool) -> Call {
        self.missing_ok = Some(missing_ok);
        self
    }

    /// A closure that a waiting call asks every 50 ms, and whenever a signal interrupts it;
    /// `true` cancels the call. It runs on the thread that makes the call.
    pub fn probe(mut self, probe: impl Fn() -> bool + Send + Sync + 'static) -> Call {
        self.probe = Some(Arc::new(probe));
        self
    }

    /// The same for a probe that keeps nothing of a call, so that all can share it.
    #[doc(hidden)]
    pub fn shared_probe(mut self, probe: Arc<dyn Fn() -> bool + Send + Sync>) -> Call {
        self.probe = Some(probe);
        self
    }

    /// The same options, with a cancel of its own and this check before the call begins.
    pub(crate) fn start_check(self, held: impl Fn() -> bool + Send + Sync + 'static) -> Call {
        Call { flag: CancelFlag::default(), start_check: Some(Arc::new(held)), ..self }
    }

    /// Whether "no such contact" is fine for this call of a client with these settings.
    pub(crate) fn allows_missing(&self, settings: &Settings) -> bool {
        self.missing_ok.unwrap_or(settings.missing_ok)
    }

    /// The same options with a cancel of its own. A cancel of this call ends all its children, and
    /// none of them begins anything from then on.
    #[doc(hidden)]
    pub fn child(&self) -> Call {
        Call { flag: self.flag.child(), ..self.clone() }
    }

    /// A handle that cancels this call from any thread, any number of times.
    pub fn canceller(&self) -> Canceller {
        Canceller(self.flag.clone())
    }

    pub(crate) fn cancel_flag(&self) -> &CancelFlag {
        &self.flag
    }

    /// The waits of this call, without a deadline yet.
    pub(crate) fn wait(&self) -> Wait {
        Wait::new(self.flag.clone(), self.probe.clone())
    }

    /// The same with the time limit of this call, where it has one.
    pub(crate) fn wait_within_limit(&self) -> Result<Wait, Error> {
        self.wrong.clone().map_or(Ok(()), Err)?;
        let Some(timeout) = self.timeout else {
            return Ok(self.wait());
        };
        check_duration(self.binding, "timeout", timeout)?;
        Ok(self.wait().within(timeout))
    }

    pub(crate) fn has_probe(&self) -> bool {
        self.probe.is_some()
    }

    /// The wait before the call begins, where something may hold it back until then.
    pub(crate) fn start_wait(&self) -> Option<Wait> {
        let check = self.start_check.clone()?;
        Some(Wait::new(self.flag.clone(), Some(check)))
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("timeout", &self.timeout)
            .field("missing_ok", &self.missing_ok)
            .field("cancelled", &self.flag.is_cancelled())
            .field("probe", &self.probe.is_some())
            .finish()
    }
}

/// Cancels a [`Call`]. Cloned and sent freely.
#[derive(Clone)]
pub struct Canceller(CancelFlag);

impl Canceller {
    /// Ends the call in whatever it waits for, within 100 ms. Its error is of the kind
    /// `cancelled` and says whether the contact may be gone. Harmless after the call.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Canceller").field(&self.0.is_cancelled()).finish()
    }
}
