//! What receipts are worth: T-Mobile's cap counts T-Mobile's recipients only, and two of three texts are not theirs.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use serde_json::{Value, json};
use tendlc_core::reason::Reason;

use super::desk::text;
use super::office::{Office, Sent, but, by_t_mobile, delivered};
use super::seed::rng;
use super::terms::Terms;

const CAP: i64 = 400;

#[tokio::test]
async fn with_receipts_within_minutes_a_cap_sends_two_and_a_half_times_its_size_and_t_mobile_never_gets_more() {
    let mut rng = rng("mix");
    let office = Office::with(super::primary::NOON, &Terms::cap(CAP).grant("a", 100, 100_000)).await;
    let mut on_their_way: VecDeque<(Timestamp, Value)> = VecDeque::new();
    let (mut sent, mut t_mobiles, mut last_progress) = (0, 0, office.primary.now());
    while office.primary.now() < last_progress + SignedDuration::from_mins(30) {
        let texts: Vec<_> = (0..10).map(|_| text(rng.random_range(1..=2))).collect();
        let told = office.desk.ask(&texts).await;
        let known = [Some(Reason::BrandDailyCap), Some(Reason::Rate), None];
        assert!(told.iter().all(|told| known.contains(&told.reason())), "{told:?}");
        let now = office.primary.now();
        for told in told.iter().filter(|told| told.admitted()) {
            let segments = u32::try_from(told.segments).unwrap();
            let (id, message_id) = (told.id.to_string(), format!("m-{}", told.id));
            let receipt = delivered(&Sent { id, message_id, segments, at: now.as_millisecond(), claim: None });
            let verizon = json!({"mnc": "480", "mcc": "311", "carrierName": "Verizon Wireless"});
            let receipt = match rng.random_range(0..3) {
                0 => {
                    t_mobiles += told.segments;
                    by_t_mobile(receipt)
                }
                1 => but(receipt, verizon),
                _ => receipt,
            };
            on_their_way.push_back((now + SignedDuration::from_secs(rng.random_range(5..240)), receipt));
            sent += told.segments;
            last_progress = now;
        }
        assert!(t_mobiles <= CAP, "{t_mobiles} of T-Mobile's {CAP}");
        office.primary.clock.advance(SignedDuration::from_secs(20));
        let now = office.primary.now();
        let (due, later) = on_their_way.into_iter().partition(|(at, _)| *at <= now);
        on_their_way = later;
        let due: Vec<Value> = VecDeque::into_iter(due).map(|(_, receipt)| receipt).collect();
        if !due.is_empty() {
            office.post(&due).await;
        }
    }
    println!(
        "a cap of {CAP}: {sent} segments sent, {:.2} times as many, {t_mobiles} of them T-Mobile's",
        sent as f64 / CAP as f64
    );
    assert!(sent * 2 >= CAP * 5, "{sent}");
    assert!(t_mobiles * 100 >= CAP * 99, "the cap is used: {t_mobiles}");
}
