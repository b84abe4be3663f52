//! What is done with messages: hidden, put away, kept in order, refused on the wrong queue.

use serde_json::{Value, json};

use super::books::{check, good};
use super::function::{Function, Invoked, drain};
use super::waiting::work;
use super::wire::Wire;
use super::world::{DEAD, EXTERNAL_ID, FIFO, PROMOTIONAL, QUEUE, VISIBILITY, World};

#[tokio::test]
async fn a_message_that_cannot_be_hidden_comes_back_by_itself() {
    let world = World::start().await;
    for action in ["error", "fail_entries"] {
        world.fault(json!({ "operation": "ChangeMessageVisibilityBatch", "action": action, "times": 3 }));
    }
    world.fault(json!({ "operation": "SendTextMessage", "action": "throttle" }));
    world.put(&good("a")).await;
    Function::start(&world, Wire::sound()).poll(&world, QUEUE).await;
    world.advance(VISIBILITY - 1);
    assert_eq!(world.visible_on(QUEUE), 0);
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.on(DEAD)), (1, 0));
}

#[tokio::test]
async fn a_dead_letter_that_its_queue_does_not_take_stays_where_it_is() {
    let world = World::start().await;
    world.fault(json!({ "operation": "SendMessage", "action": "deny", "times": 2 }));
    let sender = aws_sdk_sqs::Client::new(&super::world::root(&world.aws, super::world::SECONDARY));
    let batch = aws_sdk_sqs::types::SendMessageBatchRequestEntry::builder().id("1").message_body("not JSON");
    let batch = sender.send_message_batch().queue_url(world.url(QUEUE)).entries(batch.build().unwrap());
    batch.send().await.unwrap();
    Function::start(&world, Wire::sound()).poll(&world, QUEUE).await;
    assert_eq!((world.on(QUEUE), world.on(DEAD)), (1, 0));
    assert!(drain(&world, 1).await);
    assert_eq!((world.on(QUEUE), world.on(DEAD)), (0, 1));
    assert_eq!(world.dead().await[0].reason, "INVALID_REQUEST");
}

#[tokio::test]
async fn a_dead_letter_queue_that_takes_nothing_for_a_day_does_not_cost_the_letter_its_reason() {
    let world = World::start().await;
    let mut bad = good("a");
    bad["to"] = json!("+18005550199");
    world.put(&bad).await;
    world.fault(json!({ "operation": "SendMessage", "action": "deny", "times": null }));
    work(&world, QUEUE, EXTERNAL_ID, 24 * 60 * 60).await;
    assert_eq!((world.on(QUEUE), world.on(DEAD)), (1, 0), "SQS itself would move it after 1,000 receives");
    world.aws.clear_faults();
    assert!(drain(&world, 1).await);
    assert_eq!(world.dead_reasons("a").await, ["INVALID_DESTINATION"]);
}

#[tokio::test]
async fn outcomes_that_the_bus_does_not_take_do_not_send_a_text_again() {
    let world = World::start().await;
    world.fault(json!({ "operation": "PutEvents", "action": "fail_entries", "times": 2 }));
    world.put(&good("a")).await;
    let function = Function::start(&world, Wire::sound());
    function.poll(&world, QUEUE).await;
    assert_eq!(world.said("a"), ["SMS Accepted"], "an entry that failed is put again");
    world.fault(json!({ "operation": "PutEvents", "action": "deny", "times": null }));
    world.put(&good("b")).await;
    function.poll(&world, QUEUE).await;
    assert_eq!((world.sent_of("b"), world.on(QUEUE), world.on(DEAD)), (1, 0, 0));
    check(&world, "no bus").await;
}

#[tokio::test]
async fn of_a_fifo_group_nothing_overtakes_what_waits() {
    let world = World::start().await;
    for place in 1..=3 {
        world.put_on(FIFO, Some("one"), &good(&format!("one-{place}")).to_string()).await;
        world.put_on(FIFO, Some("two"), &good(&format!("two-{place}")).to_string()).await;
    }
    world.put_on(FIFO, Some("two"), "not JSON").await;
    world.put_on(FIFO, Some("two"), &good("two-4").to_string()).await;
    let throttled = good("one-2")["to"].clone();
    world.fault(json!({ "operation": "SendTextMessage", "match": { "to": throttled }, "action": "throttle" }));
    let Some(Invoked::Answered(stay)) = Function::start(&world, Wire::sound()).poll(&world, FIFO).await else {
        panic!("no answer")
    };
    assert_eq!(stay.len(), 2, "the one that waits and the rest of its group");
    assert_eq!(world.sent_of("one-3"), 0);
    while world.on(FIFO) > 0 {
        world.advance(5);
        Function::start(&world, Wire::sound()).poll(&world, FIFO).await;
    }
    let order = |group: &str| -> Vec<String> {
        let ids = world.aws.sent().into_iter().map(|text| text.context["tendlc-id"].clone());
        ids.filter(|id| id.starts_with(group)).collect()
    };
    assert_eq!(order("one"), ["one-1", "one-2", "one-3"]);
    assert_eq!(order("two"), ["two-1", "two-2", "two-3", "two-4"], "a rejected one does not stop its group");
    check(&world, "fifo").await;
}

#[tokio::test]
async fn a_promotional_text_on_the_transactional_queue_is_refused_and_the_queue_is_named() {
    let world = World::start().await;
    let mut request = good("a");
    request["kind"] = Value::from("promotional");
    world.put(&request).await;
    world.put_on(PROMOTIONAL, None, &request.to_string()).await;
    assert!(drain(&world, 1).await);
    Function::start(&world, Wire::sound()).poll(&world, PROMOTIONAL).await;
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await), (1, vec!["INVALID_REQUEST".to_owned()]));
}
