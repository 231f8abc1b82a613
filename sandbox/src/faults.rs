//! Faults by name and seed: what goes wrong, how often, and whether the deletion happens.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::rng::Rng;
use crate::service::Api;

/// Whether a call that is hit by a fault does its work. A call that would have been refused
/// without the fault does nothing in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happens {
    /// The contact is deleted all the same.
    Yes,
    /// The contact stays.
    No,
    /// One or the other, by the seed.
    BySeed,
}

impl Happens {
    /// `yes`, `no` or `by-seed`.
    pub const fn name(self) -> &'static str {
        match self {
            Happens::Yes => "yes",
            Happens::No => "no",
            Happens::BySeed => "by-seed",
        }
    }
}

/// A fault that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownFault {
    /// The name in [`Faults::parse`].
    pub name: &'static str,
    /// Whether the deletion happens.
    pub deletes: Happens,
    /// What the client meets, and what `@` sets.
    pub about: &'static str,
    kind: Kind,
    /// What `@` sets, where it sets something.
    amount: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Delay,
    ResetBefore,
    ResetAfter,
    LostReply,
    Http500,
    Http502,
    Http503,
    Html,
    Truncated,
    Huge,
    Slow,
    Busy,
    SystemError,
    Isp,
    Throttle,
    IpBlock,
}

const fn known(
    name: &'static str,
    kind: Kind,
    deletes: Happens,
    amount: Option<Duration>,
    about: &'static str,
) -> KnownFault {
    KnownFault { name, deletes, about, kind, amount }
}

/// All of them. The shapes of the replies are those of [`crate::Sandbox`].
static KNOWN: [KnownFault; 16] = [
    known(
        "delay",
        Kind::Delay,
        Happens::Yes,
        Some(Duration::from_millis(100)),
        "the call is worked on, and counted, late; @ sets the time or a range of times; comes on top of other faults",
    ),
    known(
        "reset-before",
        Kind::ResetBefore,
        Happens::No,
        None,
        "the connection is reset before the work",
    ),
    known(
        "reset-after",
        Kind::ResetAfter,
        Happens::Yes,
        None,
        "the connection is reset after the work",
    ),
    known(
        "lost-reply",
        Kind::LostReply,
        Happens::Yes,
        None,
        "the connection is closed in good order after the work, without a byte of reply",
    ),
    known(
        "http-500",
        Kind::Http500,
        Happens::No,
        None,
        "HTTP 500 with JSON of some gateway, without errcode",
    ),
    known(
        "http-502",
        Kind::Http502,
        Happens::Yes,
        None,
        "HTTP 502 with HTML: a gateway lost the reply",
    ),
    known(
        "http-503",
        Kind::Http503,
        Happens::No,
        Some(Duration::from_secs(1)),
        "HTTP 503 with Retry-After; @ sets its whole seconds",
    ),
    known("html", Kind::Html, Happens::No, None, "HTTP 200 with HTML, like a captive portal"),
    known(
        "truncated",
        Kind::Truncated,
        Happens::Yes,
        None,
        "half of the body, then the connection is closed",
    ),
    known("huge", Kind::Huge, Happens::Yes, None, "the reply with over 1 MiB of padding"),
    known(
        "slow",
        Kind::Slow,
        Happens::Yes,
        Some(Duration::from_millis(10)),
        "the reply byte by byte; @ sets the pause between two bytes",
    ),
    known("busy", Kind::Busy, Happens::No, None, "errcode -1"),
    known("system-error", Kind::SystemError, Happens::BySeed, None, "errcode 400001"),
    known("isp", Kind::Isp, Happens::BySeed, None, "errcode 15 with sub_code isp.-1"),
    known(
        "throttle",
        Kind::Throttle,
        Happens::No,
        None,
        "errcode 88 with sub_code 90018, whatever the rate",
    ),
    known(
        "ip-block",
        Kind::IpBlock,
        Happens::No,
        None,
        "the page or the JSON of the IP block, by the seed; the next call is not blocked by it",
    ),
];

