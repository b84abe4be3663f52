//! Records as they are kept: with a revision, so that two syncs at once do not undo each other.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Sync, SyncError};
use crate::table::{KEY, Key, Table, TableError, number};

/// Two operators at once: the later one reads again this often.
const ATTEMPTS: u32 = 8;

/// A record and how often it was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Revised<T> {
    /// Zero: it is not there.
    #[serde(default)]
    pub(super) revision: i64,
    #[serde(flatten)]
    pub(super) record: T,
}

/// Whether a transaction was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transacted {
    Done,
    /// The item at this place did not allow it.
    Refused(usize),
    /// Something else was at it: try again.
    Met,
}

impl Sync {
    pub(super) async fn read<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<Revised<T>>, TableError> {
        self.look(key).await
    }

    /// A put of the next revision, for a transaction; refused when another has put it since, or when an operator has
    /// paused or resumed what it says: a pause must not be undone by a sync that has not seen it.
    pub(super) fn put_next<T: Serialize>(
        &self,
        key: &Key,
        revision: i64,
        record: &T,
    ) -> Result<TransactWriteItem, TableError> {
        let mut item = Table::item(key, record)?;
        let paused = item.get("paused").cloned();
        item.insert("revision".to_owned(), number(revision + 1));
        let put = Put::builder().table_name(&self.table.name).set_item(Some(item));
        let put = put.expression_attribute_names("#revision", "revision");
        let (mut condition, mut put) = if revision == 0 {
            ("attribute_not_exists(#revision)".to_owned(), put)
        } else {
            ("#revision = :revision".to_owned(), put.expression_attribute_values(":revision", number(revision)))
        };
        if let Some(paused) = paused {
            condition.push_str(" AND (attribute_not_exists(#paused) OR #paused = :paused)");
            put = put.expression_attribute_names("#paused", "paused").expression_attribute_values(":paused", paused);
        }
        put.condition_expression(condition)
            .build()
            .map(|put| TransactWriteItem::builder().put(put).build())
            .map_err(|error| not_built(key, &error))
    }

    /// A deletion, for a transaction, if `condition` of the attribute `#name` and `:value` holds.
    pub(super) fn delete_if(
        &self,
        key: &Key,
        (name, value): (&str, aws_sdk_dynamodb::types::AttributeValue),
    ) -> Result<TransactWriteItem, TableError> {
        Delete::builder()
            .table_name(&self.table.name)
            .key(KEY, key.value())
            .condition_expression("#name = :value")
            .expression_attribute_names("#name", name)
            .expression_attribute_values(":value", value)
            .build()
            .map(|delete| TransactWriteItem::builder().delete(delete).build())
            .map_err(|error| not_built(key, &error))
    }

    pub(super) async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<Transacted, TableError> {
        self.seen.forget_what(&items);
        let answer = self.table.client.transact_write_items().set_transact_items(Some(items)).send().await;
        let Err(error) = answer else { return Ok(Transacted::Done) };
        if let SdkError::ServiceError(service) = &error
            && let TransactWriteItemsError::TransactionCanceledException(cancelled) = service.err()
        {
            let codes: Vec<&str> =
                cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or("None")).collect();
            if let Some(place) = codes.iter().position(|code| *code == "ConditionalCheckFailed") {
                return Ok(Transacted::Refused(place));
            }
            if codes.iter().any(|code| code.contains("Conflict")) {
                return Ok(Transacted::Met);
            }
        }
        Err(TableError::of(&error))
    }

    /// Tries `once` until it is not overtaken.
    pub(super) async fn again<T>(
        &self,
        what: &str,
        once: impl AsyncFn() -> Result<Option<T>, TableError>,
    ) -> Result<T, SyncError> {
        for attempt in 0..ATTEMPTS {
            if let Some(done) = once().await? {
                return Ok(done);
            }
            self.seen.forget_all();
            let wait = SignedDuration::from_millis(10 << attempt);
            self.clock.sleep_until(self.clock.now() + wait).await;
        }
        Err(SyncError::Overtaken(what.to_owned()))
    }
}

pub(super) fn not_built(key: &Key, error: &aws_sdk_dynamodb::error::BuildError) -> TableError {
    TableError::Malformed { key: key.as_str().to_owned(), what: error.to_string() }
}
