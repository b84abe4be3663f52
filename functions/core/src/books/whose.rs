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

/// Judges by the record that the text's context or its message id led to; `taken` is when AWS took it.
pub(super) fn whose(record: Option<&Record>, message: &MessageId, taken: Timestamp, now: Timestamp) -> Whose {
    let Some(record) = record else {
        // A function that has just sent it writes it down in a moment; one that died leaves a claim, so there is a record.
        let given_up = taken + UNKNOWN_WAIT;
        return if given_up > now { Whose::NotYet { until: given_up.min(now + AGAIN) } } else { Whose::Nobodys };
    };
    match (record.state, &record.message_id) {
        (State::Accepted, Some(known)) if known == message.as_str() => Whose::Recorded,
        (State::Accepted, _) if record.resent => Whose::Before,
        (State::Claimed, _) => match record.lease.map(|lease| lease + SLOW) {
            Some(until) if until > now => Whose::NotYet { until: until.min(now + AGAIN) },
            _ => Whose::Resolves,
        },
        (State::Unknown, _) => Whose::Resolves,
        // It was sent again after its first text was unknown, which AWS has taken after all.
        (State::Deferred | State::Rejected, _) if record.resent => Whose::Resolves,
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
            resent: false,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_text_is_a_requests_when_its_record_says_so_or_could_not_tell() {
        let message = MessageId::of("m-1").unwrap();
        let judged = |record: &Record, now| whose(Some(record), &message, at(0), at(now));
        assert_eq!(judged(&record(State::Accepted, Some("m-1")), 1), Whose::Recorded);
        assert_eq!(
            judged(&record(State::Accepted, Some("m-2")), 1),
            Whose::Nobodys,
            "somebody names another's request"
        );
        let resent = Record { resent: true, ..record(State::Accepted, Some("m-2")) };
        assert_eq!(judged(&resent, 1), Whose::Before);
        assert_eq!(judged(&record(State::Unknown, None), 1), Whose::Resolves);
        assert_eq!(judged(&record(State::Claimed, None), 90), Whose::NotYet { until: at(105) });
        assert_eq!(judged(&record(State::Claimed, None), 105), Whose::Resolves);
        assert_eq!(judged(&record(State::Rejected, None), 1), Whose::Nobodys);
    }

    #[test]
    fn a_text_without_a_record_is_nobodys_only_when_one_would_be_there() {
        let message = MessageId::of("m-1").unwrap();
        let judged = |now| whose(None, &message, at(0), at(now));
        assert_eq!(judged(10), Whose::NotYet { until: at(40) });
        assert_eq!(judged(890), Whose::NotYet { until: at(900) });
        assert_eq!(judged(900), Whose::Nobodys);
    }
}
