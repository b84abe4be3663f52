//! What can be seen from outside, and the rules that it must keep whatever happened.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tendlc_core::day::PacificDay;
use tendlc_core::grant::Pool;
use tendlc_core::quota::counter;
use tendlc_core::table::{Item, KEY, Key, read_number, read_text};

use super::world::{DEAD, World};

/// The recipient who said STOP.
pub const OPTED_OUT: &str = "+12065550199";

/// What a ledger record may say.
const STATES: [&str; 5] = ["claimed", "deferred", "rejected", "accepted", "unknown"];

/// A good request; each id has a recipient of its own.
pub fn good(id: &str) -> Value {
    let last = id.bytes().fold(7_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 90);
    json!({ "to": format!("+120655501{last:02}"), "body": format!("Your order {id} has shipped."), "id": id })
}

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dead {
    pub id: String,
    pub reason: String,
    pub body: String,
}

impl World {
    /// How many texts AWS accepted, by idempotency key.
    pub fn sent(&self) -> BTreeMap<String, u32> {
        let mut sent = BTreeMap::new();
        for text in self.aws.sent() {
            *sent.entry(text.context["tendlc-id"].clone()).or_insert(0) += 1;
        }
        sent
    }

    pub fn sent_of(&self, id: &str) -> u32 {
        self.sent().get(id).copied().unwrap_or(0)
    }

    /// How many segments AWS accepted.
    pub fn segments_sent(&self) -> i64 {
        self.aws.sent().iter().map(|text| i64::from(text.segments)).sum()
    }

    /// Every ledger record, by idempotency key.
    pub async fn ledger(&self) -> BTreeMap<String, Item> {
        let scan = self.table.client.scan().table_name(&self.table.name).send().await.unwrap();
        let items = scan.items.unwrap_or_default().into_iter();
        let own = items.filter_map(|item| {
            let key = item[KEY].as_s().ok()?;
            Some((key.strip_prefix("L#checkout#")?.to_owned(), item))
        });
        own.collect()
    }

    /// The state of a record.
    pub async fn state(&self, id: &str) -> Option<String> {
        let ledger = self.ledger().await;
        ledger.get(id).and_then(|item| read_text(item, "state")).map(str::to_owned)
    }

    /// What is charged today: off the guarantee, off the pool, off the ceiling.
    pub async fn charged(&self) -> Charged {
        self.charged_on(PacificDay::of(self.now())).await
    }

    pub async fn charged_on(&self, day: PacificDay) -> Charged {
        let pool = Pool::of_brand(&"acme".parse().unwrap());
        let budget = self.item(&Key::budget(&"checkout".parse().unwrap(), day)).await;
        let shared = self.item(&Key::pool(&pool, day)).await;
        let used = |item: &Item, name: &str, begins: i64| begins - read_number(item, name).unwrap_or(begins);
        let settings = self.settings;
        Charged {
            guaranteed: used(&budget, &counter::guaranteed(&pool), settings.guaranteed),
            shared: used(&shared, counter::LEFT, settings.cap - settings.guaranteed),
            ceiling: used(&budget, &counter::ceiling(&pool), settings.ceiling),
        }
    }

    pub async fn item(&self, key: &Key) -> Item {
        let get = self.table.client.get_item().table_name(&self.table.name).key(KEY, key.value());
        get.consistent_read(true).send().await.unwrap().item.unwrap_or_default()
    }

    /// Every dead letter. Looking at them does not take them away.
    pub async fn dead(&self) -> Vec<Dead> {
        let (mut dead, mut handles) = (Vec::new(), Vec::new());
        loop {
            let messages = self.receive(DEAD).await;
            if messages.is_empty() {
                break;
            }
            for message in messages {
                let attribute = |name: &str| {
                    let attributes = message.message_attributes.as_ref()?;
                    attributes.get(name)?.string_value.clone()
                };
                dead.push(Dead {
                    id: attribute("id").expect("a dead letter names its request"),
                    reason: attribute("reason").expect("a dead letter has a reason"),
                    body: message.body.clone().unwrap_or_default(),
                });
                handles.extend(message.receipt_handle);
            }
        }
        for handle in handles {
            let change = self.sqs.change_message_visibility().queue_url(self.url(DEAD)).receipt_handle(handle);
            change.visibility_timeout(0).send().await.unwrap();
        }
        dead.sort();
        dead
    }

