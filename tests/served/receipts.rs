//! The whole circle: a text goes out, AWS tells of it by two ways, and the workload hears what became of it.

use serde_json::{Value, json};

use super::running::{Running, request};

const ACCOUNT: &str = "222222222222";

/// The outcomes that a running system has printed, by their detail-type.
pub fn told(running: &Running, detail_type: &str) -> Vec<Value> {
    let lines = running.written();
    let values = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    values.filter(|value| value["detail-type"] == detail_type).map(|value| value["detail"].clone()).collect()
}

#[tokio::test]
async fn a_workload_hears_that_its_text_was_delivered_by_whom_and_for_how_much() {
    let running = Running::start(&[]);
    let (sqs, queue) = (running.sqs(ACCOUNT), running.queue("tendlc-send"));
    let mut wanted = request("told");
    wanted["context"] = json!({ "order": "7" });
    sqs.send_message().queue_url(queue).message_body(wanted.to_string()).send().await.unwrap();
    running.until("it is told", || !told(&running, "SMS Delivered").is_empty()).await;
    let delivered = &told(&running, "SMS Delivered")[0];
    assert_eq!(delivered["message_id"], told(&running, "SMS Accepted")[0]["message_id"]);
    assert_eq!(delivered["context"], json!({ "order": "7" }));
    assert_eq!((&delivered["grant"], &delivered["account"]), (&json!("checkout"), &json!(ACCOUNT)));
    for field in ["carrier", "carrier_status", "price_usd"] {
        assert!(delivered[field].is_string(), "{field}: {delivered}");
    }
    let number = wanted["to"].as_str().unwrap().trim_start_matches('+').to_owned();
    assert!(!delivered.to_string().contains(&number), "{delivered}");
}
