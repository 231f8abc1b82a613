//! The options of a client, a setter for each.

use std::ffi::{c_char, c_int};

use dingtalk_extcontact::Error;
use dingtalk_extcontact::binding::{Binding, Options, Value};

use crate::ffi;

/// The options of a client, from dtx_options_new or dtx_options_from_env to dtx_options_free.
/// A setter that refuses a value says so by its result, and dtx_client_new reports the first
/// refused value with a full error: a program may ignore what the setters return.
/// Owner: whoever made it. Threads: one at a time.
#[derive(Clone)]
pub struct dtx_options {
    pub options: Options,
    /// What was set wrongly, first.
    pub wrong: Option<Error>,
}

/// New options, all at their defaults. Never NULL.
/// Owner: you; dtx_options_free frees them. Threads: any, at any time.
#[unsafe(no_mangle)]
pub extern "C" fn dtx_options_new() -> *mut dtx_options {
    ffi::guard(std::ptr::null_mut(), || {
        ffi::handle(dtx_options { options: Options::for_binding(Binding::C), wrong: None })
    })
}

/// New options with what the environment names: DINGTALK_ACCESS_TOKEN, or DINGTALK_APP_KEY and
/// DINGTALK_APP_SECRET; DINGTALK_REGION, DINGTALK_ENDPOINT. An empty variable counts as not
/// set. Never NULL; a variable that is not UTF-8 is reported by dtx_client_new.
/// Owner: you; dtx_options_free frees them. Threads: any, while none changes the environment.
#[unsafe(no_mangle)]
pub extern "C" fn dtx_options_from_env() -> *mut dtx_options {
    ffi::guard(std::ptr::null_mut(), || {
        let unset = |error| (Options::for_binding(Binding::C), Some(error));
        let (options, wrong) = Options::from_env(Binding::C).map_or_else(unset, |set| (set, None));
        ffi::handle(dtx_options { options, wrong })
    })
}

/// Frees options; NULL is fine. Clients made with them live on.
/// Owner: ends your ownership. Threads: one, when no other uses the options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_free(options: *mut dtx_options) {
    // SAFETY: NULL or from dtx_options_new or dtx_options_from_env, and freed once.
    unsafe { ffi::free(options) }
}

/// Sets the option of this name from text, whatever its type is: numbers in digits, times in
/// milliseconds, "true" or "false" ("1" or "0"). The names are those of the setters below:
/// access_token, app_key, app_secret, region, endpoint, timeout, attempt_timeout, connect_timeout,
/// max_attempts, rate, missing_ok, proxy, ca_file, language. For configuration files, and for
/// languages that need no new declaration for a new option then.
/// One name is for packages of other languages alone, which set it first: "binding", from "c" (the
/// default), "cpp", "java", "php", "go" and "dotnet". Messages and advice then call options and fields
/// as that language does, such as attemptTimeout; the names and units here stay the same.
/// Owner: the texts are copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set(
    options: *mut dtx_options,
    name: *const c_char,
    text: *const c_char,
) -> c_int {
    // SAFETY: NULL or NUL-terminated, as the header asks.
    let name = unsafe { ffi::text("name", name) };
    // SAFETY: as above.
    let text = unsafe { ffi::given(text) };
    // SAFETY: valid or NULL and used by one thread, as the header asks; so at each setter below.
    unsafe { set(options, |own| own.set_text(name?, text)) }
}

/// Sets the access token, which you keep fresh with dtx_client_set_access_token. Either this,
/// or app_key and app_secret.
/// Owner: the text is copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_access_token(
    options: *mut dtx_options,
    access_token: *const c_char,
) -> c_int {
    // SAFETY: as above.
    unsafe { set_text(options, "access_token", access_token) }
}

/// Sets the key of the app (its client id); the client fetches and refreshes the token.
/// Owner: the text is copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_app_key(
    options: *mut dtx_options,
    app_key: *const c_char,
) -> c_int {
    // SAFETY: as above.
    unsafe { set_text(options, "app_key", app_key) }
}

/// Sets the secret of the app, along with its key.
/// Owner: the text is copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_app_secret(
    options: *mut dtx_options,
    app_secret: *const c_char,
) -> c_int {
    // SAFETY: as above.
    unsafe { set_text(options, "app_secret", app_secret) }
}

/// Sets the region of the organisation: "international" (the default) or "china".
/// Owner: the text is copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_region(
    options: *mut dtx_options,
    region: *const c_char,
) -> c_int {
    // SAFETY: as above.
    unsafe { set_text(options, "region", region) }
}

/// Sets the base URL of a sandbox or a gateway instead of the region's hosts: https, or http to
/// a loopback address.
/// Owner: the text is copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_endpoint(
    options: *mut dtx_options,
    endpoint: *const c_char,
) -> c_int {
    // SAFETY: as above.
    unsafe { set_text(options, "endpoint", endpoint) }
}

