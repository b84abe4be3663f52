//! What one environment sends keeps its distance, too. A place that is now is gone by the time its claim is answered, so
//! the text is a little late; the next one, which waited for its place, would then be too close behind it, and AWS at one
//! request a second would refuse it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::table::Key;

/// Later than this a place is not moved: it is the distance to a text that goes out much later, or a clock that jumped.
const MOST: SignedDuration = SignedDuration::from_millis(250);

/// When the next text of each clock may go out, as far as this environment's own texts are concerned.
#[derive(Debug, Default)]
pub(super) struct Apart(Mutex<HashMap<Key, Timestamp>>);

impl Apart {
    /// The moment at or after `place` and `now` that keeps the distance on each clock of a text, in microseconds by the
    /// clock's key. Texts come in the order of their places.
    pub(super) fn place(&self, place: Timestamp, now: Timestamp, clocks: [(Key, i64); 2]) -> Timestamp {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = place.max(now);
        let near = |free: &Timestamp| free.duration_since(due) <= MOST;
        let free = clocks.iter().filter_map(|(key, _)| next.get(key).copied().filter(near)).max();
        let moved = free.map_or(due, |free| due.max(free));
        for (key, cost) in clocks {
            let after = moved.checked_add(SignedDuration::from_micros(cost)).unwrap_or(Timestamp::MAX);
            next.insert(key, after);
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_millis(millis)
    }

    fn clocks(campaign: &str, millis: i64) -> [(Key, i64); 2] {
        let key = |name: &str| Key::campaign_clock(&name.parse().unwrap());
        [(key(campaign), millis * 1_000), (key("primary"), 10_000)]
    }

    #[test]
    fn a_text_behind_one_that_went_out_late_keeps_its_distance() {
        let apart = Apart::default();
        assert_eq!(apart.place(at(0), at(8), clocks("orders", 1_000)), at(8), "its claim took so long");
        assert_eq!(apart.place(at(1_000), at(8), clocks("orders", 1_000)), at(1_008));
        // The next batch has its places from the clock, which knows nothing of that.
        assert_eq!(apart.place(at(2_000), at(1_500), clocks("orders", 1_000)), at(2_008));
        assert_eq!(apart.place(at(2_012), at(2_012), clocks("codes", 1)), at(2_018), "requests are counted, too");
        assert_eq!(
            apart.place(at(9_000), at(8_000), clocks("orders", 1_000)),
            at(9_000),
            "what was late is made up for"
        );
    }

    #[test]
    fn a_text_does_not_wait_for_one_that_goes_out_much_later() {
        let apart = Apart::default();
        assert_eq!(apart.place(at(900), at(0), clocks("orders", 1_000)), at(900));
        assert_eq!(apart.place(at(5), at(5), clocks("codes", 1)), at(5));
    }
}
