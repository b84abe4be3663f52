//! Conditional writes that go together when they can: a batch of ledger records is one transaction, and the
//! counters that a record's change gives something back to are in the same one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use jiff::SignedDuration;

use super::{Item, KEY, Key, TTL, Table, TableError, number};
use crate::clock::Clock;

/// What DynamoDB takes in a transaction.
const ITEMS_IN_ONE: usize = 100;
/// A transaction that meets another on the same item is refused and tried again this often.
const ATTEMPTS: u32 = 8;

/// An update of one item under a condition.
#[derive(Clone, Debug)]
pub struct Write {
    /// The item.
    pub key: Key,
    /// The update expression; `#name` stands for the attribute `name`.
    pub update: String,
    /// The condition expression.
    pub condition: String,
    /// The values that they name as `:name`.
    pub values: Vec<(&'static str, AttributeValue)>,
}

/// What is added to a counter, in the same transaction or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The counter's item.
    pub key: Key,
    /// Its attribute.
    pub attribute: String,
    /// How much.
    pub amount: i64,
    /// Until when the item is kept, where the credit may be what makes it; in seconds since 1970.
    pub kept_until: Option<i64>,
}

/// A write and the credits that depend on it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The write that decides.
    pub write: Write,
    /// Another item's, that decides with it.
    pub with: Option<Write>,
    /// What is given back when it is done.
    pub credits: Vec<Credit>,
}

/// What became of a change.
#[derive(Clone, Debug)]
pub enum Changed {
    /// It is done.
    Done,
    /// The condition did not hold for this item; `None` when there is none. Of two writes it may be either's.
    Refused(Option<Item>),
}

impl Table {
    /// Does each change whose condition holds, together where possible. One that is refused takes no other with it.
    ///
    /// # Errors
    /// Per change, when the table did not say whether it was done.
    pub async fn change(&self, clock: &dyn Clock, changes: Vec<Change>) -> Vec<Result<Changed, TableError>> {
        let mut all = Vec::with_capacity(changes.len());
        let mut rest = changes.as_slice();
        while !rest.is_empty() {
            let (chunk, later) = rest.split_at(fitting(rest));
            rest = later;
            match chunk {
                [one] if one.credits.is_empty() && one.with.is_none() => {
                    all.push(self.change_one(clock, &one.write).await)
                }
                many => {
                    let (results, spoilt) = self.change_together(clock, many).await;
                    if !spoilt || many.len() == 1 {
                        all.extend(results);
                        continue;
                    }
                    // One of them is such that DynamoDB takes none: it must not hold up the others.
                    for (one, result) in many.iter().zip(results) {
                        all.push(match result {
                            Err(_) => self.change_together(clock, std::slice::from_ref(one)).await.0.remove(0),
                            done => done,
                        });
                    }
                }
            }
        }
        all
    }

    /// One item without credits needs no transaction, at twice the price.
    async fn change_one(&self, clock: &dyn Clock, write: &Write) -> Result<Changed, TableError> {
        for attempt in 0..ATTEMPTS {
            let update = self
                .client
                .update_item()
                .table_name(&self.name)
                .key(KEY, write.key.value())
                .update_expression(&write.update)
                .condition_expression(&write.condition)
                .set_expression_attribute_names(Some(write.names()))
                .set_expression_attribute_values(Some(write.values()))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            match update.send().await {
                Ok(_) => return Ok(Changed::Done),
                Err(error) => match error.as_service_error() {
                    Some(service) if service.is_conditional_check_failed_exception() => {
                        let aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(
                            refused,
                        ) = error.into_service_error()
                        else {
                            return Ok(Changed::Refused(None));
                        };
                        return Ok(Changed::Refused(refused.item));
                    }
                    Some(service) if service.code() == Some("TransactionConflictException") => {
                        back_off(clock, attempt).await;
                    }
                    _ => return Err(TableError::of(&error)),
                },
            }
        }
        Err(contended())
    }

