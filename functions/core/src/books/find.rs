//! Everything that a batch of receipts is about, in as few calls as there can be: one where each text's context names its
//! request, and what is known of grants is still fresh.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures::future::try_join_all;
use jiff::Timestamp;

use super::plan::claim;
use super::whose::{Whose, whose};
use super::{Arrived, Books, Message, OTHER_COPY};
use crate::grant::Grant;
use crate::ledger::Record;
use crate::name::{CampaignName, GrantName};
use crate::table::{Item, Key, TableError};

/// What the table says of a text.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What was known of it before; `None`: nothing.
    pub(super) before: Option<Message>,
    /// The request that it may be of.
    pub(super) record: Option<(Key, Record)>,
    /// Who sent that.
    pub(super) grant: Option<Arc<Grant>>,
}

impl Books {
    /// What there is of each text, of which `texts` has the receipts.
    pub(super) async fn find(&self, texts: &[Vec<&Arrived>], now: Timestamp) -> Result<Vec<Found>, TableError> {
        let named = |text: &[&Arrived]| text.iter().find_map(|one| one.receipt.named.clone());
        let grants: Vec<GrantName> = texts.iter().filter_map(|text| named(text)).map(|(grant, _)| grant).collect();
        let mut keys: BTreeSet<Key> = texts.iter().map(|text| Key::message(&text[0].receipt.message_id)).collect();
        keys.extend(texts.iter().filter_map(|text| named(text)).map(|(grant, id)| Key::ledger(&grant, &id)));
        keys.extend(self.known.missing(&grants, &[], now));
        let mut items = self.table.read_many(&*self.clock, keys).await?;
        self.known.learn(&grants, &[], &items, now);

        let befores: Vec<Option<Message>> = texts.iter().map(|text| message_in(&items, text)).collect();
        let asked = texts.iter().zip(&befores).map(async |(text, before)| {
            if before.as_ref().is_some_and(|before| before.grant.is_some() && before.with_all(text, now) == *before) {
                return Ok(None);
            }
            let key = before
                .as_ref()
                .and_then(|before| before.grant.as_ref().zip(before.id.as_ref()))
                .map(|(grant, id)| Key::ledger(grant, id));
            let key = key.or_else(|| named(text).map(|(grant, id)| Key::ledger(&grant, &id)));
            if before.is_some() && key.is_some() || waits_for_other_copy(before.as_ref(), text, now) {
                return Ok(key);
            }
            // The index is asked only where the context leads nowhere.
            let message = &text[0].receipt.message_id;
            let record = key.as_ref().and_then(|key| record_in(&items, key));
            match whose(record.as_ref(), (message, claim(text)), text[0].receipt.taken(), now) {
                Whose::Nobodys | Whose::NotYet { .. } => Ok(self.table.request_of(message).await?.or(key)),
                _ => Ok(key),
            }
        });
        let asked: Vec<Option<Key>> = try_join_all(asked).await?;

        let mut missing: BTreeSet<Key> =
            asked.iter().flatten().filter(|key| !items.contains_key(*key)).cloned().collect();
        let asked_of = asked.iter().flatten().filter_map(Key::request).map(|(grant, _)| grant);
        let known_of = befores.iter().flatten().filter_map(|before| before.grant.clone());
        let found: Vec<GrantName> = asked_of.chain(known_of).collect();
        missing.extend(self.known.missing(&found, &[], now));
        let known = campaigns(&asked, &items);
        missing.extend(self.known.missing(&[], &known, now));
        if !missing.is_empty() {
            items.extend(self.table.read_many(&*self.clock, missing).await?);
            self.known.learn(&found, &known, &items, now);
        }
        // Records that the index led to name their campaigns only now.
        let more = campaigns(&asked, &items);
        let missing: BTreeSet<Key> = self.known.missing(&[], &more, now).into_iter().collect();
        if !missing.is_empty() {
            items.extend(self.table.read_many(&*self.clock, missing).await?);
            self.known.learn(&[], &more, &items, now);
        }
        let whole = befores.into_iter().zip(asked).map(|(before, key)| {
            let record = key.and_then(|key| Some((key.clone(), record_in(&items, &key)?)));
            let of_record = record.as_ref().and_then(|(key, _)| key.request()).map(|(grant, _)| grant);
            let grant = of_record.or_else(|| before.as_ref().and_then(|before| before.grant.clone()));
            let grant = grant.and_then(|grant| self.known.grant(&grant));
            Found { before, record, grant }
        });
        Ok(whole.collect())
    }
}

/// A copy without context is left to the one that has it, as long as that may be on its way.
pub(super) fn waits_for_other_copy(before: Option<&Message>, text: &[&Arrived], now: Timestamp) -> bool {
    let young = |one: &&Arrived| !one.receipt.has_context && one.receipt.at + OTHER_COPY > now;
    before.is_none() && text.iter().all(young)
}

fn message_in(items: &HashMap<Key, Item>, text: &[&Arrived]) -> Option<Message> {
    let item = items.get(&Key::message(&text[0].receipt.message_id))?;
    serde_dynamo::from_item(item.clone()).ok()
}

fn record_in(items: &HashMap<Key, Item>, key: &Key) -> Option<Record> {
    Record::read(items.get(key)?).ok()
}

fn campaigns(asked: &[Option<Key>], items: &HashMap<Key, Item>) -> Vec<CampaignName> {
    asked.iter().flatten().filter_map(|key| record_in(items, key)?.campaign).collect()
}
