//! What was used today of T-Mobile's caps and of what grants are promised of them.

use std::collections::BTreeMap;

use serde::Serialize;
use tendlc_core::day::PacificDay;
use tendlc_core::grant::{Brand, Cap, CapUnit, Grant, Pool, on_day};
use tendlc_core::quota::counter::{ALL, LEFT, ceiling, guaranteed};
use tendlc_core::table::{Item, Key, read_number};

use super::amount::PerMille;
use super::read::Found;

/// A grant's share of one cap today, in the cap's unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Share {
    /// A brand, or a campaign of one.
    pub pool: Pool,
    pub unit: CapUnit,
    pub guaranteed: i64,
    pub guaranteed_used: i64,
    pub guaranteed_used_per_mille: Option<PerMille>,
    pub ceiling: i64,
    pub ceiling_used: i64,
    pub ceiling_used_per_mille: Option<PerMille>,
    pub cap: i64,
    pub cap_used_per_mille: Option<PerMille>,
}

/// A ceiling on all of a grant's texts today, in segments.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Daily {
    pub most: i64,
    pub used: i64,
    pub used_per_mille: Option<PerMille>,
}

/// A cap today, over all grants.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CapUse {
    pub pool: Pool,
    pub unit: CapUnit,
    pub cap: i64,
    /// What is neither promised nor left for all.
    pub used: i64,
    pub used_per_mille: Option<PerMille>,
    /// What is guaranteed to grants that have not used it yet.
    pub promised_left: i64,
    /// What is left for all beyond that; below zero where a lowered cap had been passed already.
    pub shared_left: i64,
}

/// Looks at one day.
pub struct Today<'a> {
    pub found: &'a Found,
    pub day: PacificDay,
}

impl Today<'_> {
    fn item(&self, key: &Key) -> Option<&Item> {
        self.found.items.get(key)
    }

    /// The caps of the day.
    fn caps(&self) -> BTreeMap<&Pool, Cap> {
        let pools = self.found.brands.values().flat_map(|Brand { pools, .. }| pools);
        pools.filter_map(|(pool, values)| Some((pool, on_day(values, self.day)?))).collect()
    }

    fn unit(&self, pool: &Pool) -> CapUnit {
        let mut counted = self.found.campaigns.values().filter_map(|campaign| on_day(&campaign.counted, self.day));
        counted.find(|counted| counted.pool == *pool).map(|counted| counted.unit).unwrap_or_default()
    }

    /// What a grant has used of each cap that it has a share of.
    pub fn shares(&self, grant: &Grant) -> Vec<Share> {
        let counters = self.item(&Key::budget(&grant.name, self.day));
        let caps = self.caps();
        let shares = grant.budgets.iter().filter_map(|(pool, values)| {
            let (budget, cap) = (on_day(values, self.day)?, caps.get(pool)?.cap);
            let used = |most: i64, name: &str| (most - left(counters, name, most)).max(0);
            let guaranteed_used = used(budget.guaranteed, &guaranteed(pool));
            let ceiling_used = used(budget.ceiling, &ceiling(pool));
            Some(Share {
                pool: pool.clone(),
                unit: self.unit(pool),
                guaranteed: budget.guaranteed,
                guaranteed_used,
                guaranteed_used_per_mille: PerMille::of(guaranteed_used, budget.guaranteed),
                ceiling: budget.ceiling,
                ceiling_used,
                ceiling_used_per_mille: PerMille::of(ceiling_used, budget.ceiling),
                cap,
                cap_used_per_mille: PerMille::of(ceiling_used, cap),
            })
        });
        shares.collect()
    }

    /// What a grant has used of its ceiling on all texts.
    pub fn daily(&self, grant: &Grant) -> Option<Daily> {
        let most = on_day(&grant.daily_segments, self.day)?.segments?;
        let used = (most - left(self.item(&Key::budget(&grant.name, self.day)), ALL, most)).max(0);
        Some(Daily { most, used, used_per_mille: PerMille::of(used, most) })
    }

    /// What is left of each cap.
    pub fn cap_uses(&self) -> Vec<CapUse> {
        let caps = self.caps().into_iter();
        caps.map(|(pool, cap)| {
            let promised = self.found.everybody.values().filter_map(|grant| {
                let budget = on_day(grant.budgets.get(pool)?, self.day)?;
                let counters = self.item(&Key::budget(&grant.name, self.day));
                Some(left(counters, &guaranteed(pool), budget.guaranteed).max(0))
            });
            let promised_left = promised.sum::<i64>();
            let shared_left = left(self.item(&Key::pool(pool, self.day)), LEFT, cap.shared());
            let used = (cap.cap - shared_left - promised_left).max(0);
            let used_per_mille = PerMille::of(used, cap.cap);
            CapUse {
                pool: pool.clone(),
                unit: self.unit(pool),
                cap: cap.cap,
                used,
                used_per_mille,
                promised_left,
                shared_left,
            }
        })
        .collect()
    }
}

/// What a counter that counts down shows; one that nobody has touched is not there.
fn left(counters: Option<&Item>, name: &str, begins: i64) -> i64 {
    counters.and_then(|item| read_number(item, name)).unwrap_or(begins)
}
