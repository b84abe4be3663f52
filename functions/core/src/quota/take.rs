//! One conditional update of day counters: all of them or none.
//!
//! A day's counter that is not there yet begins at the day's limit in the same update that takes from it. All who
//! might make it agree on that limit: a change during a day moves the counters, never the limit of a day that has begun.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::SignedDuration;

use super::Quota;
use super::counter::KEPT;
use crate::day::PacificDay;
use crate::table::{Item, KEY, Key, TTL, TableError, number};

/// Credits are transactions, and DynamoDB refuses an update of an item that is in one. They are over in some
/// milliseconds; the SDK does not try again by itself.
const CONFLICTS: u32 = 6;

/// What is wanted of one counter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want<'a> {
    pub(super) attribute: &'a str,
    pub(super) amount: i64,
    /// What it begins at when it is not there yet.
    pub(super) begins: i64,
}

/// Whether it took, and the item as it is then.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) took: bool,
    pub(super) item: Item,
}

/// Takes what is wanted of an item, all of it or nothing.
pub(super) async fn take(quota: &Quota, key: &Key, day: PacificDay, wants: &[Want<'_>]) -> Result<Answer, TableError> {
    let mut sets = vec!["#ttl = :ttl".to_owned()];
    let mut conditions = Vec::new();
    let mut names = HashMap::from([("#ttl".to_owned(), TTL.to_owned())]);
    let mut values: HashMap<String, AttributeValue> =
        HashMap::from([(":ttl".to_owned(), number((day.end() + KEPT).as_second()))]);
    for (place, want) in wants.iter().enumerate().filter(|(_, want)| want.amount > 0) {
        sets.push(format!("#c{place} = if_not_exists(#c{place}, :b{place}) - :w{place}"));
        // DynamoDB compares no two values with each other; whether the day's limit is enough is known here.
        conditions.push(if want.begins >= want.amount {
            format!("(attribute_not_exists(#c{place}) OR #c{place} >= :w{place})")
        } else {
            format!("#c{place} >= :w{place}")
        });
        names.insert(format!("#c{place}"), want.attribute.to_owned());
        values.insert(format!(":b{place}"), number(want.begins));
        values.insert(format!(":w{place}"), number(want.amount));
    }
    let update = quota
        .table
        .client
        .update_item()
        .table_name(&quota.table.name)
        .key(KEY, key.value())
        .update_expression(format!("SET {}", sets.join(", ")))
        .condition_expression(conditions.join(" AND "))
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(Some(values));
    ask(quota, update).await
}

/// Asks for an update, again while a transaction is at the item.
pub(super) async fn ask(quota: &Quota, update: UpdateItemFluentBuilder) -> Result<Answer, TableError> {
    let update = update
        .return_values(ReturnValue::AllNew)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    for attempt in 0..CONFLICTS {
        if attempt > 0 {
            let millis = fastrand::i64(1..=5 << attempt);
            quota.clock.sleep_until(quota.clock.now() + SignedDuration::from_millis(millis)).await;
        }
        if let Some(answer) = ask_once(update.clone()).await? {
            return Ok(answer);
        }
    }
    let request_id = format!("after {CONFLICTS} attempts");
    Err(TableError::Unavailable { code: "TransactionConflictException".to_owned(), request_id })
}

/// `None`: a transaction was at the item.
async fn ask_once(update: UpdateItemFluentBuilder) -> Result<Option<Answer>, TableError> {
    match update.send().await {
        Ok(answer) => Ok(Some(Answer { took: true, item: answer.attributes.unwrap_or_default() })),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                Ok(Some(Answer { took: false, item: refused.item.clone().unwrap_or_default() }))
            }
            Some(UpdateItemError::TransactionConflictException(_)) => Ok(None),
            _ => Err(TableError::of(&error)),
        },
    }
}
