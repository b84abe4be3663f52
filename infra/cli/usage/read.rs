//! What the table says about use: names, then records, then counters, each in one step, and nothing is scanned.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::future::try_join_all;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use tendlc_core::account::AccountId;
use tendlc_core::clock::SharedClock;
use tendlc_core::day::PacificDay;
use tendlc_core::grant::{Brand, Campaign, Grant};
use tendlc_core::month::UtcMonth;
use tendlc_core::name::{BrandName, CampaignName, GrantName};
use tendlc_core::quota::counter::KEPT;
use tendlc_core::sync::{Index, former_grants};
use tendlc_core::table::{Item, Key, Table, TableError};

/// What is asked about.
#[derive(Clone, Debug)]
pub struct Scope {
    pub now: Timestamp,
    pub month: UtcMonth,
    /// Whether that month is not over: then today is asked about, too.
    pub is_present: bool,
    /// Only these grants; none: all.
    pub grants: BTreeSet<GrantName>,
}

/// Days of a month of which there are counts.
#[derive(Clone, Debug)]
pub struct Days {
    pub kept: Vec<PacificDay>,
    /// Whether that is every day of the month that has begun.
    pub complete: bool,
}

impl Scope {
    pub fn today(&self) -> Option<PacificDay> {
        self.is_present.then(|| PacificDay::of(self.now))
    }

    /// The Pacific days with the month's dates, as far as they have begun and are kept.
    pub fn days(&self) -> Days {
        // A UTC month begins in the afternoon of the Pacific day before its first.
        let first = PacificDay::of(self.month.start()).next();
        let end = self.month.next().start();
        let begun = |day: &PacificDay| day.start() < end && day.start() <= self.now;
        let all: Vec<PacificDay> =
            std::iter::successors(Some(first), |day| Some(day.next())).take_while(begun).collect();
        let kept: Vec<PacificDay> = all.iter().copied().filter(|day| day.end() + KEPT > self.now).collect();
        Days { complete: kept.len() == all.len(), kept }
    }
}

/// What was read.
#[derive(Debug, Default)]
pub struct Found {
    /// Those that are asked about; `None`: it was taken away, and its counters are still there.
    pub grants: BTreeMap<GrantName, Option<Grant>>,
    /// The accounts of those that were taken away, as far as that is known.
    pub former: BTreeMap<GrantName, AccountId>,
    /// All that are there, whatever is asked about: caps are everybody's.
    pub everybody: BTreeMap<GrantName, Grant>,
    pub campaigns: BTreeMap<CampaignName, Campaign>,
    pub brands: BTreeMap<BrandName, Brand>,
    /// Counters, by key.
    pub items: HashMap<Key, Item>,
    /// How many requests of a grant wait.
    pub waiting: BTreeMap<GrantName, i64>,
}

/// Why there is nothing to report.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("the table holds nothing yet")]
    Empty,
    #[error("the table has no grant {name}")]
    NoGrant { name: GrantName, known: Vec<String> },
}

pub async fn read(table: &Table, clock: &SharedClock, scope: &Scope) -> Result<Found, ReadError> {
    let Some(index) = table.read::<Index>(&Key::index()).await? else { return Err(ReadError::Empty) };
    let keys = (index.grants.iter().map(Key::grant))
        .chain(index.campaigns.iter().map(Key::campaign))
        .chain(index.brands.iter().map(Key::brand))
        .chain([Key::former()]);
    let mut records = table.read_many(&**clock, keys.collect()).await?;
    let mut found = Found {
        everybody: taken(&mut records, &index.grants, Key::grant)?,
        campaigns: taken(&mut records, &index.campaigns, Key::campaign)?,
        brands: taken(&mut records, &index.brands, Key::brand)?,
        former: records.get(&Key::former()).map(former_grants).unwrap_or_default(),
        ..Found::default()
    };
    let asked = match scope.grants.is_empty() {
        true => index.grants.iter().chain(found.former.keys()).cloned().collect(),
        false => scope.grants.clone(),
    };
    found.grants = asked.into_iter().map(|name| (name.clone(), found.everybody.get(&name).cloned())).collect();
    let waiting = found.grants.keys().filter(|_| scope.is_present);
    let waiting = try_join_all(waiting.map(async |name| Ok((name.clone(), table.waiting(name).await?))));
    let counters = table.read_many(&**clock, counters(&found, scope));
    let (items, waiting) = futures::try_join!(counters, waiting)?;
    (found.items, found.waiting) = (items, waiting.into_iter().collect());
    let traces: BTreeSet<&str> =
        found.items.keys().filter_map(|key| key.as_str().strip_prefix("C#")?.split('#').next()).collect();
    // One that is no more is worth a line only where it has left something.
    found.grants.retain(|name, _| index.grants.contains(name) || traces.contains(name.as_str()));
    match scope.grants.iter().find(|name| !found.grants.contains_key(*name)) {
        Some(name) => Err(ReadError::NoGrant {
            name: name.clone(),
            known: index.grants.iter().map(ToString::to_string).collect(),
        }),
        None => Ok(found),
    }
}

