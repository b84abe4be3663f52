//! Moving a day's counters: made first at their day's limit where they are not there yet.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use super::Sync;
use super::record::not_built;
use crate::day::PacificDay;
use crate::grant::{Cap, Pool};
use crate::quota::counter;
use crate::table::{KEY, Key, TTL, TableError, number, read_number};

/// A counter of a day, and by how much it is moved.
#[derive(Clone, Debug)]
pub(super) struct Move {
    pub(super) attribute: String,
    /// What it begins at when it is not there yet.
    pub(super) begins: i64,
    pub(super) by: i64,
    /// Whether it must not go below zero.
    pub(super) covered: bool,
}

impl Sync {
    /// What a counter shows; `None`: it is not there.
    pub(super) async fn left(&self, key: &Key, attribute: &str) -> Result<Option<i64>, TableError> {
        Ok(self.table.item_at(key).await?.and_then(|item| read_number(&item, attribute)))
    }

    /// Moves what no guarantee of `pool` holds, of a day whose cap is `cap`.
    pub(super) fn move_pool(
        &self,
        (pool, day): (&Pool, PacificDay),
        cap: Cap,
        by: i64,
        covered: bool,
    ) -> Result<TransactWriteItem, TableError> {
        let shared = Move { attribute: counter::LEFT.to_owned(), begins: cap.shared(), by, covered };
        self.move_counters(&Key::pool(pool, day), day, &[shared])
    }

    /// Moves counters of one item, for a transaction, which takes an item only once.
    pub(super) fn move_counters(
        &self,
        key: &Key,
        day: PacificDay,
        moves: &[Move],
    ) -> Result<TransactWriteItem, TableError> {
        let mut update = Update::builder()
            .table_name(&self.table.name)
            .key(KEY, key.value())
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":ttl", number((day.end() + counter::KEPT).as_second()));
        let (mut sets, mut conditions) = (vec!["#ttl = :ttl".to_owned()], Vec::new());
        for (place, one) in moves.iter().enumerate() {
            sets.push(format!("#c{place} = if_not_exists(#c{place}, :b{place}) + :m{place}"));
            update = update
                .expression_attribute_names(format!("#c{place}"), &one.attribute)
                .expression_attribute_values(format!(":b{place}"), number(one.begins))
                .expression_attribute_values(format!(":m{place}"), number(one.by));
            if one.covered && one.by < 0 {
                conditions.push(if one.begins + one.by >= 0 {
                    format!("(attribute_not_exists(#c{place}) OR #c{place} >= :n{place})")
                } else {
                    format!("#c{place} >= :n{place}")
                });
                update = update.expression_attribute_values(format!(":n{place}"), number(-one.by));
            }
        }
        update = update.update_expression(format!("SET {}", sets.join(", ")));
        if !conditions.is_empty() {
            update = update.condition_expression(conditions.join(" AND "));
        }
        let update = update.build().map_err(|error| not_built(key, &error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}
