//! Limits that are changed while many functions use them.

use futures::future::{join, join_all};
use jiff::SignedDuration;
use rand::Rng;
use tendlc_core::sync::Change;

use super::desk::{Desk, admitted, text};
use super::primary::{NOON, Primary};
use super::seed::rng;
use super::terms::Terms;

/// Returns once so much is used.
async fn used(primary: &Primary, at_least: i64) {
    while primary.counters(primary.today()).await.used() < at_least {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn desks(primary: &Primary, grant: &str, count: usize) -> Vec<Desk> {
    let skew = |place: usize| SignedDuration::from_millis(place as i64 * 61 % 2_000);
    (0..count).map(|place| Desk::skewed(primary, grant, skew(place))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guarantee_that_is_raised_at_noon_is_had_at_once_or_not_before_midnight() {
    let mut rng = rng("raised");
    for raised in [75, 390] {
        let terms = Terms::cap(400).grant("flood", 0, 400).grant("a", 50, 400);
        let primary = Primary::start(NOON, &terms).await;
        let flood = desks(&primary, "flood", 64);
        let at_least = rng.random_range(20..100);
        let (told, changes) = join(join_all(flood.iter().map(|desk| desk.ask_for_all(vec![text(1); 7], 2))), async {
            used(&primary, at_least).await;
            primary.sync(&terms.clone().grant("a", raised, 400)).await
        })
        .await;
        let flooded: i64 = told.iter().map(|told| admitted(told)).sum();
        let from = changes.iter().find_map(|change| match change {
            Change::Budget { from, .. } => Some(*from),
            _ => None,
        });
        let counters = primary.counters(primary.today()).await;
        // On a slow machine the flood may have left too little by the time of the sync: then it begins tomorrow.
        let at_once = from == Some(primary.today());
        assert!(!at_once || raised == 75, "more than the pool had: {changes:?}");
        assert!(at_once || from == Some(primary.today().next()), "{changes:?}");
        let granted = if at_once { raised } else { 50 };
        assert_eq!(counters.of("a").guaranteed, granted);
        assert_eq!(counters.used(), flooded);
        assert!(flooded <= 400 - granted && flooded * 100 >= (400 - granted) * 99, "{flooded} of {}", 400 - granted);
        let own = Desk::open(&primary, "a").ask_for_all(vec![text(1); 80], 1).await;
        assert_eq!(admitted(&own), 400 - flooded, "its guarantee, and what little is left");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_cap_is_lowered_nothing_is_admitted_beyond_it() {
    let mut rng = rng("lowered");
    for lowered in [230, 60] {
        let terms = Terms::cap(400).grant("flood", 0, 400).grant("a", 100, 300).grant("b", 50, 300);
        let primary = Primary::start(NOON, &terms).await;
        // One grant uses its guarantee while it shrinks.
        let all = [desks(&primary, "flood", 44), desks(&primary, "a", 20)].concat_all();
        let at_least = rng.random_range(100..140);
        let lower = async {
            used(&primary, at_least).await;
            // The guarantees stay as wanted as they can be: the file says so, too.
            let kept = Terms { cap: lowered, ..terms.clone() }.grant("a", 40, 300).grant("b", 20, 300);
            let changes = primary.sync(&kept).await;
            (changes, primary.counters(primary.today()).await)
        };
        let (told, (changes, then)) =
            join(join_all(all.iter().map(|desk| desk.ask_for_all(vec![text(1); 8], 2))), lower).await;
        let sum: i64 = told.iter().map(|told| admitted(told)).sum();
        assert_eq!(then.cap, lowered);
        let over: i64 =
            changes.iter().map(|change| if let Change::Shrunk { over, .. } = change { *over } else { 0 }).sum();
        let after = primary.counters(primary.today()).await;
        assert_eq!(after.used(), sum);
        // What was charged beyond the cap when no guarantee was left is all that may ever be. Of it, what was not sent
        // is given back later, a guarantee's part to its guarantee: with 64 in flight, no look at the counters between
        // shows that bound.
        assert!(sum <= lowered + over, "{sum} of {lowered} and {over}, {then:?} {changes:?}");
        assert!(after.shared >= 0 || over > 0, "{after:?} {changes:?}");
        let usable = lowered - after.unused_guarantees();
        println!("64 senders, a cap lowered to {lowered} when {} were used: {sum} sent of {usable}", then.used());
        assert!(sum * 100 >= usable * 99, "{sum} of {usable}, there was demand for all: {after:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guarantee_is_lowered_while_its_grant_uses_it() {
    for _ in 0..2 {
        let terms = Terms::cap(240).grant("a", 200, 240).grant("b", 0, 240);
        let primary = Primary::start(NOON, &terms).await;
        let all = [desks(&primary, "a", 12), desks(&primary, "b", 12)].concat_all();
        let lower = async {
            used(&primary, 60).await;
            primary.sync(&terms.clone().grant("a", 50, 240)).await
        };
        let (told, changes) =
            join(join_all(all.iter().map(|desk| desk.ask_for_all(vec![text(1); 20], 1))), lower).await;
        assert!(matches!(changes[..], [Change::Budget { guaranteed: 50, .. }]), "{changes:?}");
        let sum: i64 = told.iter().map(|told| admitted(told)).sum();
        let counters = primary.counters(primary.today()).await;
        assert_eq!(counters.used(), sum);
        assert!(sum <= 240 && sum * 100 >= (240 - counters.unused_guarantees()) * 99, "{sum} {counters:?}");
    }
}

trait ConcatAll<T> {
    fn concat_all(self) -> Vec<T>;
}

impl<T, const N: usize> ConcatAll<T> for [Vec<T>; N] {
    fn concat_all(self) -> Vec<T> {
        self.into_iter().flatten().collect()
    }
}
