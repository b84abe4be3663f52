//! Writing what is mended: counters towards more used, a report towards what was sent, a price towards what is paid.

use std::collections::BTreeMap;

use super::Recount;
use super::compare::{Compared, Mend};
use super::report::Price;
use super::span::Span;
use crate::quota::counter::{KEPT, MONTH_KEPT};
use crate::table::{Change, Changed, KEY, Key, TTL, TableError, Write, number, read_number};

/// When an item was mended last, in milliseconds since 1970: of two recounts at once only one mends it, although each
/// counter moves on between their reading and their writing.
const RECOUNTED: &str = "recounted";

/// A counter that others take from is read anew this often.
const ATTEMPTS: usize = 5;

impl Recount {
    /// Mends what can be, each item at once.
    pub(super) async fn mend(&self, compared: &mut [Compared], span: &Span) -> Result<(), TableError> {
        let mut by_item: BTreeMap<Key, Vec<(usize, Mend)>> = BTreeMap::new();
        for (place, one) in compared.iter().enumerate() {
            if let Some(mend) = &one.mend {
                by_item.entry(mend.key.clone()).or_default().push((place, mend.clone()));
            }
        }
        for (key, mends) in by_item {
            let mended = self.mend_item(&key, &mends, span).await?;
            mends.iter().for_each(|(place, _)| compared[*place].difference.mended = mended);
        }
        Ok(())
    }

    /// Whether it is mended; else another recount has done it since, or others were always faster.
    async fn mend_item(&self, key: &Key, mends: &[(usize, Mend)], span: &Span) -> Result<bool, TableError> {
        let kept = match key.day() {
            Some(day) => day.end() + KEPT,
            None => span.months.last().map_or(span.begun, |month| month.next().start()) + MONTH_KEPT,
        };
        for _ in 0..ATTEMPTS {
            let items = self.table.read_many(&*self.clock, [key.clone()].into()).await?;
            let found = |mend: &Mend| items.get(key).and_then(|item| read_number(item, &mend.attribute));
            let mut sets = vec!["#ttl = if_not_exists(#ttl, :ttl)".to_owned(), "#recounted = :now".to_owned()];
            let mut conditions = vec!["(attribute_not_exists(#recounted) OR #recounted < :begun)".to_owned()];
            let mut update = self
                .table
                .client
                .update_item()
                .table_name(&self.table.name)
                .key(KEY, key.value())
                .expression_attribute_names("#ttl", TTL)
                .expression_attribute_names("#recounted", RECOUNTED)
                .expression_attribute_values(":ttl", number(kept.as_second()))
                .expression_attribute_values(":now", number(self.clock.now().as_millisecond()))
                .expression_attribute_values(":begun", number(span.begun.as_millisecond()));
            for (place, (_, mend)) in mends.iter().enumerate() {
                let is = found(mend);
                sets.push(format!("#c{place} = :to{place}"));
                conditions.push(match is {
                    Some(_) => format!("#c{place} = :is{place}"),
                    None => format!("attribute_not_exists(#c{place})"),
                });
                update = update
                    .expression_attribute_names(format!("#c{place}"), &mend.attribute)
                    .expression_attribute_values(format!(":to{place}"), number(is.unwrap_or(mend.begins) + mend.by));
                if let Some(is) = is {
                    update = update.expression_attribute_values(format!(":is{place}"), number(is));
                }
            }
            let update = update
                .update_expression(format!("SET {}", sets.join(", ")))
                .condition_expression(conditions.join(" AND "));
            match update.send().await {
                Ok(_) => return Ok(true),
                Err(error) => {
                    let refused =
                        error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception());
                    let error = TableError::of(&error);
                    if !refused && !error.is_conflict() {
                        return Err(error);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Lowers what segments are taken to cost, where nobody has changed it since it was read.
    pub(super) async fn lower_prices(&self, prices: &mut [Price]) -> Result<(), TableError> {
        for price in prices {
            let write = Write {
                key: Key::campaign(&price.campaign),
                update: "SET #segment_price = :dearest".to_owned(),
                condition: "#segment_price = :found".to_owned(),
                values: vec![("dearest", number(price.dearest.signed())), ("found", number(price.before.signed()))],
            };
            let changed = self.table.change(&*self.clock, vec![Change::of(write)]).await.pop().transpose()?;
            price.lowered = matches!(changed, Some(Changed::Done));
            if price.lowered {
                let (before, now) = (price.before.to_string(), price.dearest.to_string());
                tracing::info!(campaign = %price.campaign, before, now, "a segment is taken to cost less from now on");
            }
        }
        Ok(())
    }
}
