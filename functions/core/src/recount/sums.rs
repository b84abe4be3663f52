//! What ledger and receipts come to, item by item.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::span::Span;
use crate::books::Message;
use crate::day::PacificDay;
use crate::ledger::{Record, State};
use crate::money::MicroUsd;
use crate::name::{CampaignName, GrantName};
use crate::quota::counter::SPENT;
use crate::receipt::{Network, Oddity};
use crate::table::Key;

/// A batch is over by then: no invocation lasts longer.
const ONE_BATCH: SignedDuration = SignedDuration::from_mins(1);

/// By how much a counter has moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moved {
    /// By all that was read.
    pub(super) all: i64,
    /// At least towards more used, by what had been written down before the counters were read.
    pub(super) sure: i64,
}

/// Texts that AWS has or may have, and their segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Texts {
    pub(super) texts: i64,
    pub(super) segments: i64,
}

impl Texts {
    fn add(&mut self, segments: i64) {
        self.texts += 1;
        self.segments += segments;
    }
}

/// What is strange about a grant's day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Strange {
    /// Texts that were sent or may have been, without a charge in their record: a function died.
    pub(super) uncharged: i64,
    /// Texts that AWS counted other segments of.
    pub(super) other_segments: i64,
}

/// What segments of a campaign cost lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prices {
    pub(super) messages: u64,
    pub(super) dearest: MicroUsd,
}

/// The sums.
#[derive(Debug)]
pub(super) struct Sums {
    pub(super) span: Span,
    moved: BTreeMap<(Key, String), Moved>,
    pub(super) texts: BTreeMap<(GrantName, CampaignName), Texts>,
    /// Those that the day's tally has, too, if nothing died.
    pub(super) tallied: BTreeMap<(GrantName, CampaignName), Texts>,
    pub(super) strange: BTreeMap<GrantName, Strange>,
    pub(super) unmetered: Texts,
    /// Texts of the day that receipts tell of, but those that another carrier than T-Mobile has.
    pub(super) received: BTreeMap<(GrantName, CampaignName), Texts>,
    pub(super) prices: BTreeMap<CampaignName, Prices>,
    /// Accepted texts of the day whose receipts should have come, by AWS's id.
    accepted: HashMap<String, (GrantName, Option<CampaignName>)>,
    /// Ids of texts that have receipts, around that day.
    told: HashSet<String>,
}

impl Sums {
    pub(super) fn new(span: Span) -> Self {
        Self {
            span,
            moved: BTreeMap::new(),
            texts: BTreeMap::new(),
            tallied: BTreeMap::new(),
            strange: BTreeMap::new(),
            unmetered: Texts::default(),
            received: BTreeMap::new(),
            prices: BTreeMap::new(),
            accepted: HashMap::new(),
            told: HashSet::new(),
        }
    }

    /// A record, changed last at `at`.
    pub(super) fn add_record(&mut self, grant: &GrantName, record: &Record, at: Timestamp) {
        let settled = self.span.is_settled(at);
        // Whatever state it is in: a charge is written down for what was sent or may have been, and never given back but
        // by a receipt. One that is deferred after a second try still has its first try's.
        for credit in record.charge.credits(grant) {
            let sure = if settled { -credit.amount } else { 0 };
            self.add(credit.key, credit.attribute, -credit.amount, sure);
        }
        let may_be_sent = match record.state {
            State::Accepted | State::Unknown => true,
            State::Claimed => record.lease.is_some_and(|lease| lease <= self.span.begun),
            State::Deferred | State::Rejected => false,
        };
        if !may_be_sent {
            return;
        }
        // Charged to two days around midnight, it counts on the first; which of them was asked first does not matter.
        let charged = record.charge.taken().iter().map(|taken| taken.day).min();
        let day = charged.unwrap_or_else(|| PacificDay::of(at));
        if day == self.span.silent && record.state == State::Accepted {
            let accepted = record.message_id.clone();
            self.accepted.extend(accepted.map(|id| (id, (grant.clone(), record.campaign.clone()))));
        }
        // Its batch's tally is written beside it, so one that is new may be ahead of that.
        if day != self.span.day || !settled {
            return;
        }
        if charged.is_none() {
            self.strange.entry(grant.clone()).or_default().uncharged += 1;
        }
        if let (Some(campaign), Some(segments)) = (&record.campaign, record.segments) {
            let of = (grant.clone(), campaign.clone());
            self.texts.entry(of.clone()).or_default().add(segments);
            // Its batch may have begun on either side of midnight, and that is where it was tallied.
            if !(day.end() <= at && at < day.end() + ONE_BATCH) {
                self.tallied.entry(of).or_default().add(segments);
            }
        }
    }

