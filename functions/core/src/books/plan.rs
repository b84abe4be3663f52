//! What the receipts of one text change.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::entries::difference;
use super::find::{Found, waits_for_other_copy};
use super::whose::{Whose, whose};
use super::{Arrived, Books, Message};
use crate::grant::Grant;
use crate::ledger::{Record, resolved};
use crate::quota::Taken;
use crate::quota::counter::{self, LEFT};
use crate::receipt::{MessageId, Network, Oddity};
use crate::table::{Change, Key, TTL, Table, TableError, Write, number, read_number};

/// What is to be done about a text.
#[derive(Debug)]
pub(super) enum Plan {
    /// It is too early to tell.
    Later {
        /// When it may be.
        until: Timestamp,
    },
    /// It is known already.
    Nothing,
    /// It is posted, and told.
    Post(Box<Planned>),
}

/// What changes.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) message: MessageId,
    pub(super) before: Message,
    pub(super) after: Message,
    /// The record that becomes accepted.
    pub(super) resolves: Option<(Key, Record)>,
    pub(super) record: Option<Record>,
    /// Nothing changes, but a function may have died before it told anybody.
    pub(super) only_told: bool,
}

/// Puts the receipts of one text together with what is known of it.
pub(super) fn plan(found: &Found, receipts: &[&Arrived], now: Timestamp) -> Plan {
    let newest = receipts.iter().map(|one| one.receipt.at).max().unwrap_or(now);
    if receipts.iter().all(|one| one.receipt.is_probe) {
        return Plan::Nothing;
    }
    if waits_for_other_copy(found.before.as_ref(), receipts, now) {
        return Plan::Later { until: newest + super::OTHER_COPY };
    }
    let message = receipts[0].receipt.message_id.clone();
    let before = found.before.clone().unwrap_or_default();
    let record = found.record.as_ref().map(|(_, record)| record);
    let taken = receipts.iter().map(|one| one.receipt.taken()).min().unwrap_or(now);
    let whose = match &before.grant {
        // Decided before. Whether its record is this text's, or a later one's, it says itself.
        Some(_) if record.is_some_and(|record| record.message_id.as_deref() == Some(message.as_str())) => {
            Whose::Recorded
        }
        Some(_) => Whose::Before,
        None => whose(record, (&message, claim(receipts)), taken, now),
    };
    if let Whose::NotYet { until } = whose {
        return Plan::Later { until };
    }
    let mut after = before.with_all(receipts, now);
    match &found.record {
        Some((key, record)) if whose != Whose::Nobodys => {
            if let Some((grant, id)) = key.request() {
                after.campaign = after.campaign.or_else(|| record.campaign.clone());
                (after.grant, after.id) = (Some(grant), Some(id));
            }
            after.odd.retain(|word| word != Oddity::Unmetered.as_str());
        }
        _ if before.grant.is_some() => {}
        _ if receipts.iter().all(|one| one.receipt.is_probe || one.receipt.may_be_probe) => return Plan::Nothing,
        _ => after.mark(Oddity::Unmetered),
    }
    if let (Some(record), Whose::Recorded | Whose::Resolves) = (record, whose) {
        settle(&mut after, record, found.grant.as_deref());
    }
    let only_told = after == before;
    if only_told && !receipts.iter().any(|one| one.by == before.by && before.ending.is_some()) {
        return Plan::Nothing;
    }
    after.revision = before.revision + 1;
    let resolves = found.record.clone().filter(|_| whose == Whose::Resolves);
    let record = record.cloned();
    Plan::Post(Box::new(Planned { message, before, after, resolves, record, only_told }))
}

/// What the context proves itself by.
pub(super) fn claim<'a>(receipts: &[&'a Arrived]) -> Option<&'a str> {
    receipts.iter().find_map(|one| one.receipt.claim.as_deref())
}

/// What was taken for the text goes back where the receipts say so, once.
fn settle(after: &mut Message, record: &Record, grant: Option<&Grant>) {
    if after.priced_at.is_some() && after.settled.is_empty() {
        after.settled = record.charge.reserved().to_vec();
    }
    if after.network.is_some_and(Network::is_surely_another) && after.freed.is_empty() {
        after.freed = record.charge.taken().iter().filter(|taken| may_go_back(taken, after, grant)).cloned().collect();
    }
    if after.parts > 0 && record.segments.is_some_and(|segments| segments != i64::from(after.parts)) {
        after.mark(Oddity::OtherSegments);
    }
}

