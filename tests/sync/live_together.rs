//! Limits that AWS tells, while the run is cut off, an operator syncs, or anything else happens at the same time.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use rand::Rng as _;
use tendlc_core::day::PacificDay;
use tendlc_core::sync::SyncError;

use super::change::uses;
use super::consistent::{assert_balanced, assert_promised_once};
use super::desk::{Desk, admitted, text};
use super::primary::PRIMARY;
use super::seed::rng;
use super::telling::{handler, handler_on, live, refresh, refresh_with, shows, start, terms};
use super::terms::Terms;
use super::wire::{Fate, Wire};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_off_anywhere_it_is_consistent_and_the_next_run_completes_it() {
    let terms = || terms().grant("c", 10, 100);
    let used = async || {
        let primary = start(&terms()).await;
        uses(&primary, "a", 15).await;
        uses(&primary, "c", 25).await;
        // Both ways: it falls below what is promised, and then it rises above what it was.
        shows(&primary, "phone-0", 4, 50);
        primary
    };
    for rises in [false, true] {
        let before = async || {
            let primary = used().await;
            if rises {
                refresh(&primary).await;
                shows(&primary, "phone-0", 12, 140);
            }
            primary
        };
        let whole = before().await;
        refresh(&whole).await;
        let (today, tomorrow) = (whole.today(), whole.today().next());
        let wanted = (whole.counters(today).await, whole.counters(tomorrow).await);
        for last in 1.. {
            let primary = before().await;
            let mut writes = 0;
            let wire = Wire::new(move |call| {
                writes += usize::from(call.operation == "TransactWriteItems");
                let dies = call.operation == "TransactWriteItems" && writes == last;
                if dies { Fate::DiesBefore } else { Fate::Through }
            });
            let handler = handler_on(&primary, &wire);
            let done = tokio::select! {
                done = refresh_with(&primary, &handler, PRIMARY) => done.is_ok(),
                () = wire.died() => false,
            };
            let when = format!("rises: {rises}, cut off before write {last}");
            assert_balanced(&primary, today, 40, &when).await;
            assert_balanced(&primary, tomorrow, 0, &when).await;
            assert_promised_once(&primary, &when).await;
            refresh(&primary).await;
            assert_eq!((primary.counters(today).await, primary.counters(tomorrow).await), wanted, "{when}");
            if done {
                assert!(last > 4, "it writes more often than that");
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_and_a_run_at_once_promise_nothing_twice_and_the_file_has_its_way() {
    let file = || Terms { cap: 100, ..terms() }.grant("a", 45, 100).grant("b", 5, 60).grant("c", 10, 100);
    for (round, cap) in [20, 70, 130, 55].into_iter().enumerate() {
        let primary = start(&terms()).await;
        uses(&primary, "a", 12).await;
        shows(&primary, "phone-0", 10, cap);
        let (wanted, handler) = (live(&primary, &file()), handler(&primary));
        let (synced, ran) = futures::join!(primary.run(&wanted), refresh_with(&primary, &handler, PRIMARY));
        let when = format!("round {round}: {synced:?} {ran:?}");
        assert!(matches!(synced, Ok(_) | Err(SyncError::Overtaken(_))) && ran.is_ok(), "{when}");
        assert_balanced(&primary, primary.today(), 12, &when).await;
        assert_promised_once(&primary, &when).await;
        // Whoever was overtaken runs again.
        primary.run(&wanted).await.unwrap();
        refresh(&primary).await;
        assert_balanced(&primary, primary.today(), 12, &when).await;
        assert_promised_once(&primary, &when).await;
        let tomorrow = primary.counters(primary.today().next()).await;
        let share = |asked: i64| if cap < 60 { asked * cap / 60 } else { asked };
        let guaranteed = ["a", "b", "c"].map(|name| tomorrow.of(name).guaranteed);
        assert_eq!((tomorrow.cap, guaranteed), (cap, [45, 5, 10].map(share)), "{when}");
        assert_eq!((tomorrow.of("a").ceiling, tomorrow.of("b").ceiling), (cap, 60), "{when}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_balance_whatever_aws_tells_and_whenever() {
    let mut rng = rng("live limits");
    let terms = || terms().grant("c", 25, 100);
    for round in 0..3 {
        let primary = start(&terms()).await;
        primary.clock.set("2026-11-21T07:40:00Z".parse().unwrap());
        let mut used: BTreeMap<PacificDay, i64> = BTreeMap::new();
        for step in 0..12 {
            shows(&primary, "phone-0", rng.random_range(0..20), rng.random_range(0..160));
            let report = refresh(&primary).await;
            let when = format!("round {round}, step {step}: {report:?}");
            for day in [primary.today(), primary.today().next()] {
                assert_balanced(&primary, day, used.get(&day).copied().unwrap_or(0), &when).await;
                let counters = primary.counters(day).await;
                assert!(counters.shared >= 0 || counters.unused_guarantees() == 0, "{when}: {counters:?}");
            }
            assert_promised_once(&primary, &when).await;
            let days: Vec<PacificDay> = PacificDay::charged_at(primary.now()).iter().collect();
            for name in ["a", "b", "c"] {
                let told = Desk::open(&primary, name).ask(&vec![text(1); rng.random_range(0..6)]).await;
                days.iter().for_each(|day| *used.entry(*day).or_default() += admitted(&told));
            }
            primary.clock.advance(SignedDuration::from_mins(rng.random_range(0..5)));
        }
    }
}
