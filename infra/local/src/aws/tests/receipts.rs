use serde_json::{Value, json};

use super::super::seed::{Carrier, Status, Step, Subscription};
use super::super::{Action, Fault};
use super::*;

const TOPIC: &str = "arn:aws:sns:us-east-1:111111111111:tendlc-receipts";
/// Subscribed raw, subscribed as SNS has it unless told otherwise, and a rule's target.
const QUEUES: [&str; 3] = ["raw", "enveloped", "by-rule"];

async fn told() -> Double {
    told_with(|_| {}).await
}

async fn told_with(change: impl FnOnce(&mut Seed)) -> Double {
    Double::start_with(|seed| {
        seed.queues.extend(QUEUES.map(|name| Queue::new(PRIMARY, name)));
        let arn = |name: &str| format!("arn:aws:sqs:us-east-1:{PRIMARY}:{name}");
        let receipts = &mut seed.sms.receipts;
        let subscribe = |name: &str, raw| Subscription { topic_arn: TOPIC.into(), queue_arn: arn(name), raw };
        receipts.subscriptions = vec![subscribe("raw", true), subscribe("enveloped", false)];
        receipts.rule_targets = vec![arn("by-rule")];
        change(seed);
    })
    .await
}

/// Takes all that is visible now off a queue.
async fn take(double: &Double, queue: &str) -> Vec<Value> {
    let client = aws_sdk_sqs::Client::new(&double.root(PRIMARY));
    let url = double.aws.queue_url(PRIMARY, queue);
    let mut bodies = Vec::new();
    loop {
        let received = client.receive_message().queue_url(&url).max_number_of_messages(10).send().await.unwrap();
        let messages = received.messages.unwrap_or_default();
        if messages.is_empty() {
            return bodies;
        }
        for message in messages {
            bodies.push(serde_json::from_str(message.body.as_deref().unwrap()).unwrap());
            client
                .delete_message()
                .queue_url(&url)
                .receipt_handle(message.receipt_handle.unwrap())
                .send()
                .await
                .unwrap();
        }
    }
}

async fn statuses(double: &Double) -> Vec<String> {
    take(double, "raw").await.iter().map(|event| event["messageStatus"].as_str().unwrap().to_owned()).collect()
}

/// A text of the campaign's; its message id.
async fn send(double: &Double) -> String {
    let sent = text(&double.root(PRIMARY)).configuration_set_name("tendlc-order-updates").context("id", "order-1");
    sent.send().await.unwrap().message_id.unwrap()
}

#[tokio::test]
async fn receipts_come_by_topic_with_and_by_rule_without_recipient_and_context() {
    let double = told().await;
    let message_id = send(&double).await;
    double.advance(2);
    let by_topic = take(&double, "raw").await;
    let mut delivered = json!({
        "eventType": "TEXT_DELIVERED",
        "eventVersion": "1.0",
        "eventTimestamp": 1_795_176_002_000_u64,
        "isFinal": true,
        "originationPhoneNumber": "+12065550100",
        "destinationPhoneNumber": RECIPIENT,
        "isInternationalSend": false,
        "isoCountryCode": "US",
        "mcc": "310",
        "mnc": "260",
        "carrierName": "T-Mobile USA",
        "messageId": message_id,
        "messageRequestTimestamp": 1_795_176_000_000_u64,
        "messageEncoding": "GSM",
        "messageType": "TRANSACTIONAL",
        "messageStatus": "DELIVERED",
        "messageStatusDescription": "Message has been accepted by phone",
        "context": { "id": "order-1" },
        "totalMessageParts": 1,
        "totalMessagePrice": 0.00581,
        "totalCarrierFee": 0.0045,
    });
    assert_eq!(by_topic[1], delivered);
    let pending = &by_topic[0];
    assert_eq!((&pending["eventType"], &pending["isFinal"]), (&json!("TEXT_PENDING"), &json!(false)));
    assert_eq!(pending["eventTimestamp"], 1_795_176_000_200_u64);
    assert_eq!((&pending["totalMessagePrice"], &pending["totalCarrierFee"]), (&json!(0.0), &json!(0.0)));

    let by_rule = take(&double, "by-rule").await;
    delivered.as_object_mut().unwrap().retain(|name, _| name != "destinationPhoneNumber" && name != "context");
    let wanted = json!({
        "version": "0",
        "id": by_rule[1]["id"],
        "detail-type": "Text Message Delivery Status Updated",
        "source": "aws.sms-voice",
        "account": PRIMARY,
        "time": "2026-11-20T12:00:02Z",
        "region": "us-east-1",
        "resources": [],
        "detail": delivered,
    });
    assert_eq!((&by_rule[1], by_rule.len()), (&wanted, 2));
    assert_ne!(by_rule[0]["id"], by_rule[1]["id"]);
}

