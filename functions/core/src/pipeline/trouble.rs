//! What one environment remembers of what went wrong, so that the next batch need not find it out again, and so that one
//! hiccup can be told from an outage.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

use super::judge::OPERATOR_WAIT;

/// How long a ledger that could not be written is asked before the quotas, not beside them.
const FAILING: SignedDuration = SignedDuration::from_secs(60);

/// Moments in milliseconds since 1970.
#[derive(Debug)]
pub(super) struct Trouble {
    /// `i64::MIN` while the ledger works.
    ledger_failed_at: AtomicI64,
    /// Since when role or table fail; `i64::MAX` while they work.
    failing_since: AtomicI64,
    /// When a request was last met that may wait longer than `max_wait`.
    longer_wait_at: AtomicI64,
}

impl Default for Trouble {
    fn default() -> Self {
        Self {
            ledger_failed_at: AtomicI64::new(i64::MIN),
            failing_since: AtomicI64::new(i64::MAX),
            longer_wait_at: AtomicI64::new(i64::MIN),
        }
    }
}

impl Trouble {
    /// Whether the ledger could not be written a moment ago.
    pub(super) fn ledger_fails(&self, now: Timestamp) -> bool {
        let failed_at = self.ledger_failed_at.load(Ordering::Relaxed);
        now.as_millisecond().saturating_sub(failed_at) < FAILING.as_millis() as i64
    }

    /// Keeps how the ledger fared.
    pub(super) fn remember_ledger(&self, now: Timestamp, failed: bool) {
        self.ledger_failed_at.store(if failed { now.as_millisecond() } else { i64::MIN }, Ordering::Relaxed);
    }

    /// Keeps that role or table have failed; says for how long.
    pub(super) fn fails(&self, now: Timestamp) -> SignedDuration {
        let since = self.failing_since.fetch_min(now.as_millisecond(), Ordering::Relaxed);
        SignedDuration::from_millis(now.as_millisecond().saturating_sub(since).max(0))
    }

    /// Keeps that role and table work.
    pub(super) fn works(&self) {
        self.failing_since.store(i64::MAX, Ordering::Relaxed);
    }

    /// Keeps that some requests may wait longer than `max_wait`: for an operator, or for a receipt.
    pub(super) fn remember_longer_wait(&self, now: Timestamp) {
        self.longer_wait_at.store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// How long a request that was first seen then may have waited, as far as that is known without its record.
    pub(super) fn longest_wait(&self, max_wait: SignedDuration, first_seen: Timestamp) -> SignedDuration {
        let longer = self.longer_wait_at.load(Ordering::Relaxed) >= first_seen.as_millisecond();
        if longer { max_wait.max(OPERATOR_WAIT) } else { max_wait }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_as_old_as_its_first_failure_and_over_when_something_works() {
        let (trouble, start) = (Trouble::default(), Timestamp::UNIX_EPOCH);
        let at = |seconds| start + SignedDuration::from_secs(seconds);
        assert_eq!(trouble.fails(at(0)), SignedDuration::ZERO);
        assert_eq!(trouble.fails(at(70)), SignedDuration::from_secs(70));
        trouble.works();
        assert_eq!(trouble.fails(at(80)), SignedDuration::ZERO);
    }

    #[test]
    fn only_who_came_before_a_longer_wait_was_met_may_wait_longer() {
        let (trouble, start) = (Trouble::default(), Timestamp::UNIX_EPOCH);
        let quarter = SignedDuration::from_mins(15);
        assert_eq!(trouble.longest_wait(quarter, start), quarter);
        trouble.remember_longer_wait(start);
        assert_eq!(trouble.longest_wait(quarter, start), OPERATOR_WAIT);
        assert_eq!(trouble.longest_wait(quarter, start + SignedDuration::from_secs(1)), quarter);
        assert_eq!(trouble.longest_wait(SignedDuration::from_hours(4), start), SignedDuration::from_hours(4));
    }
}
