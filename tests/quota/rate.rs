//! The clocks of rates: over a window of any length, never more than the rate and one text.

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use tendlc_core::reason::Reason;
use tendlc_core::request::Kind;

use super::desk::{Desk, Text, Told, promotional, text};
use super::function::{Function, Wish};
use super::primary::{NOON, Primary};
use super::seed::rng;
use super::terms::Terms;
use super::wire::{Fate, Wire};

/// So many thousandths of a segment and so many requests per second.
fn rates(milli_segments_per_second: u64, requests_per_second: u32) -> Terms {
    let terms = Terms::cap(1_000_000).grant("a", 500_000, 1_000_000).grant("b", 400_000, 1_000_000);
    Terms { campaigns: vec![("orders", milli_segments_per_second)], requests_per_second, ..terms }
}

/// What a clock makes of a second: half a percent more.
const SLOW_SECOND: i64 = 1_005;

fn millis(millis: i64) -> SignedDuration {
    SignedDuration::from_millis(millis)
}

/// A text is sent at the later of its two places. On the clock that is not tested here, a place is a microsecond.
const OTHER_CLOCK: SignedDuration = SignedDuration::from_micros(500);

/// Places with what is sent at them, in units of the rate.
fn places(told: &[Told], units: impl Fn(&Told) -> i64) -> Vec<(Timestamp, i64)> {
    let mut places: Vec<_> = told.iter().filter_map(|told| Some((told.place()?, units(told)))).collect();
    places.sort();
    places
}

/// Every window that begins and ends with a text, `slack` longer than it is.
fn assert_rate(places: &[(Timestamp, i64)], milli_per_second: u64, slack: SignedDuration) {
    for (first, (from, _)) in places.iter().enumerate() {
        let mut sum = 0;
        for (to, units) in &places[first..] {
            let window = (to.duration_since(*from) + slack).as_micros();
            let most = window * i128::from(milli_per_second);
            assert!(i128::from(sum) * 1_000_000_000 <= most, "{sum} before the last of {from} to {to}: {places:?}");
            sum += units;
        }
    }
}

#[tokio::test]
async fn no_window_of_any_length_has_more_than_the_rate_and_one_text() {
    let mut rng = rng("rate");
    for milli in [200, 1_000, 1_250, 4_000, 40_000, 4_500_000] {
        let primary = Primary::start(NOON, &rates(milli, 1_000_000)).await;
        let desks: Vec<_> = (0..4).map(|place| Desk::open(&primary, ["a", "b"][place % 2])).collect();
        let mut told = Vec::new();
        for _ in 0..12 {
            let batches: Vec<Vec<Text>> = desks
                .iter()
                .map(|_| (0..rng.random_range(1..=10)).map(|_| text(rng.random_range(1..=11))).collect())
                .collect();
            told.extend(join_all(desks.iter().zip(&batches).map(|(desk, batch)| desk.admit(batch))).await.concat());
            // Sometimes idle for long: nothing may be saved up.
            let wait = if rng.random_bool(0.2) { 60_000 } else { rng.random_range(0..=1_500) };
            primary.clock.advance(millis(wait));
        }
        let places = places(&told, |told| told.segments);
        assert!(!places.is_empty());
        assert_rate(&places, milli, OTHER_CLOCK);
    }
}

#[tokio::test]
async fn awss_requests_per_second_are_such_a_clock_that_counts_texts() {
    let mut rng = rng("requests");
    for per_second in [1, 3, 20] {
        let primary = Primary::start(NOON, &rates(10_000_000_000, per_second)).await;
        let desks: Vec<_> = (0..4).map(|place| Desk::open(&primary, ["a", "b"][place % 2])).collect();
        let mut told = Vec::new();
        for _ in 0..12 {
            let batch: Vec<Text> = (0..rng.random_range(1..=10)).map(|_| text(rng.random_range(1..=11))).collect();
            told.extend(join_all(desks.iter().map(|desk| desk.admit(&batch))).await.concat());
            primary.clock.advance(millis(rng.random_range(0..=1_500)));
        }
        assert_rate(&places(&told, |_| 1), u64::from(per_second) * 1_000, OTHER_CLOCK);
    }
}

#[tokio::test]
async fn where_both_clocks_are_short_neither_is_passed_by_more_than_its_horizon() {
    let mut rng = rng("both");
    let terms = Terms { campaigns: vec![("orders", 10_000), ("codes", 12_000)], ..rates(10_000, 15) };
    let primary = Primary::start(NOON, &terms).await;
    let desks: Vec<_> = (0..6).map(|place| Desk::open(&primary, ["a", "b"][place % 2])).collect();
    let mut told: Vec<(&str, Told)> = Vec::new();
    for _ in 0..20 {
        let asked = join_all(desks.iter().enumerate().map(async |(place, desk)| {
            let campaign = ["orders", "codes"][place / 2 % 2];
            desk.admit(&[Text { campaign, ..text(1) }; 4]).await.into_iter().map(move |told| (campaign, told))
        }));
        told.extend(asked.await.into_iter().flatten());
        primary.clock.advance(millis(rng.random_range(0..=900)));
    }
    let of = |campaign: &str| -> Vec<Told> {
        told.iter().filter(|(of, _)| *of == campaign).map(|(_, told)| told.clone()).collect()
    };
    let horizon = SignedDuration::from_secs(1);
    assert_rate(&places(&of("orders"), |told| told.segments), 10_000, horizon);
    assert_rate(&places(&of("codes"), |told| told.segments), 12_000, horizon);
    let all: Vec<Told> = told.into_iter().map(|(_, told)| told).collect();
    assert_rate(&places(&all, |_| 1), 15_000, horizon);
}

