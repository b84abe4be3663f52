//! Whatever is sent, told and cut off: the recount's sums are what the counters show less what crashes leaked.

use jiff::SignedDuration;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::json;
use tendlc_core::ledger::Record;
use tendlc_core::recount::{Cause, Weight};
use tendlc_core::table::{KEY, read_text};
use tendlc_local::aws::{Action, Fault};

use super::office::{Office, Sent, but, by_t_mobile, delivered, pending};
use super::primary::NOON;
use super::seed::rng;
use super::terms::Terms;
use super::tomorrow::{count, count_at_once, next_morning, send_on, taken, told};
use super::wire::{Fate, Wire};

/// What the counters show as used and spent, and what of it the records have.
#[derive(Clone, Copy, Debug)]
struct Used {
    segments: i64,
    micros: i64,
}

impl Used {
    fn less(self, other: Self) -> Self {
        Self { segments: self.segments - other.segments, micros: self.micros - other.micros }
    }
}

async fn shown(office: &Office) -> Used {
    let segments = office.primary.counters(office.primary.today()).await.used();
    Used { segments, micros: office.primary.spent("a").await }
}

async fn written(office: &Office) -> Used {
    let table = &office.primary.table;
    let mut used = Used { segments: 0, micros: 0 };
    let mut pages = table.client.scan().table_name(&table.name).into_paginator().items().send();
    while let Some(item) = pages.next().await {
        let item = item.unwrap();
        if read_text(&item, KEY).unwrap().starts_with("L#") {
            let charge = Record::read(&item).unwrap().charge;
            used.segments += charge.taken().iter().map(|taken| taken.guaranteed + taken.shared).sum::<i64>();
            used.micros += charge.reserved().iter().map(|reserved| reserved.amount.signed()).sum::<i64>();
        }
    }
    used
}

fn wire(rng: &mut StdRng) -> Wire {
    let fates = [Fate::DiesBefore, Fate::DiesAfter, Fate::AnswerLost, Fate::Lost];
    let (at, fate) = (rng.random_range(0..24), *fates.choose(rng).unwrap());
    let mut calls = 0;
    let breaks = rng.random_bool(0.5);
    Wire::new(move |_| {
        calls += 1;
        if breaks && calls == at { fate } else { Fate::Through }
    })
}

fn receipt(rng: &mut StdRng, sent: &Sent) -> serde_json::Value {
    let receipt = match rng.random_range(0..5) {
        0 => pending(sent),
        1 => by_t_mobile(delivered(sent)),
        2 => but(delivered(sent), json!({ "messageStatus": "UNREACHABLE", "eventType": "TEXT_UNREACHABLE" })),
        3 => but(delivered(sent), json!({ "totalMessagePrice": rng.random_range(1..9_000) as f64 / 1e6 })),
        _ => delivered(sent),
    };
    but(receipt, json!({ "eventTimestamp": sent.at + rng.random_range(0..90_000) }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sums_are_what_counters_show_less_what_crashes_leaked() {
    let mut rng = rng("recount");
    for round in 0..4 {
        let terms = Terms { monthly_spend: Some("9.00".parse().unwrap()), ..Terms::cap(rng.random_range(60..400)) };
        let office = Office::with(NOON, &terms.grant("a", rng.random_range(0..60), 400)).await;
        let mut leaked = Used { segments: 0, micros: 0 };
        for _ in 0..rng.random_range(4..14) {
            if rng.random_bool(0.2) {
                let action = *[Action::OptOut, Action::FailAfterAccept, Action::Error].choose(&mut rng).unwrap();
                office.primary.aws.fault(Fault::nth("SendTextMessage", rng.random_range(1..5), action)).unwrap();
            }
            let segments: Vec<u32> = (0..rng.random_range(1..=10)).map(|_| rng.random_range(1..=4)).collect();
            let before = (shown(&office).await, written(&office).await);
            send_on(&office, &segments, &wire(&mut rng)).await;
            let (took, wrote) = (shown(&office).await.less(before.0), written(&office).await.less(before.1));
            leaked.segments += took.segments - wrote.segments;
            leaked.micros += took.micros - wrote.micros;
            // Beyond leases and what is waited for, so that every receipt is filed at once.
            office.primary.clock.advance(SignedDuration::from_mins(17));
            let some: Vec<Sent> = taken(&office).into_iter().filter(|_| rng.random_bool(0.3)).collect();
            let receipts: Vec<_> = some.iter().map(|sent| receipt(&mut rng, sent)).collect();
            office.post(&receipts).await;
        }
        assert!(leaked.segments >= 0 && leaked.micros >= 0, "{leaked:?}");
        let used = shown(&office).await;
        next_morning(&office).await;
        let report = count(&office).await;
        let found = told(&report);
        assert!(report.differences.iter().all(|one| one.weight != Weight::Alarm), "round {round}: {found:?}");
        let more = |what: &str| {
            let one = report.differences.iter().find(|one| one.cause == Cause::ShowsMore && one.what == what);
            one.map_or(0, |one| one.shown - one.counted)
        };
        assert_eq!(more("acme left"), leaked.segments, "round {round}: {found:?}");
        assert_eq!(more("spent"), leaked.micros, "round {round}: {found:?}");
        let charged = report.grants[0].charged.get("ceiling:acme").copied().unwrap_or(0);
        assert_eq!(charged + leaked.segments, used.segments, "round {round}: all is under the ceiling: {found:?}");
        let again = count(&office).await;
        assert!(again.differences.iter().all(|one| !one.mended), "round {round}: {:?}", told(&again));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_texts_and_receipts_go_on_nothing_is_an_alarm() {
    let mut rng = rng("recount beside");
    let terms = Terms { monthly_spend: Some("90.00".parse().unwrap()), ..Terms::cap(4_000) };
    let office = Office::with(NOON, &terms.grant("a", 300, 4_000)).await;
    let today = office.primary.today();
    let counting = async {
        let mut counts = 0;
        while office.primary.aws.sent().len() < 150 {
            let report = count_at_once(&office, Some(today)).await;
            assert!(report.differences.iter().all(|one| one.weight != Weight::Alarm), "{:?}", told(&report));
            counts += 1;
        }
        counts
    };
    let working = async {
        while office.primary.aws.sent().len() < 150 {
            send_on(&office, &[1, 2, 1, 1, 3], &Wire::sound()).await;
            office.primary.clock.advance(SignedDuration::from_secs(50));
            let some: Vec<Sent> = taken(&office).into_iter().filter(|_| rng.random_bool(0.2)).collect();
            let receipts: Vec<_> = some.iter().map(|sent| receipt(&mut rng, sent)).collect();
            office.post(&receipts).await;
        }
    };
    let (counts, ()) = futures::join!(counting, working);
    assert!(counts > 3, "{counts}");
}
