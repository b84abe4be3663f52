//! Receipts that come before the record, and those that say what nobody could tell.

use jiff::SignedDuration;
use serde_json::json;
use tendlc_core::books::Filed;
use tendlc_core::ledger::{Entry, Intent, Ledger, Owner, Prior, Record, Settled, Settlement, State};
use tendlc_core::quota::Charge;
use tendlc_core::request::Kind;
use tendlc_core::segments::{Encoding, Measure, Segments};
use tendlc_core::table::Key;

use super::office::{LATER, Office, Sent, but, by_event_bridge, delivered};
use super::primary::grant_name;

struct Claim {
    ledger: Ledger,
    owner: Owner,
    sent: Sent,
}

/// A text that a function has claimed and sent, and not yet written down.
async fn claimed(office: &Office) -> Claim {
    let ledger = Ledger::new(office.primary.table.clone(), grant_name("a"), office.primary.clock.clone());
    let (owner, now) = (Owner::unique(), office.primary.now());
    let sent = Sent { id: "r-1".to_owned(), message_id: "m-r-1".to_owned(), segments: 1, at: now.as_millisecond() };
    let id = sent.id.parse().unwrap();
    let entry = Entry {
        id: &id,
        fingerprint: &"0".repeat(64).into(),
        campaign: &"orders".parse().unwrap(),
        kind: Kind::Transactional,
        measure: Measure { encoding: Encoding::Gsm, segments: Segments::new(1).unwrap() },
        first_seen: now,
        intent: Intent::Claim { lease: now + SignedDuration::from_secs(30) },
        prior: Prior::SeenAfter(now - SignedDuration::from_hours(1)),
    };
    ledger.open(&owner, &[entry]).await;
    Claim { ledger, owner, sent }
}

impl Claim {
    async fn settle(&self, settled: Settled, charge: Charge) {
        let id = self.sent.id.parse().unwrap();
        let settlement = Settlement { id: &id, settled, charge };
        self.ledger.settle(&self.owner, &[settlement]).await.remove(0).unwrap();
    }

    async fn record(&self, office: &Office) -> Record {
        Record::read(&office.primary.item(&Key::ledger(&grant_name("a"), &self.sent.id.parse().unwrap())).await)
            .unwrap()
    }
}

#[tokio::test]
async fn a_receipt_that_comes_before_the_send_is_recorded_waits_for_it() {
    let office = Office::open().await;
    let claim = claimed(&office).await;
    let receipt = delivered(&claim.sent);
    let filed = office.post(std::slice::from_ref(&receipt)).await;
    assert!(matches!(filed[0], Filed::Later { until } if until > office.primary.now()), "{filed:?}");
    assert_eq!(office.total("texts:orders").await, 0);
    claim.settle(Settled::Accepted { message_id: claim.sent.message_id.clone() }, Charge::default()).await;
    assert_eq!(office.post(&[receipt]).await, [Filed::Done]);
    assert_eq!(office.total("delivered:orders:AT&T").await, 1);
}

#[tokio::test]
async fn an_unknown_result_is_accepted_when_a_receipt_tells_and_its_charge_is_settled() {
    let office = Office::open().await;
    office.say_on_the_default_bus().await;
    // What a text takes, as a charge to settle with.
    let charge = office.desk.admit(&[super::desk::text(1)]).await.remove(0).charge;
    let claim = claimed(&office).await;
    claim.settle(Settled::Unknown, charge).await;
    assert_eq!(office.primary.counters(office.primary.today()).await.used(), 1);
    office.post(&[delivered(&claim.sent)]).await;
    let record = claim.record(&office).await;
    assert_eq!((record.state, record.message_id.as_deref()), (State::Accepted, Some("m-r-1")));
    let said: Vec<String> = office.said().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(said, ["SMS Accepted", "SMS Delivered"]);
    assert_eq!(office.primary.counters(office.primary.today()).await.used(), 0, "by AT&T");
    assert_eq!(office.primary.spent("a").await, 5_810 + 3_500);
}

#[tokio::test]
async fn a_claim_that_ran_out_is_accepted_when_a_receipt_tells() {
    let office = Office::open().await;
    let claim = claimed(&office).await;
    office.primary.clock.advance(SignedDuration::from_secs(36));
    assert_eq!(office.post(&[delivered(&claim.sent)]).await, [Filed::Done]);
    assert_eq!(claim.record(&office).await.state, State::Accepted);
}

#[tokio::test]
async fn a_receipt_without_context_finds_its_request_by_the_message_id() {
    let office = Office::open().await;
    let sent = office.send(&[1, 1]).await;
    let copy = by_event_bridge(delivered(&sent[0]));
    // The copy with the context is on its way, and says more.
    let filed = office.post(std::slice::from_ref(&copy)).await;
    assert!(matches!(filed[0], Filed::Later { .. }), "{filed:?}");
    office.primary.clock.advance(LATER);
    assert_eq!(office.post(&[copy]).await, [Filed::Done]);
    assert_eq!((office.total("texts:orders").await, office.odd("unmetered").await), (1, 0));
    // With a context that leads nowhere, too.
    let elsewhere = json!({"context": {"tendlc-grant": "a", "tendlc-id": "nothing-such"}});
    office.post(&[but(delivered(&sent[1]), elsewhere)]).await;
    assert_eq!((office.total("texts:orders").await, office.odd("unmetered").await), (2, 0));
}

#[tokio::test]
async fn a_batch_whose_contexts_name_their_requests_costs_a_few_calls() {
    let office = Office::open().await;
    let mut sent = office.send(&[1; 10]).await;
    office.post(&[delivered(&sent[0])]).await;
    office.wire.clear();
    sent.extend(office.send(&[1; 10]).await);
    office.post(&sent[1..].iter().map(delivered).collect::<Vec<_>>()).await;
    let calls: Vec<String> = office.wire.calls().into_iter().map(|call| call.operation).collect();
    // What there is, the pools, and all in one.
    assert_eq!(calls, ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]);
    office.wire.clear();
    let copies: Vec<_> = sent.iter().map(|sent| by_event_bridge(delivered(sent))).collect();
    office.post(&copies).await;
    let calls: Vec<String> = office.wire.calls().into_iter().map(|call| call.operation).collect();
    assert_eq!(calls, ["BatchGetItem"], "copies that say nothing new are read, and that is all");
}
