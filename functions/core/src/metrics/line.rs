//! One line of a log in the embedded metric format.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::SystemTime;

use jiff::Timestamp;
use metrique_writer_core::config::EntryDimensions;
use metrique_writer_core::format::Format as _;
use metrique_writer_core::unit::{Count, Percent, Second, WithUnit};
use metrique_writer_core::{Entry, EntryWriter};
use metrique_writer_format_emf::Emf;

use super::{Metric, NAMESPACE, Whose};

struct Line<'o> {
    at: SystemTime,
    /// Name and value.
    dimensions: Vec<(&'static str, String)>,
    /// Their names; `None`: there are none.
    set: Option<EntryDimensions>,
    metrics: &'o BTreeMap<Metric, f64>,
}

impl Entry for Line<'_> {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        writer.timestamp(self.at);
        if let Some(set) = &self.set {
            writer.config(set);
        }
        for (name, value) in &self.dimensions {
            writer.value(*name, value);
        }
        for (metric, value) in self.metrics {
            match metric {
                Metric::CapUsed | Metric::SpendUsed => {
                    writer.value(metric.as_str(), &WithUnit::<_, Percent>::from(value));
                }
                Metric::OldestWaiting => writer.value(metric.as_str(), &WithUnit::<_, Second>::from(value)),
                _ => writer.value(metric.as_str(), &WithUnit::<_, Count>::from(value)),
            }
        }
    }
}

/// All lines, each with its end.
pub(super) fn format(counted: &BTreeMap<Whose, BTreeMap<Metric, f64>>, now: Timestamp) -> Vec<u8> {
    let mut emf = Emf::builder(NAMESPACE.to_owned(), vec![vec![]]).build();
    let mut lines = Vec::new();
    for (whose, metrics) in counted {
        let dimensions = whose.dimensions();
        let names: Vec<Cow<'static, str>> = dimensions.iter().map(|(name, _)| Cow::Borrowed(*name)).collect();
        let set = (!names.is_empty()).then(|| EntryDimensions::new(Cow::Owned(vec![Cow::Owned(names)])));
        let line = Line { at: SystemTime::from(now), dimensions, set, metrics };
        if let Err(error) = emf.format(&line, &mut lines) {
            tracing::warn!(%error, "a metric is not as CloudWatch takes it");
        }
    }
    lines
}
