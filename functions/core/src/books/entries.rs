//! What a text adds to the totals. What is posted is always a difference of two of these, so that the totals are the sum
//! over all texts at every moment, however often and in whatever order their receipts came.

use std::collections::BTreeMap;

use super::Message;
use crate::month::UtcMonth;
use crate::name::{CampaignName, GrantName};
use crate::quota::counter::{self, ALL, MONTH_KEPT, SPENT};
use crate::quota::{Charge, Taken};
use crate::receipt::Oddity;
use crate::table::{Credit, Key};

type Entries = BTreeMap<(Key, String), (i64, Option<i64>)>;

/// The difference that a text makes.
pub(super) fn difference(before: &Message, after: &Message) -> Vec<Credit> {
    let mut entries = entries(after);
    for (place, (amount, kept_until)) in self::entries(before) {
        entries.entry(place).or_insert((0, kept_until)).0 -= amount;
    }
    let changed = entries.into_iter().filter(|(_, (amount, _))| *amount != 0);
    changed.map(|((key, attribute), (amount, kept_until))| Credit { key, attribute, amount, kept_until }).collect()
}

fn entries(message: &Message) -> Entries {
    let mut entries = Entries::new();
    let Some(month) = message.month else { return entries };
    let mut add = |key: &Key, attribute: String, amount: i64| {
        entries.entry((key.clone(), attribute)).or_insert((0, Some(kept_until(month)))).0 += amount;
    };
    let odd = Key::oddities(month);
    for oddity in message.odd() {
        add(&odd, oddity.as_str().to_owned(), 1);
    }
    let (price, fee, parts) = (message.price.signed(), message.fee.signed(), i64::from(message.parts));
    let (Some(grant), Some(campaign)) = (&message.grant, &message.campaign) else {
        if message.is_unmetered() {
            for (what, amount) in [("price", price), ("fee", fee), ("parts", parts)] {
                add(&odd, format!("{}_{what}", Oddity::Unmetered.as_str()), amount);
            }
        }
        return entries;
    };
    let total = Key::month(grant, month);
    for (what, amount) in [("texts", 1), ("price", price), ("fee", fee), ("parts", parts)] {
        add(&total, attribute(what, campaign), amount);
    }
    let network = message.network.map_or("not named", |network| network.as_str());
    match message.ending.as_deref() {
        Some("delivered") => add(&total, format!("{}:{network}", attribute("delivered", campaign)), 1),
        Some(reason) => add(&total, format!("{}:{reason}", attribute("undelivered", campaign)), 1),
        None => {}
    }
    add(&total, SPENT.to_owned(), price + fee);
    for reserved in &message.settled {
        add(&Key::month(grant, reserved.month), SPENT.to_owned(), -reserved.amount.signed());
    }
    for credit in freed(grant, &message.freed) {
        entries.entry((credit.key, credit.attribute)).or_insert((0, credit.kept_until)).0 += credit.amount;
    }
    entries
}

fn kept_until(month: UtcMonth) -> i64 {
    (month.next().start() + MONTH_KEPT).as_second()
}

/// The attribute of a grant's month that counts something of a campaign.
pub(super) fn attribute(what: &str, campaign: &CampaignName) -> String {
    format!("{what}:{campaign}")
}

/// What goes back of T-Mobile's cap. The ceiling on all texts is no carrier's.
fn freed(grant: &GrantName, freed: &[Taken]) -> Vec<Credit> {
    let mut charge = Charge::default();
    freed.iter().for_each(|taken| charge.add(Taken { all: 0, ..taken.clone() }));
    let mut credits = charge.credits(grant);
    credits.retain(|credit| credit.attribute != ALL);
    // Counters of a day that are gone already are not to be there for ever.
    for credit in &mut credits {
        credit.kept_until = credit.key.day().map(|day| (day.end() + counter::KEPT).as_second());
    }
    credits
}
