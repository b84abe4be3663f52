//! The number or the pool that a campaign sends from.

use super::running::{PRIMARY, SPOKE, example, probe, system};

#[tokio::test]
async fn a_released_number_is_failing() {
    let failing = [("number:order-updates", "failing"), ("dry-run:order-updates", "failing")];
    let gone = example().await;
    gone.aws().change_sms(|sms| sms.numbers.clear());
    probe(&gone, SPOKE).await.stands("failing", &failing);
    let deleted = example().await;
    deleted.aws().change_sms(|sms| "DELETED".clone_into(&mut sms.numbers[0].status));
    let report = probe(&deleted, SPOKE).await;
    report.stands("failing", &failing);
    assert!(report.text("number:order-updates").contains("DELETED"));
}

#[tokio::test]
async fn a_pool_is_as_good_as_its_numbers() {
    let number = "phone-number/phone-0123456789abcdef0123456789abcdef";
    let config = tendlc_config::EXAMPLE.replace(number, "pool/pool-0123456789abcdef0123456789abcdef");
    let system = system(&config).await;
    for account in [SPOKE, PRIMARY] {
        probe(&system, account).await.stands("healthy", &[]);
    }
    system.aws().change_sms(|sms| {
        let mut gone = sms.numbers[0].clone();
        gone.arn = format!("{}f", gone.arn);
        "DISASSOCIATING".clone_into(&mut gone.status);
        sms.numbers.push(gone);
    });
    probe(&system, SPOKE).await.stands("degraded", &[("number:order-updates", "degraded")]);
    system.aws().change_sms(|sms| sms.numbers.clear());
    let failing = [("number:order-updates", "failing"), ("dry-run:order-updates", "failing")];
    probe(&system, SPOKE).await.stands("failing", &failing);
}
