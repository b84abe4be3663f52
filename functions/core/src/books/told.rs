//! What a workload hears of its text.

use super::Arrived;
use super::plan::Planned;
use crate::grant::Grant;
use crate::ledger::State;
use crate::outcome::{Outcome, Said};
use crate::reason::Reason;

/// That it was accepted after all, that it was delivered or not; nothing, where nothing of that is new.
pub(super) fn outcomes(receipts: &[&Arrived], planned: &Planned, grant: Option<&Grant>) -> Vec<Outcome> {
    let (before, after) = (&planned.before, &planned.after);
    let Some(id) = &after.id else { return Vec::new() };
    let told = |said: Said| {
        let mut outcome = Outcome::bare(said, id.clone());
        outcome.grant = after.grant.clone();
        outcome.account = grant.map(|grant| grant.account.clone());
        outcome.campaign = after.campaign.clone();
        outcome.message_id = Some(planned.message.as_str().to_owned());
        let counted = planned.record.as_ref().and_then(|record| u32::try_from(record.segments?).ok());
        outcome.segments = Some(after.parts).filter(|parts| *parts > 0).or(counted);
        outcome.encoding = receipts.iter().find_map(|one| one.receipt.encoding);
        let context = receipts.iter().map(|one| &one.receipt.context).find(|context| !context.is_empty());
        outcome.context = context.cloned().unwrap_or_default();
        outcome.duplicate = planned.only_told;
        outcome
    };
    let mut outcomes = Vec::new();
    let unknown = |state: State| matches!(state, State::Claimed | State::Unknown | State::Deferred | State::Rejected);
    if planned.resolves.as_ref().is_some_and(|(_, record)| unknown(record.state)) {
        outcomes.push(told(Said::Accepted));
    }
    let new = before.ending != after.ending || planned.only_told;
    if let Some(ending) = after.ending.as_deref().filter(|_| new) {
        let mut outcome = told(if ending == "delivered" { Said::Delivered } else { Said::Undelivered });
        outcome.reason = reason(ending);
        outcome.carrier = after.carrier.clone();
        outcome.carrier_status = Some(after.status.clone()).filter(|status| !status.is_empty());
        outcome.price_usd = after.priced_at.map(|_| after.cost().total());
        outcomes.push(outcome);
    }
    outcomes
}

fn reason(word: &str) -> Option<Reason> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}
