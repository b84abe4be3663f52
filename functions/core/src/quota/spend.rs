//! A grant's spend of a UTC month: what its texts are taken to cost is set aside before they go out, and their receipts
//! put what they did cost in its place.

use jiff::Timestamp;

use super::charge::Reserved;
use super::counter::{MONTH_KEPT, SPENT};
use super::take::ask;
use super::verdict::Part;
use super::{ASK_AGAIN, Quota};
use crate::money::MicroUsd;
use crate::month::UtcMonth;
use crate::reason::Reason;
use crate::table::{KEY, Key, TTL, TableError, number};

/// The first learns what was spent, the second takes of what is left; two more for what others took in between.
const ATTEMPTS: usize = 4;

/// The texts that one month is asked for.
#[derive(Debug)]
pub(super) struct SpendPart {
    pub(super) month: UtcMonth,
    pub(super) budget: MicroUsd,
    /// By the text's place in the batch.
    pub(super) costs: Vec<(usize, MicroUsd)>,
}

impl SpendPart {
    /// Whether what was found a moment ago rules the text out.
    pub(super) fn refused_by_memory(&self, quota: &Quota, now: Timestamp, index: usize) -> Option<Part> {
        let (_, cost) = self.costs.iter().find(|(of, _)| *of == index)?;
        let known = quota.memory.known(&self.key(quota), SPENT).filter(|known| known.fresh(now))?;
        (self.left(known.value) < cost.signed()).then(|| self.refused(now))
    }

    /// Whether it lately had too little for all that asked.
    pub(super) fn is_scarce(&self, quota: &Quota, now: Timestamp) -> bool {
        quota.memory.is_scarce(now, &self.key(quota))
    }

    /// Sets money aside for as many of the `open` texts as there is some for, the first ones first.
    pub(super) async fn take(&self, quota: &Quota, now: Timestamp, open: &[usize]) -> Vec<(usize, Part, Reserved)> {
        let costs: Vec<_> = self.costs.iter().copied().filter(|(index, _)| open.contains(index)).collect();
        let key = self.key(quota);
        // Where to begin is worth remembering however old it is; that it is refused is for the counter to say.
        let known = quota.memory.known(&key, SPENT).map_or(0, |known| known.value);
        let mut left = self.left(known).max(self.dearest(&costs));
        let (mut granted, mut failure) = (Vec::new(), None);
        for _ in 0..ATTEMPTS {
            let fitting = fit(&costs, left);
            if fitting.is_empty() {
                break;
            }
            let total = fitting.iter().map(|(_, cost)| cost.signed()).fold(0, i64::saturating_add);
            match self.set_aside(quota, now, total).await {
                Ok(true) => {
                    granted = fitting;
                    break;
                }
                Ok(false) => left = quota.memory.known(&key, SPENT).map_or(0, |known| self.left(known.value)),
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        if granted.len() < costs.len() && failure.is_none() {
            quota.memory.refused(now, &key);
        }
        let told = |(index, cost): (usize, MicroUsd)| {
            let got = granted.iter().any(|(of, _)| *of == index);
            let part = match &failure {
                Some(error) => Part::Failed(error.clone()),
                None if got => Part::Granted { not_before: now },
                None => self.refused(now),
            };
            (index, part, Reserved { month: self.month, amount: if got { cost } else { MicroUsd::default() } })
        };
        costs.iter().copied().map(told).collect()
    }

    /// Whether it was there.
    async fn set_aside(&self, quota: &Quota, now: Timestamp, total: i64) -> Result<bool, TableError> {
        let key = self.key(quota);
        let most = self.budget.signed().saturating_sub(total);
        if most < 0 {
            return Ok(false);
        }
        let update = quota
            .table
            .client
            .update_item()
            .table_name(&quota.table.name)
            .key(KEY, key.value())
            .update_expression("SET #ttl = :ttl ADD #spent :total")
            .condition_expression("attribute_not_exists(#spent) OR #spent <= :most")
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_names("#spent", SPENT)
            .expression_attribute_values(":ttl", number((self.month.next().start() + MONTH_KEPT).as_second()))
            .expression_attribute_values(":total", number(total))
            .expression_attribute_values(":most", number(most));
        let answer = ask(quota, update).await?;
        quota.memory.learn(now, &key, &answer.item, &[SPENT]);
        Ok(answer.took)
    }

    fn left(&self, spent: i64) -> i64 {
        self.budget.signed().saturating_sub(spent)
    }

    /// So that an old memory of an empty counter asks for one text all the same.
    fn dearest(&self, costs: &[(usize, MicroUsd)]) -> i64 {
        costs.iter().map(|(_, cost)| cost.signed()).max().unwrap_or(0).min(self.budget.signed())
    }

    fn key(&self, quota: &Quota) -> Key {
        Key::month(&quota.grant, self.month)
    }

    fn refused(&self, now: Timestamp) -> Part {
        let until = self.month.end_of_charging().min(now + ASK_AGAIN);
        Part::Refused { reason: Reason::GrantSpendBudget, until }
    }
}

/// Which texts there is money for, the first ones first, a cheaper one after a dearer that does not fit.
fn fit(costs: &[(usize, MicroUsd)], mut left: i64) -> Vec<(usize, MicroUsd)> {
    let mut fitting = Vec::with_capacity(costs.len());
    for &(index, cost) in costs {
        if cost.signed() <= left {
            left -= cost.signed();
            fitting.push((index, cost));
        }
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_texts_that_there_is_money_for_go_out() {
        let costs: Vec<_> = [30, 50, 20, 1].map(MicroUsd::from_micros).into_iter().enumerate().collect();
        let places = |left| fit(&costs, left).into_iter().map(|(index, _)| index).collect::<Vec<_>>();
        assert_eq!(places(101), [0, 1, 2, 3]);
        assert_eq!(places(100), [0, 1, 2]);
        assert_eq!(places(51), [0, 2, 3]);
        assert_eq!(places(0), [0; 0]);
        assert_eq!(places(-5), [0; 0], "receipts may cost more than was set aside");
    }
}
