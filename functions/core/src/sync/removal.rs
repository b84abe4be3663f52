//! Taking a grant away: first what it is promised, at the end its record and what leads to it.

use std::collections::BTreeSet;

use super::budget::{Aim, Begins, Made, NOTHING};
use super::particulars::all_on;
use super::pointer::unserved;
use super::record::Transacted;
use super::{Change, Sync, SyncError};
use crate::grant::{Grant, Topology};
use crate::name::GrantName;
use crate::table::{KEY, Key, TableError, number};

impl Sync {
    /// Gives what a grant is promised back to the pools. Its requests wait from then on.
    pub(super) async fn take_back(&self, name: &GrantName) -> Result<(), SyncError> {
        let Some(there) = self.read::<Grant>(&Key::grant(name)).await? else { return Ok(()) };
        let aim = Aim { budget: NOTHING, begins: Begins::Today, made: Made::Wanted(None) };
        for pool in there.record.budgets.keys() {
            self.set_budget(name, pool, aim, &mut Vec::new()).await?;
        }
        Ok(())
    }

    /// Deletes the record of a grant that is promised nothing any more.
    pub(super) async fn remove_grant(
        &self,
        name: &GrantName,
        claimed: &BTreeSet<Key>,
        changes: &mut Vec<Change>,
    ) -> Result<(), SyncError> {
        let key = Key::grant(name);
        let what = format!("grant {name}");
        let warning = self
            .again(&what, async || {
                let Some(there) = self.read::<Grant>(&key).await? else { return Ok(Some(None)) };
                if self.is_promised(&there.record).await? {
                    // Another sync wants it again: what it is promised would be lost with its record.
                    return Ok(None);
                }
                let nowhere = Grant { topology: Topology::Spoke, ..there.record.clone() };
                let mut items = vec![self.delete_if(&key, ("revision", number(there.revision)))?];
                items.extend(self.stale_pointers(&there.record, &nowhere, claimed).await?);
                // What it has used stays counted: it may be back today.
                for day in self.days(self.clock.now()).0 {
                    if let Some(all) = all_on(&there.record.daily_segments, day) {
                        items.push(self.move_all(name, day, all, -all)?);
                    }
                }
                let warning = unserved(&there.record, None, claimed);
                Ok((self.transact(items).await? == Transacted::Done).then_some(warning))
            })
            .await?;
        changes.push(Change::Removed { what });
        changes.extend(warning);
        Ok(())
    }

    async fn is_promised(&self, grant: &Grant) -> Result<bool, TableError> {
        for (pool, values) in &grant.budgets {
            if values.iter().any(|entry| entry.value.guaranteed > 0) && self.brand_of(pool).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) async fn delete(&self, key: &Key) -> Result<(), TableError> {
        let delete = self.table.client.delete_item().table_name(&self.table.name).key(KEY, key.value());
        delete.send().await.map(|_| ()).map_err(|error| TableError::of(&error))
    }
}
