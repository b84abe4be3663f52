//! What must wait comes back by itself, in its order. The only tests here that wait by the clock on the wall.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::{Value, json};

use super::running::{Running, request};

const ACCOUNT: &str = "222222222222";

#[tokio::test]
async fn what_must_wait_comes_back_and_is_sent_and_its_group_keeps_its_order() {
    let running = Running::start(&[]);
    // Each of these is throttled once, and comes back two to ten seconds later; all of them wait at the same time.
    for id in ["on-a-queue", "in-a-group-2", "by-event"] {
        let throttle = json!({
            "operation": "SendTextMessage", "match": { "to": request(id)["to"] }, "action": "throttle"
        });
        running.fault(&throttle);
    }
    let sqs = running.sqs(ACCOUNT);
    let queue = running.queue("tendlc-send");
    let put = |id: &str| sqs.send_message().message_body(request(id).to_string());
    put("on-a-queue").queue_url(&queue).send().await.unwrap();
    for id in ["in-a-group-1", "in-a-group-2", "in-a-group-3", "in-a-group-4", "in-a-group-5"] {
        let put = put(id).queue_url(format!("{queue}.fifo")).message_group_id("one");
        put.send().await.unwrap();
    }
    put("in-another-group").queue_url(format!("{queue}.fifo")).message_group_id("two").send().await.unwrap();
    let entry = PutEventsRequestEntry::builder().source("acme.shop").detail_type("SMS Send Requested");
    let entry = entry.detail(request("by-event").to_string()).build();
    let events = aws_sdk_eventbridge::Client::new(&running.account(ACCOUNT));
    events.put_events().entries(entry).send().await.unwrap();

    running.until_sent(8).await;
    let sent = running.sent_ids();
    let of = |beginning: &str| sent.iter().filter(|id| id.starts_with(beginning)).cloned().collect::<Vec<_>>();
    let group: Vec<String> = (1..=5).map(|place| format!("in-a-group-{place}")).collect();
    assert_eq!(of("in-a-group"), group, "nothing overtakes what waits");
    let place = |id: &str| sent.iter().position(|sent| sent == id).unwrap();
    assert!(place("in-another-group") < place("in-a-group-2"), "a group waits for itself alone");
    assert_eq!((of("on-a-queue").len(), of("by-event").len()), (1, 1));
    assert_eq!(sent.len(), 8);
}

#[tokio::test]
async fn an_event_that_must_wait_keeps_its_trace_on_its_queue_and_to_its_end() {
    let running = Running::with(&[], &[("RUST_LOG", "info")]);
    let throttle =
        json!({ "operation": "SendTextMessage", "match": { "to": request("traced")["to"] }, "action": "throttle" });
    running.fault(&throttle);
    let entry = PutEventsRequestEntry::builder().source("acme.shop").detail_type("SMS Send Requested");
    let entry = entry.detail(request("traced").to_string()).build();
    let events = aws_sdk_eventbridge::Client::new(&running.account(ACCOUNT));
    events.put_events().entries(entry).send().await.unwrap();
    let traces = |said: &str| -> Vec<Value> {
        let written = running.written();
        let lines = written.lines().filter_map(|line| serde_json::from_str::<Value>(&line[line.find('{')?..]).ok());
        lines
            .filter(|line| line["message"] == "outcome" && line["said"] == said)
            .map(|line| line["trace"].clone())
            .collect()
    };
    running.until("the outcome", || !traces("SMS Accepted").is_empty()).await;
    let (before, after) = (traces("SMS Deferred"), traces("SMS Accepted"));
    assert!(before[0].as_str().is_some_and(|trace| trace.starts_with("Root=1-")), "{before:?}");
    assert_eq!(after, before[..1], "send-event was told of it by Lambda, send-queue by the message");
}

#[tokio::test]
async fn a_burst_is_spread_over_the_campaigns_rate_and_nothing_is_throttled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tendlc.toml");
    let example =
        std::process::Command::new(env!("CARGO_BIN_EXE_tendlc")).args(["init", "--example"]).output().unwrap();
    let text = String::from_utf8(example.stdout).unwrap();
    let slow = text.replace("segments_per_second = 40", "segments_per_second = 10");
    assert_ne!(slow, text);
    std::fs::write(&path, slow).unwrap();
    let running = Running::start(&["--config", path.to_str().unwrap()]);
    let (sqs, queue) = (running.sqs(ACCOUNT), running.queue("tendlc-send"));
    for place in 0..24 {
        let body = request(&format!("burst-{place}")).to_string();
        sqs.send_message().queue_url(&queue).message_body(body).send().await.unwrap();
    }
    running.until_sent(24).await;
    let calls: Value = serde_json::from_str(&running.http("GET", "/_tendlc/calls", "").1).unwrap();
    let sends = &calls["calls"]["SendTextMessage"];
    assert_eq!((&sends["calls"], &sends["throttled"]), (&json!(24), &json!(0)), "each text has its own place");
}
