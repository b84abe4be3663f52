//! What a day's counters show.

use std::collections::BTreeMap;

/// The counters of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    pub cap: i64,
    pub shared: i64,
    pub grants: BTreeMap<String, Left>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub guaranteed: i64,
    pub ceiling: i64,
    pub all: Option<i64>,
}

impl Counters {
    pub fn of(&self, grant: &str) -> Left {
        self.grants[grant]
    }

    pub fn unused_guarantees(&self) -> i64 {
        self.grants.values().map(|left| left.guaranteed).sum()
    }

    /// What is charged, by `cap = used + pool + unused guarantees`.
    pub fn used(&self) -> i64 {
        self.cap - self.shared - self.unused_guarantees()
    }
}
