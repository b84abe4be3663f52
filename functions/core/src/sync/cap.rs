//! Brands and their caps, up and down.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Named;
use super::record::Transacted;
use super::schedule::{from_today, newest};
use super::{Change, Index, Sync, SyncError, field};
use crate::grant::{Brand, Cap, Pool, Since, on_day};
use crate::name::{BrandName, CampaignName};
use crate::table::{Key, TableError, number};

const NONE: Cap = Cap { cap: 0, guaranteed: 0 };

/// What a cap is to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum To<'a> {
    /// This.
    Fixed(i64),
    /// The least that these campaigns' records say, or this where none says anything. Without it, only a cap that is
    /// live already: what an operator has fixed meanwhile is not undone.
    Live { campaigns: &'a BTreeSet<CampaignName>, unless: Option<i64> },
}

impl Sync {
    /// A brand that is not there yet, without caps: they are moved in, since one that was there earlier today has used
    /// some of them.
    pub(super) async fn found_brand(&self, wanted: &Brand, changes: &mut Vec<Change>) -> Result<(), SyncError> {
        let key = Key::brand(&wanted.name);
        let what = format!("brand {}", wanted.name);
        let change = self
            .again(&what, async || {
                if self.read::<Brand>(&key).await?.is_some() {
                    return Ok(Some(None));
                }
                let brand = Brand { name: wanted.name.clone(), pools: BTreeMap::new(), live: false };
                let named = self.named(Named::Brand(&brand.name))?;
                let done = self.transact(vec![self.put_next(&key, 0, &brand)?, named]).await?;
                Ok((done == Transacted::Done).then(|| Some(Change::New { what: what.clone() })))
            })
            .await?;
        changes.extend(change);
        Ok(())
    }

    /// Brings every cap of a brand to what is wanted, today included.
    pub(super) async fn change_caps(
        &self,
        wanted: &Brand,
        campaigns: &BTreeSet<CampaignName>,
        names: &Index,
        changes: &mut Vec<Change>,
    ) -> Result<(), SyncError> {
        for (pool, values) in &wanted.pools {
            let Some(cap) = newest(values).map(|cap| cap.cap) else { continue };
            let to = match wanted.live {
                true => To::Live { campaigns, unless: Some(cap) },
                false => To::Fixed(cap),
            };
            self.bring_cap(&wanted.name, pool, to, names, changes).await?;
        }
        Ok(())
    }

    /// Brings one cap to what is wanted; what it does not leave room for shrinks.
    pub(super) async fn bring_cap(
        &self,
        brand: &BrandName,
        pool: &Pool,
        to: To<'_>,
        names: &Index,
        changes: &mut Vec<Change>,
    ) -> Result<(), SyncError> {
        let what = format!("brand {brand}");
        let change = self.again(&what, async || self.change_cap(brand, pool, to).await).await?;
        let changed = change.is_some();
        changes.extend(change);
        // Also when nothing was changed: an earlier run may have been interrupted just here.
        for day in self.days(self.clock.now()).0 {
            let shrunk = self.shrink(brand, pool, day, names).await?;
            if shrunk.by > 0 || changed && shrunk.over > 0 {
                changes.push(Change::Shrunk { pool: pool.clone(), day, by: shrunk.by, over: shrunk.over });
            }
        }
        Ok(())
    }

    /// `None`: overtaken.
    async fn change_cap(
        &self,
        name: &BrandName,
        pool: &Pool,
        to: To<'_>,
    ) -> Result<Option<Option<Change>>, TableError> {
        let key = Key::brand(name);
        let Some(there) = self.read::<Brand>(&key).await? else { return Ok(Some(None)) };
        // Read after the brand: whoever reads anew writes the campaigns first, so that the last one of two sees both.
        let (cap, live) = match to {
            To::Fixed(cap) => (cap, false),
            To::Live { unless: None, .. } if !there.record.live => return Ok(Some(None)),
            To::Live { campaigns, unless } => match self.live_cap(pool, campaigns).await?.or(unless) {
                Some(cap) => (cap, true),
                None => return Ok(Some(None)),
            },
        };
        let (days, _) = self.days(self.clock.now());
        let mut brand = there.record;
        let was_live = std::mem::replace(&mut brand.live, live);
        let old = brand.pools.get(pool).map(|values| from_today(values, days[0])).unwrap_or_default();
        let settled = !old.is_empty() && old.iter().all(|entry| entry.value.cap == cap);
        if settled && was_live == live {
            return Ok(Some(None));
        }
        let mut items = Vec::with_capacity(days.len() + 1);
        for &day in days.iter().filter(|_| !settled) {
            let before = on_day(&old, day).unwrap_or(NONE);
            items.push(self.move_pool((pool, day), before, cap - before.cap, false)?);
        }
        let today = on_day(&old, days[0]);
        let first = Since { from: days[0], value: today.unwrap_or(NONE) };
        let later = old.iter().copied().filter(|entry| entry.from > days[0]);
        let values: Vec<Since<Cap>> =
            [first].into_iter().chain(later).map(|one| Since { value: Cap { cap, ..one.value }, ..one }).collect();
        // Guarantees were lowered before; another sync that raises them again wants another cap, too.
        if !settled && values.iter().any(|entry| entry.value.guaranteed > cap) {
            return Ok(None);
        }
        brand.pools.insert(pool.clone(), values);
        items.push(self.put_next(&key, there.revision, &brand)?);
        let change = match settled {
            true => Change::Written { what: format!("brand {name}"), fields: field::of_cap(cap, was_live, live) },
            false => Change::Cap { pool: pool.clone(), before: today.map(|cap| cap.cap), now: cap },
        };
        Ok((self.transact(items).await? == Transacted::Done).then_some(Some(change)))
    }

    /// Takes a brand away, whose grants and campaigns are gone.
    /// What it has used today stays counted: it may be back.
    pub(super) async fn remove_brand(&self, name: &BrandName, changes: &mut Vec<Change>) -> Result<(), SyncError> {
        let key = Key::brand(name);
        let what = format!("brand {name}");
        self.again(&what, async || {
            let Some(there) = self.read::<Brand>(&key).await? else { return Ok(Some(())) };
            let mut items = vec![self.delete_if(&key, ("revision", number(there.revision)))?];
            for (pool, values) in &there.record.pools {
                for day in self.days(self.clock.now()).0 {
                    let Some(cap) = on_day(values, day) else { continue };
                    if cap.guaranteed > 0 {
                        // Another sync has promised some of it meanwhile.
                        return Ok(None);
                    }
                    items.push(self.move_pool((pool, day), cap, -cap.cap, false)?);
                }
            }
            Ok((self.transact(items).await? == Transacted::Done).then_some(()))
        })
        .await?;
        changes.push(Change::Removed { what });
        Ok(())
    }
}
