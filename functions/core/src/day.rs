//! The Pacific day: T-Mobile's caps begin anew at midnight in America/Los_Angeles, DST included
//! (facts: carriers reset at midnight Pacific; 23-hour and 25-hour days exist).

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// How long before the end of a Pacific day a text is charged to the next day too: AWS may hand it to the
/// carrier on either side of midnight.
pub const MIDNIGHT_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// How long after the beginning of a Pacific day a text is charged to the day before too: clocks of functions may be two
/// seconds apart, and what the fast one takes for the new day the carrier may still count to the old one.
pub const AFTER_MIDNIGHT: SignedDuration = SignedDuration::from_secs(3);

/// America/Los_Angeles as its rule has been since 2007. Lambda's runtime brings no time zone database, and one
/// bundled would make every zip larger for the sake of one zone.
static PACIFIC: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").unwrap_or(TimeZone::UTC));

/// A calendar day in America/Los_Angeles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PacificDay(Date);

impl PacificDay {
    /// The day that `moment` falls on.
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.to_zoned(PACIFIC.clone()).date())
    }

    /// The days that a text sent at `now` is charged to: one, or two in the last five minutes and the first three seconds.
    pub fn charged_at(now: Timestamp) -> ChargedDays {
        let day = Self::of(now);
        let before = Self::of(now - AFTER_MIDNIGHT);
        if before != day {
            return ChargedDays { first: before, second: Some(day) };
        }
        let late = day.end().duration_since(now) <= MIDNIGHT_WINDOW;
        ChargedDays { first: day, second: late.then(|| day.next()) }
    }

    /// The day after.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1.day()))
    }

    /// The day before.
    pub fn before(self) -> Self {
        Self(self.0.saturating_sub(1.day()))
    }

    /// The first moment of the day.
    pub fn start(self) -> Timestamp {
        self.0.to_zoned(PACIFIC.clone()).map(|zoned| zoned.timestamp()).unwrap_or(Timestamp::MAX)
    }

    /// The first moment that is no longer in the day.
    pub fn end(self) -> Timestamp {
        self.next().start()
    }
}

impl fmt::Display for PacificDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for PacificDay {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The one or two Pacific days that a text is charged to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargedDays {
    first: PacificDay,
    second: Option<PacificDay>,
}

impl ChargedDays {
    /// Every day charged, the earlier one first.
    pub fn iter(self) -> impl Iterator<Item = PacificDay> {
        [Some(self.first), self.second].into_iter().flatten()
    }

    /// The moment by which a text charged to these days must have reached the carrier.
    pub fn end(self) -> Timestamp {
        self.second.unwrap_or(self.first).end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_changes_at_midnight_pacific_in_winter_and_summer() {
        assert_eq!(PacificDay::of(at("2026-01-15T07:59:59Z")).to_string(), "2026-01-14");
        assert_eq!(PacificDay::of(at("2026-01-15T08:00:00Z")).to_string(), "2026-01-15");
        assert_eq!(PacificDay::of(at("2026-07-15T06:59:59Z")).to_string(), "2026-07-14");
        assert_eq!(PacificDay::of(at("2026-07-15T07:00:00Z")).to_string(), "2026-07-15");
    }

    #[test]
    fn days_of_23_and_25_hours_are_as_long_as_they_are() {
        let hours = |day: &str| {
            let day: PacificDay = day.parse().unwrap();
            day.end().duration_since(day.start()).as_hours()
        };
        assert_eq!(hours("2026-03-08"), 23);
        assert_eq!(hours("2026-11-01"), 25);
        assert_eq!(hours("2028-02-29"), 24);
    }

    #[test]
    fn the_last_five_minutes_and_three_seconds_more_are_charged_to_both_days() {
        let end = "2026-11-20".parse::<PacificDay>().unwrap().end();
        let days = |moment| PacificDay::charged_at(moment).iter().map(|d| d.to_string()).collect::<Vec<_>>();
        assert_eq!(days(end - SignedDuration::from_secs(301)), ["2026-11-20"]);
        assert_eq!(days(end - SignedDuration::from_secs(300)), ["2026-11-20", "2026-11-21"]);
        assert_eq!(days(end), ["2026-11-20", "2026-11-21"], "a clock may be fast");
        assert_eq!(days(end + SignedDuration::from_millis(2_999)), ["2026-11-20", "2026-11-21"]);
        assert_eq!(days(end + AFTER_MIDNIGHT), ["2026-11-21"]);
        assert_eq!(
            PacificDay::charged_at(end - SignedDuration::from_secs(1)).end(),
            "2026-11-21".parse::<PacificDay>().unwrap().end()
        );
    }
}
