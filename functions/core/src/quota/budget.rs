//! Day counters: what a grant has left of its guarantee and its ceilings, and what a cap has left beyond all
//! guarantees. They count down, since a condition can compare but not add.

use futures::future::OptionFuture;
use jiff::Timestamp;

use super::charge::Taken;
use super::counter::{ALL, LEFT, ceiling, guaranteed};
pub(super) use super::fit::Cost;
use super::fit::{Amounts, PLENTY, fit, lacks};
use super::take::{Want, take};
use super::verdict::Part;
use super::{ASK_AGAIN, Quota};
use crate::day::{AFTER_MIDNIGHT, PacificDay};
use crate::grant::{Budget, Cap, Pool};
use crate::reason::Reason;
use crate::table::{Item, Key, TableError, read_number};

/// The first learns what is left, the second takes that; two more for what others took in between.
const ATTEMPTS: usize = 4;

/// The texts that one day's counters of one cap are asked for.
#[derive(Debug)]
pub(super) struct BudgetPart {
    pub(super) day: PacificDay,
    pub(super) pool: Pool,
    pub(super) cap: Option<Cap>,
    pub(super) budget: Option<Budget>,
    /// The ceiling on all the grant's texts, where it has one.
    pub(super) all: Option<i64>,
    pub(super) costs: Vec<Cost>,
}

/// What asking the counters came to.
#[derive(Debug, Default)]
struct Asked {
    held: Amounts,
    left: Amounts,
    failure: Option<TableError>,
}

impl BudgetPart {
    /// Whether what was found a moment ago rules the text out.
    pub(super) fn refused_by_memory(&self, quota: &Quota, now: Timestamp, index: usize) -> Option<Part> {
        let cost = self.costs.iter().find(|cost| cost.index == index)?;
        let (budget, pool) = self.keys(quota);
        let fresh = |key: &Key, attribute: &str| {
            quota.memory.known(key, attribute).filter(|known| known.fresh(now)).map(|known| known.value)
        };
        let below = |left: Option<i64>, wanted: i64| left.is_some_and(|left| left < wanted);
        let of_grant = below(fresh(&budget, &ceiling(&self.pool)), cost.cap)
            || (self.all.is_some() && below(fresh(&budget, ALL), cost.all));
        if of_grant {
            return Some(self.refused(now, Reason::GrantDailyBudget));
        }
        // One that is promised nothing has no counter for it.
        let promised = match self.budget {
            Some(Budget { guaranteed: 0, .. }) => 0,
            _ => fresh(&budget, &guaranteed(&self.pool))?.max(0),
        };
        below(fresh(&pool, LEFT).map(|left| left.max(0) + promised), cost.cap)
            .then(|| self.refused(now, Reason::BrandDailyCap))
    }

    /// Whether it lately had too little for all that asked.
    pub(super) fn is_scarce(&self, quota: &Quota, now: Timestamp) -> bool {
        quota.memory.is_scarce(now, &self.keys(quota).0)
    }

    /// Takes for as many of the `open` texts as there is room for, the first ones first.
    pub(super) async fn take(&self, quota: &Quota, now: Timestamp, open: &[usize]) -> Vec<(usize, Part, Taken)> {
        let costs: Vec<Cost> = self.costs.iter().copied().filter(|cost| open.contains(&cost.index)).collect();
        let nothing = Taken::nothing(self.day, &self.pool);
        let (Some(budget), Some(cap)) = (self.budget, self.cap) else {
            let part = self.refused(now, Reason::QuotaUnavailable);
            return costs.into_iter().map(|cost| (cost.index, part.clone(), nothing.clone())).collect();
        };
        let begins = Amounts {
            guaranteed: budget.guaranteed,
            shared: cap.shared(),
            ceiling: budget.ceiling,
            all: self.all.unwrap_or(PLENTY),
        };
        let Asked { held, left, failure } = self.ask(quota, now, begins, &costs).await;
        let fitting = fit(&costs, held, Amounts::default(), self.all.is_some());
        if fitting.len() < costs.len() && failure.is_none() {
            quota.memory.refused(now, &self.keys(quota).0);
        }
        // What is held for nobody goes back: one that does not fit lacks something else.
        let free = fitting.iter().fold(held + left, |free, cost| Amounts {
            ceiling: free.ceiling - cost.cap,
            all: free.all - if self.all.is_some() { cost.all } else { 0 },
            ..free
        });
        let mut rest = held;
        let mut parts: Vec<(usize, Part, Taken)> = Vec::with_capacity(costs.len());
        for cost in &costs {
            let mut taken = nothing.clone();
            let part = if fitting.iter().any(|one| one.index == cost.index) {
                taken.guaranteed = rest.guaranteed.min(cost.cap);
                taken.shared = cost.cap - taken.guaranteed;
                taken.ceiling = cost.cap;
                taken.all = if self.all.is_some() { cost.all } else { 0 };
                rest.guaranteed -= taken.guaranteed;
                rest.shared -= taken.shared;
                rest.ceiling -= taken.ceiling;
                rest.all -= taken.all;
                Part::Granted { not_before: now }
            } else {
                match &failure {
                    Some(error) => Part::Failed(error.clone()),
                    None => self.refused(now, lacks(*cost, free)),
                }
            };
            parts.push((cost.index, part, taken));
        }
        let (budget_key, pool_key) = self.keys(quota);
        for (key, attribute, amount) in [
            (&budget_key, guaranteed(&self.pool).as_str(), rest.guaranteed),
            (&budget_key, ceiling(&self.pool).as_str(), rest.ceiling),
            (&budget_key, ALL, rest.all),
            (&pool_key, LEFT, rest.shared),
        ] {
            quota.memory.goes_back(key, attribute, amount);
        }
        // What was taken and is not used belongs to one that is not sent, whose record gives it back.
        let unfit = |(index, ..): &(usize, Part, Taken)| fitting.iter().all(|one| one.index != *index);
        let carrier = parts.iter().position(unfit).unwrap_or(costs.len().saturating_sub(1));
        if let Some((_, _, taken)) = parts.get_mut(carrier) {
            taken.guaranteed += rest.guaranteed;
            taken.shared += rest.shared;
            taken.ceiling += rest.ceiling;
            taken.all += rest.all;
        }
        parts
    }

