//! What a sync changed, for whoever ran it.

use std::fmt;

use serde::Serialize;

use crate::day::PacificDay;
use crate::grant::Pool;
use crate::name::GrantName;

/// Something that was changed, or cannot be as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// Something new, or with other particulars.
    Written {
        /// What.
        what: String,
    },
    /// No longer there.
    Removed {
        /// What.
        what: String,
    },
    /// A cap.
    Cap {
        /// Of what.
        pool: Pool,
        /// Before, in the cap's unit per Pacific day; absent: there was none.
        before: Option<i64>,
        /// Now.
        now: i64,
    },
    /// A grant's budget.
    Budget {
        /// Whose.
        grant: GrantName,
        /// Of what.
        pool: Pool,
        /// Now, in the cap's unit per Pacific day.
        guaranteed: i64,
        /// Now.
        ceiling: i64,
        /// From when.
        from: PacificDay,
    },
    /// The ceiling on all texts of a grant.
    DailySegments {
        /// Whose.
        grant: GrantName,
        /// Now, in segments per Pacific day; absent: no such ceiling.
        segments: Option<i64>,
        /// From when. Not today, where nobody has counted today.
        from: PacificDay,
    },
    /// A lowered cap did not leave room for the guarantees: they are less for the rest of the day.
    Shrunk {
        /// Of what.
        pool: Pool,
        /// The day.
        day: PacificDay,
        /// By how much, over all grants.
        by: i64,
        /// What was used beyond the new cap already and cannot be taken back.
        over: i64,
    },
    /// More is wanted to be guaranteed than there is: each guarantee is less, in proportion.
    Overpromised {
        /// Of what.
        pool: Pool,
        /// Its cap.
        cap: i64,
        /// The sum of the guarantees that are wanted.
        guaranteed: i64,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written { what } => write!(f, "wrote {what}"),
            Self::Removed { what } => write!(f, "removed {what}"),
            Self::Cap { pool, before: None, now } => write!(f, "cap of {}: {now} a day", pool.as_str()),
            Self::Cap { pool, before: Some(before), now } => {
                write!(f, "cap of {}: {now} a day, it was {before}", pool.as_str())
            }
            Self::Budget { grant, pool, guaranteed, ceiling, from } => write!(
                f,
                "budget of {grant} in {}: {guaranteed} guaranteed, {ceiling} at most, from {from}",
                pool.as_str()
            ),
            Self::DailySegments { grant, segments: Some(segments), from } => {
                write!(f, "daily_segments of {grant}: {segments}, from {from}")
            }
            Self::DailySegments { grant, segments: None, from } => {
                write!(f, "daily_segments of {grant}: no ceiling, from {from}")
            }
            Self::Shrunk { pool, day, by, over } => write!(
                f,
                "WARNING: the cap of {} leaves no room for all guarantees on {day}: they are {by} less until midnight \
                 Pacific, and {over} were used beyond the cap before",
                pool.as_str()
            ),
            Self::Overpromised { pool, cap, guaranteed } => write!(
                f,
                "WARNING: {guaranteed} are to be guaranteed of {}, whose cap is {cap}: each guarantee is less, in \
                 proportion, until they are lowered",
                pool.as_str()
            ),
        }
    }
}
