//! What is to be done with a request after the ledger and the quotas have spoken, and after AWS has.

use jiff::{SignedDuration, Timestamp};

use super::batch::{Batch, Going, Taken};
use super::judge::{self, Seen, pause_of};
use super::settle::{Fared, wait};
use crate::channel::SendError;
use crate::ledger::{Intent, Opened, Prior, UNKNOWN_WAIT};
use crate::quota::Verdict;
use crate::reason::{Fate, Reason};
use crate::table::TableError;

/// What comes next.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// It is ours and there is room for it.
    Send {
        /// Its place on the clock.
        not_before: Timestamp,
    },
    /// It is not sent by this batch.
    Ends(Fared),
}

/// Before AWS is asked. Only a record that is opened for us, and a quota that has room, lead to a send.
pub(super) fn fate(batch: &Batch<'_>, taken: &Taken<'_>) -> Step {
    let one = &taken.going;
    Step::Ends(match (&taken.opened, one.intent) {
        (Opened::AsIntended, Intent::Reject { reason }) if judge::rejects_at_once(one.request, reason) => {
            Fared::Rejected { reason, detail: not_to_wait(reason) }
        }
        (Opened::AsIntended, Intent::Reject { reason }) => Fared::Rejected { reason, detail: told(reason) },
        (Opened::AsIntended, Intent::Defer { reason, until }) => waits(batch, one, reason, until),
        (Opened::AsIntended, Intent::Claim { .. }) => {
            match taken.admission.as_ref().map(|admission| &admission.verdict) {
                Some(Verdict::SendAt(not_before)) => return Step::Send { not_before: *not_before },
                Some(Verdict::Wait { reason, until }) => waits(batch, one, *reason, *until),
                Some(Verdict::Failed(error)) => closed(batch, one, error),
                None => waits(batch, one, Reason::QuotaUnavailable, pause_of(Reason::QuotaUnavailable, now(batch))),
            }
        }
        (Opened::Failed(error), _) => closed(batch, one, error),
        (Opened::Seen(record), _) => {
            match judge::seen(record, &one.fingerprint, batch.snapshot.grant.unknown_result, now(batch)) {
                Seen::Sent { message_id } => {
                    tracing::info!(id = %one.request.id, "sent before; said again");
                    Fared::Accepted { message_id: message_id.unwrap_or_default(), duplicate: true }
                }
                Seen::Reused => Fared::Rejected { reason: Reason::IdReused, detail: told(Reason::IdReused) },
                Seen::Rejected { reason } => Fared::RejectedBefore { reason },
                Seen::InProgress { until } => waits(batch, one, Reason::InProgress, until),
                // A lapsed claim was said by nobody.
                Seen::Unknown { until, lapsed } => Fared::Unknown { until, duplicate: !lapsed },
                Seen::UnknownForGood => Fared::UnknownForGood,
                Seen::WaitedTooLong { reason, waited_for } => {
                    Fared::Rejected { reason, detail: format!("{}; at last for {waited_for}", told(reason)) }
                }
                Seen::Again(Prior::UnknownSince(_)) if one.is_too_old() && !one.may_wait_longer(now(batch)) => {
                    Fared::UnknownForGood
                }
                // Somebody was faster at opening it again, or it is to be looked at as what it is.
                Seen::Again(_) => waits(batch, one, Reason::InProgress, pause_of(Reason::InProgress, now(batch))),
            }
        }
    })
}

/// After AWS has answered, or has not.
pub(super) fn answered(batch: &Batch<'_>, one: &Going<'_>, answer: Result<String, SendError>) -> Fared {
    let error = match answer {
        Ok(message_id) => return Fared::Accepted { message_id, duplicate: false },
        Err(error) => error,
    };
    tracing::warn!(id = %one.request.id, campaign = %one.campaign.name, %error, "not accepted");
    match error.reason.fate() {
        Fate::Unknown => Fared::Unknown { until: now(batch) + UNKNOWN_WAIT, duplicate: false },
        Fate::Rejects => Fared::Rejected { reason: error.reason, detail: error.to_string() },
        Fate::Waits | Fate::WaitsForOperator => {
            let quiet = match error.reason {
                Reason::QuietHours => judge::quiet_until(one.campaign, one.request, now(batch)),
                _ => None,
            };
            waits(batch, one, error.reason, quiet.unwrap_or_else(|| pause_of(error.reason, now(batch))))
        }
    }
}

/// The table cannot be read or written: nothing is sent, nothing is lost.
fn closed(batch: &Batch<'_>, one: &Going<'_>, error: &TableError) -> Fared {
    let reason = error.reason(batch.sender.deps.table.through_role);
    tracing::warn!(%error, id = %one.request.id, "closed");
    // What is malformed does not mend itself, however well the rest works.
    let outage = match error {
        TableError::Malformed { .. } => SignedDuration::MAX,
        _ if reason == Reason::QuotaUnavailable => batch.sender.trouble.fails(now(batch)),
        _ => SignedDuration::ZERO,
    };
    let known = Some(&batch.snapshot.grant);
    wait(known, one.request, (reason, outage), pause_of(reason, now(batch)), one.first_seen, now(batch))
}

pub(super) fn waits(batch: &Batch<'_>, one: &Going<'_>, reason: Reason, until: Timestamp) -> Fared {
    if judge::rejects_at_once(one.request, reason) {
        return Fared::Rejected { reason, detail: not_to_wait(reason) };
    }
    let reason = (reason, SignedDuration::ZERO);
    wait(Some(&batch.snapshot.grant), one.request, reason, until, one.first_seen, now(batch))
}

fn now(batch: &Batch<'_>) -> Timestamp {
    batch.sender.deps.clock.now()
}

fn not_to_wait(reason: Reason) -> String {
    match reason {
        Reason::QuietHours => told(reason),
        _ => format!("{reason}, and the request asks not to wait"),
    }
}

/// For whoever looks at a dead letter.
fn told(reason: Reason) -> String {
    match reason {
        Reason::Expired => "its expires_at has passed, or is less than five seconds away",
        Reason::IdReused => "an earlier request has the same id and other content; give each text an id of its own",
        Reason::QuietHours => "it is quiet where the recipient is, and the request asks not to wait",
        Reason::WaitedTooLong => "it waited as long as the grant's max_wait allows",
        Reason::RoleDenied | Reason::SenderMisconfigured | Reason::AccountStopped => {
            "it waited an hour for an operator"
        }
        other => other.as_str(),
    }
    .to_owned()
}
