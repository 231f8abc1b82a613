//! The access token: fixed, or fetched with the app's credentials, kept, and refreshed by
//! one caller for all.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind};
use crate::options::fixed_token::Token;
use crate::runtime::task::{Registered, Waker};
use crate::runtime::wait::{Stop, Wait};
use crate::wire::errcode::Retry;
use crate::wire::response::{Failure, NewToken};

/// A token is refreshed this long before its end, or in the last quarter of a short life.
const EARLY: Duration = Duration::from_secs(300);
/// A token is kept at least this long, whatever life its reply claims, so that a wrong
/// `expireIn` cannot make a call for every deletion. One that is refused is replaced anyway.
const SHORTEST_LIFE: Duration = Duration::from_secs(60);
/// An early refresh takes no longer than this: the old token is still good.
const EARLY_MOST: Duration = Duration::from_secs(2);
/// After an early refresh that failed, the old token serves this long before the next try.
const EARLY_AGAIN: Duration = Duration::from_secs(30);

/// The token of an app, shared by all threads of a process.
#[derive(Default)]
pub(crate) struct AppToken(Mutex<State>);

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    /// A refresh is in progress: one caller fetches a token.
    refreshing: bool,
    /// How many refreshes have finished, and which of them failed last, and how.
    refreshes: u64,
    failed: Option<(u64, Failure)>,
    /// Who is to be woken when the refresh in progress has finished.
    waiting: Vec<Registered>,
}

struct Kept {
    token: Token,
    refresh_at: Option<Instant>,
    ends_at: Option<Instant>,
}

/// Why there is no token.
pub(crate) enum TokenError {
    Stopped(Stop),
    Failed(Failure),
    /// Code below panicked.
    Panicked(String),
}

impl State {
    /// The token that is kept, where it is still good and not the `refused` one.
    fn good(&self, refused: Option<&Token>, now: Instant) -> Option<&Kept> {
        self.kept.as_ref().filter(|kept| {
            refused.is_none_or(|token| *token != kept.token)
                && kept.ends_at.is_none_or(|end| now < end)
        })
    }

    /// How the last refresh failed, if it finished after so many others.
    fn failed_after(&self, refreshes: u64) -> Option<&Failure> {
        self.failed.as_ref().filter(|(failed, _)| *failed > refreshes).map(|(_, failure)| failure)
    }

    fn keep(&mut self, token: Token, life: Option<Duration>) {
        let now = Instant::now();
        let life = life.map(|life| life.max(SHORTEST_LIFE));
        self.failed = None;
        self.kept = Some(Kept {
            token,
            refresh_at: life.map(|life| now + life - EARLY.min(life / 4)),
            ends_at: life.map(|life| now + life),
        });
    }
}

/// What there is for a caller that wants a token.
pub(crate) enum Taken {
    Token(Token),
    /// The refresh that it waited for has failed: so would the next.
    Failed(Failure),
    /// It is to fetch one for all.
    Refresh(Refresh),
    /// Another caller fetches one, and wakes it.
    Later,
}

impl AppToken {
    /// A token to use now, other than `refused`. One caller fetches for all; the others wait for
    /// it, or go on with the old token where that is still good. `since` keeps how many refreshes
    /// had finished when a caller began to wait.
    pub fn take(
        self: &Arc<Self>,
        refused: Option<&Token>,
        since: &mut Option<u64>,
        waker: &Waker,
    ) -> Taken {
        let mut state = self.lock();
        let now = Instant::now();
        if let Some(kept) = state.good(refused, now) {
            let token = kept.token.clone();
            let due = kept.refresh_at.is_some_and(|at| now >= at);
            if !due || state.refreshing {
                return Taken::Token(token);
            }
            state.refreshing = true;
            return Taken::Refresh(Refresh { app: self.clone(), old: Some(token), refused: None });
        }
        if let Some(failure) = since.and_then(|since| state.failed_after(since)) {
            return Taken::Failed(failure.clone());
        }
        if !state.refreshing {
            state.refreshing = true;
            return Taken::Refresh(Refresh {
                app: self.clone(),
                old: None,
                refused: refused.cloned(),
            });
        }
        since.get_or_insert(state.refreshes);
        state.waiting.push(waker.register());
        Taken::Later
    }

