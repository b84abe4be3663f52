//! A campaign's registration and its versions.

use super::running::{PRIMARY, SPOKE, example, probe};

#[tokio::test]
async fn a_revoked_version_is_failing_though_its_registration_is_complete() {
    let system = example().await;
    system.aws().change_sms(|sms| sms.registrations[0].versions.push((2, "REVOKED".to_owned())));
    for account in [SPOKE, PRIMARY] {
        let report = probe(&system, account).await;
        report.stands("failing", &[("registration:order-updates", "failing")]);
        assert!(report.text("registration:order-updates").contains("REVOKED"));
    }
}

#[tokio::test]
async fn a_registration_that_is_gone_is_failing_and_one_under_review_degraded() {
    let gone = example().await;
    gone.aws().change_sms(|sms| sms.registrations.clear());
    probe(&gone, SPOKE).await.stands("failing", &[("registration:order-updates", "failing")]);
    let reviewed = example().await;
    reviewed.aws().change_sms(|sms| sms.registrations[0].versions.push((2, "REVIEWING".to_owned())));
    probe(&reviewed, SPOKE).await.stands("degraded", &[("registration:order-updates", "degraded")]);
}
