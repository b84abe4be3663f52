//! The table: whether it answers, and what the grant's record says.

use tendlc_core::table::Key;
use tendlc_local::aws::{Action, Fault};

use super::running::{SPOKE, after, example, probe, set};

#[tokio::test]
async fn a_table_that_does_not_answer_is_failing() {
    let report = after(Fault::always("GetItem", Action::Deny)).await;
    // What was found before is in a table, too, if in another account's.
    let rest = ["number", "registration", "dry-run", "memory"].map(|check| (check, "unknown"));
    report.stands("failing", &[&[("table", "failing")], &rest[..]].concat());
}

#[tokio::test]
async fn a_paused_grant_is_degraded() {
    let system = example().await;
    let paused = aws_sdk_dynamodb::types::AttributeValue::Bool(true);
    set(&system, Key::grant(&"checkout".parse().unwrap()), "paused", paused).await;
    let report = probe(&system, SPOKE).await;
    report.stands("degraded", &[("table", "degraded")]);
    assert!(report.text("table").contains("tendlc resume checkout"));
}
