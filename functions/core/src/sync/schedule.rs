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

/// The first day on which `to` has what is wanted and `from` has not; and what was wanted before: the newest of `from`,
/// or where that is the same and only comes earlier, what that day had.
pub(super) fn turn<T: Clone + PartialEq>(
    from: &[Since<T>],
    to: &[Since<T>],
    wanted: &T,
    today: PacificDay,
) -> Option<(PacificDay, Option<T>)> {
    let days = &starts(from, today) | &starts(to, today);
    let is = |values, day: PacificDay| on_day(values, day).as_ref() == Some(wanted);
    let day = days.into_iter().find(|day| is(to, *day) && !is(from, *day))?;
    let last = newest(from).filter(|last| last != wanted);
    Some((day, last.or_else(|| on_day(from, day))))
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

    #[test]
    fn a_change_begins_on_the_first_day_that_had_another_value() {
        let today = "2026-11-20".parse().unwrap();
        let (plain, put_off) = ([since("2026-11-20", 7)], [since("2026-11-20", 7), since("2026-11-21", 8)]);
        let at = |from: &[Since<i64>], to: &[Since<i64>], wanted: i64| {
            turn(from, to, &wanted, today).map(|(day, before)| (day.to_string(), before))
        };
        let tomorrow = "2026-11-21".to_owned();
        assert_eq!(at(&plain, &put_off, 8), Some((tomorrow.clone(), Some(7))));
        assert_eq!(at(&put_off, &plain, 7), Some((tomorrow, Some(8))), "what was put off is taken back");
        assert_eq!(at(&put_off, &[since("2026-11-20", 8)], 8), Some((today.to_string(), Some(7))));
        let lower = [since("2026-11-20", 5)];
        assert_eq!(at(&put_off, &lower, 5), Some((today.to_string(), Some(8))), "what was wanted last");
        assert_eq!(at(&[], &plain, 7), Some((today.to_string(), None)));
        assert_eq!(at(&plain, &plain, 7), None);
    }
}
