//! One id several times, in one batch and one after another.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::books::{check, good};
use super::function::{Function, drain, settle};
use super::wire::{Fate, Wire};
use super::world::{QUEUE, Settings, World, event};

#[tokio::test]
async fn the_same_message_twice_in_one_batch_is_one_text() {
    let world = World::start().await;
    for _ in 0..4 {
        world.put(&good("a")).await;
    }
    assert!(drain(&world, 1).await);
    check(&world, "one batch").await;
    assert_eq!((world.sent_of("a"), world.said("a").len()), (1, 4));
    assert_eq!(world.charged().await.ceiling, 1);
}

#[tokio::test]
async fn another_text_of_an_id_does_not_take_the_waiting_one_of_its_batch_with_it() {
    let world = World::start().await;
    world.fault(json!({ "operation": "SendTextMessage", "action": "throttle" }));
    world.put(&good("a")).await;
    Function::start(&world, Wire::sound()).poll(&world, QUEUE).await;
    let mut other = good("a");
    other["body"] = Value::from("Something else.");
    world.put(&other).await;
    // The other one stands first in the batch in which the waiting one comes back.
    let others = world.receive(QUEUE).await;
    world.advance(15);
    let mut batch = others;
    batch.extend(world.receive(QUEUE).await);
    assert_eq!(batch.len(), 2);
    let function = Function::start(&world, Wire::sound());
    let invoked = function.invoke(&world, event(QUEUE, &batch)).await;
    settle(&world, QUEUE, &batch, &invoked).await;
    assert!(drain(&world, 1).await);
    check(&world, "one batch").await;
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await), (1, vec!["ID_REUSED".to_owned()]));
}

#[tokio::test]
async fn a_corrected_request_in_the_batch_of_the_wrong_one_is_sent() {
    let world = World::start().await;
    let mut wrong = good("a");
    wrong["campaign"] = Value::from("order-updtaes");
    world.put(&wrong).await;
    world.put(&good("a")).await;
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await), (1, vec!["NOT_GRANTED".to_owned()]));
}

/// Reason and `duplicate` of every outcome of an id.
fn told(world: &World, id: &str) -> Vec<(Value, bool)> {
    let outcomes = world.outcomes_of(id).into_iter();
    outcomes.map(|(_, detail)| (detail["reason"].clone(), detail["duplicate"] == true)).collect()
}

#[tokio::test]
async fn what_one_batch_says_twice_under_one_id_is_judged_as_if_the_second_came_later() {
    let world = World::start().await;
    let function = Function::start(&world, Wire::sound());
    let opted_out = json!({ "to": "+12065550199", "body": "Your order has shipped.", "id": "a" });
    for request in [&opted_out, &good("a"), &opted_out] {
        world.put(request).await;
    }
    function.poll(&world, QUEUE).await;
    assert_eq!(
        told(&world, "a"),
        [(json!("OPTED_OUT"), false), (json!("ID_REUSED"), false), (json!("OPTED_OUT"), false)]
    );
    assert_eq!((world.on(QUEUE), world.aws.sent().len(), world.charged().await.ceiling), (0, 0, 0));
    check(&world, "rounds").await;
}

#[tokio::test]
async fn another_text_under_an_id_is_not_refused_before_the_ledger_was_asked() {
    let world = World::start().await;
    let mut other = good("a");
    other["body"] = Value::from("Something else.");
    for request in [&other, &good("a")] {
        world.put(request).await;
    }
    let wire = Wire::new(|call| if call.ledger { Fate::Refused } else { Fate::Through });
    Function::start(&world, wire).poll(&world, QUEUE).await;
    assert_eq!(told(&world, "a"), [(json!("QUOTA_UNAVAILABLE"), false), (json!("QUOTA_UNAVAILABLE"), false)]);
}

#[tokio::test]
async fn a_correction_in_the_batch_of_what_was_rejected_is_sent() {
    let world = World::start().await;
    let mut expired = good("a");
    expired["expires_at"] = Value::from("2020-01-01T00:00:00Z");
    for request in [&expired, &good("a")] {
        world.put(request).await;
    }
    let (clock, wire) = (world.clock.clone(), |clock: std::sync::Arc<tendlc_core::clock::ManualClock>| {
        Wire::new(move |_| {
            clock.advance(SignedDuration::from_millis(1));
            Fate::Through
        })
    });
    Function::start(&world, wire(clock)).poll(&world, QUEUE).await;
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await), (1, vec!["EXPIRED".to_owned()]));
}

#[tokio::test]
async fn one_id_twice_in_a_batch_is_not_younger_than_it_is() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    for _ in 0..2 {
        world.put(&good("a")).await;
    }
    world.receive(QUEUE).await;
    world.advance(16 * 60);
    Function::start(&world, Wire::sound()).poll(&world, QUEUE).await;
    assert_eq!((world.sent_of("a"), world.said("a")), (0, vec!["SMS Rejected".to_owned(); 2]));
}

#[tokio::test]
async fn an_unknown_result_that_is_said_again_is_said_to_be_a_repetition() {
    let world = World::start().await;
    world.fault(json!({ "operation": "SendTextMessage", "action": "error" }));
    for _ in 0..2 {
        world.put(&good("a")).await;
    }
    Function::start(&world, Wire::sound()).poll(&world, QUEUE).await;
    world.put(&good("a")).await;
    Function::start(&world, Wire::sound()).poll(&world, QUEUE).await;
    let unknown = json!("UNKNOWN_RESULT");
    assert_eq!(told(&world, "a"), [(unknown.clone(), false), (unknown.clone(), true), (unknown, true)]);
    assert_eq!(world.said("a"), ["SMS Unknown"; 3]);
}
