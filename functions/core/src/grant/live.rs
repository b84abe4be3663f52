//! Limits that `tendlc.toml` leaves to AWS ("live"): what AWS told of them last.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A limit as AWS told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// In whole units of the limit; at least 1.
    pub value: i64,
    /// When AWS told it last, or up to five minutes before: a reading that is the same as before is not written anew
    /// each minute.
    pub read_at: Timestamp,
}

/// Which limits of a campaign are live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// Its rate in segments per second, which its `milli_segments_per_second` follows; `None`: the file's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments_per_second: Option<Reading>,
    /// T-Mobile's daily cap as its numbers tell it, in the cap's unit; `None`: the file's number. What counts is the
    /// least of all campaigns that share a cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t_mobile_daily_segments: Option<Reading>,
}

impl Live {
    /// Whether none is.
    pub fn is_none(&self) -> bool {
        self.segments_per_second.is_none() && self.t_mobile_daily_segments.is_none()
    }

    /// How long ago the oldest of its readings was made; `None`: there is none.
    pub fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        let readings = [self.segments_per_second, self.t_mobile_daily_segments].into_iter().flatten();
        let oldest = readings.map(|reading| reading.read_at).min()?;
        Some(SignedDuration::from_secs(now.duration_since(oldest).as_secs().max(0)))
    }

    /// The rate, in thousandths of a segment per second; `None`: it is not live.
    pub fn milli_segments_per_second(&self) -> Option<u64> {
        let whole = u64::try_from(self.segments_per_second?.value).ok()?;
        Some(whole.saturating_mul(1_000))
    }
}

/// What a grant asks for of a live cap. It has less while the cap does not leave room, and all of it again after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// To be guaranteed, in the cap's unit per Pacific day.
    pub guaranteed: i64,
    /// At most this; `None`: whatever the cap is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<i64>,
}