    fn put_off_refresh(&self) {
        if let Some(kept) = &mut self.lock().kept {
            kept.refresh_at = Some(Instant::now() + EARLY_AGAIN);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The refresh in progress. It ends however its caller does, by a panic or a cancel, too: nobody may
/// wait for ever.
pub(crate) struct Refresh {
    app: Arc<AppToken>,
    /// The token that is still good for minutes.
    old: Option<Token>,
    refused: Option<Token>,
}

impl Refresh {
    /// Fetches a token for all.
    pub fn run(
        self,
        wait: &Wait,
        fetch: impl FnOnce(&Wait) -> Result<NewToken, TokenError>,
    ) -> Result<Token, TokenError> {
        let Some(old) = self.old.clone() else {
            return self.keep(fetch(wait));
        };
        let brief = wait.within(EARLY_MOST.min(wait.left() / 4));
        let app = self.app.clone();
        match self.keep(fetch(&brief)) {
            Err(TokenError::Stopped(Stop::TimedOut)) => {}
            Err(TokenError::Failed(failure)) => {
                crate::logged(
                    || log::warn!(target: crate::LOG, "early refresh of the token failed, the old one serves on: {}", failure.error.message()),
                );
            }
            result => return result,
        }
        app.put_off_refresh();
        Ok(old)
    }

    /// Keeps what was fetched.
    fn keep(self, fetched: Result<NewToken, TokenError>) -> Result<Token, TokenError> {
        let mut state = self.app.lock();
        state.refreshes += 1;
        let result = match fetched {
            Ok(new) => {
                let token = Arc::new(new.token);
                state.keep(token.clone(), new.life);
                if self.refused.as_ref() == Some(&token) {
                    Err(TokenError::Failed(same_token()))
                } else {
                    Ok(token)
                }
            }
            Err(error) => Err(error),
        };
        // Of the others only a failure of the service ends the waiting: a caller that gave up
        // says nothing about it, and the next one fetches.
        if let Err(TokenError::Failed(failure)) = &result {
            state.failed = Some((state.refreshes, failure.clone()));
        }
        result
    }
}

impl Drop for Refresh {
    fn drop(&mut self) {
        let mut state = self.app.lock();
        state.refreshing = false;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.iter().for_each(Registered::wake);
    }
}

/// The service has handed out the very token that it refused.
fn same_token() -> Failure {
    let error = Error::new(
        ErrorKind::Authentication,
        "DingTalk refused the token and then handed out the same one again",
    )
    .advise(phrase!("Check that app_key and app_secret belong to an internal app of this organisation and region."));
    Failure::new(error, false, Retry::No)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::task::{Progress, block_on};
    use crate::secret::Secret;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn wait() -> Wait {
        Wait::default().within(Duration::from_secs(30))
    }

    /// Gets a token, on this thread.
    fn get(
        app: &Arc<AppToken>,
        refused: Option<&Token>,
        fetch: impl FnOnce(&Wait) -> Result<NewToken, TokenError>,
    ) -> Result<Token, TokenError> {
        let (mut since, mut fetch) = (None, Some(fetch));
        block_on(|waker| {
            Progress::Ready(match app.take(refused, &mut since, waker) {
                Taken::Token(token) => Ok(token),
                Taken::Failed(failure) => Err(TokenError::Failed(failure)),
                Taken::Refresh(refresh) => refresh.run(&wait(), fetch.take().unwrap()),
                Taken::Later => return Progress::Wait(None),
            })
        })
    }

    fn new(text: &str, seconds: Option<u64>) -> Result<NewToken, TokenError> {
        Ok(NewToken { token: Secret::new(text), life: seconds.map(Duration::from_secs) })
    }

    fn failed(kind: ErrorKind) -> Result<NewToken, TokenError> {
        Err(TokenError::Failed(Failure::new(Error::new(kind, "no"), false, Retry::No)))
    }

    fn text(result: Result<Token, TokenError>) -> String {
        result.ok().unwrap().expose().to_owned()
    }

    #[test]
    fn one_refresh_serves_all_threads() {
        let (app, fetches, start) =
            (Arc::<AppToken>::default(), AtomicUsize::new(0), Barrier::new(16));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    start.wait();
                    let token = get(&app, None, |_| {
                        fetches.fetch_add(1, Ordering::SeqCst);
                        new("t", Some(7200))
                    });
                    assert_eq!(text(token), "t");
                });
            }
        });
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_refresh_names_the_token_that_it_replaces() {
        let app = Arc::<AppToken>::default();
        let old = get(&app, None, |_| new("old", Some(7200))).ok().unwrap();
        assert_eq!(text(get(&app, Some(&old), |_| new("new", Some(7200)))), "new");
        // Whoever was refused the old token later finds the new one there.
        assert_eq!(text(get(&app, Some(&old), |_| panic!("no second fetch"))), "new");
    }

    #[test]
    fn the_same_token_again_is_the_end() {
        let app = Arc::<AppToken>::default();
        let old = get(&app, None, |_| new("t", Some(7200))).ok().unwrap();
        let Err(TokenError::Failed(failure)) = get(&app, Some(&old), |_| new("t", Some(7200)))
        else {
            panic!("a token that was refused was handed on")
        };
        assert_eq!(failure.error.kind(), ErrorKind::Authentication);
    }

    #[test]
    fn a_life_of_no_time_makes_no_loop() {
        for life in [None, Some(1)] {
            let app = Arc::<AppToken>::default();
            get(&app, None, |_| new("t", life)).ok().unwrap();
            assert_eq!(text(get(&app, None, |_| panic!("no second fetch"))), "t");
        }
    }

    #[test]
    fn an_early_refresh_that_fails_leaves_the_old_token() {
        let app = Arc::<AppToken>::default();
        get(&app, None, |_| new("old", Some(7200))).ok().unwrap();
        app.lock().kept.as_mut().unwrap().refresh_at = Some(Instant::now());
        assert_eq!(text(get(&app, None, |_| failed(ErrorKind::Service))), "old");
        assert_eq!(text(get(&app, None, |_| panic!("not again at once"))), "old");
        app.lock().kept.as_mut().unwrap().refresh_at = Some(Instant::now());
        assert_eq!(text(get(&app, None, |_| new("new", Some(7200)))), "new");
    }

    #[test]
    fn an_early_refresh_that_hangs_is_given_up_for_the_old_token() {
        let app = Arc::<AppToken>::default();
        get(&app, None, |_| new("old", Some(7200))).ok().unwrap();
        app.lock().kept.as_mut().unwrap().refresh_at = Some(Instant::now());
        let token = get(&app, None, |brief| {
            assert!(brief.left() <= EARLY_MOST);
            Err(TokenError::Stopped(Stop::TimedOut))
        });
        assert_eq!(text(token), "old");
    }

    #[test]
    fn an_ended_token_is_not_used() {
        let app = Arc::<AppToken>::default();
        get(&app, None, |_| new("old", Some(7200))).ok().unwrap();
        app.lock().kept.as_mut().unwrap().ends_at = Some(Instant::now());
        assert!(matches!(
            get(&app, None, |_| failed(ErrorKind::Service)),
            Err(TokenError::Failed(_))
        ));
    }

    #[test]
    fn who_waits_shares_the_failure_and_does_not_ask_again() {
        let (app, refreshing) = (Arc::<AppToken>::default(), Barrier::new(2));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let result = get(&app, None, |_| {
                    refreshing.wait();
                    while app.lock().waiting.is_empty() {
                        std::thread::yield_now();
                    }
                    failed(ErrorKind::Authentication)
                });
                assert!(result.is_err());
            });
            refreshing.wait();
            assert!(get(&app, None, |_| panic!("no second fetch")).is_err());
        });
    }

    #[test]
    fn a_refresh_that_is_dropped_is_anothers() {
        let (app, mut since) = (Arc::<AppToken>::default(), None);
        for _ in 0..2 {
            let taken = app.take(None, &mut since, &Waker::Thread);
            assert!(matches!(app.take(None, &mut since, &Waker::Thread), Taken::Later));
            assert!(matches!(taken, Taken::Refresh(_)));
        }
    }

    #[test]
    fn who_gives_up_lets_the_next_fetch() {
        let app = Arc::<AppToken>::default();
        assert!(matches!(
            get(&app, None, |_| Err(TokenError::Stopped(Stop::Cancelled))),
            Err(TokenError::Stopped(Stop::Cancelled))
        ));
        assert_eq!(text(get(&app, None, |_| new("t", None))), "t");
    }

    #[test]
    fn a_panic_in_the_fetch_leaves_nobody_waiting() {
        let app = Arc::<AppToken>::default();
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = get(&app, None, |_| panic!("on purpose"));
        }));
        assert!(caught.is_err());
        assert_eq!(text(get(&app, None, |_| new("t", None))), "t");
    }
}