#[tokio::test]
async fn sns_wraps_what_is_not_wanted_raw() {
    let double = told().await;
    send(&double).await;
    double.advance(2);
    let (raw, enveloped) = (take(&double, "raw").await, take(&double, "enveloped").await);
    assert_eq!((raw.len(), enveloped.len()), (2, 2));
    let envelope = &enveloped[1];
    assert_eq!((&envelope["Type"], &envelope["TopicArn"]), (&json!("Notification"), &json!(TOPIC)));
    assert_eq!(envelope["Timestamp"], "2026-11-20T12:00:02.000Z");
    let inside: Value = serde_json::from_str(envelope["Message"].as_str().unwrap()).unwrap();
    assert_eq!(inside, raw[1]);
}

#[tokio::test]
async fn no_receipt_comes_before_its_time() {
    let double = told().await;
    send(&double).await;
    let none: [&str; 0] = [];
    assert_eq!(statuses(&double).await, none);
    double.clock.advance(SignedDuration::from_millis(199));
    assert_eq!(statuses(&double).await, none);
    double.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(statuses(&double).await, ["PENDING"]);
    double.clock.advance(SignedDuration::from_millis(1_799));
    assert_eq!(statuses(&double).await, none);
    double.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(statuses(&double).await, ["DELIVERED"]);
}

#[tokio::test]
async fn without_a_configuration_set_only_the_bus_is_told() {
    let double = told().await;
    text(&double.root(PRIMARY)).send().await.unwrap();
    double.advance(2);
    assert_eq!((take(&double, "raw").await.len(), take(&double, "by-rule").await.len()), (0, 2));
}

#[tokio::test]
async fn nobody_is_told_of_dry_runs_refused_texts_and_sns() {
    let double = told().await;
    let root = double.root(PRIMARY);
    let campaigns = || text(&root).configuration_set_name("tendlc-order-updates");
    campaigns().dry_run(true).send().await.unwrap();
    double.aws.fault(Fault::next("SendTextMessage", Action::OptOut)).unwrap();
    assert!(campaigns().send().await.is_err());
    let sns = aws_sdk_sns::Client::new(&root).publish().phone_number(RECIPIENT).message("Hello");
    sns.send().await.unwrap();
    double.advance(10_000);
    for queue in QUEUES {
        assert_eq!(take(&double, queue).await, [Value::Null; 0], "{queue}");
    }
}

#[tokio::test]
async fn a_text_that_aws_took_has_receipts_whatever_its_sender_was_told() {
    let double = told().await;
    double.aws.fault(Fault::next("SendTextMessage", Action::FailAfterAccept)).unwrap();
    let sent = text(&double.root(PRIMARY)).configuration_set_name("tendlc-order-updates");
    assert_eq!(code!(sent.send().await), "InternalServerException");
    double.advance(2);
    let receipts = take(&double, "raw").await;
    assert_eq!(receipts[1]["messageId"], double.aws.sent()[0].message_id);
}

