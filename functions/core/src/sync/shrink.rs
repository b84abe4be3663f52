//! A cap that was lowered below what is promised: unused guarantees shrink in proportion, for the rest of the day.
//! T-Mobile's cap comes before anybody's guarantee.

use super::counters::Move;
use super::record::Transacted;
use super::{Index, Sync, SyncError};
use crate::day::PacificDay;
use crate::grant::{Brand, Cap, Grant, Pool, on_day};
use crate::name::{BrandName, GrantName};
use crate::quota::counter;
use crate::table::{Key, Table, TableError, read_number};

/// Grants in one transaction, which takes 100 items.
const AT_ONCE: usize = 40;

/// Guarantees are used while they shrink; each round sees what is left by then, which is ever less.
const ROUNDS: usize = 100;

/// What became of the guarantees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shrunk {
    /// By how much they are less.
    pub(super) by: i64,
    /// What was used beyond the cap already.
    pub(super) over: i64,
}

/// A grant's unused guarantee on a day.
#[derive(Clone, Debug)]
struct Unused {
    grant: GrantName,
    left: i64,
    /// What its counter begins at when it is not there yet.
    begins: i64,
}

impl Sync {
    /// Takes from unused guarantees what the pool lacks. When it returns, no more is left than the cap has room for.
    pub(super) async fn shrink(
        &self,
        brand: &BrandName,
        pool: &Pool,
        day: PacificDay,
        names: &Index,
    ) -> Result<Shrunk, SyncError> {
        let pool_key = Key::pool(pool, day);
        let mut by = 0;
        for _ in 0..ROUNDS {
            let there = self.table.read::<Brand>(&Key::brand(brand)).await?;
            let cap = there.and_then(|there| on_day(there.pools.get(pool)?, day));
            let Some(cap) = cap else { return Ok(Shrunk::default()) };
            let lacks = -self.left(&pool_key, counter::LEFT).await?.unwrap_or(cap.shared());
            if lacks <= 0 {
                return Ok(Shrunk { by, over: 0 });
            }
            let unused = self.unused(pool, day, names).await?;
            if unused.is_empty() {
                return Ok(Shrunk { by, over: lacks });
            }
            let shares = shares(lacks, unused);
            for chunk in shares.chunks(AT_ONCE) {
                if let Some(freed) = self.free(pool, day, cap, chunk).await? {
                    by += freed;
                    continue;
                }
                // One of them used what was to be taken; the others can still give.
                for one in chunk {
                    by += self.free(pool, day, cap, std::slice::from_ref(one)).await?.unwrap_or(0);
                }
            }
        }
        Err(SyncError::Overtaken(format!("brand {brand}")))
    }

    /// Moves the shares to the pool, all or none; `None`: none.
    async fn free(&self, pool: &Pool, day: PacificDay, cap: Cap, shares: &[Unused]) -> Result<Option<i64>, TableError> {
        let freed: i64 = shares.iter().map(|share| share.left).sum();
        let mut items = vec![self.move_pool((pool, day), cap, freed, false)?];
        for share in shares {
            let (attribute, begins) = (counter::guaranteed(pool), share.begins);
            let taken = Move { attribute, begins, by: -share.left, covered: true };
            items.push(self.move_counters(&Key::budget(&share.grant, day), day, &[taken])?);
        }
        Ok((self.transact(items).await? == Transacted::Done).then_some(freed))
    }

    async fn unused(&self, pool: &Pool, day: PacificDay, names: &Index) -> Result<Vec<Unused>, TableError> {
        // Counters move without a trace in a record, so nothing that was seen before will do.
        let keys = names.grants.iter().flat_map(|name| [Key::grant(name), Key::budget(name, day)]).collect();
        let mut items = self.table.read_many(self.clock.as_ref(), keys).await?;
        let mut unused = Vec::new();
        for name in &names.grants {
            let key = Key::grant(name);
            let Some(grant) = items.remove(&key) else { continue };
            let grant: Grant = Table::record(&key, grant)?;
            let begins = grant.budgets.get(pool).and_then(|values| on_day(values, day));
            let Some(begins) = begins.map(|budget| budget.guaranteed) else { continue };
            let counters = items.get(&Key::budget(name, day));
            let left = counters.and_then(|counters| read_number(counters, &counter::guaranteed(pool)));
            let left = left.unwrap_or(begins);
            if left > 0 {
                unused.push(Unused { grant: name.clone(), left, begins });
            }
        }
        Ok(unused)
    }
}

/// Who gives how much of what lacks. Rounded up, so that all of it is found in one round, and never more than lacks.
fn shares(lacks: i64, unused: Vec<Unused>) -> Vec<Unused> {
    let total: i128 = unused.iter().map(|one| i128::from(one.left)).sum();
    let mut still = lacks;
    let mut shares = Vec::with_capacity(unused.len());
    for one in unused {
        let share = (i128::from(lacks) * i128::from(one.left) + total - 1) / total.max(1);
        let share = i64::try_from(share).unwrap_or(one.left).min(one.left).min(still);
        still -= share;
        if share > 0 {
            shares.push(Unused { left: share, ..one });
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unused(left: &[i64]) -> Vec<Unused> {
        let one = |(place, &left)| Unused { grant: format!("g{place}").parse().unwrap(), left, begins: left };
        left.iter().enumerate().map(one).collect()
    }

    fn lefts(lacks: i64, left: &[i64]) -> Vec<i64> {
        shares(lacks, unused(left)).iter().map(|share| share.left).collect()
    }

    #[test]
    fn all_that_lacks_is_found_in_proportion() {
        assert_eq!(lefts(30, &[20, 40]), [10, 20]);
        assert_eq!(lefts(1, &[20, 40]), [1]);
        assert_eq!(lefts(100, &[20, 40]), [20, 40]);
        assert_eq!(lefts(10, &[7, 7, 7]), [4, 4, 2]);
        assert_eq!(lefts(i64::MAX / 2, &[i64::MAX / 4]), [i64::MAX / 4]);
    }
}
