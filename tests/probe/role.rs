//! The role: whether it may be assumed, by whom, and in which account it is.

use jiff::SignedDuration;
use tendlc_core::table::Key;
use tendlc_local::aws::seed::Role;
use tendlc_local::aws::{Action, Fault};

use super::report::Report;
use super::running::{PRIMARY, SPOKE, after, command, example, probe, probe_in_here, set, trigger};

#[test]
fn a_role_that_may_not_be_assumed_is_failing_and_what_needs_it_unknown() {
    let fault = r#"{"operation":"AssumeRole","action":"deny","times":null}"#;
    let line = command(&["events/schedule-probe.json", "--fault", fault]);
    let report = Report::of(line["reply"].clone());
    let rest = ["account", "table", "number", "registration", "dry-run"].map(|check| (check, "unknown"));
    report.stands("failing", &[&[("assume-role", "failing")], &rest[..]].concat());
    assert!(report.text("assume-role").contains("the grant checkout is to hold"));
    assert!(report.text("dry-run").contains("cannot run: the role could not be assumed"));
}

#[tokio::test]
async fn an_sts_that_hangs_is_unknown_not_failing() {
    let report = after(Fault::always("AssumeRole", Action::Hang)).await;
    let all = ["assume-role", "account", "table", "number", "registration", "dry-run"].map(|check| (check, "unknown"));
    report.stands("unknown", &all);
}

#[tokio::test]
async fn a_revoked_hub_grant_is_failing_and_the_campaign_still_healthy() {
    let system = example().await;
    system.aws().change_roles(|roles| roles.iter_mut().for_each(|role| role.trusted_principals.clear()));
    let failing = ("assume-role:newsletter", "failing");
    let unknown = [("account:newsletter", "unknown"), ("dry-run:newsletter/order-updates", "unknown")];
    probe(&system, PRIMARY).await.stands("failing", &[&[failing], &unknown[..]].concat());
}

#[tokio::test]
async fn what_the_role_may_not_ask_is_unknown_and_names_the_permission() {
    let system = example().await;
    system.aws().change_roles(|roles| roles.iter_mut().for_each(|role| role.read_resources.clear()));
    let report = probe(&system, SPOKE).await;
    report.stands("unknown", &[("number:order-updates", "unknown"), ("registration:order-updates", "unknown")]);
    assert!(report.text("number:order-updates").contains("sms-voice:DescribePhoneNumbers"));
    assert!(report.text("registration:order-updates").contains("sms-voice:DescribeRegistrations"));
}

#[tokio::test]
async fn a_function_in_another_account_than_the_grants_does_not_probe() {
    let system = example().await;
    let elsewhere = aws_sdk_dynamodb::types::AttributeValue::S("999999999999".to_owned());
    set(&system, Key::grant(&"checkout".parse().unwrap()), "account", elsewhere).await;
    let error = system.play(&trigger(SPOKE), None).await.unwrap().reply.unwrap_err();
    assert_eq!(error.error_type, "WrongAccount");
    assert!(error.error_message.contains("999999999999") && error.error_message.contains(SPOKE));
    assert!(!system.aws().counts().contains_key("SendTextMessage"));
}

#[tokio::test]
async fn a_session_in_another_account_than_the_tables_is_failing() {
    let system = example().await;
    let elsewhere = "arn:aws:iam::444444444444:role/tendlc-grant-checkout";
    system.aws().change_roles(|roles| {
        let role = roles.iter().find(|role| role.grant == "checkout").cloned().unwrap();
        roles.insert(0, Role { arn: elsewhere.to_owned(), ..role });
    });
    let report = probe_in_here(&system, elsewhere, SignedDuration::from_secs(30)).await;
    assert_eq!((report.state("assume-role"), report.state("account")), ("healthy", "failing"));
    assert!(report.text("account").contains("444444444444") && report.text("account").contains(PRIMARY));
    assert_eq!(report.status(), "failing");
}
