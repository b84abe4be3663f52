//! Guarantees and ceilings, up and down: today where the pool has what is wanted, else from a later day on.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::counters::Move;
use super::record::{Revised, Transacted};
use super::schedule::{from_today, newest, plain, starts, turn};
use super::{Change, Sync, SyncError, today};
use crate::day::PacificDay;
use crate::grant::{Asked, Brand, Budget, Cap, Grant, Pool, Since, on_day};
use crate::name::GrantName;
use crate::quota::counter;
use crate::table::{Key, TableError};

pub(super) const NOTHING: Budget = Budget { guaranteed: 0, ceiling: 0 };

/// In so many parts what is left of a guarantee is given back, each time one less, when those who use it meanwhile
/// leave too little for all of it. What is not given back stays the grant's own until midnight.
const PARTS: i64 = 4;

/// When a budget is to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    /// Today where the pool has it.
    Today,
    /// With the first day that has not begun.
    Later,
}

/// Where a budget comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// Whoever runs the sync wants it so, and asks for this where the cap is live.
    Wanted(Option<Asked>),
    /// It follows from the cap and from what the grant's record asks for, while it still asks for it: what an operator
    /// writes meanwhile is not undone.
    Follows(Asked),
}

/// What a budget is to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aim {
    pub(super) budget: Budget,
    pub(super) begins: Begins,
    pub(super) made: Made,
}

/// What is there, and what is to be.
struct Turn<'a> {
    grant: &'a Revised<Grant>,
    brand: &'a Revised<Brand>,
    pool: &'a Pool,
    /// The days whose counters move.
    days: &'a [PacificDay],
    from: &'a [Since<Budget>],
    to: &'a [Since<Budget>],
    asked: Option<Asked>,
    /// How much of a guarantee that is used meanwhile is left alone, of `PARTS`.
    spared: i64,
}

impl Sync {
    /// Brings guarantees that are too high down to what is wanted; what is unused of them goes to the pool. A budget of
    /// a cap that campaigns are `leaving` is theirs until the day ends.
    pub(super) async fn lower(
        &self,
        wanted: &Grant,
        leaving: &BTreeSet<Pool>,
        changes: &mut Vec<Change>,
    ) -> Result<(), SyncError> {
        let Some(there) = self.read::<Grant>(&Key::grant(&wanted.name)).await? else { return Ok(()) };
        let today = today(self.clock.now());
        for (pool, values) in &there.record.budgets {
            let budget = wanted.budgets.get(pool).and_then(|values| newest(values)).unwrap_or(NOTHING);
            let values = from_today(values, today);
            let unwanted = !wanted.budgets.contains_key(pool);
            if unwanted || values.iter().any(|entry| entry.value.guaranteed > budget.guaranteed) {
                let begins = if unwanted && leaving.contains(pool) { Begins::Later } else { Begins::Today };
                let made = Made::Wanted(wanted.asked.get(pool).copied());
                self.set_budget(&wanted.name, pool, Aim { budget, begins, made }, changes).await?;
            }
        }
        Ok(())
    }

    /// Brings one budget to what is wanted: on each day whose pool has it, else from the first free day on.
    pub(super) async fn set_budget(
        &self,
        name: &GrantName,
        pool: &Pool,
        aim: Aim,
        changes: &mut Vec<Change>,
    ) -> Result<(), SyncError> {
        let spared = AtomicI64::new(0);
        let what = format!("grant {name}");
        let change = self.again(&what, async || self.try_budget(name, pool, aim, &spared).await).await?;
        changes.extend(change);
        Ok(())
    }

