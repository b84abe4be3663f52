//! What CloudWatch counts: log lines in its embedded metric format, so that a metric costs no call. Dimensions are a
//! grant, a campaign and a reason, of which there are few; a recipient is none.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

mod line;

use std::collections::BTreeMap;
use std::io::Write as _;

use jiff::{SignedDuration, Timestamp};

use crate::name::{CampaignName, GrantName};
use crate::outcome::{Outcome, Said};
use crate::reason::Reason;

/// The namespace of all metrics.
pub const NAMESPACE: &str = "tendlc";

/// What is counted. The names are a contract: alarms and dashboards go by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Texts that AWS took, by grant and campaign.
    Accepted,
    /// Their segments.
    Segments,
    /// Requests that were not sent and will not be, by grant and reason.
    Rejected,
    /// Requests that wait, by grant and reason, each time that they are put off.
    Deferred,
    /// Texts that AWS may have taken, by grant.
    Unknown,
    /// Texts that arrived, by grant and campaign.
    Delivered,
    /// Texts that did not, by grant and reason.
    Undelivered,
    /// How long the oldest transactional request of a batch has waited, in seconds, by grant.
    OldestWaiting,
    /// Texts that AWS sent and no request accounts for.
    Unmetered,
    /// What the recount found wrong.
    RecountFound,
    /// Checks of a probe's run that found something broken; in a secondary by grant.
    Failing,
    /// Checks that found something that works, but not as it should.
    Degraded,
    /// Checks that could not look.
    Unclear,
    /// The fullest cap's use, in percent.
    CapUsed,
    /// The primary's spend of the month, in percent of AWS's limit.
    SpendUsed,
    /// Texts to AWS's simulated phones that AWS took from the probe.
    SimulatorSent,
    /// Last receipts of such texts, by the way of their configuration set.
    SimulatorTold,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Accepted,
        Self::Segments,
        Self::Rejected,
        Self::Deferred,
        Self::Unknown,
        Self::Delivered,
        Self::Undelivered,
        Self::OldestWaiting,
        Self::Unmetered,
        Self::RecountFound,
        Self::Failing,
        Self::Degraded,
        Self::Unclear,
        Self::CapUsed,
        Self::SpendUsed,
        Self::SimulatorSent,
        Self::SimulatorTold,
    ];

    /// What stands in its dimensions; a probe's are a grant's in a secondary alone.
    pub fn dimensions(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Accepted | Self::Segments | Self::Delivered => &[&["grant", "campaign"]],
            // Who has no grant is rejected all the same.
            Self::Rejected => &[&["grant", "reason"], &["reason"]],
            Self::Deferred | Self::Undelivered => &[&["grant", "reason"]],
            Self::Unknown | Self::OldestWaiting => &[&["grant"]],
            Self::Failing | Self::Degraded | Self::Unclear => &[&[], &["grant"]],
            Self::Unmetered
            | Self::RecountFound
            | Self::CapUsed
            | Self::SpendUsed
            | Self::SimulatorSent
            | Self::SimulatorTold => &[&[]],
        }
    }

    /// Its name in CloudWatch.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Segments => "Segments",
            Self::Rejected => "Rejected",
            Self::Deferred => "Deferred",
            Self::Unknown => "Unknown",
            Self::Delivered => "Delivered",
            Self::Undelivered => "Undelivered",
            Self::OldestWaiting => "OldestWaiting",
            Self::Unmetered => "Unmetered",
            Self::RecountFound => "RecountFound",
            Self::Failing => "Failing",
            Self::Degraded => "Degraded",
            Self::Unclear => "Unclear",
            Self::CapUsed => "CapUsed",
            Self::SpendUsed => "SpendUsed",
            Self::SimulatorSent => "SimulatorSent",
            Self::SimulatorTold => "SimulatorTold",
        }
    }
}

/// Whose it is: what stands in a metric's dimensions.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whose {
    /// The grant.
    pub grant: Option<GrantName>,
    /// The campaign.
    pub campaign: Option<CampaignName>,
    /// The reason.
    pub reason: Option<Reason>,
}

impl Whose {
    /// A grant's.
    pub fn grant(grant: &GrantName) -> Self {
        Self { grant: Some(grant.clone()), ..Self::default() }
    }

    /// Name and value, of those that apply.
    fn dimensions(&self) -> Vec<(&'static str, String)> {
        let grant = self.grant.as_ref().map(|grant| ("grant", grant.to_string()));
        let campaign = self.campaign.as_ref().map(|campaign| ("campaign", campaign.to_string()));
        let reason = self.reason.map(|reason| ("reason", reason.to_string()));
        [grant, campaign, reason].into_iter().flatten().collect()
    }
}

/// What an invocation counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics(BTreeMap<Whose, BTreeMap<Metric, f64>>);

impl Metrics {
    /// Of what workloads are told. What is said again was counted before.
    pub fn of<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> Self {
        let mut metrics = Self::default();
        for outcome in outcomes.into_iter().filter(|outcome| !outcome.duplicate) {
            metrics.count(outcome);
        }
        metrics
    }

