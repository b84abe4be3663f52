//! Settling a record: what became of a claim, and with it whatever is given back, exactly once.

use jiff::Timestamp;

use super::{Ledger, Owner, Record, State, kept_until};
use crate::quota::Charge;
use crate::reason::Reason;
use crate::receipt::MessageId;
use crate::request::RequestId;
use crate::table::{Change, Changed, Key, TableError, WAITING, Write, number, text};

/// What became of a claimed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// AWS took it; the charge stays.
    Accepted {
        /// AWS's id.
        message_id: String,
    },
    /// AWS may have taken it; the charge stays.
    Unknown,
    /// Not sent; it comes back. The charge is given back.
    Deferred {
        /// Why.
        reason: Reason,
        /// When.
        until: Timestamp,
    },
    /// Not sent. The charge is given back.
    Rejected {
        /// Why.
        reason: Reason,
    },
}

/// A claim to settle.
#[derive(Clone, Debug)]
pub struct Settlement<'a> {
    /// The idempotency key.
    pub id: &'a RequestId,
    /// What became of it.
    pub settled: Settled,
    /// What was taken for it.
    pub charge: Charge,
}

impl Ledger {
    /// Settles what `owner` claimed. Records without credits are not held up by a counter that others contend for.
    ///
    /// # Errors
    /// Per settlement, when the record was not changed, or nobody can tell. The claim then runs out by itself and the
    /// request becomes unknown; its charge stays.
    pub async fn settle(&self, owner: &Owner, settlements: &[Settlement<'_>]) -> Vec<Result<(), TableError>> {
        let now = self.clock.now();
        let (mut plain, mut crediting) = (Vec::new(), Vec::new());
        for (index, settlement) in settlements.iter().enumerate() {
            let change = self.settling(now, owner, settlement);
            if change.credits.is_empty() { &mut plain } else { &mut crediting }.push((index, change));
        }
        let mut results = vec![Ok(()); settlements.len()];
        let (plain, mut done) = futures::join!(self.settle_some(plain), self.settle_some(crediting));
        for (index, changed) in plain {
            results[index] = check(owner, &settlements[index].settled, changed);
        }
        // Once more, and then without: what is not given back is lost until midnight, what stays claimed is a lost text.
        for gives_back in [Some(true), Some(false), None] {
            let mut open = Vec::new();
            for (index, changed) in done {
                results[index] = check(owner, &settlements[index].settled, changed);
                if results[index].is_err() {
                    open.push((index, self.settling(now, owner, &settlements[index])));
                }
            }
            let Some(gives_back) = gives_back.filter(|_| !open.is_empty()) else { break };
            if !gives_back {
                tracing::warn!(
                    records = open.len(),
                    "nothing could be given back; the charges stay until the day ends"
                );
                open.iter_mut().for_each(|(_, change)| change.credits.clear());
            }
            done = self.settle_some(open).await;
        }
        results
    }

    async fn settle_some(&self, changes: Vec<(usize, Change)>) -> Vec<(usize, Result<Changed, TableError>)> {
        let (indexes, changes): (Vec<usize>, Vec<Change>) = changes.into_iter().unzip();
        indexes.into_iter().zip(self.table.change(&*self.clock, changes).await).collect()
    }

    fn settling(&self, now: Timestamp, owner: &Owner, settlement: &Settlement<'_>) -> Change {
        let mut values = vec![
            ("owner", text(owner.as_str())),
            ("at", number(now.as_millisecond())),
            ("ttl", number(kept_until(now))),
            ("claimed", text(State::Claimed.as_str())),
            ("state", text(settlement.settled.state().as_str())),
        ];
        let set = "SET #state = :state, #at = :at, #ttl = :ttl";
        let mut condition = "#owner = :owner AND #state = :claimed";
        let mut credits = Vec::new();
        let update = match &settlement.settled {
            Settled::Accepted { message_id } => {
                values.push(("message_id", text(message_id)));
                values.push(("charge", settlement.charge.to_attribute()));
                values.push(("unknown", text(State::Unknown.as_str())));
                // Our lease ran out while AWS answered, and somebody noticed. AWS did answer.
                condition = "#owner = :owner AND (#state = :claimed OR #state = :unknown)";
                format!("{set}, #message_id = :message_id, #charge = :charge REMOVE #lease, #reason, #unknown_since")
            }
            Settled::Unknown => {
                values.push(("reason", text(Reason::UnknownResult.as_str())));
                values.push(("charge", settlement.charge.to_attribute()));
                format!("{set}, #reason = :reason, #charge = :charge, #unknown_since = :at REMOVE #lease")
            }
            Settled::Deferred { reason, until } => {
                values.push(("reason", text(reason.as_str())));
                values.push(("retry_at", number(until.as_millisecond())));
                credits = settlement.charge.credits(&self.grant);
                values.push((WAITING, text(self.grant.as_str())));
                format!("{set}, #reason = :reason, #retry_at = :retry_at, #waiting = :waiting REMOVE #lease")
            }
            Settled::Rejected { reason } => {
                values.push(("reason", text(reason.as_str())));
                credits = settlement.charge.credits(&self.grant);
                format!("{set}, #reason = :reason REMOVE #lease, #first")
            }
        };
        let key = Key::ledger(&self.grant, settlement.id);
        Change { write: Write { key, update, condition: condition.to_owned(), values }, with: None, credits }
    }

    /// Marks a claim whose lease has run out as unknown since then. Whether it was this call or another one's does
    /// not matter.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn lapse(&self, id: &RequestId, record: &Record) -> Result<(), TableError> {
        let Some(lease) = record.lease else { return Ok(()) };
        let write = Write {
            key: Key::ledger(&self.grant, id),
            update: "SET #state = :unknown, #reason = :reason, #unknown_since = :lease REMOVE #lease".to_owned(),
            condition: "#state = :claimed AND #owner = :owner AND #lease = :lease".to_owned(),
            values: vec![
                ("unknown", text(State::Unknown.as_str())),
                ("reason", text(Reason::UnknownResult.as_str())),
                ("claimed", text(State::Claimed.as_str())),
                ("owner", text(&record.owner)),
                ("lease", number(lease.as_millisecond())),
            ],
        };
        self.changed_or_overtaken(Change::of(write)).await
    }

