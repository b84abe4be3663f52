//! Opening a record: the conditional write before anything is sent.

use jiff::Timestamp;

use super::{Ledger, Owner, Record, State, kept_until};
use crate::fingerprint::Fingerprint;
use crate::name::CampaignName;
use crate::reason::Reason;
use crate::request::{Kind, RequestId};
use crate::segments::Measure;
use crate::table::{Change, Changed, Key, TableError, WAITING, Write, number, text};

/// What to open.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The idempotency key.
    pub id: &'a RequestId,
    /// Of the content.
    pub fingerprint: &'a Fingerprint,
    /// The campaign that it is sent on.
    pub campaign: &'a CampaignName,
    /// The lane.
    pub kind: Kind,
    /// Its segments.
    pub measure: Measure,
    /// When the request came in, as far as its queue knows.
    pub first_seen: Timestamp,
    /// What is to be done with it.
    pub intent: Intent,
    /// Which records may be opened anew.
    pub prior: Prior,
}

/// What is to be done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Send it; nobody else may until the lease ends.
    Claim {
        /// No later than the end of the invocation.
        lease: Timestamp,
    },
    /// It waits, and that is known before anything else is asked.
    Defer {
        /// For this.
        reason: Reason,
        /// Until then.
        until: Timestamp,
    },
    /// It is not sent, and that is known before anything else is asked.
    Reject {
        /// For this.
        reason: Reason,
    },
}

impl Intent {
    fn state(self) -> State {
        match self {
            Self::Claim { .. } => State::Claimed,
            Self::Defer { .. } => State::Deferred,
            Self::Reject { .. } => State::Rejected,
        }
    }
}

/// Which record may be opened anew, besides one that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prior {
    /// One that was rejected before this message came (what was wrong may be mended), or a deferred one first seen
    /// after this moment.
    SeenAfter(Timestamp),
    /// An unknown one, of just this moment: for grants that ask for a second try.
    UnknownSince(Timestamp),
}

/// What became of an entry.
#[derive(Clone, Debug)]
pub enum Opened {
    /// Done as intended: it is ours to send, or it is put off or rejected.
    AsIntended,
    /// The record says something else.
    Seen(Box<Record>),
    /// The table did not say. It may be claimed now; nothing may be sent.
    Failed(TableError),
}

impl Ledger {
    /// Opens every entry, in one transaction where possible. No two entries may have the same id.
    pub async fn open(&self, owner: &Owner, entries: &[Entry<'_>]) -> Vec<Opened> {
        let now = self.clock.now();
        let changes = entries.iter().map(|entry| Change::of(self.opening(now, owner, entry))).collect();
        let results = self.table.change(&*self.clock, changes).await;
        entries.iter().zip(results).map(|(entry, result)| opened(owner, entry.intent, result)).collect()
    }

    fn opening(&self, now: Timestamp, owner: &Owner, entry: &Entry<'_>) -> Write {
        let mut values = vec![
            ("owner", text(owner.as_str())),
            ("fingerprint", text(entry.fingerprint.as_str())),
            ("campaign", text(entry.campaign.as_str())),
            ("kind", text(entry.kind.as_str())),
            ("segments", number(entry.measure.segments.get().into())),
            ("encoding", text(entry.measure.encoding.as_str())),
            ("at", number(now.as_millisecond())),
            ("zero", number(0)),
            ("one", number(1)),
            ("ttl", number(kept_until(now))),
        ];
        let mut set = "SET #owner = :owner, #fingerprint = :fingerprint, #campaign = :campaign, #kind = :kind, \
                       #segments = :segments, #encoding = :encoding, #at = :at, #ttl = :ttl, \
                       #tries = if_not_exists(#tries, :zero) + :one, #state = :state"
            .to_owned();
        let first = ", #first = if_not_exists(#first, :first)";
        match entry.intent {
            Intent::Claim { lease } => {
                values.push(("lease", number(lease.as_millisecond())));
                values.push(("first", number(entry.first_seen.as_millisecond())));
                set.push_str(first);
                set.push_str(", #lease = :lease");
                if let Prior::UnknownSince(_) = entry.prior {
                    // Its first text may have a receipt of its own, which proves itself by who claimed it then.
                    set.push_str(", #resent_from = #owner");
                }
                set.push_str(" REMOVE #reason, #retry_at, #unknown_since, #waiting");
            }
            Intent::Defer { reason, until } => {
                values.push(("reason", text(reason.as_str())));
                values.push(("retry_at", number(until.as_millisecond())));
                values.push(("first", number(entry.first_seen.as_millisecond())));
                set.push_str(first);
                values.push((WAITING, text(self.grant.as_str())));
                set.push_str(
                    ", #reason = :reason, #retry_at = :retry_at, #waiting = :waiting REMOVE #lease, #unknown_since",
                );
            }
            // Without `first`, so that the waiting of one that comes back begins anew.
            Intent::Reject { reason } => {
                values.push(("reason", text(reason.as_str())));
                set.push_str(", #reason = :reason REMOVE #lease, #retry_at, #first, #unknown_since, #waiting");
            }
        }
        values.push(("state", text(entry.intent.state().as_str())));
        let condition = match entry.prior {
            Prior::SeenAfter(oldest) => {
                values.push(("rejected", text(State::Rejected.as_str())));
                values.push(("seen", number(entry.first_seen.as_millisecond())));
                values.push(("deferred", text(State::Deferred.as_str())));
                values.push(("oldest", number(oldest.as_millisecond())));
                "attribute_not_exists(#pk) OR (#fingerprint = :fingerprint AND ((#state = :rejected AND #at <= :seen) OR \
                 (#state = :deferred AND #first > :oldest)))"
            }
            Prior::UnknownSince(since) => {
                values.push(("unknown", text(State::Unknown.as_str())));
                values.push(("since", number(since.as_millisecond())));
                "#fingerprint = :fingerprint AND #state = :unknown AND #unknown_since = :since"
            }
        };
        Write { key: Key::ledger(&self.grant, entry.id), update: set, condition: condition.to_owned(), values }
    }
}

fn opened(owner: &Owner, intent: Intent, result: Result<Changed, TableError>) -> Opened {
    match result {
        Ok(Changed::Done) => Opened::AsIntended,
        // The item went between the refusal and now, or DynamoDB did not say what it is: nobody knows.
        Ok(Changed::Refused(None)) => Opened::Failed(TableError::Unavailable {
            code: "ConditionalCheckFailed without an item".to_owned(),
            request_id: "not known".to_owned(),
        }),
        Ok(Changed::Refused(Some(item))) => match Record::read(&item) {
            // Our own write, whose answer was lost and which the SDK tried again.
            Ok(record) if record.owner == owner.as_str() && record.state == intent.state() => Opened::AsIntended,
            Ok(record) => Opened::Seen(Box::new(record)),
            Err(error) => Opened::Failed(error),
        },
        Err(error) => Opened::Failed(error),
    }
}
