//! What receipts say, posted: what a text cost takes the place of what was set aside for it, T-Mobile's segments go back
//! where another carrier is named, and the workload hears what became of its text.
//!
//! Receipts come late, twice, out of order and before the answer. So what a text adds to the totals is computed from all
//! that is known of it, and what is posted is the difference to what was: in one transaction with what is known.

mod entries;
mod find;
mod known;
mod message;
mod plan;
mod told;
mod whose;

use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

pub use message::Message;

use crate::clock::SharedClock;
use crate::metrics::{Metric, Metrics};
use crate::month::UtcMonth;
use crate::outcome::{Outcome, Outcomes};
use crate::quota::counter::MONTH_KEPT;
use crate::receipt::{MessageId, Oddity, Receipt};
use crate::table::{Change, Changed, Credit, Key, Table, TableError, Write, number};
use find::Found;
use known::Known;
use plan::{Plan, Planned};

/// Another function may be at the same text; each round reads it again.
const ROUNDS: usize = 5;

/// A receipt with the id of the queue's message that brought it.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// What it says.
    pub receipt: Receipt,
    /// Tells the same message that comes again from another that says the same.
    pub by: String,
}

/// What is to be done with a receipt's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filed {
    /// It is done with.
    Done,
    /// What it is about is not there yet.
    Later {
        /// When it may be.
        until: Timestamp,
    },
}

/// The books of a primary, as one environment of a function keeps them.
pub struct Books {
    table: Table,
    clock: SharedClock,
    outcomes: Outcomes,
    known: Known,
}

impl Books {
    /// Over the primary's table; `outcomes` has no bus of its own.
    pub fn new(table: Table, outcomes: Outcomes, clock: SharedClock) -> Self {
        Self { known: Known::default(), table, clock, outcomes }
    }

    /// Posts a batch, in any order. What a text's receipts say together is one write.
    ///
    /// # Errors
    /// Per receipt, when the table did not take it; then it is to come again.
    pub async fn post(&self, arrived: &[Arrived]) -> Vec<Result<Filed, TableError>> {
        let mut open: BTreeMap<&MessageId, Vec<usize>> = BTreeMap::new();
        for (place, one) in arrived.iter().enumerate() {
            open.entry(&one.receipt.message_id).or_default().push(place);
        }
        let overtaken = || Err(TableError::Overtaken);
        let mut results: Vec<Result<Filed, TableError>> = (0..arrived.len()).map(|_| overtaken()).collect();
        let mut outcomes = Vec::new();
        for _ in 0..ROUNDS {
            if open.is_empty() {
                break;
            }
            match self.round(arrived, &open).await {
                Ok(filed) => {
                    for (message, filed, told) in filed {
                        let places = open.remove(&message).unwrap_or_default();
                        places.into_iter().for_each(|place| results[place] = Ok(filed));
                        outcomes.extend(told);
                    }
                }
                Err(error) => {
                    open.values().flatten().for_each(|&place| results[place] = Err(error.clone()));
                    break;
                }
            }
        }
        self.outcomes.say_on(outcomes).await;
        results
    }

    /// What is settled of the open ones; the others were overtaken.
    async fn round(
        &self,
        arrived: &[Arrived],
        open: &BTreeMap<&MessageId, Vec<usize>>,
    ) -> Result<Vec<(MessageId, Filed, Vec<(Option<String>, Outcome)>)>, TableError> {
        let now = self.clock.now();
        let texts: Vec<Vec<&Arrived>> =
            open.values().map(|places| places.iter().map(|&place| &arrived[place]).collect()).collect();
        let found = self.find(&texts, now).await?;
        let mut plans: Vec<Plan> =
            texts.iter().zip(&found).map(|(receipts, found)| plan::plan(found, receipts, now)).collect();
        self.pay_debts(&mut plans).await?;
        let posting: Vec<usize> = (0..plans.len()).filter(|&place| plans[place].change(now).is_some()).collect();
        let changes: Vec<Change> = posting.iter().filter_map(|&place| plans[place].change(now)).collect();
        let mut results: BTreeMap<usize, Result<Changed, TableError>> =
            posting.into_iter().zip(self.table.change(&*self.clock, changes).await).collect();
        self.raise_prices(&plans, &results).await;
        let mut filed = Vec::with_capacity(plans.len());
        let mut failure = None;
        for (place, plan) in plans.iter().enumerate() {
            let message = texts[place][0].receipt.message_id.clone();
            match (plan, results.remove(&place)) {
                (Plan::Later { until }, _) => filed.push((message, Filed::Later { until: *until }, Vec::new())),
                (Plan::Nothing, _) => filed.push((message, Filed::Done, Vec::new())),
                (Plan::Post(planned), None | Some(Ok(Changed::Done))) => {
                    let told = self.told(&texts[place], planned, &found[place]);
                    filed.push((message, Filed::Done, told));
                }
                (Plan::Post(_), Some(Ok(Changed::Refused(_)))) => {}
                (Plan::Post(_), Some(Err(error))) => failure = Some(error),
            }
        }
        match failure {
            // What is done is done; the rest is read again.
            Some(error) if filed.is_empty() => Err(error),
            _ => Ok(filed),
        }
    }

