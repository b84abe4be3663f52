//! What becomes of a request after its record was opened or its text sent: the ledger's word, the outcome's and the
//! message's, always from one value.

use jiff::{SignedDuration, Timestamp};

use super::judge::{OPERATOR_WAIT, bounded};
use super::{Ended, Ending};
use crate::account::AccountId;
use crate::grant::{Campaign, Grant};
use crate::name::GrantName;
use crate::outcome::{Outcome, Said};
use crate::reason::{Fate, Reason};
use crate::request::{Refusal, Request};

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fared {
    Accepted {
        message_id: String,
        duplicate: bool,
    },
    Rejected {
        reason: Reason,
        detail: String,
    },
    /// The same message was rejected before, and could not be put away then.
    RejectedBefore {
        reason: Reason,
    },
    Waits {
        reason: Reason,
        until: Timestamp,
    },
    /// Perhaps sent: looked at again then.
    Unknown {
        until: Timestamp,
        duplicate: bool,
    },
    /// Perhaps sent, and given up.
    UnknownForGood,
}

/// Whose request it is, as far as that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose<'a> {
    pub(super) grant: &'a GrantName,
    pub(super) account: Option<&'a AccountId>,
}

/// A request that could not be taken.
pub(super) fn refused(whose: Whose<'_>, refusal: Refusal) -> Ended {
    let mut outcome = Outcome::bare(Said::Rejected, refusal.id.clone());
    outcome.grant = Some(whose.grant.clone());
    outcome.account = whose.account.cloned();
    outcome.reason = Some(refusal.reason);
    Ended {
        id: refusal.id,
        kind: None,
        outcome,
        ending: Ending::DeadLetter { reason: refusal.reason, detail: refusal.detail },
    }
}

/// A valid request that fared so.
pub(super) fn ended(whose: Whose<'_>, campaign: Option<&Campaign>, request: &Request, fared: &Fared) -> Ended {
    let mut outcome = Outcome::bare(fared.said(), request.id.clone());
    outcome.grant = Some(whose.grant.clone());
    outcome.account = whose.account.cloned();
    outcome.campaign = campaign.map(|campaign| campaign.name.clone());
    outcome.segments = Some(request.measure.segments.get());
    outcome.encoding = Some(request.measure.encoding);
    outcome.context = request.context.clone();
    let ending = match fared {
        Fared::Accepted { message_id, duplicate } => {
            outcome.message_id = Some(message_id.clone()).filter(|id| !id.is_empty());
            outcome.duplicate = *duplicate;
            Ending::Done
        }
        Fared::Rejected { reason, detail } => {
            outcome.reason = Some(*reason);
            Ending::DeadLetter { reason: *reason, detail: detail.clone() }
        }
        Fared::RejectedBefore { reason } => {
            outcome.reason = Some(*reason);
            outcome.duplicate = true;
            Ending::DeadLetter { reason: *reason, detail: format!("rejected before: {reason}") }
        }
        Fared::Waits { reason, until } => {
            outcome.reason = Some(*reason);
            outcome.retry_at = Some(in_millis(*until));
            Ending::Wait { until: *until }
        }
        Fared::Unknown { until, duplicate } => {
            outcome.reason = Some(Reason::UnknownResult);
            outcome.duplicate = *duplicate;
            outcome.retry_at = Some(in_millis(*until));
            Ending::Wait { until: *until }
        }
        Fared::UnknownForGood => {
            outcome.reason = Some(Reason::UnknownResult);
            let detail = "AWS may have taken the text, and nobody can tell; it is given up".to_owned();
            Ending::DeadLetter { reason: Reason::UnknownResult, detail }
        }
    };
    Ended { id: request.id.clone(), kind: Some(request.kind), outcome, ending }
}

/// Rounded up to what every program reads: some know no nanoseconds.
fn in_millis(moment: Timestamp) -> Timestamp {
    let millis = (moment.as_nanosecond() + 999_999).div_euclid(1_000_000);
    i64::try_from(millis).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok()).unwrap_or(moment)
}

/// What has failed for so long is not about to answer.
const OUTAGE: SignedDuration = SignedDuration::from_secs(60);

/// Waiting for `reason`, which has been so for `outage`, until `until`; or no longer, where the request has waited long
/// enough for such a reason.
pub(super) fn wait(
    grant: Option<&Grant>,
    request: &Request,
    (reason, outage): (Reason, SignedDuration),
    until: Timestamp,
    first_seen: Timestamp,
    now: Timestamp,
) -> Fared {
    let limit = match (reason.fate(), grant) {
        (Fate::WaitsForOperator, _) => OPERATOR_WAIT,
        (_, Some(grant)) => grant.max_wait.of(request.kind),
        // Nothing is known of the grant: longer than an outage, shorter than a queue keeps a message (4 days).
        (_, None) => SignedDuration::from_hours(24),
    };
    if reason.fate() == Fate::WaitsForOperator && first_seen + limit <= now {
        return Fared::Rejected { reason, detail: format!("an hour after it came it needs an operator: {reason}") };
    }
    // One hiccup at the end of a long wait for something else is no reason to end it; an hour later it is, whoever looks.
    let outlasts =
        |outage| first_seen + limit <= now && (outage >= OUTAGE || first_seen + limit + OPERATOR_WAIT <= now);
    if reason == Reason::QuotaUnavailable && outlasts(outage) {
        return Fared::Rejected {
            reason,
            detail: "the role or the table cannot be used, and it has waited as long as it may; the log says why"
                .to_owned(),
        };
    }
    Fared::Waits { reason, until: bounded((reason, until), request, limit, first_seen, now) }
}

impl Fared {
    /// Why it is not accepted.
    pub(super) fn reason(&self) -> Option<Reason> {
        match self {
            Self::Accepted { .. } => None,
            Self::Rejected { reason, .. } | Self::RejectedBefore { reason } | Self::Waits { reason, .. } => {
                Some(*reason)
            }
            Self::Unknown { .. } | Self::UnknownForGood => Some(Reason::UnknownResult),
        }
    }

    fn said(&self) -> Said {
        match self {
            Self::Accepted { .. } => Said::Accepted,
            Self::Rejected { .. } | Self::RejectedBefore { .. } => Said::Rejected,
            Self::Waits { .. } => Said::Deferred,
            Self::Unknown { .. } | Self::UnknownForGood => Said::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_that_is_said_is_in_milliseconds_and_never_sooner() {
        let at = |nanos| Timestamp::from_nanosecond(nanos).unwrap();
        assert_eq!(in_millis(at(1_000_000)).as_nanosecond(), 1_000_000);
        assert_eq!(in_millis(at(1_000_001)).as_nanosecond(), 2_000_000);
        assert_eq!(in_millis(Timestamp::MAX), Timestamp::MAX);
    }
}
