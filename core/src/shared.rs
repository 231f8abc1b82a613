//! Clients that a process has once for the same options, however often it asks: for programs that
//! cannot keep one, such as a web server's worker, whose every request begins anew.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use crate::client::Client;
use crate::error::Error;
use crate::options::Options;
use crate::runtime::fork::PerProcess;

/// Clients with a fixed token, at most: each new token makes another one, and none comes back.
const MOST_WITH_FIXED_TOKEN: usize = 16;

/// A child after `fork` begins with none: its parent's connections and tokens are not its own.
static KEPT: LazyLock<PerProcess<Mutex<Kept>>> =
    LazyLock::new(|| PerProcess::new(Mutex::default()));

/// A client that is shared with all of the process who ask for the same options. Dropping one
/// leaves the client to those who ask later, with its connections and its token.
#[derive(Clone)]
pub struct SharedClient(Arc<Share>);

/// What those have in common who share a client now.
struct Share {
    client: Client,
    closes: AtomicBool,
}

impl SharedClient {
    /// The client of this process with these options: one that was made before, or a new one.
    ///
    /// # Errors
    ///
    /// As [`Client::with_options`].
    pub fn of(options: Options) -> Result<SharedClient, Error> {
        let mut kept = kept();
        let key = kept.key(&options);
        if let Some(at) = kept.clients.iter().position(|own| own.key == key) {
            // Those that were asked for last are at the end.
            let mut own = kept.clients.remove(at);
            let share = own.share();
            kept.clients.push(own);
            return Ok(SharedClient(share));
        }
        let client = Client::with_options(options)?;
        let mut own = Own { key, client, share: Weak::new() };
        let share = own.share();
        let oldest = kept.clients.iter().position(Own::has_fixed_token);
        let with_fixed = kept.clients.iter().filter(|own| own.has_fixed_token()).count();
        if own.has_fixed_token() && with_fixed >= MOST_WITH_FIXED_TOKEN {
            oldest.map(|at| kept.clients.remove(at));
        }
        kept.clients.push(own);
        Ok(SharedClient(share))
    }

    /// The client itself. Closed, it would be closed for all at once.
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// Closes the client once the last of those who share it now is dropped. Who asks from now on
    /// gets another one.
    pub fn close(&self) {
        let mut kept = kept();
        self.0.closes.store(true, Ordering::SeqCst);
        kept.clients.retain(|own| !std::ptr::eq(own.share.as_ptr(), Arc::as_ptr(&self.0)));
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.closes.load(Ordering::SeqCst) {
            self.client.close();
        }
    }
}

fn kept() -> MutexGuard<'static, Kept> {
    KEPT.get(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// The clients of a process. The key is a hash of the options with two secrets of this process, so
/// that no credential is kept a second time.
#[derive(Default)]
struct Kept {
    hashers: [RandomState; 2],
    clients: Vec<Own>,
}

impl Kept {
    fn key(&self, options: &Options) -> [u64; 2] {
        self.hashers.each_ref().map(|hasher| hasher.hash_one(options.identity()))
    }
}

struct Own {
    key: [u64; 2],
    client: Client,
    share: Weak<Share>,
}

impl Own {
    /// With those who share it now, or as the first of them.
    fn share(&mut self) -> Arc<Share> {
        self.share.upgrade().unwrap_or_else(|| {
            let closes = AtomicBool::new(false);
            let share = Arc::new(Share { client: self.client.clone(), closes });
            self.share = Arc::downgrade(&share);
            share
        })
    }

    fn has_fixed_token(&self) -> bool {
        self.client.app_key().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binding::{Binding, Value};

    fn client(options: &[(&str, &str)]) -> SharedClient {
        let mut own = Options::for_binding(Binding::C);
        own.set_text("endpoint", Ok("http://127.0.0.1:1")).unwrap();
        for (name, text) in options {
            own.set_text(name, Ok(text)).unwrap();
        }
        SharedClient::of(own).unwrap()
    }

    fn app(key: &str) -> SharedClient {
        client(&[("app_key", key), ("app_secret", "secret")])
    }

    fn same(one: &SharedClient, other: &SharedClient) -> bool {
        Arc::ptr_eq(&one.0, &other.0)
    }

    #[test]
    fn the_same_options_have_the_same_client() {
        let first = app("same");
        assert!(same(&first, &app("same")));
        assert!(!same(&first, &app("other")));
        for (name, text) in [
            ("app_secret", "changed"),
            ("region", "china"),
            ("timeout", "1"),
            ("attempt_timeout", "1"),
            ("connect_timeout", "1"),
            ("max_attempts", "1"),
            ("rate", "1"),
            ("missing_ok", "1"),
            ("proxy", "none"),
        ] {
            let other = client(&[("app_key", "same"), ("app_secret", "secret"), (name, text)]);
            assert!(!same(&first, &other), "{name}");
        }
        let refused = Options::for_binding(Binding::C);
        assert!(SharedClient::of(refused).is_err());
    }

    /// What stands in one option is not taken for the same in another.
    #[test]
    fn options_do_not_run_into_each_other() {
        let one = client(&[("app_key", "ab"), ("app_secret", "c")]);
        let other = client(&[("app_key", "a"), ("app_secret", "bc")]);
        assert!(!same(&one, &other));
    }

    #[test]
    fn a_client_outlives_those_who_share_it() {
        let first = app("outlives");
        let inner = first.0.client.clone();
        drop(first);
        assert!(!inner.is_closed());
        inner.close();
        assert!(app("outlives").client().is_closed(), "it is the same one");
    }

    #[test]
    fn a_close_waits_for_the_last_and_the_next_gets_another() {
        let (first, second) = (app("close"), app("close"));
        let inner = first.0.client.clone();
        first.close();
        drop(first);
        assert!(!second.client().is_closed() && !inner.is_closed());
        let third = app("close");
        assert!(!same(&second, &third));
        drop(second);
        assert!(inner.is_closed() && !third.client().is_closed());
    }

    #[test]
    fn sixteen_fixed_tokens_are_kept_and_the_oldest_goes() {
        let token = |number: usize| client(&[("access_token", &format!("token{number}"))]);
        let kept_now = |number| {
            let mut options = Options::for_binding(Binding::C);
            options.set_text("endpoint", Ok("http://127.0.0.1:1")).unwrap();
            options.set("access_token", Value::Text(format!("token{number}"))).unwrap();
            let kept = kept();
            let key = kept.key(&options);
            kept.clients.iter().any(|own| own.key == key)
        };
        let first = token(0);
        (1..MOST_WITH_FIXED_TOKEN).for_each(|number| drop(token(number)));
        assert!(kept_now(0));
        // Asked for again, it is not the oldest any more.
        assert!(same(&first, &token(0)));
        drop(token(MOST_WITH_FIXED_TOKEN));
        assert!(kept_now(0) && !kept_now(1) && kept_now(2));
        assert!(!first.client().is_closed());
    }
}
