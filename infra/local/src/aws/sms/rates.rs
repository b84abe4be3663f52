//! AWS's rates: token buckets that hold one second's worth, on the double's clock.

use std::collections::HashMap;

use jiff::Timestamp;

/// What is limited.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Limited {
    /// Calls of an operation.
    Calls(&'static str),
    /// Segments of a campaign, by its registration.
    Segments(String),
    /// Dry runs with a number.
    DryRuns(String),
    /// Texts to a recipient.
    Recipient(String),
}

struct Bucket {
    tokens: f64,
    at: Timestamp,
}

/// The buckets, each full when it is first used.
#[derive(Default)]
pub(crate) struct Rates(HashMap<Limited, Bucket>);

impl Rates {
    /// Takes `cost` if the bucket has it. A cost of more than a second's worth is taken from a full bucket, which
    /// then owes the rest: a long text is slow, never impossible.
    pub(crate) fn take(&mut self, limited: Limited, per_second: u32, cost: u32, now: Timestamp) -> bool {
        if per_second == 0 {
            return true;
        }
        let (rate, cost) = (f64::from(per_second), f64::from(cost));
        let bucket = self.0.entry(limited).or_insert(Bucket { tokens: rate, at: now });
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.tokens = (bucket.tokens + passed * rate).min(rate);
        bucket.at = bucket.at.max(now);
        // A hair of tolerance: a thousandth of a token is rounding, not traffic.
        let taken = bucket.tokens + 0.001 >= cost.min(rate);
        if taken {
            bucket.tokens -= cost;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{Limited, Rates};

    #[test]
    fn a_second_gives_a_seconds_worth_and_a_long_text_goes_into_debt() {
        let mut rates = Rates::default();
        let start = Timestamp::UNIX_EPOCH;
        let mut take = |cost, millis| {
            rates.take(Limited::Segments("r".into()), 4, cost, start + SignedDuration::from_millis(millis))
        };
        assert!(take(4, 0));
        assert!(!take(1, 0));
        assert!(take(1, 250));
        assert!(!take(10, 900), "only a full bucket gives more than it holds");
        assert!(take(10, 1250));
        assert!(!take(1, 2_500));
        assert!(take(1, 3_000));
    }
}