    /// Takes from both items beside each other until it holds enough for all texts that can still fit.
    async fn ask(&self, quota: &Quota, now: Timestamp, begins: Amounts, costs: &[Cost]) -> Asked {
        let (budget_key, pool_key) = self.keys(quota);
        let (guaranteed_name, ceiling_name) = (guaranteed(&self.pool), ceiling(&self.pool));
        let known = quota.memory.known(&budget_key, &guaranteed_name).map_or(begins.guaranteed, |known| known.value);
        // Where to begin the guarantee is worth remembering however old it is; ceilings are asked for, not believed.
        let left = Amounts { guaranteed: known.max(0), shared: PLENTY, ceiling: PLENTY, all: PLENTY };
        let mut asked = Asked { left, ..Asked::default() };
        for _ in 0..ATTEMPTS {
            let want = self.still_wanted(&asked, costs);
            if want == Amounts::default() {
                break;
            }
            let of_budget = [
                Want { attribute: &guaranteed_name, amount: want.guaranteed, begins: begins.guaranteed },
                Want { attribute: &ceiling_name, amount: want.ceiling, begins: begins.ceiling },
                Want { attribute: ALL, amount: want.all, begins: begins.all },
            ];
            let of_pool = [Want { attribute: LEFT, amount: want.shared, begins: begins.shared }];
            let from_budget = of_budget.iter().any(|want| want.amount > 0);
            let from_pool = want.shared > 0;
            let (of_budget, of_pool) = futures::join!(
                OptionFuture::from(from_budget.then(|| take(quota, &budget_key, self.day, &of_budget))),
                OptionFuture::from(from_pool.then(|| take(quota, &pool_key, self.day, &of_pool))),
            );
            let shows = |item: &Item, name: &str, begins: i64| read_number(item, name).unwrap_or(begins).max(0);
            match of_budget {
                None => {}
                Some(Err(error)) => asked.failure = Some(error),
                Some(Ok(answer)) => {
                    quota.memory.learn(now, &budget_key, &answer.item, &[&guaranteed_name, &ceiling_name, ALL]);
                    if answer.took {
                        asked.held.guaranteed += want.guaranteed;
                        asked.held.ceiling += want.ceiling;
                        asked.held.all += want.all;
                    }
                    asked.left.guaranteed = shows(&answer.item, &guaranteed_name, begins.guaranteed);
                    asked.left.ceiling = shows(&answer.item, &ceiling_name, begins.ceiling);
                    asked.left.all = self.all.map_or(PLENTY, |begins| shows(&answer.item, ALL, begins));
                }
            }
            match of_pool {
                None => {}
                Some(Err(error)) => asked.failure = Some(error),
                Some(Ok(answer)) => {
                    quota.memory.learn(now, &pool_key, &answer.item, &[LEFT]);
                    if answer.took {
                        asked.held.shared += want.shared;
                    }
                    asked.left.shared = shows(&answer.item, LEFT, begins.shared);
                }
            }
            if asked.failure.is_some() {
                break;
            }
        }
        asked
    }

    /// What is missing for the texts that fit into what is held and left together: the guarantee first.
    fn still_wanted(&self, asked: &Asked, costs: &[Cost]) -> Amounts {
        let (held, left) = (asked.held, asked.left);
        let fitting = fit(costs, held, left, self.all.is_some());
        let (cap, all) = fitting.iter().fold((0, 0), |(cap, all), cost| (cap + cost.cap, all + cost.all));
        // The pool may have given while the grant's own counters did not: the guarantee is used all the same, and what
        // is held too much of the pool goes back with a text that does not fit.
        let instead = if fitting.len() < costs.len() { held.shared } else { 0 };
        let guaranteed = (cap - held.guaranteed - held.shared + instead).clamp(0, left.guaranteed);
        Amounts {
            guaranteed,
            shared: (cap - held.guaranteed - held.shared - guaranteed).max(0),
            ceiling: (cap - held.ceiling).max(0),
            all: if self.all.is_some() { (all - held.all).max(0) } else { 0 },
        }
    }

    fn keys(&self, quota: &Quota) -> (Key, Key) {
        (Key::budget(&quota.grant, self.day), Key::pool(&self.pool, self.day))
    }

    fn refused(&self, now: Timestamp, reason: Reason) -> Part {
        let until = (self.day.end() + AFTER_MIDNIGHT).min(now + ASK_AGAIN);
        Part::Refused { reason, until }
    }
}
