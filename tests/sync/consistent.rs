//! What must hold of the table at every moment, in the middle of a sync too.

use tendlc_core::day::PacificDay;
use tendlc_core::grant::{Grant, on_day};
use tendlc_core::sync::Index;
use tendlc_core::table::Key;

use super::primary::Primary;
use super::terms::pool;

/// What is charged on a day is `used`, by `cap = used + pool + unused guarantees`.
pub async fn assert_balanced(primary: &Primary, day: PacificDay, used: i64, when: &str) {
    let counters = primary.counters(day).await;
    assert_eq!(counters.used(), used, "{when}, {day}: {counters:?}");
}

/// What a brand has promised is what its grants have been promised, on each of the next days, and no more than the cap.
pub async fn assert_promised_once(primary: &Primary, when: &str) {
    let Some(index) = primary.table.read::<Index>(&Key::index()).await.unwrap() else { return };
    if !index.brands.iter().any(|brand| brand.as_str() == "acme") {
        return;
    }
    let Ok(Some(brand)) = primary.table.read::<tendlc_core::grant::Brand>(&Key::brand(&"acme".parse().unwrap())).await
    else {
        return;
    };
    let mut grants: Vec<Grant> = Vec::new();
    for name in index.grants {
        grants.extend(primary.table.read(&Key::grant(&name)).await.unwrap());
    }
    let mut day = primary.today();
    for _ in 0..4 {
        let Some(cap) = on_day(&brand.pools[&pool()], day) else { return };
        let sum: i64 = grants
            .iter()
            .filter_map(|grant| grant.budgets.get(&pool()).and_then(|values| on_day(values, day)))
            .map(|budget| budget.guaranteed)
            .sum();
        assert_eq!(cap.guaranteed, sum, "{when}, {day}: {brand:?} {grants:?}");
        // On a day that has begun the counters say what there is; they may have given less than was asked back.
        if day > primary.today().next() {
            assert!(cap.guaranteed <= cap.cap, "{when}, {day}: {brand:?}");
        }
        day = day.next();
    }
}
