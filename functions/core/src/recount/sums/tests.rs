use super::*;
use crate::grant::Pool;
use crate::ledger::Record;
use crate::month::UtcMonth;
use crate::quota::{Charge, Reserved, Taken};

const DAY: &str = "2026-11-19";

fn sums() -> Sums {
    Sums::new(Span::of(DAY.parse().unwrap(), at("2026-11-20T13:00:00Z")))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn grant() -> GrantName {
    "a".parse().unwrap()
}

fn taken(day: &str) -> Taken {
    let pool = Pool::of_brand(&"acme".parse().unwrap());
    Taken { day: day.parse().unwrap(), pool, guaranteed: 2, shared: 1, ceiling: 3, all: 0 }
}

fn reserved() -> Reserved {
    Reserved { month: "2026-11".parse().unwrap(), amount: MicroUsd::from_micros(33_000) }
}

fn record(state: State, days: &[&str]) -> Record {
    let mut charge = Charge::default();
    days.iter().for_each(|day| charge.add(taken(day)));
    charge.reserve(reserved());
    Record {
        state,
        owner: "o".to_owned(),
        lease: Some(at("2026-11-19T21:00:00Z")),
        fingerprint: "f".to_owned().into(),
        first: None,
        unknown_since: None,
        reason: None,
        message_id: None,
        campaign: Some("orders".parse().unwrap()),
        charge,
        segments: Some(3),
        resent_from: None,
    }
}

fn message() -> Message {
    Message {
        grant: Some(grant()),
        id: Some("r".parse().unwrap()),
        campaign: Some("orders".parse().unwrap()),
        month: Some("2026-11".parse().unwrap()),
        day: Some(DAY.parse().unwrap()),
        price: MicroUsd::from_micros(20_000),
        fee: MicroUsd::from_micros(5_000),
        parts: 3,
        settled: vec![reserved()],
        freed: vec![taken(DAY)],
        ..Message::default()
    }
}

fn spent(sums: &Sums) -> (i64, i64) {
    let month: UtcMonth = "2026-11".parse().unwrap();
    let moved = sums.moved(&Key::month(&grant(), month), SPENT);
    (moved.all, moved.sure)
}

fn ceiling(sums: &Sums) -> (i64, i64) {
    let moved = sums.moved(&Key::budget(&grant(), DAY.parse().unwrap()), "ceiling:acme");
    (-moved.all, -moved.sure)
}

#[test]
fn what_is_written_while_counting_is_counted_and_not_relied_upon() {
    let mut counted = sums();
    counted.add_record(&grant(), &record(State::Accepted, &[DAY]), at("2026-11-20T12:59:00Z"));
    assert_eq!((spent(&counted), ceiling(&counted)), ((33_000, 0), (3, 0)));
    counted.add_record(&grant(), &record(State::Accepted, &[DAY]), at("2026-11-19T20:00:00Z"));
    assert_eq!((spent(&counted), ceiling(&counted)), ((66_000, 33_000), (6, 3)));
    // Its price may be higher than it was; what it gives back is relied upon.
    counted.add_message("m", &message(), at("2026-11-20T12:59:00Z"));
    assert_eq!((spent(&counted), ceiling(&counted)), ((58_000, 0), (3, 0)));
    let mut counted = sums();
    counted.add_record(&grant(), &record(State::Accepted, &[DAY]), at("2026-11-19T20:00:00Z"));
    counted.add_message("m", &message(), at("2026-11-19T20:01:00Z"));
    assert_eq!((spent(&counted), ceiling(&counted)), ((25_000, 25_000), (0, 0)));
}

#[test]
fn a_text_counts_on_the_first_day_that_it_is_charged_to_and_without_a_charge_on_that_of_its_record() {
    let texts = |record: &Record, moment: &str| {
        let mut sums = sums();
        sums.add_record(&grant(), record, at(moment));
        sums.texts.values().map(|texts| texts.segments).sum::<i64>()
    };
    let midnight = "2026-11-20T07:59:00Z";
    assert_eq!(texts(&record(State::Accepted, &["2026-11-20", DAY]), midnight), 3, "asked for in any order");
    assert_eq!(texts(&record(State::Accepted, &["2026-11-18", DAY]), midnight), 0);
    assert_eq!(texts(&record(State::Unknown, &[]), midnight), 3);
    assert_eq!(texts(&record(State::Unknown, &[]), "2026-11-20T08:00:00Z"), 0);
    assert_eq!(texts(&record(State::Claimed, &[]), midnight), 3, "its lease is over");
    assert_eq!(texts(&record(State::Deferred, &[]), midnight), 0);
}

#[test]
fn a_text_at_midnight_may_be_in_either_days_tally() {
    let tallied = |moment: &str| {
        let mut sums = sums();
        sums.add_record(&grant(), &record(State::Accepted, &[DAY, "2026-11-20"]), at(moment));
        (sums.texts.len(), sums.tallied.len())
    };
    assert_eq!(tallied("2026-11-20T07:59:59Z"), (1, 1));
    assert_eq!(tallied("2026-11-20T08:00:02Z"), (1, 0), "begun before or after");
    assert_eq!(tallied("2026-11-20T08:15:00Z"), (1, 1), "a receipt has told of it");
}

#[test]
fn a_charge_counts_in_every_state_since_only_what_may_have_been_sent_has_one() {
    let mut counted = sums();
    counted.add_record(&grant(), &record(State::Deferred, &[DAY]), at("2026-11-19T20:00:00Z"));
    assert_eq!(ceiling(&counted), (3, 3), "its first try may have been sent");
}
