//! Which texts of a batch fit into what is held of the day counters and what is left in them.

use crate::reason::Reason;

/// More than any counter has, and safe to add to itself: a counter that does not apply, or is not known yet.
pub(super) const PLENTY: i64 = i64::MAX / 4;

/// What one text costs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// Its place in the batch.
    pub(super) index: usize,
    /// In the cap's unit.
    pub(super) cap: i64,
    /// In segments.
    pub(super) all: i64,
}

/// Amounts of the four counters: left, wanted or held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts {
    pub(super) guaranteed: i64,
    pub(super) shared: i64,
    pub(super) ceiling: i64,
    /// `PLENTY` where the grant has no such ceiling.
    pub(super) all: i64,
}

impl std::ops::Add for Amounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            guaranteed: self.guaranteed.saturating_add(other.guaranteed),
            shared: self.shared.saturating_add(other.shared),
            ceiling: self.ceiling.saturating_add(other.ceiling),
            all: self.all.saturating_add(other.all),
        }
    }
}

/// Which texts fit, the first ones first, a shorter one after a longer that does not.
pub(super) fn fit(costs: &[Cost], held: Amounts, more: Amounts, counts_all: bool) -> Vec<Cost> {
    let mut cap = held.guaranteed + held.shared + more.guaranteed.saturating_add(more.shared);
    let mut ceiling = held.ceiling.saturating_add(more.ceiling);
    let mut all = held.all.saturating_add(more.all);
    let mut fitting = Vec::with_capacity(costs.len());
    for cost in costs {
        if cap < cost.cap || ceiling < cost.cap || (counts_all && all < cost.all) {
            continue;
        }
        cap -= cost.cap;
        ceiling -= cost.cap;
        all -= cost.all;
        fitting.push(*cost);
    }
    fitting
}

/// What a text that does not fit lacks.
pub(super) fn lacks(cost: Cost, left: Amounts) -> Reason {
    if left.ceiling < cost.cap || left.all < cost.all { Reason::GrantDailyBudget } else { Reason::BrandDailyCap }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(all: &[i64]) -> Vec<Cost> {
        all.iter().enumerate().map(|(index, &all)| Cost { index, cap: all, all }).collect()
    }

    fn places(fitting: &[Cost]) -> Vec<usize> {
        fitting.iter().map(|cost| cost.index).collect()
    }

    #[test]
    fn a_text_fits_whole_or_not_at_all_and_a_shorter_one_may_still() {
        let more = Amounts { guaranteed: 2, shared: 3, ceiling: 9, all: 9 };
        assert_eq!(places(&fit(&costs(&[3, 4, 2, 1]), Amounts::default(), more, true)), [0, 2]);
    }

    #[test]
    fn each_counter_can_be_the_one_that_is_short() {
        let plenty = Amounts { guaranteed: 0, shared: PLENTY, ceiling: PLENTY, all: PLENTY };
        let two = costs(&[1, 1]);
        assert_eq!(fit(&two, Amounts::default(), plenty, true).len(), 2);
        assert_eq!(fit(&two, Amounts::default(), Amounts { shared: 1, ..plenty }, true).len(), 1);
        assert_eq!(fit(&two, Amounts::default(), Amounts { ceiling: 1, ..plenty }, true).len(), 1);
        assert_eq!(fit(&two, Amounts::default(), Amounts { all: 1, ..plenty }, true).len(), 1);
        assert_eq!(fit(&two, Amounts::default(), Amounts { all: 1, ..plenty }, false).len(), 2);
        assert_eq!(lacks(two[0], Amounts { ceiling: 0, ..plenty }), Reason::GrantDailyBudget);
        assert_eq!(lacks(two[0], Amounts { all: 0, ..plenty }), Reason::GrantDailyBudget);
        assert_eq!(lacks(two[0], Amounts { shared: 0, ..plenty }), Reason::BrandDailyCap);
    }

    #[test]
    fn what_is_held_counts_beside_what_is_left() {
        let held = Amounts { guaranteed: 1, shared: 1, ceiling: 2, all: 2 };
        assert_eq!(places(&fit(&costs(&[1, 1, 1]), held, Amounts::default(), true)), [0, 1]);
    }
}
