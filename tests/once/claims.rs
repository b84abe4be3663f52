//! Who may send a text: the first claim, until its lease ends.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tendlc_core::day::PacificDay;

use super::books::{check, good};
use super::function::{Function, Invoked, drain};
use super::wire::{Fate, Wire};
use super::world::{FIFO, QUEUE, Settings, VISIBILITY, World, event};

/// A function that dies right before it sends.
fn dies_before_sending() -> Wire {
    Wire::new(|call| if call.operation == "SendTextMessage" { Fate::DiesBefore } else { Fate::Through })
}

#[tokio::test]
async fn what_was_accepted_is_not_sent_again_and_its_outcome_is_said_again() {
    let world = World::start().await;
    for _ in 0..3 {
        world.put(&good("a")).await;
        assert!(drain(&world, 1).await);
    }
    check(&world, "sent before").await;
    let outcomes = world.outcomes_of("a");
    assert_eq!(world.said("a"), ["SMS Accepted"; 3]);
    let duplicates: Vec<Option<bool>> = outcomes.iter().map(|(_, detail)| detail["duplicate"].as_bool()).collect();
    assert_eq!(duplicates, [None, Some(true), Some(true)]);
    assert!(outcomes.iter().all(|(_, detail)| detail["message_id"] == outcomes[0].1["message_id"]));
    assert_eq!(world.charged().await.ceiling, 1, "what was not sent again is not charged again");
}

#[tokio::test]
async fn an_id_that_was_used_for_another_text_is_refused_and_the_first_text_stays_as_it_was() {
    let world = World::start().await;
    world.put(&good("a")).await;
    assert!(drain(&world, 1).await);
    for (field, value) in [("body", "Something else."), ("to", "+12065550177")] {
        let mut other = good("a");
        other[field] = Value::from(value);
        world.put(&other).await;
    }
    // How it is to be sent may differ when a caller repeats itself, and so may the order of the fields.
    let mut same = good("a");
    same["on_quota"] = Value::from("reject");
    same["context"] = json!({ "team": "orders" });
    let (to, body) = (&same["to"], &same["body"]);
    let reordered =
        format!(r#"{{"context":{{"team":"orders"}},"id":"a","body":{body},"on_quota":"reject","to":{to}}}"#);
    world.put_on(QUEUE, None, &reordered).await;
    assert!(drain(&world, 1).await);
    check(&world, "reused").await;
    assert_eq!(world.dead_reasons("a").await, ["ID_REUSED"; 2]);
    let said = world.said("a");
    let times = |wanted: &str| said.iter().filter(|said| *said == wanted).count();
    assert_eq!((times("SMS Accepted"), times("SMS Rejected")), (2, 2), "{said:?}");
}

#[tokio::test]
async fn a_message_that_is_older_than_it_may_wait_is_not_sent_though_nobody_wrote_of_it() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    world.put(&good("a")).await;
    // Some function received it and died before it did anything.
    world.receive(QUEUE).await;
    world.advance(16 * 60);
    Function::start(&world, Wire::sound()).poll(&world, QUEUE).await;
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await), (0, vec!["WAITED_TOO_LONG".to_owned()]));
}

#[tokio::test]
async fn while_a_claim_holds_nobody_else_sends_and_who_comes_is_told_to_come_back_when_it_ends() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let messages = world.receive(QUEUE).await;
    let first = Function::start(&world, dies_before_sending());
    assert!(matches!(first.invoke(&world, event(QUEUE, &messages)).await, Invoked::Died));
    let lease = world.now() + SignedDuration::from_secs(super::function::TIMEOUT);

    let second = Function::start(&world, Wire::sound());
    let Invoked::Answered(stay) = second.invoke(&world, event(QUEUE, &messages)).await else { panic!("no answer") };
    assert_eq!(stay.len(), 1);
    let (said, detail) = world.outcomes_of("a").pop().unwrap();
    assert_eq!((said.as_str(), &detail["reason"]), ("SMS Deferred", &json!("IN_PROGRESS")));
    assert_eq!(detail["retry_at"], json!(lease.to_string()));
    assert_eq!(world.sent_of("a"), 0);
    assert_eq!(world.charged().await.ceiling, 1, "the second one gave its charge back, the first one's stays");
}

#[tokio::test]
async fn a_claim_whose_lease_lapsed_is_unknown_and_a_dead_letter_after_15_minutes() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let began = world.now();
    Function::start(&world, dies_before_sending()).poll(&world, QUEUE).await;
    assert_eq!(world.state("a").await.as_deref(), Some("claimed"));

    world.advance(VISIBILITY + 1);
    Function::start(&world, Wire::sound()).poll(&world, QUEUE).await;
    assert_eq!(world.state("a").await.as_deref(), Some("unknown"));
    let (said, detail) = world.outcomes_of("a").pop().unwrap();
    assert_eq!((said.as_str(), &detail["reason"]), ("SMS Unknown", &json!("UNKNOWN_RESULT")));
    let lease = began + SignedDuration::from_secs(super::function::TIMEOUT);
    assert_eq!(detail["retry_at"], json!((lease + SignedDuration::from_mins(15)).to_string()));

    // A second before the fifteen minutes are over it still waits.
    world.clock.set(lease + SignedDuration::from_mins(15) - SignedDuration::from_secs(1));
    assert_eq!((world.visible_on(QUEUE), world.on(QUEUE)), (0, 1));
    assert!(world.dead().await.is_empty());
    assert!(drain(&world, 1).await);
    assert_eq!(world.dead_reasons("a").await, ["UNKNOWN_RESULT"]);
    assert_eq!(world.sent_of("a"), 0);
    check(&world, "lapsed").await;
}

