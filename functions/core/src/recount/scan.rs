//! Reading the table: every ledger record and every message that the period may be about, in paced pages.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::Recount;
use super::span::Span;
use super::sums::Sums;
use crate::books::Message;
use crate::ledger::Record;
use crate::quota::counter::KEPT;
use crate::table::{Item, KEY, Key, TTL, TableError, number, read_number, read_text};

/// Between the beginnings of two pages, so that a recount takes nothing from those who send.
const PACE: SignedDuration = SignedDuration::from_millis(200);

/// What a recount looks at, of both kinds of items. What is not asked for costs as much, but need not be carried.
const ATTRIBUTES: [&str; 25] = [
    KEY,
    TTL,
    // Of a record.
    "state",
    "fingerprint",
    "at",
    "lease",
    "message_id",
    "campaign",
    "charge",
    "segments",
    "resent",
    // Of a message, besides.
    "revision",
    "grant",
    "status",
    "ending",
    "network",
    "priced_at",
    "price",
    "fee",
    "parts",
    "month",
    "day",
    "settled",
    "freed",
    "odd",
];

/// How far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Read {
    /// Pages of at most 1 MB.
    pub pages: u64,
    /// Records and messages in them.
    pub items: u64,
    /// Items that are not as tendlc writes them, and count for nothing.
    pub malformed: u64,
    #[serde(skip)]
    pub(super) ended: Ended,
}

/// Why reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    AtTheEnd,
    OutOfTime,
}

impl Recount {
    /// Adds up the whole table, until `stop`.
    pub(super) async fn scan(&self, span: &Span, sums: &mut Sums, stop: Timestamp) -> Result<Read, TableError> {
        let names: Vec<String> = (0..ATTRIBUTES.len()).map(|place| format!("#a{place}")).collect();
        let mut scan = self
            .table
            .client
            .scan()
            .table_name(&self.table.name)
            .consistent_read(true)
            .projection_expression(format!("{}, #by", names.join(", ")))
            .expression_attribute_names("#by", "by")
            // `#a0` is the key, `#a4` when a record was changed last.
            .filter_expression("begins_with(#a0, :message) OR (begins_with(#a0, :record) AND #a4 >= :since)")
            .expression_attribute_values(":message", AttributeValue::S("M#".to_owned()))
            .expression_attribute_values(":record", AttributeValue::S("L#".to_owned()))
            .expression_attribute_values(":since", number(span.since().as_millisecond()));
        for (name, attribute) in names.into_iter().zip(ATTRIBUTES) {
            scan = scan.expression_attribute_names(name, attribute);
        }
        let mut read = Read { pages: 0, items: 0, malformed: 0, ended: Ended::AtTheEnd };
        let mut from = None;
        loop {
            let begun = self.clock.now();
            if begun >= stop {
                read.ended = Ended::OutOfTime;
                return Ok(read);
            }
            let page = scan.clone().set_exclusive_start_key(from).send().await;
            let page = page.map_err(|error| TableError::of(&error))?;
            read.pages += 1;
            for item in page.items.unwrap_or_default() {
                read.items += 1;
                if add(sums, item).is_none() {
                    read.malformed += 1;
                }
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(read);
            }
            self.clock.sleep_until(begun + PACE).await;
        }
    }
}

/// `None`: it cannot be read.
fn add(sums: &mut Sums, item: Item) -> Option<()> {
    let key = read_text(&item, KEY)?;
    if let Some(message_id) = key.strip_prefix("M#") {
        let message_id = message_id.to_owned();
        // Its time to live says when it was written.
        let written = Timestamp::from_second(read_number(&item, TTL)?).ok()? - KEPT;
        let message: Message = serde_dynamo::from_item(item).ok()?;
        sums.add_message(&message_id, &message, written);
        return Some(());
    }
    let (grant, _) = Key::of(key).request()?;
    let at = Timestamp::from_millisecond(read_number(&item, "at")?).ok()?;
    sums.add_record(&grant, &Record::read(&item).ok()?, at);
    Some(())
}
