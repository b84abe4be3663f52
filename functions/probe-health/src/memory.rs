//! Where a probe keeps what it found: in the account in which it runs, since a role that is broken reaches no other.

use aws_sdk_dynamodb::error::SdkError;
use tendlc_core::table::{KEY, Key, Table, TableError, number, read_number};

use crate::kept::Kept;

/// Whether it was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It was.
    Kept,
    /// Another run was kept in its place.
    Overtaken,
}

/// One item of a table.
pub struct Memory {
    table: Table,
    key: Key,
}

impl Memory {
    /// Under `key` in `table`.
    pub fn new(table: Table, key: Key) -> Self {
        Self { table, key }
    }

    /// What was kept last.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn recall(&self) -> Result<Option<Kept>, TableError> {
        let Some(item) = self.table.item_at(&self.key).await? else { return Ok(None) };
        let revision = read_number(&item, "revision").unwrap_or_default();
        // Of another release: everything is found again, and counted on from there.
        Ok(Some(Table::record(&self.key, item).unwrap_or_else(|_| Kept { revision, ..Kept::default() })))
    }

    /// Keeps what follows on the revision that it counts on from.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn keep(&self, kept: &Kept) -> Result<Written, TableError> {
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .set_item(Some(Table::item(&self.key, kept)?))
            .condition_expression(
                "attribute_not_exists(#key) OR attribute_not_exists(#revision) OR #revision = :before",
            )
            .expression_attribute_names("#key", KEY)
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_values(":before", number(kept.revision - 1));
        match put.send().await {
            Ok(_) => Ok(Written::Kept),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => {
                // Ours, if the first answer was lost and the client has tried again.
                let there = self.recall().await?;
                let ours = there.is_some_and(|there| (there.revision, there.at) == (kept.revision, kept.at));
                Ok(if ours { Written::Kept } else { Written::Overtaken })
            }
            Err(error) => Err(TableError::of(&error)),
        }
    }
}
