//! The way to the service, as steps of a check.

use std::net::IpAddr;

use crate::call::context::AttemptContext;
use crate::call::failure::no_answer;
use crate::check::step::{CheckName, CheckStatus, CheckStep};
use crate::language::{Phrase, Said};
use crate::options::endpoint::Base;
use crate::options::proxy::Proxy;
use crate::runtime::wait::Wait;
use crate::secret::Secrets;
use crate::text::excerpt;
use crate::transport::{Inspection, TransportError};

/// What was seen of the way.
pub(super) struct Way {
    /// One step of each name, for all hosts together.
    pub steps: Vec<CheckStep>,
    /// Every host can be talked to.
    pub stands: bool,
    /// A certificate was refused because of the time.
    pub untimely: bool,
}

/// Looks at the way to each host that calls go to.
pub(super) fn look(context: &AttemptContext, wait: &Wait, secrets: &Secrets) -> Way {
    let mut way = Way { steps: Vec::new(), stands: true, untimely: false };
    for (base, proxy, transport) in context.hosts() {
        let seen = transport.inspect(wait, context.settings.connect_timeout, secrets);
        way.untimely |= matches!(&seen.tls, Some(Err(error)) if error.is_about_time());
        for step in steps(context, base, proxy, seen) {
            way.stands &= step.status != CheckStatus::Failed;
            join(&mut way.steps, step);
        }
    }
    way
}

/// Puts the steps of two hosts together: one that failed stands for both.
fn join(steps: &mut Vec<CheckStep>, step: CheckStep) {
    let Some(known) = steps.iter_mut().find(|known| known.name == step.name) else {
        return steps.push(step);
    };
    match (known.status, step.status) {
        (CheckStatus::Failed, _) => {}
        (_, CheckStatus::Failed) => *known = step,
        _ if known.text == step.text => {}
        _ => {
            if step.status == CheckStatus::Ok {
                known.status = CheckStatus::Ok;
            }
            known.text = format!("{}; {}", known.text, step.text);
        }
    }
}

/// What was seen of the way to one host.
fn steps(
    context: &AttemptContext,
    base: &Base,
    proxy: Option<&Proxy>,
    seen: Inspection,
) -> Vec<CheckStep> {
    let host = &base.host;
    let ok = |name, text: Phrase| CheckStep::new(name, CheckStatus::Ok, text);
    let skipped = |name, text: Phrase| CheckStep::new(name, CheckStatus::Skipped, text);
    let failed = |name, error: TransportError| {
        let error = no_answer(&context.settings, error, false, false).error;
        CheckStep::of_error(name, CheckStatus::Failed, context.settings.advise(error))
    };
    let looked_up = proxy.map_or(host, |proxy| &proxy.host);
    let lookup = match seen.addresses {
        Ok(_) if looked_up.parse::<IpAddr>().is_ok() => {
            skipped(CheckName::Lookup, phrase!("{looked_up} is an address", looked_up))
        }
        Ok(addresses) => match addresses.as_slice() {
            [] => CheckStep::new(CheckName::Lookup, CheckStatus::Failed, phrase!("{looked_up} has no address", looked_up))
                .advise(phrase!("Check the name, and the name server of this machine.")),
            [address, rest @ ..] => {
                let address = address.to_string();
                let found = match rest.len() {
                    0 => phrase!("{looked_up} is {address}", looked_up, address),
                    more => phrase!("{looked_up} is {address} and {more} more", looked_up, address, more),
                };
                ok(CheckName::Lookup, match proxy {
                    None => found,
                    Some(_) => phrase!("{found}; the proxy looks up the service", found),
                })
            }
        },
        Err(error) => failed(CheckName::Lookup, error)
            .advise(phrase!("Check the name, the name server of this machine, and whether it reaches the internet directly or through a proxy (HTTPS_PROXY).")),
    };
    let not_reached = || phrase!("a step before it failed");
    let (mut proxied, mut connection) = match proxy {
        None => (skipped(CheckName::Proxy, phrase!("no proxy is set")), None),
        Some(_) => (
            skipped(CheckName::Proxy, not_reached()),
            Some(skipped(CheckName::Connection, phrase!("the proxy connects"))),
        ),
    };
    match (seen.connection, proxy) {
        (None, _) => {}
        (Some(Ok(())), None) => {
            connection = Some(ok(
                CheckName::Connection,
                phrase!("{host}:{port} answers", host, port = base.port.to_string()),
            ));
        }
        (Some(Err(error)), None) => connection = Some(failed(CheckName::Connection, error)),
        (Some(Ok(())), Some(proxy)) => {
            let place = format!("{}:{}", proxy.host, proxy.port);
            let text = phrase!(
                "{place} of {source} leads to {host}",
                place,
                source = proxy.source.to_string(),
                host
            );
            proxied = ok(CheckName::Proxy, text);
        }
        (Some(Err(error)), Some(_)) => proxied = failed(CheckName::Proxy, error),
    }
    let issued = seen.peer.map(|peer| {
        let issuer = match peer.issuer {
            Some(issuer) => issuer.value(),
            None => phrase!("one without a name").value(),
        };
        let version = peer.version.to_string();
        phrase!("TLS {version}, certificate issued by {issuer}", version, issuer)
    });
    let tls = match seen.tls {
        None if !base.https => skipped(CheckName::Tls, phrase!("http to this machine has none")),
        None => skipped(CheckName::Tls, not_reached()),
        Some(Ok(())) => ok(
            CheckName::Tls,
            phrase!(
                "{host}: {issued}",
                host,
                issued = issued.unwrap_or_else(|| phrase!("trusted"))
            ),
        ),
        Some(Err(error)) => {
            let step = failed(CheckName::Tls, error);
            match issued {
                Some(issued) => {
                    let text = phrase!("{message} ({issued})", message = &step.text, issued);
                    step.saying(text)
                }
                None => step,
            }
        }
    };
    let connection = connection.unwrap_or_else(|| skipped(CheckName::Connection, not_reached()));
    let mut steps = vec![lookup, proxied, connection, tls];
    steps.iter_mut().for_each(|step| step.text = excerpt(&step.text));
    steps
}
