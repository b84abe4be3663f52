//! A hundred thousand receipts.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures::future::join_all;
use jiff::SignedDuration;
use rand::Rng;
use rand::seq::SliceRandom;
use serde_json::Value;
use tendlc_core::books::Filed;
use tendlc_core::quota::{Charge, Reserved};
use tendlc_core::table::{Item, Key, number, text};

use super::office::{Office, RESERVED, Sent};
use super::primary::grant_name;
use super::random::month;
use super::seed::rng;
use super::story::{Story, sums};

const RECEIPTS: usize = 100_000;

/// A record as the ledger leaves it of an accepted text.
fn record(office: &Office, sent: &Sent) -> Item {
    let mut charge = Charge::default();
    let month = tendlc_core::month::UtcMonth::of(office.primary.now());
    let amount = tendlc_core::money::MicroUsd::from_micros(RESERVED.unsigned_abs()).times(sent.segments);
    charge.reserve(Reserved { month, amount });
    Item::from([
        ("pk".to_owned(), Key::ledger(&grant_name("a"), &sent.id.parse().unwrap()).value()),
        ("state".to_owned(), text("accepted")),
        ("owner".to_owned(), text("somebody")),
        ("fingerprint".to_owned(), text(&"0".repeat(64))),
        ("campaign".to_owned(), text("orders")),
        ("segments".to_owned(), number(sent.segments.into())),
        ("message_id".to_owned(), text(&sent.message_id)),
        ("charge".to_owned(), charge.to_attribute()),
    ])
}

async fn write(office: &Office, texts: &[&Sent]) {
    join_all(texts.chunks(25).map(async |chunk| {
        let put = |sent: &&Sent| {
            let put = PutRequest::builder().set_item(Some(record(office, sent))).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        };
        let writes = HashMap::from([(office.primary.table.name.clone(), chunk.iter().map(put).collect())]);
        let written =
            office.primary.table.client.batch_write_item().set_request_items(Some(writes)).send().await.unwrap();
        assert!(written.unprocessed_items.is_none_or(|left| left.is_empty()));
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_receipts_repeated_reordered_and_early_come_to_the_straight_sum() {
    let mut rng = rng("many");
    let office = Office::open().await;
    let at = office.primary.now().as_millisecond();
    let (mut stories, mut many) = (Vec::new(), 0);
    while many < RECEIPTS {
        let (id, segments) = (format!("text-{}", stories.len()), rng.random_range(1..=4));
        let story = Story::of(Sent { message_id: format!("m-{id}"), id, claim: None, segments, at }, &mut rng);
        many += story.receipts.len();
        stories.push(story);
    }
    // One in ten is not recorded yet when the first of its receipts come.
    let (early, there): (Vec<&Sent>, Vec<&Sent>) =
        stories.iter().map(|story| &story.sent).partition(|sent| sent.id.bytes().last() == Some(b'7'));
    write(&office, &there).await;
    let reserved: i64 = stories.iter().map(|story| i64::from(story.sent.segments) * RESERVED).sum();
    let key = Key::month(&grant_name("a"), tendlc_core::month::UtcMonth::of(office.primary.now()));
    let counter = office.primary.table.client.put_item().table_name(&office.primary.table.name);
    counter.item("pk", key.value()).item("spent", number(reserved)).send().await.unwrap();

    let mut queue: Vec<Value> = stories.iter().flat_map(|story| story.receipts.clone()).collect();
    queue.shuffle(&mut rng);
    let mut calls = 0;
    for round in 0.. {
        assert!(round < 4, "{} receipts are not posted", queue.len());
        let mut later = Vec::new();
        // Two functions, and batches as SQS gives them to whoever asks for a hundred.
        for pair in queue.chunks(200) {
            let filed = join_all(pair.chunks(100).map(|batch| office.post(batch))).await;
            let filed = filed.into_iter().flatten();
            later.extend(pair.iter().zip(filed).filter(|(_, filed)| *filed != Filed::Done).map(|(one, _)| one.clone()));
        }
        calls += office.wire.calls().len();
        office.wire.clear();
        if round == 0 {
            assert!(later.len() > early.len(), "what is early waits");
            write(&office, &early).await;
        }
        office.primary.clock.advance(SignedDuration::from_mins(3));
        queue = later;
        if queue.is_empty() {
            break;
        }
    }
    println!("{many} receipts of {} texts: {calls} calls, {:.3} a receipt", stories.len(), calls as f64 / many as f64);
    assert_eq!(month(&office).await, sums(&stories));
    assert_eq!(office.odd("unmetered").await, 0);
    assert!(calls * 100 < many * 15, "a few calls a batch, not a few a receipt: {calls}");
}
