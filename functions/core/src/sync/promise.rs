//! Guarantees that add up to more than their cap, which happens when a cap that is read from AWS falls: every one is
//! less, in proportion. T-Mobile's cap comes before anybody's guarantee.

use std::collections::BTreeMap;

use super::schedule::newest;
use super::{Change, Wanted};
use crate::grant::{Budget, Pool, Since};

/// What is wanted, with guarantees that there is room for; and a warning for each cap that has too little.
pub(super) fn that_can_be_kept(wanted: &Wanted) -> (Wanted, Vec<Change>) {
    let mut kept = wanted.clone();
    let mut caps: BTreeMap<&Pool, i64> = BTreeMap::new();
    let mut sums: BTreeMap<&Pool, i64> = BTreeMap::new();
    for (pool, values) in wanted.brands.iter().flat_map(|brand| &brand.pools) {
        caps.insert(pool, newest(values).map_or(0, |cap| cap.cap));
    }
    for (pool, values) in wanted.grants.iter().flat_map(|grant| &grant.budgets) {
        *sums.entry(pool).or_default() += newest(values).map_or(0, |budget| budget.guaranteed);
    }
    let mut warnings = Vec::new();
    for (pool, guaranteed) in sums {
        let cap = caps.get(pool).copied().unwrap_or(0).max(0);
        if guaranteed <= cap {
            continue;
        }
        for values in kept.grants.iter_mut().filter_map(|grant| grant.budgets.get_mut(pool)) {
            let Some(entry) = values.iter().max_by_key(|entry| entry.from).copied() else { continue };
            let share = i128::from(entry.value.guaranteed) * i128::from(cap) / i128::from(guaranteed);
            let value = Budget { guaranteed: i64::try_from(share).unwrap_or(0), ..entry.value };
            *values = vec![Since { from: entry.from, value }];
        }
        warnings.push(Change::Overpromised { pool: pool.clone(), cap, guaranteed });
    }
    (kept, warnings)
}
