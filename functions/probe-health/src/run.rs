//! One run of the probe: its checks, and the moment by which it must have answered.

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tendlc_core::ask::Pace;
use tendlc_core::clock::SharedClock;
use tendlc_core::metrics::{Metric, Metrics, Whose};

use crate::check::{Check, Finding, Report, State};

/// What keeping it, saying it and writing the answer take, and more: a run that Lambda ends says nothing at all.
const AFTERWARDS: SignedDuration = SignedDuration::from_millis(4_500);

const NO_TIME: &str = "the invocation's time was over";
const MORE_TIME: &str = "raise the function's timeout; calls to AWS are made one a second";

/// A run.
pub struct Run<'a> {
    clock: &'a SharedClock,
    pace: &'a Pace,
    ends: Timestamp,
    checks: Vec<Check>,
    left: Vec<String>,
    metrics: Metrics,
}

impl<'a> Run<'a> {
    /// A run within an invocation that ends at `deadline`.
    pub fn new(clock: &'a SharedClock, pace: &'a Pace, deadline: Timestamp) -> Self {
        Self {
            clock,
            pace,
            ends: deadline - AFTERWARDS,
            checks: Vec::new(),
            left: Vec::new(),
            metrics: Metrics::default(),
        }
    }

    /// Gives out turns to call AWS.
    pub fn pace(&self) -> &'a Pace {
        self.pace
    }

    /// Looks, but not for longer than the run may take, and returns what later checks build on, if it was found.
    pub async fn check<T>(
        &mut self,
        name: impl Into<String>,
        look: impl Future<Output = (Finding, Option<T>)>,
    ) -> Option<T> {
        let (began, waited) = (self.clock.now(), self.pace.waited());
        // By the runtime's own timer: a call that hangs is not ended by a clock that a test holds still.
        let left = Duration::try_from(self.ends.duration_since(began)).unwrap_or(Duration::ZERO);
        let looked = if left.is_zero() { None } else { tokio::time::timeout(left, look).await.ok() };
        let (finding, found) = looked.map_or((None, None), |(finding, found)| (Some(finding), found));
        self.looked(name.into(), finding, (began, waited));
        found
    }

    /// Apart, since the rest is there once for each check.
    #[inline(never)]
    fn looked(&mut self, name: String, finding: Option<Finding>, (began, waited): (Timestamp, SignedDuration)) {
        let stands_in = finding.is_none();
        let finding = finding.unwrap_or_else(|| Finding::unknown(NO_TIME, MORE_TIME));
        let took = self.clock.now().duration_since(began) - (self.pace.waited() - waited);
        let millis = u64::try_from(took.as_millis()).unwrap_or(0);
        self.keep(Check { name, finding, since: None, millis, stands_in });
    }

    /// Keeps a check that needed no looking, or could not be made.
    pub fn found(&mut self, name: impl Into<String>, finding: Finding) {
        self.keep(Check { name: name.into(), finding, since: None, millis: 0, stands_in: false });
    }

    /// Says of a check that it could not be made, because of another one.
    pub fn not_looked(&mut self, name: impl Into<String>, why: &str, cure: &str) {
        let finding = Finding::unknown(why, cure);
        self.keep(Check { name: name.into(), finding, since: None, millis: 0, stands_in: true });
    }

    /// Leaves a check out this time: it stands as it was found last.
    pub fn left(&mut self, name: impl Into<String>) {
        self.left.push(name.into());
    }

    /// Counts what a check measured.
    pub fn measured(&mut self, metric: Metric, value: f64) {
        self.metrics.highest(Whose::default(), metric, value);
    }

    /// Counts what a check did.
    pub fn counted(&mut self, metric: Metric, count: usize) {
        self.metrics.add(Whose::default(), metric, count as f64);
    }

    /// What the checks came to, and what was measured.
    pub fn end(self) -> (Report, Metrics) {
        let report = Report { left: self.left, ..Report::of(self.checks, self.clock.now()) };
        (report, self.metrics)
    }

    fn keep(&mut self, check: Check) {
        let (about, state) = (&check.name, check.finding.state.as_str());
        let (detail, cure, millis) = (&check.finding.detail, check.finding.cure.as_deref(), check.millis);
        match check.finding.state {
            State::Healthy => tracing::info!(about, state, detail, millis, "checked"),
            _ => tracing::warn!(about, state, detail, cure, millis, "checked"),
        }
        self.checks.push(check);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tendlc_core::clock::ManualClock;

    use super::*;

    #[tokio::test]
    async fn a_check_that_is_not_done_in_time_is_unknown_and_so_are_all_after_it() {
        let start: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let manual = Arc::new(ManualClock::new(start));
        let clock: SharedClock = manual.clone();
        let pace = Pace::new(clock.clone());
        let mut run = Run::new(&clock, &pace, start + AFTERWARDS + SignedDuration::from_millis(30));
        let first = run.check("first", async { (Finding::healthy("fine"), Some(1)) }).await;
        let hung = run.check("second", std::future::pending::<(Finding, Option<u8>)>()).await;
        manual.advance(SignedDuration::from_millis(30));
        let last = run.check("third", async { (Finding::healthy("fine"), Some(3)) }).await;
        assert_eq!((first, hung, last), (Some(1), None, None));
        let (report, _) = run.end();
        let states: Vec<State> = report.checks.iter().map(|check| check.finding.state).collect();
        assert_eq!(states, [State::Healthy, State::Unknown, State::Unknown]);
        assert_eq!(report.status, State::Unknown);
    }
}