    /// What is known of a text, written at `written`.
    pub(super) fn add_message(&mut self, id: &str, message: &Message, written: Timestamp) {
        let settled = self.span.is_settled(written);
        let own = message.grant.as_ref().zip(message.month).map(|(grant, month)| Key::month(grant, month));
        for credit in message.entries() {
            // When the counters were read it may have been charged more than it is now, never less than nothing.
            let price = own.as_ref() == Some(&credit.key) && credit.attribute == SPENT && !settled;
            let sure = credit.amount - if price { message.cost().total().signed() } else { 0 };
            self.add(credit.key, credit.attribute, credit.amount, sure);
        }
        let Some(day) = message.day else { return };
        if day.before() <= self.span.silent && self.span.silent <= day.next() {
            self.told.insert(id.to_owned());
        }
        if let Some(campaign) = message.campaign.as_ref().filter(|_| day >= self.span.prices_since()) {
            let price = message.segment_price().filter(|price| *price > MicroUsd::default());
            if let Some(price) = price {
                let prices = self.prices.entry(campaign.clone()).or_default();
                prices.messages += 1;
                prices.dearest = prices.dearest.max(price);
            }
        }
        if day != self.span.day {
            return;
        }
        match &message.grant {
            None if message.is_unmetered() => {
                self.unmetered.add(message.parts.into());
            }
            Some(grant) if message.odd().contains(&Oddity::OtherSegments) => {
                self.strange.entry(grant.clone()).or_default().other_segments += 1;
            }
            Some(grant) if settled && !message.network.is_some_and(Network::is_surely_another) => {
                let Some(campaign) = message.campaign.clone() else { return };
                self.received.entry((grant.clone(), campaign)).or_default().add(message.parts.into());
            }
            _ => {}
        }
    }

    fn add(&mut self, key: Key, attribute: String, all: i64, sure: i64) {
        if self.span.covers(&key) {
            let moved = self.moved.entry((key, attribute)).or_default();
            moved.all += all;
            moved.sure += sure;
        }
    }

    /// By how much a counter has moved.
    pub(super) fn moved(&self, key: &Key, attribute: &str) -> Moved {
        self.moved.get(&(key.clone(), attribute.to_owned())).copied().unwrap_or_default()
    }

    /// Everything that is added to an item.
    pub(super) fn of_item<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = (&'a str, Moved)> {
        let from = (key.clone(), String::new());
        let all = self.moved.range(from..).take_while(move |((of, _), _)| of == key);
        all.map(|((_, attribute), moved)| (attribute.as_str(), *moved))
    }

    /// Every grant that something was counted of.
    pub(super) fn grants(&self) -> BTreeSet<GrantName> {
        let of_key = |key: &Key| key.as_str().strip_prefix("C#")?.split('#').next()?.parse().ok();
        let charged = self.moved.keys().filter_map(|(key, _)| of_key(key));
        charged.chain(self.texts.keys().map(|(grant, _)| grant.clone())).collect()
    }

    /// Accepted texts of three days ago that no receipt ever came of.
    pub(super) fn without_receipt(&self) -> impl Iterator<Item = (&GrantName, Option<&CampaignName>)> {
        let silent = self.accepted.iter().filter(|(id, _)| !self.told.contains(*id));
        silent.map(|(_, (grant, campaign))| (grant, campaign.as_ref()))
    }
}

#[cfg(test)]
mod tests;