    /// Gives back what was taken for a request that turned out to be another's, or sent before. The record is marked
    /// with who gave it back, so that a lost answer does not give it twice.
    ///
    /// # Errors
    /// When the table does not answer. The charge stays then, which is safe.
    pub async fn give_back(&self, owner: &Owner, id: &RequestId, charge: &Charge) -> Result<(), TableError> {
        let credits = charge.credits(&self.grant);
        if credits.is_empty() {
            return Ok(());
        }
        let write = Write {
            key: Key::ledger(&self.grant, id),
            update: "SET #credited_by = :owner, #duplicates = if_not_exists(#duplicates, :zero) + :one".to_owned(),
            condition: "attribute_exists(#state) AND (attribute_not_exists(#credited_by) OR #credited_by <> :owner)"
                .to_owned(),
            values: vec![("owner", text(owner.as_str())), ("zero", number(0)), ("one", number(1))],
        };
        self.changed_or_overtaken(Change { write, with: None, credits }).await
    }

    /// Stops the waiting of a deferred request for good.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn give_up(&self, id: &RequestId, reason: Reason) -> Result<(), TableError> {
        let now = self.clock.now();
        let write = Write {
            key: Key::ledger(&self.grant, id),
            update:
                "SET #state = :rejected, #reason = :reason, #at = :at, #ttl = :ttl REMOVE #first, #retry_at, #waiting"
                    .to_owned(),
            condition: "#state = :deferred".to_owned(),
            values: vec![
                ("rejected", text(State::Rejected.as_str())),
                ("deferred", text(State::Deferred.as_str())),
                ("reason", text(reason.as_str())),
                ("at", number(now.as_millisecond())),
                ("ttl", number(kept_until(now))),
            ],
        };
        self.changed_or_overtaken(Change::of(write)).await
    }

    async fn changed_or_overtaken(&self, change: Change) -> Result<(), TableError> {
        self.table.change(&*self.clock, vec![change]).await.into_iter().try_for_each(|changed| changed.map(|_| ()))
    }
}

/// What makes a record accepted of which nobody could tell whether its text was sent, now that AWS has it for sure; if it
/// is still as it was found.
pub fn resolved(key: Key, record: &Record, message: &MessageId, now: Timestamp) -> Write {
    let mut values = vec![
        ("accepted", text(State::Accepted.as_str())),
        ("message", text(message.as_str())),
        ("at", number(now.as_millisecond())),
        ("ttl", number(kept_until(now))),
        ("state", text(record.state.as_str())),
        ("owner", text(&record.owner)),
    ];
    let mut condition = "#state = :state AND #owner = :owner".to_owned();
    if let Some(lease) = record.lease {
        values.push(("lease", number(lease.as_millisecond())));
        condition.push_str(" AND #lease = :lease");
    }
    let update = "SET #state = :accepted, #message_id = :message, #at = :at, #ttl = :ttl \
                  REMOVE #lease, #reason, #unknown_since, #retry_at, #waiting";
    Write { key, update: update.to_owned(), condition, values }
}

impl Settled {
    fn state(&self) -> State {
        match self {
            Self::Accepted { .. } => State::Accepted,
            Self::Unknown => State::Unknown,
            Self::Deferred { .. } => State::Deferred,
            Self::Rejected { .. } => State::Rejected,
        }
    }
}

/// A refused settlement is done when the record is as it would have left it: the first answer was lost.
fn check(owner: &Owner, settled: &Settled, changed: Result<Changed, TableError>) -> Result<(), TableError> {
    match changed? {
        Changed::Done => Ok(()),
        Changed::Refused(item) => {
            let record = item.as_ref().map(Record::read).transpose()?;
            match record {
                Some(record) if record.owner == owner.as_str() && record.state == settled.state() => Ok(()),
                _ => Err(TableError::Overtaken),
            }
        }
    }
}
