//! Texts from a simulator number to AWS's simulated phones.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tendlc_local::aws::{Action, Fault, Series};
use tendlc_local::system::{FunctionName, System};

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
    report.stands("failing", &[("simulator", "failing")]);
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

/// The sample of receipts as AWS would send them of a campaign's own number, were it named as the simulator by mistake.
#[tokio::test]
async fn receipts_of_a_campaigns_texts_are_posted_even_where_its_number_is_taken_for_the_simulator() {
    let sample = include_str!("../../events/sqs-receipts-simulator.json");
    let ours = sample.replace("tendlc-probe", "tendlc-grant");
    assert_ne!(ours, sample);
    let event: serde_json::Value = serde_json::from_str(&ours).unwrap();
    let system = simulated().await;
    let reply = system.play(&event, Some(FunctionName::SettleReceipt)).await.unwrap().reply.unwrap();
    assert_eq!(reply["batchItemFailures"], json!([]), "{reply}");
    let posted = |id: &str| {
        let key = tendlc_core::table::Key::message(&tendlc_core::receipt::MessageId::of(id).unwrap());
        let table = system.table().clone();
        async move { table.item_at(&key).await.unwrap().is_some() }
    };
    let [one, two] = ["5e0a1f3c-42d8-4c0b-9b61-2f7c9d1e4a01", "5e0a1f3c-42d8-4c0b-9b61-2f7c9d1e4a02"];
    assert!(posted(one).await && posted(two).await);
    let own = simulated().await;
    let event: serde_json::Value = serde_json::from_str(sample).unwrap();
    own.play(&event, Some(FunctionName::SettleReceipt)).await.unwrap();
    let key = tendlc_core::table::Key::message(&tendlc_core::receipt::MessageId::of(one).unwrap());
    assert!(own.table().item_at(&key).await.unwrap().is_none(), "the simulator's are in no book");
}
