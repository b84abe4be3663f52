//! Dashboards show what is counted, all of it, and every alarm.

use std::collections::BTreeSet;

use serde_json::Value;
use tendlc_core::metrics::{Metric, NAMESPACE};

use super::{CONFIG, of_type};

/// Every dashboard's body, by `account/stack/id`.
fn bodies() -> Vec<(String, Value)> {
    let bodies = of_type(CONFIG, "AWS::CloudWatch::Dashboard").into_iter();
    bodies.map(|(name, one)| (name, serde_json::from_str(one["DashboardBody"].as_str().unwrap()).unwrap())).collect()
}

fn widgets<'b>(body: &'b Value, kind: &'b str) -> impl Iterator<Item = &'b Value> {
    body["widgets"].as_array().unwrap().iter().filter(move |widget| widget["type"] == kind)
}

/// The metrics of ours that a dashboard shows, each with the names of its dimensions.
fn shown(body: &Value) -> BTreeSet<(String, Vec<String>)> {
    let lines = widgets(body, "metric").flat_map(|widget| widget["properties"]["metrics"].as_array().unwrap());
    lines.filter_map(|line| searched(line).or_else(|| named(line.as_array()?))).collect()
}

/// Namespace, metric, and dimensions with their values.
fn named(line: &[Value]) -> Option<(String, Vec<String>)> {
    let texts: Vec<&str> = line.iter().map_while(Value::as_str).collect();
    let (namespace, rest) = texts.split_first()?;
    let (metric, dimensions) = rest.split_first()?;
    let dimensions = dimensions.iter().step_by(2).map(|name| (*name).to_owned()).collect();
    (*namespace == NAMESPACE).then(|| ((*metric).to_owned(), dimensions))
}

/// `SEARCH('{namespace,dimension} MetricName="NAME" …', …)`.
fn searched(line: &Value) -> Option<(String, Vec<String>)> {
    let (inside, rest) = line[0]["expression"].as_str()?.split_once('{')?.1.split_once('}')?;
    let (namespace, dimensions) = inside.split_once(',')?;
    let metric = rest.split_once("MetricName=\"")?.1.split_once('"')?.0;
    let dimensions = dimensions.split(',').map(str::to_owned).collect();
    (namespace == NAMESPACE).then(|| (metric.to_owned(), dimensions))
}

#[test]
fn a_dashboard_shows_only_what_is_counted_and_all_of_it_is_shown_somewhere() {
    let mut seen = BTreeSet::new();
    for (name, body) in bodies() {
        for (metric, dimensions) in shown(&body) {
            let known = Metric::ALL.into_iter().find(|known| known.as_str() == metric);
            let known = known.unwrap_or_else(|| panic!("{name}: nobody counts {metric}"));
            let dimensions: Vec<&str> = dimensions.iter().map(String::as_str).collect();
            assert!(known.dimensions().contains(&dimensions.as_slice()), "{name}: {metric} by {dimensions:?}");
            seen.insert(known.as_str());
        }
    }
    assert_eq!(seen, Metric::ALL.into_iter().map(Metric::as_str).collect());
}

#[test]
fn every_alarm_of_its_account_is_on_a_dashboard_but_those_of_single_grants_of_the_hub() {
    let mut expected: BTreeSet<String> = BTreeSet::new();
    for (name, alarm) in of_type(CONFIG, "AWS::CloudWatch::Alarm") {
        let account = name.split('/').next().unwrap();
        let called = alarm["AlarmName"].as_str().unwrap();
        if !name.contains("/tendlc-grant-") {
            expected.insert(format!("arn:aws:cloudwatch:us-east-1:{account}:alarm:{called}"));
        }
    }
    let bodies = bodies();
    let alarms = bodies.iter().flat_map(|(_, body)| widgets(body, "alarm"));
    let alarms = alarms.flat_map(|widget| widget["properties"]["alarms"].as_array().unwrap());
    let found: BTreeSet<String> = alarms.map(|arn| arn.as_str().unwrap().to_owned()).collect();
    assert_eq!(found, expected);
}

#[test]
fn widgets_fit_the_grid_and_lie_beside_each_other() {
    for (name, body) in bodies() {
        let mut taken = BTreeSet::new();
        for widget in body["widgets"].as_array().unwrap() {
            let side = |what: &str| widget[what].as_u64().unwrap();
            assert!(side("x") + side("width") <= 24, "{name}: {widget}");
            for x in side("x")..side("x") + side("width") {
                for y in side("y")..side("y") + side("height") {
                    assert!(taken.insert((x, y)), "{name}: two widgets at {x}, {y}: {widget}");
                }
            }
        }
    }
}
