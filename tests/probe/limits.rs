//! Live limits, and how old they are.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use tendlc_core::table::{Key, number, text};

use super::running::{PRIMARY, SPOKE, probe, set, system};

#[tokio::test]
async fn live_limits_that_nobody_reads_any_more_are_degraded_in_the_primary() {
    let system = system(include_str!("../../events/live-limits.toml")).await;
    let report = probe(&system, PRIMARY).await;
    report.stands("healthy", &[]);
    assert!(report.text("limits:order-updates").contains("AWS told the live limits"));
    let old = [("value".to_owned(), number(40)), ("read_at".to_owned(), text("2026-01-01T00:00:00Z"))];
    let live = HashMap::from([("segments_per_second".to_owned(), AttributeValue::M(HashMap::from(old)))]);
    set(&system, Key::campaign(&"order-updates".parse().unwrap()), "live", AttributeValue::M(live)).await;
    let report = probe(&system, PRIMARY).await;
    report.stands("degraded", &[("limits:order-updates", "degraded")]);
    assert!(report.text("limits:order-updates").contains("refresh-limits"));
    probe(&system, SPOKE).await.stands("healthy", &[]);
}
