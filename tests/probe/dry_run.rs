//! A send that is not sent, and calls that AWS does not answer.

use tendlc_local::aws::{Action, Fault};

use super::running::{SPOKE, after, probe, system};

#[tokio::test]
async fn a_busy_aws_is_asked_again_and_is_unknown_in_the_end() {
    after(Fault::next("DescribeRegistrations", Action::Throttle)).await.stands("healthy", &[]);
    let busy = after(Fault::always("DescribeRegistrations", Action::Throttle)).await;
    busy.stands("unknown", &[("registration:order-updates", "unknown")]);
    let sends = after(Fault::always("SendTextMessage", Action::Throttle)).await;
    sends.stands("unknown", &[("dry-run:order-updates", "unknown")]);
}

#[tokio::test]
async fn a_call_that_hangs_is_unknown_and_holds_up_no_other() {
    for (operation, check) in
        [("DescribePhoneNumbers", "number:order-updates"), ("SendTextMessage", "dry-run:order-updates")]
    {
        after(Fault::always(operation, Action::Hang)).await.stands("unknown", &[(check, "unknown")]);
    }
}

#[tokio::test]
async fn a_sender_that_aws_refuses_is_failing_and_a_recipient_degraded() {
    for (action, state) in [(Action::Deny, "failing"), (Action::SpendLimit, "failing"), (Action::OptOut, "degraded")] {
        let report = after(Fault::always("SendTextMessage", action)).await;
        report.stands(state, &[("dry-run:order-updates", state)]);
    }
}

#[tokio::test]
async fn sns_has_no_dry_run_so_it_is_unknown() {
    let config = tendlc_config::EXAMPLE.replace("channel = \"sms-voice\"", "channel = \"sns\"");
    let report = probe(&system(&config).await, SPOKE).await;
    report.stands("unknown", &[("dry-run:order-updates", "unknown")]);
    assert!(report.text("dry-run:order-updates").contains("SNS has no dry run"));
}
