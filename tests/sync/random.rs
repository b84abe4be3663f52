//! Any changes in any order, over days, with use in between.

use rand::Rng;
use rand::rngs::StdRng;
use tendlc_core::day::PacificDay;
use tendlc_core::sync::Change;

use super::consistent::{assert_balanced, assert_promised_once};
use super::desk::{Desk, admitted, text};
use super::primary::Primary;
use super::seed::rng;
use super::terms::{Granted, Terms};

fn terms(rng: &mut StdRng) -> Terms {
    let cap = rng.random_range(10..150);
    let mut terms = Terms::cap(cap);
    // Sometimes more is promised than there is.
    let mut left = if rng.random_bool(0.1) { cap * 2 } else { cap };
    for name in ["a", "b", "c"] {
        if rng.random_bool(0.8) {
            let guaranteed = rng.random_range(0..=left);
            left -= guaranteed;
            let ceiling = rng.random_range(guaranteed.max(1)..=300);
            let daily = rng.random_bool(0.3).then(|| rng.random_range(1..=100));
            terms = terms.granted(Granted { name: name.to_owned(), guaranteed, ceiling, daily });
        }
    }
    terms
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_balance_whatever_is_changed_and_whenever() {
    let mut rng = rng("changes");
    for round in 0..4 {
        // The evening before a day of 23 hours.
        let primary = Primary::empty("2026-03-08T06:30:00Z", &[]).await;
        let mut used: std::collections::BTreeMap<PacificDay, i64> = std::collections::BTreeMap::new();
        for step in 0..12 {
            let terms = terms(&mut rng);
            primary.sync(&terms).await;
            let when = format!("round {round}, step {step}: {terms:?}");
            for day in [primary.today(), primary.today().next()] {
                assert_balanced(&primary, day, used.get(&day).copied().unwrap_or(0), &when).await;
                let counters = primary.counters(day).await;
                assert!(counters.shared >= 0 || counters.unused_guarantees() == 0, "{when}: {counters:?}");
                assert!(counters.grants.values().all(|left| left.guaranteed >= 0), "{when}: {counters:?}");
            }
            assert_promised_once(&primary, &when).await;
            assert!(primary.sync(&terms).await.iter().all(|change| matches!(change, Change::Overpromised { .. })));

            let days: Vec<PacificDay> = PacificDay::charged_at(primary.now()).iter().collect();
            for granted in &terms.grants {
                let texts = vec![text(rng.random_range(1..=4)); rng.random_range(1..=8)];
                let told = Desk::open(&primary, &granted.name).ask(&texts).await;
                days.iter().for_each(|day| *used.entry(*day).or_default() += admitted(&told));
            }
            for day in &days {
                assert_balanced(&primary, *day, used.get(day).copied().unwrap_or(0), &when).await;
            }
            let minutes = [1, 3, 9, 60, 700][rng.random_range(0..5)];
            primary.clock.advance(jiff::SignedDuration::from_mins(minutes));
        }
    }
}
