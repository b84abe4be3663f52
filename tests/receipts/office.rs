//! A primary with two grants, the texts they have sent, and the books that their receipts go into.

use std::sync::{Arc, Mutex};

use aws_smithy_http_client::Builder;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tendlc_core::books::{Arrived, Books, Filed, Message};
use tendlc_core::clock::SharedClock;
use tendlc_core::grant::Grant;
use tendlc_core::money::MicroUsd;
use tendlc_core::month::UtcMonth;
use tendlc_core::outcome::Outcomes;
use tendlc_core::receipt::{MessageId, Receipt};
use tendlc_core::table::{Item, Key, Table, TableError, read_number};
use tendlc_local::aws::PutEvent;
use tokio::sync::mpsc::UnboundedReceiver;

use super::desk::{Desk, text};
use super::primary::{NOON, Primary, config, grant_name, table};
use super::terms::Terms;
use super::wire::Wire;

/// What a segment is taken to cost in these tests: more than any receipt of them says.
pub const RESERVED: i64 = 11_000;

pub struct Office {
    pub primary: Primary,
    pub desk: Desk,
    pub books: Books,
    pub wire: Wire,
    events: Mutex<UnboundedReceiver<PutEvent>>,
}

/// A text that AWS took.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: String,
    pub message_id: String,
    /// What its context proves itself by.
    pub claim: Option<String>,
    pub segments: u32,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

impl Office {
    /// A grant with a guarantee of 100 segments of 1,000 and five dollars a month.
    pub async fn open() -> Self {
        Self::at(NOON).await
    }

    pub async fn at(now: &str) -> Self {
        let terms = Terms { monthly_spend: Some("5.00".parse().unwrap()), ..Terms::cap(1_000) };
        let terms = Terms { segment_price: MicroUsd::from_micros(RESERVED.unsigned_abs()), ..terms };
        Self::with(now, &terms.grant("a", 100, 1_000)).await
    }

    pub async fn with(now: &str, terms: &Terms) -> Self {
        let primary = Primary::start(now, terms).await;
        let desk = Desk::open(&primary, "a");
        let wire = Wire::sound();
        let books = books(&primary, table(&config(&primary.aws, wire.client())));
        let events = Mutex::new(primary.aws.watch_events());
        Self { primary, desk, books, wire, events }
    }

    /// Texts of these lengths, which were accepted.
    pub async fn send(&self, segments: &[u32]) -> Vec<Sent> {
        let texts: Vec<_> = segments.iter().map(|segments| text(*segments)).collect();
        let told = self.desk.ask(&texts).await;
        let at = self.primary.now().as_millisecond();
        told.iter()
            .map(|told| {
                assert!(told.admitted(), "{told:?}");
                let id = told.id.to_string();
                let segments = u32::try_from(told.segments).unwrap();
                Sent { message_id: format!("m-{id}"), id, claim: None, segments, at }
            })
            .collect()
    }

    /// Hands receipts in, as one batch.
    pub async fn post(&self, receipts: &[Value]) -> Vec<Filed> {
        self.try_post(receipts).await.into_iter().map(Result::unwrap).collect()
    }

    pub async fn try_post(&self, receipts: &[Value]) -> Vec<Result<Filed, TableError>> {
        self.books.post(&receipts.iter().map(arrived).collect::<Vec<_>>()).await
    }

    pub async fn message(&self, id: &str) -> Option<Message> {
        self.primary.table.read(&Key::message(&MessageId::of(id).unwrap())).await.unwrap()
    }

    /// Everything that is counted of the grant's present month.
    pub async fn month(&self) -> Item {
        self.primary.item(&Key::month(&grant_name("a"), UtcMonth::of(self.primary.now()))).await
    }

    pub async fn total(&self, name: &str) -> i64 {
        read_number(&self.month().await, name).unwrap_or(0)
    }

