//! Texts from a simulator number to AWS's simulated phones.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tendlc_core::receipt::MessageId;
use tendlc_core::table::Key;
use tendlc_local::aws::{Action, Fault, Series};
use tendlc_local::system::{FunctionName, System};

use super::broken::request;
use super::report::Report;
use super::running::{PRIMARY, SPOKE, example, probe, system};

const IDENTITY: &str = "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-5123456789abcdef0123456789abcdef";

async fn simulated() -> System {
    system(include_str!("../../events/simulator.toml")).await
}

fn simulator(change: impl FnOnce(&mut tendlc_local::aws::seed::Number), system: &System) {
    system.aws().change_sms(|sms| change(sms.numbers.iter_mut().find(|number| number.arn == IDENTITY).unwrap()));
}

#[tokio::test]
async fn a_text_goes_to_each_simulated_phone_through_a_campaigns_configuration_set() {
    let system = simulated().await;
    probe(&system, PRIMARY).await.stands("healthy", &[]);
    let sent = system.aws().sent();
    let to: Vec<&str> = sent.iter().map(|text| text.to.as_str()).collect();
    assert_eq!(to, ["+14254147755", "+14254147167"]);
    for text in &sent {
        assert_eq!(text.origination_identity.as_deref(), Some(IDENTITY));
        assert_eq!(text.configuration_set.as_deref(), Some("tendlc-order-updates"));
        assert_eq!(text.context, BTreeMap::from([("tendlc-probe".to_owned(), "simulator".to_owned())]));
    }
    probe(&system, SPOKE).await;
    let verify = json!({ "verify": true, "account": PRIMARY });
    system.play(&verify, Some(FunctionName::ProbeHealth)).await.unwrap();
    assert_eq!(system.aws().sent().len(), 2, "a spoke sends none, and neither does verify");
}

#[tokio::test]
async fn whoever_asks_is_told_what_the_schedules_run_found_and_nothing_is_sent() {
    let system = simulated().await;
    let asked = || async {
        let event = json!({ "account": PRIMARY });
        let played = system.play(&event, Some(FunctionName::ProbeHealth)).await.unwrap();
        Report::of(played.reply.unwrap())
    };
    let report = asked().await;
    report.stands("healthy", &[]);
    assert!(!report.reply.to_string().contains("\"simulator\""), "{:#}", report.reply);
    simulator(|number| number.status = "PENDING".to_owned(), &system);
    probe(&system, PRIMARY).await.stands("degraded", &[("simulator", "degraded")]);
    simulator(|number| number.status = "ACTIVE".to_owned(), &system);
    let report = asked().await;
    report.stands("degraded", &[("simulator", "degraded")]);
    assert!(report.text("simulator").contains("is PENDING"), "{:#}", report.reply);
    assert!(system.aws().sent().is_empty());
    probe(&system, PRIMARY).await.stands("healthy", &[]);
    assert_eq!(system.aws().sent().len(), 2);
}

#[tokio::test]
async fn without_a_simulator_nothing_is_sent() {
    let system = example().await;
    let report = probe(&system, PRIMARY).await;
    assert!(!report.reply.to_string().contains("simulator"), "{:#}", report.reply);
    assert!(system.aws().sent().is_empty());
}

#[tokio::test]
async fn nothing_is_sent_from_a_number_that_is_no_simulator_or_another() {
    let system = simulated().await;
    simulator(|number| number.simulator = false, &system);
    let report = probe(&system, PRIMARY).await;
    report.stands("degraded", &[("simulator", "degraded")]);
    assert!(report.text("simulator").contains("is TEN_DLC, not SIMULATOR"), "{:#}", report.reply);
    simulator(|number| (number.simulator, number.phone_number) = (true, "+12065550143".to_owned()), &system);
    let report = probe(&system, PRIMARY).await;
    assert!(report.text("simulator").contains("`simulator_phone_number`"), "{:#}", report.reply);
    simulator(|number| number.arn.pop().map_or((), drop), &system);
    assert!(probe(&system, PRIMARY).await.text("simulator").contains("AWS has no number"));
    assert!(system.aws().sent().is_empty());
}

