//! What a workload hears.

use serde_json::json;

use super::office::{Office, but, by_event_bridge, delivered, pending};

#[tokio::test]
async fn a_workload_hears_once_that_its_text_was_delivered_by_whom_and_for_how_much() {
    let office = Office::open().await;
    office.say_on_the_default_bus().await;
    let sent = office.send(&[2]).await;
    let first = but(delivered(&sent[0]), json!({"by": "one"}));
    office.post(&[pending(&sent[0])]).await;
    assert_eq!(office.said(), []);
    office.post(&[first.clone(), but(first.clone(), json!({"by": "two"}))]).await;
    let said = office.said();
    let wanted = json!({
        "version": 1, "id": sent[0].id, "grant": "a", "account": "222222222222", "campaign": "orders",
        "message_id": sent[0].message_id, "segments": 2, "encoding": "GSM", "price_usd": "0.01862",
        "carrier": "AT&T Wireless", "carrier_status": "DELIVERED", "context": {"order": "7"},
    });
    assert_eq!(said, [("SMS Delivered".to_owned(), wanted)]);
    // The other copy, and the same by EventBridge, say nothing new.
    office
        .post(&[but(first.clone(), json!({"by": "two"})), but(by_event_bridge(first.clone()), json!({"by": "three"}))])
        .await;
    assert_eq!(office.said(), []);
    // The same message again: whoever had it may have died before anybody heard.
    office.post(&[first]).await;
    let again = office.said();
    assert_eq!((again.len(), &again[0].1["duplicate"]), (1, &json!(true)));
}

#[tokio::test]
async fn a_text_that_did_not_arrive_is_told_with_its_reason_and_a_later_receipt_may_correct_it() {
    let office = Office::open().await;
    office.say_on_the_default_bus().await;
    let sent = office.send(&[1]).await;
    let unreachable = json!({"eventType": "TEXT_UNREACHABLE", "messageStatus": "UNREACHABLE"});
    office.post(&[but(delivered(&sent[0]), unreachable)]).await;
    let said = office.said();
    assert_eq!((said[0].0.as_str(), &said[0].1["reason"]), ("SMS Undelivered", &json!("UNREACHABLE")));
    office.post(&[but(delivered(&sent[0]), json!({"eventTimestamp": sent[0].at + 5_000}))]).await;
    let said = office.said();
    assert_eq!((said.len(), said[0].0.as_str(), said[0].1.get("reason")), (1, "SMS Delivered", None));
    assert_eq!(office.total("undelivered:orders:UNREACHABLE").await, 0);
    assert_eq!(office.total("delivered:orders:AT&T").await, 1);
    // An older one that is late corrects nothing.
    office.post(&[but(delivered(&sent[0]), json!({"messageStatus": "SPAM", "eventTimestamp": sent[0].at + 1}))]).await;
    assert_eq!(office.said(), []);
}

#[tokio::test]
async fn no_number_is_in_what_is_said_or_kept() {
    let office = Office::open().await;
    office.say_on_the_default_bus().await;
    let sent = office.send(&[1]).await;
    let fields = json!({"messageStatusDescription": "to +12065550123", "carrierName": "AT&T +12065550123"});
    office.post(&[but(delivered(&sent[0]), fields)]).await;
    let kept = serde_json::to_string(&office.message(&sent[0].message_id).await).unwrap();
    let said = serde_json::to_string(&office.said()).unwrap();
    for text in [kept, said] {
        assert!(!text.contains("2065550123") && !text.contains("2065550100"), "{text}");
    }
}

#[tokio::test]
async fn an_ending_that_nobody_could_tell_is_told_when_its_receipt_comes_again_after_a_newer_one() {
    let office = Office::open().await;
    office.say_on_the_default_bus().await;
    let sent = office.send(&[1]).await;
    let first = json!({"by": "one", "messageStatus": "SUCCESSFUL", "eventType": "TEXT_SUCCESSFUL"});
    let first = but(delivered(&sent[0]), first);
    office.post(std::slice::from_ref(&first)).await;
    assert_eq!(office.said().len(), 1, "and say that the function had died before it");
    office.post(&[but(delivered(&sent[0]), json!({"by": "two", "eventTimestamp": sent[0].at + 9_000}))]).await;
    assert_eq!(office.said(), []);
    office.post(&[first]).await;
    assert_eq!(office.said().len(), 1);
}