    /// How often something strange was counted this month.
    pub async fn odd(&self, name: &str) -> i64 {
        let item = self.primary.item(&Key::oddities(UtcMonth::of(self.primary.now()))).await;
        read_number(&item, name).unwrap_or(0)
    }

    /// Gives the grant a bus.
    pub async fn say_on_the_default_bus(&self) {
        let mut grant: Grant = self.primary.grant("a").await.unwrap();
        grant.outcome_bus = Some("default".to_owned());
        let item = Table::item(&Key::grant(&grant.name), &grant).unwrap();
        let put = self.primary.table.client.put_item().table_name(&self.primary.table.name).set_item(Some(item));
        put.send().await.unwrap();
    }

    /// What was said since this was asked last, as detail-type and detail.
    pub fn said(&self) -> Vec<(String, Value)> {
        let mut events = self.events.lock().unwrap();
        std::iter::from_fn(|| events.try_recv().ok()).map(|event| (event.detail_type, event.detail)).collect()
    }
}

/// Books over a table of the primary's.
pub fn books(primary: &Primary, table: Table) -> Books {
    let clock: SharedClock = Arc::clone(&primary.clock) as SharedClock;
    let events = config(&primary.aws, Builder::new().build_http());
    let outcomes = Outcomes::new(aws_sdk_eventbridge::Client::new(&events), None, Arc::clone(&clock));
    Books::new(table, outcomes, clock)
}

pub fn arrived(receipt: &Value) -> Arrived {
    let key = "b2".repeat(32).parse().unwrap();
    let by = receipt["by"].as_str().map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
    Arrived { receipt: Receipt::read(&receipt.to_string(), &key).unwrap(), by }
}

/// The final receipt of a text that was delivered, at 0.00581 a part and a fee of 0.0035, by AT&T.
pub fn delivered(sent: &Sent) -> Value {
    let parts = f64::from(sent.segments);
    let mut context = json!({"tendlc-grant": "a", "tendlc-id": sent.id, "order": "7"});
    if let Some(claim) = &sent.claim {
        context["tendlc-claim"] = json!(claim);
    }
    json!({
        "eventType": "TEXT_DELIVERED", "eventVersion": "1.0", "eventTimestamp": sent.at + 2_000, "isFinal": true,
        "originationPhoneNumber": "+12065550100", "destinationPhoneNumber": "+12065550123",
        "mcc": "310", "mnc": "410", "carrierName": "AT&T Wireless", "messageId": sent.message_id,
        "messageRequestTimestamp": sent.at, "messageEncoding": "GSM", "messageType": "TRANSACTIONAL",
        "messageStatus": "DELIVERED", "messageStatusDescription": "Message has been accepted by phone",
        "context": context,
        "totalMessageParts": sent.segments,
        "totalMessagePrice": (parts * 5_810.0).round() / 1e6, "totalCarrierFee": (parts * 3_500.0).round() / 1e6,
    })
}

/// The same with other fields; null takes one away.
pub fn but(mut receipt: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        match value {
            Value::Null => receipt.as_object_mut().unwrap().remove(name),
            value => receipt.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    receipt
}

/// The same by T-Mobile.
pub fn by_t_mobile(receipt: Value) -> Value {
    but(receipt, json!({"mnc": "260", "carrierName": "T-Mobile USA"}))
}

/// The first receipt of a text: it is on its way.
pub fn pending(sent: &Sent) -> Value {
    let fields = json!({"eventType": "TEXT_PENDING", "messageStatus": "PENDING", "isFinal": false,
        "eventTimestamp": sent.at + 200, "totalMessagePrice": 0.0, "totalCarrierFee": 0.0,
        "mcc": null, "mnc": null, "carrierName": null});
    but(delivered(sent), fields)
}

/// As it comes by EventBridge: without number and context.
pub fn by_event_bridge(receipt: Value) -> Value {
    but(receipt, json!({"destinationPhoneNumber": null, "context": null}))
}

pub const LATER: SignedDuration = SignedDuration::from_mins(16);
