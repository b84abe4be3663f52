//! The table does not answer: nothing is sent while it is not known what may be, and nothing is lost.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::books::{check, good};
use super::function::{Function, drain};
use super::waiting::work;
use super::wire::{Fate, Wire};
use super::world::{DEAD, EXTERNAL_ID, QUEUE, Settings, World};

#[tokio::test]
async fn while_the_table_is_down_nothing_is_sent_and_nothing_is_lost() {
    let operations = ["GetItem", "UpdateItem", "TransactWriteItems"];
    // A function that starts now, and one that has all it needs but the table.
    for warm in [false, true] {
        let world = World::start().await;
        let function = Function::start(&world, Wire::sound());
        if warm {
            world.put(&good("before")).await;
            function.poll(&world, QUEUE).await;
        }
        let before = world.aws.sent().len();
        for operation in operations {
            world.fault(json!({ "operation": operation, "action": "error", "times": null }));
        }
        for place in 0..3 {
            world.put(&good(&format!("a{place}"))).await;
        }
        for _ in 0..4 {
            function.poll(&world, QUEUE).await;
            world.advance(31);
        }
        assert_eq!((world.aws.sent().len(), world.on(QUEUE), world.on(DEAD)), (before, 3, 0));
        let (said, detail) = world.outcomes_of("a0").pop().unwrap();
        assert_eq!((said.as_str(), &detail["reason"]), ("SMS Deferred", &json!("QUOTA_UNAVAILABLE")), "{warm}");
        world.aws.clear_faults();
        assert!(drain(&world, 1).await);
        assert_eq!((world.aws.sent().len(), world.on(DEAD)), (before + 3, 0));
        check(&world, "table down").await;
    }
}

#[tokio::test]
async fn a_table_that_takes_claims_and_no_charges_sends_nothing() {
    let world = World::start().await;
    for place in 0..3 {
        world.put(&good(&format!("a{place}"))).await;
    }
    let wire = Wire::new(|call| {
        let counter = call.operation == "UpdateItem" && !call.ledger;
        if counter { Fate::Refused } else { Fate::Through }
    });
    Function::start(&world, wire).poll(&world, QUEUE).await;
    assert_eq!((world.aws.sent().len(), world.on(QUEUE)), (0, 3));
    assert_eq!(world.outcomes_of("a0").pop().unwrap().1["reason"], json!("QUOTA_UNAVAILABLE"));
    assert!(drain(&world, 1).await);
    assert_eq!((world.aws.sent().len(), world.on(DEAD)), (3, 0));
    check(&world, "no charges").await;
}

#[tokio::test]
async fn an_outage_longer_than_a_text_may_wait_does_not_send_it_afterwards() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    for operation in ["GetItem", "UpdateItem", "TransactWriteItems"] {
        world.fault(json!({ "operation": operation, "action": "error", "times": null }));
    }
    world.put(&good("password")).await;
    work(&world, QUEUE, EXTERNAL_ID, 65 * 60).await;
    world.aws.clear_faults();
    assert!(drain(&world, 1).await);
    assert_eq!(world.sent_of("password"), 0, "an hour late");
    assert_eq!(world.dead_reasons("password").await, ["WAITED_TOO_LONG"]);
}

#[tokio::test]
async fn a_hiccup_at_the_end_of_a_long_wait_does_not_end_it() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    let function = Function::start(&world, Wire::sound());
    world.fault(json!({ "operation": "SendTextMessage", "action": "error", "times": 1 }));
    world.put(&good("a")).await;
    function.poll(&world, QUEUE).await;
    world.advance(15 * 60 + 1);
    world.fault(json!({ "operation": "GetItem", "action": "error", "times": null }));
    function.poll(&world, QUEUE).await;
    assert_eq!(
        world.said("a"),
        ["SMS Unknown", "SMS Deferred"],
        "it may have arrived, and nobody says that it was rejected"
    );
    world.aws.clear_faults();
    assert!(drain(&world, 1).await);
    assert_eq!(world.dead_reasons("a").await, ["UNKNOWN_RESULT"]);
}

/// Longer than anything is hidden for that has waited some hours.
const LATER: i64 = 10 * 60;

#[tokio::test]
async fn an_outage_that_no_function_lives_to_see_the_end_of_ends_a_request_all_the_same() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    world.put(&good("a")).await;
    for _ in 0..12 {
        let wire = Wire::new(|call| if call.ledger { Fate::Refused } else { Fate::Through });
        Function::start(&world, wire).poll(&world, QUEUE).await;
        world.advance(LATER);
    }
    assert_eq!((world.on(QUEUE), world.dead_reasons("a").await), (0, vec!["QUOTA_UNAVAILABLE".to_owned()]));
}

#[tokio::test]
async fn a_batch_that_asks_for_nothing_does_not_end_an_outage() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    let wire = Wire::new(|call| if call.ledger { Fate::Refused } else { Fate::Through });
    let function = Function::start(&world, wire);
    world.put(&good("a")).await;
    for _ in 0..5 {
        function.poll(&world, QUEUE).await;
        let mut stranger = good("b");
        stranger["campaign"] = json!("another");
        world.put(&stranger).await;
        let message =
            world.receive(QUEUE).await.into_iter().filter(|message| message.body().unwrap().contains("another"));
        function.invoke(&world, super::world::event(QUEUE, &message.collect::<Vec<_>>())).await;
        world.advance(LATER);
    }
    assert_eq!(world.dead_reasons("a").await, ["QUOTA_UNAVAILABLE"]);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_ends_on_the_dead_letter_queue_and_holds_up_nobody() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let put = world.table.client.put_item().table_name(&world.table.name).item("pk", text("L#checkout#broken"));
    put.item("state", text("sideways")).send().await.unwrap();
    world.put(&good("broken")).await;
    world.put(&good("fine")).await;
    let function = Function::start(&world, Wire::sound());
    function.poll(&world, QUEUE).await;
    assert_eq!((world.aws.sent().len(), world.on(QUEUE), world.on(DEAD)), (1, 1, 0));
    work(&world, QUEUE, EXTERNAL_ID, 65 * 60).await;
    assert_eq!((world.aws.sent().len(), world.on(QUEUE), world.on(DEAD)), (1, 0, 1));
    let (said, detail) = world.outcomes_of("broken").pop().unwrap();
    assert_eq!((said.as_str(), &detail["reason"]), ("SMS Rejected", &json!("QUOTA_UNAVAILABLE")));
}
