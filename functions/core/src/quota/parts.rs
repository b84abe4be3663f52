//! All that a batch needs, by the item that it is taken from, and in what order it is asked for.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::budget::{BudgetPart, Cost};
use super::rate::{ClockPart, Scope};
use super::spend::SpendPart;
use super::verdict::{Admission, merge};
use super::{Demand, Quota};
use crate::day::PacificDay;
use crate::directory::Snapshot;
use crate::grant::{CapUnit, Counted, Pool, on_day};
use crate::month::UtcMonth;
use crate::request::Kind;
use crate::table::Key;

/// The parts of one admission.
pub(super) struct Parts {
    budgets: Vec<BudgetPart>,
    spends: Vec<SpendPart>,
    clocks: Vec<ClockPart>,
}

/// Parts that are asked for beside each other.
#[derive(Default)]
pub(super) struct Stage<'p> {
    pub(super) budgets: Vec<&'p BudgetPart>,
    pub(super) spends: Vec<&'p SpendPart>,
    pub(super) clocks: Vec<&'p ClockPart>,
}

impl Parts {
    /// All that texts charged at `now` need.
    pub(super) fn of(snapshot: &Snapshot, now: Timestamp, demands: &[Demand<'_>]) -> Self {
        let days = PacificDay::charged_at(now);
        let mut by_day: BTreeMap<(PacificDay, Pool), Vec<Cost>> = BTreeMap::new();
        let mut by_clock: BTreeMap<(Key, Kind), ClockPart> = BTreeMap::new();
        for (index, demand) in demands.iter().enumerate() {
            let (campaign, segments) = (demand.campaign, demand.segments.get());
            let all = i64::from(segments);
            for day in days.iter() {
                // One that counts nowhere on that day finds no cap, and waits.
                let nowhere = || Counted { pool: Pool::of_brand(&campaign.brand), unit: CapUnit::default() };
                let Counted { pool, unit } = on_day(&campaign.counted, day).unwrap_or_else(nowhere);
                let cap = if unit == CapUnit::Messages { 1 } else { all };
                by_day.entry((day, pool)).or_default().push(Cost { index, cap, all });
            }
            for (key, scope, cost) in demand.clocks() {
                let part = by_clock.entry((key.clone(), demand.kind));
                part.or_insert_with(|| ClockPart::new(key, demand.kind, scope)).costs.push((index, cost));
            }
        }
        let mut budgets = Vec::new();
        for ((day, pool), costs) in by_day {
            let cap = snapshot.brands().find_map(|brand| on_day(brand.pools.get(&pool)?, day));
            let budget = snapshot.grant.budgets.get(&pool).and_then(|values| on_day(values, day));
            let all = on_day(&snapshot.grant.daily_segments, day).and_then(|daily| daily.segments);
            // What began with this day has no yesterday to be charged to.
            if day < PacificDay::of(now) && (cap.is_none() || budget.is_none()) {
                continue;
            }
            budgets.push(BudgetPart { day, pool, cap, budget, all, costs });
        }
        let spends = snapshot.grant.monthly_spend.map_or_else(Vec::new, |budget| {
            let cost = |demand: &Demand<'_>| demand.campaign.segment_price.times(demand.segments.get());
            let costs: Vec<_> = demands.iter().map(cost).enumerate().collect();
            UtcMonth::charged_at(now).map(|month| SpendPart { month, budget, costs: costs.clone() }).collect()
        });
        Self { budgets, spends, clocks: by_clock.into_values().collect() }
    }

    /// Refuses what need not be asked for: a counter was found empty a moment ago, a clock shows that the places within
    /// its horizon are gone or taken by the texts before it.
    pub(super) fn refuse_what_is_known(&self, quota: &Quota, now: Timestamp, admissions: &mut [Admission]) {
        let mut ahead = vec![0; self.clocks.len()];
        for (index, admission) in admissions.iter_mut().enumerate() {
            let budget = self.budgets.iter().find_map(|part| part.refused_by_memory(quota, now, index));
            let spend = || self.spends.iter().find_map(|part| part.refused_by_memory(quota, now, index));
            let known = budget.or_else(spend).or_else(|| {
                let mut clocks = self.clocks.iter().zip(&ahead);
                clocks.find_map(|(part, ahead)| part.refused_by_memory(quota, now, *ahead, index))
            });
            match known {
                Some(part) => merge(&mut admission.verdict, part),
                None => ahead.iter_mut().zip(&self.clocks).for_each(|(ahead, part)| *ahead += part.cost_of(index)),
            }
        }
    }

    /// All at once, unless some of it was lately found scarce: that goes first, so that what it refuses does not take
    /// what others could use. A place on a clock cannot be given back; what a budget refuses is known to be refused.
    pub(super) fn stages(&self, quota: &Quota, now: Timestamp) -> Vec<Stage<'_>> {
        const REST: u8 = 3;
        let mut stages: BTreeMap<u8, Stage<'_>> = BTreeMap::new();
        for part in &self.budgets {
            let rank = if part.is_scarce(quota, now) { 0 } else { REST };
            stages.entry(rank).or_default().budgets.push(part);
        }
        for part in &self.spends {
            let rank = if part.is_scarce(quota, now) { 0 } else { REST };
            stages.entry(rank).or_default().spends.push(part);
        }
        for part in &self.clocks {
            let rank = match part.scope {
                _ if !part.is_scarce(quota, now) => REST,
                // The campaign's clock serves one campaign, the primary's serves all.
                Scope::Campaign => 1,
                Scope::Primary => 2,
            };
            stages.entry(rank).or_default().clocks.push(part);
        }
        stages.into_values().collect()
    }
}
