//! The resource policy that lets SNS send from a campaign's number.

use tendlc_local::aws::{Action, Fault};
use tendlc_local::system::System;

use super::running::{PRIMARY, SPOKE, example, probe, system};

const CHECK: &str = "policy:order-updates";

async fn by_sns() -> System {
    let channel = "channel = \"sms-voice\"";
    assert!(tendlc_config::EXAMPLE.contains(channel));
    system(&tendlc_config::EXAMPLE.replace(channel, "channel = \"sns\"")).await
}

#[tokio::test]
async fn a_number_that_sns_may_not_send_from_is_failing_though_sns_takes_every_text() {
    let system = by_sns().await;
    let report = probe(&system, PRIMARY).await;
    // Nobody can try SNS without sending.
    report.stands("unknown", &[("dry-run:newsletter/order-updates", "unknown")]);
    assert!(report.text(CHECK).contains("lets SNS send"), "{:#}", report.reply);
    let policy = system.aws().change_sms(|sms| sms.numbers[0].policy.take());
    let report = probe(&system, PRIMARY).await;
    assert_eq!(report.state(CHECK), "failing", "{:#}", report.reply);
    assert!(report.text(CHECK).contains("has no resource policy") && report.text(CHECK).contains("tendlc deploy"));
    let of_another = policy.unwrap().replace(PRIMARY, "999999999999");
    system.aws().change_sms(|sms| sms.numbers[0].policy = Some(of_another));
    assert_eq!(probe(&system, PRIMARY).await.state(CHECK), "failing");
    // A spoke's role may not ask for it, and need not.
    assert!(!probe(&system, SPOKE).await.reply.to_string().contains("policy:"));
}

#[tokio::test]
async fn a_number_that_is_another_than_sns_sends_from_is_failing() {
    let system = by_sns().await;
    system.aws().change_sms(|sms| sms.numbers[0].phone_number = "+12065550101".to_owned());
    let report = probe(&system, PRIMARY).await;
    assert_eq!(report.state("number:order-updates"), "failing", "{:#}", report.reply);
    assert!(report.text("number:order-updates").contains("another number than `phone_number`"), "{:#}", report.reply);
}

#[tokio::test]
async fn a_policy_that_may_not_be_read_is_unknown_and_names_the_permission() {
    let system = by_sns().await;
    system.aws().fault(Fault::always("GetResourcePolicy", Action::Deny)).unwrap();
    let report = probe(&system, PRIMARY).await;
    assert_eq!(report.state(CHECK), "unknown", "{:#}", report.reply);
    assert!(report.text(CHECK).contains("allow sms-voice:GetResourcePolicy on arn:"), "{:#}", report.reply);
}

#[tokio::test]
async fn a_campaign_that_does_without_sns_needs_no_policy() {
    let system = example().await;
    probe(&system, PRIMARY).await.stands("healthy", &[]);
    assert!(!system.aws().counts().contains_key("GetResourcePolicy"));
}
