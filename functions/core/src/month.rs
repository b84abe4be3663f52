//! The UTC month, by which AWS bills (facts, section 6) and a grant's spend is counted.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// AWS bills a text by the moment at which it took it. That is a place on the clock, a connection and an answer later than
/// the moment of its charge, and the two clocks differ: so near the end of a month a text is charged to both.
const AROUND: SignedDuration = SignedDuration::from_secs(60);

/// A calendar month in UTC, as `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UtcMonth(Date);

/// The text is not a month.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a month; write it as 2026-11")]
pub struct NotAMonth(String);

impl UtcMonth {
    /// The month that `moment` falls in.
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.to_zoned(TimeZone::UTC).date().first_of_month())
    }

    /// The months that a text charged at `now` may be billed in: one, or two around a month's end.
    pub fn charged_at(now: Timestamp) -> impl Iterator<Item = Self> {
        let (first, last) = (Self::of(now - AROUND), Self::of(now + AROUND));
        [Some(first), (first != last).then_some(last)].into_iter().flatten()
    }

    /// The month after.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1.month()))
    }

    /// The first moment of the month.
    pub fn start(self) -> Timestamp {
        self.0.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).unwrap_or(Timestamp::MAX)
    }

    /// The first moment at which no text is charged to the month any more.
    pub fn end_of_charging(self) -> Timestamp {
        self.next().start() + AROUND
    }
}

impl fmt::Display for UtcMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl FromStr for UtcMonth {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let wrong = || NotAMonth(text.to_owned());
        let date: Date = format!("{text}-01").parse().map_err(|_| wrong())?;
        Some(Self(date)).filter(|month| month.to_string() == text).ok_or_else(wrong)
    }
}

impl serde::Serialize for UtcMonth {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for UtcMonth {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(at: &str) -> Vec<String> {
        UtcMonth::charged_at(at.parse().unwrap()).map(|month| month.to_string()).collect()
    }

    #[test]
    fn a_month_is_utc_and_its_end_belongs_to_both() {
        assert_eq!(months("2026-11-30T23:58:59Z"), ["2026-11"]);
        assert_eq!(months("2026-11-30T23:59:30Z"), ["2026-11", "2026-12"]);
        assert_eq!(months("2026-12-01T00:00:59Z"), ["2026-11", "2026-12"]);
        assert_eq!(months("2026-12-01T00:01:00Z"), ["2026-12"]);
        assert_eq!(months("2026-12-31T23:59:59Z"), ["2026-12", "2027-01"]);
        assert_eq!(months("2028-02-29T12:00:00Z"), ["2028-02"], "a leap day");
    }

    #[test]
    fn a_month_is_written_in_one_way() {
        let month: UtcMonth = "2028-02".parse().unwrap();
        assert_eq!((month.to_string(), month.next().to_string()), ("2028-02".into(), "2028-03".into()));
        assert_eq!(month.start().to_string(), "2028-02-01T00:00:00Z");
        assert_eq!(month.end_of_charging().to_string(), "2028-03-01T00:01:00Z");
        for wrong in ["", "2026", "2026-13", "2026-1", "26-11", "2026-11-01"] {
            assert!(wrong.parse::<UtcMonth>().is_err(), "{wrong}");
        }
    }
}
