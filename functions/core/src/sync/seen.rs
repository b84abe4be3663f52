//! What a run has read already. A primary with many grants is read a hundred records at a time, and each record once;
//! that is safe because nothing is written over a record that has changed since: the write is refused, and what was
//! seen is forgotten and read again. Where a write goes by another record's revision, what it depends on is forgotten by
//! hand.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::de::DeserializeOwned;

use super::{Index, Sync, Wanted, pointer};
use crate::table::{Item, KEY, Key, Table, TableError, read_text};

/// Items by key, where `None` says that there is none. Outside of a run nothing is remembered.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<Option<HashMap<Key, Option<Item>>>>);

impl Seen {
    fn items(&self) -> MutexGuard<'_, Option<HashMap<Key, Option<Item>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From here on what is read is remembered, until what this gives is dropped.
    pub(super) fn begin(&self) -> Remembering<'_> {
        *self.items() = Some(HashMap::new());
        Remembering(self)
    }

    fn get(&self, key: &Key) -> Option<Option<Item>> {
        self.items().as_ref()?.get(key).cloned()
    }

    fn keep(&self, key: Key, item: Option<Item>) {
        if let Some(seen) = self.items().as_mut() {
            seen.insert(key, item);
        }
    }

    pub(super) fn forget(&self, key: &Key) {
        if let Some(seen) = self.items().as_mut() {
            seen.remove(key);
        }
    }

    /// What these writes are about is no longer as it was seen, whether they are done or refused.
    pub(super) fn forget_what(&self, writes: &[TransactWriteItem]) {
        for key in writes.iter().filter_map(key_of) {
            self.forget(&key);
        }
    }

    pub(super) fn forget_all(&self) {
        if let Some(seen) = self.items().as_mut() {
            seen.clear();
        }
    }
}

/// A run that remembers; also one that is given up in the middle forgets.
pub(super) struct Remembering<'s>(&'s Seen);

impl Drop for Remembering<'_> {
    fn drop(&mut self) {
        *self.0.items() = None;
    }
}

/// What is written; a check of a condition writes nothing.
fn key_of(write: &TransactWriteItem) -> Option<Key> {
    let put = write.put().map(|put| put.item());
    let item = put
        .or_else(|| write.update().map(|update| update.key()))
        .or_else(|| write.delete().map(|delete| delete.key()))?;
    read_text(item, KEY).map(Key::of)
}

impl Sync {
    /// Reads all records of `all` and what leads to the grants of `wanted`: nearly all that a run looks at.
    pub(super) async fn see_all(&self, wanted: &Wanted, all: &Index) -> Result<(), TableError> {
        let mut keys: BTreeSet<Key> = all.grants.iter().map(Key::grant).collect();
        keys.extend(all.campaigns.iter().map(Key::campaign));
        keys.extend(all.brands.iter().map(Key::brand));
        keys.extend(wanted.grants.iter().flat_map(pointer::keys));
        let mut items = self.table.read_many(self.clock.as_ref(), keys.clone()).await?;
        for key in keys {
            let item = items.remove(&key);
            self.seen.keep(key, item);
        }
        Ok(())
    }

    /// A record as it was seen, else as it is.
    pub(super) async fn look<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, TableError> {
        let item = match self.seen.get(key) {
            Some(seen) => seen,
            None => {
                let item = self.table.item_at(key).await?;
                self.seen.keep(key.clone(), item.clone());
                item
            }
        };
        item.map(|item| Table::record(key, item)).transpose()
    }
}
