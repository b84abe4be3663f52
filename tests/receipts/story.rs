//! A text's way through the carriers as a test makes it up: all that AWS tells of it, and what that comes to.

use std::collections::BTreeMap;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value, json};

use super::office::{Sent, but, by_event_bridge, delivered};

/// The network codes, the carrier's name, and the network as it is counted.
const CARRIERS: [(&str, &str, &str, &str); 4] = [
    ("310", "260", "T-Mobile USA", "T-Mobile"),
    ("310", "410", "AT&T Wireless", "AT&T"),
    ("311", "480", "Verizon Wireless", "Verizon"),
    ("311", "580", "US Cellular", "US Cellular"),
];

/// What is told of one text, and what all of it means.
pub struct Story {
    pub sent: Sent,
    pub receipts: Vec<Value>,
    network: &'static str,
    ending: &'static str,
    /// In millionths of a dollar.
    price: i64,
    fee: i64,
}

impl Story {
    /// At random: on its way, perhaps a price that changes, an end, some of it twice, each by one or both of the ways.
    pub fn of(sent: Sent, rng: &mut StdRng) -> Self {
        let (mcc, mnc, name, network) = CARRIERS[rng.random_range(0..CARRIERS.len())];
        let ending = ["DELIVERED", "DELIVERED", "DELIVERED", "UNREACHABLE", "CARRIER_BLOCKED"][rng.random_range(0..5)];
        let (mut price, mut fee) = (0, 0);
        let mut receipts = Vec::new();
        let last = rng.random_range(1..=3);
        for step in 0..=last {
            let (status, is_final) = if step < last { ("PENDING", false) } else { (ending, true) };
            if step > 0 {
                price = i64::from(sent.segments) * rng.random_range(5_000..6_000);
                fee = i64::from(sent.segments) * rng.random_range(3_000..4_500);
            }
            let fields = json!({"eventType": format!("TEXT_{status}"), "messageStatus": status, "isFinal": is_final,
                "eventTimestamp": sent.at + 200 + i64::from(step) * 1_000, "mcc": mcc, "mnc": mnc, "carrierName": name,
                "totalMessagePrice": price as f64 / 1e6, "totalCarrierFee": fee as f64 / 1e6});
            let receipt = but(delivered(&sent), fields);
            receipts.push(by_event_bridge(receipt.clone()));
            receipts.push(receipt);
        }
        for _ in 0..rng.random_range(0..3) {
            receipts.push(receipts[rng.random_range(0..receipts.len())].clone());
        }
        receipts.shuffle(rng);
        Self { sent, receipts, network, ending, price, fee }
    }

    /// Whether T-Mobile's cap counts it.
    pub fn is_t_mobiles(&self) -> bool {
        // US Cellular's is T-Mobile's by now.
        ["T-Mobile", "US Cellular"].contains(&self.network)
    }
}

/// The straight sum over all stories: what a grant's month is to say, but for what is zero.
pub fn sums(stories: &[Story]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    let mut add = |name: String, amount: i64| *sums.entry(name).or_default() += amount;
    for story in stories {
        add("texts:orders".to_owned(), 1);
        add("parts:orders".to_owned(), story.sent.segments.into());
        add("price:orders".to_owned(), story.price);
        add("fee:orders".to_owned(), story.fee);
        add("spent".to_owned(), story.price + story.fee);
        match story.ending {
            "DELIVERED" => add(format!("delivered:orders:{}", story.network), 1),
            "UNREACHABLE" => add("undelivered:orders:UNREACHABLE".to_owned(), 1),
            _ => add("undelivered:orders:CARRIER_REJECTED".to_owned(), 1),
        }
    }
    sums
}
