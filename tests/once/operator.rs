//! What only an operator mends, or has stopped.

use serde_json::json;

use super::books::{check, good};
use super::function::{Function, drain};
use super::waiting::work;
use super::wire::{Fate, Wire};
use super::world::{DEAD, EXTERNAL_ID, QUEUE, Settings, World};

#[tokio::test]
async fn a_wrong_external_id_waits_for_an_operator_for_an_hour_and_is_then_a_dead_letter() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let came = world.now();
    work(&world, QUEUE, "another-external-id", 59 * 60).await;
    assert_eq!((world.sent_of("a"), world.on(QUEUE), world.on(DEAD)), (0, 1, 0));
    let (said, detail) = world.outcomes_of("a").pop().unwrap();
    assert_eq!((said.as_str(), &detail["reason"]), ("SMS Deferred", &json!("ROLE_DENIED")));
    work(&world, QUEUE, "another-external-id", 60 * 60).await;
    assert_eq!(world.said("a").pop().as_deref(), Some("SMS Rejected"));
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await), (0, vec!["ROLE_DENIED".to_owned()]));
    let waited = world.now().duration_since(came);
    assert!((60..=62).contains(&waited.as_mins()), "{waited}");
}

#[tokio::test]
async fn what_cannot_be_read_of_sts_is_no_refusal() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let wire = Wire::new(|call| if call.operation == "AssumeRole" { Fate::Garbled } else { Fate::Through });
    Function::start(&world, wire).poll(&world, QUEUE).await;
    assert_eq!(world.outcomes_of("a")[0].1["reason"], json!("QUOTA_UNAVAILABLE"));
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.on(DEAD)), (1, 0));
}

#[tokio::test]
async fn a_role_that_is_mended_within_the_hour_sends() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    world.put(&good("a")).await;
    let function = Function::start(&world, Wire::sound());
    world.fault(json!({ "operation": "AssumeRole", "action": "deny", "times": null }));
    for _ in 0..45 {
        function.poll(&world, QUEUE).await;
        world.advance(61);
    }
    world.aws.clear_faults();
    world.advance(10);
    function.poll(&world, QUEUE).await;
    assert_eq!((world.sent_of("a"), world.on(DEAD)), (1, 0));
}

#[tokio::test]
async fn what_aws_refuses_for_the_sender_may_wait_the_hour_whichever_function_meets_it() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    world.fault(json!({ "operation": "SendTextMessage", "action": "deny", "times": null }));
    world.put(&good("a")).await;
    work(&world, QUEUE, EXTERNAL_ID, 40 * 60).await;
    world.aws.clear_faults();
    // One that has met nothing: the record says what it waits for.
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.on(DEAD)), (1, 0));
    check(&world, "mended").await;
}

#[tokio::test]
async fn a_denied_role_is_no_outage_of_the_table() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    let function = Function::start(&world, Wire::sound());
    world.put(&good("before")).await;
    function.poll(&world, QUEUE).await;
    world.advance(2 * 60 * 60);
    world.put(&good("a")).await;
    world.fault(json!({ "operation": "AssumeRole", "action": "deny", "times": null }));
    for _ in 0..20 {
        function.poll(&world, QUEUE).await;
        // Longer than it is hidden for.
        world.advance(71);
    }
    world.aws.clear_faults();
    world.fault(json!({ "operation": "AssumeRole", "action": "error", "times": null }));
    function.poll(&world, QUEUE).await;
    let (said, detail) = world.outcomes_of("a").pop().unwrap();
    assert_eq!((said.as_str(), &detail["reason"]), ("SMS Deferred", &json!("QUOTA_UNAVAILABLE")));
    world.aws.clear_faults();
    world.advance(61);
    function.poll(&world, QUEUE).await;
    assert_eq!((world.sent_of("a"), world.on(DEAD)), (1, 0));
}

#[tokio::test]
async fn a_session_that_is_revoked_between_claim_and_send_waits_for_an_operator_and_is_sent_when_mended() {
    let world = World::start().await;
    let function = Function::start(&world, Wire::sound());
    world.fault(json!({ "operation": "SendTextMessage", "action": "deny" }));
    world.put(&good("a")).await;
    function.poll(&world, QUEUE).await;
    assert_eq!(world.outcomes_of("a")[0].1["reason"], json!("ROLE_DENIED"));
    assert_eq!(world.charged().await.ceiling, 0);
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.on(DEAD)), (1, 0));
    check(&world, "revoked").await;
}

#[tokio::test]
async fn a_session_that_the_table_no_longer_takes_is_not_kept() {
    let world = World::start().await;
    let function = Function::start(&world, Wire::sound());
    world.put(&good("before")).await;
    function.poll(&world, QUEUE).await;
    world.fault(json!({ "operation": "GetItem", "action": "deny", "times": null }));
    world.advance(61);
    world.put(&good("a")).await;
    function.poll(&world, QUEUE).await;
    assert_eq!(world.outcomes_of("a")[0].1["reason"], json!("ROLE_DENIED"));
    world.aws.clear_faults();
    world.aws.clear_calls();
    world.advance(71);
    function.poll(&world, QUEUE).await;
    assert_eq!((world.sent_of("a"), world.aws.counts().contains_key("AssumeRole")), (1, true));
}

#[tokio::test]
async fn what_cannot_be_given_back_is_recorded_all_the_same() {
    let world = World::start().await;
    world.fault(json!({ "operation": "SendTextMessage", "action": "opt_out", "times": 1 }));
    world.put(&good("a")).await;
    // Credits go in transactions; a record alone does not need one.
    let wire = Wire::new(|call| if call.operation == "TransactWriteItems" { Fate::Refused } else { Fate::Through });
    Function::start(&world, wire).poll(&world, QUEUE).await;
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await), (0, vec!["OPTED_OUT".to_owned()]));
    assert_eq!(world.charged().await.ceiling, 1, "lost until midnight");
    world.put(&good("a")).await;
    assert!(drain(&world, 1).await);
    assert_eq!(world.sent_of("a"), 1, "rejected, and not unknown");
}

#[tokio::test]
async fn a_grant_that_is_stopped_by_an_operator_sends_nothing_until_it_goes_on() {
    let world = World::start().await;
    let key = tendlc_core::table::Key::grant(&"checkout".parse().unwrap());
    let set = async |paused: bool| {
        let update = world.table.client.update_item().table_name(&world.table.name);
        let update = update.key(tendlc_core::table::KEY, key.value()).update_expression("SET paused = :paused");
        let value = aws_sdk_dynamodb::types::AttributeValue::Bool(paused);
        update.expression_attribute_values(":paused", value).send().await.unwrap();
    };
    set(true).await;
    world.put(&good("a")).await;
    work(&world, QUEUE, EXTERNAL_ID, 30 * 60).await;
    assert_eq!((world.sent_of("a"), world.on(QUEUE), world.charged().await.ceiling), (0, 1, 0));
    assert!(world.outcomes_of("a").iter().all(|(_, detail)| detail["reason"] == "PAUSED"));
    set(false).await;
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.on(DEAD)), (1, 0));
}
