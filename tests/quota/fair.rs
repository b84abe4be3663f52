//! The clocks between those who share them: promotional traffic never delays transactional, and what is refused
//! elsewhere takes no place from anybody.

use futures::future::join_all;
use jiff::SignedDuration;

use super::desk::{Desk, Text, Told, promotional, text};
use super::primary::{NOON, Primary};
use super::terms::{Granted, Terms};

fn millis(millis: i64) -> SignedDuration {
    SignedDuration::from_millis(millis)
}

/// Functions with more texts on their queues than they will ever be rid of: what is put off makes room for the next.
struct Backlog {
    desks: Vec<Desk>,
    batch: Vec<Text>,
}

impl Backlog {
    fn new(primary: &Primary, desks: usize, grant: &str, text: Text) -> Self {
        Self { desks: (0..desks).map(|_| Desk::open(primary, grant)).collect(), batch: vec![text; 10] }
    }

    /// Asks for `seconds`, and lets `other` ask after each `step`. Returns how many texts were admitted.
    async fn play(&self, (seconds, step): (i64, i64), mut other: impl AsyncFnMut(i64)) -> usize {
        let mut admitted = 0;
        for place in 0..seconds * 1_000 / step {
            let told = join_all(self.desks.iter().map(|desk| desk.admit(&self.batch))).await.concat();
            admitted += told.iter().filter(|told| told.admitted()).count();
            other(place).await;
            self.desks[0].clock.advance(millis(step));
        }
        admitted
    }
}

#[tokio::test]
async fn a_transactional_text_has_its_place_within_a_second_of_a_promotional_backlog() {
    for (milli, requests) in [(40_000, 20), (1_000, 20), (2_000, 20), (3_000, 1_000), (40_000, 1), (40_000, 2)] {
        let terms = Terms::cap(1_000_000).grant("news", 500_000, 900_000).grant("codes", 100, 1_000);
        let terms = Terms { campaigns: vec![("orders", milli)], requests_per_second: requests, ..terms };
        let primary = Primary::start(NOON, &terms).await;
        let backlog = Backlog::new(&primary, 8, "news", promotional(1));
        let codes = Desk::open(&primary, "codes");
        let mut waits = Vec::new();
        let sent = backlog.play((14, 100), async |place| {
            if place % 25 == 24 {
                let told = codes.admit(&[text(1)]).await.remove(0);
                waits.push(told.place().map(|place| place.duration_since(told.asked_at)));
            }
        });
        let sent = sent.await;
        assert_eq!(waits.len(), 5);
        let late = waits.iter().find(|wait| wait.is_none_or(|wait| wait > millis(1_000)));
        assert!(late.is_none(), "{milli} thousandths, {requests} requests: {waits:?}");
        // And the newsletter has what the others leave.
        let most = (milli as f64 / 1_000.0).min(f64::from(requests)) * 14.0 - 5.0;
        println!("{milli} thousandths of a segment, {requests} requests: {:.0}% used", 100.0 * sent as f64 / most);
        assert!(sent as f64 > most * 0.8, "{milli} thousandths, {requests} requests: {sent} of {most}");
    }
}

#[tokio::test]
async fn after_one_long_promotional_text_a_transactional_one_waits_for_no_second() {
    let terms = Terms::cap(10_000).grant("news", 5_000, 9_000).grant("codes", 100, 1_000);
    let terms = Terms { campaigns: vec![("orders", 1_000)], ..terms };
    let primary = Primary::start(NOON, &terms).await;
    let (news, codes) = (Desk::open(&primary, "news"), Desk::open(&primary, "codes"));
    let start = primary.now();
    let told = news.admit(&[promotional(4), promotional(4)]).await;
    assert_eq!(told.iter().map(Told::admitted).collect::<Vec<_>>(), [true, false]);
    primary.clock.set(start + millis(3 * 1_005));
    assert!(!news.admit(&[promotional(1)]).await[0].admitted());
    assert_eq!(codes.admit(&[text(1)]).await[0].place(), Some(start + millis(4 * 1_005)));
}

#[tokio::test]
async fn a_slow_campaigns_backlog_takes_no_requests_from_a_fast_one() {
    let terms = Terms::cap(1_000_000).grant("slow", 500_000, 900_000).grant("fast", 100_000, 900_000);
    let campaigns = vec![("orders", 1_000), ("codes", 40_000)];
    let primary = Primary::start(NOON, &Terms { campaigns, requests_per_second: 20, ..terms }).await;
    let backlog = Backlog::new(&primary, 24, "slow", text(1));
    let fast = Desk::open(&primary, "fast");
    // What each environment meets for the first time is asked for once.
    backlog.play((3, 250), async |_| ()).await;
    let (mut asked, mut admitted) = (0, 0);
    let slow = backlog.play((10, 200), async |_| {
        let told = fast.admit(&[Text { campaign: "codes", ..text(1) }; 2]).await;
        asked += told.len();
        admitted += told.iter().filter(|told| told.admitted()).count();
    });
    let slow = slow.await;
    println!("the fast campaign: {admitted} of {asked}; the slow one: {slow} in 10 s at one a second");
    assert!(admitted * 100 >= asked * 98, "{admitted} of {asked}");
    assert!((9..=11).contains(&slow), "{slow}");
}

#[tokio::test]
async fn a_grant_over_its_budget_takes_no_places_from_another() {
    let over = Granted { name: "over".to_owned(), guaranteed: 0, ceiling: 10, daily: None };
    let terms = Terms::cap(1_000_000).granted(over).grant("codes", 100_000, 900_000);
    let primary = Primary::start(NOON, &Terms { campaigns: vec![("orders", 20_000)], ..terms }).await;
    let backlog = Backlog::new(&primary, 24, "over", text(1));
    let codes = Desk::open(&primary, "codes");
    backlog.play((1, 500), async |_| ()).await;
    let (mut asked, mut admitted) = (0, 0);
    for _ in 0..6 {
        // Beyond what an environment remembers of an empty counter: they all ask again.
        primary.clock.advance(SignedDuration::from_secs(6));
        backlog
            .play((1, 500), async |_| {
                let told = codes.admit(&[text(1); 8]).await;
                asked += told.len();
                admitted += told.iter().filter(|told| told.admitted()).count();
            })
            .await;
    }
    assert_eq!((asked, admitted), (96, 96));
}
