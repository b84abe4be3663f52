//! Live limits: whether AWS was asked for them lately. `refresh-limits` does that once a minute; where it fails or does
//! not run, limits stay as they were, and nobody else would notice.

use jiff::Timestamp;
use tendlc_core::grant::Campaign;
use tendlc_core::limits::OLD;

use crate::check::Finding;

/// Looks at a campaign's readings; `None`: it has none, since its limits are the file's.
pub fn check(campaign: &Campaign, now: Timestamp) -> Option<Finding> {
    let age = campaign.live.age(now)?;
    let told = format!("AWS told the live limits {age:#} ago");
    Some(match age > OLD {
        false => Finding::healthy(told),
        true => Finding::degraded(
            format!("{told}: they stay as they were then"),
            "see what refresh-limits answers, and whether its schedule runs once a minute",
        ),
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use tendlc_core::grant::{Live, Reading};

    use super::*;
    use crate::check::State;
    use crate::fixtures;

    #[test]
    fn limits_that_nobody_reads_any_more_are_degraded_and_those_of_the_file_are_not_looked_at() {
        let read_at: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let reading = |minutes: i64| Some(Reading { value: 40, read_at: read_at - SignedDuration::from_mins(minutes) });
        assert_eq!(check(&fixtures::campaign(), read_at), None);
        for (rate, cap, state) in [(0, 5, State::Healthy), (0, 16, State::Degraded), (1_000, 0, State::Degraded)] {
            let live = Live { segments_per_second: reading(rate), t_mobile_daily_segments: reading(cap) };
            let found = check(&Campaign { live, ..fixtures::campaign() }, read_at).unwrap();
            assert_eq!(found.state, state, "{found:?}");
            assert_eq!(found.cure.is_some(), state == State::Degraded);
        }
    }
}
