//! Taking a grant away: first what it is promised, at the end its record and what leads to it.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use super::budget::{Aim, Begins, Made, NOTHING};
use super::particulars::all_on;
use super::pointer::unserved;
use super::record::{Transacted, not_built};
use super::{Change, Sync, SyncError};
use crate::account::AccountId;
use crate::grant::{Grant, Topology};
use crate::name::GrantName;
use crate::table::{Item, KEY, Key, TableError, number, read_text, text};

/// What the attribute of a grant that was taken away begins with; a name alone might be another attribute's.
const FORMER: &str = "grant:";

fn former(name: &GrantName) -> String {
    format!("{FORMER}{name}")
}

/// The grants that were taken away and the accounts that they had, by the item of [`Key::former`]. One may be back.
pub fn former_grants(item: &Item) -> BTreeMap<GrantName, AccountId> {
    let grants = item.keys().filter_map(|name| {
        let account = read_text(item, name)?.parse().ok()?;
        Some((name.strip_prefix(FORMER)?.parse().ok()?, account))
    });
    grants.collect()
}

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
                items.push(self.remember(&there.record)?);
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

    /// What it owes for its last months is somebody's, and nobody would find it without its name.
    fn remember(&self, grant: &Grant) -> Result<TransactWriteItem, TableError> {
        let key = Key::former();
        Update::builder()
            .table_name(&self.table.name)
            .key(KEY, key.value())
            .update_expression("SET #grant = :account")
            .expression_attribute_names("#grant", former(&grant.name))
            .expression_attribute_values(":account", text(grant.account.as_str()))
            .build()
            .map(|update| TransactWriteItem::builder().update(update).build())
            .map_err(|error| not_built(&key, &error))
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
        self.seen.forget(key);
        let delete = self.table.client.delete_item().table_name(&self.table.name).key(KEY, key.value());
        delete.send().await.map(|_| ()).map_err(|error| TableError::of(&error))
    }
}
