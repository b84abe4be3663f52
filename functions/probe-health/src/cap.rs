//! T-Mobile's caps: how much of each is used today.

use std::collections::HashMap;

use tendlc_core::day::PacificDay;
use tendlc_core::grant::{Brand, Cap, Grant, Pool, on_day};
use tendlc_core::quota::counter;
use tendlc_core::table::{Item, Key, read_number};

use crate::check::Finding;

/// From here on the rest of the day may be short.
const MUCH: f64 = 80.0;

/// The counters that say so, of these grants and brands.
pub fn keys<'h>(grants: &'h [Grant], brands: &'h [Brand], day: PacificDay) -> impl Iterator<Item = Key> + 'h {
    let own = grants.iter().map(move |grant| Key::budget(&grant.name, day));
    own.chain(brands.iter().flat_map(|brand| brand.pools.keys()).map(move |pool| Key::pool(pool, day)))
}

/// How much of a pool's cap is used, in percent: what neither the shared part nor an unused guarantee holds any more.
/// Counters of a day that nobody has begun are as their limits say.
pub fn used(
    (pool, cap, day): (&Pool, Cap, PacificDay),
    grants: &[Grant],
    counters: &HashMap<Key, Item>,
) -> Option<f64> {
    if cap.cap <= 0 {
        return None;
    }
    let shared = counters.get(&Key::pool(pool, day)).and_then(|item| read_number(item, counter::LEFT));
    let attribute = counter::guaranteed(pool);
    let unused = grants.iter().filter_map(|grant| {
        let begins = on_day(grant.budgets.get(pool)?, day)?.guaranteed;
        let left = counters.get(&Key::budget(&grant.name, day)).and_then(|item| read_number(item, &attribute));
        Some(left.unwrap_or(begins).max(0))
    });
    let left = shared.unwrap_or(cap.shared()) + unused.sum::<i64>();
    Some((cap.cap - left) as f64 / cap.cap as f64 * 100.0)
}

/// What is to be said of it.
pub fn judge(pool: &Pool, cap: Cap, percent: f64) -> Finding {
    let detail = format!("{percent:.0}% of {} is used today ({})", cap.cap, pool.as_str());
    if percent < MUCH {
        return Finding::healthy(detail);
    }
    Finding::degraded(
        detail,
        "`tendlc usage` shows whose it is. What does not fit waits for the next Pacific day; guarantees hold until then",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tendlc_core::table::number;

    use super::*;
    use crate::check::State;
    use crate::fixtures;

    #[test]
    fn what_is_used_is_what_nobody_has_left() {
        let day: PacificDay = "2026-11-20".parse().unwrap();
        let pool = Pool::of_brand(&"acme".parse().unwrap());
        let mut grant = fixtures::grant();
        let budget = json!([{ "from": "2026-11-01", "guaranteed": 40, "ceiling": 90 }]);
        grant.budgets.insert(pool.clone(), serde_json::from_value(budget).unwrap());
        let cap = Cap { cap: 100, guaranteed: 40 };
        let of = |counters: &HashMap<Key, Item>| {
            used((&pool, cap, day), std::slice::from_ref(&grant), counters).map(f64::round)
        };
        assert_eq!(of(&HashMap::new()), Some(0.0), "nobody has begun the day");
        let item = |name: &str, left: i64| Item::from([(name.to_owned(), number(left))]);
        let shared = (Key::pool(&pool, day), item(counter::LEFT, 10));
        assert_eq!(of(&HashMap::from([shared.clone()])), Some(50.0));
        let own = (Key::budget(&grant.name, day), item(&counter::guaranteed(&pool), 5));
        assert_eq!(of(&HashMap::from([shared, own])), Some(85.0));
        assert_eq!(judge(&pool, cap, 85.0).state, State::Degraded);
        assert_eq!(used((&pool, Cap { cap: 0, guaranteed: 0 }, day), &[], &HashMap::new()), None);
    }
}