/// Which calls are hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    All,
    One(Api),
    /// Both token calls.
    Token,
}

const TARGETS: [(&str, Target); 7] = [
    ("delete", Target::One(Api::Delete)),
    ("list", Target::One(Api::List)),
    ("get", Target::One(Api::Get)),
    ("create", Target::One(Api::Create)),
    ("labels", Target::One(Api::Labels)),
    ("token", Target::Token),
    ("all", Target::All),
];

/// How often a fault hits.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Chance {
    Probability(f64),
    First(u64),
}

#[derive(Clone, Debug, PartialEq)]
struct Fault {
    known: &'static KnownFault,
    chance: Chance,
    from: Duration,
    to: Duration,
}

/// A set of faults. The default has none.
///
/// Which call is hit depends only on the seed and on the number of the call (calls that the
/// set is not about are not counted): the same seed and the same calls give the same run.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults {
    faults: Vec<Fault>,
    seed: u64,
    target: Target,
}

impl Default for Faults {
    fn default() -> Faults {
        Faults { faults: Vec::new(), seed: 1, target: Target::One(Api::Delete) }
    }
}

/// What is to happen to one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    pub(crate) hit: Option<Hit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) kind: Kind,
    /// Whether the call does its work.
    pub(crate) works: bool,
    /// For faults that come in two shapes.
    pub(crate) coin: bool,
    pub(crate) amount: Duration,
}

impl Faults {
    /// Every fault that [`Faults::parse`] knows.
    pub fn known() -> &'static [KnownFault] {
        &KNOWN
    }

    /// Every name that the setting `on` of [`Faults::parse`] takes.
    pub fn targets() -> impl Iterator<Item = &'static str> {
        TARGETS.iter().map(|(name, _)| *name)
    }

    /// Reads a set: `reset-before=0.1,lost-reply=first=2,delay=50ms..200ms;seed=7;on=all`.
    ///
    /// Faults are separated by commas: a name, `=`, and how often: a probability from 0 to 1,
    /// or `first=N` for the first N calls; then, where the fault has one, `@` and a time
    /// (`200us`, `50ms`, `2s`) or a range of times. A time alone means every call. The first
    /// fault that hits a call is the one that happens; delays come on top. Settings follow
    /// after semicolons: `seed` (default 1) and `on`: `delete` (default), `list`, `get`,
    /// `create`, `labels`, `token` or `all`. An empty text is no faults.
    ///
    /// # Errors
    /// A sentence with the part that is not understood.
    pub fn parse(text: &str) -> Result<Faults, String> {
        let mut parsed = Faults::default();
        let mut parts = text.split(';').map(str::trim);
        let faults = parts.next().unwrap_or_default();
        for fault in faults.split(',').map(str::trim) {
            if !fault.is_empty() {
                parsed.faults.push(parse_fault(fault)?);
            }
        }
        for setting in parts {
            match setting.split_once('=') {
                Some(("seed", seed)) => {
                    parsed.seed = seed
                        .parse()
                        .map_err(|_| format!("`{setting}`: the seed is a whole number"))?;
                }
                Some(("on", target)) => {
                    parsed.target = TARGETS
                        .iter()
                        .find(|(name, _)| *name == target)
                        .map(|(_, target)| *target)
                        .ok_or_else(|| {
                            let targets = Faults::targets().collect::<Vec<_>>().join(", ");
                            format!("`{setting}`: `on` is one of {targets}")
                        })?;
                }
                _ => return Err(format!("`{setting}`: a setting is seed=N or on=CALLS")),
            }
        }
        Ok(parsed)
    }

    /// Whether calls of this kind are counted and may be hit.
    pub(crate) fn concern(&self, api: Api) -> bool {
        match self.target {
            Target::All => true,
            Target::Token => matches!(api, Api::AccessToken | Api::GetToken),
            Target::One(one) => api == one,
        }
    }

    /// What happens to the call of that number, from 0.
    pub(crate) fn plan(&self, number: u64) -> Plan {
        let mut plan = Plan::default();
        // A generator of its own for each call, so that its number alone decides.
        let mut rng = Rng::new(Rng::new(self.seed ^ number.rotate_left(32)).next());
        for fault in &self.faults {
            // Drawn even if not needed, so that one fault does not change what the next one draws.
            let (luck, spread, coin) = (rng.fraction(), rng.fraction(), rng.below(2) == 0);
            let hits = match fault.chance {
                Chance::Probability(probability) => luck < probability,
                Chance::First(count) => number < count,
            };
            if !hits {
                continue;
            }
            let range = fault.to.saturating_sub(fault.from).as_secs_f64();
            let part = Duration::try_from_secs_f64(range * spread).unwrap_or_default();
            let amount = fault.from.saturating_add(part);
            if fault.known.kind == Kind::Delay {
                plan.delay = plan.delay.saturating_add(amount);
            } else if plan.hit.is_none() {
                plan.hit = Some(Hit {
                    kind: fault.known.kind,
                    works: match fault.known.deletes {
                        Happens::Yes => true,
                        Happens::No => false,
                        Happens::BySeed => coin,
                    },
                    coin,
                    amount,
                });
            }
        }
        plan
    }
}