#[tokio::test]
async fn what_stands_in_the_way_of_texts_stands_in_the_way_of_these() {
    for (action, state, says) in [
        (Action::SpendLimit, "failing", "monthly spend limit"),
        (Action::Deny, "unknown", "allow sms-voice:SendTextMessage on arn:"),
        (Action::Throttle, "unknown", "AWS did not take a text from the simulator"),
        (Action::Error, "unknown", "AWS did not take a text from the simulator"),
    ] {
        let system = simulated().await;
        // The dry run of the hub's grant comes after them, but for the retries.
        system.aws().fault(Fault::always("SendTextMessage", action)).unwrap();
        let report = probe(&system, PRIMARY).await;
        assert_eq!(report.state("simulator"), state, "{:#}", report.reply);
        assert!(report.text("simulator").contains(says), "{:#}", report.reply);
    }
}

#[tokio::test]
async fn receipts_that_do_not_come_are_degraded() {
    let system = simulated().await;
    let counted = |metric: &str, minutes: i64, value: f64| {
        let series = Series { namespace: "tendlc".to_owned(), metric: metric.to_owned(), dimensions: BTreeMap::new() };
        system.aws().put_metric(PRIMARY, series, Timestamp::now() - SignedDuration::from_mins(minutes), value);
    };
    assert_eq!(probe(&system, PRIMARY).await.state("simulator-receipts"), "healthy", "none was sent before");
    counted("SimulatorSent", 60, 2.0);
    let report = probe(&system, PRIMARY).await;
    report.stands("degraded", &[("simulator-receipts", "degraded")]);
    assert!(
        report.text("simulator-receipts").contains("of 2 texts to simulated phones in the last 3 hours 0 receipts"),
        "{:#}",
        report.reply
    );
    counted("SimulatorTold", 59, 2.0);
    probe(&system, PRIMARY).await.stands("healthy", &[]);
}

/// Two receipts of each way: with the probe's context, and without any.
fn sample() -> &'static str {
    include_str!("../../events/sqs-receipts-simulator.json")
}

async fn posted(system: &System, text: &str) -> [bool; 2] {
    let event: serde_json::Value = serde_json::from_str(text).unwrap();
    let reply = system.play(&event, Some(FunctionName::SettleReceipt)).await.unwrap().reply.unwrap();
    assert_eq!(reply["batchItemFailures"], json!([]), "{reply}");
    let mut posted = [false; 2];
    for (place, id) in
        ["5e0a1f3c-42d8-4c0b-9b61-2f7c9d1e4a01", "5e0a1f3c-42d8-4c0b-9b61-2f7c9d1e4a02"].into_iter().enumerate()
    {
        let key = Key::message(&MessageId::of(id).unwrap());
        posted[place] = system.table().item_at(&key).await.unwrap().is_some();
    }
    posted
}

#[tokio::test]
async fn receipts_of_the_probes_texts_are_in_no_book_and_those_of_anybody_elses_are() {
    assert_eq!(posted(&simulated().await, sample()).await, [false, false]);
    assert_eq!(posted(&example().await, sample()).await, [true, true], "without a simulator they are nobody's");
    let ours = sample().replace("tendlc-probe", "tendlc-grant");
    assert_ne!(ours, sample());
    assert_eq!(posted(&simulated().await, &ours).await, [true, true], "a campaign's number is named by mistake");
}

#[tokio::test]
async fn what_comes_without_a_context_from_the_simulators_number_is_a_requests_if_one_sent_it() {
    let system = simulated().await;
    let event = request("order-1");
    let played = system.play(&event, None).await.unwrap();
    assert_eq!(played.outcomes[0].detail_type, "SMS Accepted", "{played:?}");
    let id = played.outcomes[0].detail["message_id"].as_str().unwrap();
    let mut event: serde_json::Value = serde_json::from_str(sample()).unwrap();
    let by_rule = event["Records"][1].take();
    let body = by_rule["body"].as_str().unwrap().replace("5e0a1f3c-42d8-4c0b-9b61-2f7c9d1e4a01", id);
    let record = json!({ "messageId": "m", "body": body, "eventSource": "aws:sqs", "receiptHandle": "r",
        "eventSourceARN": by_rule["eventSourceARN"] });
    let event = json!({ "Records": [record] });
    let reply = system.play(&event, Some(FunctionName::SettleReceipt)).await.unwrap();
    assert_eq!(reply.outcomes.len(), 1, "{reply:?}");
    assert_eq!(reply.outcomes[0].detail_type, "SMS Delivered");
}