/// Sets how long a call may take from when it gets its turn: token, every attempt and pause. From 1
/// to 86400000 (a day); 30000 unless set.
/// Owner: nothing changes hands. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_timeout_ms(
    options: *mut dtx_options,
    timeout_ms: u64,
) -> c_int {
    // SAFETY: as above.
    unsafe { set_time(options, "timeout", timeout_ms) }
}

/// Sets how long one attempt may take, from its start to the last byte of the reply. From 1 to
/// 86400000; 10000 unless set.
/// Owner: nothing changes hands. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_attempt_timeout_ms(
    options: *mut dtx_options,
    attempt_timeout_ms: u64,
) -> c_int {
    // SAFETY: as above.
    unsafe { set_time(options, "attempt_timeout", attempt_timeout_ms) }
}

/// Sets how long lookup, connection and TLS handshake may take together. From 1 to 86400000; 5000
/// unless set.
/// Owner: nothing changes hands. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_connect_timeout_ms(
    options: *mut dtx_options,
    connect_timeout_ms: u64,
) -> c_int {
    // SAFETY: as above.
    unsafe { set_time(options, "connect_timeout", connect_timeout_ms) }
}

/// Sets how many attempts a call makes at most, from 1 to 100; 3 unless set. 1 turns retries off;
/// even so there can be a second request, where a kept connection has died or a new token is needed.
/// Owner: nothing changes hands. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_max_attempts(
    options: *mut dtx_options,
    max_attempts: u32,
) -> c_int {
    let value = Value::Number(max_attempts.into());
    // SAFETY: as above.
    unsafe { set(options, |own| own.set("max_attempts", value)) }
}

/// Sets how many requests each API may get in any one second at the service's clock, from 1 to
/// 10000; 0 is no limit. 20 unless set, the limit of DingTalk's standard edition.
/// Owner: nothing changes hands. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_rate(options: *mut dtx_options, rate: u32) -> c_int {
    let value = if rate == 0 { Value::None } else { Value::Number(rate.into()) };
    // SAFETY: as above.
    unsafe { set(options, |own| own.set("rate", value)) }
}

/// Sets whether "no such contact" ends a call as absent instead of as an error: 0 is no (the
/// default), any other number is yes. It hides ids that are damaged.
/// Owner: nothing changes hands. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_missing_ok(
    options: *mut dtx_options,
    missing_ok: c_int,
) -> c_int {
    let value = Value::Flag(missing_ok != 0);
    // SAFETY: as above.
    unsafe { set(options, |own| own.set("missing_ok", value)) }
}

/// Sets the proxy: "environment" (the default: HTTPS_PROXY, ALL_PROXY, and NO_PROXY with names,
/// addresses and ranges of them, read by dtx_client_new), "none", or a URL (http, https, socks5).
/// Owner: the text is copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_proxy(
    options: *mut dtx_options,
    proxy: *const c_char,
) -> c_int {
    // SAFETY: as above.
    unsafe { set_text(options, "proxy", proxy) }
}

/// Sets a file of PEM certificates to trust instead of the system's. Each certificate in it is
/// read, or refused with its line.
/// Owner: the text is copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_ca_file(
    options: *mut dtx_options,
    ca_file: *const c_char,
) -> c_int {
    // SAFETY: as above.
    unsafe { set_text(options, "ca_file", ca_file) }
}

/// Sets the language of the advice of errors and checks: "en" (the default) or "zh". All else,
/// messages too, is the same in every language.
/// Owner: the text is copied. Threads: one at a time for these options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dtx_options_set_language(
    options: *mut dtx_options,
    language: *const c_char,
) -> c_int {
    // SAFETY: as above.
    unsafe { set_text(options, "language", language) }
}

unsafe fn set_text(options: *mut dtx_options, name: &str, text: *const c_char) -> c_int {
    // SAFETY: NULL or NUL-terminated, as the header asks.
    let text = unsafe { ffi::given(text) };
    // SAFETY: valid or NULL, as the header asks.
    unsafe { set(options, |own| own.set_text(name, text)) }
}

unsafe fn set_time(options: *mut dtx_options, name: &str, ms: u64) -> c_int {
    // What a double cannot hold exactly is far out of bounds.
    let value = Value::Number(ms as f64);
    // SAFETY: valid or NULL, as the header asks.
    unsafe { set(options, |own| own.set(name, value)) }
}

unsafe fn set(
    options: *mut dtx_options,
    set: impl FnOnce(&mut Options) -> Result<(), Error>,
) -> c_int {
    // SAFETY: valid or NULL and used by one thread, as the header asks.
    unsafe { ffi::change(options, |it| ffi::kept(&mut it.wrong, set(&mut it.options))) }
}
