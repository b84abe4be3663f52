//! Values by the day that they hold from.

use std::collections::BTreeSet;

use crate::day::PacificDay;
use crate::grant::{Since, on_day};

/// The newest value: the one that is wanted.
pub(super) fn newest<T: Clone>(values: &[Since<T>]) -> Option<T> {
    values.iter().max_by_key(|entry| entry.from).map(|entry| entry.value.clone())
}

/// The days from `today` on that a value begins on, `today` among them.
pub(super) fn starts<T>(values: &[Since<T>], today: PacificDay) -> BTreeSet<PacificDay> {
    values.iter().map(|entry| entry.from.max(today)).chain([today]).collect()
}

/// The same values in order, without what lies before `today` and without entries that change nothing.
pub(super) fn from_today<T: Clone + PartialEq>(values: &[Since<T>], today: PacificDay) -> Vec<Since<T>> {
    let starts = starts(values, today).into_iter();
    plain(starts.filter_map(|from| Some(Since { from, value: on_day(values, from)? })).collect())
}

/// Values in order, without entries that change nothing.
pub(super) fn plain<T: PartialEq>(mut values: Vec<Since<T>>) -> Vec<Since<T>> {
    values.dedup_by(|next, kept| next.value == kept.value);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since(from: &str, value: i64) -> Since<i64> {
        Since { from: from.parse().unwrap(), value }
    }

    #[test]
    fn what_has_passed_is_dropped_and_what_holds_today_stays() {
        let values = [since("2026-11-25", 4), since("2026-11-01", 1), since("2026-11-10", 2)];
        let today = "2026-11-20".parse().unwrap();
        assert_eq!(from_today(&values, today), [since("2026-11-20", 2), since("2026-11-25", 4)]);
        assert_eq!(from_today(&values, "2026-10-01".parse().unwrap()), [values[1], values[2], values[0]]);
        assert_eq!(from_today::<i64>(&[], today), []);
    }

    #[test]
    fn an_entry_that_changes_nothing_is_dropped() {
        let values = [since("2026-11-20", 2), since("2026-11-21", 2), since("2026-11-22", 3)];
        assert_eq!(from_today(&values, "2026-11-20".parse().unwrap()), [values[0], values[2]]);
    }
}
