//! Functions start with what their templates tell them: read by the same code as in the deployed function.

use std::collections::BTreeMap;

use serde_json::Value;
use tendlc_core::env::{HandsOver, ProbeSettings, ReceiptSettings, RecountSettings, RefreshSettings, Settings};

use super::{CONFIG, of_type, with_fifo};

#[test]
fn every_function_has_the_environment_that_it_starts_with() {
    for text in [CONFIG.to_owned(), with_fifo()] {
        let mut seen = BTreeMap::new();
        for (name, function) in of_type(&text, "AWS::Lambda::Function") {
            let variables = &function["Environment"]["Variables"];
            let lookup = |key: &str| variables[key].as_str().map(str::to_owned);
            let zip = function["Code"]["S3Key"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            let read = match zip.as_str() {
                "send-queue.zip" => Settings::read(&lookup, HandsOver::No).map(|_| ()),
                "send-event.zip" => Settings::read(&lookup, HandsOver::Yes).map(|_| ()),
                "probe-health.zip" => ProbeSettings::read(&lookup).map(|_| ()),
                "settle-receipt.zip" => ReceiptSettings::read(&lookup).map(|_| ()),
                "refresh-limits.zip" => RefreshSettings::read(&lookup).map(|_| ()),
                "recount.zip" => RecountSettings::read(&lookup).map(|_| ()),
                other => panic!("{name}: {other}"),
            };
            assert!(read.is_ok(), "{name}: {}", read.unwrap_err());
            *seen.entry(zip).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 6, "{seen:?}");
    }
}

#[test]
fn whoever_sends_from_the_simulator_and_whoever_reads_its_receipts_are_told_of_the_same_number() {
    let functions = of_type(CONFIG, "AWS::Lambda::Function");
    let of_primary = |zip: &str| {
        let is = |function: &&Value| {
            let key = function["Code"]["S3Key"].as_str().unwrap();
            key.ends_with(zip) && function["FunctionName"].as_str().unwrap().starts_with("tendlc-")
        };
        let own = functions.iter().filter(|(name, _)| name.starts_with("111111111111/tendlc-primary/"));
        own.map(|(_, function)| function).find(is).unwrap()["Environment"]["Variables"].clone()
    };
    let (probe, receipts) = (of_primary("probe-health.zip"), of_primary("settle-receipt.zip"));
    let probe = ProbeSettings::read(&|key| probe[key].as_str().map(str::to_owned)).unwrap().simulator.unwrap();
    let receipts = ReceiptSettings::read(&|key| receipts[key].as_str().map(str::to_owned)).unwrap().simulator.unwrap();
    assert_eq!(probe.phone_number, receipts);
    assert!(probe.identity.ends_with(":phone-number/phone-5123456789abcdef0123456789abcdef"), "{}", probe.identity);
    assert_eq!(probe.destinations.len(), 2);
}

#[test]
fn every_function_has_a_log_group_that_forgets() {
    let groups: Vec<Value> = of_type(CONFIG, "AWS::Logs::LogGroup").into_values().collect();
    for (name, function) in of_type(CONFIG, "AWS::Lambda::Function") {
        let log = format!("/aws/lambda/{}", function["FunctionName"].as_str().unwrap());
        let group = groups.iter().find(|group| group["LogGroupName"] == log.as_str());
        assert!(group.is_some_and(|group| !group["RetentionInDays"].is_null()), "{name}");
        assert_eq!(function["Runtime"], "provided.al2023", "{name}");
    }
}

#[test]
fn a_grants_own_fifo_queues_leave_no_way_by_event() {
    let named = |text: &str| -> Vec<String> {
        let all = of_type(text, "AWS::Lambda::Function").into_iter();
        all.filter(|(name, _)| name.contains("/tendlc-secondary-checkout/"))
            .map(|(_, function)| function["FunctionName"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(named(CONFIG).len(), 3);
    assert_eq!(named(&with_fifo()), ["tendlc-probe-health", "tendlc-send-queue"]);
}