    /// `None`: overtaken.
    async fn try_budget(
        &self,
        name: &GrantName,
        pool: &Pool,
        Aim { budget: wanted, begins, made }: Aim,
        spared: &AtomicI64,
    ) -> Result<Option<Option<Change>>, TableError> {
        let Some(grant) = self.read::<Grant>(&Key::grant(name)).await? else { return Ok(Some(None)) };
        let asked = match made {
            Made::Wanted(asked) => asked,
            Made::Follows(asked) if grant.record.asked.get(pool) == Some(&asked) => Some(asked),
            Made::Follows(_) => return Ok(Some(None)),
        };
        let Some(brand) = self.brand_of(pool).await? else { return Ok(Some(None)) };
        let (days, free) = self.days(self.clock.now());
        let from = from_today(grant.record.budgets.get(pool).map_or(&[], Vec::as_slice), days[0]);
        let on = |day: &PacificDay| match begins {
            Begins::Today => wanted,
            Begins::Later => on_day(&from, *day).unwrap_or(NOTHING),
        };
        let mut plan: Vec<Since<Budget>> = days.iter().map(|day| Since { from: *day, value: on(day) }).collect();
        plan.push(Since { from: free, value: wanted });
        // A pool that has not got what is wanted leaves its day as it is; there are at most two.
        for _ in 0..=days.len() {
            let to = plain(plan.clone());
            if to == from {
                return Ok(Some(None));
            }
            let (days, from) = (days.as_slice(), from.as_slice());
            let spare = spared.load(Ordering::Relaxed);
            let attempt = Turn { grant: &grant, brand: &brand, pool, days, from, to: &to, asked, spared: spare };
            let Some(items) = self.budget_items(&attempt).await? else { return Ok(None) };
            let kept = |place: usize| on_day(from, days[place]).unwrap_or(NOTHING).guaranteed;
            match self.transact(items).await? {
                Transacted::Done => {
                    // Else it began before, and only the days until then are otherwise.
                    let (from, before) = turn(from, &to, &wanted, days[0]).unwrap_or((free, Some(wanted)));
                    return Ok(Some(Some(Change::Budget {
                        grant: name.clone(),
                        pool: pool.clone(),
                        before,
                        guaranteed: wanted.guaranteed,
                        ceiling: wanted.ceiling,
                        from,
                    })));
                }
                Transacted::Refused(place) if place < days.len() && wanted.guaranteed > kept(place) => {
                    plan[place].value.guaranteed = kept(place);
                }
                Transacted::Refused(place) if (days.len()..2 * days.len()).contains(&place) => {
                    spared.store((spare + 1).min(PARTS), Ordering::Relaxed);
                    return Ok(None);
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The transaction: each day's pool, each day's counters of the grant, the grant's record, the brand's. `None` when
    /// a day to come would have more promised than its cap, which only another sync at the same time can want.
    async fn budget_items(&self, turn: &Turn<'_>) -> Result<Option<Vec<TransactWriteItem>>, TableError> {
        let Turn { grant, brand, pool, days, from, to, asked, spared } = turn;
        let name = &grant.record.name;
        let caps = brand.record.pools.get(pool).map_or(&[][..], Vec::as_slice);
        let (mut of_pool, mut of_grant) = (Vec::new(), Vec::new());
        for &day in *days {
            let (old, new) = (on_day(from, day).unwrap_or(NOTHING), on_day(to, day).unwrap_or(NOTHING));
            let cap = on_day(caps, day).unwrap_or(Cap { cap: 0, guaranteed: 0 });
            let key = Key::budget(name, day);
            let attribute = counter::guaranteed(pool);
            let mut up = new.guaranteed - old.guaranteed;
            if up < 0 {
                let left = self.left(&key, &attribute).await?.unwrap_or(old.guaranteed).max(0);
                up = -given_back(-up, left, *spared);
            }
            of_pool.push(self.move_pool((pool, day), cap, -up, up > 0)?);
            let guaranteed = Move { attribute, begins: old.guaranteed, by: up, covered: up < 0 };
            let (attribute, by) = (counter::ceiling(pool), new.ceiling - old.ceiling);
            let ceiling = Move { attribute, begins: old.ceiling, by, covered: false };
            of_grant.push(self.move_counters(&key, day, &[guaranteed, ceiling])?);
        }
        let Some(caps) = promised(caps, from, to, days) else { return Ok(None) };
        let (mut grant_record, mut brand_record) = (grant.record.clone(), brand.record.clone());
        grant_record.budgets.insert((*pool).clone(), to.to_vec());
        match asked {
            Some(asked) => grant_record.asked.insert((*pool).clone(), *asked),
            None => grant_record.asked.remove(pool),
        };
        brand_record.pools.insert((*pool).clone(), caps);
        let mut items = of_pool;
        items.extend(of_grant);
        items.push(self.put_next(&Key::grant(name), grant.revision, &grant_record)?);
        items.push(self.put_next(&Key::brand(&brand_record.name), brand.revision, &brand_record)?);
        Ok(Some(items))
    }

    pub(super) async fn brand_of(&self, pool: &Pool) -> Result<Option<Revised<Brand>>, TableError> {
        match pool.brand() {
            Some(name) => self.read(&Key::brand(&name)).await,
            None => Ok(None),
        }
    }
}

/// How much of a guarantee goes back that is lowered by `down` and of which `left` is unused.
fn given_back(down: i64, left: i64, spared: i64) -> i64 {
    down.min(left - left * spared / PARTS)
}

/// The caps with what is promised of them when a budget goes `from` one `to` another.
fn promised(
    caps: &[Since<Cap>],
    from: &[Since<Budget>],
    to: &[Since<Budget>],
    days: &[PacificDay],
) -> Option<Vec<Since<Cap>>> {
    let today = *days.first()?;
    let starts: BTreeSet<PacificDay> =
        [starts(caps, today), starts(from, today), starts(to, today)].into_iter().flatten().collect();
    let guaranteed = |values, day| on_day(values, day).unwrap_or(NOTHING).guaranteed;
    let mut after = Vec::with_capacity(starts.len());
    for day in starts {
        let Some(cap) = on_day(caps, day) else { continue };
        let up = guaranteed(to, day) - guaranteed(from, day);
        let value = Cap { cap: cap.cap, guaranteed: cap.guaranteed + up };
        // The counters say what a day that has begun has room for.
        if up > 0 && value.guaranteed > value.cap && !days.contains(&day) {
            return None;
        }
        after.push(Since { from: day, value });
    }
    Some(plain(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(from: &str, guaranteed: i64) -> Since<Budget> {
        Since { from: from.parse().unwrap(), value: Budget { guaranteed, ceiling: 100 } }
    }

    fn cap(from: &str, cap: i64, guaranteed: i64) -> Since<Cap> {
        Since { from: from.parse().unwrap(), value: Cap { cap, guaranteed } }
    }

    #[test]
    fn what_is_used_is_not_given_back_and_what_is_being_used_is_spared() {
        assert_eq!(given_back(30, 100, 0), 30);
        assert_eq!(given_back(30, 20, 0), 20);
        assert_eq!(given_back(30, 20, 1), 15);
        assert_eq!(given_back(30, 20, PARTS), 0);
        assert_eq!(given_back(30, 0, 0), 0);
    }

    #[test]
    fn each_day_promises_what_its_own_budgets_say() {
        let days = ["2026-11-20".parse().unwrap()];
        let caps = [cap("2026-11-01", 100, 50), cap("2026-11-23", 200, 50)];
        let (from, to) = ([budget("2026-11-20", 10)], [budget("2026-11-20", 10), budget("2026-11-21", 40)]);
        assert_eq!(
            promised(&caps, &from, &to, &days).unwrap(),
            [cap("2026-11-20", 100, 50), cap("2026-11-21", 100, 80), cap("2026-11-23", 200, 80)]
        );
    }

    #[test]
    fn no_day_to_come_is_promised_twice() {
        let days = ["2026-11-20".parse().unwrap()];
        let caps = [cap("2026-11-01", 100, 90)];
        assert!(promised(&caps, &[budget("2026-11-20", 10)], &[budget("2026-11-21", 30)], &days).is_none());
        assert!(promised(&caps, &[budget("2026-11-20", 10)], &[budget("2026-11-21", 20)], &days).is_some());
        let over = [cap("2026-11-01", 100, 120)];
        assert!(promised(&over, &[budget("2026-11-20", 30)], &[budget("2026-11-20", 20)], &days).is_some());
    }
}
