//! What a request that got no answer means to its call.

use crate::error::{Error, ErrorKind};
use crate::options::Settings;
use crate::text::{one_line, seconds};
use crate::transport::TransportError;
use crate::wire::errcode::Retry;
use crate::wire::response::Failure;

/// An exchange that brought no answer. What was `written` may have been done. `over`: so is the
/// call's time.
pub(crate) fn no_answer(
    settings: &Settings,
    error: TransportError,
    written: bool,
    over: bool,
) -> Failure {
    let (mut http_status, mut cause) = (None, None);
    let (kind, text) = match error {
        TransportError::Stopped { connecting, .. } => {
            let error = timed_out(settings, connecting, "waiting for the reply", over);
            return Failure::new(error, written, Retry::Pause);
        }
        TransportError::WireLogged
        | TransportError::Exhausted(_)
        | TransportError::ProxyLogin { .. }
        | TransportError::ProxyRefused { .. } => {
            return Failure::new(set_up_wrongly(error), false, Retry::No);
        }
        TransportError::Panic(text) => (ErrorKind::Internal, text),
        TransportError::Connect(text, below) | TransportError::Lost(text, below) => {
            cause = below;
            (ErrorKind::Connection, text)
        }
        TransportError::Tls(text, below) => {
            cause = below;
            (ErrorKind::Tls, format!("TLS: {text}"))
        }
        TransportError::NotHttp(text, status) => {
            http_status = status;
            (ErrorKind::Protocol, text)
        }
    };
    let error = Error::new(kind, one_line(&text)).with(|fields| {
        fields.http_status = http_status;
        fields.cause = cause;
    });
    let again = written || kind.is_retryable();
    Failure::new(error, written, if again { Retry::Pause } else { Retry::No })
}

/// The time limit that was hit, by the name of its option. `doing` is said of a wait other than
/// for a connection; `over`: the time of the whole call is.
pub(crate) fn timed_out(settings: &Settings, connecting: bool, doing: &str, over: bool) -> Error {
    let text = if over {
        let doing = if connecting { "connecting" } else { doing };
        format!("the time limit of the call was over while {doing}")
    } else if connecting && settings.connect_timeout <= settings.attempt_timeout {
        let name = settings.binding.spell("connect_timeout");
        format!("no connection within {name} ({})", seconds(settings.connect_timeout))
    } else {
        let name = settings.binding.spell("attempt_timeout");
        format!("no whole reply within {name} ({})", seconds(settings.attempt_timeout))
    };
    Error::new(ErrorKind::Timeout, text)
}

/// What no further request would mend; nothing was sent.
fn set_up_wrongly(error: TransportError) -> Error {
    match error {
        TransportError::Exhausted(why) => why,
        TransportError::ProxyLogin { source, schemes, given } => {
            proxy_login(&source, &schemes, given)
        }
        TransportError::ProxyRefused { source, text } => {
            Error::new(ErrorKind::Configuration, text).advise(phrase!("Have this host allowed at the proxy that {source} names, or go without it.", source
            ))
        }
        _ => Error::new(ErrorKind::Configuration, "log lines of the target ureq_proto are on at trace level, which prints the bytes of replies, tokens among them")
            .advise(phrase!("Set that target to debug or less, for example RUST_LOG=trace,ureq_proto=debug; nothing was sent.")),
    }
}

/// The error of a proxy that wants another login than it was given, or one at all.
fn proxy_login(source: &str, schemes: &[String], given: bool) -> Error {
    let basic = schemes.is_empty() || schemes.iter().any(|s| s.eq_ignore_ascii_case("Basic"));
    let (message, advice) = match (basic, given) {
        (true, false) => (
            "the proxy asks for a login".to_owned(),
            phrase!("Give the proxy's user name and password in its URL ({source}).", source),
        ),
        (true, true) => (
            "the proxy does not accept the login".to_owned(),
            phrase!("Check the user name and password in the proxy's URL ({source}).", source),
        ),
        (false, _) => (
            format!("the proxy offers logins by {} alone", schemes.join(" and ")),
            phrase!(
                "This library logs in with Basic alone. Run a local helper that logs in to the proxy, such as px or cntlm, and name that as the proxy ({source}).",
                source
            ),
        ),
    };
    Error::new(ErrorKind::Configuration, message).advise(advice)
}

/// The error of whatever a closed client is asked for.
pub(crate) fn closed() -> Error {
    Error::invalid("client is closed", phrase!("Make a new client."))
}

/// The error of a call that its caller cancelled.
pub(crate) fn cancelled(doing: &str) -> Error {
    Error::new(ErrorKind::Cancelled, format!("cancelled while {doing}"))
}

/// The error of a call that had no time left for its first request.
pub(crate) fn too_late() -> Error {
    Error::new(ErrorKind::Timeout, "the time limit of the call was over before its first request")
}

/// A panic below a call, or in its caller's probe.
pub(crate) fn panicked(text: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("a panic: {text}"))
}
