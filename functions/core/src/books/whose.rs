//! Whether a text is a request's: the ledger says so, never the text's context alone, which nobody vouches for.

use jiff::{SignedDuration, Timestamp};

use crate::ledger::{Record, State, UNKNOWN_WAIT};
use crate::receipt::MessageId;

/// A claim that has just run out may still be settled by a function that is slow.
const SLOW: SignedDuration = SignedDuration::from_secs(5);

/// How often a receipt that is early is looked at again.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// Whose text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The request's, whose record says so.
    Recorded,
    /// The request's: nobody could tell whether it was sent, and now it is known.
    Resolves,
    /// The request's, and not the last text that was sent for it.
    Before,
    /// Not known yet.
    NotYet {
        /// When it may be.
        until: Timestamp,
    },
    /// No request's.
    Nobodys,
}

/// Judges by the record that the text's context or its message id led to; `claim` is what the context proves itself by, and
/// `taken` is when AWS took the text.
pub(super) fn whose(
    record: Option<&Record>,
    (message, claim): (&MessageId, Option<&str>),
    taken: Timestamp,
    now: Timestamp,
) -> Whose {
    // A function that has just sent it writes it down in a moment; one that died leaves a claim, so there is a record.
    let given_up = taken + UNKNOWN_WAIT;
    let nobodys = if given_up > now { Whose::NotYet { until: given_up.min(now + AGAIN) } } else { Whose::Nobodys };
    let Some(record) = record else { return nobodys };
    let first = record.resent_from.is_some() && claim == record.resent_from.as_deref();
    let last = claim == Some(record.owner.as_str());
    match (record.state, &record.message_id) {
        (State::Accepted, Some(known)) if known == message.as_str() => Whose::Recorded,
        // Two texts of one request, which is sent again after an unknown result.
        (State::Accepted, _) if record.resent_from.is_some() && (first || last) => Whose::Before,
        (State::Claimed, _) if first || last => match record.lease.map(|lease| lease + SLOW) {
            Some(until) if until > now => Whose::NotYet { until: until.min(now + AGAIN) },
            _ => Whose::Resolves,
        },
        (State::Unknown, _) if first || last => Whose::Resolves,
        // It was sent again after its first text was unknown, which AWS has taken after all.
        (State::Deferred | State::Rejected, _) if first => Whose::Resolves,
        (State::Claimed, _) => nobodys,
        _ => Whose::Nobodys,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(state: State, message_id: Option<&str>) -> Record {
        Record {
            state,
            owner: "o".to_owned(),
            lease: Some(at(100)),
            fingerprint: "f".to_owned().into(),
            first: None,
            unknown_since: None,
            reason: None,
            message_id: message_id.map(str::to_owned),
            campaign: None,
            charge: crate::quota::Charge::default(),
            segments: None,
            resent_from: None,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_text_is_a_requests_when_its_record_says_so_or_could_not_tell() {
        let message = MessageId::of("m-1").unwrap();
        let judged = |record: &Record, now| whose(Some(record), (&message, Some("o")), at(0), at(now));
        assert_eq!(judged(&record(State::Accepted, Some("m-1")), 1), Whose::Recorded);
        assert_eq!(
            judged(&record(State::Accepted, Some("m-2")), 1),
            Whose::Nobodys,
            "somebody names another's request"
        );
        let resent = |state, message_id| Record { resent_from: Some("first".to_owned()), ..record(state, message_id) };
        assert_eq!(judged(&resent(State::Accepted, Some("m-2")), 1), Whose::Before);
        let of_first = |record: &Record| whose(Some(record), (&message, Some("first")), at(0), at(1_000));
        assert_eq!(of_first(&resent(State::Accepted, Some("m-2"))), Whose::Before);
        for state in [State::Unknown, State::Claimed, State::Deferred, State::Rejected] {
            assert_eq!(of_first(&resent(state, None)), Whose::Resolves, "{state:?}");
        }
        assert_eq!(judged(&record(State::Unknown, None), 1), Whose::Resolves);
        assert_eq!(judged(&record(State::Claimed, None), 90), Whose::NotYet { until: at(105) });
        assert_eq!(judged(&record(State::Claimed, None), 105), Whose::Resolves);
        assert_eq!(judged(&record(State::Rejected, None), 1), Whose::Nobodys);
    }

    #[test]
    fn a_context_that_names_anothers_request_proves_nothing_without_its_claim() {
        let message = MessageId::of("m-1").unwrap();
        for state in [State::Unknown, State::Claimed, State::Deferred, State::Rejected] {
            for claim in [None, Some("a guess")] {
                let resent = Record { resent_from: Some("first".to_owned()), ..record(state, None) };
                for record in [record(state, None), resent] {
                    assert_eq!(whose(Some(&record), (&message, claim), at(0), at(1_000)), Whose::Nobodys, "{state:?}");
                }
            }
        }
    }

    #[test]
    fn a_text_without_a_record_is_nobodys_only_when_one_would_be_there() {
        let message = MessageId::of("m-1").unwrap();
        let judged = |now| whose(None, (&message, None), at(0), at(now));
        assert_eq!(judged(10), Whose::NotYet { until: at(40) });
        assert_eq!(judged(890), Whose::NotYet { until: at(900) });
        assert_eq!(judged(900), Whose::Nobodys);
    }
}
