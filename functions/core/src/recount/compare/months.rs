//! A month's money and the totals of its receipts.

use std::collections::BTreeSet;

use super::super::difference::{Cause, Difference};
use super::super::sums::Moved;
use super::down::{Mend, shown};
use super::{Compared, Comparison};
use crate::name::GrantName;
use crate::quota::counter::SPENT;
use crate::table::Key;

/// What the receipts add to a month but its spend, which has more in it.
const TOTALS: [&str; 6] = ["texts:", "price:", "fee:", "parts:", "delivered:", "undelivered:"];

impl Comparison<'_> {
    pub(super) fn months(&mut self, name: &GrantName) {
        for month in &self.sums.span.months {
            let key = Key::month(name, *month);
            let Moved { all, sure } = self.sums.moved(&key, SPENT);
            let value = |counters: &_| shown(counters, &key, SPENT).unwrap_or(0);
            let (before, after) = (value(self.before), value(self.after));
            let differs = |cause, figures| Difference::new(cause, month, SPENT, figures).of(name);
            if sure > before {
                let mend = Mend { key: key.clone(), attribute: SPENT.to_owned(), begins: 0, by: sure - before };
                let difference = differs(Cause::ShowsLess, (before, sure));
                self.found.push(Compared { difference, mend: Some(mend) });
            } else if after > all {
                self.found.push(Compared { difference: differs(Cause::ShowsMore, (after, all)), mend: None });
            }
            for total in self.totals(&key) {
                let all = self.sums.moved(&key, &total).all;
                let value = |counters: &_| shown(counters, &key, &total).unwrap_or(0);
                let (before, after) = (value(self.before), value(self.after));
                // Receipts are posted while others are read.
                if all < before.min(after) || all > before.max(after) {
                    let difference = Difference::new(Cause::TotalsDiffer, month, &total, (after, all)).of(name);
                    self.found.push(Compared { difference, mend: None });
                }
            }
        }
    }

    fn totals(&self, key: &Key) -> BTreeSet<String> {
        let there = self.after.get(key).into_iter().flat_map(|item| item.keys().map(String::as_str));
        let counted = self.sums.of_item(key).map(|(attribute, _)| attribute);
        let is_total = |name: &&str| TOTALS.iter().any(|total| name.starts_with(total));
        there.chain(counted).filter(is_total).map(str::to_owned).collect()
    }
}