    /// Why a request is a dead letter; nothing where it is none.
    pub async fn dead_reasons(&self, id: &str) -> Vec<String> {
        self.dead().await.into_iter().filter(|letter| letter.id == id).map(|letter| letter.reason).collect()
    }

    /// The detail-types that were said of a request, in order.
    pub fn said(&self, id: &str) -> Vec<String> {
        self.outcomes_of(id).into_iter().map(|(said, _)| said).collect()
    }

    /// What was said of a request, in order.
    pub fn outcomes_of(&self, id: &str) -> Vec<(String, Value)> {
        let of = self.outcomes().into_iter().filter(|event| event.detail["id"] == id);
        of.map(|event| (event.detail_type, event.detail)).collect()
    }
}

/// Segments that are charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charged {
    pub guaranteed: i64,
    pub shared: i64,
    pub ceiling: i64,
}

/// What the ledger has said so far: a record that is accepted stays so, and an unknown one is settled by an answer only.
#[derive(Default)]
pub struct History(BTreeMap<String, String>);

impl History {
    /// Looks at the ledger once more.
    pub async fn observe(&mut self, world: &World) {
        for (id, item) in world.ledger().await {
            let state = read_text(&item, "state").expect("a record has a state").to_owned();
            assert!(STATES.contains(&state.as_str()), "{id} is {state}");
            if let Some(before) = self.0.insert(id.clone(), state.clone()) {
                let may: &[&str] = match before.as_str() {
                    "accepted" => &["accepted"],
                    "unknown" if world.settings.unknown_result == "dead-letter" => &["unknown", "accepted"],
                    _ => &STATES,
                };
                assert!(may.contains(&state.as_str()), "{id} was {before} and is {state}");
            }
        }
    }
}

/// The rules that hold at any time.
pub async fn check(world: &World, what: &str) {
    let (sent, ledger) = (world.sent(), world.ledger().await);
    let twice: Vec<_> = sent.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{what}: sent more than once: {twice:?}");
    let accepted: BTreeMap<String, String> =
        world.aws.sent().into_iter().map(|text| (text.context["tendlc-id"].clone(), text.message_id)).collect();
    for (id, item) in &ledger {
        let state = read_text(item, "state").expect("a record has a state");
        assert!(STATES.contains(&state), "{what}: {id} is {state}");
        match state {
            "accepted" => {
                let known = read_text(item, "message_id");
                assert_eq!(known, accepted.get(id).map(String::as_str), "{what}: {id} is accepted as another text");
            }
            "deferred" | "rejected" => assert!(!sent.contains_key(id), "{what}: {id} is {state} and was sent"),
            _ => {}
        }
    }
    let unknown: BTreeSet<&String> = sent.keys().filter(|id| !ledger.contains_key(*id)).collect();
    assert!(unknown.is_empty(), "{what}: sent without a record: {unknown:?}");
    let segments = world.segments_sent();
    let charged = world.charged().await;
    let what = format!("{what}: {segments} segments sent, {charged:?}");
    assert!(charged.ceiling >= segments, "{what}: the ceiling counts fewer than were sent");
    assert!(charged.guaranteed + charged.shared >= segments, "{what}: the cap counts fewer than were sent");
    assert!(charged.guaranteed <= world.settings.guaranteed, "{what}: more than is guaranteed");
    assert!(charged.guaranteed >= 0 && charged.shared >= 0, "{what}: more given back than taken");
}

/// Every one of these requests ended, and so that somebody knows: accepted and said so, or a dead letter.
pub async fn check_ended(world: &World, ids: &[&str], what: &str) {
    let dead = world.dead().await;
    for id in ids {
        let said = world.said(id);
        if said.iter().any(|said| said == "SMS Accepted") {
            assert_eq!(world.sent_of(id), 1, "{what}: {id} was said to be accepted");
            continue;
        }
        let reasons: Vec<&str> = dead.iter().filter(|one| one.id == *id).map(|one| one.reason.as_str()).collect();
        assert!(!reasons.is_empty(), "{what}: {id} is lost; {said:?} was said of it");
        let unknown = world.sent_of(id) == 0 || reasons.contains(&"UNKNOWN_RESULT");
        assert!(unknown, "{what}: {id} was sent, and its letters say {reasons:?}");
    }
}
