//! What a recount is about: a day, its months, and what is old enough to be sure of.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::day::PacificDay;
use crate::ledger;
use crate::month::UtcMonth;

/// What bears an older moment than this was written before the recount began: an invocation that writes down its own
/// beginning is over in half a minute, and clocks differ by less than the rest.
const SETTLED: SignedDuration = SignedDuration::from_mins(2);

/// A carrier's last word may take three days (facts, section 8).
const RECEIPTS: SignedDuration = SignedDuration::from_hours(72);

/// What is counted.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) day: PacificDay,
    /// The months that texts of the day are billed in and of which the ledger still has all.
    pub(super) months: BTreeSet<UtcMonth>,
    /// When the recount began.
    pub(super) begun: Timestamp,
    /// Whether the day is still going on.
    pub(super) is_today: bool,
    /// The newest day all of whose receipts should have come.
    pub(super) silent: PacificDay,
}

impl Span {
    pub(super) fn of(day: PacificDay, begun: Timestamp) -> Self {
        // A record may go a day before its time is over on another clock.
        let all_there = begun - ledger::KEPT + SignedDuration::from_hours(24);
        let months = [day.start(), day.end() - SignedDuration::from_secs(1)].map(UtcMonth::of);
        let months = months.into_iter().filter(|month| month.start() > all_there).collect();
        let silent = PacificDay::of(begun - RECEIPTS).before();
        Self { day, months, begun, is_today: day == PacificDay::of(begun), silent }
    }

    /// Whether what bears this moment was surely there when the counters were read.
    pub(super) fn is_settled(&self, written: Timestamp) -> bool {
        written < self.begun - SETTLED
    }

    /// Records that have not been touched since then are about none of this.
    pub(super) fn since(&self) -> Timestamp {
        let months = self.months.iter().map(|month| month.start());
        let first = months.chain([self.day.start(), self.silent.start()]).min();
        first.unwrap_or(self.begun) - SignedDuration::from_hours(1)
    }

    /// The first of the days whose messages tell what a segment costs now.
    pub(super) fn prices_since(&self) -> PacificDay {
        PacificDay::of(self.begun).before().before()
    }

    /// Whether a counter's key ends in one of the periods.
    pub(super) fn covers(&self, key: &crate::table::Key) -> bool {
        let period = key.as_str().rsplit('#').next().unwrap_or_default();
        period == self.day.to_string() || self.months.iter().any(|month| period == month.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(day: &str, begun: &str) -> Span {
        Span::of(day.parse().unwrap(), begun.parse().unwrap())
    }

    #[test]
    fn a_day_at_a_months_end_is_of_both_months() {
        let months = |day: &str, begun: &str| -> Vec<String> {
            span(day, begun).months.iter().map(ToString::to_string).collect()
        };
        assert_eq!(months("2026-11-19", "2026-11-20T13:00:00Z"), ["2026-11"]);
        assert_eq!(months("2026-11-30", "2026-12-01T13:00:00Z"), ["2026-11", "2026-12"]);
        assert_eq!(months("2026-12-31", "2027-01-01T13:00:00Z"), ["2026-12", "2027-01"], "31 days and the ledger's 35");
        assert_eq!(months("2026-11-28", "2026-12-20T13:00:00Z"), [""; 0], "its first records are gone");
    }

    #[test]
    fn a_receipt_has_three_days() {
        assert_eq!(span("2026-11-19", "2026-11-20T13:00:00Z").silent.to_string(), "2026-11-16");
    }
}