    fn count(&mut self, outcome: &Outcome) {
        let (grant, campaign, reason) = (outcome.grant.clone(), outcome.campaign.clone(), outcome.reason);
        let by_campaign = Whose { grant: grant.clone(), campaign, reason: None };
        let by_reason = Whose { grant: grant.clone(), campaign: None, reason };
        match outcome.said {
            Said::Accepted => {
                self.add(by_campaign.clone(), Metric::Segments, f64::from(outcome.segments.unwrap_or(0)));
                self.add(by_campaign, Metric::Accepted, 1.0);
            }
            Said::Delivered => self.add(by_campaign, Metric::Delivered, 1.0),
            Said::Rejected => self.add(by_reason, Metric::Rejected, 1.0),
            Said::Deferred => self.add(by_reason, Metric::Deferred, 1.0),
            Said::Undelivered => self.add(by_reason, Metric::Undelivered, 1.0),
            Said::Unknown => self.add(Whose { grant, ..Whose::default() }, Metric::Unknown, 1.0),
        }
    }

    /// So many of something that is nobody's in particular; none is counted, too.
    pub fn found(metric: Metric, count: usize) -> Self {
        let mut metrics = Self::default();
        metrics.add(Whose::default(), metric, count as f64);
        metrics
    }

    /// Counts so many more.
    pub fn add(&mut self, whose: Whose, metric: Metric, value: f64) {
        *self.0.entry(whose).or_default().entry(metric).or_default() += value;
    }

    /// A transactional request waits that came so long ago; only the oldest counts.
    pub fn waits(&mut self, grant: &GrantName, age: SignedDuration) {
        self.highest(Whose::grant(grant), Metric::OldestWaiting, age.as_secs_f64());
    }

    /// Measures something of which the highest counts.
    pub fn highest(&mut self, whose: Whose, metric: Metric, value: f64) {
        let highest = self.0.entry(whose).or_default().entry(metric).or_default();
        *highest = highest.max(value);
    }

    /// As lines of a log, each a JSON object of its own.
    pub fn lines(&self, now: Timestamp) -> Vec<u8> {
        line::format(&self.0, now)
    }

    /// Writes them where Lambda's logs come from.
    pub fn write(&self, now: Timestamp) {
        let lines = self.lines(now);
        if !lines.is_empty()
            && let Err(error) = std::io::stdout().lock().write_all(&lines)
        {
            tracing::warn!(%error, "metrics could not be written");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn outcome(said: Said, reason: Option<Reason>) -> Outcome {
        let mut outcome = Outcome::bare(said, "order-1".parse().unwrap());
        outcome.grant = Some("checkout".parse().unwrap());
        outcome.campaign = Some("order-updates".parse().unwrap());
        outcome.segments = Some(2);
        outcome.reason = reason;
        outcome
    }

    fn lines(metrics: &Metrics) -> Vec<Value> {
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        let text = String::from_utf8(metrics.lines(now)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_batch_is_a_line_for_each_set_of_dimensions_and_no_line_names_a_request() {
        let rate = outcome(Said::Deferred, Some(Reason::Rate));
        let outcomes = [outcome(Said::Accepted, None), outcome(Said::Accepted, None), rate.clone(), rate];
        let mut metrics = Metrics::of(&outcomes);
        metrics.waits(&"checkout".parse().unwrap(), SignedDuration::from_secs(7));
        metrics.waits(&"checkout".parse().unwrap(), SignedDuration::from_secs(3));
        let lines = lines(&metrics);
        let directive = |dimensions: Value, metrics: Value| {
            json!({ "Timestamp": 1_795_176_000_000_i64, "CloudWatchMetrics":
                [{ "Namespace": "tendlc", "Dimensions": [dimensions], "Metrics": metrics }] })
        };
        let count = |name: &str| json!({ "Name": name, "Unit": "Count" });
        let seconds = json!([{ "Name": "OldestWaiting", "Unit": "Seconds" }]);
        let expected = [
            json!({ "_aws": directive(json!(["grant"]), seconds), "grant": "checkout", "OldestWaiting": 7.0 }),
            json!({ "_aws": directive(json!(["grant", "reason"]), json!([count("Deferred")])),
                "grant": "checkout", "reason": "RATE", "Deferred": 2.0 }),
            json!({ "_aws": directive(json!(["grant", "campaign"]), json!([count("Accepted"), count("Segments")])),
                "grant": "checkout", "campaign": "order-updates", "Accepted": 2.0, "Segments": 4.0 }),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_is_nobodys_has_no_dimensions_and_nothing_is_no_line() {
        assert_eq!(lines(&Metrics::default()), Vec::<Value>::new());
        let mut metrics = Metrics::default();
        metrics.add(Whose::default(), Metric::CapUsed, 81.5);
        let [line] = <[Value; 1]>::try_from(lines(&metrics)).unwrap();
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([[]]));
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Metrics"], json!([{ "Name": "CapUsed", "Unit": "Percent" }]));
        assert_eq!(line["CapUsed"], 81.5);
    }

    #[test]
    fn what_is_said_again_is_counted_once() {
        let again = Outcome { duplicate: true, ..outcome(Said::Accepted, None) };
        assert_eq!(Metrics::of(&[again]), Metrics::default());
    }
}
