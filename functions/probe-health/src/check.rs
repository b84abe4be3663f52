//! What the probe answers: checks, each with what it found and what to do about it, and what they come to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tendlc_core::metrics::{Metric, Metrics, Whose};

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It was looked at and it works.
    Healthy,
    /// It works, but not as it should, or not for long.
    Degraded,
    /// It does not work.
    Failing,
    /// It could not be looked at.
    Unknown,
}

impl State {
    /// What several states come to: the worst that is known. Nothing looked at is unknown, never healthy.
    pub fn of(states: impl IntoIterator<Item = Self>) -> Self {
        states.into_iter().max_by_key(|state| state.weight()).unwrap_or(Self::Unknown)
    }

    /// How much it weighs beside others: the worst that is known the most.
    pub fn weight(self) -> u8 {
        match self {
            Self::Failing => 3,
            Self::Degraded => 2,
            Self::Unknown => 1,
            Self::Healthy => 0,
        }
    }

    /// As in the answer.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Failing => "failing",
            Self::Unknown => "unknown",
        }
    }
}

/// What a check found. Neither a phone number nor a secret is ever in it: an identity goes by its id or ARN, and of
/// an error of AWS only code, Reason and request id are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How it stands.
    pub state: State,
    /// What was found.
    pub detail: String,
    /// The next thing to do; there is one exactly when it is not healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

impl Finding {
    /// It works.
    pub fn healthy(detail: impl Into<String>) -> Self {
        Self { state: State::Healthy, detail: detail.into(), cure: None }
    }

    /// It works, but.
    pub fn degraded(detail: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { state: State::Degraded, detail: detail.into(), cure: Some(cure.into()) }
    }

    /// It does not work.
    pub fn failing(detail: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { state: State::Failing, detail: detail.into(), cure: Some(cure.into()) }
    }

    /// It could not be looked at.
    pub fn unknown(why: impl AsRef<str>, cure: impl Into<String>) -> Self {
        let detail = format!("cannot run: {}", why.as_ref());
        Self { state: State::Unknown, detail, cure: Some(cure.into()) }
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked at, such as `assume-role` or `number:order-updates`.
    pub name: String,
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// Since when it stands so; absent where nothing is kept from run to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// How long the looking took, without the wait for its turn.
    pub millis: u64,
    /// It was not looked at, since something before it failed, or the time was over: what is kept of it stands.
    #[serde(skip)]
    pub stands_in: bool,
}

/// The probe's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What the checks come to.
    pub status: State,
    /// When it was looked.
    pub at: Timestamp,
    /// In the order in which they ran.
    pub checks: Vec<Check>,
    /// The names of those that this run left out, which stand as they were found last.
    #[serde(skip)]
    pub left: Vec<String>,
}

impl Report {
    /// Of these checks.
    pub fn of(checks: Vec<Check>, at: Timestamp) -> Self {
        let status = State::of(checks.iter().map(|check| check.finding.state));
        Self { status, at, checks, left: Vec::new() }
    }

    /// Counts how many checks found what: also none, since silence is an alarm.
    pub fn count(&self, metrics: &mut Metrics, whose: &Whose) {
        for (metric, state) in
            [(Metric::Failing, State::Failing), (Metric::Degraded, State::Degraded), (Metric::Unclear, State::Unknown)]
        {
            let found = self.checks.iter().filter(|check| check.finding.state == state).count();
            metrics.add(whose.clone(), metric, found as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::State::{self, Degraded, Failing, Healthy, Unknown};
    use super::{Check, Finding, Report};

    #[test]
    fn the_worst_that_is_known_decides_and_the_unknown_is_never_healthy() {
        assert_eq!(State::of([Healthy, Unknown, Degraded, Failing]), Failing);
        assert_eq!(State::of([Healthy, Unknown, Degraded]), Degraded);
        assert_eq!(State::of([Unknown, Healthy]), Unknown);
        assert_eq!(State::of([Healthy, Healthy]), Healthy);
        assert_eq!(State::of([]), Unknown);
    }

    #[test]
    fn a_check_is_written_flat_and_a_healthy_one_has_no_cure() {
        let check = |finding| Check { name: "table".to_owned(), finding, since: None, millis: 3, stands_in: false };
        let checks = vec![check(Finding::healthy("it answers")), check(Finding::unknown("no time", "again"))];
        let at = "2026-11-20T12:00:00Z";
        let report = Report::of(checks, at.parse().unwrap());
        let written = serde_json::to_value(report).unwrap();
        let healthy = serde_json::json!({"name": "table", "state": "healthy", "detail": "it answers", "millis": 3});
        let unknown = serde_json::json!(
            {"name": "table", "state": "unknown", "detail": "cannot run: no time", "cure": "again", "millis": 3}
        );
        assert_eq!(written, serde_json::json!({"status": "unknown", "at": at, "checks": [healthy, unknown]}));
    }
}
