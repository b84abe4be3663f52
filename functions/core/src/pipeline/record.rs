//! Recording what became of the claims, and giving back what was taken for requests that were not ours to claim.

use futures::future::join_all;

use super::batch::{Batch, Taken};
use super::settle::Fared;
use crate::ledger::{Intent, Opened, Settled, Settlement};
use crate::quota::Charge;
use crate::table::TableError;

/// Records. What cannot be recorded is logged: an accepted text stays accepted, and its claim runs out into `unknown`,
/// which is not sent again either.
pub(super) async fn record(batch: &Batch<'_>, taken: &[Taken<'_>], fares: &[Fared]) {
    let (ledger, owner) = (&batch.sender.ledger, &batch.owner);
    let (mut settlements, mut surely) = (Vec::with_capacity(taken.len()), Vec::with_capacity(taken.len()));
    let mut others = Vec::new();
    for (one, fared) in taken.iter().zip(fares) {
        let id = &one.going.request.id;
        let charge = one.admission.as_ref().map(|admission| admission.charge.clone()).unwrap_or_default();
        // One that failed may be claimed by us or not. If it is, it surely was not sent and need not become unknown;
        // if it is not, this changes nothing, and the charge stays.
        let claimed = matches!(one.opened, Opened::AsIntended | Opened::Failed(_))
            && matches!(one.going.intent, Intent::Claim { .. });
        match (claimed, settled(fared)) {
            (true, Some(settled)) => {
                surely.push(matches!(one.opened, Opened::AsIntended));
                settlements.push(Settlement { id, settled, charge });
            }
            _ if matches!(one.opened, Opened::Failed(_)) => {}
            _ if charge == Charge::default() => {}
            _ => others.push((id, charge)),
        }
    }
    let give_back = join_all(others.iter().map(|(id, charge)| ledger.give_back(owner, id, charge)));
    let (settled, given) = futures::join!(ledger.settle(owner, &settlements), give_back);
    for ((settlement, surely), result) in settlements.iter().zip(surely).zip(settled) {
        match result {
            Err(TableError::Overtaken) if !surely => tracing::debug!(id = %settlement.id, "was not claimed after all"),
            Err(error) => {
                tracing::error!(%error, id = %settlement.id, "not recorded; its claim runs out and it becomes unknown");
            }
            Ok(()) => {}
        }
    }
    for ((id, _), result) in others.iter().zip(given) {
        if let Err(error) = result {
            tracing::warn!(%error, %id, "not given back; the charge stays until the day ends");
        }
    }
}

fn settled(fared: &Fared) -> Option<Settled> {
    match fared {
        Fared::Accepted { message_id, .. } => Some(Settled::Accepted { message_id: message_id.clone() }),
        Fared::Rejected { reason, .. } => Some(Settled::Rejected { reason: *reason }),
        Fared::Waits { reason, until } => Some(Settled::Deferred { reason: *reason, until: *until }),
        Fared::Unknown { .. } => Some(Settled::Unknown),
        Fared::RejectedBefore { .. } | Fared::UnknownForGood => None,
    }
}
