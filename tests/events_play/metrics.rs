//! What the samples make the functions count, against what alarms wait for.

use std::collections::BTreeSet;

use serde_json::Value;
use tendlc_core::metrics::{Metric, NAMESPACE};

use super::commands::seen;

/// No sample is a receipt of a text that was sent, or a send that AWS does not answer.
const ELSEWHERE: [&str; 3] = ["Delivered", "Undelivered", "Unknown"];

/// The metrics of a run: names and dimensions.
fn counted(arguments: &[&str]) -> BTreeSet<(String, Vec<String>)> {
    let (_, logs) = seen(arguments, Some("info"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut counted = BTreeSet::new();
    for line in logs.lines().filter_map(|line| line.find("{\"_aws\":").map(|at| &line[at..])) {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        let [directive] = line["_aws"]["CloudWatchMetrics"].as_array().expect("a list").as_slice() else {
            panic!("{line}")
        };
        assert_eq!(directive["Namespace"], NAMESPACE);
        let dimensions: Vec<String> = directive["Dimensions"][0].as_array().expect("a set").iter().map(text).collect();
        assert!(dimensions.iter().all(|name| line[name].is_string()), "{line}");
        for metric in directive["Metrics"].as_array().expect("a list") {
            let name = text(&metric["Name"]);
            assert!(line[&name].is_number(), "{line}");
            counted.insert((name, dimensions.clone()));
        }
    }
    counted
}

#[test]
fn every_metric_of_an_alarm_comes_in_the_sample_run_and_every_one_that_comes_is_known() {
    let mut all = counted(&["events", "--now", "2026-11-20T17:00:00Z"]);
    let over = ["events/sqs-over-budget.json", "--config", "events/over-budget.toml", "--now", "2026-11-20T17:00:00Z"];
    all.extend(counted(&over));
    let simulator = ["--config", "events/simulator.toml", "--now", "2026-11-20T17:00:00Z"];
    for sample in ["events/schedule-probe-primary.json", "events/sqs-receipts-simulator.json"] {
        all.extend(counted(&[&[sample], &simulator[..]].concat()));
    }
    for (name, dimensions) in &all {
        let known = Metric::ALL.into_iter().find(|metric| metric.as_str() == name).expect("a metric that is known");
        let dimensions: Vec<&str> = dimensions.iter().map(String::as_str).collect();
        assert!(known.dimensions().contains(&dimensions.as_slice()), "{name} by {dimensions:?}");
    }
    let names: BTreeSet<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let never: Vec<&str> =
        Metric::ALL.iter().map(|metric| metric.as_str()).filter(|name| !names.contains(name)).collect();
    let elsewhere: BTreeSet<&str> = ELSEWHERE.into_iter().collect();
    assert_eq!(never.into_iter().collect::<BTreeSet<_>>(), elsewhere);
}
