//! Events that no sample is of: what fits nobody, what is none, and what is as large as it can be.

use serde_json::{Value, json};

use super::commands::{Made, Run, local, read, sample, seen};

fn play(event: &Value) -> Run {
    local(&[Made::of(event).path()])
}

/// The single sample's batch with `change` done to its only record.
fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut event = read("sqs-single.json");
    change(&mut event["Records"][0]);
    event
}

fn with_body(body: &str) -> Value {
    changed(|record| record["body"] = Value::from(body))
}

#[test]
fn a_queue_that_no_grant_is_for_is_not_granted_and_its_messages_stay_there() {
    for queue in
        ["arn:aws:sqs:us-east-1:444444444444:tendlc-send", "arn:aws:sqs:us-east-1:111111111111:tendlc-elsewhere"]
    {
        let run = play(&changed(|record| record["eventSourceARN"] = Value::from(queue)));
        let played = run.event();
        assert_eq!(played.reasons(), [Some("NOT_GRANTED".to_owned())], "{queue}");
        assert_eq!(played.failures(), ["62f746b4-84e6-4ceb-95bd-447e7184d454"], "nobody is named who could have it");
        let account = queue.split(':').nth(4);
        assert_eq!(played.outcomes[0]["detail"]["account"].as_str(), account);
        assert!(played.outcomes[0]["detail"].get("grant").is_none());
        assert_eq!(run.budget("checkout")["ceiling_left"], 20_000);
    }
}

