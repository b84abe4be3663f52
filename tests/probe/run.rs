//! A run as a whole: what it looks at, how fast, and when it ends.

use jiff::SignedDuration;
use tendlc_local::aws::{Action, Fault};

use super::report::Report;
use super::running::{PRIMARY, SPOKE, command, example, probe, probe_in_here};

#[test]
fn a_spoke_that_works_is_healthy() {
    let line = command(&["events/schedule-probe.json"]);
    assert_eq!(line["function"], "probe-health");
    let report = Report::of(line["reply"].clone());
    report.stands("healthy", &[]);
    let names: Vec<&str> =
        report.reply["checks"].as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
    let campaign = ["number:order-updates", "registration:order-updates", "dry-run:order-updates"];
    let queues = ["figures", "queue:tendlc-send", "queue:tendlc-send-promotional", "dead-letters"];
    assert_eq!(names, [&["assume-role", "account", "table"], &campaign[..], &queues[..]].concat());
}

#[tokio::test]
async fn the_primary_probes_its_campaigns_and_its_hub_grants_and_sends_nothing() {
    let system = example().await;
    let report = probe(&system, PRIMARY).await;
    report.stands("healthy", &[]);
    for check in ["table", "number:order-updates", "assume-role:newsletter", "dry-run:newsletter/order-updates"] {
        report.state(check);
    }
    assert!(!report.reply.to_string().contains("checkout"), "a spoke's role trusts the spoke alone");
    assert!(system.aws().sent().is_empty());
}

#[tokio::test]
async fn probes_in_a_row_keep_to_one_call_a_second_of_each_operation() {
    let system = example().await;
    for _ in 0..2 {
        probe(&system, SPOKE).await.stands("healthy", &[]);
    }
    let counts = system.aws().counts();
    let throttled: Vec<_> = counts.iter().filter(|(_, count)| count.throttled > 0).collect();
    assert!(throttled.is_empty(), "{throttled:?}");
    assert_eq!(counts["AssumeRole"].calls, 2, "an earlier session proves nothing");
}

#[tokio::test]
async fn a_run_ends_before_its_invocation_and_says_what_it_did_not_get_to() {
    let system = example().await;
    system.aws().fault(Fault::always("DescribePhoneNumbers", Action::Hang)).unwrap();
    let role = format!("arn:aws:iam::{PRIMARY}:role/tendlc-grant-checkout");
    // Time enough to come to the number; its call has no time limit of its own in here.
    let report = probe_in_here(&system, &role, SignedDuration::from_secs(6)).await;
    let campaign = ["number:order-updates", "registration:order-updates", "dry-run:order-updates"];
    let rest = [&campaign[..], &["figures", "dead-letters"]].concat();
    report.stands("unknown", &rest.iter().map(|check| (*check, "unknown")).collect::<Vec<_>>());
    for check in campaign {
        assert!(report.text(check).contains("the invocation's time was over"), "{}", report.text(check));
    }
    let counts = system.aws().counts();
    assert!(!counts.contains_key("SendTextMessage") && !counts.contains_key("DescribeRegistrations"), "{counts:?}");
}

/// Those that a healthy system has no cause to say.
const OTHERS: [&str; 8] =
    ["delivery", "events", "memory", "limits", "policy", "simulator", "simulator-receipts", "denied/…"];

#[tokio::test]
async fn every_check_has_a_row_in_the_runbook() {
    let rows = include_str!("../../infra/docs/troubleshooting.md");
    let system = example().await;
    let (spoke, primary) = (probe(&system, SPOKE).await, probe(&system, PRIMARY).await);
    let checks = [&spoke, &primary].into_iter().flat_map(|report| report.reply["checks"].as_array().unwrap());
    let names = checks.map(|check| check["name"].as_str().unwrap()).chain(OTHERS);
    for name in names.map(|name| name.split(':').next().unwrap()) {
        let is =
            |row: &str| [format!("| `{name}`"), format!("| `{name}:")].iter().any(|begins| row.starts_with(begins));
        let has_a_row = rows.lines().any(is);
        assert!(has_a_row, "troubleshooting.md has no row of {name}");
    }
}
