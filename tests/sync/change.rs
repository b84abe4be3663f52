//! A file that is changed, and one that is not: what is new, what is gone, what is back.

use tendlc_core::grant::Budget;
use tendlc_core::sync::{Change, former_grants};
use tendlc_core::table::Key;

use super::consistent::{assert_balanced, assert_promised_once};
use super::desk::{Desk, admitted, text};
use super::primary::{NOON, Primary};
use super::terms::{Granted, Terms, day, pool};

pub fn two() -> Terms {
    Terms::cap(100).grant("a", 30, 80).grant("b", 20, 50)
}

pub async fn uses(primary: &Primary, grant: &str, segments: usize) {
    let told = Desk::open(primary, grant).ask_for_all(vec![text(1); segments], 1).await;
    assert_eq!(admitted(&told), segments as i64, "{grant} uses {segments}");
}

/// Budgets are what is guaranteed and the ceiling.
pub fn budget(grant: &str, before: Option<(i64, i64)>, (guaranteed, ceiling): (i64, i64), from: &str) -> Change {
    let before = before.map(|(guaranteed, ceiling)| Budget { guaranteed, ceiling });
    Change::Budget { grant: grant.parse().unwrap(), pool: pool(), before, guaranteed, ceiling, from: day(from) }
}

#[tokio::test]
async fn the_second_run_finds_nothing_to_do() {
    let terms = two().granted(Granted { name: "c".to_owned(), guaranteed: 0, ceiling: 10, daily: Some(5) });
    let primary = Primary::empty(NOON, &terms.grants).await;
    let first = primary.sync(&terms).await;
    assert_eq!(
        first.len(),
        10,
        "a brand and its cap, a campaign, three grants, their budgets and a ceiling: {first:?}"
    );
    let before = primary.counters(primary.today()).await;
    primary.aws.clear_calls();
    assert_eq!(primary.sync(&terms).await, []);
    assert!(
        primary.aws.counts().keys().all(|call| ["GetItem", "BatchGetItem"].contains(call)),
        "{:?}",
        primary.aws.counts()
    );
    uses(&primary, "a", 40).await;
    assert_eq!(primary.sync(&terms).await, [], "also after it was used");
    primary.clock.set("2026-11-25T20:00:00Z".parse().unwrap());
    assert_eq!(primary.sync(&terms).await, [], "also days later");
    assert_eq!(primary.counters(primary.today()).await, before);
}

#[tokio::test]
async fn two_hundred_grants_are_read_a_hundred_at_a_time() {
    let many = (0..200).fold(Terms::cap(1_000), |terms, number| terms.grant(&format!("g{number}"), 1, 10));
    let primary = Primary::start(NOON, &many).await;
    primary.aws.clear_calls();
    assert_eq!(primary.sync(&many).await, []);
    let counts = primary.aws.counts();
    let calls: u64 = counts.values().map(|count| count.calls).sum();
    // The index, the records and the cap's counters, and for what is unused nothing.
    assert!(calls <= 10, "{counts:?}");
    primary.aws.clear_calls();
    let changes = primary.sync(&many.grant("one-more", 1, 10)).await;
    let counts = primary.aws.counts();
    let calls: u64 = counts.values().map(|count| count.calls).sum();
    assert!(calls <= 25, "{changes:?} {counts:?}");
}

#[tokio::test]
async fn a_removed_grant_is_gone_and_what_it_had_not_used_is_anybodys() {
    let primary = Primary::start(NOON, &two()).await;
    uses(&primary, "b", 5).await;
    let changes = primary.sync(&two().without("b")).await;
    assert_eq!(changes, [Change::Removed { what: "grant b".to_owned() }]);
    assert!(primary.grant("b").await.is_none());
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.unused_guarantees()), (65, 30));
    assert_eq!(primary.sync(&two().without("b")).await, []);
    assert_promised_once(&primary, "removed").await;
    // And back again, on the same day.
    primary.sync(&two()).await;
    assert_balanced(&primary, primary.today(), 5, "back").await;
    assert_promised_once(&primary, "back").await;
}

#[tokio::test]
async fn whose_a_removed_grant_was_is_kept_for_its_last_bill() {
    let primary = Primary::start(NOON, &two()).await;
    let account = primary.grant("b").await.unwrap().account;
    let former = async || {
        let key = Key::former();
        let read = primary.table.read_many(&*primary.clock, [key.clone()].into()).await.unwrap();
        read.get(&key).map(former_grants).unwrap_or_default()
    };
    assert!(former().await.is_empty());
    primary.sync(&two().without("b")).await;
    assert_eq!(former().await, [("b".parse().unwrap(), account.clone())].into());
    primary.sync(&two()).await;
    primary.sync(&two().without("a").without("b")).await;
    assert_eq!(former().await.into_keys().map(|name| name.to_string()).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn campaigns_and_brands_that_are_no_longer_wanted_are_gone() {
    let mut terms = two();
    terms.campaigns.push(("codes", 1_000));
    let primary = Primary::start(NOON, &terms).await;
    assert_eq!(primary.sync(&two()).await.len(), 3, "the campaign, and the grants that had it");
    let nothing = tendlc_core::sync::Wanted::default();
    let clock: tendlc_core::clock::SharedClock = primary.clock.clone();
    let sync = tendlc_core::sync::Sync::new(primary.table.clone(), clock);
    assert_eq!(sync.run(&nothing).await.unwrap().len(), 4, "two grants, a campaign, a brand");
    assert_eq!(sync.index().await.unwrap(), tendlc_core::sync::Index::default());
    assert_eq!(sync.run(&nothing).await.unwrap(), []);
}

#[tokio::test]
async fn a_grant_that_is_back_on_the_same_day_has_used_what_it_had_used() {
    let daily =
        |daily| two().granted(Granted { name: "a".to_owned(), guaranteed: 30, ceiling: 50, daily: Some(daily) });
    let primary = Primary::start(NOON, &daily(40)).await;
    uses(&primary, "a", 15).await;
    primary.sync(&two().without("a")).await;
    primary.sync(&daily(25)).await;
    let left = primary.counters(primary.today()).await.of("a");
    assert_eq!((left.all, left.ceiling), (Some(10), 35));
    assert_balanced(&primary, primary.today(), 15, "back").await;
    let told = Desk::open(&primary, "a").ask(&[text(4); 5]).await;
    assert_eq!(admitted(&told), 8, "ten are left of twenty-five");
}
