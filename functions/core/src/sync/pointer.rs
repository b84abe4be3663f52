//! In the hub, which queue and which account a grant is found by.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::{Change, Sync, SyncError};
use crate::arn::QueueArn;
use crate::grant::{Grant, Topology};
use crate::served::Pointer;
use crate::table::{Key, Table, TableError, text};

/// The keys that lead to a grant.
pub(super) fn keys(grant: &Grant) -> Vec<Key> {
    if grant.topology != Topology::Hub {
        return Vec::new();
    }
    let queues = grant.queues.iter().flat_map(|queues| [&queues.transactional, &queues.promotional]);
    queues.map(Key::hub_queue).chain([Key::hub_account(&grant.account)]).collect()
}

/// Says which queues of `old` neither `new` nor anybody else has; `new` is `None` where the grant goes.
pub(super) fn unserved(old: &Grant, new: Option<&Grant>, claimed: &BTreeSet<Key>) -> Option<Change> {
    let had = |grant: &Grant| {
        let lanes = grant.queues.clone().filter(|_| grant.topology == Topology::Hub);
        lanes.into_iter().flat_map(|lanes| [lanes.transactional, lanes.promotional]).collect()
    };
    let mut queues: Vec<QueueArn> = had(old);
    let stay: Vec<QueueArn> = new.map(had).unwrap_or_default();
    queues.retain(|queue| !stay.contains(queue) && !claimed.contains(&Key::hub_queue(queue)));
    (!queues.is_empty()).then(|| Change::Unserved { grant: old.name.clone(), queues })
}

impl Sync {
    /// Makes every key of a grant lead to it.
    pub(super) async fn point_to(&self, grant: &Grant) -> Result<(), SyncError> {
        let pointer = Pointer { grant: grant.name.clone() };
        for key in keys(grant) {
            let there: Option<Pointer> = self.look(&key).await?;
            if there.is_none_or(|there| there.grant != pointer.grant) {
                let item = Table::item(&key, &pointer)?;
                self.seen.forget(&key);
                let put = self.table.client.put_item().table_name(&self.table.name).set_item(Some(item));
                put.send().await.map_err(|error| TableError::of(&error))?;
            }
        }
        Ok(())
    }

    /// Deletions, for a transaction, of the keys that led to `old` and lead nowhere now. Those that another grant
    /// claims are left for it to take over: no message in between is a stranger's.
    pub(super) async fn stale_pointers(
        &self,
        old: &Grant,
        new: &Grant,
        claimed: &BTreeSet<Key>,
    ) -> Result<Vec<TransactWriteItem>, TableError> {
        let stays: BTreeSet<Key> = keys(new).into_iter().collect();
        let mut items = Vec::new();
        for key in keys(old).into_iter().filter(|key| !stays.contains(key) && !claimed.contains(key)) {
            let there: Option<Pointer> = self.table.read(&key).await?;
            if there.is_some_and(|there| there.grant == old.name) {
                items.push(self.delete_if(&key, ("grant", text(old.name.as_str())))?);
            }
        }
        Ok(items)
    }
}
