//! Reading many items at once, finding a request by AWS's id of its text, and counting those that wait.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{KeysAndAttributes, Select};
use jiff::SignedDuration;

use super::{BY_MESSAGE, Item, KEY, Key, Table, TableError, WAITING, read_text, text};
use crate::clock::Clock;
use crate::name::GrantName;
use crate::receipt::MessageId;

/// What DynamoDB takes in one call.
const KEYS_IN_ONE: usize = 100;
/// What a call leaves over is asked for again, this often.
const ATTEMPTS: u32 = 6;

impl Table {
    /// The items that are there, by key; consistent.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn read_many(&self, clock: &dyn Clock, keys: BTreeSet<Key>) -> Result<HashMap<Key, Item>, TableError> {
        let keys: Vec<Key> = keys.into_iter().collect();
        let chunks = keys.chunks(KEYS_IN_ONE).map(|chunk| self.read_chunk(clock, chunk));
        let read = futures::future::try_join_all(chunks).await?;
        Ok(read.into_iter().flatten().collect())
    }

    async fn read_chunk(&self, clock: &dyn Clock, keys: &[Key]) -> Result<HashMap<Key, Item>, TableError> {
        let not_built = |error: aws_sdk_dynamodb::error::BuildError| TableError::Unavailable {
            code: format!("not built: {error}"),
            request_id: "not sent".to_owned(),
        };
        let wanted = keys.iter().map(|key| HashMap::from([(KEY.to_owned(), key.value())])).collect();
        let wanted = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build();
        let mut wanted = Some(HashMap::from([(self.name.clone(), wanted.map_err(not_built)?)]));
        let mut found = HashMap::with_capacity(keys.len());
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                let wait = SignedDuration::from_millis(fastrand::i64(0..=20 << attempt));
                clock.sleep_until(clock.now() + wait).await;
            }
            let answer = self.client.batch_get_item().set_request_items(wanted).send().await;
            let answer = answer.map_err(|error| TableError::of(&error))?;
            let items = answer.responses.unwrap_or_default().into_values().flatten();
            found.extend(items.filter_map(|item| Some((Key(read_text(&item, KEY)?.to_owned()), item))));
            wanted = answer.unprocessed_keys.filter(|left| !left.is_empty());
            if wanted.is_none() {
                return Ok(found);
            }
        }
        let request_id = format!("after {ATTEMPTS} attempts");
        Err(TableError::Unavailable { code: "keys left over".to_owned(), request_id })
    }

    /// The ledger record of the request that AWS took under this id. The index follows the table within a moment.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn request_of(&self, message: &MessageId) -> Result<Option<Key>, TableError> {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(BY_MESSAGE)
            .key_condition_expression("#id = :id")
            .expression_attribute_names("#id", BY_MESSAGE)
            .expression_attribute_values(":id", text(message.as_str()));
        let answer = query.send().await.map_err(|error| TableError::of(&error))?;
        Ok(answer.items().iter().find_map(|item| read_text(item, KEY)).map(|key| Key(key.to_owned())))
    }

    /// How many requests of a grant wait. The index follows the table within a moment.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn waiting(&self, grant: &GrantName) -> Result<i64, TableError> {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(WAITING)
            .select(Select::Count)
            .key_condition_expression("#grant = :grant")
            .expression_attribute_names("#grant", WAITING)
            .expression_attribute_values(":grant", text(grant.as_str()));
        let (mut waiting, mut after) = (0, None);
        loop {
            let page = query.clone().set_exclusive_start_key(after).send().await;
            let page = page.map_err(|error| TableError::of(&error))?;
            waiting += i64::from(page.count());
            after = page.last_evaluated_key;
            if after.is_none() {
                return Ok(waiting);
            }
        }
    }
}
