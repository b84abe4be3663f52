//! Where there is a probe, and what each of them says of whom.

use std::collections::BTreeMap;

use jiff::Timestamp;
use probe_health::{Check, Report};
use serde::Serialize;
use tendlc_config::{Config, Grant};
use tendlc_core::account::AccountId;
use tendlc_core::grant::Topology;
use tendlc_core::name::{GrantName, PrimaryName};
use tendlc_deploy::{Code, stacks};

use crate::probe;
use crate::verify::prefix;

/// A probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The grant that it speaks for; `None`: the primary's.
    pub grant: Option<GrantName>,
    /// Where it runs.
    pub account: AccountId,
    #[serde(skip)]
    pub function: String,
}

impl Place {
    /// Its name in tables.
    pub fn name(&self) -> &str {
        self.grant.as_ref().map_or("(primary)", GrantName::as_str)
    }
}

/// The primary's probe, which speaks for the hub's grants too, and every spoke's, or those of `grants` alone.
pub fn places(config: &Config, name: &PrimaryName, account: &AccountId, grants: &[GrantName]) -> Vec<Place> {
    let all = stacks(config, name, &Code { prefix: "none".to_owned() });
    let wanted = |grant: &GrantName| grants.is_empty() || grants.contains(grant);
    let of_primary: BTreeMap<&GrantName, &Grant> =
        config.grants.iter().filter(|(grant, entry)| entry.primary == *name && wanted(grant)).collect();
    let asks_primary = grants.is_empty() || of_primary.values().any(|grant| grant.topology == Topology::Hub);
    let primary =
        asks_primary.then(|| Place { grant: None, account: account.clone(), function: probe::PRIMARYS.to_owned() });
    let spokes = of_primary.into_iter().filter(|(_, grant)| grant.topology == Topology::Spoke);
    let spokes = spokes.map(|(grant, entry)| Place {
        grant: Some(grant.clone()),
        account: entry.account.clone(),
        function: format!("{}-probe-health", prefix(&all, grant)),
    });
    primary.into_iter().chain(spokes).collect()
}

/// What is known of a place.
#[derive(Clone, Debug, Serialize)]
pub struct Known {
    #[serde(flatten)]
    pub place: Place,
    /// What its probe said, now or at its last run.
    pub report: Report,
}

impl Known {
    /// A probe that did not answer is a check that could not be made.
    pub fn silent(place: &Place, silence: probe::Silence, at: Timestamp) -> Self {
        let probe::Silence { detail, cure } = silence;
        let finding = probe_health::Finding { state: probe_health::State::Unknown, detail, cure };
        let check = Check { name: "probe".to_owned(), finding, since: None, millis: 0, stands_in: false };
        Self { place: place.clone(), report: Report::of(vec![check], at) }
    }
}

/// What the primary's probe says of its own account and of each of the hub's grants, `hub`, as if each had a probe; of those
/// that nobody asked for nothing.
pub fn apart(known: Known, hub: &BTreeMap<GrantName, AccountId>, asked: &[GrantName]) -> Vec<Known> {
    if known.place.grant.is_some() {
        return vec![known];
    }
    let Known { place, report } = known;
    // Where it did not answer, nobody spoke for them either.
    let silent = report.checks.iter().any(|check| check.name == "probe");
    let whose = |check: &Check| {
        let name = of_grant(&check.name)?;
        hub.keys().find(|known| known.as_str() == name)
    };
    let part = |grant: Option<&GrantName>| {
        let own = report.checks.iter().filter(|check| silent || whose(check) == grant);
        Report::of(own.cloned().collect(), report.at)
    };
    let of_hub = hub.iter().filter(|(name, _)| asked.is_empty() || asked.contains(name));
    let of_hub = of_hub.map(|(name, account)| Known {
        place: Place { grant: Some(name.clone()), account: account.clone(), function: place.function.clone() },
        report: part(Some(name)),
    });
    let own = Known { place: place.clone(), report: part(None) };
    std::iter::once(own).chain(of_hub).collect()
}

/// The grant that a check of the primary is about: `assume-role:GRANT`, `dry-run:GRANT/CAMPAIGN`.
fn of_grant(check: &str) -> Option<&str> {
    let (what, of) = check.split_once(':')?;
    match what {
        "assume-role" | "account" | "dead-letters" => Some(of),
        "dry-run" | "queue" => of.split_once('/').map(|(grant, _)| grant),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use probe_health::{Finding, State};

    use super::*;

    fn primary(checks: &[&str]) -> Known {
        let check = |name: &&str| Check {
            name: (*name).to_owned(),
            finding: Finding { state: State::Healthy, detail: String::new(), cure: None },
            since: None,
            millis: 0,
            stands_in: false,
        };
        let account = "111111111111".parse().unwrap();
        let place = Place { grant: None, account, function: probe::PRIMARYS.to_owned() };
        Known { place, report: Report::of(checks.iter().map(check).collect(), Timestamp::UNIX_EPOCH) }
    }

    fn parts(checks: &[&str], asked: &[&str]) -> Vec<(String, Vec<String>)> {
        let hub = ["a", "b"].map(|name| (name.parse().unwrap(), "333333333333".parse().unwrap())).into();
        let asked: Vec<GrantName> = asked.iter().map(|name| name.parse().unwrap()).collect();
        let apart = apart(primary(checks), &hub, &asked).into_iter();
        apart
            .map(|known| {
                let names = known.report.checks.iter().map(|check| check.name.clone()).collect();
                (known.place.name().to_owned(), names)
            })
            .collect()
    }

    #[test]
    fn what_is_said_of_a_hub_grant_is_its_own_and_of_others_nothing_is_told() {
        let all = ["production", "assume-role:a", "dry-run:b/x", "dead-letters:b", "number:x"];
        let named = |name: &str, checks: &[&str]| {
            (name.to_owned(), checks.iter().map(|check| (*check).to_owned()).collect::<Vec<_>>())
        };
        let own = named("(primary)", &["production", "number:x"]);
        let (a, b) = (named("a", &["assume-role:a"]), named("b", &["dry-run:b/x", "dead-letters:b"]));
        assert_eq!(parts(&all, &[]), [own.clone(), a.clone(), b]);
        assert_eq!(parts(&all, &["a"]), [own, a]);
        let silent = parts(&["probe"], &[]);
        assert!(silent.iter().all(|(_, checks)| checks == &["probe"]), "{silent:?}");
    }
}