#[tokio::test]
async fn a_redriven_unknown_request_is_still_not_sent() {
    let world = World::start().await;
    world.put(&good("a")).await;
    Function::start(&world, dies_before_sending()).poll(&world, QUEUE).await;
    assert!(drain(&world, 1).await);
    let letter = world.dead().await.remove(0);
    world.put_on(QUEUE, None, &letter.body).await;
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await.len()), (0, 2));
}

#[tokio::test]
async fn an_unknown_request_is_sent_again_where_the_grant_asks_for_it() {
    let world = World::with(Settings { unknown_result: "resend", ..Settings::default() }).await;
    world.put(&good("a")).await;
    Function::start(&world, dies_before_sending()).poll(&world, QUEUE).await;
    let lapses = world.now() + SignedDuration::from_secs(super::function::TIMEOUT);
    assert!(drain(&world, 1).await);
    check(&world, "resend").await;
    assert_eq!((world.sent_of("a"), world.state("a").await.as_deref()), (1, Some("accepted")));
    let at = world.aws.sent()[0].at;
    assert!(at >= lapses + SignedDuration::from_mins(15), "not before a receipt may have told: {at}");
    assert_eq!(world.said("a"), ["SMS Unknown", "SMS Accepted"]);
}

#[tokio::test]
async fn an_unknown_request_that_is_to_be_sent_again_ends_when_it_has_waited_long_enough() {
    for (max_wait, minutes) in [("15m", 100), ("1h", 100), ("4h", 300)] {
        let world = World::with(Settings { unknown_result: "resend", max_wait, ..Settings::default() }).await;
        world.fault(json!({ "operation": "SendTextMessage", "action": "error", "times": null }));
        world.put(&good("a")).await;
        super::waiting::work(&world, QUEUE, super::world::EXTERNAL_ID, minutes * 60).await;
        assert_eq!(world.on(QUEUE), 0, "{max_wait}");
        assert_eq!(world.dead_reasons("a").await, ["UNKNOWN_RESULT"], "{max_wait}: {:?}", world.said("a"));
    }
}

#[tokio::test]
async fn who_waits_behind_an_unknown_result_in_a_fifo_group_is_sent_when_that_is_over_whoever_takes_it() {
    let world = World::with(Settings { max_wait: "15m", ..Settings::default() }).await;
    world.fault(json!({ "operation": "SendTextMessage", "action": "error", "times": 1 }));
    for id in ["a", "b", "c"] {
        world.put_on(FIFO, Some("group"), &good(id).to_string()).await;
    }
    for _ in 0..4 {
        // A quarter of an hour later it is often another one.
        Function::start(&world, Wire::sound()).poll(&world, FIFO).await;
        world.advance(15 * 60 + 1);
    }
    assert_eq!((world.dead_reasons("a").await, world.on(FIFO)), (vec!["UNKNOWN_RESULT".to_owned()], 0));
    assert_eq!((world.sent_of("b"), world.sent_of("c")), (1, 1));
}

#[tokio::test]
async fn of_two_functions_at_once_one_sends() {
    let world = World::start().await;
    for id in ["a", "b", "c"] {
        world.put(&good(id)).await;
    }
    let messages = world.receive(QUEUE).await;
    let functions: Vec<Function> = (0..4).map(|_| Function::start(&world, Wire::sound())).collect();
    let event = event(QUEUE, &messages);
    futures::future::join_all(functions.iter().map(|function| function.invoke(&world, event.clone()))).await;
    check(&world, "four at once").await;
    assert_eq!(world.sent(), [("a", 1), ("b", 1), ("c", 1)].map(|(id, times)| (id.to_owned(), times)).into());
    assert_eq!(world.charged().await.ceiling, 3, "those who did not send gave back");
    for id in ["a", "b", "c"] {
        assert!(world.said(id).iter().any(|said| said == "SMS Accepted"));
        assert_eq!(world.said(id).len(), 4);
    }
}

#[tokio::test]
async fn a_record_is_kept_for_35_days_and_then_the_id_is_a_new_one() {
    let world = World::start().await;
    world.put(&good("a")).await;
    assert!(drain(&world, 1).await);
    let day = 24 * 60 * 60;
    for (days, sent) in [(34, 1), (2, 2)] {
        world.advance(days * day);
        // The limits hold from their day on; the day's counters are made anew.
        assert!(PacificDay::of(world.now()) > PacificDay::of(world.settings.start.parse().unwrap()));
        world.aws.sweep_ttl(super::world::PRIMARY).await.unwrap();
        world.put(&good("a")).await;
        assert!(drain(&world, 1).await);
        assert_eq!(world.sent_of("a"), sent);
    }
}

#[tokio::test]
async fn a_record_that_is_not_of_the_ledgers_form_sends_nothing() {
    let world = World::start().await;
    world.put(&good("a")).await;
    assert!(drain(&world, 1).await);
    let key = tendlc_core::table::Key::ledger(&"checkout".parse().unwrap(), &"a".parse().unwrap());
    let update = world.table.client.update_item().table_name(&world.table.name);
    let update = update.key(tendlc_core::table::KEY, key.value()).update_expression("SET #state = :odd");
    let update = update.expression_attribute_names("#state", "state");
    update.expression_attribute_values(":odd", tendlc_core::table::text("half-sent")).send().await.unwrap();
    world.put(&good("a")).await;
    Function::start(&world, Wire::sound()).poll(&world, QUEUE).await;
    assert_eq!((world.sent_of("a"), world.on(QUEUE)), (1, 1));
    let (said, detail) = world.outcomes_of("a").pop().unwrap();
    assert_eq!((said.as_str(), &detail["reason"]), ("SMS Deferred", &json!("QUOTA_UNAVAILABLE")));
}
