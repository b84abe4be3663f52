//! What the functions counted by the Pacific day.

use std::collections::BTreeMap;

use serde::Serialize;
use tendlc_core::table::{Item, read_number};
use tendlc_core::tally::{DUPLICATES, UNKNOWN};

/// Texts and their segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sent {
    pub texts: i64,
    pub segments: i64,
}

/// What requests became.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// That AWS has, or may have.
    #[serde(flatten)]
    pub sent: Sent,
    /// Of which nobody could tell whether AWS has them.
    pub unknown: i64,
    /// That had been sent before, and were not sent again.
    pub duplicates: i64,
    /// By reason.
    pub rejected: BTreeMap<String, i64>,
}

impl Counts {
    /// Of some days together.
    pub fn of<'a>(days: impl IntoIterator<Item = &'a Item>) -> Self {
        let mut counts = Self::default();
        for day in days {
            counts.sent.texts += named(day, "texts:").values().sum::<i64>();
            counts.sent.segments += named(day, "segments:").values().sum::<i64>();
            counts.unknown += read_number(day, UNKNOWN).unwrap_or(0);
            counts.duplicates += read_number(day, DUPLICATES).unwrap_or(0);
            for (reason, many) in named(day, "rejected:") {
                *counts.rejected.entry(reason.to_owned()).or_default() += many;
            }
        }
        counts
    }
}

impl Sent {
    /// Of one campaign, over some days.
    pub fn of<'a>(days: impl IntoIterator<Item = &'a Item>, campaign: &str) -> Self {
        let number = |day: &Item, what: &str| read_number(day, &format!("{what}:{campaign}")).unwrap_or(0);
        days.into_iter().fold(Self::default(), |sum, day| Self {
            texts: sum.texts + number(day, "texts"),
            segments: sum.segments + number(day, "segments"),
        })
    }
}

/// The numbers whose names begin so, by the rest of their names.
pub fn named<'a>(item: &'a Item, prefix: &str) -> BTreeMap<&'a str, i64> {
    let numbers = item.keys().filter_map(|name| Some((name.strip_prefix(prefix)?, read_number(item, name)?)));
    numbers.filter(|(_, number)| *number != 0).collect()
}
