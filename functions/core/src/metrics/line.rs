//! One line of a log in the embedded metric format, which is four names. The crates that write it bring some forty others
//! and features of those that we have: 150 KB of each zip, where a zip has 40 KB to spare.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Metric, NAMESPACE, Whose};

/// In the order in which it is written: what reads logs knows the format by its beginning.
#[derive(Serialize)]
struct Line {
    #[serde(rename = "_aws")]
    metadata: Metadata,
    #[serde(flatten)]
    dimensions: BTreeMap<&'static str, String>,
    #[serde(flatten)]
    values: BTreeMap<&'static str, f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    timestamp: i64,
    cloud_watch_metrics: [Directive; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: [Vec<&'static str>; 1],
    metrics: Vec<Definition>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

fn unit(metric: Metric) -> &'static str {
    match metric {
        Metric::CapUsed | Metric::SpendUsed => "Percent",
        Metric::OldestWaiting => "Seconds",
        _ => "Count",
    }
}

/// All lines, each with its end.
pub(super) fn format(counted: &BTreeMap<Whose, BTreeMap<Metric, f64>>, now: Timestamp) -> Vec<u8> {
    let mut lines = Vec::new();
    for (whose, metrics) in counted {
        let dimensions = whose.dimensions();
        let define = |metric: &Metric| Definition { name: metric.as_str(), unit: unit(*metric) };
        let directive = Directive {
            namespace: NAMESPACE,
            dimensions: [dimensions.iter().map(|(name, _)| *name).collect()],
            metrics: metrics.keys().map(define).collect(),
        };
        let line = Line {
            metadata: Metadata { timestamp: now.as_millisecond(), cloud_watch_metrics: [directive] },
            dimensions: dimensions.into_iter().collect(),
            values: metrics.iter().map(|(metric, value)| (metric.as_str(), *value)).collect(),
        };
        match serde_json::to_writer(&mut lines, &line) {
            Ok(()) => lines.push(b'\n'),
            Err(error) => tracing::warn!(%error, "a metric is not as CloudWatch takes it"),
        }
    }
    lines
}