impl FromStr for Faults {
    type Err = String;

    fn from_str(text: &str) -> Result<Faults, String> {
        Faults::parse(text)
    }
}

impl fmt::Display for KnownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (deleted: {})", self.name, self.about, self.deletes.name())
    }
}

fn parse_fault(text: &str) -> Result<Fault, String> {
    let (name, rest) =
        text.split_once('=').ok_or_else(|| format!("`{text}`: a fault is NAME=HOW-OFTEN"))?;
    let known = KNOWN.iter().find(|known| known.name == name).ok_or_else(|| {
        let names: Vec<&str> = KNOWN.iter().map(|known| known.name).collect();
        format!("there is no fault `{name}`; there are {}", names.join(", "))
    })?;
    let (chance, amount) = match rest.split_once('@') {
        Some((chance, amount)) => (parse_chance(chance), Some(amount)),
        None => match parse_chance(rest) {
            Some(chance) => (Some(chance), None),
            None => (Some(Chance::Probability(1.0)), Some(rest)),
        },
    };
    let chance =
        chance.ok_or_else(|| format!("`{text}`: how often is a number from 0 to 1 or first=N"))?;
    let (from, to) = match (amount, known.amount) {
        (None, usual) => {
            let usual = usual.unwrap_or_default();
            (usual, usual)
        }
        (Some(amount), Some(_)) => parse_times(amount)
            .ok_or_else(|| format!("`{text}`: `{amount}` is neither a chance nor a time"))?,
        (Some(amount), None) => {
            return Err(format!(
                "`{text}`: `{amount}` is not a chance, and `{name}` takes no time"
            ));
        }
    };
    Ok(Fault { known, chance, from, to })
}

fn parse_chance(text: &str) -> Option<Chance> {
    if let Some(count) = text.strip_prefix("first=") {
        return count.parse().ok().map(Chance::First);
    }
    let probability: f64 = text.parse().ok()?;
    (0.0..=1.0).contains(&probability).then_some(Chance::Probability(probability))
}

fn parse_times(text: &str) -> Option<(Duration, Duration)> {
    let (from, to) = match text.split_once("..") {
        Some((from, to)) => (parse_time(from)?, parse_time(to)?),
        None => (parse_time(text)?, parse_time(text)?),
    };
    (from <= to).then_some((from, to))
}

