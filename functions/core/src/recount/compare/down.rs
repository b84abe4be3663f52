//! One counter of a day, and how it is moved.

use super::super::difference::{Cause, Difference};
use super::super::standing::Counters;
use crate::day::PacificDay;
use crate::name::GrantName;
use crate::table::{Key, read_number};

/// A counter, and by how much it is to be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::recount) struct Mend {
    pub(in crate::recount) key: Key,
    pub(in crate::recount) attribute: String,
    /// What it stands for where it is not there.
    pub(in crate::recount) begins: i64,
    pub(in crate::recount) by: i64,
}

/// One counter that counts down.
pub(super) struct Down {
    pub(super) grant: Option<GrantName>,
    pub(super) key: Key,
    pub(super) attribute: String,
    pub(super) limit: i64,
}

impl Down {
    pub(super) fn left(&self, counters: &Counters) -> i64 {
        shown(counters, &self.key, &self.attribute).unwrap_or(self.limit)
    }

    pub(super) fn difference(&self, cause: Cause, day: &PacificDay, figures: (i64, i64)) -> Difference {
        match &self.grant {
            Some(grant) => Difference::new(cause, day, &self.attribute, figures).of(grant),
            None => {
                let key = self.key.as_str().trim_start_matches("B#");
                let pool = key.rsplit_once('#').map_or(key, |(pool, _)| pool);
                Difference::new(cause, day, &format!("{pool} {}", self.attribute), figures)
            }
        }
    }

    /// So much more of it is used.
    pub(super) fn mend(&self, more: i64) -> Mend {
        Mend { key: self.key.clone(), attribute: self.attribute.clone(), begins: self.limit, by: -more }
    }
}

/// What a counter shows; `None`: it is not there.
pub(super) fn shown(counters: &Counters, key: &Key, attribute: &str) -> Option<i64> {
    counters.get(key).and_then(|item| read_number(item, attribute))
}