#[tokio::test]
async fn a_long_text_on_a_slow_campaign_is_sent_and_the_debt_is_waited_for() {
    let primary = Primary::start(NOON, &rates(1_000, 1_000)).await;
    let (desk, other) = (Desk::open(&primary, "a"), Desk::open(&primary, "b"));
    let told = desk.admit(&[text(4), text(1)]).await;
    assert_eq!(told[0].place(), Some(primary.now()));
    assert_eq!(told[1].reason(), Some(Reason::Rate), "its place is beyond the horizon");

    let start = primary.now();
    let refused = other.admit(&[text(1)]).await.remove(0);
    assert_eq!(refused.reason(), Some(Reason::Rate));
    let until = refused.until().unwrap();
    let half = SignedDuration::from_micros(502_500);
    assert_eq!(until, start + millis(4 * SLOW_SECOND) - half, "half a horizon before its place comes up");
    primary.clock.set(until);
    assert_eq!(other.admit(&[text(1)]).await[0].place(), Some(start + millis(4 * SLOW_SECOND)));
    assert_eq!(desk.admit(&[text(11)]).await[0].reason(), Some(Reason::Rate));
    let idle = start + millis(5 * SLOW_SECOND);
    primary.clock.set(idle);
    assert_eq!(desk.admit(&[text(11)]).await[0].place(), Some(idle), "never refused for being long");
}

#[tokio::test]
async fn a_text_behind_one_whose_admission_took_its_time_keeps_its_distance() {
    let primary = Primary::start(NOON, &rates(1_000, 1_000)).await;
    let clock = primary.clock.clone();
    let slow = clock.clone();
    let wire = Wire::new(move |call| {
        // Beside the clocks, which have been asked by then.
        if call.is_update_of("C#") {
            slow.advance(millis(8));
        }
        Fate::Through
    });
    let function = Function::with(&primary, "a", clock, wire);
    for _ in 0..4 {
        function.run(&[Wish::new(1)]).await;
    }
    assert_eq!(primary.aws.sent().len(), 4, "none had to wait or was throttled");
    let at: Vec<Timestamp> = primary.aws.sent().iter().map(|sent| sent.at).collect();
    assert!(at.windows(2).all(|two| two[1].duration_since(two[0]) >= millis(1_000)), "{at:?}");
}

#[tokio::test]
async fn a_text_of_four_segments_is_sent_on_a_campaign_of_one_a_second() {
    for kind in [Kind::Transactional, Kind::Promotional] {
        let primary = Primary::start(NOON, &rates(1_000, 1)).await;
        let got = Function::start(&primary, "a").send_all(vec![Wish { kind, ..Wish::new(4) }; 1], 1).await;
        assert_eq!((got.accepted, got.batches, primary.aws.sent().len()), (4, 1, 1), "{kind:?}: at once");
        // And the ones after it, when it is paid for.
        let next = (0..2).map(|_| Wish { kind, ..Wish::new(4) }).collect();
        let got = Function::start(&primary, "b").send_all(next, 1).await;
        assert_eq!(got.accepted, 8, "{kind:?}: {got:?}");
        let sent: Vec<_> = primary.aws.sent().iter().map(|sent| sent.at).collect();
        assert!(sent.windows(2).all(|two| two[1].duration_since(two[0]) >= millis(4_000)), "{kind:?}: {sent:?}");
    }
}

#[tokio::test]
async fn the_promised_moment_works_whatever_was_asked_before() {
    let mut rng = rng("promise");
    let primary = Primary::start(NOON, &rates(7_000, 1_000_000)).await;
    let desk = Desk::open(&primary, "a");
    for round in 0..60 {
        let one = if rng.random_bool(0.5) { text } else { promotional }(rng.random_range(1..=9));
        let told = desk.admit(&[one]).await.remove(0);
        if let Some(until) = told.until() {
            assert!(until > primary.now(), "{round}: {told:?}");
            primary.clock.set(until);
            assert!(desk.admit(&[one]).await[0].admitted(), "{round}: {told:?} {one:?}");
        }
    }
}

#[tokio::test]
async fn after_a_long_idle_time_no_more_than_the_horizon_is_given_out() {
    let primary = Primary::start(NOON, &rates(4_000, 1_000_000)).await;
    for (desk, idle) in [(Desk::open(&primary, "a"), 3_600), (Desk::open(&primary, "b"), 7_200)] {
        primary.clock.advance(SignedDuration::from_secs(idle));
        let now = primary.now();
        let told = desk.admit(&[text(1); 10]).await;
        let places: Vec<_> = told.iter().filter_map(Told::place).map(|place| place.duration_since(now)).collect();
        let quarters = [0, 1, 2, 3, 4].map(|quarters| millis(SLOW_SECOND) * quarters / 4);
        assert_eq!(places, quarters);
    }
}

#[tokio::test]
async fn a_function_whose_clock_is_behind_takes_no_place_twice() {
    let primary = Primary::start(NOON, &rates(20_000, 1_000_000)).await;
    let ahead = Desk::skewed(&primary, "a", millis(2_000));
    let (behind, level) = (Desk::skewed(&primary, "b", millis(-2_000)), Desk::open(&primary, "a"));
    let mut told = Vec::new();
    for _ in 0..20 {
        let four = [text(1); 4];
        let asked = futures::join!(ahead.admit(&four), behind.admit(&four), level.admit(&four));
        told.extend([asked.0, asked.1, asked.2].concat());
        for desk in [&ahead, &behind, &level] {
            desk.clock.advance(millis(300));
        }
    }
    assert_rate(&places(&told, |told| told.segments), 20_000, OTHER_CLOCK);
    // Once the others rest, it has its turn.
    behind.clock.advance(SignedDuration::from_secs(6));
    assert!(behind.admit(&[text(1)]).await[0].admitted());
}
