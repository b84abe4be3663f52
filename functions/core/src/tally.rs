//! How many texts a grant's requests became, by the Pacific day: for reports. One plain addition a batch, beside its
//! records; a function that dies between the two leaves it short, and the daily recount mends it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::day::PacificDay;
use crate::name::{CampaignName, GrantName};
use crate::quota::counter::KEPT;
use crate::reason::Reason;
use crate::segments::Segments;
use crate::table::{KEY, Key, TTL, Table, TableError, number};

/// What a batch came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<String, i64>);

/// The attribute of a grant's day that counts texts of a campaign that AWS has, or may have.
pub fn texts(campaign: &CampaignName) -> String {
    format!("texts:{campaign}")
}

/// The attribute of a grant's day that counts their segments.
pub fn segments(campaign: &CampaignName) -> String {
    format!("segments:{campaign}")
}

/// The attribute of a grant's day that counts requests that were rejected for this reason.
pub fn rejected(reason: Reason) -> String {
    format!("rejected:{reason}")
}

/// The attribute of a grant's day that counts requests that had been sent before.
pub const DUPLICATES: &str = "duplicates";

/// The attribute of a grant's day that counts texts of which nobody could tell whether AWS has them.
pub const UNKNOWN: &str = "unknown";

impl Tally {
    /// One text that AWS has, or may have.
    pub fn sent(&mut self, campaign: &CampaignName, count: Segments) {
        self.add(texts(campaign), 1);
        self.add(segments(campaign), count.get().into());
    }

    /// One of which nobody can tell.
    pub fn unknown(&mut self) {
        self.add(UNKNOWN.to_owned(), 1);
    }

    /// One that was sent before.
    pub fn duplicate(&mut self) {
        self.add(DUPLICATES.to_owned(), 1);
    }

    /// One that is not sent.
    pub fn rejected(&mut self, reason: Reason) {
        self.add(rejected(reason), 1);
    }

    fn add(&mut self, name: String, count: i64) {
        *self.0.entry(name).or_default() += count;
    }

    /// Adds it to the grant's day. What cannot be written is logged: no text waits for a report.
    pub async fn post(&self, table: &Table, clock: &dyn Clock, grant: &GrantName, now: Timestamp) {
        if self.0.is_empty() {
            return;
        }
        for attempt in 0..3 {
            match self.try_post(table, grant, now).await {
                Ok(()) => return,
                // A transaction is at the day's counters; it is over in some milliseconds.
                Err(error) if attempt < 2 && error.is_conflict() => {
                    clock.sleep_until(clock.now() + jiff::SignedDuration::from_millis(fastrand::i64(1..=20))).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "what was sent is not in the day's report yet; the recount mends it");
                    return;
                }
            }
        }
    }

    async fn try_post(&self, table: &Table, grant: &GrantName, now: Timestamp) -> Result<(), TableError> {
        let day = PacificDay::of(now);
        let mut update = table
            .client
            .update_item()
            .table_name(&table.name)
            .key(KEY, Key::budget(grant, day).value())
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":ttl", number((day.end() + KEPT).as_second()));
        let mut add = Vec::with_capacity(self.0.len());
        for (place, (name, count)) in self.0.iter().enumerate() {
            add.push(format!("#a{place} :a{place}"));
            update = update
                .expression_attribute_names(format!("#a{place}"), name)
                .expression_attribute_values(format!(":a{place}"), number(*count));
        }
        let update = update.update_expression(format!("SET #ttl = :ttl ADD {}", add.join(", ")));
        update.send().await.map(|_| ()).map_err(|error| TableError::of(&error))
    }
}
