//! Waiting: it is no failed try, it ends, and nothing is sent while it is not known what may be.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::books::{check, good};
use super::function::{Function, Invoked, drain};
use super::wire::{Fate, Wire};
use super::world::{DEAD, EXTERNAL_ID, FIFO, PROMOTIONAL, QUEUE, Settings, VISIBILITY, World, event};

/// Lets one function after another work on a queue for some time, a step at a time.
async fn work(world: &World, queue: &str, external_id: &str, seconds: i64) {
    let until = world.now() + SignedDuration::from_secs(seconds);
    let mut function = Function::with(world, Wire::sound(), external_id);
    let mut began = world.now();
    while world.now() < until && world.on(queue) > 0 {
        if world.now().duration_since(began) > SignedDuration::from_hours(6) {
            (function, began) = (Function::with(world, Wire::sound(), external_id), world.now());
        }
        if world.visible_on(queue) == 0 {
            world.advance(10);
        } else {
            function.poll(world, queue).await;
        }
    }
}

#[tokio::test]
async fn what_waits_for_its_quota_a_hundred_times_is_sent_in_the_end_and_is_never_a_dead_letter() {
    // Eleven hours before the Pacific day ends; whoever waits for its budget looks every five minutes, later seldomer.
    let start = "2026-11-20T20:30:00Z";
    let world =
        World::with(Settings { guaranteed: 1, ceiling: 2, max_wait: "72h", start, ..Settings::default() }).await;
    for place in 0..4 {
        world.put(&good(&format!("a{place}"))).await;
    }
    let end_of_day = tendlc_core::day::PacificDay::of(world.now()).end();
    work(&world, QUEUE, EXTERNAL_ID, end_of_day.duration_since(world.now()).as_secs() - 1).await;
    assert_eq!((world.aws.sent().len(), world.on(QUEUE)), (2, 2), "a ceiling of two a day");
    let waiting = (0..4).map(|place| world.said(&format!("a{place}"))).find(|said| said.len() > 2).unwrap();
    assert!(waiting.len() >= 100 && waiting.iter().all(|said| said == "SMS Deferred"), "{}", waiting.len());
    let reasons = world.outcomes().into_iter().filter_map(|event| event.detail.get("reason").cloned());
    assert!(reasons.into_iter().all(|reason| reason == "GRANT_DAILY_BUDGET"));

    work(&world, QUEUE, EXTERNAL_ID, 60 * 60).await;
    assert_eq!((world.aws.sent().len(), world.on(QUEUE), world.on(DEAD)), (4, 0, 0), "the next day has room");
    assert!(world.sent().values().all(|times| *times == 1));
}

#[tokio::test]
async fn what_waited_as_long_as_it_may_is_a_dead_letter_and_says_why() {
    let settings = Settings { guaranteed: 1, ceiling: 1, max_wait: "15m", ..Settings::default() };
    let world = World::with(settings).await;
    world.put(&good("first")).await;
    assert!(drain(&world, 1).await);
    world.put(&good("late")).await;
    let came = world.now();
    assert!(drain(&world, 1).await);
    let waited = world.now().duration_since(came);
    assert!((15..=16).contains(&waited.as_mins()), "{waited}");
    assert_eq!((world.sent_of("late"), world.dead_reasons("late").await), (0, vec!["WAITED_TOO_LONG".to_owned()]));
    assert_eq!(world.charged().await.ceiling, 1, "waiting costs nothing");
    check(&world, "too long").await;
}

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
async fn a_role_that_is_mended_within_the_hour_sends() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    world.put(&good("a")).await;
    work(&world, QUEUE, "another-external-id", 45 * 60).await;
    assert!(drain(&world, 1).await);
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
async fn an_expired_text_is_not_sent_and_what_was_sent_before_it_expired_is_said_again() {
    let world = World::start().await;
    let at = |world: &World, seconds| (world.now() + SignedDuration::from_secs(seconds)).to_string();
    let mut old = good("old");
    old["expires_at"] = Value::from(at(&world, -60));
    let mut soon = good("soon");
    soon["expires_at"] = Value::from(at(&world, 300));
    world.put(&old).await;
    world.put(&soon).await;
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("old"), world.dead_reasons("old").await), (0, vec!["EXPIRED".to_owned()]));
    assert_eq!((world.sent_of("soon"), world.said("soon")), (1, vec!["SMS Accepted".to_owned()]));
    let time_to_live = world.aws.sent()[0].time_to_live.unwrap();
    assert!((290..=300).contains(&time_to_live), "AWS may not hold it longer: {time_to_live}");
    world.advance(600);
    world.put(&soon).await;
    assert!(drain(&world, 1).await);
    assert_eq!(world.said("soon"), ["SMS Accepted"; 2]);
    assert_eq!(world.dead_reasons("soon").await, [""; 0]);
}

#[tokio::test]
async fn a_text_that_expires_while_it_waits_is_a_dead_letter() {
    let world = World::with(Settings { guaranteed: 1, ceiling: 1, ..Settings::default() }).await;
    world.put(&good("first")).await;
    assert!(drain(&world, 1).await);
    let mut request = good("soon");
    request["expires_at"] = Value::from((world.now() + SignedDuration::from_secs(200)).to_string());
    world.put(&request).await;
    let came = world.now();
    assert!(drain(&world, 1).await);
    assert_eq!(world.dead_reasons("soon").await, ["EXPIRED"]);
    assert!(world.now().duration_since(came) < SignedDuration::from_secs(240));
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

#[tokio::test]
async fn a_function_that_runs_in_another_account_sends_nothing_and_the_batch_stays() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let messages = world.receive(QUEUE).await;
    let function = Function::start(&world, Wire::sound()).in_account("333333333333");
    let Invoked::Failed(error) = function.invoke(&world, event(QUEUE, &messages)).await else { panic!("it was taken") };
    assert!(error.contains("222222222222") && error.contains("333333333333"), "{error}");
    assert_eq!((world.sent_of("a"), world.on(QUEUE), world.state("a").await), (0, 1, None));
}

#[tokio::test]
async fn an_event_of_another_service_is_not_taken_for_a_batch() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let messages = world.receive(QUEUE).await;
    let mut sns = event(QUEUE, &messages);
    sns["Records"][0]["eventSource"] = Value::from("aws:sns");
    let function = Function::start(&world, Wire::sound());
    let Invoked::Failed(error) = function.invoke(&world, sns).await else { panic!("it was taken") };
    assert!(error.contains("aws:sns"), "{error}");
    assert_eq!((world.sent_of("a"), world.on(QUEUE)), (0, 1));
}

#[tokio::test]
async fn with_too_little_time_left_nothing_is_begun() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let messages = world.receive(QUEUE).await;
    let function = Function::start(&world, Wire::sound());
    let invoked = function.invoke_for(&world, event(QUEUE, &messages), SignedDuration::from_millis(900)).await;
    assert!(matches!(invoked, Invoked::Answered(stay) if stay.len() == 1));
    assert_eq!((world.state("a").await, world.charged().await.ceiling), (None, 0));
    assert!(drain(&world, 1).await);
    assert_eq!(world.sent_of("a"), 1);
}
