//! A sync that is cut off at any of its calls: the table is consistent at once, and complete after the next run.

use tendlc_core::clock::SharedClock;
use tendlc_core::sync::Sync;

use super::consistent::{assert_balanced, assert_promised_once};
use super::desk::{Desk, admitted, text};
use super::primary::{NOON, Primary, config, table};
use super::terms::Terms;
use super::wire::{Fate, Wire};

fn before() -> Terms {
    Terms::cap(200).grant("a", 60, 150).grant("b", 20, 100).grant("gone", 30, 90)
}

/// A lower cap, a lower and a higher guarantee, one grant less and one more.
fn after() -> Terms {
    Terms { cap: 160, campaigns: vec![("orders", 5_000_000_000), ("codes", 1_000)], ..Terms::default() }
        .grant("a", 20, 120)
        .grant("b", 50, 110)
        .grant("new", 25, 60)
}

const USED: i64 = 95;

/// A table on which 95 of 200 are used, at this moment.
async fn used(now: &str) -> Primary {
    let primary = Primary::start(now, &before()).await;
    for (grant, segments) in [("a", 80), ("gone", 15)] {
        let told = Desk::open(&primary, grant).ask_for_all(vec![text(4); segments / 4], 1).await;
        let rest = Desk::open(&primary, grant).ask_for_all(vec![text(1); segments % 4], 1).await;
        assert_eq!(admitted(&told) + admitted(&rest), segments as i64);
    }
    primary
}

/// Whether it came to its end.
async fn sync_until(primary: &Primary, wire: &Wire) -> bool {
    let clock: SharedClock = primary.clock.clone();
    let sync = Sync::new(table(&config(&primary.aws, wire.client())), clock);
    let wanted = after().wanted(primary.today());
    tokio::select! {
        done = sync.run(&wanted) => done.is_ok(),
        () = wire.died() => false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_off_anywhere_it_is_consistent_and_the_next_run_completes_it() {
    // At noon, and in the last minutes of a day, when tomorrow's counters move with today's.
    for (now, every) in [(NOON, 1), ("2026-11-21T07:52:00Z", 3)] {
        let whole = used(now).await;
        assert!(sync_until(&whole, &Wire::sound()).await);
        let (today, tomorrow) = (whole.today(), whole.today().next());
        let wanted = (whole.counters(today).await, whole.counters(tomorrow).await);
        assert_balanced(&whole, today, USED, "whole").await;

        for last in (1..).step_by(every) {
            let primary = used(now).await;
            let mut writes = 0;
            let wire = Wire::new(move |call| {
                writes += usize::from(!call.is_read());
                if !call.is_read() && writes == last { Fate::DiesBefore } else { Fate::Through }
            });
            let whole = sync_until(&primary, &wire).await;
            let when = format!("cut off before write {last} at {now}");
            assert_balanced(&primary, today, USED, &when).await;
            assert_balanced(&primary, tomorrow, 0, &when).await;
            assert_promised_once(&primary, &when).await;

            primary.sync(&after()).await;
            let then = (primary.counters(today).await, primary.counters(tomorrow).await);
            assert_eq!(then, wanted, "{when}");
            assert!(primary.grant("gone").await.is_none(), "{when}");
            assert_promised_once(&primary, &when).await;
            assert_eq!(primary.sync(&after()).await, [], "{when}");
            if whole {
                assert!(last > 8, "it writes more often than that");
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_does_nothing_twice() {
    let whole = used(NOON).await;
    assert!(sync_until(&whole, &Wire::sound()).await);
    let wanted = whole.counters(whole.today()).await;
    for lost in (1..14).step_by(2) {
        // Once, which the SDK's own try mends; and for good.
        for times in [1, 3] {
            let primary = used(NOON).await;
            let mut writes = 0;
            let wire = Wire::new(move |call| {
                writes += usize::from(!call.is_read());
                let broken = !call.is_read() && (lost..lost + times).contains(&writes);
                if broken { Fate::AnswerLost } else { Fate::Through }
            });
            sync_until(&primary, &wire).await;
            let when = format!("{times} answers lost from write {lost} on");
            assert_balanced(&primary, primary.today(), USED, &when).await;
            assert_promised_once(&primary, &when).await;
            primary.sync(&after()).await;
            assert_eq!(primary.counters(primary.today()).await, wanted, "{when}");
            assert_eq!(primary.sync(&after()).await, [], "{when}");
        }
    }
}