    /// And whether it is one of them that DynamoDB does not take, and not the moment.
    async fn change_together(&self, clock: &dyn Clock, changes: &[Change]) -> (Vec<Result<Changed, TableError>>, bool) {
        let mut spoilt = false;
        let mut results: Vec<Option<Changed>> = vec![None; changes.len()];
        let mut failure = contended();
        let mut token = uuid::Uuid::new_v4().to_string();
        for attempt in 0..ATTEMPTS {
            let open: Vec<usize> = (0..changes.len()).filter(|&i| results[i].is_none()).collect();
            if open.is_empty() {
                break;
            }
            let writes: Vec<(usize, &Write)> =
                open.iter().flat_map(|&i| changes[i].writes().map(move |one| (i, one))).collect();
            let items = writes.iter().map(|(_, write)| self.item_of(write)).collect::<Result<Vec<_>, _>>();
            let credits = self.credits_of(open.iter().flat_map(|&i| &changes[i].credits));
            let (mut items, credits) = match (items, credits) {
                (Ok(items), Ok(credits)) => (items, credits),
                (Err(error), _) | (_, Err(error)) => {
                    failure = error;
                    break;
                }
            };
            items.extend(credits);
            let answer = self.client.transact_write_items().set_transact_items(Some(items));
            let answer = answer.client_request_token(&token).send().await;
            let Err(error) = answer else {
                open.iter().for_each(|&i| results[i] = Some(Changed::Done));
                break;
            };
            match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    // Nothing of it was done, and the next one is another.
                    token = uuid::Uuid::new_v4().to_string();
                    let reasons = cancelled.cancellation_reasons();
                    let mut refused = false;
                    for (&(i, _), reason) in writes.iter().zip(reasons) {
                        if reason.code() == Some("ConditionalCheckFailed") {
                            results[i] = Some(Changed::Refused(reason.item.clone()));
                            refused = true;
                        }
                    }
                    let passing =
                        |code: &str| ["Conflict", "hrottl", "Exceeded"].iter().any(|word| code.contains(word));
                    if !refused {
                        match reasons.iter().filter_map(|reason| reason.code()).find(|code| *code != "None") {
                            Some(code) if !passing(code) => {
                                failure = TableError::Unavailable { code: code.to_owned(), request_id: id_of(&error) };
                                spoilt = true;
                                break;
                            }
                            _ => back_off(clock, attempt).await,
                        }
                    }
                }
                // Asked again with the same token, or it could be done twice.
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => back_off(clock, attempt).await,
                service => {
                    spoilt = service.is_some_and(|service| service.code() == Some("ValidationException"));
                    failure = TableError::of(&error);
                    break;
                }
            }
        }
        (results.into_iter().map(|result| result.ok_or_else(|| failure.clone())).collect(), spoilt)
    }

    fn item_of(&self, write: &Write) -> Result<TransactWriteItem, TableError> {
        let update = Update::builder()
            .table_name(&self.name)
            .key(KEY, write.key.value())
            .update_expression(&write.update)
            .condition_expression(&write.condition)
            .set_expression_attribute_names(Some(write.names()))
            .set_expression_attribute_values(Some(write.values()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(not_built)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// One update per counter item, since a transaction takes an item only once.
    fn credits_of<'a>(&self, credits: impl Iterator<Item = &'a Credit>) -> Result<Vec<TransactWriteItem>, TableError> {
        let mut sums: BTreeMap<&Key, BTreeMap<&str, i64>> = BTreeMap::new();
        let mut kept: BTreeMap<&Key, i64> = BTreeMap::new();
        for credit in credits {
            if let Some(until) = credit.kept_until {
                kept.insert(&credit.key, until);
            }
            *sums.entry(&credit.key).or_default().entry(&credit.attribute).or_default() += credit.amount;
        }
        let mut items = Vec::with_capacity(sums.len());
        for (key, attributes) in sums {
            let mut update = Update::builder().table_name(&self.name).key(KEY, key.value());
            let mut added = Vec::new();
            for (index, (attribute, amount)) in attributes.into_iter().enumerate() {
                added.push(format!("#a{index} :a{index}"));
                update = update
                    .expression_attribute_names(format!("#a{index}"), attribute)
                    .expression_attribute_values(format!(":a{index}"), number(amount));
            }
            let mut expression = format!("ADD {}", added.join(", "));
            if let Some(until) = kept.get(key) {
                expression = format!("SET #ttl = :ttl {expression}");
                update =
                    update.expression_attribute_names("#ttl", TTL).expression_attribute_values(":ttl", number(*until));
            }
            let update = update.update_expression(expression).build().map_err(not_built)?;
            items.push(TransactWriteItem::builder().update(update).build());
        }
        Ok(items)
    }
}

impl Change {
    /// One that gives nothing back.
    pub fn of(write: Write) -> Self {
        Self { write, with: None, credits: Vec::new() }
    }

    fn writes(&self) -> impl Iterator<Item = &Write> {
        [Some(&self.write), self.with.as_ref()].into_iter().flatten()
    }
}

/// How many of the changes go into one transaction: at least one, which has a few items itself.
fn fitting(changes: &[Change]) -> usize {
    let (mut items, mut counters, mut written) = (0, BTreeSet::new(), BTreeSet::new());
    for (place, change) in changes.iter().enumerate() {
        // A transaction takes an item only once.
        if !change.writes().all(|write| written.insert(&write.key)) {
            return place.max(1);
        }
        items += change.writes().count();
        counters.extend(change.credits.iter().map(|credit| &credit.key));
        if items + counters.len() > ITEMS_IN_ONE {
            return place.max(1);
        }
    }
    changes.len()
}

impl Write {
    /// Just the names that the expressions use: DynamoDB refuses any other.
    fn names(&self) -> HashMap<String, String> {
        let after_marks = self.update.split('#').skip(1).chain(self.condition.split('#').skip(1));
        let word = |text: &str| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().map(str::to_owned);
        after_marks.filter_map(word).map(|name| (format!("#{name}"), name)).collect()
    }

    fn values(&self) -> HashMap<String, AttributeValue> {
        self.values.iter().map(|(name, value)| (format!(":{name}"), value.clone())).collect()
    }
}

/// Between nothing and 10, 20, 40 … 640 ms, so that those who met do not meet again.
async fn back_off(clock: &dyn Clock, attempt: u32) {
    let millis = fastrand::i64(0..=10 << attempt.min(6));
    clock.sleep_until(clock.now() + SignedDuration::from_millis(millis)).await;
}

fn id_of<E, R>(error: &aws_sdk_dynamodb::error::SdkError<E, R>) -> String
where
    aws_sdk_dynamodb::error::SdkError<E, R>: aws_sdk_dynamodb::operation::RequestId,
{
    use aws_sdk_dynamodb::operation::RequestId as _;
    error.request_id().unwrap_or("no request id").to_owned()
}

fn contended() -> TableError {
    TableError::Unavailable { code: "TransactionConflict".to_owned(), request_id: "after eight attempts".to_owned() }
}

fn not_built(error: aws_sdk_dynamodb::error::BuildError) -> TableError {
    TableError::Unavailable { code: format!("not built: {error}"), request_id: "not sent".to_owned() }
}