/// A spoke writes its own ledger, and could write into a record that it took what it never did, of a brand that is not its
/// own: so no more goes back than AWS has counted, to caps of its own, on the days that the text was charged to.
fn may_go_back(taken: &Taken, after: &Message, grant: Option<&Grant>) -> bool {
    let most = i64::from(after.parts);
    let own = grant.is_some_and(|grant| grant.budgets.contains_key(&taken.pool));
    let near = after.day.is_some_and(|day| day == taken.day || day.next() == taken.day || taken.day.next() == day);
    let amounts = [taken.guaranteed, taken.shared, taken.ceiling];
    own && near && amounts.iter().all(|amount| (0..=most).contains(amount)) && taken.guaranteed + taken.shared <= most
}

impl Plan {
    /// The write, where there is one.
    pub(super) fn change(&self, now: Timestamp) -> Option<Change> {
        let Self::Post(planned) = self else { return None };
        if planned.only_told {
            return None;
        }
        let write = planned.after.write(Key::message(&planned.message), planned.before.revision, now)?;
        let with = planned.resolves.as_ref();
        let with = with.map(|(key, record)| resolved(key.clone(), record, &planned.message, now));
        Some(Change { write, with, credits: difference(&planned.before, &planned.after) })
    }
}

impl Message {
    /// Every attribute; what is not there is taken away.
    const ATTRIBUTES: [&str; 19] = [
        "revision",
        "grant",
        "id",
        "campaign",
        "at",
        "status",
        "ending",
        "carrier",
        "network",
        "priced_at",
        "price",
        "fee",
        "parts",
        "taken",
        "month",
        "day",
        "settled",
        "freed",
        "odd",
    ];

    /// Writes it, if nobody has since `revision`. `None`: it cannot be an item.
    fn write(&self, key: Key, revision: i64, now: Timestamp) -> Option<Write> {
        let mut item = Table::item(&key, self).ok()?;
        let mut values = vec![("was", number(revision)), ("ttl", number((now + counter::KEPT).as_second()))];
        let (mut set, mut gone) = (vec![format!("#{TTL} = :ttl")], Vec::new());
        for name in Self::ATTRIBUTES.into_iter().chain(["by"]) {
            match item.remove(name) {
                Some(value) => {
                    set.push(format!("#{name} = :{name}"));
                    values.push((name, value));
                }
                None => gone.push(format!("#{name}")),
            }
        }
        let mut update = format!("SET {}", set.join(", "));
        if !gone.is_empty() {
            update = format!("{update} REMOVE {}", gone.join(", "));
        }
        let condition = if revision == 0 {
            values.remove(0);
            "attribute_not_exists(#pk)"
        } else {
            "#revision = :was"
        };
        Some(Write { key, update, condition: condition.to_owned(), values })
    }
}

impl Books {
    /// A pool that is in debt (its cap was lowered below what was used) is paid before any guarantee: T-Mobile's cap comes
    /// first, and what goes back to a guarantee may be sent again.
    pub(super) async fn pay_debts(&self, plans: &mut [Plan]) -> Result<(), TableError> {
        let mut going_back: Vec<&mut Taken> = Vec::new();
        for plan in plans.iter_mut() {
            let Plan::Post(planned) = plan else { continue };
            if planned.before.freed.is_empty() {
                going_back.extend(planned.after.freed.iter_mut().filter(|taken| taken.guaranteed > 0));
            }
        }
        if going_back.is_empty() {
            return Ok(());
        }
        let pools = going_back.iter().map(|taken| Key::pool(&taken.pool, taken.day)).collect();
        let pools = self.table.read_many(&*self.clock, pools).await?;
        let mut debts: BTreeMap<&Key, i64> =
            pools.iter().map(|(key, item)| (key, -read_number(item, LEFT).unwrap_or(0))).collect();
        for taken in going_back {
            let Some(debt) = debts.get_mut(&Key::pool(&taken.pool, taken.day)) else { continue };
            let paid = taken.guaranteed.min(*debt).max(0);
            taken.guaranteed -= paid;
            taken.shared += paid;
            *debt -= paid;
        }
        Ok(())
    }
}