    fn told(&self, receipts: &[&Arrived], planned: &Planned, found: &Found) -> Vec<(Option<String>, Outcome)> {
        explain(receipts, planned, self.clock.now());
        let grant = found.grant.as_deref();
        let bus = grant.and_then(|grant| grant.outcome_bus.clone());
        told::outcomes(receipts, planned, grant).into_iter().map(|outcome| (bus.clone(), outcome)).collect()
    }

    /// What a text costs is known to be more than it was taken for: from now on it is taken for that, lest a budget be
    /// passed by the difference.
    async fn raise_prices(&self, plans: &[Plan], results: &BTreeMap<usize, Result<Changed, TableError>>) {
        let mut dearest = BTreeMap::new();
        for (place, plan) in plans.iter().enumerate() {
            let Plan::Post(planned) = plan else { continue };
            let done = matches!(results.get(&place), Some(Ok(Changed::Done)));
            if let (true, Some(campaign), Some(price)) = (done, &planned.after.campaign, planned.after.segment_price())
            {
                let highest = dearest.entry(campaign.clone()).or_insert(price);
                *highest = price.max(*highest);
            }
        }
        let raised = dearest.into_iter().filter(|(campaign, price)| self.known.is_dearer(campaign, *price));
        join_all(raised.map(async |(campaign, price)| {
            let write = Write {
                key: Key::campaign(&campaign),
                // A sync that has read the record before reads it again.
                update: "SET #segment_price = :price ADD #revision :one".to_owned(),
                condition:
                    "attribute_exists(#pk) AND (attribute_not_exists(#segment_price) OR #segment_price < :price)"
                        .to_owned(),
                values: vec![("price", number(price.signed())), ("one", number(1))],
            };
            match self.table.change(&*self.clock, vec![Change::of(write)]).await.pop() {
                Some(Err(error)) => tracing::warn!(%error, %campaign, "its higher price could not be kept yet"),
                _ => self.known.price_is(&campaign, price),
            }
        }))
        .await;
    }
}

/// For whoever reads the log: what is strange, once where it is counted. Never a number or what a text says.
fn explain(receipts: &[&Arrived], planned: &Planned, now: Timestamp) {
    for oddity in planned.after.odd().difference(&planned.before.odd()) {
        let text = &receipts[0].receipt;
        let recipient = text.recipient.as_ref().map(|recipient| recipient.as_str().get(..12).unwrap_or_default());
        let message_id = text.message_id.as_str();
        match oddity {
            Oddity::Unmetered => {
                Metrics::found(Metric::Unmetered, 1).write(now);
                tracing::error!(
                    alarm = "unmetered",
                    message_id,
                    recipient,
                    names = text.named.as_ref().map(|(grant, _)| grant.as_str()),
                    "AWS sent a text that no request accounts for: somebody sends past the functions, the ledger lost it, or \
                     it is another number's of the account, which the rule for aws.sms-voice should leave out"
                );
            }
            Oddity::ImpossiblePrice => tracing::warn!(
                message_id,
                "a receipt's price is below zero, above a dollar or no number; what was set aside stays"
            ),
            Oddity::UnknownStatus => {
                tracing::warn!(message_id, status = text.status_word, "a status that is not known")
            }
            Oddity::UnknownCarrier => {
                tracing::info!(
                    message_id,
                    carrier = planned.after.carrier,
                    "perhaps on T-Mobile's network; stays charged"
                );
            }
            Oddity::OtherSegments => {
                tracing::warn!(message_id, parts = planned.after.parts, "AWS counted other segments than tendlc");
            }
            Oddity::Malformed | Oddity::NotAText => {}
        }
    }
}

impl Message {
    /// All that it has added to the totals so far.
    pub fn entries(&self) -> Vec<Credit> {
        entries::difference(&Self::default(), self)
    }
}

/// AWS's copy by EventBridge has no context, and comes at the same time as the one that has: it is left to that one.
const OTHER_COPY: SignedDuration = SignedDuration::from_mins(2);

impl Books {
    /// Counts what no text's receipt is. A batch that comes twice counts twice.
    pub async fn count(&self, odd: &BTreeMap<Oddity, i64>) {
        if odd.is_empty() {
            return;
        }
        let month = UtcMonth::of(self.clock.now());
        let add: Vec<String> = odd.keys().map(|oddity| format!("#{0} :{0}", oddity.as_str())).collect();
        let mut values: Vec<_> = odd.iter().map(|(oddity, count)| (oddity.as_str(), number(*count))).collect();
        values.push(("ttl", number((month.next().start() + MONTH_KEPT).as_second())));
        let write = Write {
            key: Key::oddities(month),
            update: format!("SET #ttl = :ttl ADD {}", add.join(", ")),
            condition: "attribute_exists(#pk) OR attribute_not_exists(#pk)".to_owned(),
            values,
        };
        if let Some(Err(error)) = self.table.change(&*self.clock, vec![Change::of(write)]).await.pop() {
            tracing::warn!(%error, "what is strange could not be counted");
        }
    }
}
