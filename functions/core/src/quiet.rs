//! Quiet hours: the part of the recipient's day in which promotional texts wait (47 CFR 64.1200(c)(1) has solicitations
//! wait from 21:00 to 08:00 of the called party's time).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::number::E164;
use crate::zone::Zone;

/// What the quiet hours must leave of a day: somebody whose zones are three hours apart is to have some time, too.
const LEAST_LEFT: SignedDuration = SignedDuration::from_hours(4);

/// How far ahead is looked for the next change, in days: beyond the longest quiet hours and a day whose clock is set.
const DAYS_AHEAD: i32 = 3;

/// A part of the day in whole minutes, over midnight or not. It is quiet while a clock shows it: an hour that is there
/// twice is quiet twice, one that is left out never. Written `21:00-08:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QuietHours {
    from: Time,
    until: Time,
}

/// The text is not a span of hours, or leaves too little of the day.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("quiet hours are two times of the day as HH:MM-HH:MM that leave four hours or more, such as \"21:00-08:00\"")]
pub struct NotQuietHours;

impl QuietHours {
    /// How long they are on a day whose clock is not set.
    pub fn length(self) -> SignedDuration {
        let length = self.from.duration_until(self.until);
        if length.is_negative() { length + SignedDuration::from_hours(24) } else { length }
    }

    /// Whether they hold midnight, as a night's do.
    pub fn hold_midnight(self) -> bool {
        self.cover(Time::midnight())
    }

    /// When they begin for this recipient: the first moment, not before `now`, at which it is quiet in one of the zones
    /// of the number's area code.
    pub fn begin(self, number: &E164, now: Timestamp) -> Timestamp {
        self.begin_in(Zone::all_of(number), now)
    }

    /// When they are over for this recipient, if they hold `now` or begin within `ahead`: the first moment after that at
    /// which it is quiet in none of the zones of the number's area code.
    pub fn end(self, number: &E164, now: Timestamp, ahead: SignedDuration) -> Option<Timestamp> {
        let zones = Zone::all_of(number);
        let begin = self.begin_in(zones, now);
        (begin.duration_since(now) < ahead).then(|| self.end_in(zones, begin))
    }

    fn begin_in(self, zones: &[Zone], now: Timestamp) -> Timestamp {
        let mut turns = std::iter::once(now).chain(self.turns(zones, now));
        turns.find(|turn| self.are_in(zones, *turn)).unwrap_or(Timestamp::MAX)
    }

    /// Nothing is left of no day, so there is an end; without one a text would be looked at again after a day.
    fn end_in(self, zones: &[Zone], quiet: Timestamp) -> Timestamp {
        let end = self.turns(zones, quiet).into_iter().find(|turn| !self.are_in(zones, *turn));
        end.unwrap_or(quiet + SignedDuration::from_hours(24))
    }

    fn are_in(self, zones: &[Zone], moment: Timestamp) -> bool {
        zones.iter().any(|zone| self.cover(zone.clock().to_datetime(moment).time()))
    }

    fn cover(self, shown: Time) -> bool {
        if self.from < self.until {
            (self.from..self.until).contains(&shown)
        } else {
            shown >= self.from || shown < self.until
        }
    }

    /// The moments after `after`, in order, at which it may become quiet or cease to be: a clock shows the beginning or
    /// the end, or is set.
    fn turns(self, zones: &[Zone], after: Timestamp) -> Vec<Timestamp> {
        let mut turns = Vec::new();
        for zone in zones {
            let clock = zone.clock();
            let today = clock.to_datetime(after).date();
            for date in (0..=DAYS_AHEAD).map(|days| today.saturating_add(days.days())) {
                for time in [self.from, self.until] {
                    let shown = clock.to_ambiguous_timestamp(date.to_datetime(time));
                    turns.extend([shown.earlier(), shown.later()].into_iter().flatten());
                }
            }
            let set = clock.following(after).map(|turn| turn.timestamp());
            turns.extend(set.take_while(|turn| turn.duration_since(after) < SignedDuration::from_hours(24 * 3)));
        }
        turns.retain(|turn| *turn > after);
        turns.sort_unstable();
        turns
    }
}

impl FromStr for QuietHours {
    type Err = NotQuietHours;

    fn from_str(text: &str) -> Result<Self, NotQuietHours> {
        let time = |text: &str| {
            let (hour, minute) = text.split_once(':')?;
            let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            let number = |part: &str| if digits(part) { part.parse::<i8>().ok() } else { None };
            Time::new(number(hour)?, number(minute)?, 0, 0).ok()
        };
        let span = text.split_once('-').and_then(|(from, until)| Some(Self { from: time(from)?, until: time(until)? }));
        let longest = SignedDuration::from_hours(24) - LEAST_LEFT;
        let hours = span.filter(|hours| hours.from != hours.until && hours.length() <= longest);
        hours.ok_or(NotQuietHours)
    }
}

impl TryFrom<String> for QuietHours {
    type Error = NotQuietHours;

    fn try_from(text: String) -> Result<Self, NotQuietHours> {
        text.parse()
    }
}

impl From<QuietHours> for String {
    fn from(hours: QuietHours) -> Self {
        hours.to_string()
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, until } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from.hour(), from.minute(), until.hour(), until.minute())
    }
}

#[cfg(test)]
mod tests;
