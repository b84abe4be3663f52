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
        let check = Check { name: "probe".to_owned(), finding, since: None, millis: 0 };
        Self { place: place.clone(), report: Report::of(vec![check], at) }
    }
}
