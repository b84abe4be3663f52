//! Alarms and metrics name each other: no alarm waits for what nobody counts, and nothing is counted that nobody knows.

use std::collections::BTreeSet;

use serde_json::Value;
use tendlc_core::metrics::{Metric, NAMESPACE};

use super::{CONFIG, of_type};

const SEMANTICS: &str = include_str!("../../../../SEMANTICS.md");

fn alarms() -> impl Iterator<Item = (String, Value)> {
    of_type(CONFIG, "AWS::CloudWatch::Alarm").into_iter()
}

#[test]
fn every_metric_of_an_alarm_is_counted_under_these_dimensions() {
    let mut named = BTreeSet::new();
    for (name, alarm) in alarms().filter(|(_, alarm)| alarm["Namespace"] == NAMESPACE) {
        let metric = alarm["MetricName"].as_str().unwrap();
        let known = Metric::ALL.into_iter().find(|known| known.as_str() == metric);
        let known = known.unwrap_or_else(|| panic!("{name}: nobody counts {metric}"));
        let dimensions = alarm["Dimensions"].as_array().into_iter().flatten();
        let dimensions: Vec<&str> = dimensions.map(|one| one["Name"].as_str().unwrap()).collect();
        let whose = known.dimensions();
        // A probe of the primary is nobody's, one of a secondary its grant's.
        assert!(whose.contains(&dimensions.as_slice()), "{name}: {metric} is by {whose:?}");
        named.insert(metric.to_owned());
    }
    assert!(named.len() > 6, "{named:?}");
}

#[test]
fn every_metric_that_is_counted_is_explained() {
    for metric in Metric::ALL {
        assert!(SEMANTICS.contains(&format!("| `{}` |", metric.as_str())), "SEMANTICS.md says nothing of {metric:?}");
    }
}

#[test]
fn every_alarm_says_what_it_means_and_has_a_runbook() {
    let runbooks = include_str!("../../../docs/on-call.md");
    for (name, alarm) in alarms() {
        let text = alarm["AlarmDescription"].as_str().unwrap_or_default();
        assert!(text.len() > 60 && text.ends_with("Runbook: on-call.md."), "{name}: {text}");
        // CloudWatch takes no more.
        assert!(text.len() <= 1_024, "{name}: {}", text.len());
        let commands = text.split('`').skip(1).step_by(2);
        let mut commands = commands.filter(|command| command.starts_with("tendlc ") || command.starts_with("aws "));
        assert!(commands.next().is_some(), "{name} names no command: {text}");
        // By the name that it has without the grant's.
        let called = alarm["AlarmName"].as_str().unwrap();
        let ending = called.rsplit("tendlc-").next().unwrap();
        let known = runbooks
            .lines()
            .any(|line| line.starts_with("| `") && line.split('`').skip(1).step_by(2).any(|one| fits(one, called)));
        assert!(known, "on-call.md has no row of {called} ({ending})");
    }
}

/// A name of the page, in which a word in capitals stands for whatever is there.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once("GRANT") {
        Some((before, after)) => name.starts_with(before) && name.ends_with(after) && name.len() > before.len(),
        None => pattern == name,
    }
}
