//! Days of 23, 24 and 25 hours, and the time around their end, in which a text is charged to both.

use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use tendlc_core::day::AFTER_MIDNIGHT;
use tendlc_core::reason::Reason;

use super::desk::{Desk, Told, admitted, text};
use super::function::{Function, Wish};
use super::primary::Primary;
use super::terms::{Terms, day};

/// Days with their first moments in UTC, and the moment after them. Written down, not computed.
const DAYS: [[&str; 4]; 3] = [
    ["2026-03-08", "2026-03-08T08:00:00Z", "2026-03-09", "2026-03-09T07:00:00Z"],
    ["2026-11-01", "2026-11-01T07:00:00Z", "2026-11-02", "2026-11-02T08:00:00Z"],
    ["2026-07-04", "2026-07-04T07:00:00Z", "2026-07-05", "2026-07-05T07:00:00Z"],
];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// What was admitted, by every day on which the text may come to the carrier: its sender's clock may be two seconds fast.
fn by_day(told: &[Told], [first, _, second, midnight]: [&'static str; 4]) -> BTreeMap<&'static str, i64> {
    let mut sums = BTreeMap::from([(first, 0), (second, 0)]);
    for told in told.iter().filter(|told| told.admitted()) {
        if told.asked_at < at(midnight) + AFTER_MIDNIGHT {
            *sums.entry(first).or_default() += told.segments;
        }
        if told.asked_at >= at(midnight) - minutes(5) {
            *sums.entry(second).or_default() += told.segments;
        }
    }
    sums
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_days_cap_is_passed_over_midnight_and_both_are_used() {
    for days in DAYS {
        let [first, _, second, midnight] = days;
        let start = at(midnight) - minutes(10);
        let terms = Terms::cap(70).grant("a", 15, 70).grant("b", 10, 50).grant("idle", 10, 10);
        let primary = Primary::start(&start.to_string(), &terms).await;
        let skew = |place: usize| SignedDuration::from_millis(place as i64 * 666 - 1_000);
        let desks: Vec<_> = (0..4).map(|place| Desk::skewed(&primary, ["a", "b"][place % 2], skew(place))).collect();
        let mut told = Vec::new();
        // Twenty minutes; the first day is used up in its last five.
        for step in 0..20 {
            // A short one last, for whatever a longer one leaves.
            let texts = [text(step % 3 + 1), text(1)];
            told.extend(join_all(desks.iter().map(|desk| desk.ask(&texts))).await.concat());
            desks.iter().for_each(|desk| desk.clock.advance(minutes(1)));
            primary.clock.advance(minutes(1));
        }
        let sums = by_day(&told, days);
        for name in [first, second] {
            let counters = primary.counters(day(name)).await;
            assert!(sums[name] <= 60, "{name}: {sums:?}");
            assert_eq!(counters.used(), sums[name], "{name}: charged is what may come to the carrier then");
            assert!(sums[name] * 100 >= 60 * 99, "{name}: {sums:?}, there was demand for all");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_senders_pass_neither_days_cap_over_the_change_of_the_pacific_day_and_use_both() {
    // Days of 23 and of 25 hours. Sixty of each day's 600 are held for one who sends nothing.
    for days in [DAYS[0], DAYS[1]] {
        let [first, _, second, midnight] = days;
        let terms = Terms::cap(600).grant("a", 90, 600).grant("b", 50, 400).grant("c", 0, 600).grant("idle", 60, 60);
        let primary = Primary::start(&(at(midnight) - minutes(10)).to_string(), &terms).await;
        // Up to two seconds apart, so that at midnight some are on either side of it.
        let skew = |place: usize| SignedDuration::from_millis(place as i64 * 37 % 2_000 - 1_000);
        let desks: Vec<_> =
            (0..64).map(|place| Desk::skewed(&primary, ["a", "b", "c"][place % 3], skew(place))).collect();
        let mut told = Vec::new();
        // What is asked for in the last five minutes is for both days: of the first day there is little left by then,
        // and of the second much is left after it.
        let before = [(-600, 2), (-240, 1), (-120, 1), (-60, 1)];
        let after = [(0, 1), (30, 4), (60, 3), (90, 2), (120, 1), (150, 1)];
        for (seconds, segments) in before.into_iter().chain(after) {
            let moment = at(midnight) + SignedDuration::from_secs(seconds);
            primary.clock.set(moment);
            desks.iter().enumerate().for_each(|(place, desk)| desk.clock.set(moment + skew(place)));
            let texts = vec![text(segments); 2];
            // Whoever meets a clock that others' time has put ahead asks again when told to.
            told.extend(join_all(desks.iter().map(|desk| desk.ask_for_all(texts.clone(), 2))).await.concat());
        }
        let sums = by_day(&told, days);
        for name in [first, second] {
            let counters = primary.counters(day(name)).await;
            let usable = counters.cap - counters.unused_guarantees();
            println!(
                "64 senders on {name}: {} of {usable}, {:.2}%",
                sums[name],
                100.0 * sums[name] as f64 / usable as f64
            );
            assert!(sums[name] <= usable, "{name}: {sums:?} of {usable}");
            assert_eq!(counters.used(), sums[name], "{name}: charged is what may come to the carrier then");
            assert!(sums[name] * 100 >= usable * 99, "{name}: {sums:?} of {usable}, there was demand for all");
            assert_eq!(counters.of("idle").guaranteed, 60, "{name}");
        }
    }
}

#[tokio::test]
async fn a_used_up_day_ends_at_its_own_midnight_and_not_a_second_sooner() {
    for [first, begins, second, midnight] in DAYS {
        let primary = Primary::start(begins, &Terms::cap(10).grant("a", 5, 10)).await;
        let desk = Desk::open(&primary, "a");
        assert_eq!(admitted(&desk.ask(&[text(1); 12]).await), 10);
        for before in [minutes(60), minutes(6), minutes(5), SignedDuration::from_secs(1)] {
            primary.clock.set(at(midnight) - before);
            let told = desk.ask(&[text(1)]).await.remove(0);
            assert!(matches!(told.reason(), Some(Reason::BrandDailyCap | Reason::GrantDailyBudget)), "{told:?}");
            let until = told.until().unwrap();
            assert!(until <= at(midnight) + AFTER_MIDNIGHT && until > primary.now(), "{until}: worth asking by then");
        }
        assert_eq!(primary.counters(day(second)).await.used(), 0, "what was refused took nothing from the next day");
        // A clock that shows midnight may be two seconds fast.
        primary.clock.set(at(midnight) + SignedDuration::from_millis(2_999));
        assert_eq!(admitted(&desk.ask(&[text(1)]).await), 0);
        primary.clock.set(at(midnight) + AFTER_MIDNIGHT);
        let told = desk.ask(&[text(1); 12]).await;
        assert_eq!(admitted(&told), 10, "{told:?}");
        assert_eq!(primary.counters(day(first)).await.used(), 10);
    }
}

#[tokio::test]
async fn in_the_last_five_minutes_both_days_must_have_room() {
    let [first, _, second, midnight] = DAYS[0];
    let start = at(midnight) - minutes(4);
    let primary = Primary::start(&start.to_string(), &Terms::cap(10).grant("a", 4, 10).grant("b", 2, 10)).await;
    let (a, b) = (Desk::open(&primary, "a"), Desk::open(&primary, "b"));
    assert_eq!(admitted(&a.ask(&[text(3); 2]).await), 6);
    for name in [first, second] {
        let counters = primary.counters(day(name)).await;
        assert_eq!((counters.of("a").guaranteed, counters.of("a").ceiling, counters.shared), (0, 4, 2), "{name}");
    }
    assert_eq!(admitted(&b.ask(&[text(1); 10]).await), 4);
    // A new day with six of its ten charged already, by texts that may have come late.
    primary.clock.set(at(midnight));
    assert_eq!(admitted(&a.ask(&[text(1); 10]).await), 0);
    assert_eq!(primary.counters(day(second)).await.used(), 10);
}

#[tokio::test]
async fn a_text_lives_no_longer_than_the_days_that_it_is_charged_to() {
    for [_, _, _, midnight] in DAYS {
        for (before, ends) in [
            (minutes(120), at(midnight)),
            (SignedDuration::from_secs(301), at(midnight)),
            (minutes(5), at(midnight) + SignedDuration::from_hours(24)),
            (SignedDuration::from_secs(1), at(midnight) + SignedDuration::from_hours(24)),
        ] {
            let now = at(midnight) - before;
            let primary = Primary::start(&now.to_string(), &Terms::cap(10).grant("a", 4, 10)).await;
            Function::start(&primary, "a").run(&[Wish::new(1)]).await;
            let sent = primary.aws.sent();
            let lives = SignedDuration::from_secs(sent[0].time_to_live.unwrap());
            // AWS may take ten seconds to answer, and counts from when it takes the text.
            let taken = sent[0].at + SignedDuration::from_secs(10);
            assert!(taken + lives <= ends, "{before:?} before {midnight}: {lives:?}");
            assert!(
                sent[0].at + lives >= ends - SignedDuration::from_secs(12),
                "{before:?} before {midnight}: {lives:?}"
            );
        }
    }
}