#[test]
fn a_request_keeps_the_trace_that_its_message_names_and_nothing_that_is_none() {
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let logs = |header: &str| {
        let event = changed(|record| record["attributes"]["AWSTraceHeader"] = Value::from(header));
        seen(&[Made::of(&event).path(), "--now", "2026-11-20T17:00:00Z"], Some("info")).1
    };
    let outcomes = |logs: &str| logs.lines().filter(|line| line.contains(r#""said":"SMS Accepted""#)).count();
    let traced = logs(trace);
    assert!(outcomes(&traced) == 1 && traced.contains(&format!(r#""trace":"{trace}""#)), "{traced}");
    let private = "Root=+12065550123";
    let untraced = logs(private);
    assert!(outcomes(&untraced) == 1 && !untraced.contains(private), "{untraced}");
}

#[test]
fn a_traceparent_of_opentelemetry_is_kept_where_x_ray_names_no_trace() {
    let logs = |parent: &str| {
        let attribute = json!({ "dataType": "String", "stringValue": parent });
        let event = changed(|record| record["messageAttributes"]["traceparent"] = attribute);
        seen(&[Made::of(&event).path(), "--now", "2026-11-20T17:00:00Z"], Some("info")).1
    };
    let traced = logs("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    assert!(traced.contains(&format!(r#""trace":"{trace}""#)), "{traced}");
    assert!(!logs("+12065550123").contains("12065550123"));
}

#[test]
fn an_event_of_an_account_that_has_no_grant_is_not_granted() {
    let mut event = read("event-single.json");
    event["account"] = Value::from("444444444444");
    let run = play(&event);
    let played = run.event();
    assert_eq!(played.reasons(), [Some("NOT_GRANTED".to_owned())]);
    assert_eq!(played.error().0, "NotGranted", "the function's on-failure destination gets the event");
}

#[test]
fn what_a_request_says_of_itself_grants_nothing() {
    // A hub account's request on the spoke's queue would have to name somebody else to be charged to them.
    let body = r#"{"to":"+12065550101","body":"Your order has shipped.","grant":"newsletter"}"#;
    let run = play(&with_body(body));
    assert_eq!(run.event().reasons(), [Some("INVALID_REQUEST".to_owned())]);
}

#[test]
fn an_event_of_another_service_is_refused_by_name() {
    let s3 =
        json!({ "Records": [{ "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put" }] });
    let run = play(&s3);
    assert!(run.event().error().1.contains("aws:s3"));

    let mut mixed = read("sqs-mixed.json");
    mixed["Records"][3]["eventSource"] = Value::from("aws:kinesis");
    let run = play(&mixed);
    let played = run.event();
    assert!(played.error().1.contains("aws:kinesis"));
    assert!(played.outcomes.is_empty(), "nothing of such a batch is begun");

    let mut other = read("event-single.json");
    other["detail-type"] = Value::from("Order Placed");
    let run = play(&other);
    assert!(run.event().error().1.contains("Order Placed"));

    let run = play(&json!({ "hello": "world" }));
    assert!(run.event().error().1.contains("Records"), "the expected shape is named: {:?}", run.event().error());
}

#[test]
fn a_batch_for_the_function_of_events_and_an_event_for_the_one_of_batches_are_refused() {
    let run = local(&[&sample("sqs-single.json"), "--function", "send-event"]);
    let played = run.event();
    assert_eq!(played.answer["function"], "send-event");
    assert!(played.error().1.contains("aws:sqs") && played.error().1.contains("send-queue"));
    let run = local(&[&sample("event-single.json"), "--function", "send-queue"]);
    let played = run.event();
    assert_eq!(played.answer["function"], "send-queue");
    assert!(played.error().1.contains("send-event"), "{:?}", played.error());
}

#[test]
fn an_empty_batch_is_no_failure() {
    let run = play(&json!({ "Records": [] }));
    let played = run.event();
    assert_eq!((played.failures(), played.outcomes.len()), (vec![], 0));
}

#[test]
fn a_record_without_a_body_is_rejected_alone() {
    for change in [
        (|record: &mut Value| drop(record.as_object_mut().unwrap().remove("body"))) as fn(&mut Value),
        |record| record["body"] = Value::Null,
        |record| record["body"] = Value::from(""),
        |record| record["body"] = json!({ "to": "+12065550101" }),
    ] {
        let mut event = read("sqs-batch-of-ten.json");
        change(&mut event["Records"][3]);
        let run = play(&event);
        let played = run.event();
        let wrong = played.said().into_iter().filter(|(said, ..)| said == "SMS Rejected").collect::<Vec<_>>();
        let id = event["Records"][3]["messageId"].as_str().unwrap().to_owned();
        assert_eq!(wrong, [("SMS Rejected".to_owned(), id, Some("INVALID_REQUEST".to_owned()))]);
        assert_eq!((played.outcomes.len(), played.failures()), (10, vec![]));
    }
}

#[test]
fn a_record_without_a_message_id_is_never_named_with_an_empty_one() {
    for change in [
        (|record: &mut Value| drop(record.as_object_mut().unwrap().remove("messageId"))) as fn(&mut Value),
        |record| record["messageId"] = Value::from(""),
        |record| record["messageId"] = Value::Null,
    ] {
        // All ten would have to wait: the other nine stay, and this one cannot be named.
        let mut event = read("sqs-batch-of-ten.json");
        change(&mut event["Records"][3]);
        let fault = r#"{"operation":"SendTextMessage","action":"throttle","times":null}"#;
        let run = local(&[Made::of(&event).path(), "--fault", fault]);
        let played = run.event();
        assert_eq!(played.failures().len(), 9);
        assert!(played.failures().iter().all(|id| !id.is_empty()));
        let rejected = played.said().into_iter().filter(|(said, ..)| said == "SMS Rejected").count();
        assert_eq!(rejected, 1, "it is not begun, since it could not be kept");
    }
}

#[test]
fn a_body_of_one_mebibyte_is_rejected_and_not_shown() {
    let texts = [
        "x".repeat(1_048_576),
        format!(r#"{{"to":"+12065550101","body":"{}"}}"#, "y".repeat(1_048_576 - 32)),
        format!(r#"{{"to":"+12065550101","body":"z","{}":1}}"#, "z".repeat(1_048_576 - 42)),
    ];
    let reasons = ["INVALID_REQUEST", "BODY_TOO_LONG", "INVALID_REQUEST"];
    for (text, reason) in texts.iter().zip(reasons) {
        let run = play(&with_body(text));
        let played = run.event();
        assert_eq!(played.reasons(), [Some(reason.to_owned())]);
        assert_eq!(played.failures(), [""; 0], "the dead-letter queue took it: {}", run.logs.len());
        assert!(run.logs.len() < 20_000, "it is not in the logs");
    }
}

#[test]
fn message_attributes_that_cannot_be_read_concern_nobody() {
    let attributes = json!({ "odd": { "dataType": "Binary", "binaryValue": "not base64!", "stringListValues": 7 } });
    let run = play(&changed(|record| record["messageAttributes"] = attributes));
    assert_eq!(run.event().said()[0].0, "SMS Accepted");
}

#[test]
fn an_event_for_each_lane_goes_its_own_way_when_it_must_wait() {
    for (kind, queue) in [("transactional", "tendlc-send"), ("promotional", "tendlc-send-promotional")] {
        let mut event = read("event-single.json");
        event["detail"]["kind"] = Value::from(kind);
        let fault = r#"{"operation":"SendTextMessage","action":"throttle"}"#;
        // By day: at night the promotional one would wait for the morning.
        let run = local(&[Made::of(&event).path(), "--now", "2026-11-20T17:00:00Z", "--fault", fault]);
        let played = run.event();
        assert_eq!(played.reasons(), [Some("THROTTLED".to_owned())], "{queue}");
        assert_eq!(played.answer["reply"]["ending"], "waiting");
    }
}