#[tokio::test]
async fn a_blocked_text_names_no_origination_number_and_costs_nothing() {
    let double = told().await;
    double.aws.change_sms(|sms| {
        let blocked = Step::new(std::time::Duration::ZERO, Status::Blocked);
        sms.receipts.plans.insert(RECIPIENT.into(), vec![blocked]);
        sms.receipts.carriers.insert(RECIPIENT.into(), None);
    });
    send(&double).await;
    let receipts = take(&double, "raw").await;
    let [blocked] = &receipts[..] else { panic!("{} receipts", receipts.len()) };
    assert_eq!((&blocked["eventType"], &blocked["isFinal"]), (&json!("TEXT_BLOCKED"), &json!(true)));
    assert_eq!((&blocked["totalMessagePrice"], &blocked["totalCarrierFee"]), (&json!(0.0), &json!(0.0)));
    for absent in ["originationPhoneNumber", "mcc", "mnc", "carrierName"] {
        assert_eq!(blocked.get(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn every_part_has_its_price_and_its_carriers_fee() {
    let double = told().await;
    double.aws.change_sms(|sms| sms.receipts.carriers.insert("+12065550114".into(), Some(Carrier::verizon())));
    let long = "a".repeat(161);
    let mut seen = Vec::new();
    // The first three take turns; the last would be T-Mobile's.
    for to in ["+12065550111", "+12065550112", "+12065550113", "+12065550114"] {
        let sent = text(&double.root(PRIMARY)).destination_phone_number(to).message_body(&long);
        sent.configuration_set_name("tendlc-order-updates").send().await.unwrap();
        double.advance(2);
        let delivered = take(&double, "raw").await.remove(1);
        assert_eq!((&delivered["totalMessageParts"], &delivered["totalMessagePrice"]), (&json!(2), &json!(0.01162)));
        let of = |name: &str| delivered[name].as_str().unwrap().to_owned();
        seen.push((of("mcc") + "/" + &of("mnc"), delivered["totalCarrierFee"].to_string()));
    }
    let seen: Vec<(&str, &str)> = seen.iter().map(|(network, fee)| (network.as_str(), fee.as_str())).collect();
    assert_eq!(seen, [("310/260", "0.009"), ("310/410", "0.007"), ("311/480", "0.009"), ("311/480", "0.009")]);
}

#[tokio::test]
async fn the_numbers_for_trying_out_succeed_and_fail() {
    let double = told().await;
    for (to, last) in [("+14254147755", "DELIVERED"), ("+14254147167", "CARRIER_UNREACHABLE")] {
        let sent = text(&double.root(PRIMARY)).destination_phone_number(to);
        sent.configuration_set_name("tendlc-order-updates").send().await.unwrap();
        double.advance(2);
        assert_eq!(statuses(&double).await, ["PENDING", last]);
    }
}

#[tokio::test]
async fn a_receipt_is_lost_repeated_late_or_early_on_order_by_all_ways() {
    let double = told().await;
    let mut seen = Vec::new();
    for action in [Action::Drop, Action::Repeat, Action::Late, Action::Early] {
        // Of each text its second receipt.
        double.aws.fault(Fault::nth("Receipt", 2, action)).unwrap();
        send(&double).await;
        let mut counts = Vec::new();
        for seconds in [0, 2, 3_597, 1, 2] {
            double.advance(seconds);
            let [raw, enveloped, by_rule] = QUEUES.map(|queue| take(&double, queue));
            let (raw, enveloped, by_rule) = (raw.await.len(), enveloped.await.len(), by_rule.await);
            assert_eq!((raw, enveloped), (by_rule.len(), by_rule.len()), "{action:?}");
            counts.push(raw);
            assert!(by_rule.windows(2).all(|pair| action != Action::Repeat || pair[1]["detail"]["isFinal"] == true));
        }
        seen.push(counts);
    }
    assert_eq!(seen, [vec![0, 1, 0, 0, 0], vec![0, 4, 0, 0, 0], vec![0, 1, 0, 0, 1], vec![1, 1, 0, 0, 0]]);
    assert!(double.aws.unmet_faults().is_empty());
}

#[tokio::test]
async fn a_repeated_receipt_is_the_same_and_an_early_one_says_what_it_would_have_said() {
    let double = told().await;
    double.aws.fault(Fault::nth("Receipt", 1, Action::Repeat)).unwrap();
    double.aws.fault(Fault::nth("Receipt", 2, Action::Early)).unwrap();
    send(&double).await;
    let early = take(&double, "by-rule").await;
    assert_eq!(early[0]["detail"]["eventTimestamp"], 1_795_176_002_000_u64);
    double.advance(1);
    let pending = take(&double, "by-rule").await;
    assert!(pending.len() == 3 && pending.iter().all(|receipt| *receipt == pending[0]));
}

#[tokio::test]
async fn a_fault_can_be_for_one_recipients_receipts() {
    let double = told().await;
    let fault = r#"{"operation":"Receipt","match":{"to":"+12065550111"},"action":"drop","times":0}"#;
    double.aws.fault(serde_json::from_str(fault).unwrap()).unwrap();
    send(&double).await;
    let other = text(&double.root(PRIMARY)).destination_phone_number("+12065550112");
    other.configuration_set_name("tendlc-order-updates").send().await.unwrap();
    double.advance(2);
    let receipts = take(&double, "raw").await;
    assert_eq!(receipts.len(), 2);
    assert!(receipts.iter().all(|receipt| receipt["destinationPhoneNumber"] == "+12065550112"));
}

#[tokio::test]
async fn where_nobody_wants_receipts_there_are_none() {
    let double = Double::start().await;
    double.aws.fault(Fault::next("Receipt", Action::Drop)).unwrap();
    send(&double).await;
    let unmet: Vec<String> = double.aws.unmet_faults().iter().map(ToString::to_string).collect();
    assert_eq!(unmet, ["the fault drop of Receipt was never met; no text has had a receipt"]);
}

#[tokio::test]
async fn a_receipt_for_a_queue_that_is_not_there_is_lost_and_the_text_is_taken() {
    let double = told_with(|seed| seed.queues.retain(|queue| queue.name != "raw")).await;
    send(&double).await;
    double.advance(2);
    assert_eq!(take(&double, "enveloped").await.len(), 2);
}
