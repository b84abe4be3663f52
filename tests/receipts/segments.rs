//! T-Mobile's segments: they go back where a receipt names another carrier, to where they came from, once.

use jiff::SignedDuration;
use serde_json::json;
use tendlc_core::money::MicroUsd;

use super::desk::{admitted, text};
use super::office::{Office, but, by_t_mobile, delivered, pending};
use super::terms::Terms;

#[tokio::test]
async fn segments_go_back_where_they_came_from_when_another_carrier_is_named() {
    let office = Office::open().await;
    // A hundred are guaranteed, and ten come off the pool.
    let sent = office.send(&[10; 9]).await;
    let over = office.send(&[10, 10]).await;
    let counters = office.primary.counters(office.primary.today()).await;
    assert_eq!((counters.of("a").guaranteed, counters.shared, counters.of("a").ceiling), (0, 890, 890));
    office.post(&[delivered(&over[1])]).await;
    let counters = office.primary.counters(office.primary.today()).await;
    assert_eq!((counters.of("a").guaranteed, counters.shared, counters.of("a").ceiling), (0, 900, 900));
    office.post(&sent.iter().map(delivered).collect::<Vec<_>>()).await;
    let counters = office.primary.counters(office.primary.today()).await;
    assert_eq!((counters.of("a").guaranteed, counters.shared, counters.of("a").ceiling), (90, 900, 990));
}

#[tokio::test]
async fn what_t_mobile_delivers_or_nobody_names_stays_charged() {
    let office = Office::open().await;
    let sent = office.send(&[2, 3, 4, 5]).await;
    let nobody = json!({"mcc": null, "mnc": null, "carrierName": null});
    let perhaps = json!({"mcc": null, "mnc": null, "carrierName": "Mint Mobile"});
    let receipts = [
        by_t_mobile(delivered(&sent[0])),
        but(delivered(&sent[1]), nobody),
        but(delivered(&sent[2]), perhaps),
        delivered(&sent[3]),
    ];
    office.post(&receipts).await;
    let counters = office.primary.counters(office.primary.today()).await;
    assert_eq!(counters.used(), 2 + 3 + 4);
    assert_eq!(office.odd("unknown_carrier").await, 1);
}

#[tokio::test]
async fn segments_go_back_once_however_often_and_in_whatever_order_receipts_come() {
    let office = Office::open().await;
    let sent = office.send(&[3]).await;
    let (first, last) = (pending(&sent[0]), delivered(&sent[0]));
    let again = but(last.clone(), json!({"eventTimestamp": sent[0].at + 60_000}));
    for receipts in
        [vec![last.clone()], vec![first.clone(), last.clone(), last], vec![again.clone()], vec![again, first]]
    {
        office.post(&receipts).await;
        assert_eq!(office.primary.counters(office.primary.today()).await.used(), 0);
    }
    let counters = office.primary.counters(office.primary.today()).await;
    assert_eq!((counters.of("a").guaranteed, counters.of("a").ceiling, counters.shared), (100, 1_000, 900));
}

#[tokio::test]
async fn a_carrier_once_named_stays() {
    let office = Office::open().await;
    let sent = office.send(&[3, 3]).await;
    office.post(&[delivered(&sent[0]), by_t_mobile(delivered(&sent[1]))]).await;
    let later = |place: usize| json!({"eventTimestamp": sent[place].at + 9_000});
    office.post(&[by_t_mobile(but(delivered(&sent[0]), later(0))), but(delivered(&sent[1]), later(1))]).await;
    assert_eq!(office.primary.counters(office.primary.today()).await.used(), 3);
}

#[tokio::test]
async fn around_midnight_segments_go_back_to_both_days() {
    let office = Office::at("2026-11-21T07:58:00Z").await;
    let sent = office.send(&[4]).await;
    let today = office.primary.today();
    for day in [today, today.next()] {
        assert_eq!(office.primary.counters(day).await.used(), 4, "{day}");
    }
    office.post(&[delivered(&sent[0])]).await;
    for day in [today, today.next()] {
        assert_eq!(office.primary.counters(day).await.used(), 0, "{day}");
    }
}

#[tokio::test]
async fn what_goes_back_pays_the_debt_of_a_lowered_cap_before_anybodys_guarantee() {
    let office = Office::open().await;
    let sent = office.send(&[10; 10]).await;
    let more = office.send(&[10; 10]).await;
    assert_eq!((sent.len(), more.len()), (10, 10));
    // 200 of 1000 are used; 100 of them guaranteed, and now the cap is 150.
    let terms = Terms { monthly_spend: Some("5.00".parse().unwrap()), ..Terms::cap(150) };
    office.primary.sync(&terms.grant("a", 100, 1_000)).await;
    let counters = office.primary.counters(office.primary.today()).await;
    assert_eq!((counters.shared, counters.of("a").guaranteed), (-50, 0));
    office.post(&sent[..6].iter().map(delivered).collect::<Vec<_>>()).await;
    let counters = office.primary.counters(office.primary.today()).await;
    assert_eq!((counters.shared, counters.of("a").guaranteed), (0, 10), "60 went back: 50 to the pool");
    office.primary.clock.advance(SignedDuration::from_secs(61));
    let told = office.desk.ask(&[text(10), text(1)]).await;
    assert_eq!(admitted(&told), 10, "140 that may be T-Mobile's, and ten more: the cap");
}

#[tokio::test]
async fn segments_that_aws_counts_otherwise_are_counted_and_change_no_quota() {
    let office = Office::open().await;
    let sent = office.send(&[1]).await;
    office.post(&[by_t_mobile(but(delivered(&sent[0]), json!({"totalMessageParts": 2})))]).await;
    assert_eq!(office.odd("other_segments").await, 1);
    assert_eq!(office.primary.counters(office.primary.today()).await.used(), 1);
    assert_eq!(office.total("parts:orders").await, 2);
    assert_eq!(MicroUsd::from_micros(0), MicroUsd::default());
}
