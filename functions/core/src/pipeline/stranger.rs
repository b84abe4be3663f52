//! Requests that nobody has granted: in the hub, from a queue or an account that no record names.

use super::{Ended, Ending, Incoming};
use crate::account::AccountId;
use crate::name::GrantName;
use crate::outcome::{Outcome, Said};
use crate::reason::Reason;
use crate::request::Request;

/// A record without a message id: nobody could be told to keep it, so it is refused whatever it holds.
pub fn nameless_record(grant: Option<&GrantName>, account: Option<&AccountId>, incoming: &Incoming) -> Ended {
    let id = incoming.message_id.clone();
    let mut outcome = Outcome::bare(Said::Rejected, id.clone());
    outcome.grant = grant.cloned();
    outcome.account = account.cloned();
    outcome.reason = Some(Reason::InvalidRequest);
    outcome.trace.clone_from(&incoming.trace);
    let detail = "the record has no messageId, so it cannot be told from its own repetition".to_owned();
    Ended { id, kind: None, outcome, ending: Ending::DeadLetter { reason: Reason::InvalidRequest, detail } }
}

/// What becomes of them. Whatever else may be wrong with them is not looked at.
pub fn not_granted(account: Option<&AccountId>, batch: &[Incoming]) -> Vec<Ended> {
    let each = batch.iter().map(|one| {
        let parsed = Request::parse(&one.text, &one.message_id, &one.entrance);
        let id = parsed.map_or_else(|refusal| refusal.id, |request| request.id);
        let mut outcome = Outcome::bare(Said::Rejected, id.clone());
        outcome.account = account.cloned();
        outcome.reason = Some(Reason::NotGranted);
        outcome.trace.clone_from(&one.trace);
        let detail = "no grant names this queue or account; the operator of the primary writes one into tendlc.toml and runs `tendlc sync`".to_owned();
        let ending = Ending::DeadLetter { reason: Reason::NotGranted, detail };
        Ended { id, kind: None, outcome, ending }
    });
    each.collect()
}
