use std::time::{Duration, Instant};

use super::super::{Action, Fault};
use super::callers::raw;
use super::*;

#[tokio::test]
async fn each_action_fails_in_its_services_way() {
    let double = Double::start().await;
    let root = double.root(PRIMARY);
    let sqs = aws_sdk_sqs::Client::new(&double.root(SECONDARY));
    let dynamodb = aws_sdk_dynamodb::Client::new(&root);
    for (action, sms, queue, table) in [
        (Action::Throttle, "ThrottlingException", "RequestThrottled", "ProvisionedThroughputExceededException"),
        (Action::Error, "InternalServerException", "InternalFailure", "InternalServerError"),
        (Action::Deny, "AccessDeniedException", "AccessDenied", "AccessDeniedException"),
    ] {
        for operation in ["SendTextMessage", "ListQueues", "GetItem"] {
            double.aws.fault(Fault::next(operation, action)).unwrap();
        }
        assert_eq!(code!(text(&root).send().await), sms);
        assert_eq!(code!(sqs.list_queues().send().await), queue);
        let key = aws_sdk_dynamodb::types::AttributeValue::S("a".into());
        assert_eq!(code!(dynamodb.get_item().table_name("tendlc").key("pk", key).send().await), table);
    }
    assert!(double.aws.sent().is_empty());
    for (action, expected) in
        [(Action::OptOut, "ConflictException"), (Action::SpendLimit, "ServiceQuotaExceededException")]
    {
        double.aws.fault(Fault::next("SendTextMessage", action)).unwrap();
        assert_eq!(code!(text(&root).send().await), expected);
    }
    assert!(text(&root).send().await.is_ok(), "each fault was for one call");
}

#[tokio::test]
async fn a_failure_after_acceptance_has_sent_the_text() {
    let double = Double::start().await;
    double.aws.fault(Fault::next("SendTextMessage", Action::FailAfterAccept)).unwrap();
    assert_eq!(code!(text(&double.root(PRIMARY)).send().await), "InternalServerException");
    assert_eq!(double.aws.sent().len(), 1);
}

#[tokio::test]
async fn hung_and_dropped_calls_get_no_answer_and_do_nothing() {
    let double = Double::start().await;
    let root = double.root(PRIMARY);
    double.aws.fault(Fault::next("SendTextMessage", Action::Drop)).unwrap();
    let error = text(&root).send().await.unwrap_err();
    assert!(matches!(error, aws_sdk_sts::error::SdkError::DispatchFailure(_)), "{error:?}");
    double.aws.fault(Fault::next("SendTextMessage", Action::Hang)).unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(200), text(&root).send()).await.is_err());
    assert!(double.aws.sent().is_empty());
    assert!(text(&root).send().await.is_ok());
    let unanswered = double.aws.calls().iter().filter(|call| call.status == 0).count();
    assert_eq!(unanswered, 2);
}

#[tokio::test]
async fn entries_of_a_batch_can_fail_on_order() {
    let double = Double::start().await;
    double.aws.fault(Fault::next("PutEvents", Action::FailEntries)).unwrap();
    let entry = aws_sdk_eventbridge::types::PutEventsRequestEntry::builder().source("s").detail_type("t").detail("{}");
    let client = aws_sdk_eventbridge::Client::new(&double.execution());
    let answer = client.put_events().entries(entry.build()).send().await.unwrap();
    assert_eq!((answer.failed_entry_count, answer.entries()[0].error_code()), (1, Some("InternalFailure")));
}

#[tokio::test]
async fn faults_are_set_and_texts_listed_over_http() {
    let double = Double::start().await;
    let address = double.aws.endpoint().trim_start_matches("http://").to_owned();
    let ask = async |method: &str, path: &str, body: &str| {
        let length = body.len();
        raw(&address, &format!("{method} /_tendlc/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")).await
    };
    let fault =
        format!(r#"{{"operation":"SendTextMessage","match":{{"to":"{RECIPIENT}"}},"action":"throttle","times":null}}"#);
    assert!(ask("POST", "faults", &fault).await.starts_with("HTTP/1.1 200"));
    let root = double.root(PRIMARY);
    assert_eq!(code!(text(&root).send().await), "ThrottlingException");
    assert_eq!(code!(text(&root).send().await), "ThrottlingException");
    let nth = r#"{"operation":"GetItem","match":{"nth":7},"action":"deny","times":2}"#;
    assert!(ask("POST", "faults", nth).await.starts_with("HTTP/1.1 200"));
    let set = ask("GET", "faults", "").await;
    assert!(!set.contains(&RECIPIENT[2..]), "only the texts that were accepted show numbers: {set}");
    let set: serde_json::Value = serde_json::from_str(set.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let wanted = serde_json::json!({ "faults": [
        { "operation": "SendTextMessage", "match": { "to": "(a number)" }, "action": "throttle", "times": null },
        { "operation": "GetItem", "match": { "nth": 7 }, "action": "deny", "times": 2 },
    ] });
    assert_eq!(set, wanted);
    assert!(ask("DELETE", "faults", "").await.starts_with("HTTP/1.1 200"));
    assert!(ask("GET", "faults", "").await.ends_with(r#"{"faults":[]}"#));
    text(&root).send().await.unwrap();
    let sent = ask("GET", "sent", "").await;
    let body: serde_json::Value = serde_json::from_str(sent.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(body["sent"][0]["to"], RECIPIENT);
    assert_eq!(body["sent"][0]["at"], "2026-11-20T12:00:00Z");
    assert!(ask("GET", "calls", "").await.contains(r#""SendTextMessage":{"calls":3,"refused":2,"throttled":2}"#));
    for wrong in [r#"{"operation":"SendText","action":"throttle"}"#, r#"{"operation":"Publish","action":"explode"}"#] {
        assert!(ask("POST", "faults", wrong).await.starts_with("HTTP/1.1 400"), "{wrong}");
    }
}

#[tokio::test]
async fn calls_are_logged_with_their_latency() {
    let double = Double::start().await;
    double.aws.set_latency("*", Duration::from_millis(5));
    double.aws.set_latency("SendTextMessage", Duration::from_millis(50));
    let root = double.root(PRIMARY);
    let began = Instant::now();
    let (first, second) = tokio::join!(text(&root).send(), text(&root).send());
    assert!(first.is_ok() && second.is_ok());
    assert!((50..500).contains(&began.elapsed().as_millis()));
    let calls = double.aws.calls();
    assert_eq!(calls.len(), 2);
    assert!(calls[1].start < calls[0].end, "they overlap");
    for call in &calls {
        assert!(call.end - call.start >= Duration::from_millis(50));
        assert!((call.operation, call.status) == ("SendTextMessage", 200));
        assert!(call.request_bytes > 50 && call.response_bytes > 40);
    }
    double.aws.clear_calls();
    assert!(double.aws.calls().is_empty());
}

#[tokio::test]
async fn a_client_that_gives_up_does_not_undo_what_was_begun() {
    let double = Double::start().await;
    double.aws.set_latency("SendTextMessage", Duration::from_millis(100));
    let sending = tokio::time::timeout(Duration::from_millis(50), text(&double.root(PRIMARY)).send());
    assert!(sending.await.is_err());
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(double.aws.sent().len(), 1);
}

#[tokio::test]
async fn a_stopped_double_answers_nobody() {
    let double = Double::start().await;
    let root = double.root(PRIMARY);
    text(&root).send().await.unwrap();
    double.aws.stop();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(text(&root).send().await.is_err());
}
