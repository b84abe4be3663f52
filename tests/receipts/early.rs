//! Receipts that come before the record, and those that say what nobody could tell.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tendlc_core::books::Filed;
use tendlc_core::ledger::{Entry, Intent, Ledger, Opened, Owner, Prior, Record, Settled, Settlement, State};
use tendlc_core::quota::Charge;
use tendlc_core::reason::Reason;
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
    claim(office, "m-r-1", Prior::SeenAfter(office.primary.now() - SignedDuration::from_hours(1))).await
}

async fn claim(office: &Office, message_id: &str, prior: Prior) -> Claim {
    let ledger = Ledger::new(office.primary.table.clone(), grant_name("a"), office.primary.clock.clone());
    let (owner, now) = (Owner::unique(), office.primary.now());
    let (id, message_id) = ("r-1".to_owned(), message_id.to_owned());
    let sent = Sent { id, message_id, segments: 1, at: now.as_millisecond(), claim: None };
    let id = sent.id.parse().unwrap();
    let entry = Entry {
        id: &id,
        fingerprint: &"0".repeat(64).into(),
        campaign: &"orders".parse().unwrap(),
        kind: Kind::Transactional,
        measure: Measure { encoding: Encoding::Gsm, segments: Segments::new(1).unwrap() },
        first_seen: now,
        intent: Intent::Claim { lease: now + SignedDuration::from_secs(30) },
        prior,
    };
    assert!(matches!(ledger.open(&owner, &[entry]).await[0], Opened::AsIntended));
    Claim { ledger, owner, sent }
}

impl Claim {
    /// With the context that a function gives its text.
    fn delivered(&self) -> Value {
        let context = json!({"tendlc-grant": "a", "tendlc-id": self.sent.id, "tendlc-claim": self.owner.as_str()});
        but(delivered(&self.sent), json!({ "context": context }))
    }

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
    let receipt = claim.delivered();
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
    office.post(&[claim.delivered()]).await;
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
    assert_eq!(office.post(&[claim.delivered()]).await, [Filed::Done]);
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

#[tokio::test]
async fn both_texts_of_a_request_that_was_sent_again_are_its_and_neither_is_sent_a_third_time() {
    let office = Office::open().await;
    let first = claimed(&office).await;
    first.settle(Settled::Unknown, Charge::default()).await;
    let since = first.record(&office).await.unknown_since.unwrap();
    office.primary.clock.advance(LATER);
    let second = claim(&office, "m-r-2", Prior::UnknownSince(since)).await;
    // The second is put off, and now AWS tells that it has had the first all the time.
    let until = office.primary.now();
    second.settle(Settled::Deferred { reason: Reason::Throttled, until }, Charge::default()).await;
    office.post(&[first.delivered()]).await;
    assert_eq!(first.record(&office).await.state, State::Accepted, "it is not sent a third time");
    // A receipt of the second, which went out after all, is the request's too.
    office.post(&[second.delivered()]).await;
    assert_eq!((office.total("texts:orders").await, office.odd("unmetered").await), (2, 0));
}

#[tokio::test]
async fn whoever_names_anothers_unknown_request_neither_resolves_nor_frees_nor_charges_it() {
    let office = Office::open().await;
    let charge = office.desk.admit(&[super::desk::text(1)]).await.remove(0).charge;
    let claim = claimed(&office).await;
    claim.settle(Settled::Unknown, charge).await;
    let spent = office.primary.spent("a").await;
    let context = json!({"tendlc-grant": "a", "tendlc-id": "r-1", "tendlc-claim": "a-guess"});
    office.primary.clock.advance(LATER);
    office.post(&[but(delivered(&claim.sent), json!({"messageId": "m-forged", "context": context}))]).await;
    assert_eq!(claim.record(&office).await.state, State::Unknown);
    assert_eq!(office.primary.counters(office.primary.today()).await.used(), 1);
    assert_eq!((office.primary.spent("a").await, office.odd("unmetered").await), (spent, 1));
    office.post(&[claim.delivered()]).await;
    assert_eq!(claim.record(&office).await.state, State::Accepted, "the true one");
}
