//! A function that dies at each of its calls to AWS in turn: before it, after it, and with the call arriving late.

use serde_json::{Value, json};

use super::books::{History, OPTED_OUT, check, check_ended, good};
use super::function::{Function, drain, drain_queue};
use super::wire::{Fate, Wire};
use super::world::{FIFO, QUEUE, VISIBILITY, World};

/// Every request of the batch below that has an id of its own.
const IDS: [&str; 6] = ["one", "long", "stop", "busy", "again", "earlier"];

/// What one batch can meet: a good text; one that AWS throttles; one of three segments, beyond the guarantee; a
/// recipient who said STOP; a text that was sent before; an id that was used before for another text; and no request at
/// all. On a FIFO queue the first three are of one group.
async fn batch(world: &World, queue: &str) {
    for id in ["again", "earlier"] {
        world.put(&good(id)).await;
    }
    assert!(drain(world, 1).await);
    let busy = good("busy");
    world.fault(json!({ "operation": "SendTextMessage", "match": { "to": busy["to"] }, "action": "throttle" }));
    let with = |id: &str, field: &str, value: &str| {
        let mut request = good(id);
        request[field] = Value::from(value);
        request
    };
    let long = with("long", "body", &"A long text. ".repeat(30));
    let (stop, reused) = (with("stop", "to", OPTED_OUT), with("earlier", "body", "Something else."));
    for (group, requests) in [("one", vec![good("one"), busy, long]), ("two", vec![stop, good("again"), reused])] {
        for request in requests {
            world.put_on(queue, (queue == FIFO).then_some(group), &request.to_string()).await;
        }
    }
    world.put_on(queue, (queue == FIFO).then_some("two"), "not JSON").await;
}

/// Runs the batch with one death at the `nth` call, and says which call that was; `None`: there are fewer. A call that
/// comes late arrives after the next invocation, or when all is over: the one for every second call, by `parity`.
async fn death_at(queue: &str, nth: usize, fate: Fate, parity: usize) -> Option<String> {
    let world = World::start().await;
    batch(&world, queue).await;
    let mut seen = 0;
    let wire = Wire::new(move |_| {
        seen += 1;
        if seen == nth { fate } else { Fate::Through }
    });
    let function = Function::start(&world, wire);
    function.poll(&world, queue).await;
    if !function.wire.is_dead() {
        return None;
    }
    let call = function.wire.calls()[nth - 1].operation.clone();
    let at_the_end = nth % 2 == parity;
    let what = format!("{queue}: {fate:?} at call {nth}, {call}, at the end: {at_the_end}");
    let mut history = History::default();
    history.observe(&world).await;
    check(&world, &what).await;

    world.advance(VISIBILITY + 1);
    Function::start(&world, Wire::sound()).poll(&world, queue).await;
    history.observe(&world).await;
    if !at_the_end {
        function.wire.deliver_late().await;
        history.observe(&world).await;
    }
    assert!(drain_queue(&world, queue, 3).await, "{what}: something still waits after three hours");
    function.wire.deliver_late().await;
    history.observe(&world).await;
    check(&world, &what).await;
    check_ended(&world, &IDS, &what).await;

    // What cost at most one batch: the first batch of seven has nine segments at most.
    let (charged, sent) = (world.charged().await, world.segments_sent());
    assert!((0..=9).contains(&(charged.ceiling - sent)), "{what}: {sent} segments sent, {charged:?}");
    let dead = world.dead().await;
    assert!(dead.iter().any(|letter| letter.body == "not JSON"), "{what}: what is no request is lost");
    assert!(dead.iter().any(|letter| letter.reason == "ID_REUSED"), "{what}: the other text of an id is lost");
    // What a dead function sent comes whenever it comes; all else keeps its group's order.
    if queue == FIFO && fate != Fate::DiesAndComesLate {
        let sent = world.aws.sent().into_iter().map(|text| text.context["tendlc-id"].clone());
        let places: Vec<_> = sent.filter_map(|id| ["one", "busy", "long"].iter().position(|of| *of == id)).collect();
        assert!(places.is_sorted(), "{what}: sent out of order: {places:?}");
    }
    Some(call)
}

async fn death_at_every_call(queue: &str, fate: Fate) {
    let parity = usize::try_from(super::seed() % 2).unwrap();
    let mut calls = Vec::new();
    while let Some(call) = death_at(queue, calls.len() + 1, fate, parity).await {
        calls.push(call);
    }
    let all = [
        "AssumeRole",
        "GetItem",
        "TransactWriteItems",
        "UpdateItem",
        "SendTextMessage",
        "SendMessage",
        "ChangeMessageVisibilityBatch",
        "PutEvents",
    ];
    for operation in all {
        assert!(calls.iter().any(|call| call == operation), "no death at {operation}: {calls:?}");
    }
    println!("{queue}: {fate:?} at each of {} calls, and nothing was sent twice or lost", calls.len());
}

#[tokio::test]
async fn nothing_is_sent_twice_or_lost_when_a_function_dies_before_any_call() {
    death_at_every_call(QUEUE, Fate::DiesBefore).await;
}

#[tokio::test]
async fn nothing_is_sent_twice_or_lost_when_a_function_dies_after_any_call() {
    death_at_every_call(QUEUE, Fate::DiesAfter).await;
}

#[tokio::test]
async fn nothing_is_sent_twice_or_lost_when_any_call_of_a_dead_function_comes_late() {
    death_at_every_call(QUEUE, Fate::DiesAndComesLate).await;
}

#[tokio::test]
async fn nothing_of_a_fifo_queue_is_sent_twice_or_lost_when_a_function_dies_before_any_call() {
    death_at_every_call(FIFO, Fate::DiesBefore).await;
}

#[tokio::test]
async fn nothing_of_a_fifo_queue_is_sent_twice_or_lost_when_a_function_dies_after_any_call() {
    death_at_every_call(FIFO, Fate::DiesAfter).await;
}

#[tokio::test]
async fn nothing_of_a_fifo_queue_is_sent_twice_or_lost_when_any_call_of_a_dead_function_comes_late() {
    death_at_every_call(FIFO, Fate::DiesAndComesLate).await;
}

#[tokio::test]
async fn without_a_death_every_segment_that_was_not_sent_is_given_back() {
    let world = World::start().await;
    batch(&world, QUEUE).await;
    assert!(drain(&world, 1).await);
    check(&world, "no death").await;
    check_ended(&world, &IDS, "no death").await;
    let sent = world.segments_sent();
    let charged = world.charged().await;
    assert_eq!((charged.ceiling, charged.guaranteed + charged.shared), (sent, sent));
    assert_eq!(charged.guaranteed, world.settings.guaranteed, "the guarantee is used first");
    assert_eq!(world.said("busy"), ["SMS Deferred", "SMS Accepted"]);
    assert_eq!(world.dead_reasons("stop").await, ["OPTED_OUT"]);
    assert_eq!(world.dead_reasons("earlier").await, ["ID_REUSED"]);
}
