//! Caps that are changed: a lowered one is kept before any guarantee.

use tendlc_core::sync::{Change, Tense};

use super::change::{two, uses};
use super::consistent::{assert_balanced, assert_promised_once};
use super::desk::{Desk, admitted, text};
use super::primary::{NOON, Primary};
use super::terms::{Terms, pool};

#[tokio::test]
async fn a_cap_is_changed_whenever_it_was_written_first() {
    for now in [NOON, "2026-11-21T20:00:00Z", "2026-12-25T20:00:00Z"] {
        for cap in [60, 300] {
            let primary = Primary::start(NOON, &two()).await;
            primary.clock.set(now.parse().unwrap());
            uses(&primary, "a", 10).await;
            let changes = primary.sync(&Terms { cap, ..two() }).await;
            assert_eq!(changes, [Change::Cap { pool: pool(), before: Some(100), now: cap }], "at {now}");
            assert_eq!(primary.counters(primary.today()).await.cap, cap);
            assert_balanced(&primary, primary.today(), 10, now).await;
            assert_balanced(&primary, primary.today().next(), 0, now).await;
            assert_eq!(primary.sync(&Terms { cap, ..two() }).await, []);
        }
    }
}

#[tokio::test]
async fn a_lowered_cap_shrinks_unused_guarantees_in_proportion_and_says_so() {
    let primary =
        Primary::start(NOON, &Terms::cap(200).grant("a", 60, 200).grant("b", 30, 200).grant("c", 0, 200)).await;
    uses(&primary, "c", 110).await;
    uses(&primary, "a", 20).await;
    // 130 are used and 70 promised. 30 are missing, and those that have 40 and 30 left give them.
    let lowered = Terms::cap(170).grant("a", 60, 200).grant("b", 30, 200).grant("c", 0, 200);
    let changes = primary.sync(&lowered).await;
    let shrunk = Change::Shrunk { pool: pool(), day: primary.today(), by: 30, over: 0 };
    assert_eq!(changes, [Change::Cap { pool: pool(), before: Some(200), now: 170 }, shrunk.clone()]);
    assert!(shrunk.lines(Tense::Done)[0].contains("WARNING"), "{shrunk:?}");
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.of("a").guaranteed, counters.of("b").guaranteed), (0, 22, 18));
    assert_balanced(&primary, primary.today(), 130, "shrunk").await;
    assert_eq!(primary.sync(&lowered).await, [], "it is said once");
    let counters = primary.counters(primary.today().next()).await;
    assert_eq!((counters.shared, counters.unused_guarantees()), (80, 90), "tomorrow all of it is there");
}

#[tokio::test]
async fn a_cap_below_what_is_used_leaves_nothing_and_a_pool_below_zero() {
    let primary = Primary::start(NOON, &two()).await;
    uses(&primary, "a", 70).await;
    let lowered = Terms { cap: 60, ..two() };
    let changes = primary.sync(&lowered).await;
    assert!(changes.contains(&Change::Shrunk { pool: pool(), day: primary.today(), by: 20, over: 10 }), "{changes:?}");
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.unused_guarantees()), (-10, 0));
    for grant in ["a", "b"] {
        assert_eq!(admitted(&Desk::open(&primary, grant).ask(&[text(1); 3]).await), 0);
    }
    assert_eq!(primary.sync(&lowered).await, []);
    // Raised again, the pool has what is beyond what was used; the guarantees are there again tomorrow.
    primary.sync(&two()).await;
    assert_balanced(&primary, primary.today(), 70, "raised again").await;
    assert_eq!(primary.counters(primary.today()).await.shared, 30);
}

#[tokio::test]
async fn more_is_never_guaranteed_than_there_is() {
    // As when a cap that is read from AWS falls below what the file promises.
    let primary = Primary::start(NOON, &two()).await;
    let fallen = Terms { cap: 25, ..two() };
    let changes = primary.sync(&fallen).await;
    assert_eq!(changes[0], Change::Overpromised { pool: pool(), cap: 25, guaranteed: 50 });
    assert!(changes[0].lines(Tense::Done)[0].contains("WARNING"));
    for day in [primary.today(), primary.today().next()] {
        let counters = primary.counters(day).await;
        assert_eq!((counters.of("a").guaranteed, counters.of("b").guaranteed, counters.shared), (15, 10, 0), "{day}");
    }
    assert_eq!(primary.sync(&fallen).await, [changes[0].clone()], "it is said as long as it is so");
    assert_promised_once(&primary, "fallen").await;
    primary.sync(&two()).await;
    assert_eq!(primary.counters(primary.today()).await.of("a").guaranteed, 30);
}
