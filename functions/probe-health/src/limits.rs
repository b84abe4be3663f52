//! Limits. Live ones: whether AWS was asked for them lately; `refresh-limits` does that once a minute, and where it fails
//! or does not run they stay as they were, and nobody else would notice. Those of the file: whether AWS allows as much.

use jiff::Timestamp;
use tendlc_core::grant::Campaign;
use tendlc_core::limits::{OLD, Told};

use crate::check::{Finding, State};

/// Looks at a campaign's limits beside what AWS `told` of them; `cap` is what the file says of its T-Mobile cap of today.
/// `None`: nothing is to be compared.
pub fn check(campaign: &Campaign, told: Option<&Told>, cap: Option<i64>, now: Timestamp) -> Option<Finding> {
    let compared = told.and_then(|told| compared(campaign, told, cap));
    // One of the two may be live and the other the file's: what is wrong with either is said.
    match (read(campaign, now), compared) {
        (Some(read), Some(compared)) if read.state == State::Healthy => {
            Some(if compared.state == State::Healthy { read } else { compared })
        }
        (Some(read), _) => Some(read),
        (None, compared) => compared,
    }
}

/// How old the live ones are; `None`: none is live.
fn read(campaign: &Campaign, now: Timestamp) -> Option<Finding> {
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

/// Less than AWS allows is somebody's choice; more is refused by AWS or by T-Mobile, text by text.
fn compared(campaign: &Campaign, told: &Told, cap: Option<i64>) -> Option<Finding> {
    let live = &campaign.live;
    let allowed = told.rate.as_ref().ok().filter(|_| live.segments_per_second.is_none());
    let rate = allowed.map(|allowed| (campaign.milli_segments_per_second.div_ceil(1_000), *allowed));
    let cap = cap.filter(|_| live.t_mobile_daily_segments.is_none()).zip(told.cap.as_ref().ok().copied());
    if rate.is_none() && cap.is_none() {
        return None;
    }
    let mut above = Vec::new();
    if let Some((ours, allowed)) = rate.filter(|(ours, allowed)| i128::from(*ours) > i128::from(*allowed)) {
        above.push(format!("segments_per_second is {ours} and AWS allows {allowed}"));
    }
    if let Some((ours, allowed)) = cap.filter(|(ours, allowed)| ours > allowed) {
        above.push(format!("t_mobile_daily_segments is {ours} and AWS names {allowed}"));
    }
    if above.is_empty() {
        return Some(Finding::healthy("the limits of tendlc.toml are none above AWS's"));
    }
    let cure = format!(
        "lower it for the campaign {} or its brand in tendlc.toml, or write \"live\"; then `tendlc sync`",
        campaign.name
    );
    Some(Finding::degraded(above.join("; "), cure))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use tendlc_core::grant::{Live, Reading};

    use super::*;
    use crate::fixtures;

    #[test]
    fn limits_that_nobody_reads_any_more_are_degraded_and_those_of_the_file_are_not_looked_at() {
        let read_at: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let reading = |minutes: i64| Some(Reading { value: 40, read_at: read_at - SignedDuration::from_mins(minutes) });
        assert_eq!(check(&fixtures::campaign(), None, None, read_at), None);
        for (rate, cap, state) in [(0, 5, State::Healthy), (0, 16, State::Degraded), (1_000, 0, State::Degraded)] {
            let live = Live { segments_per_second: reading(rate), t_mobile_daily_segments: reading(cap) };
            let found = check(&Campaign { live, ..fixtures::campaign() }, None, None, read_at).unwrap();
            assert_eq!(found.state, state, "{found:?}");
            assert_eq!(found.cure.is_some(), state == State::Degraded);
        }
    }

    #[test]
    fn more_than_aws_allows_is_degraded_and_less_is_somebodys_choice() {
        let now = Timestamp::UNIX_EPOCH;
        let told = |rate: i64, cap: i64| Told { rate: Ok(rate), cap: Ok(cap) };
        let state = |told: &Told, cap| check(&fixtures::campaign(), Some(told), cap, now).unwrap().state;
        assert_eq!(state(&told(40, 2_000), Some(2_000)), State::Healthy);
        assert_eq!(state(&told(75, 200_000), Some(2_000)), State::Healthy);
        let found = check(&fixtures::campaign(), Some(&told(10, 1_000)), Some(2_000), now).unwrap();
        assert_eq!(found.state, State::Degraded);
        assert!(
            found.detail.contains("is 40 and AWS allows 10") && found.detail.contains("is 2000 and AWS names 1000")
        );
    }

    #[test]
    fn of_two_limits_one_may_be_live_and_the_other_above_aws_s() {
        let read_at = Timestamp::UNIX_EPOCH;
        let live = Live { segments_per_second: Some(Reading { value: 10, read_at }), t_mobile_daily_segments: None };
        let campaign = Campaign { live, ..fixtures::campaign() };
        let told = Told { rate: Ok(10), cap: Ok(1_000) };
        let state = |cap: i64, now| check(&campaign, Some(&told), Some(cap), now).unwrap();
        assert_eq!(state(1_000, read_at).state, State::Healthy, "the rate is AWS's own, whatever the file says");
        let above = state(2_000, read_at);
        assert!(above.state == State::Degraded && above.detail.starts_with("t_mobile_daily_segments"), "{above:?}");
        let old = state(1_000, read_at + SignedDuration::from_mins(16));
        assert!(old.state == State::Degraded && old.detail.contains("ago"), "{old:?}");
    }
}
