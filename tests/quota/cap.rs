//! No cap and no ceiling is passed, and what no guarantee holds is used.

use std::collections::BTreeSet;

use futures::future::join_all;
use jiff::SignedDuration;
use tendlc_core::grant::CapUnit;
use tendlc_core::reason::Reason;

use super::desk::{Desk, Told, admitted, text};
use super::function::{Function, Wish};
use super::primary::{NOON, Primary};
use super::terms::{Granted, Terms};

/// Up to two seconds apart, as clocks of many functions are at worst.
fn skew(place: usize) -> SignedDuration {
    SignedDuration::from_millis(place as i64 * 37 % 2_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_senders_never_pass_the_cap_and_use_what_no_guarantee_holds() {
    let terms = Terms::cap(600).grant("a", 80, 600).grant("b", 40, 500).grant("c", 0, 600).grant("idle", 100, 300);
    let primary = Primary::start(NOON, &terms).await;
    let grants = ["a", "b", "c"];
    let senders: Vec<_> = (0..64).map(|place| Function::skewed(&primary, grants[place % 3], skew(place))).collect();
    let wishes = |place: usize| Wish::many(8, |one| ((one + place) % 4 + 1) as u32);
    let got = join_all(senders.iter().enumerate().map(|(place, one)| one.send_all(wishes(place), 2))).await;

    let accepted: i64 = got.iter().map(|got| got.accepted).sum();
    let sent: i64 = primary.aws.sent().iter().map(|sent| i64::from(sent.segments)).sum();
    assert_eq!(accepted, sent);
    let demanded: i64 = (0..64).flat_map(wishes).map(|wish| i64::from(wish.segments)).sum();
    assert!(demanded > 1_000, "there is demand for more than the cap: {demanded}");
    let counters = primary.counters(primary.today()).await;
    let usable = counters.cap - counters.unused_guarantees();
    println!("64 senders sent {sent} of {usable} segments: {:.2}%", 100.0 * sent as f64 / usable as f64);
    assert!(sent <= usable);
    assert!(sent * 100 >= usable * 99, "{sent} of {usable}; {got:?}");
    assert_eq!(counters.of("idle").guaranteed, 100);
    assert_eq!(counters.used(), sent, "nothing has leaked");
    // A function whose clock is behind waits for the places that others have taken.
    let known = |reason: &Reason| matches!(reason, Reason::BrandDailyCap | Reason::Rate);
    assert!(got.iter().all(|got| got.refused.keys().all(known)), "{got:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_ceiling_is_ever_passed_by_many_senders_of_one_grant() {
    let granted = Granted { name: "a".to_owned(), guaranteed: 20, ceiling: 151, daily: None };
    let daily = Granted { name: "b".to_owned(), guaranteed: 20, ceiling: 1_000, daily: Some(101) };
    let primary = Primary::start(NOON, &Terms::cap(1_000).granted(granted).granted(daily)).await;
    let desks: Vec<_> = (0..24).map(|place| Desk::skewed(&primary, ["a", "b"][place % 2], skew(place))).collect();
    let texts = (0..20).map(|place| text(place % 3 + 1)).collect::<Vec<_>>();
    let told = join_all(desks.iter().map(|desk| desk.ask_for_all(texts.clone(), 2))).await;

    let of = |grant: usize| told.iter().skip(grant).step_by(2).map(|told| admitted(told)).sum::<i64>();
    let counters = primary.counters(primary.today()).await;
    assert!((150..=151).contains(&of(0)) && (100..=101).contains(&of(1)), "{} {}", of(0), of(1));
    assert_eq!((counters.of("a").ceiling, counters.of("b").all), (151 - of(0), Some(101 - of(1))));
    assert_eq!(counters.used(), of(0) + of(1));
    let refused = desks[0].ask(&[text(4)]).await;
    assert_eq!(refused[0].reason(), Some(Reason::GrantDailyBudget));
    let refused = desks[1].ask(&[text(4)]).await;
    assert_eq!(refused[0].reason(), Some(Reason::GrantDailyBudget));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_floods_leaves_every_other_grant_its_guarantee() {
    let terms = Terms::cap(300).grant("flood", 0, 300).grant("a", 50, 50).grant("b", 37, 200).grant("c", 1, 10);
    let primary = Primary::start(NOON, &terms).await;
    let floods: Vec<_> = (0..16).map(|place| Desk::skewed(&primary, "flood", skew(place))).collect();
    let told = join_all(floods.iter().map(|desk| desk.ask_for_all(vec![text(1); 20], 2))).await;
    let flooded: i64 = told.iter().map(|told| admitted(told)).sum();
    assert!((210..=300 - 88).contains(&flooded), "{flooded}");

    for (grant, guaranteed) in [("a", 50), ("b", 37), ("c", 1)] {
        let desk = Desk::open(&primary, grant);
        let told = desk.ask_for_all(vec![text(1); guaranteed + 20], 2).await;
        assert!(admitted(&told) >= guaranteed as i64, "{grant}");
    }
    assert_eq!(primary.counters(primary.today()).await.used(), 300);
}

#[tokio::test]
async fn a_text_that_lacks_the_brands_cap_says_so_also_beside_others_that_took_the_ceiling() {
    let terms = Terms::cap(10).grant("a", 0, 10).grant("b", 4, 10);
    let primary = Primary::start(NOON, &terms).await;
    let desk = Desk::open(&primary, "a");
    let told = desk.ask(&[text(1); 10]).await;
    assert_eq!(admitted(&told), 6);
    let reasons = |told: &[Told]| -> BTreeSet<Reason> { told.iter().filter_map(Told::reason).collect() };
    assert_eq!(reasons(&told), BTreeSet::from([Reason::BrandDailyCap]), "four of its ceiling are left");
    let again = desk.ask(&[text(1); 4]).await;
    assert_eq!((admitted(&again), reasons(&again)), (0, BTreeSet::from([Reason::BrandDailyCap])));
}

#[tokio::test]
async fn what_a_guarantee_covers_touches_no_pool() {
    let primary = Primary::start(NOON, &Terms::cap(100).grant("a", 20, 50)).await;
    let desk = Desk::open(&primary, "a");
    desk.warm().await;
    assert_eq!(admitted(&desk.ask(&[text(2); 10]).await), 20);
    assert!(desk.wire.updates().keys().all(|key| !key.starts_with("B#")), "{:?}", desk.wire.updates());
    assert_eq!(admitted(&desk.ask(&[text(1); 10]).await), 10);
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.of("a").guaranteed, counters.shared, counters.of("a").ceiling), (0, 70, 20));
}

#[tokio::test]
async fn a_text_is_taken_whole_or_not_at_all() {
    let primary = Primary::start(NOON, &Terms::cap(100).grant("a", 3, 7)).await;
    let desk = Desk::open(&primary, "a");
    let told = desk.ask(&[text(4), text(4), text(2), text(1)]).await;
    let places: Vec<bool> = told.iter().map(|told| told.admitted()).collect();
    assert_eq!(places, [true, false, true, true], "the first ones first, and a shorter one after a longer one");
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.of("a").guaranteed, counters.of("a").ceiling, counters.shared), (0, 0, 93));
    assert_eq!(told.iter().filter(|told| told.admitted()).map(|told| told.charge.taken().len()).sum::<usize>(), 3);
}

#[tokio::test]
async fn a_cap_of_messages_counts_messages_and_the_grants_own_ceiling_segments() {
    let granted = Granted { name: "a".to_owned(), guaranteed: 2, ceiling: 100, daily: Some(25) };
    let terms = Terms { unit: CapUnit::Messages, ..Terms::cap(10).granted(granted) };
    let primary = Primary::start(NOON, &terms).await;
    let told = Desk::open(&primary, "a").ask(&[text(4); 10]).await;
    assert_eq!(told.iter().filter(|told| told.admitted()).count(), 6);
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.used(), counters.of("a").all), (6, Some(1)));
}
