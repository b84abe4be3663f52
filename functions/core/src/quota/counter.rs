//! The names of the day counters' attributes, and how long they are kept.

use jiff::SignedDuration;

use crate::grant::Pool;

/// The attribute of a grant's day that counts all its texts, in segments.
pub const ALL: &str = "all";

/// The attribute of a pool's day.
pub const LEFT: &str = "left";

/// The attribute of a grant's month that counts its spend up, in millionths of a dollar: what receipts say, and for texts
/// without one what was set aside. Up, since its limit is one number that whoever asks knows, and a budget that comes in
/// the middle of a month finds what was spent before it.
pub const SPENT: &str = "spent";

/// A month outlives the year that follows it, for the books.
pub const MONTH_KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Counters outlive the ledger's 35 days a little, for the recount.
pub const KEPT: SignedDuration = SignedDuration::from_hours(40 * 24);

/// The attribute of a grant's day that holds what is left of its guarantee in `pool`.
pub fn guaranteed(pool: &Pool) -> String {
    format!("guaranteed:{}", pool.as_str())
}

/// The attribute of a grant's day that holds what is left to its ceiling in `pool`.
pub fn ceiling(pool: &Pool) -> String {
    format!("ceiling:{}", pool.as_str())
}