fn parse_time(text: &str) -> Option<Duration> {
    for (unit, in_seconds) in [("us", 1e-6), ("ms", 1e-3), ("s", 1.0)] {
        if let Some(number) = text.strip_suffix(unit)
            && let Ok(number) = number.parse::<f64>()
        {
            return Duration::try_from_secs_f64(number * in_seconds).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans(text: &str, count: u64) -> Vec<Plan> {
        let faults = Faults::parse(text).unwrap();
        (0..count).map(|number| faults.plan(number)).collect()
    }

    fn hits(text: &str, count: u64) -> usize {
        plans(text, count).iter().filter(|plan| plan.hit.is_some()).count()
    }

    #[test]
    fn the_same_seed_makes_the_same_run_and_another_seed_another() {
        let text = "reset-before=0.2,isp=0.3,delay=0.5@1ms..9ms";
        let seven = plans(&format!("{text};seed=7"), 200);
        assert_eq!(seven, plans(&format!("{text};seed=7"), 200));
        assert_ne!(seven, plans(&format!("{text};seed=8"), 200));
    }

    #[test]
    fn probabilities_are_kept_and_first_means_the_first() {
        let tenth = hits("busy=0.1", 10_000);
        assert!((900..1_100).contains(&tenth), "{tenth} of 10000");
        assert_eq!(hits("busy=0", 1_000), 0);
        assert_eq!(hits("busy=1", 1_000), 1_000);
        let first = plans("lost-reply=first=2,http-500=first=3", 5);
        let kinds: Vec<Option<Kind>> =
            first.iter().map(|plan| plan.hit.map(|hit| hit.kind)).collect();
        let lost = Some(Kind::LostReply);
        assert_eq!(kinds, [lost, lost, Some(Kind::Http500), None, None]);
    }

    #[test]
    fn delays_stay_in_their_range_and_come_on_top() {
        let (least, most) = (Duration::from_millis(50), Duration::from_millis(200));
        let plans = plans("delay=50ms..200ms,busy=1", 500);
        assert!(plans.iter().all(|plan| (least..=most).contains(&plan.delay)));
        assert!(plans.iter().all(|plan| plan.hit.is_some()));
        assert!(plans.iter().any(|plan| plan.delay > Duration::from_millis(180)));
    }

    #[test]
    fn whether_the_work_is_done_is_as_documented() {
        for known in Faults::known() {
            let worked: Vec<bool> = plans(&format!("{}=1", known.name), 100)
                .iter()
                .filter_map(|plan| plan.hit)
                .map(|hit| hit.works)
                .collect();
            let (some, all) = (worked.contains(&true), !worked.contains(&false));
            match known.deletes {
                _ if known.kind == Kind::Delay => assert!(worked.is_empty()),
                Happens::Yes => assert!(all, "{known}"),
                Happens::No => assert!(!some, "{known}"),
                Happens::BySeed => assert!(some && !all, "{known}"),
            }
        }
    }

    #[test]
    fn the_target_is_delete_unless_stated() {
        let concerns = |text: &str| {
            let faults = Faults::parse(text).unwrap();
            [Api::Delete, Api::List, Api::AccessToken, Api::Unknown].map(|api| faults.concern(api))
        };
        assert_eq!(concerns(""), [true, false, false, false]);
        assert_eq!(concerns(";on=list"), [false, true, false, false]);
        assert_eq!(concerns(";on=token"), [false, false, true, false]);
        assert_eq!(concerns("busy=1; on=all"), [true, true, true, true]);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, said) in [
            ("flood=1", "there is no fault `flood`; there are delay,"),
            ("busy", "`busy`: a fault is"),
            ("busy=2", "`2` is not a chance"),
            ("busy=1@5ms", "takes no time"),
            ("delay=often", "`often` is neither"),
            ("delay=9ms..1ms", "neither a chance nor a time"),
            ("slow=x@1ms", "how often is"),
            ("busy=first=x", "not a chance"),
            ("busy=1;seed=x", "the seed is a whole number"),
            ("busy=1;on=moon", "`on` is one of delete, list, "),
            ("busy=1;colour=red", "a setting is"),
        ] {
            let message = Faults::parse(text).unwrap_err();
            assert!(message.contains(said), "{message:?} does not say {said:?}");
        }
    }
}