fn taken<N: Ord + Clone, T: DeserializeOwned>(
    records: &mut HashMap<Key, Item>,
    names: &BTreeSet<N>,
    key: impl Fn(&N) -> Key,
) -> Result<BTreeMap<N, T>, TableError> {
    let mut taken = BTreeMap::new();
    for name in names {
        let key = key(name);
        if let Some(item) = records.remove(&key) {
            taken.insert(name.clone(), Table::record(&key, item)?);
        }
    }
    Ok(taken)
}

fn counters(found: &Found, scope: &Scope) -> BTreeSet<Key> {
    let mut keys = BTreeSet::from([Key::oddities(scope.month)]);
    let days = scope.days().kept;
    for name in found.grants.keys() {
        keys.insert(Key::month(name, scope.month));
        keys.extend(days.iter().map(|day| Key::budget(name, *day)));
        keys.extend(scope.today().map(|today| Key::budget(name, today)));
    }
    if let Some(today) = scope.today() {
        keys.extend(found.everybody.keys().map(|name| Key::budget(name, today)));
        let pools = found.brands.values().flat_map(|brand| brand.pools.keys());
        keys.extend(pools.map(|pool| Key::pool(pool, today)));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(now: &str, month: &str) -> Scope {
        let (now, month): (Timestamp, UtcMonth) = (now.parse().unwrap(), month.parse().unwrap());
        Scope { now, month, is_present: UtcMonth::of(now) == month, grants: BTreeSet::new() }
    }

    fn days(now: &str, month: &str) -> (Option<String>, Option<String>, bool) {
        let days = scope(now, month).days();
        let day = |day: Option<&PacificDay>| day.map(ToString::to_string);
        (day(days.kept.first()), day(days.kept.last()), days.complete)
    }

    fn span(first: &str, last: &str, complete: bool) -> (Option<String>, Option<String>, bool) {
        (Some(first.to_owned()), Some(last.to_owned()), complete)
    }

    #[test]
    fn a_months_days_are_the_pacific_days_with_its_dates_that_have_begun() {
        assert_eq!(days("2026-11-21T20:00:00Z", "2026-11"), span("2026-11-01", "2026-11-21", true));
        assert_eq!(days("2026-12-01T03:00:00Z", "2026-11"), span("2026-11-01", "2026-11-30", true));
        assert_eq!(days("2026-12-01T03:00:00Z", "2026-12"), (None, None, true), "it is still November in Los Angeles");
        assert_eq!(scope("2026-12-01T03:00:00Z", "2026-12").today().unwrap().to_string(), "2026-11-30");
    }

    #[test]
    fn days_are_kept_for_forty_days_and_a_month_that_lost_some_says_so() {
        assert_eq!(days("2026-11-05T12:00:00Z", "2026-10"), span("2026-10-01", "2026-10-31", true));
        assert_eq!(days("2026-11-21T20:00:00Z", "2026-10"), span("2026-10-12", "2026-10-31", false));
        assert_eq!(days("2026-11-21T20:00:00Z", "2026-08"), (None, None, false));
        assert_eq!(scope("2026-11-21T20:00:00Z", "2026-10").today(), None);
    }
}
