//! A grant's monthly spend: money is set aside before a text goes out, and never more than there is.

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use tendlc_core::money::MicroUsd;
use tendlc_core::month::UtcMonth;
use tendlc_core::reason::Reason;

use super::desk::{Desk, admitted, text};
use super::primary::{NOON, Primary};
use super::terms::Terms;

fn terms(budget: &str, price: u64) -> Terms {
    let terms = Terms { monthly_spend: Some(budget.parse().unwrap()), ..Terms::cap(100_000) };
    Terms { segment_price: MicroUsd::from_micros(price), ..terms }.grant("a", 0, 100_000)
}

fn skew(place: usize) -> SignedDuration {
    SignedDuration::from_millis(place as i64 * 37 % 2_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_senders_never_set_aside_more_than_a_months_budget_and_leave_less_than_a_text() {
    // Not a multiple of any text's cost.
    let primary = Primary::start(NOON, &terms("1.003", 7_000)).await;
    let desks: Vec<_> = (0..32).map(|place| Desk::skewed(&primary, "a", skew(place))).collect();
    let texts = (0..20).map(|place| text(place % 3 + 1)).collect::<Vec<_>>();
    let told = join_all(desks.iter().map(|desk| desk.ask_for_all(texts.clone(), 2))).await;
    let segments: i64 = told.iter().map(|told| admitted(told)).sum();
    let spent = primary.spent("a").await;
    println!("{segments} segments, {spent} of 1003000 micro-dollars");
    assert_eq!(spent, segments * 7_000, "what did not fit took nothing, or gave it back");
    assert!((1_003_000 - 7_000 + 1..=1_003_000).contains(&spent), "{spent}");
    let refused = told.iter().flatten().filter_map(|told| told.reason());
    assert!(refused.into_iter().all(|reason| [Reason::GrantSpendBudget, Reason::Rate].contains(&reason)));
}

#[tokio::test]
async fn a_text_that_there_is_no_money_for_waits_and_takes_nothing_else() {
    let primary = Primary::start(NOON, &terms("0.02", 7_000)).await;
    let desk = Desk::open(&primary, "a");
    let told = desk.ask(&[text(1), text(4), text(1)]).await;
    assert_eq!(told.iter().map(|told| told.admitted()).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(told[1].reason(), Some(Reason::GrantSpendBudget));
    assert!(told[1].until().unwrap() > primary.now() + SignedDuration::from_secs(60));
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.used(), counters.of("a").ceiling), (2, 100_000 - 2));
    // It is known, so it costs nobody a call.
    desk.wire.clear();
    let again = desk.ask(&[text(1)]).await;
    assert_eq!(again[0].reason(), Some(Reason::GrantSpendBudget));
    assert_eq!(primary.spent("a").await, 14_000);
}

#[tokio::test]
async fn around_a_months_end_a_text_is_paid_for_in_both_months() {
    for (moment, both) in [
        ("2026-11-30T23:58:30Z", false),
        ("2026-11-30T23:59:30Z", true),
        ("2026-12-01T00:00:30Z", true),
        ("2028-02-29T23:59:59Z", true),
    ] {
        let primary = Primary::start(moment, &terms("1.00", 7_000)).await;
        let desk = Desk::open(&primary, "a");
        assert_eq!(admitted(&desk.ask(&[text(2)]).await), 2);
        let month = |by: i64| UtcMonth::of(moment.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(by));
        let (before, after) = (month(-60), month(60));
        let spent = (primary.spent_in("a", before).await, primary.spent_in("a", after).await);
        assert_eq!(spent, (14_000, 14_000), "{moment}");
        assert_eq!(before != after, both, "{moment}");
    }
}

#[tokio::test]
async fn a_grant_without_a_budget_costs_no_call_for_it() {
    let primary = Primary::start(NOON, &Terms::cap(1_000).grant("a", 0, 1_000)).await;
    let desk = Desk::open(&primary, "a");
    assert_eq!(admitted(&desk.ask(&[text(1)]).await), 1);
    assert_eq!(primary.spent("a").await, 0);
}
