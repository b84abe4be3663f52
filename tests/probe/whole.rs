//! What concerns the whole primary: its account, its spend, its caps, the way of receipts.

use serde_json::json;
use tendlc_core::day::PacificDay;
use tendlc_core::month::UtcMonth;
use tendlc_core::table::{Key, number, text};
use tendlc_local::aws::{Action, Fault};
use tendlc_local::system::System;

use super::report::Report;
use super::running::{PRIMARY, SPOKE, example, probe, set};

const SET: &str = "receipts:tendlc-order-updates";

async fn primary(system: &System) -> Report {
    probe(system, PRIMARY).await
}

#[tokio::test]
async fn a_primary_in_which_all_is_well_is_healthy_and_says_how_full_it_is() {
    let system = example().await;
    let report = primary(&system).await;
    report.stands("healthy", &[]);
    assert!(report.text("cap:acme").contains("0% of 40000 is used today"), "{:#}", report.reply);
    assert!(report.text("spend").contains("of $"), "{:#}", report.reply);
    assert!(report.text(SET).contains("tells a topic"), "{:#}", report.reply);
}

#[tokio::test]
async fn an_account_that_aws_puts_back_into_the_sandbox_is_failing() {
    let system = example().await;
    system.aws().change_sms(|sms| sms.tier = "SANDBOX".to_owned());
    let report = primary(&system).await;
    assert_eq!((report.status(), report.state("production")), ("failing", "failing"), "{:#}", report.reply);
    assert!(report.text("production").contains("production access"));
    system.aws().change_sms(|sms| sms.tier = "PRODUCTION".to_owned());
    primary(&system).await.stands("healthy", &[]);
}

#[tokio::test]
async fn a_way_of_receipts_that_is_cut_is_failing_and_says_where() {
    let system = example().await;
    system.aws().change_sms(|sms| sms.configuration_sets[0].disabled = true);
    let report = primary(&system).await;
    report.stands("failing", &[(SET, "failing")]);
    assert!(report.text(SET).contains("is disabled") && report.text(SET).contains("Enabled=true"));
    system.aws().change_sms(|sms| sms.configuration_sets[0].topic_arn = None);
    let report = primary(&system).await;
    assert!(report.text(SET).contains("tells no topic"), "{:#}", report.reply);
    system.aws().change_sms(|sms| sms.configuration_sets.clear());
    let report = primary(&system).await;
    assert_eq!(report.state(SET), "failing", "{:#}", report.reply);
    assert!(report.text(SET).contains("AWS has no configuration set"));
}

#[tokio::test]
async fn a_cap_that_is_nearly_used_is_degraded() {
    let system = example().await;
    let pool = tendlc_core::grant::Pool::of_brand(&"acme".parse().unwrap());
    let today = PacificDay::of(jiff::Timestamp::now());
    set(&system, Key::pool(&pool, today), "left", number(-4_000)).await;
    let report = primary(&system).await;
    report.stands("degraded", &[("cap:acme", "degraded")]);
    assert!(report.text("cap:acme").contains("tendlc usage"));
}

#[tokio::test]
async fn what_may_not_be_asked_is_unknown_and_names_the_permission() {
    for (operation, check) in [
        ("DescribeAccountAttributes", "production"),
        ("DescribeSpendLimits", "spend"),
        ("DescribeConfigurationSets", SET),
    ] {
        let system = example().await;
        system.aws().fault(Fault::always(operation, Action::Deny)).unwrap();
        let report = primary(&system).await;
        report.stands("unknown", &[(check, "unknown")]);
        assert!(report.text(check).contains(&format!("allow sms-voice:{operation}")), "{:#}", report.reply);
    }
}

#[tokio::test]
async fn counters_that_do_not_answer_fail_and_what_stands_on_them_is_unknown() {
    let system = example().await;
    let second = json!({ "operation": "BatchGetItem", "match": { "nth": 2 }, "action": "deny" });
    system.aws().fault(serde_json::from_value(second).unwrap()).unwrap();
    let report = primary(&system).await;
    report.stands("failing", &[("counters", "failing"), ("cap:acme", "unknown"), ("spend", "unknown")]);
    // A spoke does not ask after the whole.
    assert!(!probe(&system, SPOKE).await.reply.to_string().contains("production"));
}

#[tokio::test]
async fn what_a_grant_spent_before_it_was_taken_away_is_spent() {
    let system = example().await;
    let (gone, month) = ("gone".parse().unwrap(), UtcMonth::of(jiff::Timestamp::now()));
    set(&system, Key::former(), "grant:gone", text("444444444444")).await;
    set(&system, Key::month(&gone, month), "spent", number(7_250_000)).await;
    let report = primary(&system).await;
    assert!(report.text("spend").contains("$7.25 of $"), "{:#}", report.reply);
}

#[tokio::test]
async fn a_silent_table_does_not_hide_that_the_account_is_in_the_sandbox() {
    let system = example().await;
    system.aws().change_sms(|sms| sms.tier = "SANDBOX".to_owned());
    system.aws().fault(Fault::always("GetItem", Action::Deny)).unwrap();
    let report = primary(&system).await;
    assert_eq!((report.state("production"), report.state("table")), ("failing", "failing"), "{:#}", report.reply);
}
